"""Let tests empty append-only tables, which the application never can.

`install()` (called once by conftest) makes Django's flush between transactional tests lift the
triggers for its own duration; they are back before the next test begins.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from shucheng.kernel.append_only import PREFIX


@contextmanager
def lifted() -> Iterator[None]:
    """No append-only triggers inside this block."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # For this session alone, and also with changes pending in the transaction.
            cursor.execute("SET session_replication_role = replica")
            up = ["RESET session_replication_role"]
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB %s",
                [f"{PREFIX}*"],
            )
            triggers = cursor.fetchall()
            up = [sql for _, sql in triggers]
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in up:
                cursor.execute(statement)


def install() -> None:
    original = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: Any) -> None:
        with lifted():
            original(case)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
