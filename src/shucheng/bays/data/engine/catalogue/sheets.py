"""Resources and their fields as a workbook or csv tells them; every wrong cell is told, all at
once, and what is told of a resource with one of them is not to be taken over."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shucheng.lib.geography import place
from shucheng.lib.numbers import whole_number, written_number
from shucheng.lib.tables import printable

from .items import read_items
from .model import Field
from .sheet_cells import Grid, SheetRefused, letters, opened
from .sheet_columns import (
    MOST_FIELDS,
    MOST_RESOURCES,
    Column,
    choices,
    codes_of,
    headings,
    plain,
    sheets,
)

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_ITEMS = re.compile(r"[;；\r\n]+")
# Headings are looked for in so many rows: departments put a title above them.
_MOST_ABOVE = 10
# What names a resource, is told apart by itself.
_NAMING = ("code", "holder", "items")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong cell: `sheet` (empty for csv), `row` as a spreadsheet counts, `column` in letters,
    its heading, what stands there, a code, and values for its sentence. A `warning` stops
    nothing."""

    sheet: str
    row: int
    column: str
    heading: str
    value: str
    code: str
    values: tuple[tuple[str, str], ...] = ()
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A resource as it is told. `said` holds what has a column and may be empty; `fields` is None
    where nothing is said of them; `nullable`: whether it is said which may be empty."""

    row: int
    code: str
    holder: str
    said: Mapping[str, Any]
    fields: tuple[Field, ...] | None = None
    nullable: bool = True
    bad: bool = False

    @property
    def title(self) -> str:
        return str(self.said["title"])


@dataclass(frozen=True, slots=True)
class Head:
    """A sheet's headings: the row they stand in, and the place of each column, from 1."""

    grid: Grid
    row: int
    places: Mapping[str, int]

    def wrong(self, row: int, column: str, code: str, **values: object) -> Wrong:
        # What is wrong may be of a column that the sheet has not: then it is told at the title.
        at = self.places.get(column) or self.places.get("title", 1)
        told = tuple((name, str(each)) for name, each in values.items())
        grid = self.grid
        text = grid.at(self.row, at).strip()
        return Wrong(grid.name, row, letters(at), text, grid.at(row, at)[:200], code, told)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a file tells; `wrong` in the order of sheets and rows."""

    head: Head
    told: tuple[Told, ...]
    wrong: tuple[Wrong, ...]


def read(data: bytes, areas: Mapping[str, str]) -> Sheet:
    """Read an xlsx or csv file; `areas`: codes by what may be written for them. Raises
    `SheetRefused` for a file that cannot be read as one of these sheets."""
    resources, fields = opened(data)
    columns = {
        code: each
        for code, each in sheets().resource_columns.items()
        if fields is None or not each.csv
    }
    reading = _Reading(resources, columns)
    known = {plain(text): code for text, code in areas.items()}
    drafts = [_resource(cells, known) for cells in reading.rows(MOST_RESOURCES)]
    _once(drafts)
    wrong = list(reading.wrong)
    if fields is not None:
        below = _Reading(fields, sheets().field_columns)
        _place(drafts, below)
        wrong += below.wrong
    for draft in drafts:
        wrong += draft.cells.wrong
    of_first = {True: 0, False: 1}
    wrong.sort(key=lambda each: (of_first[each.sheet == resources.name], each.row))
    return Sheet(reading.head, tuple(each.told() for each in drafts), tuple(wrong))


class _Reading:
    """A grid by its headings. Raises `SheetRefused` where those that are needed are missing."""

    def __init__(self, grid: Grid, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self.wrong: list[Wrong] = []
        meant = headings(columns)
        needed = [code for code, each in columns.items() if each.needed]
        above = ([meant.get(plain(cell), "") for cell in row] for row in grid.rows[:_MOST_ABOVE])
        heads = ((row, found) for row, found in enumerate(above, 1) if {*needed} <= {*found})
        if (head := next(heads, None)) is None:
            lacks = "、".join(columns[code].name.zh for code in needed)
            raise SheetRefused("no-heading", sheet=grid.name or "CSV", lacks=lacks)
        row, found = head
        places: dict[str, int] = {}
        for at, code in enumerate(found, 1):
            if code and code not in places:
                places[code] = at
        self.head = Head(grid, row, places)
        for at, code in enumerate(found, 1):
            text = grid.at(row, at).strip()
            if text and places.get(code) != at:
                why = "heading-twice" if code else "heading-unknown"
                self.wrong.append(
                    Wrong(grid.name, row, letters(at), text, text[:200], why, warning=True)
                )

    def rows(self, most: int) -> Iterator["_Cells"]:
        grid = self.head.grid
        count = 0
        for row in range(self.head.row + 1, grid.last + 1):
            if not grid.says(row) and not self._has_flaw(row):
                continue
            count += 1
            if count > most:
                raise SheetRefused("rows", sheet=grid.name or "CSV", most=most)
            yield _Cells(self.head, self.columns, row)

    def _has_flaw(self, row: int) -> bool:
        """A formula that was never computed reads as empty, and is told all the same."""
        flaws = (self.head.grid.flaw(row, at) for at in self.head.places.values())
        return any(flaw in ("formula", "error-value") for flaw in flaws)


@dataclass(slots=True)
class _Cells:
    """A row's cells by their columns, each read once; what is wrong gathers in `wrong`."""

    head: Head
    columns: Mapping[str, Column]
    row: int
    wrong: list[Wrong] = field(default_factory=list)

    def has(self, column: str) -> bool:
        return column in self.head.places

    def refuse(self, column: str, code: str, **values: object) -> None:
        self.wrong.append(self.head.wrong(self.row, column, code, **values))

    def text(self, column: str) -> str:
        """A cell's text, "" where it is wrong."""
        if not self.has(column):
            return ""
        rule, at = self.columns[column], self.head.places[column]
        typed = self.head.grid.at(self.row, at)
        flaw = self.head.grid.flaw(self.row, at)
        if not (typed or flaw or rule.needed):
            return ""
        text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
        if "\n" in text and column not in ("summary", "items"):
            text = _BREAKS.sub(" ", text)
        if flaw:
            self.refuse(column, flaw)
        elif not typed.isprintable() and printable(typed) != typed:
            self.refuse(column, "control")
        elif len(text) > rule.most and not rule.is_choice:
            self.refuse(column, "too-long", size=len(text), most=rule.most)
        elif rule.needed and not text:
            self.refuse(column, "missing")
        else:
            return text
        return ""

    def choice(self, column: str) -> str:
        """The code of a word, "" where there is none."""
        text, name = self.text(column), self.columns[column].words
        code = codes_of(name).get(plain(text), "")
        if text and not code:
            self.refuse(column, "unknown-word", words=name)
        return code

    def day(self, column: str) -> date | None:
        text = self.text(column)
        if not text:
            return None
        try:
            found = _DAY.fullmatch(text)
            return date(*map(int, found.groups())) if found else date.fromisoformat(text)
        except ValueError:
            self.refuse(column, "day")
            return None

    def count(self, column: str) -> int | None:
        text = self.text(column)
        found = whole_number(written_number(text) or "")
        if text and found is None:
            self.refuse(column, "count")
        return found


@dataclass(slots=True)
class _Draft:
    """A resource that is being read."""

    cells: _Cells
    code: str
    holder: str
    said: dict[str, Any]
    fields: list[Field] | None = None
    nullable: bool = True
    bad: bool = False

    def told(self) -> Told:
        fields = None if self.fields is None else tuple(self.fields)
        bad = self.bad or bool(self.cells.wrong)
        return Told(self.cells.row, self.code, self.holder, self.said, fields, self.nullable, bad)


def _resource(cells: _Cells, areas: Mapping[str, str]) -> _Draft:
    said: dict[str, Any] = {}
    for column, rule in cells.columns.items():
        if not cells.has(column) or column in _NAMING:
            continue
        if rule.is_choice:
            # Nothing chosen is nothing said.
            said |= {column: code} if (code := cells.choice(column)) else {}
        elif rule.form == "day":
            said[column] = cells.day(column)
        elif rule.form == "count":
            said[column] = cells.count(column)
        else:
            said[column] = cells.text(column)
    if "keywords" in said:
        words = said["keywords"].replace("，", ",").split(",")
        said["keywords"] = [word.strip() for word in words if word.strip()]
    if said.get("area"):
        said["area"] = _area(cells, said["area"], areas)
    since, until = said.get("since"), said.get("until")
    if since and until and until < since:
        cells.refuse("until", "days-order", since=since)
    draft = _Draft(cells, cells.text("code"), cells.text("holder"), said)
    if items := cells.text("items"):
        draft.fields, draft.nullable = _items(cells, items), False
    return draft


def _area(cells: _Cells, text: str, areas: Mapping[str, str]) -> str:
    code = areas.get(plain(text), "") or (text if place(text) else "")
    if not code:
        cells.refuse("area", "area")
    return code


def _items(cells: _Cells, text: str) -> list[Field]:
    """The fields of a csv's one cell."""
    types = codes_of("types")
    words = {each: types[plain(each)] for named in choices("types").values()
             for each in (named.zh, named.en)}  # fmt: skip
    found = read_items(_ITEMS.split(text), words)
    rules, seen = sheets().field_columns, set()
    for each in found:
        if not each.name:
            cells.refuse("items", "item-nameless")
        elif each.name in seen:
            cells.refuse("items", "item-twice", name=each.name[:60])
        if each.type not in choices("types"):
            cells.refuse("items", "item-type", name=each.name[:60], type=each.type[:60])
        for column in ("name", "title", "comment"):
            if len(told := getattr(each, column)) > rules[column].most:
                cells.refuse("items", "too-long", size=len(told), most=rules[column].most)
        seen.add(each.name)
    return found


def _once(drafts: list[_Draft]) -> None:
    """The same code, or without one the same holder and title, is told of the second."""
    seen: dict[tuple[str, ...], int] = {}
    for draft in drafts:
        key = (draft.code,) if draft.code else (draft.holder, draft.said["title"])
        if not any(key):
            continue
        if key in seen:
            column = "code" if draft.code else "title"
            draft.cells.refuse(column, "resource-twice", first=seen[key])
        seen.setdefault(key, draft.cells.row)


def _place(drafts: list[_Draft], below: _Reading) -> None:
    """The rows of fields go to their resources."""
    by_code = {each.code: each for each in drafts if each.code}
    by_title: dict[str, list[_Draft]] = {}
    for each in drafts:
        by_title.setdefault(each.said["title"], []).append(each)
    names: dict[tuple[int, str], int] = {}
    nullable = "nullable" in below.head.places
    for cells in below.rows(MOST_FIELDS):
        code, title, holder = (cells.text(name) for name in ("code", "resource", "holder"))
        found = [] if cells.wrong else _meant(code, title, holder, by_code, by_title)
        draft = _owner(cells, code, title, found)
        made = _field(cells)
        if draft is not None:
            key = (draft.cells.row, made.name)
            if made.name and key in names:
                cells.refuse("name", "field-twice", first=names[key])
            names.setdefault(key, cells.row)
            if draft.fields is None:
                draft.fields = []
            draft.fields.append(made)
            draft.nullable = nullable
            draft.bad = draft.bad or bool(cells.wrong)
        else:
            # Whose item it is is not known: without it the resource would lose one.
            for each in _may_own(code, title, drafts):
                each.bad = True
        below.wrong += cells.wrong


def _meant(
    code: str,
    title: str,
    holder: str,
    by_code: Mapping[str, _Draft],
    by_title: Mapping[str, list[_Draft]],
) -> list[_Draft]:
    if code:
        return [by_code[code]] if code in by_code else []
    found = by_title.get(title, []) if title else []
    if holder and len(found) > 1:
        return [each for each in found if each.holder == holder]
    return found


def _owner(cells: _Cells, code: str, title: str, found: list[_Draft]) -> _Draft | None:
    if cells.wrong:
        return None
    column = "code" if code or not cells.has("resource") else "resource"
    if not (code or title):
        cells.refuse(column, "resource-unnamed")
    elif not found:
        cells.refuse(column, "resource-unknown")
    elif len(found) > 1:
        cells.refuse(column, "resource-unclear")
    return found[0] if len(found) == 1 else None


def _may_own(code: str, title: str, drafts: list[_Draft]) -> list[_Draft]:
    """The resources that a row of fields may be of: those of its title or code, or else all."""
    named = [each for each in drafts if title and each.said["title"] == title]
    return named or [each for each in drafts if code and each.code == code] or drafts


def _field(cells: _Cells) -> Field:
    return Field(
        cells.text("name"),
        cells.text("title"),
        cells.choice("type") or "string",
        cells.text("comment"),
        nullable=cells.choice("nullable") != "no",
        key=cells.choice("key") == "yes",
    )
