"""What is refused before the data folder is opened, and that nothing is left behind."""

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
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
