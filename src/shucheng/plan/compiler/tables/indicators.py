"""The indicator table: names, units, the target of every year, where the path starts, who leads."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from shucheng.plan.compiler.language.folding import unwrap
from shucheng.plan.compiler.language.numerals import print_number
from shucheng.plan.compiler.model import Comparator, Indicator, Period
from shucheng.plan.compiler.structure.numbering import FreeNumbers
from shucheng.plan.compiler.tables.cell_values import read_value, split_unit
from shucheng.plan.compiler.tables.grid import Grid, Row, carried, lead_of, number_of

_WORDS = re.compile(r"[一-鿿A-Za-z]")


@dataclass(frozen=True, slots=True)
class _Year:
    """What a column of figures is for: a year's target, or a value from before the plan."""

    year: str
    is_target: bool


@dataclass(frozen=True, slots=True)
class _Figures:
    """The figures of one row; `unit` is the one printed beside them, "" where none is."""

    targets: dict[str, float]
    baseline: dict[str, float]
    printed: dict[str, str]
    unit: str
    comparator: Comparator


def holds_indicators(grid: Grid) -> bool:
    """Whether a table gives things their value for a year: half of such cells are figures."""
    years = grid.indexes("year", "aim")
    if not years or grid.index("name", "text") is None:
        return False
    cells = (row.texts.get(index, "") for row in grid.rows if not row.group for index in years)
    filled = [cell for cell in cells if cell.strip(" -—/")]
    numeric = sum(read_value(unwrap(cell)) is not None for cell in filled)
    return bool(filled) and numeric * 2 >= len(filled)


def read_indicators(
    grid: Grid, period: Period | None, taken: Collection[int]
) -> Iterator[Indicator]:
    """The rows of an indicator table; numbers in `taken` belong to tables before it."""
    years = _years(grid, period)
    name_column = grid.index("name", "text")
    category = ""
    lead: tuple[str, ...] = ()
    numbers = FreeNumbers(taken)
    for row in grid.rows:
        if row.group:
            category, lead = row.group, ()
            continue
        category = carried(grid, row, "category", category)
        lead = lead_of(grid, row, lead)
        name, unit = _name_and_unit(grid, row, name_column)
        figures = _figures(row, years)
        if not _WORDS.search(name) or not (figures.targets or figures.printed):
            continue
        unit = unit or figures.unit
        yield Indicator(
            no=numbers.take(number_of(grid, row)),
            category=category,
            name=name,
            unit=unit,
            cumulative="累计" in name,
            targets=figures.targets,
            lead=lead,
            span=row.span,
            comparator=figures.comparator,
            value_text=_telling(figures, unit),
            baseline=figures.baseline,
        )


def _years(grid: Grid, period: Period | None) -> dict[int, _Year]:
    """The columns of figures; a year before the plan's period is where the path starts."""
    columns: dict[int, _Year] = {}
    for index, column in enumerate(grid.columns):
        if column.kind == "year" and column.year:
            inside = period is None or column.year >= period.start
            columns[index] = _Year(str(column.year), inside)
        elif column.kind == "baseline":
            year = column.year or (period.start - 1 if period else None)
            if year:
                columns[index] = _Year(str(year), is_target=False)
        elif column.kind == "aim" and period:
            columns[index] = _Year(str(period.end), is_target=True)
    if columns and not any(column.is_target for column in columns.values()):
        last = max(columns, key=lambda index: columns[index].year)
        columns[last] = _Year(columns[last].year, is_target=True)
    return columns


def _name_and_unit(grid: Grid, row: Row, name_column: int | None) -> tuple[str, str]:
    name = unwrap(row.texts.get(name_column, "")) if name_column is not None else ""
    unit_column = grid.index("unit")
    if unit_column is None:
        return split_unit(name)
    unit = unwrap(row.texts.get(unit_column, "")).strip("()（）")
    return name, unit if unit.strip("-—–/\\无") else ""


def _figures(row: Row, years: dict[int, _Year]) -> _Figures:
    targets: dict[str, float] = {}
    baseline: dict[str, float] = {}
    printed: dict[str, str] = {}
    unit = ""
    comparator: Comparator = ">="
    for index, column in years.items():
        text = unwrap(row.texts.get(index, ""))
        value = read_value(text)
        if value is None:
            if column.is_target and _WORDS.search(text):
                printed[column.year] = text
            continue
        unit = unit or value.unit
        if column.is_target:
            targets[column.year] = value.number
            printed[column.year] = text
            comparator = value.comparator or comparator
        else:
            baseline[column.year] = value.number
    return _Figures(targets, baseline, printed, unit, comparator)


def _telling(figures: _Figures, unit: str) -> dict[str, str]:
    """Printed values that say more than their number (≥90, 1.25以下, 全覆盖)."""

    def is_plain(year: str, text: str) -> bool:
        if year not in figures.targets:
            return False
        number = print_number(figures.targets[year])
        return text.replace(",", "") in (number, number + unit)

    return {year: text for year, text in figures.printed.items() if not is_plain(year, text)}
