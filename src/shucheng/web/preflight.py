"""What is asked before `demo` and `serve` open the data folder: can the plan be read, is the port
free, does nobody else serve this folder. Knows no Django: a refusal leaves nothing behind."""

import argparse
import fcntl
import os
import re
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from shucheng.plan.city.model import PackInvalid
from shucheng.plan.city.pack import read_pack
from shucheng.plan.compiler.compile import compile_file
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.web import environment as env

LOCK = "serving.lock"
_held: list[IO[str]] = []


class NotReady(Exception):
    """Why serving cannot begin, and the next step."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(f"{message} {next_step}")


def before_demo(options: argparse.Namespace) -> None:
    if not options.no_plan:
        compile_first(options.plan)
    if not options.no_serve:
        port_is_free("127.0.0.1", options.port)
    hold_folder(options.port)


def before_serve(options: argparse.Namespace) -> None:
    port_is_free(options.host, options.port)
    hold_folder(options.port)


def compile_first(plan: Path | None) -> None:
    """A plan that cannot be read must not leave a half-filled folder."""
    folder = Path(env.text("SHUCHENG_CITY"))
    try:
        pack = read_pack(folder)
        compile_file(plan or pack.path / "plan.txt")
    except PackInvalid as error:
        raise NotReady(
            f"{error}", "Correct the pack, or name another: SHUCHENG_CITY=FOLDER."
        ) from None
    except PlanUnreadable as error:
        named = plan or folder / "plan.txt"
        raise NotReady(
            f"{named}: {error.message} {error.hint} [{error.code}]",
            "Nothing was filled in. make demo PLAN=FILE takes another file.",
        ) from None


def port_is_free(host: str, port: int) -> None:
    """Servers share a port without a word where both allow it: so it is tried first, alone."""
    if not 0 < port < 65536:
        raise NotReady(f"{port} is no port.", "Choose one from 1024 to 65535: PORT=8001.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise NotReady(
                f"Port {port} is for the system's own services.", "Choose another: PORT=8001."
            ) from None
        except OSError as error:
            if own := own_processes(port):
                named = " ".join(map(str, own))
                raise NotReady(
                    f"Port {port} is used by this platform itself, which serves "
                    f"{_lock_path().parent} already: process {named}.",
                    f"Stop it with `kill {named}`, or choose another port: PORT={port + 1}.",
                ) from None
            raise NotReady(
                f"Port {port} of {host} cannot be used: {(error.strerror or str(error)).lower()}.",
                f"Stop what answers there, or choose another port: PORT={port + 1}.",
            ) from None


def hold_folder(port: int) -> None:
    """Keep the data folder for this process while it lives. A folder over a database of its own
    may be served by many."""
    if env.text("SHUCHENG_DATABASE_URL") or _held:
        return
    path = _lock_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise NotReady(
            f"{path.parent} cannot be written: {(error.strerror or str(error)).lower()}.",
            "Choose another folder: SHUCHENG_DATA=FOLDER.",
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.readline().strip()
        lock.close()
        raise NotReady(
            f"{path.parent} is served already{f' ({holder})' if holder else ''}.",
            "Stop that first, or serve another folder: SHUCHENG_DATA=FOLDER PORT=8001.",
        ) from None
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, port {port}\n")
    lock.flush()
    _held.append(lock)


def note_children(pids: Iterable[int]) -> None:
    """Write beside the holder's number those of the processes that it started."""
    for lock in _held:
        lock.write("".join(f"child {pid}\n" for pid in pids))
        lock.flush()


def own_processes(port: int) -> list[int]:
    """Processes of this platform that serve the data folder at the port: the holder of the lock,
    or what it left behind when it was killed."""
    try:
        noted = _lock_path().read_text(encoding="utf-8")
    except OSError:
        return []
    if not re.search(rf", port {port}$", noted, re.MULTILINE):
        return []
    found = re.findall(r"^(process|child) (\d+)", noted, re.MULTILINE)
    alive = [(kind, int(pid)) for kind, pid in found if _is_ours(int(pid))]
    holders = [pid for kind, pid in alive if kind == "process"]
    return holders or [pid for _kind, pid in alive]


def _is_ours(pid: int) -> bool:
    """Whether the process is there and runs this platform: numbers are given out again."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"shucheng" in command


def _lock_path() -> Path:
    return Path(env.text("SHUCHENG_DATA")).resolve() / LOCK
