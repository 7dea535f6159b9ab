"""Tables read by their words: which row is the header, and what stands in which column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shucheng.plan.compiler.document import Block, Cell, Document, Span
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.organisations.responsibility import read_lead
from shucheng.plan.compiler.tables.columns import Column, ColumnKind, read_column, settle
from shucheng.plan.compiler.tables.laying import places_of

# 一 | 夯实基础支撑 |: the number of a group of rows, and its name.
_GROUP_NUMBER = re.compile(r"\(?[一二三四五六七八九十]{1,3}\)?[、.]?")
# Tables wider than any plan's are taken as they come: laying them costs cells times columns.
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column index: text and span.

    `group` is the text of a row that has one cell for all columns (一、数字产业).
    """

    span: Span
    texts: dict[int, str]
    spans: dict[int, Span]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table under its columns; `title` is what stood in rows above the header."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""

    def index(self, *kinds: ColumnKind) -> int | None:
        """The first column of one of these kinds."""
        return next((i for i, column in enumerate(self.columns) if column.kind in kinds), None)

    def indexes(self, *kinds: ColumnKind) -> list[int]:
        return [i for i, column in enumerate(self.columns) if column.kind in kinds]


def read_grid(document: Document, block: Block, before: Grid | None = None) -> Grid | None:
    """The table under its header; `before` is a table that this one may go on (a new page)."""
    rows = [_cells(document, row) for row in block.rows]
    header = _find_header(rows)
    if header is None:
        if before is None or not rows or not _continues(rows[0], before):
            return None
        columns, first, title = before.columns, 0, before.title
    else:
        columns, first = header
        title = " ".join(text for row in rows[:1] for text, _, _ in row) if first > 1 else ""
    laid = []
    for row in rows[first:]:
        if not any(text for text, _, _ in row) or _is_header(row):
            continue
        laid.append(_lay(row, columns))
    return Grid(columns, tuple(laid), title)


_CellText = tuple[str, Span, bool]


def _cells(document: Document, row: Sequence[Cell]) -> list[_CellText]:
    return [(document.slice(cell.span).strip(), cell.span, cell.covered) for cell in row]


def _heading(text: str) -> str:
    return unwrap(fold(text)).strip(" *")


def _is_header(row: Sequence[_CellText]) -> bool:
    headings = [_heading(text) for text, _, covered in row if text and not covered]
    if len(headings) < 2 or any(len(heading) > 26 for heading in headings):
        return False
    kinds = [read_column(heading).kind for heading in headings]
    named = sum(kind not in ("other", "text") for kind in kinds)
    return named >= 2 or (named >= 1 and kinds.count("text") >= 1 and "other" not in kinds)


def _find_header(rows: Sequence[Sequence[_CellText]]) -> tuple[tuple[Column, ...], int] | None:
    """The columns and the number of the first row below the header."""
    for number, row in enumerate(rows[:4]):
        if not _is_header(row):
            continue
        columns = [_heading(text) for text, _, _ in _without_blank_end(row)]
        first = number + 1
        if first < len(rows) and _is_second_line(rows[first]):
            columns = _two_lines(row, rows[first])
            first += 1
        return settle([read_column(heading) for heading in columns]), first
    return None


def _without_blank_end(row: Sequence[_CellText]) -> list[_CellText]:
    cells = list(row)
    while cells and not cells[-1][0]:
        cells.pop()
    return cells


def _is_second_line(row: Sequence[_CellText]) -> bool:
    """A header of two lines: the years stand below 目标值."""
    own = [_heading(text) for text, _, covered in row if text and not covered]
    return bool(own) and all(
        len(text) <= 14 and read_column(text).kind in ("year", "baseline", "growth", "unit")
        for text in own
    )


def _two_lines(upper: Sequence[_CellText], lower: Sequence[_CellText]) -> list[str]:
    top = [(_heading(text), span) for text, span, _ in upper]
    if len(lower) == len(upper) and any(covered for _, _, covered in (*upper, *lower)):
        return [
            _heading(low) if _heading(low) and low_span != span else high
            for (high, span), (low, low_span, _) in zip(top, lower, strict=True)
        ]
    years = [_heading(text) for text, _, _ in lower if text]
    columns: list[str] = []
    for high, _ in top:
        kind = read_column(high).kind
        if kind in ("aim", "year") and years and "单位" not in high:
            columns += years
            years = []
        elif high:
            columns.append(high)
    return columns + years


def _continues(row: Sequence[_CellText], before: Grid) -> bool:
    """Whether a table without header goes on with the rows of the one before."""
    if before.index("no") is None or not before.rows:
        return False
    first = next((fold(text) for text, _, _ in row if text), "")
    last = before.rows[-1].texts.get(before.index("no") or 0, "")
    return first.isdecimal() and last.isdecimal() and int(first) == int(last) + 1


def _lay(row: Sequence[_CellText], columns: Sequence[Column]) -> Row:
    own = [cell_span for _, cell_span, covered in row if not covered] or [row[0][1]]
    span = (min(own)[0], max(end for _, end in own))
    cells = list(row)
    whole = len(cells) == len(columns) and (
        any(covered for *_, covered in cells) or bool(cells[-1][0])
    )
    if not whole:
        cells = _without_blank_end(cells)
    if len({cell_span for _, cell_span, _ in cells}) == 1 and len(columns) > 2:
        return Row(span, {}, {}, group=unwrap(cells[0][0]))
    filled = [text for text, _, covered in cells if text and not covered]
    if len(filled) == 2 and _GROUP_NUMBER.fullmatch(fold(filled[0])) and len(columns) > 2:
        return Row(span, {}, {}, group=unwrap(filled[1]))
    if whole or max(len(cells), len(columns)) > _WIDEST:
        places = [at if at < len(columns) else None for at in range(len(cells))]
    else:
        places = places_of([_heading(text) for text, _, _ in cells], columns)
    texts = {place: cells[i][0] for i, place in enumerate(places) if place is not None}
    spans = {place: cells[i][1] for i, place in enumerate(places) if place is not None}
    return Row(span, texts, spans)


def number_of(grid: Grid, row: Row) -> int | None:
    """The row's printed number (12, (3)); None where it has none."""
    column = grid.index("no")
    digits = re.sub(r"\D", "", fold(row.texts.get(column, ""))) if column is not None else ""
    return int(digits) if 0 < len(digits) <= 4 else None


def carried(grid: Grid, row: Row, kind: ColumnKind, before: str) -> str:
    """The row's text of that kind; the one above where a merged cell or a blank leaves it out."""
    texts = (unwrap(row.texts.get(index, "")) for index in grid.indexes(kind))
    return next((text for text in texts if text), before)


def lead_of(grid: Grid, row: Row, before: tuple[str, ...]) -> tuple[str, ...]:
    """Who leads the row; the leads above where a merged cell leaves them out."""
    column = grid.index("lead")
    column = grid.index("support") if column is None else column
    if column is None:
        return ()
    return read_lead(row.texts[column]) if column in row.texts else before
