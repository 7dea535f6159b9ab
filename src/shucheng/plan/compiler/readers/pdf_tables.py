"""Tables of a PDF page, from their ruling lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shucheng.plan.compiler.readers.pdf_page import Char, Page, Rule

# Lines so near count as one; ends so near touch.
_NEAR = 3.0
_LEAST_LENGTH = 12.0
_MAX_LINES = 600


@dataclass(frozen=True, slots=True)
class Table:
    """A table's lines (left to right, top to bottom) and which cell each field belongs to."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    owners: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def top(self) -> float:
        return self.rows[0]

    @property
    def bottom(self) -> float:
        return self.rows[-1]

    def holds(self, char: Char) -> bool:
        x, y = (char.left + char.right) / 2, (char.bottom + char.top) / 2
        return (
            self.columns[0] - 1 <= x <= self.columns[-1] + 1
            and self.bottom - 1 <= y <= self.top + 1
        )

    def cell_of(self, char: Char) -> tuple[int, int]:
        """The row and column of the cell that the character stands in."""
        x, y = (char.left + char.right) / 2, (char.bottom + char.top) / 2
        column = sum(line <= x for line in self.columns[1:-1])
        row = sum(line >= y for line in self.rows[1:-1])
        return self.owners[row][column]

    def width_of(self, row: int, column: int) -> float:
        """How wide the cell that begins there is."""
        last = column
        while last + 1 < len(self.columns) - 1 and self.owners[row][last + 1] == (row, column):
            last += 1
        return self.columns[last + 1] - self.columns[column]


def tables_of(page: Page) -> list[Table]:
    """The page's tables from top to bottom. A single box around text is no table."""
    across = _merged(rule for rule in page.rules if rule.horizontal)
    down = _merged(rule for rule in page.rules if not rule.horizontal)
    if len(across) * len(down) > _MAX_LINES**2:
        return []
    tables = [_table(*group) for group in _groups(across, down)]
    return sorted((table for table in tables if table is not None), key=lambda table: -table.top)


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces of one line joined; Word draws a line cell by cell."""
    lines: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if lines and rule.at - lines[-1][0].at <= _NEAR:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    merged: list[Rule] = []
    for line in lines:
        pieces = sorted(line, key=lambda rule: rule.low)
        joined = [pieces[0]]
        for piece in pieces[1:]:
            held = joined[-1]
            if piece.low <= held.high + _NEAR:
                joined[-1] = replace(held, high=max(held.high, piece.high))
            else:
                joined.append(replace(piece, at=held.at))
        merged += joined
    return [rule for rule in merged if rule.high - rule.low >= _LEAST_LENGTH]


def _groups(
    across: Sequence[Rule], down: Sequence[Rule]
) -> Iterable[tuple[list[Rule], list[Rule]]]:
    """Lines that touch one another, directly or through others."""
    leader = list(range(len(across) + len(down)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for i, row in enumerate(across):
        for j, column in enumerate(down, len(across)):
            if _between(row.at, column) and _between(column.at, row):
                leader[find(i)] = find(j)
    groups: defaultdict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for index, rule in enumerate([*across, *down]):
        groups[find(index)][0 if rule.horizontal else 1].append(rule)
    return groups.values()


def _between(at: float, rule: Rule) -> bool:
    return rule.low - _NEAR <= at <= rule.high + _NEAR


def _table(across: list[Rule], down: list[Rule]) -> Table | None:
    if not across or not down:
        return None
    # A table may have no lines at its sides, nor one where a page's end cuts it.
    sides = [min(rule.low for rule in across), max(rule.high for rule in across)]
    ends = [min(rule.low for rule in down), max(rule.high for rule in down)]
    columns = _positions([rule.at for rule in down] + sides)
    rows = _positions([rule.at for rule in across] + ends)[::-1]
    if (len(columns) - 1) * (len(rows) - 1) < 3:
        return None
    return Table(columns, rows, _owners(columns, rows, across, down))


def _positions(values: Iterable[float]) -> tuple[float, ...]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _NEAR:
            kept.append(value)
    return tuple(kept)


def _owners(
    columns: tuple[float, ...], rows: tuple[float, ...], across: list[Rule], down: list[Rule]
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """For every field the first field of its cell: fields with no line between them are one."""
    high, wide = len(rows) - 1, len(columns) - 1
    owner = {(row, column): (row, column) for row in range(high) for column in range(wide)}
    for row in range(high):
        middle = (rows[row] + rows[row + 1]) / 2
        for column in range(1, wide):
            if not _parted(columns[column], middle, down):
                owner[row, column] = owner[row, column - 1]
    for row in range(1, high):
        for column in range(wide):
            middle = (columns[column] + columns[column + 1]) / 2
            if owner[row, column][1] == column and not _parted(rows[row], middle, across):
                above = owner[row - 1, column]
                for across_column in range(column, wide):
                    if owner[row, across_column] == (row, column):
                        owner[row, across_column] = above
    return tuple(tuple(owner[row, column] for column in range(wide)) for row in range(high))


def _parted(at: float, middle: float, rules: list[Rule]) -> bool:
    return any(abs(rule.at - at) <= _NEAR and rule.low <= middle <= rule.high for rule in rules)
