"""A deployment of its own for a test: a folder, a database, real processes that can be killed.

The database is migrated once a session and copied for each test.
"""

import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).parent.parent
_START = """
import os, sys
sys.path[:0] = {path!r}
import django
django.setup()
"""


@dataclass(frozen=True)
class Started:
    """A process of a deployment and the file with what it says."""

    process: "subprocess.Popen[bytes]"
    output: Path

    def text(self) -> str:
        return self.output.read_text()

    def says(self, words: str) -> bool:
        """Whether it said so yet; fails when it ended without."""
        if words in self.text():
            return True
        if self.process.poll() is not None:
            raise AssertionError(f"it ended: {self.text()}")
        return False


@dataclass
class Deployment:
    folder: Path
    vendor: str
    database: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    started: int = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def sqlite(self) -> Path:
        return self.data / "shucheng.sqlite3"

    @property
    def address(self) -> str:
        """What the stand-alone verifier is given."""
        return self.database or str(self.sqlite)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "SHUCHENG" not in name}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "shucheng.web.settings",
            "SHUCHENG_DATA": str(self.data),
            "SHUCHENG_DATABASE_URL": self.database,
            "SHUCHENG_HTTPS": "0",
            "SHUCHENG_LOG_LEVEL": "WARNING",
            "SHUCHENG_CITY": str(ROOT / "cities" / "yancheng"),
            **self.settings,
        }

    def start(self, code: str) -> "Started":
        """Run Python inside the deployment, Django being set up."""
        script = _START.format(path=[str(ROOT / "src"), str(ROOT)]) + textwrap.dedent(code)
        self.started += 1
        output = self.folder / f"output-{self.started}.txt"
        # Into a file, not a pipe: a process that talks much does not wait for the test.
        with output.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-u", "-c", script],
                env=self.environment(),
                cwd=self.folder,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        return Started(process, output)

    def run(self, code: str, timeout: float = 90) -> str:
        """Run Python inside the deployment to its end and give what it printed."""
        started = self.start(code)
        with ended(started):
            exit_code = started.process.wait(timeout)
        if exit_code:
            raise AssertionError(f"exit code {exit_code}\n{started.text()}")
        return started.text()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the database past Django."""
        if self.vendor == "sqlite":
            import sqlite3

            connection = sqlite3.connect(self.sqlite, timeout=20)
            try:
                return connection.execute(sql).fetchall()
            finally:
                connection.close()
        with psycopg.connect(self.database) as connection_:
            return connection_.execute(sql.encode()).fetchall()


class Deployments:
    """Makes deployments from a database that was migrated once."""

    def __init__(self, folder: Path, cluster: Callable[[], str]) -> None:
        self.folder = folder
        self.cluster = cluster
        self.made = 0
        self.templates: dict[str, Deployment] = {}

    def make(self, vendor: str, migrated: bool = True) -> Deployment:
        """A fresh deployment; with `migrated=False` its database is empty."""
        self.made += 1
        name = f"d{self.made}"
        deployment = Deployment(self.folder / name, vendor)
        deployment.data.mkdir(parents=True)
        template = self._template(vendor) if migrated else None
        if vendor == "postgres":
            deployment.database = self._create(name, f"{template.folder.name}" if template else "")
        elif template:
            shutil.copy(template.sqlite, deployment.sqlite)
        return deployment

    def _template(self, vendor: str) -> Deployment:
        if vendor not in self.templates:
            template = self.make(vendor, migrated=False)
            template.run(
                """
                from django.core.management import call_command
                call_command("migrate", verbosity=0)
                call_command("createcachetable", verbosity=0)
                """
            )
            self.templates[vendor] = template
        return self.templates[vendor]

    def _create(self, name: str, template: str) -> str:
        url = self.cluster()
        statement = SQL("CREATE DATABASE {}").format(Identifier(name))
        if template:
            statement += SQL(" TEMPLATE {}").format(Identifier(template))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)
        return f"{url.rsplit('/', 1)[0]}/{name}"


def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} s")
        time.sleep(0.05)


@contextmanager
def ended(*started: Started) -> Iterator[None]:
    """No process of the test outlives it."""
    try:
        yield
    finally:
        for each in started:
            if each.process.poll() is None:
                each.process.kill()
            each.process.wait()
