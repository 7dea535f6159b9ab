"""The cells of a PDF table, and a table that goes on over the page's end."""

import re
from collections import defaultdict
from collections.abc import Sequence

from shucheng.plan.compiler.readers.assemble import GridCell
from shucheng.plan.compiler.readers.pdf_lines import Line, joined, lines_of
from shucheng.plan.compiler.readers.pdf_page import Char
from shucheng.plan.compiler.readers.pdf_tables import Table

Place = tuple[int, int]
Row = list[GridCell]

# What a cell keeps free at its two sides, together, and a bit of play.
_PADDING = 12.0
_COLUMN_PLAY = 6.0
# One office's name ends and another's begins: 市工信局 below 市数据局.
_NAMES = re.compile(r"[局委办部厅院署会][市省区县州]")
_NUMBER_HEADS = ("序号", "编号")


def rows_of(table: Table, chars: defaultdict[Place, list[Char]]) -> list[Row]:
    """The table's rows with the text of every cell."""
    return [
        [
            GridCell(_text(chars[row, column], table.width_of(row, column)))
            if owner == (row, column)
            else GridCell("", owner)
            for column, owner in enumerate(owners)
        ]
        for row, owners in enumerate(table.owners)
    ]


def same_columns(above: Table, below: Table) -> bool:
    """Whether the second table may continue the first one."""
    return len(above.columns) == len(below.columns) and all(
        abs(one - other) < _COLUMN_PLAY
        for one, other in zip(above.columns, below.columns, strict=True)
    )


def continue_rows(rows: list[Row], more: list[Row]) -> None:
    """Add the next page's rows: no head twice, torn rows and merged cells made whole."""
    head = 1 if [cell.text for cell in more[0]] == [cell.text for cell in rows[0]] else 0
    more = more[head:]
    if not more:
        return
    moved: dict[Place, Place] = {}
    torn = _is_torn(rows, more[0])
    for column, cell in enumerate(more[0]):
        owner = rows[-1][column].owner or (len(rows) - 1, column)
        if torn and cell.owner is None:
            held = rows[owner[0]][owner[1]]
            rows[owner[0]][owner[1]] = GridCell(joined(held.text, cell.text))
            moved[head, column] = owner
        elif not cell.text and cell.owner is None and _merges_down(rows, more, head, column):
            moved[head, column] = owner
    offset = len(rows) - head - torn
    for number, row in enumerate(more[torn:], head + torn):
        rows.append([_placed(cell, (number, at), moved, offset) for at, cell in enumerate(row)])


def _placed(cell: GridCell, place: Place, moved: dict[Place, Place], offset: int) -> GridCell:
    owner = cell.owner or place
    if owner in moved:
        return GridCell("", moved[owner])
    return cell if cell.owner is None else GridCell("", (owner[0] + offset, owner[1]))


def _is_torn(rows: Sequence[Row], first: Row) -> bool:
    """Whether the first row has no number of its own though every row has one."""
    heads = [cell.text.replace(" ", "") for cell in rows[0]]
    column = next((at for at, head in enumerate(heads) if head in _NUMBER_HEADS), None)
    if column is None or not rows[-1][column].text:
        return False
    return first[column].owner is None and not first[column].text and any(c.text for c in first)


def _merges_down(rows: Sequence[Row], more: Sequence[Row], head: int, column: int) -> bool:
    """Whether cells of this column reach over several rows."""
    before = any(row[column].owner not in (None, (at, column)) for at, row in enumerate(rows))
    after = any(row[column].owner == (head, column) for row in more[1:])
    return before or after


def _text(chars: Sequence[Char], width: float) -> str:
    """The cell's lines: run together where the first one had no room left, else apart."""
    text = ""
    above: Line | None = None
    for line in lines_of(chars):
        if above is None:
            text = line.text
        elif _had_room(above, line, width) or _NAMES.search(f"{text[-1:]}{line.text[:1]}"):
            text = f"{text} {line.text}"
        else:
            text = joined(text, line.text)
        above = line
    return text


def _had_room(above: Line, line: Line, width: float) -> bool:
    return above.right - above.left + line.head < width - _PADDING
