"""An import through its actions and jobs, in a process of its own; prints JSON.

    python import_at_work.py FILE [FILE]

Each file is sent, its proposed columns confirmed, read, and taken over into the database of the
settings; the seconds of each step, and this process's peak and processor time.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2] / "src")]


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from shucheng.bays.statistics.models import Firm
    from shucheng.kernel.public import Area

    call_command("migrate", verbosity=0)
    for at in range(9):
        Area.objects.create(code=f"32090{at}", name=f"区{at}", kind="district")
    begun = resource.getrusage(resource.RUSAGE_SELF)
    found = [imported(Path(each)) for each in sys.argv[1:]]
    ended = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "files": found,
        "processor": ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime,
        "megabytes": _peak() / 1024,
        "firms": Firm.objects.count(),
    }
    print(json.dumps(told))


def _peak() -> int:
    """KiB of this program. What the kernel tells of a process (`ru_maxrss`) begins with the peak
    of whoever started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def imported(path: Path) -> dict[str, Any]:
    """One file all the way, as a page and the worker would do it."""
    from shucheng.bays.statistics.actions.importing import (
        confirm_columns,
        receive_file,
        take_import,
    )
    from shucheng.kernel.public import run_pending_jobs, system_actor

    actor, told = system_actor("cli"), {}
    start = time.perf_counter()

    def done(step: str) -> None:
        nonlocal start
        run_pending_jobs()
        batch.refresh_from_db()
        told[step], start = time.perf_counter() - start, time.perf_counter()

    batch = receive_file("register", path.name, path.read_bytes(), month="2026-01", actor=actor)
    done("proposed")
    columns = batch.report["columns"]
    confirm_columns(batch.pk, batch.revision, columns, month="", actor=actor)
    done("read")
    take_import(batch.pk, batch.revision, actor=actor)
    done("taken")
    return {**told, "state": batch.state, "good": batch.good, "bad": batch.bad}


if __name__ == "__main__":
    main()
