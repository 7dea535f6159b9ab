"""An attacker in exact arithmetic, who shares no code with the protection.

He has what was published, forms every sum of the tables himself, and finds the least and the
greatest value of a withheld cell by a simplex over rational numbers (Bland's rule).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shucheng.bays.statistics.engine.suppression.release import Release
from shucheng.bays.statistics.engine.suppression.tables import Key

# A dimension as the attacker knows it: each member with what it is the sum of.
Hierarchy = Mapping[str, tuple[tuple[str, ...], ...]]
Row = list[Fraction]


@dataclass
class Attacker:
    """`values` are published cells; `withheld` the others; all other addresses are empty."""

    hierarchies: tuple[Hierarchy, ...]
    values: dict[Key, int]
    withheld: list[Key]

    def knowing(self, more: Mapping[Key, int]) -> "Attacker":
        rest = [key for key in self.withheld if key not in more]
        return Attacker(self.hierarchies, {**self.values, **more}, rest)

    def equations(self) -> list[tuple[dict[Key, int], int]]:
        """Sums over withheld cells with the number they must give."""
        found = []
        known = {**self.values, **dict.fromkeys(self.withheld)}
        for key in known:
            for at, hierarchy in enumerate(self.hierarchies):
                for parts in hierarchy.get(key[at], ()):
                    keys = [(*key[:at], part, *key[at + 1 :]) for part in parts]
                    if not any(k in known for k in keys):
                        continue
                    signs = {key: 1} | {k: -1 for k in keys if k in known}
                    right = -sum(s * self.values.get(k, 0) for k, s in signs.items())
                    left = {k: s for k, s in signs.items() if k not in self.values}
                    if left:
                        found.append((left, right))
        return found

    def bounds(self, wanted: list[Key]) -> dict[Key, tuple[Fraction, Fraction | None]]:
        """The least and the greatest value (None: none) of each wanted withheld cell."""
        at = {key: n for n, key in enumerate(self.withheld)}
        rows = []
        for left, right in self.equations():
            row = [Fraction(0)] * (len(at) + 1)
            for key, sign in left.items():
                row[at[key]] = Fraction(sign)
            row[-1] = Fraction(right)
            rows.append(row if right >= 0 else [-x for x in row])
        simplex = Simplex(rows, len(at))
        found = {}
        for key in wanted:
            least = simplex.least(at[key], 1)
            greatest = simplex.least(at[key], -1)
            assert least is not None
            found[key] = (least, None if greatest is None else -greatest)
        return found

    def determined(self) -> set[Key]:
        """Withheld cells that the sums alone give exactly (Gauss-Jordan elimination)."""
        at = {key: n for n, key in enumerate(self.withheld)}
        rows = []
        for left, right in self.equations():
            row = [Fraction(0)] * (len(at) + 1)
            for key, sign in left.items():
                row[at[key]] = Fraction(sign)
            row[-1] = Fraction(right)
            rows.append(row)
        pivots = _eliminate(rows, len(at))
        return {
            self.withheld[column]
            for column, row in pivots.items()
            if not any(row[other] for other in range(len(at)) if other != column)
        }


def attacker(made: Release, hierarchies: tuple[Hierarchy, ...]) -> Attacker:
    """He has the public form, nothing else."""
    public = made.public()
    values = {cell.key: cell.value for cell in public if cell.value is not None}
    return Attacker(hierarchies, values, [cell.key for cell in public if cell.value is None])


class Simplex:
    """min ±x_j subject to rows · x = right, x >= 0; the first phase is done once."""

    def __init__(self, rows: list[Row], size: int) -> None:
        self.size = size
        made = [
            row[:-1] + [Fraction(int(i == j)) for j in range(len(rows))] + row[-1:]
            for i, row in enumerate(rows)
        ]
        basis = [size + i for i in range(len(rows))]
        cost = [Fraction(0)] * size + [Fraction(1)] * len(rows) + [Fraction(0)]
        assert _minimise(made, basis, cost, size + len(rows)) == 0, "the table contradicts itself"
        for i, basic in enumerate(basis):
            if basic >= size:
                column = next((j for j in range(size) if made[i][j]), None)
                if column is not None:
                    _pivot(made, basis, i, column)
        keep = [i for i, basic in enumerate(basis) if basic < size]
        self.rows = [made[i][:size] + made[i][-1:] for i in keep]
        self.basis = [basis[i] for i in keep]

    def least(self, column: int, sign: int) -> Fraction | None:
        cost = [Fraction(0)] * (self.size + 1)
        cost[column] = Fraction(sign)
        return _minimise(self.rows, self.basis, cost, self.size)


def _minimise(rows: list[Row], basis: list[int], cost: Row, size: int) -> Fraction | None:
    """The least cost from a feasible basis, which is moved on; None if it has no end."""
    while True:
        reduced = list(cost)
        for row, basic in zip(rows, basis, strict=True):
            if cost[basic]:
                reduced = [r - cost[basic] * x for r, x in zip(reduced, row, strict=True)]
        enter = next((j for j in range(size) if reduced[j] < 0), None)
        if enter is None:
            return -reduced[-1]
        ratios = [(r[-1] / r[enter], basis[i], i) for i, r in enumerate(rows) if r[enter] > 0]
        if not ratios:
            return None
        _pivot(rows, basis, min(ratios)[2], enter)


def _pivot(rows: list[Row], basis: list[int], leave: int, enter: int) -> None:
    scale = rows[leave][enter]
    rows[leave] = [x / scale for x in rows[leave]]
    for i, row in enumerate(rows):
        if i != leave and row[enter]:
            factor = row[enter]
            rows[i] = [x - factor * y if y else x for x, y in zip(row, rows[leave], strict=True)]
    basis[leave] = enter


def _eliminate(rows: list[Row], size: int) -> dict[int, Row]:
    basis = [-1] * len(rows)
    done = 0
    for column in range(size):
        at = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if at is None:
            continue
        rows[done], rows[at] = rows[at], rows[done]
        _pivot(rows, basis, done, column)
        done += 1
    return {basis[i]: rows[i] for i in range(done)}
