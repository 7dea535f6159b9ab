"""What the tests of the privacy engines share: a store over processes, and their other ends."""

import sqlite3
from pathlib import Path

from shucheng.bays.data.engine.delivery.intersection import Buyer, Holder, Terms
from shucheng.bays.data.engine.delivery.ledger import spend
from shucheng.bays.data.engine.delivery.model import Refused


class SqliteStore:
    """A row with a version: the update counts only where the version is still the one read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS budget (key TEXT PRIMARY KEY, value TEXT, version INT)"
            )

    def read(self, key: str) -> tuple[str, int]:
        with self._open() as connection:
            sql = "SELECT value, version FROM budget WHERE key = ?"
            return connection.execute(sql, (key,)).fetchone() or ("", 0)

    def compare_and_set(self, key: str, version: int, value: str) -> bool:
        with self._open() as connection:
            if version:
                sql = "UPDATE budget SET value = ?, version = ? + 1 WHERE key = ? AND version = ?"
                done = connection.execute(sql, (value, version, key, version))
            else:
                sql = "INSERT INTO budget VALUES (?, ?, 1) ON CONFLICT DO NOTHING"
                done = connection.execute(sql, (key, value))
            return done.rowcount == 1

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=60, isolation_level=None)


def spend_many(path: Path, who: str, amount: int, times: int) -> int:
    """How many of so many attempts were let through."""
    store, done = SqliteStore(path), 0
    for number in range(times):
        try:
            spend(store, "A-1", amount, f"{who}-{number}")
            done += 1
        except Refused as refusal:
            if refusal.code != "budget-spent":
                raise
    return done


def hold(connection: object, terms: Terms, identifiers: list[str]) -> None:
    """The holder's process: one request in, one answer or refusal out."""
    try:
        answer: object = Holder(terms, identifiers).answer(connection.recv_bytes())  # type: ignore[attr-defined]
    except Refused as refusal:
        answer = refusal.code
    connection.send(answer)  # type: ignore[attr-defined]


def asked(connection: object, terms: Terms, identifiers: list[str]) -> object:
    """The buyer's side: a number, the members, or the code of the holder's refusal."""
    buyer = Buyer(terms, identifiers)
    connection.send_bytes(buyer.request())  # type: ignore[attr-defined]
    answer = connection.recv()  # type: ignore[attr-defined]
    if isinstance(answer, str):
        return answer
    return buyer.members(*answer) if terms.members else buyer.size(*answer)
