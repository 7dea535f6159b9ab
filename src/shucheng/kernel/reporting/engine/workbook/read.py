"""Reading a filled-in workbook back. Nothing is guessed: what cannot be trusted is a `Problem`.

Values come from calamine, which computes nothing; what a formula left behind is never taken for
a number. Rows are found by their key and columns by their name, wherever they were moved.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from shucheng.kernel.reporting.engine.model import Entry, Problem, Severity, Sheet
from shucheng.kernel.reporting.engine.rules import plain
from shucheng.kernel.reporting.engine.workbook.base import Was, unpack, value_read
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
    SCHEMA_NAME,
)

Scalar = str | int | float | bool | date | datetime | time | timedelta | None
Row = Sequence[Scalar]
# Without these a row cannot be read.
_NEEDED = ("key", "number", *EDITABLE)
# The row of the columns' names is looked for among so many: somebody may have put rows above it.
_MOST_ABOVE = 30
# Excel keeps 15 digits of a number; what a file holds beyond them is dust of binary fractions.
_DIGITS = 15
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
    # Sheet → key → what the row held when the file was made.
    bases: Mapping[str, Mapping[str, Was]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sheet says. `entries` hold every row that could be read, `places` where each stood,
    `base` what each held when the file was made, `letters` the columns of the file.

    `older`: the file was made from an earlier state than the one it was compared with. Rows with
    an error are not among the entries.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    base: Mapping[str, Entry] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=lambda: LETTERS)
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
        owners, statuses, held = _identity(identity)
        known = [owner for owner in owners if owner.sheet in traits]
        rows = {
            owner.sheet: book.get_sheet_by_name(owner.sheet).to_python(skip_empty_area=False)
            for owner in known
        }
        bases = {owner.sheet: unpack(held.get(owner.sheet, [])) for owner in known}
    except Refused as refused:
        return Opened(problems=(Problem("error", refused.code, values=refused.values),))
    except (CalamineError, ValueError, IndexError):
        return Opened(problems=(Problem("error", "workbook_foreign"),))
    return Opened(tuple(known), rows, traits, statuses, bases)


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
    rows = opened.rows[owner.sheet]
    names = _names(rows)
    if names is None:
        place = (owner.sheet, HEAD_ROW, "A")
        return Reading(problems=(Problem("error", "workbook_no_columns", place=place),))
    above, columns = names
    reader = _Reader(opened, owner, sheet, columns)
    for number, row in enumerate(rows, 1):
        if number > above + 1:  # the head is read by nobody
            reader.read(number, row)
    older = (owner.submission, owner.revision) != (sheet.submission, sheet.revision)
    if older:
        told = {"old": str(owner.revision), "now": str(sheet.revision)}
        reader.problems.insert(0, Problem("warning", "workbook_older", values=told))
    return Reading(
        entries=reader.entries,
        places=reader.places,
        base={key: was.entry for key, was in reader.base.items()},
        letters=reader.letters,
        problems=tuple(reader.problems),
        older=older,
        rows=len(reader.places),
    )


def _names(rows: Sequence[Row]) -> tuple[int, dict[str, int]] | None:
    """The row that names the columns, and where each stands; None where one cannot be told."""
    for number, row in enumerate(rows[:_MOST_ABOVE], 1):
        told = [_text(value) for value in row]
        if all(name in told for name in _NEEDED):
            once = all(told.count(name) == 1 for name in _NEEDED)
            places = {name: told.index(name) for name in COLUMNS if name in told}
            return (number, places) if once else None
    return None


def _identity(rows: Sequence[Row]) -> tuple[list[Owner], dict[str, str], dict[str, list[str]]]:
    """Whose the sheets are, label → status, sheet → what its cells held. Raises `Refused`."""
    head = [_text(value) for value in rows[0]] if rows else []
    width = len(IDENTITY_HEAD)
    if head[: width + 1] != [*IDENTITY_HEAD, SCHEMA]:
        ours = head[:width] == [*IDENTITY_HEAD] and head[width : width + 1] != []
        earlier = ours and head[width].startswith(SCHEMA_NAME)
        raise Refused("workbook_version" if earlier else "workbook_foreign")
    owners: list[Owner] = []
    statuses: dict[str, str] = {}
    held: dict[str, list[str]] = {}
    for row in rows[1:]:
        told = [_text(value) for value in row] + [""] * (width + 5)
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
        if told[width + 3]:
            held.setdefault(told[width + 3], []).append(told[width + 4])
    return owners, statuses, held


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

    def __init__(
        self, opened: Opened, owner: Owner, sheet: Sheet, columns: Mapping[str, int]
    ) -> None:
        self.name = owner.sheet
        self.at = columns
        self.letters = {name: get_column_letter(at + 1) for name, at in columns.items()}
        self.traits = opened.traits[owner.sheet]
        self.merged = {name: self.traits.merged_rows(columns[name] + 1) for name in EDITABLE}
        self.base = opened.bases[owner.sheet]
        self.statuses = opened.statuses
        self.cells = {cell.key: cell for cell in sheet.cells}
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, tuple[str, int]] = {}
        self.problems: list[Problem] = []

    def read(self, number: int, row: Row) -> None:
        key = _text(self._value_at(row, "key"))
        told = any(_text(self._value_at(row, name)) for name in EDITABLE)
        if self._is_formula(number, "key") or self._is_error(number, "key"):
            self._refuse(number, "name", "workbook_formula", "")
            return
        if not key:
            if told or self._is_formula(number, "value"):
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
        self._check_number(number, key, row)
        entry = self._entry(number, key, row)
        if len(self.problems) == found:
            self.entries[key] = entry

    def _check_number(self, number: int, key: str, row: Row) -> None:
        """Columns that were sorted without the hidden key stand beside another row's number."""
        shown, was = _text(self._value_at(row, "number")), self.base.get(key)
        if shown and was and shown != was.number:
            told = {"found": shown[:40], "wanted": was.number}
            self._refuse(number, "number", "workbook_mixed", key, **told)

    def _entry(self, number: int, key: str, row: Row) -> Entry:
        said = {}
        for column in EDITABLE:
            if self.merged[column][number]:
                self._refuse(number, column, "workbook_merged", key)
            elif self._is_formula(number, column):
                self._refuse(number, column, "workbook_formula", key)
            elif self._is_error(number, column):
                self._refuse(number, column, "workbook_error", key)
            else:
                said[column] = self._said(number, column, key, self._value_at(row, column))
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
        if isinstance(value, str):  # also an empty cell
            text, foreign = value_read(value, unit)
            if foreign:
                self._refuse(number, "value", "workbook_percent", key, text=text[:40])
            return text
        if value is None:
            return ""
        exact = _exact(value)
        if (number, self.at["value"] + 1) in self.traits.percents:
            exact = _exact(float(exact * 100))
            if unit != "%":
                self._refuse(number, "value", "workbook_percent", key, text=f"{plain(exact)}%")
        return plain(exact)

    def _value_at(self, row: Row, column: str) -> Scalar:
        at = self.at[column]
        return row[at] if at < len(row) else None

    def _is_formula(self, number: int, column: str) -> bool:
        return self.traits.is_formula(number, self.at[column] + 1)

    def _is_error(self, number: int, column: str) -> bool:
        return (number, self.at[column] + 1) in self.traits.errors

    def _refuse(self, number: int, column: str, code: str, key: str, **told: str) -> None:
        severity: Severity = "error"
        cell = self.cells.get(key)
        named = {"name": cell.name, "unit": cell.unit} if cell else {}
        place = (self.name, number, self.letters.get(column, "A"))
        self.problems.append(Problem(severity, code, key, values={**named, **told}, place=place))


def _exact(value: float) -> Decimal:
    """A number as it was typed or computed to 15 digits: 0.1 + 0.2 is 0.3, 0.352 * 100 is 35.2.

    Whole numbers that are longer are left alone: they are too long to be kept, and told so.
    """
    longer = abs(value) >= 10**_DIGITS
    return Decimal(repr(value)) if longer else Decimal(f"{value:.{_DIGITS}g}")


def _text(value: Scalar) -> str:
    """What a cell says as text, without blanks around it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return plain(_exact(value))
    return str(value).strip()


def _whole(text: str) -> int | None:
    return int(text) if _NUMBERED.fullmatch(text) else None
