"""Reading a filled-in workbook back. Nothing is guessed: what cannot be trusted is a `Problem`.

Values come from calamine, which computes nothing; what a formula left behind is never taken for
a number. Rows are found by their key, wherever they were moved.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from python_calamine import CalamineError, CalamineWorkbook

from shucheng.kernel.reporting.engine.model import Entry, Problem, Severity, Sheet
from shucheng.kernel.reporting.engine.rules import plain
from shucheng.kernel.reporting.engine.typed import as_typed, without_percent
from shucheng.kernel.reporting.engine.workbook.container import Refused, Traits, examine
from shucheng.kernel.reporting.engine.workbook.layout import (
    COLUMNS,
    EDITABLE,
    HEAD_ROW,
    IDENTITY,
    IDENTITY_HEAD,
    LETTERS,
    LONGEST_TEXT,
    SCHEMA,
)

Scalar = str | int | float | bool | date | datetime | time | timedelta | None
Row = Sequence[Scalar]
_AT = {name: at for at, name in enumerate(COLUMNS)}
_NUMBERED = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose sheet it is, as the file says; `revision` is the submission's when it was made."""

    sheet: str
    form: str
    organisation: str
    area: str
    period: str
    submission: int | None
    revision: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked through; where `problems` are about the file, nothing is read."""

    owners: tuple[Owner, ...] = ()
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    traits: Mapping[str, Traits] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sheet says. `entries` hold every row that could be read, `places` where each stood.

    `older`: the file was made from an earlier state than the one it was compared with, so an
    empty row says nothing. Rows with an error are not among the entries.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    older: bool = False
    rows: int = 0


def open_workbook(data: bytes) -> Opened:
    """Look through an uploaded file. Never raises for what a person may upload."""
    try:
        traits = examine(data)
    except Refused as refused:
        return Opened(problems=(Problem("error", refused.code, values=refused.values),))
    if IDENTITY not in traits:
        return Opened(problems=(Problem("error", "workbook_foreign"),))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        identity = book.get_sheet_by_name(IDENTITY).to_python(skip_empty_area=False)
        owners, statuses = _identity(identity)
        known = [owner for owner in owners if owner.sheet in traits]
        rows = {
            owner.sheet: book.get_sheet_by_name(owner.sheet).to_python(skip_empty_area=False)
            for owner in known
        }
    except (CalamineError, ValueError, IndexError):
        return Opened(problems=(Problem("error", "workbook_foreign"),))
    return Opened(tuple(known), rows, traits, statuses)


def read_sheet(opened: Opened, sheet: Sheet) -> Reading:
    """What the file says of a sheet: entries by key, and every problem with its place.

    A file of another form, organisation, area or period is refused by name; one made from an
    older revision is read and said to be so.
    """
    if opened.problems:
        return Reading(problems=opened.problems)
    owner, problem = _owner_of(opened, sheet)
    if owner is None:
        return Reading(problems=(problem,) if problem else ())
    reader = _Reader(opened, owner, sheet)
    for number, row in enumerate(opened.rows[owner.sheet], 1):
        if number > HEAD_ROW:
            reader.read(number, row)
    older = (owner.submission, owner.revision) != (sheet.submission, sheet.revision)
    if older:
        told = {"old": str(owner.revision), "now": str(sheet.revision)}
        reader.problems.insert(0, Problem("warning", "workbook_older", values=told))
    return Reading(reader.entries, reader.places, tuple(reader.problems), older, len(reader.places))


def _identity(rows: Sequence[Row]) -> tuple[list[Owner], dict[str, str]]:
    head = [_text(value) for value in rows[0]] if rows else []
    width = len(IDENTITY_HEAD)
    if head[: width + 1] != [*IDENTITY_HEAD, SCHEMA]:
        raise ValueError("foreign")
    owners, statuses = [], {}
    for row in rows[1:]:
        told = [_text(value) for value in row] + [""] * 10
        if told[0]:
            owners.append(
                Owner(
                    sheet=told[0],
                    form=told[1],
                    organisation=told[2],
                    area=told[3],
                    period=told[4],
                    submission=_whole(told[5]),
                    revision=_whole(told[6]) or 0,
                )
            )
        if told[width + 2]:
            statuses[told[width + 2]] = told[width + 1]
    return owners, statuses


def _owner_of(opened: Opened, sheet: Sheet) -> tuple[Owner | None, Problem | None]:
    """The file's sheet for this one, or the problem that says how it differs."""
    wanted = (sheet.form, sheet.organisation, sheet.area, sheet.period)
    for owner in opened.owners:
        if (owner.form, owner.organisation, owner.area, owner.period) == wanted:
            return owner, None
    if not opened.owners:
        return None, Problem("error", "workbook_foreign")
    first = opened.owners[0]
    fields = ("form", "organisation", "area", "period")
    for name, wants in zip(fields, wanted, strict=True):
        if (found := getattr(first, name)) != wants:
            told = {"found": found[:60], "wanted": wants}
            return None, Problem("error", f"workbook_{name}", values=told)
    return None, Problem("error", "workbook_foreign")


class _Reader:
    """Reads one sheet's rows into entries, places and problems."""

    def __init__(self, opened: Opened, owner: Owner, sheet: Sheet) -> None:
        self.name = owner.sheet
        self.traits = opened.traits[owner.sheet]
        self.statuses = opened.statuses
        self.cells = {cell.key: cell for cell in sheet.cells}
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, tuple[str, int]] = {}
        self.problems: list[Problem] = []

    def read(self, number: int, row: Row) -> None:
        key = _text(row[0]) if row else ""
        told = [_text(row[_AT[name]]) if _AT[name] < len(row) else "" for name in EDITABLE]
        if self._is_formula(number, "key"):
            self._refuse(number, "name", "workbook_formula", "")
            return
        if not key:
            if any(told) or self._is_formula(number, "value"):
                self._refuse(number, "value", "workbook_no_key", "")
            return
        if key not in self.cells:
            self._refuse(number, "name", "workbook_not_asked", "", name=key[:80])
            return
        if key in self.places:
            at = str(self.places[key][1])
            self.entries.pop(key, None)
            self._refuse(number, "name", "workbook_twice", key, row=at)
            return
        self.places[key] = (self.name, number)
        found = len(self.problems)
        entry = self._entry(number, key, row)
        if len(self.problems) == found:
            self.entries[key] = entry

    def _entry(self, number: int, key: str, row: Row) -> Entry:
        said = {}
        for column in EDITABLE:
            value = row[_AT[column]] if _AT[column] < len(row) else None
            if self._is_formula(number, column):
                self._refuse(number, column, "workbook_formula", key)
                continue
            said[column] = self._said(number, column, key, value)
        return Entry(**said)

    def _said(self, number: int, column: str, key: str, value: Scalar) -> str:
        if column == "value":
            return self._value(number, key, value)
        text = _text(value)
        if column == "status":
            return self.statuses.get(text, text)
        if len(text) > LONGEST_TEXT:
            self._refuse(number, column, "workbook_long", key, most=str(LONGEST_TEXT))
        return text

    def _value(self, number: int, key: str, value: Scalar) -> str:
        unit = self.cells[key].unit
        if isinstance(value, bool | date | datetime | time | timedelta):
            self._refuse(number, "value", "workbook_no_number", key, text=str(value)[:40])
            return ""
        if isinstance(value, str):
            text, percent = without_percent(as_typed(value))
            if percent and unit != "%":
                self._refuse(number, "value", "workbook_percent", key, text=text[:40])
            return text if percent else as_typed(value)
        if value is None:
            return ""
        # An empty cell comes as "", a number as a float: its shortest form is what was typed.
        exact = Decimal(repr(value))
        if (number, _AT["value"] + 1) in self.traits.percents:
            if unit != "%":
                self._refuse(number, "value", "workbook_percent", key, text=f"{exact * 100:f}")
                return ""
            exact = _rounded(exact * 100)
        return plain(exact)

    def _is_formula(self, number: int, column: str) -> bool:
        return self.traits.is_formula(number, _AT[column] + 1)

    def _refuse(self, number: int, column: str, code: str, key: str, **told: str) -> None:
        severity: Severity = "error"
        cell = self.cells.get(key)
        named = {"name": cell.name, "unit": cell.unit} if cell else {}
        place = (self.name, number, LETTERS[column])
        self.problems.append(Problem(severity, code, key, values={**named, **told}, place=place))


def _rounded(value: Decimal) -> Decimal:
    """A percent cell holds a fraction in binary: 0.352 * 100 without the dust beyond 15 digits."""
    try:
        return Decimal(f"{value:.15g}")
    except InvalidOperation:
        return value


def _text(value: Scalar) -> str:
    """What a cell says as text, without blanks around it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return plain(Decimal(repr(value)))
    return str(value).strip()


def _whole(text: str) -> int | None:
    return int(text) if _NUMBERED.fullmatch(text) else None
