"""A throw-away PostgreSQL cluster for tests, from the server's own binaries.

    with start_cluster() as url: ...        # postgresql://shucheng@127.0.0.1:PORT/postgres

Without binaries the tests that need it are skipped with the reason; in CI (`CI=true`) that is
a failure, so that nobody believes in tests that did not run.
"""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

# What a test may lose: nothing here outlives the run, so it need not reach the disk.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


class ServerMissingError(Exception):
    """No PostgreSQL server can be started here; the text says why."""


def binaries() -> Path:
    """The folder with `initdb` and `postgres`. Raises `ServerMissingError`."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    if not versions:
        raise ServerMissingError("no PostgreSQL server here: install Debian's package postgresql")
    return versions[-1].parent


def need_server() -> Path:
    """The binaries, or a skipped test; in CI a failed one."""
    try:
        found = binaries()
        _account()
    except ServerMissingError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"PostgreSQL is required in CI: {reason}")
        pytest.skip(str(reason))
    return found


@contextmanager
def start_cluster() -> Iterator[str]:
    """Start a server on a free port of the loopback, yield its address, remove it afterwards."""
    programs = need_server()
    account = _account()
    # Not below pytest's folder: that one is closed to the server's own user.
    folder = Path(tempfile.mkdtemp(prefix="shucheng-pg-"))
    if account:
        shutil.chown(folder, account)
    data = folder / "data"
    locale = ["-E", "UTF8", "--locale=C.UTF-8"]
    _run(
        [programs / "initdb", "-D", data, "-U", "shucheng", "-A", "trust", "--no-sync", *locale],
        account,
    )
    port = _free_port()
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    options = [f"-c{name}={value}" for name, value in settings.items()]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), *options],
            stdout=log,
            stderr=log,
            cwd="/",
            **_as(account),
        )
    url = f"postgresql://shucheng@127.0.0.1:{port}/postgres"
    try:
        _wait(url, server, folder / "server.log")
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def create_database(url: str, name: str) -> str:
    """Make an empty database in the cluster and give its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
        )
    return f"{url.rsplit('/', 1)[0]}/{name}"


def _account() -> str:
    """The user to run the server as: nobody runs it as root. Empty: as oneself."""
    if getpass.getuser() != "root" and os.geteuid() != 0:
        return ""
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise ServerMissingError(
        "the tests run as root and there is no user postgres to run the server as"
    )


def _as(account: str) -> dict[str, Any]:
    return {"user": account, "group": pwd.getpwnam(account).pw_gid} if account else {}


def _run(command: list[Any], account: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, cwd="/", check=False, **_as(account)
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the PostgreSQL server did not start: {log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
