"""What is refused before the data folder is opened, and that nothing is left behind."""

import argparse
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from shucheng.web import preflight

ROOT = Path(__file__).parents[4]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SHUCHENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SHUCHENG_DATABASE_URL", "")
    held: list[IO[str]] = []
    monkeypatch.setattr(preflight, "_held", held)
    yield tmp_path / "data"
    for lock in held:
        lock.close()


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`shucheng demo` as `make demo` runs it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUCHENG_")}
    environment |= {"SHUCHENG_DATA": str(folder), "SHUCHENG_CITY": str(ROOT / "cities/yancheng")}
    return subprocess.run(
        [sys.executable, "-m", "shucheng.cli", "demo", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.txt", None, "plan.not_found"),
        ("blank.txt", b"  \n", "plan.empty"),
        ("broken.docx", b"PK\x03\x04 no archive", "plan."),
    ],
)
def test_a_plan_that_cannot_be_read_leaves_no_folder(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    plan = tmp_path / name
    if content is not None:
        plan.write_bytes(content)
    done = demo(tmp_path / "data", "--plan", str(plan))
    assert done.returncode == 2
    assert says in done.stderr
    assert "PLAN=" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_told_with_the_next_one(tmp_path: Path) -> None:
    with socket.socket() as other:
        # As granian listens: a second such server would share the port in silence.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = demo(tmp_path / "data", "--port", str(port))
    assert done.returncode == 2
    assert f"PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_that_this_platform_uses_is_told_with_its_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "_is_ours", lambda pid: pid != 1)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        preflight.hold_folder(port)
        preflight.note_children([4711, 4712])
        with pytest.raises(preflight.NotReady, match=rf"{folder}.*`kill {os.getpid()}`"):
            preflight.port_is_free("127.0.0.1", port)
        # The holder was killed; what it started answers still.
        (folder / preflight.LOCK).write_text(f"process 1, port {port}\nchild 4711\nchild 4712\n")
        with pytest.raises(preflight.NotReady, match="`kill 4711 4712`"):
            preflight.port_is_free("127.0.0.1", port)
        (folder / preflight.LOCK).write_text("process 2, port 1\n")
        with pytest.raises(preflight.NotReady, match="Stop what answers there"):
            preflight.port_is_free("127.0.0.1", port)


@pytest.mark.slow
def test_what_serves_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUCHENG_")}
    environment |= {"SHUCHENG_DATA": str(tmp_path), "SHUCHENG_CITY": str(ROOT / "cities/yancheng")}
    port = _free_port()
    command = [sys.executable, "-m", "shucheng.cli", "demo", "--no-plan", "--port", str(port)]
    parent = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    lock = tmp_path / preflight.LOCK
    children: list[int] = []
    try:
        _until(lambda: lock.exists() and lock.read_text().count("child") == 2)
        children = [int(pid) for pid in re.findall(r"child (\d+)", lock.read_text())]
        _until(lambda: not _is_free(port))
    finally:
        parent.kill()
        parent.wait()
    _until(lambda: _is_free(port) and not any(_runs(pid) for pid in children))


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _runs(pid: int) -> bool:
    """Whether it is there and not only waiting to be forgotten by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("port", [0, 70000])
def test_a_number_that_is_no_port_is_refused(folder: Path, port: int) -> None:
    with pytest.raises(preflight.NotReady, match="no port"):
        preflight.port_is_free("127.0.0.1", port)


def test_two_servers_do_not_share_a_folder(folder: Path) -> None:
    preflight.hold_folder(8123)
    preflight.hold_folder(8123)  # the demonstration fills and then serves: one process
    done = demo(folder, "--no-serve", "--no-plan")
    assert done.returncode == 2
    assert f"process {os.getpid()}, port 8123" in done.stderr
    assert "SHUCHENG_DATA=" in done.stderr
    assert [path.name for path in folder.iterdir()] == [preflight.LOCK]


def test_a_folder_over_a_database_of_its_own_may_be_served_by_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUCHENG_DATABASE_URL", "postgresql://somewhere/else")
    preflight.before_serve(argparse.Namespace(host="127.0.0.1", port=_free_port()))
    assert not folder.exists()


def test_a_pack_that_is_not_valid_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUCHENG_CITY", str(folder))
    with pytest.raises(preflight.NotReady, match=r"(?s)not a folder.*SHUCHENG_CITY="):
        preflight.compile_first(None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
