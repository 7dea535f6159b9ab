"""Tables to be published: cells, their hierarchies, and the sums that tie them together.

A cell is addressed by one member of each dimension. A dimension that a table does not use stands
at its root, so tables made from the same data share their margins and are *linked* by them:
class × area and class × size meet in the cells (class, root, root). A member may be broken down
in several ways (2025 into quarters, and as year to date into January-November and December).

Source: Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4: hierarchical and
linked magnitude tables as one system of sums.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Key = tuple[str, ...]


class TableRefused(Exception):
    """A table is not what it says: `code` tells why, `key` where, `advice` what to do next."""

    def __init__(self, code: str, key: Key, advice: str) -> None:
        super().__init__(f"{code}: {' / '.join(key)}: {advice}")
        self.code, self.key, self.advice = code, key, advice


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A member and the members that add up to it."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A hierarchy: `root` is where a cell stands that is not broken down by it (None: never);
    `whole` are members that no table breaks down by another dimension."""

    name: str
    root: str | None
    breakdowns: tuple[Breakdown, ...] = ()
    whole: frozenset[str] = frozenset()

    def above(self) -> dict[str, frozenset[str]]:
        """Each member with itself and all the members it is counted in."""
        parents: dict[str, set[str]] = {}
        for breakdown in self.breakdowns:
            parents.setdefault(breakdown.total, set())
            for part in breakdown.parts:
                parents.setdefault(part, set()).add(breakdown.total)
        return {member: frozenset(_closure(member, parents)) for member in parents}


@dataclass(frozen=True, slots=True)
class Cell:
    """One magnitude. `largest` lists holders with their absolute contributions, greatest first.

    `firms` counts the holders that contribute something (a group of firms is one holder);
    `gross` is the sum of the absolute contributions (the total, when nothing is negative);
    `silent` counts holders that reported zero.
    """

    key: Key
    total: int
    firms: int
    largest: tuple[tuple[str, int], ...]
    gross: int
    silent: int = 0

    @property
    def sole(self) -> str | None:
        """The only holder in the cell, who knows its value."""
        return self.largest[0][0] if self.firms == 1 and self.largest else None


@dataclass(frozen=True, slots=True)
class Relation:
    """total = sum of parts; parts without any holder are left out: all know that they are 0."""

    total: Key
    parts: tuple[Key, ...]


Cells = Mapping[Key, Cell]


@dataclass(frozen=True)
class Insider:
    """Who knows some cells of the tables as they are: for a county's people its own column.

    `left` are the other cells less what they know of them (contributors of other counties alone);
    a cell that is not in it has nothing left.
    """

    name: str
    knows: frozenset[Key] = field(repr=False)
    left: Cells = field(repr=False)


@dataclass(frozen=True)
class Tables:
    """Linked tables: each crossing is the set of dimensions that one table breaks down."""

    dimensions: tuple[Dimension, ...]
    crossings: frozenset[frozenset[str]]
    cells: Cells = field(repr=False)
    insiders: tuple[Insider, ...] = field(default=(), repr=False)

    def relations(self) -> Iterator[Relation]:
        """Every sum that a reader of the tables can form, ordered.

        Raises TableRefused where cells do not add up.
        """
        for key in sorted(self.cells):
            for at, dimension in enumerate(self.dimensions):
                if not self._is_crossed(key, dimension.name):
                    continue
                apart = self._used(key) - {dimension.name}
                for breakdown in dimension.breakdowns:
                    if breakdown.total == key[at] and not (
                        apart and dimension.whole & set(breakdown.parts)
                    ):
                        yield self._relation(key, at, breakdown.parts)

    def _used(self, key: Key) -> set[str]:
        """The dimensions that a cell is broken down by."""
        return {d.name for d, member in zip(self.dimensions, key, strict=True) if member != d.root}

    def _is_crossed(self, key: Key, name: str) -> bool:
        for dimension, member in zip(self.dimensions, key, strict=True):
            if member in dimension.whole and dimension.name != name:
                return False
        return any(self._used(key) | {name} <= crossing for crossing in self.crossings)

    def _relation(self, key: Key, at: int, members: tuple[str, ...]) -> Relation:
        keys = ((*key[:at], member, *key[at + 1 :]) for member in members)
        parts = tuple(part for part in keys if part in self.cells)
        if sum(self.cells[part].total for part in parts) != self.cells[key].total:
            raise TableRefused("not_additive", key, "recompute the table from one batch of data")
        return Relation(key, parts)


def tree(name: str, parents: Iterable[tuple[str, str | None]]) -> Dimension:
    """A dimension from rows of (member, parent); the one member without a parent is the root."""
    children: dict[str, list[str]] = {}
    roots: list[str] = []
    for member, parent in parents:
        if parent is None:
            roots.append(member)
        else:
            children.setdefault(parent, []).append(member)
    if len(roots) != 1:
        raise TableRefused("no_single_root", (name,), "name one member that all others are in")
    breakdowns = (Breakdown(total, tuple(parts)) for total, parts in children.items())
    return Dimension(name, roots[0], tuple(breakdowns))


def _closure(member: str, parents: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {member}, [member]
    while waiting:
        new = parents.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found
