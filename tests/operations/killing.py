"""A process that starts a worker again and again, kills it at work, and has what it left checked.

One process that forks: starting Python and Django sixty times would take most of the time. The
parent never opens the database, so that a child inherits no connection.
"""

import collections
from collections.abc import Sequence

from tests.deployment import Deployment

_DRIVER = """
import os, random, signal, sys, time
from pathlib import Path
from tests.operations import {cycle} as cycle

def child(function, *arguments):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        function(*arguments)
        code = 0
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)

def finished(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def done(notes, since):
    return [line.split(" ")[0] for line in notes.read_text()[since:].splitlines()]

{before}
notes = Path("acknowledged")
notes.touch()
assert finished(child(cycle.set_up)) == 0
chance, steps, delays = random.Random({seed}), {steps!r}, {delays!r}
for kill in range({kills}):
    since = len(notes.read_text())
    worker = child(cycle.work, notes, kill)
    # After each step in turn: at once, within the next one, or anywhere later.
    step = steps[kill % len(steps)]
    while step not in done(notes, since):
        assert os.waitpid(worker, os.WNOHANG) == (0, 0), "the worker ended by itself"
        time.sleep(0.002)
    time.sleep(chance.uniform(0, delays[kill // len(steps) % len(delays)]))
    os.kill(worker, signal.SIGKILL)
    assert finished(worker) == -signal.SIGKILL
    assert finished(child(cycle.check, notes)) == 0, f"after kill {{kill}}"
    print("killed after", done(notes, 0)[-1], flush=True)
"""


def kill_again_and_again(
    deployment: Deployment,
    cycle: str,
    kills: int,
    steps: Sequence[str],
    delays: Sequence[float],
    before: str = "",
    timeout: int = 500,
) -> None:
    """Kill the worker of a module of this folder after each of its steps; `delays` (seconds, at
    most) are taken in turn."""
    driver = _DRIVER.format(
        cycle=cycle, kills=kills, steps=steps, delays=delays, before=before, seed=20250909
    )
    said = deployment.run(driver, timeout=timeout)
    last = [line.split()[2] for line in said.splitlines() if line.startswith("killed after")]
    assert len(last) == kills
    # They fell into every part of the cycle, not always into the same.
    met = collections.Counter(last)
    assert set(steps) <= set(met), met
