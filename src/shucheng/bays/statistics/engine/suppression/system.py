"""The tables as a system of sums with room to move, and whom every sensitive cell is kept from.

A reader knows the published cells, the sums, and bounds on every value. What he can still believe
are the true values plus a *shift*: zero in published cells, zero in every sum, within the room
that the bounds leave. A cell is protected when there are shifts that take it far enough up and
far enough down (Fischetti and Salazar, Management Science 47(7), 2001).

More can be subtracted. A firm alone in a suppressed cell knows that cell: all others are kept from
it too. Suppressed cells whose sum can be formed are together a cell of the table, an *implied* one:
if that is sensitive it is protected like others. From tables that are out a reader has what changed
since: a cell is as sensitive as its most sensitive change. A county's people (`Insider`) subtract
their own column: to them a cell is what is left without it.

Not met: firms or counties that pool what they know, a contributor's guess from its share in a cell
of several, and sums over several margins at once (only what is left of one total is looked at).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
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


# A cell as it is judged: itself, then its changes since each of the tables that are out.
Looks = tuple[Cell | None, ...]


@dataclass(frozen=True)
class View:
    """What is sensitive to a reader who knows some cells (nobody's people: none)."""

    rules: Rules
    known: frozenset[int]
    looks: tuple[Looks, ...]

    @cached_property
    def sensitive(self) -> dict[int, Sensitive]:
        found = ((at, worst(looks, self.rules)) for at, looks in enumerate(self.looks))
        return {at: each for at, each in found if each and at not in self.known}

    def together(self, parts: Iterable[int]) -> Looks:
        """Cells as one, without those that are known."""
        rest = [self.looks[at] for at in parts if at not in self.known]
        looks = ([cell for cell in each if cell] for each in zip(*rest, strict=True))
        return tuple(union(cells) if cells else None for cells in looks)

    def extended(self, groups: Iterable[tuple[int, ...]]) -> "View":
        return replace(self, looks=self.looks + tuple(self.together(parts) for parts in groups))


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
    down: Values  # room below and above the true value
    up: Values
    reader: View
    told: tuple[tuple[bool, ...], ...]  # of each cell whether the earlier tables told it
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
    def sole(self) -> tuple[frozenset[str], ...]:
        """Of each cell the holders that know it: alone in it or in its change since it was told."""
        found = (enumerate(looks) for looks in self.reader.looks)
        return tuple(
            frozenset(
                each.sole for look, each in looks if each and each.sole and self._told(at, look)
            )
            for at, looks in enumerate(found)
        )

    @cached_property
    def held(self) -> dict[str, dict[int, frozenset[int]]]:
        """Lone holders, and for each look the cells that they know by it."""
        found: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for at, looks in enumerate(self.reader.looks):
            for look, each in enumerate(looks):
                if each and each.sole and self._told(at, look):
                    found[each.sole][look].add(at)
        return {
            holder: {look: frozenset(cells) for look, cells in by_look.items()}
            for holder, by_look in found.items()
        }

    def _told(self, at: int, look: int) -> bool:
        """Whether one alone in a look knows the cell: its change by what was told, or itself."""
        return look == 0 or (at < self.published and self.told[at][look - 1])

    def _known(self, at: int, holder: str) -> frozenset[int]:
        """What a lone holder knows of use against a cell. What was told before tells nothing new of
        a cell in which no other changed since."""
        looks = self.reader.looks[at]
        return NOTHING.union(
            *(
                cells
                for look, cells in self.held[holder].items()
                if look == 0 or ((each := looks[look]) and each.firms and each.sole != holder)
            )
        )

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
            for target in self._targets(at, each, view.known)
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
            for near in self._targets(at, view.sensitive[at], view.known)
        ]
        holders = frozenset[str]().union(*(self.sole[each] for each in moved)) - self.sole[at]
        for holder in sorted(holders):
            own = dict(self.cells[at].largest).get(holder, 0)
            # What a holder alone makes sensitive is no secret from it.
            known, others = self._known(at, holder), self._of_others(at, holder)
            if known and others:
                found += self._targets(at, others, known, own)
        return [near for near in found if near.direction == target.direction]

    def _of_others(self, at: int, holder: str) -> Sensitive | None:
        looks = self.reader.looks[at]
        if not any(look and look.sole == holder for look in looks):
            return self.sensitive[at]
        return worst(tuple(look for look in looks if look and look.sole != holder), self.rules)

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
            views = (self.reader, *self.insiders)
            self.judged[parts] = any(worst(v.together(parts), self.rules) for v in views)
        return self.judged[parts]

    def _groups(self, each: Sum, suppressed: Mask) -> Iterator[tuple[int, ...]]:
        hidden = tuple(at for at in each.parts if suppressed[at])
        if len(hidden) > 1 and not suppressed[each.total]:
            yield hidden
        held: dict[str, list[int]] = defaultdict(list)
        for at in hidden:
            for holder in self.sole[at]:
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
    weighing: Weighing = "information",
) -> System:
    """The system of tables: `published` are cells whose values are out already, `withheld` those
    that stay withheld.

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
        down=down,
        up=up,
        reader=View(
            rules,
            NOTHING,
            _looks(cells, (tables.cells, *(each.cells for each in tables.changes)), rules),
        ),
        told=tuple(tuple(cell.key in each.told for each in tables.changes) for cell in cells),
        insiders=tuple(
            View(rules, frozenset(at[key] for key in each.knows), _looks(cells, each.left, rules))
            for each in (tables.insiders if rules.insiders else ())
        ),
    )


def _looks(cells: Iterable[Cell], tables: Sequence[Cells], rules: Rules) -> tuple[Looks, ...]:
    """Of each cell its looks; where nobody has anything any more, there is nothing to be seen of
    what was there."""
    found = (tuple(table.get(cell.key) for table in tables) for cell in cells)
    return tuple(
        looks if looks[0] and not _is_known(looks[0], rules) else (None,) * len(looks)
        for looks in found
    )


def worst(looks: Looks, rules: Rules) -> Sensitive | None:
    """What makes any of the looks sensitive, with the widest range."""
    found = [each for look in looks if look and (each := sensitivity(look, rules))]
    return _widest_of(found) if found else None


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
