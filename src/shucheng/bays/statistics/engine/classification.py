"""The statistical classification of the digital economy (数字经济及其核心产业统计分类), as data.

A class (统计分类) of level 3 takes firms by their industry code of GB/T 4754-2017. A code may lead
to several classes, and a starred one counts in part (`coefficients` says how much). The mapping is
a table with a version: what could not be verified says so in its own row, another table replaces
it whole, and every result names the version it was made by.

Source: 国家统计局令第33号, 数字经济及其核心产业统计分类(2021).
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import yaml

from .frames import INDUSTRY, drop

DATA = Path(__file__).parents[1] / "data"
COLUMNS = (
    "de_code",
    "de_name",
    "level",
    "parent",
    "is_core",
    "nbs_codes",
    "partial",
    "verified",
    "confidence",
    "note",
)
CORE = "core"
"""The code of all core industries (数字经济核心产业) together, level 0."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class; `codes` are its industries (level 3), `partial` those of them with a star."""

    code: str
    name: str
    level: int
    parent: str
    core: bool
    codes: tuple[str, ...]
    partial: frozenset[str]
    verified: bool
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class TableProblem:
    """What is wrong with one row of an uploaded table; row 1 is the heading."""

    row: int
    column: str
    code: str
    value: str


class ClassificationInvalid(ValueError):
    """A table that cannot be used as a classification; `problems` names every row."""

    code = "classification-invalid"

    def __init__(self, problems: list[TableProblem]) -> None:
        first = problems[0]
        super().__init__(
            f"{len(problems)} problems, the first in row {first.row}, column {first.column}: "
            f"{first.code} ({first.value!r})"
        )
        self.problems = problems


@dataclass(frozen=True)
class Classification:
    """All classes of one version, in the order of their codes."""

    version: str
    title: str
    source: str
    provisional: bool
    classes: tuple[Class, ...] = field(repr=False)

    def __getitem__(self, code: str) -> Class:
        return next(each for each in self.classes if each.code == code)

    @property
    def unmapped(self) -> tuple[Class, ...]:
        """Core classes of level 3 that take no industry yet: their firms are counted nowhere."""
        return tuple(c for c in self.classes if c.level == 3 and c.core and not c.codes)

    def of_industry(self, industry: str) -> tuple[Class, ...]:
        """The classes an industry code leads to; none when it is no digital industry."""
        return tuple(each for each in self.classes if industry in each.codes)

    def ancestor(self, code: str, level: int) -> str:
        """The code of the class of `level` above `code` (itself at its own level)."""
        found = self[code]
        while found.level > level:
            found = self[found.parent]
        return found.code

    def install(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the tables `classes` and `class_codes` of a connection: what the accounts join.

        class_codes: industry, leaf (its class of level 3), partial, level 0 to 3, code (the class
        of that level it counts to; level 0 holds the core alone, as `core`)."""
        small_table(
            connection,
            "classes",
            "code VARCHAR, name VARCHAR, level INTEGER, parent VARCHAR, core BOOLEAN,"
            " verified BOOLEAN, confidence VARCHAR, note VARCHAR, version VARCHAR",
            [
                (
                    *(c.code, c.name, c.level, c.parent, c.core),
                    *(c.verified, c.confidence, c.note, self.version),
                )
                for c in self.classes
            ],
        )
        small_table(
            connection,
            "class_codes",
            "industry VARCHAR, leaf VARCHAR, partial BOOLEAN, level INTEGER, code VARCHAR",
            [
                (industry, c.code, industry in c.partial, level, code)
                for c in self.classes
                if c.level == 3
                for level, code in self._levels(c)
                for industry in c.codes
            ],
        )

    def _levels(self, leaf: Class) -> list[tuple[int, str]]:
        above = [(level, self.ancestor(leaf.code, level)) for level in (1, 2, 3)]
        return [(0, CORE), *above] if leaf.core else above


@cache
def shipped() -> Classification:
    """The classification of 2021 that comes with the package (provisional)."""
    about = yaml.safe_load((DATA / "classification_2021.yaml").read_text(encoding="utf-8"))
    text = (DATA / "classification_2021.csv").read_text(encoding="utf-8")
    return read(
        text,
        version=about["version"],
        title=about["title"],
        source=about["source"],
        provisional=about["provisional"],
    )


def read(
    text: str, *, version: str, title: str = "", source: str = "", provisional: bool = True
) -> Classification:
    """A classification from a CSV text with the columns of `COLUMNS`.

    Raises `ClassificationInvalid` with every problem of every row: a code twice, of another form
    or level; a parent that is missing or is not the level above; an industry that is not four
    digits; a star on an industry the row does not have.
    """
    reader = csv.DictReader(text.lstrip("\ufeff").splitlines())
    rows = [(reader.line_num, row) for row in reader]
    heading = set(rows[0][1]) if rows else set()
    if missing := [column for column in COLUMNS if column not in heading]:
        raise ClassificationInvalid([TableProblem(1, c, "column-missing", "") for c in missing])
    cleaned = {number: {key: (row[key] or "").strip() for key in COLUMNS} for number, row in rows}
    if problems := list(_problems(cleaned)):
        raise ClassificationInvalid(problems)
    return Classification(
        version, title, source, provisional, tuple(map(_class, sorted(cleaned.values(), key=_code)))
    )


def _problems(rows: dict[int, dict[str, str]]) -> Iterable[TableProblem]:
    times = Counter(map(_code, rows.values()))
    for number, row in rows.items():
        for column, code in _row_problems(row, times):
            yield TableProblem(number, column, code, row[column])


def _row_problems(row: dict[str, str], times: Counter[str]) -> Iterable[tuple[str, str]]:
    code, level, parent = row["de_code"], row["level"], row["parent"]
    codes, partial = _split(row["nbs_codes"]), _split(row["partial"])
    if level not in ("1", "2", "3"):
        yield "level", "level-unknown"
    elif not re.fullmatch(rf"[0-9]{{{2 * int(level)}}}", code):
        yield "de_code", "code-form"
    if times[code] > 1:
        yield "de_code", "code-twice"
    if not row["de_name"]:
        yield "de_name", "name-missing"
    if parent != code[:-2]:
        yield "parent", "parent-form"
    elif parent and parent not in times:
        yield "parent", "parent-missing"
    if row["is_core"] not in ("true", "false"):
        yield "is_core", "truth-unknown"
    if any(not re.fullmatch(INDUSTRY, each) for each in codes):
        yield "nbs_codes", "industry-form"
    if len(set(codes)) < len(codes):
        yield "nbs_codes", "industry-twice"
    if codes and level != "3":
        yield "nbs_codes", "industry-above-leaf"
    if not set(partial) <= set(codes):
        yield "partial", "star-without-industry"


def _class(row: dict[str, str]) -> Class:
    return Class(
        row["de_code"],
        row["de_name"],
        int(row["level"]),
        row["parent"],
        row["is_core"] == "true",
        tuple(_split(row["nbs_codes"])),
        frozenset(_split(row["partial"])),
        row["verified"] == "yes",
        row["confidence"],
        row["note"],
    )


def _split(text: str) -> list[str]:
    return [each.strip() for each in text.split(";") if each.strip()]


def _code(row: dict[str, str]) -> str:
    return row["de_code"]


def small_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    rows: Sequence[tuple[object, ...]],
) -> None:
    """A table of few rows, anew."""
    drop(connection, name)
    connection.execute(f"CREATE TABLE {name} ({columns})")
    if rows:
        # One statement: a row at a time takes a hundred times as long.
        marks = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
        values = [value for row in rows for value in row]
        connection.execute(f"INSERT INTO {name} VALUES {marks}", values)  # noqa: S608
