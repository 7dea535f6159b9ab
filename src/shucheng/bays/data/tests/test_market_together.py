"""Who acts at the same time on the market: one comes first, and the other sees it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from shucheng.bays.data.tests import market_racing

ROOT = Path(__file__).parents[5]
ALONE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from shucheng.bays.data.tests import market_racing
market_racing.run()
print("one after the other")
"""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on PostgreSQL: --database postgres")
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_two_at_once_are_one_after_the_other() -> None:
    market_racing.run()


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="on SQLite")
def test_on_a_sqlite_file_two_at_once_are_one_after_the_other(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "SHUCHENG_DATA": str(tmp_path),
        "SHUCHENG_DATABASE_URL": "",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
    }
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "one after the other" in done.stdout
