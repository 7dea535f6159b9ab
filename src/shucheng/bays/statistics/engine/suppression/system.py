"""The tables as a system of sums with room to move, and whom every sensitive cell is kept from.

A reader knows the published cells, the sums, and bounds on every value. What he can still believe
are the true values plus a *shift*: zero in published cells, zero in every sum, within the room
that the bounds leave. A cell is protected when there are shifts that take it far enough up and
far enough down (Fischetti and Salazar, Management Science 47(7), 2001).

Two things more can be subtracted. A firm alone in a suppressed cell knows that cell: all others are
kept from it too. And suppressed cells whose sum can be formed are
together a cell of the table, an *implied* one: if that is sensitive it is protected like others.

Not met: firms that pool what they know, a contributor's guess from its share in a cell of several,
and sums over several margins at once (only what is left of one total is looked at).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shucheng.bays.statistics.engine.suppression.rules import Rules, Sensitive, sensitivity
from shucheng.bays.statistics.engine.suppression.tables import (
    Cell,
    Key,
    TableRefused,
    Tables,
)

Indices = NDArray[np.int64]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Weighing = Literal["cells", "value", "information"]

# Shifts are found in floating point: a distance counts as kept when short of it by less.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Sum:
    """The shift of `total` is the sum of the shifts of `parts` (positions in the system)."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A shift of at least `need` in `direction` must be possible for one who knows `known`."""

    cell: int
    direction: int
    need: float
    known: tuple[int, ...]


@dataclass(frozen=True)
class System:
    """Cells in the order of their keys, then implied ones (which no one publishes)."""

    rules: Rules
    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...]
    published: int  # how many of the cells are cells of the tables
    fixed: Mask  # certainly known: empty, or published before
    weights: Values  # what it costs to suppress a cell
    down: Values  # room below and above the true value
    up: Values

    @cached_property
    def sensitive(self) -> dict[int, Sensitive]:
        found = ((at, sensitivity(cell, self.rules)) for at, cell in enumerate(self.cells))
        return {at: sensitive for at, sensitive in found if sensitive}

    @cached_property
    def sums_of(self) -> dict[int, tuple[Sum, ...]]:
        """The sums each cell takes part in."""
        found: dict[int, list[Sum]] = defaultdict(list)
        for each in self.sums:
            for at in (each.total, *each.parts):
                found[at].append(each)
        return {at: tuple(sums) for at, sums in found.items()}

    @cached_property
    def _parts(self) -> frozenset[tuple[int, ...]]:
        return frozenset(each.parts for each in self.sums)

    @cached_property
    def primary(self) -> Mask:
        """Suppressed in any case: sensitive cells, and implied ones, which are never printed."""
        mask = np.zeros(len(self.cells), dtype=np.bool_)
        mask[list(self.sensitive)] = True
        return mask & ~self.fixed

    @cached_property
    def held(self) -> dict[str, tuple[int, ...]]:
        """Lone holders and the cells that they know, being alone in them."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, cell in enumerate(self.cells):
            if cell.sole is not None:
                found[cell.sole].append(at)
        return {holder: tuple(cells) for holder, cells in found.items()}

    def outsiders(self) -> list[Target]:
        """What is kept from a reader who knows no firm from inside, widest first."""
        found = (target for at in self.sensitive for target in self._targets(at))
        return sorted(found, key=lambda t: (-t.need, t.cell, t.direction))

    def insiders(self, target: Target, moved: Iterable[int]) -> list[Target]:
        """The same kept from the lone holders of cells that its proof moves.

        For all other holders the proof holds as it is: it leaves alone what they know.
        """
        holders = {self.cells[at].sole for at in moved} - {None, self.cells[target.cell].sole}
        found = []
        for holder in sorted(holder for holder in holders if holder is not None):
            own = dict(self.cells[target.cell].largest).get(holder, 0)
            near = self._targets(target.cell, own, self.held[holder])
            found += [each for each in near if each.direction == target.direction]
        return found

    def _targets(self, at: int, own: int = 0, known: tuple[int, ...] = ()) -> Iterator[Target]:
        """Both directions; downwards only what is not the insider's own can go."""
        sensitive = self.sensitive[at]
        for direction, asked, room in (
            (-1, sensitive.lower, self.down[at] - own),
            (1, sensitive.upper, self.up[at]),
        ):
            need = min(float(asked), float(room))
            if need > 0:
                yield Target(at, direction, need, known)

    def implied(
        self, suppressed: Mask, sums: Iterable[Sum] | None = None
    ) -> list[tuple[tuple[int, ...], Cell]]:
        """Sensitive sums of suppressed cells that are not cells of the system yet.

        Those that a published total gives away, and those that belong to one holder alone.
        """
        found: dict[tuple[int, ...], Cell] = {}
        for each in self.sums if sums is None else sums:
            for parts in self._groups(each, suppressed):
                if parts not in self._parts and parts not in found:
                    together = union([self.cells[at] for at in parts])
                    if sensitivity(together, self.rules):
                        found[parts] = together
        return sorted(found.items())

    def _groups(self, each: Sum, suppressed: Mask) -> Iterator[tuple[int, ...]]:
        hidden = tuple(at for at in each.parts if suppressed[at])
        if len(hidden) > 1 and not suppressed[each.total]:
            yield hidden
        held: dict[str, list[int]] = defaultdict(list)
        for at in hidden:
            if holder := self.cells[at].sole:
                held[holder].append(at)
        yield from (tuple(group) for group in held.values() if len(group) > 1)

    def with_implied(self, found: list[tuple[tuple[int, ...], Cell]]) -> "System":
        """The system with sums of cells added as cells that are never published."""
        start, more = len(self.cells), len(found)
        groups = [list(parts) for parts, _ in found]
        added = (Sum(start + n, parts) for n, (parts, _) in enumerate(found))
        return replace(
            self,
            cells=self.cells + tuple(cell for _, cell in found),
            sums=self.sums + tuple(added),
            fixed=np.append(self.fixed, np.zeros(more, dtype=np.bool_)),
            weights=np.append(self.weights, np.zeros(more)),
            down=np.append(self.down, [self.down[group].sum() for group in groups]),
            up=np.append(self.up, [self.up[group].sum() for group in groups]),
        )


def system_of(
    tables: Tables,
    rules: Rules,
    *,
    published: Collection[Key] = (),
    weighing: Weighing = "information",
) -> System:
    """The system of tables: `published` are cells whose values are out already.

    Raises TableRefused where cells do not add up or lie below the floor of the rules.
    """
    cells = tuple(tables.cells[key] for key in sorted(tables.cells))
    for cell in cells:
        if rules.floor is not None and cell.total < rules.floor:
            raise TableRefused("below_floor", cell.key, "use rules with a lower floor, or None")
    at = {cell.key: position for position, cell in enumerate(cells)}
    sums = (Sum(at[r.total], tuple(at[part] for part in r.parts)) for r in tables.relations())
    totals = np.array([cell.total for cell in cells], dtype=np.float64)
    gross = np.array([cell.gross for cell in cells], dtype=np.float64)
    out = frozenset(published)
    known = [_is_known(cell, rules) or cell.key in out for cell in cells]
    down, up = _room(totals, rules)
    return System(
        rules=rules,
        cells=cells,
        sums=tuple(each for each in sums if each.parts),
        published=len(cells),
        fixed=np.array(known, dtype=np.bool_),
        weights={"cells": np.ones(len(cells)), "value": gross, "information": np.log1p(gross)}[
            weighing
        ],
        down=down,
        up=up,
    )


def _is_known(cell: Cell, rules: Rules) -> bool:
    """Nobody has anything in it: a reader can see from the counts of firms that it is zero."""
    return cell.firms == 0 and not (rules.suppress_zeros and cell.silent)


def _room(totals: Values, rules: Rules) -> tuple[Values, Values]:
    down = np.full(len(totals), np.inf)
    up = np.full(len(totals), np.inf)
    if rules.floor is not None:
        down = np.maximum(totals - rules.floor, 0.0)
    if rules.prior_percent is not None:
        near = np.abs(totals) * rules.prior_percent / 100
        down, up = np.minimum(down, near), np.minimum(up, near)
    return down, up


def union(cells: list[Cell]) -> Cell:
    """Several cells as one; where contributors are not all listed they are counted low."""
    held: dict[str, int] = defaultdict(int)
    for cell in cells:
        for holder, amount in cell.largest:
            held[holder] += amount
    largest = tuple(sorted(held.items(), key=lambda item: (-item[1], item[0])))
    return Cell(
        key=(),
        total=sum(cell.total for cell in cells),
        firms=max(len(held), *(cell.firms for cell in cells)),
        largest=largest,
        gross=sum(cell.gross for cell in cells),
    )
