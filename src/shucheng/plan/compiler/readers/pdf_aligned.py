"""Tables of a PDF page that have no lines between their columns, only room."""

from collections.abc import Iterator, Sequence
from itertools import islice

from shucheng.plan.compiler.readers.assemble import GridCell
from shucheng.plan.compiler.readers.pdf_lines import Line, Segment
from shucheng.plan.compiler.readers.pdf_rows import Row
from shucheng.plan.compiler.readers.pdf_tables import Table

_LEAST_COLUMNS, _LEAST_ROWS = 3, 3
# How far the next line of a table may be, in sizes of the font.
_REACH = 3.2

Column = tuple[float, float]
Found = tuple[Table, list[Row]]


def take_aligned_tables(lines: Sequence[Line]) -> tuple[list[Line], list[Found]]:
    """Lines that stand outside such tables, and the tables."""
    outside: list[Line] = []
    tables: list[Found] = []
    at = 0
    while at < len(lines):
        run = list(_run(lines, at))
        if sum(len(line.segments) >= _LEAST_COLUMNS for line in run) >= _LEAST_ROWS:
            tables.append(_table(run))
            at += len(run)
        else:
            outside.append(lines[at])
            at += 1
    return outside, tables


def _run(lines: Sequence[Line], start: int) -> Iterator[Line]:
    """The lines from there on as far as they fill the columns of the widest ones."""
    columns: list[Column] = []
    above = lines[start]
    for line in islice(lines, start, None):
        if above.y - line.y > _REACH * line.size:
            return
        if len(line.segments) >= _LEAST_COLUMNS:
            columns = _columns([*columns, *line.segments])
        elif any(len(_columns_of(segment, columns)) != 1 for segment in line.segments):
            return
        if len(columns) < _LEAST_COLUMNS:
            return
        yield line
        above = line


def _columns(intervals: Sequence[Column | Segment]) -> list[Column]:
    """Where text stands in any row, from left to right."""
    merged: list[Column] = []
    for left, right, *_ in sorted(intervals):
        if merged and left < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return merged


def _columns_of(segment: Segment, columns: Sequence[Column]) -> list[int]:
    return [
        at
        for at, (left, right) in enumerate(columns)
        if segment.left < right and left < segment.right
    ]


def _table(run: Sequence[Line]) -> Found:
    columns = _columns([segment for line in run for segment in line.segments])
    rows: list[list[str]] = []
    for line in run:
        cells = [""] * len(columns)
        for segment in line.segments:
            cells[_columns_of(segment, columns)[0]] = segment.text
        # A line without the first cell goes on with the row above it.
        if cells[0] or not rows:
            rows.append(cells)
        else:
            rows[-1] = [held + more for held, more in zip(rows[-1], cells, strict=True)]
    edges = (columns[0][0], *(left for left, _ in columns[1:]), columns[-1][1])
    ends = (run[0].y + run[0].size, run[-1].y)
    owners = tuple((0, column) for column in range(len(columns)))
    return Table(edges, ends, (owners,)), [[GridCell(text) for text in row] for row in rows]
