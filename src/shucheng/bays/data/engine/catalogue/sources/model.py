"""What a source answers when it is asked what it holds: tables, fields, statistics, few values.

Nothing is copied: counts come from what the source itself knows. Whatever fails is told by a code;
what a driver says can hold an address, a password or a value, so it never goes further.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple, Protocol

from ..model import Field

# More values than this say no more about a column's grade.
MOST_SAMPLES = 1_000


class Failure(NamedTuple):
    message: str
    hint: str


_LOGIN = "Check address, network and login of the source; what the driver said is not kept."
FAILURES: dict[str, Failure] = {
    "source-unreachable": Failure("The source cannot be reached.", _LOGIN),
    "source-not-named": Failure("The host may not be read.", "Have the administrator name it."),
    "source-denied": Failure("The login may not read {about}.", "Have SELECT granted on it."),
    "source-too-slow": Failure("The source did not answer in time.", "Try when it is less busy."),
    "source-unreadable": Failure("{about} cannot be read as what it says it is.", "Open it again."),
    "source-too-large": Failure("{about} is too large to be read.", "Give a smaller file."),
    "source-name": Failure("{about} has characters that stand for many files.", "Rename it."),
    "source-unknown-column": Failure("The source has no {about}.", "Read its description anew."),
    "source-no-samples": Failure("No values are read from {about}.", "Grade it by names alone."),
}


class SourceFailed(Exception):
    """A source that does not answer: a code of `FAILURES`, and `about`: a table's or file's name,
    never an address, a password or a value."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(f"{code}: {about}" if about else code)
        self.code, self.about = code, about

    @property
    def message(self) -> str:
        return FAILURES[self.code].message.format(about=self.about or "-")

    @property
    def hint(self) -> str:
        return FAILURES[self.code].hint


@dataclass(frozen=True, slots=True)
class Table:
    """`rows`: how many about, as the source's own statistics say (None: they do not); `size` in
    bytes with indexes (None: not told); `exact`: the count is one."""

    name: str
    comment: str
    fields: tuple[Field, ...]
    rows: int | None = None
    size: int | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """`notes`: codes of what was left out, such as `foreign-reference` or `cut`."""

    kind: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()

    def table(self, name: str) -> Table:
        """Raises `SourceFailed` (`source-unknown-column`)."""
        for each in self.tables:
            if each.name == name:
                return each
        raise SourceFailed("source-unknown-column", name)


@dataclass(frozen=True, slots=True)
class Samples:
    """A few values of a column for grading; they are in no `repr` and belong in no store."""

    table: str
    column: str
    values: tuple[object, ...] = field(repr=False, compare=False)


class Source(Protocol):
    """Something that holds tables. Both raise `SourceFailed`; both only read."""

    def describe(self) -> Described: ...

    def samples(self, table: str, column: str, most: int = 100) -> Samples: ...


def at_most(most: int) -> int:
    """Raises `ValueError` for a number of samples below one; more than `MOST_SAMPLES` are cut."""
    if most < 1:
        raise ValueError("at least one sample")
    return min(most, MOST_SAMPLES)


# The first that fits; what databases and DuckDB call their types.
_TYPES = [
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\[\]$|^array|^struct|^map|^list|json|^record", "json"),
        (r"^bool", "boolean"),
        (r"^(tiny|small|medium|big|huge|u)*int(eger)?\d*\b|serial", "integer"),
        (r"^(numeric|decimal|money|number)", "decimal"),
        (r"^(float|double|real)", "number"),
        (r"^(timestamp|datetime)", "datetime"),
        (r"^date", "date"),
        (r"^time", "time"),
        (r"^(bytea|blob|binary|varbinary)", "binary"),
        (r"char|text|uuid|string|clob|enum|^name$|inet", "string"),
    )
]


def type_of(said: str) -> str:
    """The code of `words().types` for a source's own name of a type; "" (SQLite allows none) and
    what nobody knows is `other`."""
    return next((kind for pattern, kind in _TYPES if pattern.search(said)), "other")


def type_of_values(values: Iterable[object]) -> str:
    """The narrowest type that all values have; without any it is `string`."""
    kinds = {_kind(value) for value in values if value not in (None, "")}
    if kinds == {"integer", "number"}:
        return "number"
    if kinds == {"date", "datetime"}:
        return "datetime"
    return kinds.pop() if len(kinds) == 1 else "string"


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    for python, kind in ((Decimal, "decimal"), (datetime, "datetime"), (date, "date")):
        if isinstance(value, python):
            return kind
    return "time" if isinstance(value, time) else "string"


@contextmanager
def told(*failures: tuple[type[Exception], str], about: str = "") -> Iterator[None]:
    """A driver's error becomes a code, the first that fits; its text and its cause are dropped."""
    try:
        yield
    except tuple(kind for kind, _ in failures) as error:
        code = next(code for kind, code in failures if isinstance(error, kind))
        raise SourceFailed(code, about) from None
