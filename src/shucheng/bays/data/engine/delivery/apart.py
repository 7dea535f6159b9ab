"""The third wall of the sandbox: a process of its own, with no secret in it and hard limits.

DuckDB's memory limit does not count every text and a parser can be slow: so statements are read and
run in a child that has an empty environment and folder, an address space of so many bytes, so many
seconds of processor a query, no file it may write to, no new process. It holds one agreement's
tables, filled through the policy before the first statement comes. The parent waits no longer than
was agreed and then kills it; the next query gets a new one.

One line of JSON each way. The child answers names of refusals, never what the database said.
"""

import json
import os
import resource
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from .groups import Groups
from .model import Refused, plain, quoted
from .sandbox import Answer, Limits, open_sandbox

# Beyond DuckDB's own limit: the interpreter, its libraries, answers on their way.
_BESIDE = 700 * 2**20
_START_SECONDS = 60.0
_GRACE = 2.0
_MOST_ANSWER = 64 * 2**20
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


@dataclass(frozen=True, slots=True)
class Task:
    """What a child is filled with: name → SELECT of the shell's own over files."""

    sources: Mapping[str, str]
    limits: Limits
    groups: Groups | None = None


class Apart:
    """A sandbox in a process of its own. Make it, `query` from any thread, `close` it."""

    def __init__(self, task: Task) -> None:
        """Starts and fills the child. Raises `Refused` (`sandbox-failed`)."""
        self.task = task
        self.used = time.monotonic()
        self._turn = Lock()
        self._left = b""
        self._folder = tempfile.TemporaryDirectory(prefix="shucheng-sandbox-")
        package = Path(__file__).parents[5]
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, our module
            [sys.executable, "-I", "-c", _START, str(package), __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        said = {
            "sources": dict(task.sources),
            "limits": asdict(task.limits),
            "groups": asdict(task.groups) if task.groups else None,
        }
        try:
            self._ask(said, _START_SECONDS)
        except Refused:
            self.close()
            raise Refused("sandbox-failed") from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def busy(self) -> bool:
        return self._turn.locked()

    def query(self, sql: str) -> Answer:
        """Raises `Refused`: as `Sandbox.query`; `query-too-slow`, `sandbox-failed`: the child is
        gone then."""
        with self._turn:
            self.used = time.monotonic()
            said = self._ask({"sql": sql}, self.task.limits.seconds + _GRACE)
        rows = [tuple(row) for row in said["rows"]]
        return Answer(tuple(said["columns"]), rows, said["size"], said["ms"])

    def close(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, 9)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()
        self._folder.cleanup()

    def _ask(self, message: Any, seconds: float) -> Any:
        if self._process.stdin is None or not self.alive:
            raise Refused("sandbox-failed")
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
            said = self._answer(time.monotonic() + seconds)
        except (OSError, ValueError):
            self.close()
            raise Refused("sandbox-failed") from None
        except Refused:
            self.close()
            raise
        if "refused" in said:
            raise Refused(*said["refused"])
        return said

    def _answer(self, until: float) -> Any:
        """The child's next line. What is too long or comes too late ends the child."""
        pipe = self._process.stdout
        if pipe is None:
            raise Refused("sandbox-failed")
        with selectors.DefaultSelector() as ready:
            ready.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._left:
                if not ready.select(max(0.0, until - time.monotonic())):
                    raise Refused("query-too-slow")
                piece = os.read(pipe.fileno(), 1 << 20)
                self._left += piece
                if not piece or len(self._left) > _MOST_ANSWER:
                    raise Refused("sandbox-failed")
        line, _, self._left = self._left.partition(b"\n")
        return json.loads(line)


# Isolated (-I): neither the folder nor the environment says what is imported.
_START = (
    "import importlib, sys; sys.path.insert(0, sys.argv[1]); "
    "importlib.import_module(sys.argv[2]).serve()"
)


def serve() -> None:
    """The child's life: fill the tables, lock the doors, answer until the parent goes away."""
    lines, out = sys.stdin.buffer, sys.stdout.buffer
    said = json.loads(lines.readline())
    limits = Limits(**said["limits"])
    groups = Groups(**said["groups"]) if said["groups"] else None
    try:
        sandbox = open_sandbox(said["sources"], limits, groups)
        # What is imported at first use is imported now: soon no file can be opened.
        for name in said["sources"]:
            sandbox.query(f"SELECT count(*) AS n FROM {quoted(name)} ORDER BY n LIMIT 1")  # noqa: S608
    except Exception:  # whatever it is, its words may hold a value
        _say(out, {"refused": ["sandbox-failed", "filling"]})
        return
    _limit(limits)
    _say(out, {"ready": True})
    for line in lines:
        spent = int(time.process_time())
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (spent + int(limits.seconds * 2) + 2, hard))
        _say(out, _answered(sandbox, json.loads(line)["sql"]))


def _answered(sandbox: Any, sql: str) -> dict[str, Any]:
    try:
        answer = sandbox.query(sql)
    except Refused as refused:
        return {"refused": [refused.code, refused.about]}
    except MemoryError:
        return {"refused": ["answer-too-large", "memory"]}
    except Exception as error:  # nothing of what it says leaves
        return {"refused": ["query-failed", type(error).__name__]}
    rows = [[plain(value) for value in row] for row in answer.rows]
    return {"columns": answer.columns, "rows": rows, "size": answer.size, "ms": answer.ms}


def _limit(limits: Limits) -> None:
    """From here on: what is open stays open, nothing more is opened, written or started."""
    held = _address_space()
    most = held + _bytes(limits.memory) + _BESIDE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _bytes(memory: str) -> int:
    number = memory.rstrip("KMGiB")
    return int(float(number) * _UNITS[memory[len(number) :]])


def _say(out: Any, message: Any) -> None:
    out.write(json.dumps(message).encode() + b"\n")
    out.flush()
