#!/usr/bin/env python3
"""Verify Shucheng's audit chain. Stands alone: an auditor needs this file and Python 3.11.

    python verify.py FILE                 a SQLite database, or exported JSON lines (also .gz)
    python verify.py postgresql://...     a PostgreSQL database (needs psycopg)
      --head SEQUENCE:HASH   the chain must hold this entry (noted earlier, kept elsewhere)
      --partial              the export starts later than the first entry, and that is known

Prints the first broken entry and why. Exit code: 0 unbroken, 1 broken, 2 could not be read.

What is checked: each entry's hash is the SHA-256 of its other columns as canonical JSON
(sorted keys, no spaces, UTF-8); its `previous_hash` is the hash of the entry before; the
sequence has no gap; it starts at 1, or an entry `audit.entries.archived` inside the chain names
the sequence and hash where the archive ends; the last entry is the one the head row names.
"""

import argparse
import gzip
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

GENESIS = "0" * 64
TABLE = "audit_auditentry"
HEAD_TABLE = "audit_audithead"
ARCHIVED = "audit.entries.archived"
COLUMNS = (
    "sequence",
    "recorded_at",
    "person_id",
    "person_name",
    "organisation_id",
    "organisation_name",
    "roles",
    "channel",
    "code",
    "object_type",
    "object_id",
    "object_label",
    "before_digest",
    "after_digest",
    "changes",
    "facts",
    "success",
    "error_code",
    "request_id",
    "address",
    "previous_hash",
)


@dataclass(frozen=True)
class Outcome:
    """`broken_at` is the first entry that does not hold, None when all do."""

    entries: int
    first: int | None
    last: int | None
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        return self.broken_at is None

    def __str__(self) -> str:
        if not self.intact:
            return f"BROKEN at entry {self.broken_at}: {self.reason}"
        if self.entries == 0:
            return "OK: the log is empty"
        return (
            f"OK: {self.entries} entries, {self.first} to {self.last}, head {self.last}:{self.head}"
        )


def fingerprint(entry: Mapping[str, Any]) -> str:
    """SHA-256 of an entry's columns, `hash` left out."""
    fields = {column: entry[column] for column in COLUMNS}
    fields["recorded_at"] = moment_text(fields["recorded_at"])
    fields["success"] = bool(fields["success"])
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def moment_text(value: datetime | str) -> str:
    """One spelling for one moment: UTC with microseconds. A moment without zone is UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def verify(
    entries: Iterable[Mapping[str, Any]],
    head: tuple[int, str] | None = None,
    partial: bool = False,
    known: tuple[int, str] | None = None,
) -> Outcome:
    """Walk the chain in order of sequence and stop at the first entry that does not hold.

    `head` is the end that the database's own head row names; `known` is an entry noted earlier
    outside of the database, which must be in the chain as it was.
    """
    chain = _Chain(partial, known)
    for entry in entries:
        reason = chain.take(entry)
        if reason:
            return chain.outcome(int(entry["sequence"]), reason)
    broken_at, reason = chain.end(head)
    return chain.outcome(broken_at, reason)


class _Chain:
    def __init__(self, partial: bool, known: tuple[int, str] | None) -> None:
        self.partial = partial
        self.known = known
        self.count = 0
        self.first = 0
        self.last = 0
        self.previous = GENESIS
        # Where the chain begins when not at 1, until an entry inside it vouches for that.
        self.unexplained: tuple[int, str] | None = None

    def take(self, entry: Mapping[str, Any]) -> str:
        """The reason why this entry does not hold, or nothing."""
        sequence = int(entry["sequence"])
        if self.count == 0:
            self._begin(sequence, str(entry["previous_hash"]))
        if sequence != self.last + 1:
            return f"entries {self.last + 1} to {sequence - 1} are missing or out of order"
        if entry["previous_hash"] != self.previous:
            return "its previous hash is not the hash of the entry before it"
        try:
            computed = fingerprint(entry)
        except (ValueError, TypeError, KeyError) as error:
            return f"its columns cannot be read ({error})"
        if computed != entry["hash"]:
            return "its columns do not give its hash: it was changed after it was written"
        if self.known and self.known[0] == sequence and self.known[1] != computed:
            return "it is not the entry that was noted earlier: the chain was written anew"
        if entry["code"] == ARCHIVED and self._vouches(str(entry["facts"])):
            self.unexplained = None
        self.count += 1
        self.last = sequence
        self.previous = computed
        return ""

    def end(self, head: tuple[int, str] | None) -> tuple[int | None, str]:
        """What is wrong with where the chain begins or ends, and the entry to name for it."""
        if self.unexplained and not self.partial:
            return self.first, "no entry says that the ones before it were archived"
        if head and head != (self.last, self.previous):
            return self.last + 1, f"the head row names {head[0]}: entries at the end are missing"
        if self.known and self.known[0] > self.last:
            return self.last + 1, f"entry {self.known[0]}, noted earlier, is missing at the end"
        return None, ""

    def outcome(self, broken_at: int | None, reason: str) -> Outcome:
        empty = self.count == 0
        return Outcome(
            self.count,
            None if empty else self.first,
            None if empty else self.last,
            self.previous,
            broken_at,
            reason,
        )

    def _begin(self, sequence: int, previous_hash: str) -> None:
        self.first = sequence
        if sequence > 1:
            self.last = sequence - 1
            self.previous = previous_hash
            self.unexplained = (sequence - 1, previous_hash)

    def _vouches(self, facts: str) -> bool:
        try:
            said = json.loads(facts)
        except ValueError:
            return False
        return self.unexplained == (said.get("up_to"), said.get("hash"))


# -- reading ----------------------------------------------------------------------------------


Rows = Iterator[Mapping[str, Any]]
Head = tuple[int, str] | None


@contextmanager
def read_sqlite(path: Path) -> Iterator[tuple[Rows, Head]]:
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        # Head and entries from one snapshot, so that a running writer is no finding.
        connection.execute("BEGIN")
        head = connection.execute(f"SELECT sequence, hash FROM {HEAD_TABLE}").fetchone()  # noqa: S608
        rows = connection.execute(f"SELECT * FROM {TABLE} ORDER BY sequence")  # noqa: S608
        yield (dict(row) for row in rows), tuple(head) if head else None


@contextmanager
def read_postgresql(address: str) -> Iterator[tuple[Rows, Head]]:
    import psycopg
    from psycopg.rows import dict_row

    with closing(psycopg.connect(address)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        head = connection.execute(f"SELECT sequence, hash FROM {HEAD_TABLE}").fetchone()  # noqa: S608
        with connection.cursor("audit", row_factory=dict_row) as rows:
            rows.execute(f"SELECT * FROM {TABLE} ORDER BY sequence")  # noqa: S608
            yield iter(rows), (head[0], head[1]) if head else None


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def verify_source(
    source: str, partial: bool = False, known: tuple[int, str] | None = None
) -> Outcome:
    """Verify a SQLite file, exported JSON lines, or a PostgreSQL address."""
    if source.startswith(("postgresql://", "postgres://")):
        with read_postgresql(source) as (rows, head):
            return verify(rows, head, partial, known)
    path = Path(source)
    with path.open("rb") as file:
        is_sqlite = file.read(16) == b"SQLite format 3\x00"
    if is_sqlite:
        with read_sqlite(path) as (rows, head):
            return verify(rows, head, partial, known)
    return verify(read_lines(path), None, partial, known)


def parse_head(text: str) -> tuple[int, str]:
    """Read SEQUENCE:HASH."""
    sequence, _, digest = text.partition(":")
    if not sequence.isdigit() or len(digest) != 64:
        raise ValueError(f"{text!r} is not SEQUENCE:HASH")
    return int(sequence), digest


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify Shucheng's audit chain.")
    parser.add_argument("source", help="SQLite file, exported JSON lines, or postgresql://...")
    parser.add_argument("--head", default="", help="SEQUENCE:HASH noted earlier")
    parser.add_argument("--partial", action="store_true", help="the export starts later")
    options = parser.parse_args(arguments)
    try:
        known = parse_head(options.head) if options.head else None
        outcome = verify_source(options.source, options.partial, known)
    except Exception as error:
        print(f"The log could not be read: {error}", file=sys.stderr)
        return 2
    print(outcome)
    return 0 if outcome.intact else 1


if __name__ == "__main__":
    sys.exit(main())
