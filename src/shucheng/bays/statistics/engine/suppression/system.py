"""The tables as a system of sums with room to move, and whom every sensitive cell is kept from.

A reader knows the published cells, the sums, and bounds on every value. What he can still believe
are the true values plus a *shift*: zero in published cells, zero in every sum, within the room
that the bounds leave. A cell is protected when there are shifts that take it far enough up and
far enough down (Fischetti and Salazar, Management Science 47(7), 2001).

More can be subtracted. A firm alone in a suppressed cell knows that cell: all others are kept from
it too. Suppressed cells whose sum can be formed are together a cell of the table, an *implied* one:
if that is sensitive it is protected like others. A county's people (`Insider`) subtract their own
column: to them a cell is what is left without it.

Not met: firms or counties that pool what they know, a contributor's guess from its share in a cell
of several, and sums over several margins at once (only what is left of one total is looked at).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shucheng.bays.statistics.engine.suppression.rules import Rules, Sensitive, sensitivity
from shucheng.bays.statistics.engine.suppression.tables import (
    Cell,
    Cells,
    Key,
    Tables,
)

Indices = NDArray[np.int64]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Weighing = Literal["cells", "value", "information"]

# Shifts are found in floating point: a distance counts as kept when short of it by less.
TOLERANCE = 1e-6
NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sum:
    """The shift of `total` is the sum of the shifts of `parts` (positions in the system)."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A shift of at least `need` in `direction` must be possible for one who knows `known`."""

    cell: int
    direction: int
    need: float
    known: frozenset[int]


@dataclass(frozen=True)
class View:
    """What is sensitive to a reader who knows some cells (nobody's people: none). `cells` are what
    is left of each without what is known; None where nothing is."""

    rules: Rules
    known: frozenset[int]
    cells: tuple[Cell | None, ...]

    @cached_property
    def sensitive(self) -> dict[int, Sensitive]:
        found = ((at, sensitivity(cell, self.rules)) for at, cell in enumerate(self.cells) if cell)
        return {at: each for at, each in found if each and at not in self.known}

    def together(self, parts: Iterable[int]) -> Cell | None:
        """Cells as one, without those that are known."""
        rest = [cell for at in parts if at not in self.known and (cell := self.cells[at])]
        return union(rest) if rest else None

    def tells(self, parts: Iterable[int]) -> bool:
        """Whether cells are sensitive together."""
        cell = self.together(parts)
        return cell is not None and sensitivity(cell, self.rules) is not None

    def extended(self, groups: Iterable[tuple[int, ...]]) -> "View":
        return replace(self, cells=self.cells + tuple(self.together(parts) for parts in groups))


@dataclass(frozen=True)
class System:
    """Cells in the order of their keys, then implied ones (which no one publishes)."""

    rules: Rules
    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...]
    published: int  # how many of the cells are cells of the tables
    fixed: Mask  # certainly known: empty, or published before
    kept: Mask  # withheld in any case
    weights: Values  # what it costs to suppress a cell
    wanted: Values  # by how much more a reader would miss it than another
    down: Values  # room below and above the true value
    up: Values
    reader: View
    insiders: tuple[View, ...] = ()
    judged: dict[tuple[int, ...], bool] = field(default_factory=dict, repr=False)

    @property
    def sensitive(self) -> dict[int, Sensitive]:
        """What is sensitive to a reader who knows nothing from inside."""
        return self.reader.sensitive

    @cached_property
    def asked(self) -> dict[int, Sensitive]:
        """What is sensitive to anybody, with the widest range."""
        views = (self.reader, *self.insiders)
        each = {at: [v.sensitive[at] for v in views if at in v.sensitive]
                for v in views for at in v.sensitive}  # fmt: skip
        return {at: _widest_of(found) for at, found in each.items()}

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
        """Suppressed in any case: sensitive cells, implied ones, which are never printed, and those
        that stay withheld."""
        mask = self.kept.copy()
        mask[list(self.asked)] = True
        return mask & ~self.fixed

    @cached_property
    def held(self) -> dict[str, frozenset[int]]:
        """Of each lone holder the cells that it knows, being alone in them."""
        found: dict[str, set[int]] = defaultdict(set)
        for at, cell in enumerate(self.reader.cells):
            if cell and cell.sole:
                found[cell.sole].add(at)
        return {holder: frozenset(cells) for holder, cells in found.items()}

    def sole(self, at: int) -> str | None:
        """The holder that is alone in a cell."""
        cell = self.reader.cells[at]
        return cell.sole if cell else None

    def outsiders(self) -> list[Target]:
        """What is kept from a reader who knows no firm from inside, widest first."""
        found = (t for at, each in self.sensitive.items() for t in self._targets(at, each))
        return sorted(found, key=_widest)

    def areas(self) -> list[Target]:
        """What is kept from insiders only, or farther from them than from others."""
        found = (
            target
            for view in self.insiders
            for at, each in view.sensitive.items()
            if each != self.sensitive.get(at)
            for target in self._targets(at, each, view.known, self._own(view, at))
        )
        return sorted(found, key=_widest)

    def inside(self, target: Target, moved: Collection[int]) -> list[Target]:
        """The same kept from the insiders, and from the lone holders of cells, whose knowledge its
        proof moves. For all others it holds as it is: it leaves alone what they know."""
        at = target.cell
        found = [
            near
            for view in self.insiders
            if at in view.sensitive and not view.known.isdisjoint(moved)
            for near in self._targets(at, view.sensitive[at], view.known, self._own(view, at))
        ]
        if at not in self.sensitive:  # to people who know a part of it alone
            return [near for near in found if near.direction == target.direction]
        # What a holder alone makes sensitive is no secret from it.
        holders = {holder for each in moved if (holder := self.sole(each))} - {self.sole(at)}
        for holder in sorted(holders):
            own = dict(self.cells[at].largest).get(holder, 0)
            found += self._targets(at, self.sensitive[at], self.held[holder], own)
        return [near for near in found if near.direction == target.direction]

    def _own(self, view: View, at: int) -> int:
        """What of a cell is known to a reader."""
        left = view.cells[at]
        return self.cells[at].total - (left.total if left else 0)

    def _targets(
        self, at: int, sensitive: Sensitive, known: frozenset[int] = NOTHING, own: int = 0
    ) -> Iterator[Target]:
        """Both directions; downwards only what is not the insider's own can go."""
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
                if parts not in self._parts and parts not in found and self._tells(parts):
                    found[parts] = union([self.cells[at] for at in parts])
        return sorted(found.items())

    def _tells(self, parts: tuple[int, ...]) -> bool:
        if parts not in self.judged:
            self.judged[parts] = any(v.tells(parts) for v in (self.reader, *self.insiders))
        return self.judged[parts]

    def _groups(self, each: Sum, suppressed: Mask) -> Iterator[tuple[int, ...]]:
        hidden = tuple(at for at in each.parts if suppressed[at])
        if len(hidden) > 1 and not suppressed[each.total]:
            yield hidden
        held: dict[str, list[int]] = defaultdict(list)
        for at in hidden:
            if holder := self.sole(at):
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
            kept=np.append(self.kept, np.zeros(more, dtype=np.bool_)),
            weights=np.append(self.weights, np.zeros(more)),
            wanted=np.append(self.wanted, np.ones(more)),
            down=np.append(self.down, [self.down[group].sum() for group in groups]),
            up=np.append(self.up, [self.up[group].sum() for group in groups]),
            reader=self.reader.extended(parts for parts, _ in found),
            insiders=tuple(v.extended([parts for parts, _ in found]) for v in self.insiders),
        )


def system_of(
    tables: Tables,
    rules: Rules,
    *,
    published: Collection[Key] = (),
    withheld: Collection[Key] = (),
    wanted: Mapping[Key, float] | None = None,
    weighing: Weighing = "information",
) -> System:
    """The system of tables: `published` are cells whose values are out already, `withheld` those
    that stay withheld, `wanted` those that a reader would miss so much more than another.

    Raises TableRefused where cells do not add up.
    """
    cells = tuple(tables.cells[key] for key in sorted(tables.cells))
    at = {cell.key: position for position, cell in enumerate(cells)}
    sums = (Sum(at[r.total], tuple(at[part] for part in r.parts)) for r in tables.relations())
    totals = np.array([cell.total for cell in cells], dtype=np.float64)
    gross = np.array([cell.gross for cell in cells], dtype=np.float64)
    out, stay = frozenset(published), frozenset(withheld)
    known = [_is_known(cell, rules) or cell.key in out for cell in cells]
    down, up = _room(totals, rules)
    return System(
        rules=rules,
        cells=cells,
        sums=tuple(each for each in sums if each.parts),
        published=len(cells),
        fixed=np.array(known, dtype=np.bool_),
        kept=np.array([cell.key in stay for cell in cells], dtype=np.bool_),
        weights={"cells": np.ones(len(cells)), "value": gross, "information": np.log1p(gross)}[
            weighing
        ],
        wanted=np.array([(wanted or {}).get(cell.key, 1.0) for cell in cells]),
        down=down,
        up=up,
        reader=View(rules, NOTHING, _left(cells, tables.cells, rules)),
        insiders=tuple(
            View(rules, frozenset(at[key] for key in each.knows), _left(cells, each.left, rules))
            for each in (tables.insiders if rules.insiders else ())
        ),
    )


def _left(cells: Iterable[Cell], left: Cells, rules: Rules) -> tuple[Cell | None, ...]:
    """What is left of each cell; None where nobody has anything."""
    found = (left.get(cell.key) for cell in cells)
    return tuple(cell if cell and not _is_known(cell, rules) else None for cell in found)


def _widest_of(found: list[Sensitive]) -> Sensitive:
    rules = tuple(dict.fromkeys(rule for each in found for rule in each.rules))
    return Sensitive(rules, max(each.lower for each in found), max(each.upper for each in found))


def _widest(target: Target) -> tuple[float, int, int, list[int]]:
    return -target.need, target.cell, target.direction, sorted(target.known)


def _is_known(cell: Cell, rules: Rules) -> bool:
    """Nobody has anything in it: a reader can see from the counts of firms that it is zero."""
    return cell.firms == 0 and not (rules.suppress_zeros and cell.silent)


def _room(totals: Values, rules: Rules) -> tuple[Values, Values]:
    """Of a cell below the floor a reader knows no floor; of all others he is taken to know it,
    even where he cannot be sure."""
    down = np.full(len(totals), np.inf)
    up = np.full(len(totals), np.inf)
    if rules.floor is not None:
        down = np.where(totals < rules.floor, np.inf, totals - rules.floor)
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
