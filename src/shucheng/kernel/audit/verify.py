#!/usr/bin/env python3
"""Verify Shucheng's audit chain. Stands alone: an auditor needs this file, `signed.py` beside it,
and Python 3.11.

    python verify.py FILE                 a SQLite database, or exported JSON lines (also .gz)
    python verify.py postgresql://...     a PostgreSQL database (needs psycopg)
      --head SEQUENCE:HASH   the chain must hold this entry (noted earlier, kept elsewhere)
      --public-key KEY       signatures must be by this key (noted earlier); may be repeated
      --partial              the export starts later than the first entry, and that is known
      --selection            the export is what a search found: each entry alone, and the signature

Prints the first broken entry and why. Exit code: 0 unbroken, 1 broken, 2 could not be read.

What is checked: each entry's hash is the SHA-256 of its other columns as canonical JSON
(sorted keys, no spaces, UTF-8); its `previous_hash` is the hash of the entry before; the
sequence has no gap; it starts at 1, or an entry `audit.entries.archived` inside the chain names
the sequence and hash where the archive ends; the last entry is the one the head row names.
Each signed head of a database, and the signature in an export's last line, is verified too: SM2
here, Ed25519 where the package `cryptography` is installed (or else it is said to be unchecked).
"""

import argparse
import gzip
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

try:
    from shucheng.kernel.audit.signed import Trust, statement
except ImportError:
    # Alone: the file beside this one, which an isolated Python (-I) does not look for by itself.
    sys.path.append(str(Path(__file__).parent))
    from signed import Trust, statement  # type: ignore[import-not-found,no-redef]

GENESIS = "0" * 64
TABLE = "audit_auditentry"
HEAD_TABLE = "audit_audithead"
SIGNED_TABLE = "audit_signedhead"
ARCHIVED = "audit.entries.archived"
HEAD_SCHEMA = "shucheng.audit-head/1"
EXPORT_SCHEMA = "shucheng.audit-export/1"
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
    signatures: int = 0
    unchecked: int = 0
    signers: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        return self.broken_at is None

    def __str__(self) -> str:
        if not self.intact:
            return f"BROKEN at entry {self.broken_at}: {self.reason}"
        if self.entries == 0:
            return "OK: the log is empty"
        text = (
            f"OK: {self.entries} entries, {self.first} to {self.last}, head {self.last}:{self.head}"
        )
        if self.signatures:
            text += f"; {self.signatures} signatures by {' '.join(self.signers)}"
        if self.unchecked:
            text += f"; {self.unchecked} signatures NOT CHECKED: install `cryptography`"
        return text


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


def head_statement(signed: Mapping[str, Any]) -> bytes:
    facts = {name: signed[name] for name in ("sequence", "hash", "reason")}
    moment = moment_text(signed["signed_at"])
    return statement({"schema": HEAD_SCHEMA, "signed_at": moment, **facts})


def verify(
    entries: Iterable[Mapping[str, Any]],
    head: tuple[int, str] | None = None,
    trust: Trust | None = None,
    signed: Iterable[Mapping[str, Any]] = (),
) -> Outcome:
    """Walk the chain in order of sequence and stop at the first entry that does not hold.

    `head` is the end that the database's own head row names; `signed` are its signed heads. An
    entry noted earlier (`trust.known`) must be in the chain as it was.
    """
    chain = _Chain(trust or Trust(), signed)
    for entry in entries:
        reason = chain.take(entry)
        if reason:
            return chain.outcome(int(entry["sequence"]), reason)
    broken_at, reason = chain.end(head)
    return chain.outcome(broken_at, reason)


class _Chain:
    def __init__(self, trust: Trust, signed: Iterable[Mapping[str, Any]]) -> None:
        self.trust = trust
        self.partial = trust.partial or trust.selection
        self.known = trust.known
        self.signed: dict[int, list[Mapping[str, Any]]] = {}
        for row in signed:
            self.signed.setdefault(int(row["sequence"]), []).append(row)
        self.signatures = 0
        self.unchecked = 0
        self.signers: set[str] = set()
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
        if self.trust.selection and sequence > self.last:
            self.last, self.previous = sequence - 1, str(entry["previous_hash"])
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
        for signed in self.signed.pop(sequence, ()):
            reason = self._signature(signed, computed)
            if reason:
                return reason
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
        for sequence, rows in sorted(self.signed.items()):
            if sequence > self.last:
                return self.last + 1, f"entry {sequence}, which was signed, is missing at the end"
            # Its entry went to the archive: the signature still has to hold.
            for signed in rows:
                reason = self._signature(signed, str(signed["hash"]))
                if reason:
                    return sequence, reason
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
            self.signatures,
            self.unchecked,
            tuple(sorted(self.signers)),
        )

    def _signature(self, signed: Mapping[str, Any], computed: str) -> str:
        if signed["hash"] != computed:
            moment = moment_text(signed["signed_at"])
            return f"it is not the entry that was signed at {moment}: the chain was written anew"
        objection = self.trust.objection(signed, head_statement(signed))
        if objection is None:
            self.unchecked += 1
        elif not objection:
            self.signatures += 1
            self.signers.add(str(signed["public_key"]))
        return objection or ""

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
Signed = list[dict[str, Any]]
_HEAD = f"SELECT sequence, hash FROM {HEAD_TABLE}"  # noqa: S608
_ROWS = f"SELECT * FROM {TABLE} ORDER BY sequence"  # noqa: S608
_SIGNED = f"SELECT * FROM {SIGNED_TABLE} ORDER BY sequence"  # noqa: S608


@contextmanager
def read_sqlite(path: Path) -> Iterator[tuple[Rows, Head, Signed]]:
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        # Head, signatures and entries from one snapshot, so that a running writer is no finding.
        connection.execute("BEGIN")
        head = connection.execute(_HEAD).fetchone()
        # A database of an older version has no signatures yet.
        known = "SELECT 1 FROM sqlite_master WHERE name = ?"
        has = connection.execute(known, (SIGNED_TABLE,)).fetchone()
        signed = [dict(row) for row in connection.execute(_SIGNED)] if has else []
        rows = connection.execute(_ROWS)
        yield (dict(row) for row in rows), tuple(head) if head else None, signed


@contextmanager
def read_postgresql(address: str) -> Iterator[tuple[Rows, Head, Signed]]:
    import psycopg
    from psycopg.rows import dict_row

    with closing(psycopg.connect(address)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        head = connection.execute(_HEAD).fetchone()
        signed = signed_in_postgresql(connection)
        with connection.cursor("audit", row_factory=dict_row) as rows:
            rows.execute(_ROWS)
            yield iter(rows), (head[0], head[1]) if head else None, signed


def signed_in_postgresql(connection: Any) -> Signed:
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        has = cursor.execute(f"SELECT to_regclass('{SIGNED_TABLE}') AS name").fetchone()["name"]
        return list(cursor.execute(_SIGNED).fetchall()) if has else []


class Export:
    """JSON lines of an export: entries, and the signature that its last line may hold."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.digest = hashlib.sha256()
        self.seal: Mapping[str, Any] | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with gzip.open(self.path) if self.path.suffix == ".gz" else self.path.open("rb") as lines:
            for line in lines:
                if not line.strip():
                    continue
                row = json.loads(line)
                if "statement" in row:
                    self.seal = row
                    continue
                self.count += 1
                self.digest.update(line.rstrip(b"\r\n") + b"\n")
                yield row

    def verified(self, outcome: Outcome, trust: Trust) -> Outcome:
        """What the signature adds to what the entries say."""
        if not outcome.intact or (self.seal is None and not trust.keys):
            return outcome
        if self.seal is None:
            return self._broken(outcome, "the export carries no signature")
        said = self.seal["statement"]
        if (said["entries"], said["sha256"]) != (self.count, self.digest.hexdigest()):
            return self._broken(outcome, "the lines are not those that were signed")
        objection = trust.objection(self.seal, statement(said))
        if objection is None:
            return replace(outcome, unchecked=1)
        if objection:
            return self._broken(outcome, objection)
        return replace(outcome, signatures=1, signers=(str(self.seal["public_key"]),))

    def _broken(self, outcome: Outcome, reason: str) -> Outcome:
        return replace(outcome, broken_at=outcome.last or 0, reason=reason)


def verify_source(source: str, trust: Trust | None = None) -> Outcome:
    """Verify a SQLite file, exported JSON lines, or a PostgreSQL address."""
    trust = trust or Trust()
    if source.startswith(("postgresql://", "postgres://")):
        with read_postgresql(source) as (rows, head, signed):
            return verify(rows, head, trust, signed)
    path = Path(source)
    with path.open("rb") as file:
        is_sqlite = file.read(16) == b"SQLite format 3\x00"
    if is_sqlite:
        with read_sqlite(path) as (rows, head, signed):
            return verify(rows, head, trust, signed)
    export = Export(path)
    return export.verified(verify(export, None, trust), trust)


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
    parser.add_argument("--public-key", action="append", default=[], help="key noted earlier")
    parser.add_argument("--partial", action="store_true", help="the export starts later")
    parser.add_argument("--selection", action="store_true", help="what a search found")
    options = parser.parse_args(arguments)
    try:
        known = parse_head(options.head) if options.head else None
        keys = tuple(options.public_key)
        trust = Trust(known, keys, options.partial, options.selection)
        outcome = verify_source(options.source, trust)
    except Exception as error:
        print(f"The log could not be read: {error}", file=sys.stderr)
        return 2
    print(outcome)
    return 0 if outcome.intact else 1


if __name__ == "__main__":
    sys.exit(main())
