"""The simulated firms: what each is, where, how large, and what becomes of it.

A year is drawn from the years before it and a seed of its own, so that a longer simulation says
the same of the months it shares with a shorter one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ..classification import Classification
from ..frames import OPEN
from .settings import OPENING, Group, Sector, Settings, SimulationInvalid, in_year

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

QUARTERS = 4
"""A share that counts is a whole number of quarters, so that counted money is whole too."""

# How many of the largest firms are placed by what an area can hold.
_LARGE = 50


@dataclass
class Firms:
    """One array a column, a row a firm, in the order of their founding. Money is thousand yuan of
    the first year; months are yyyymm, 0 for what was before or never is."""

    group: Integers
    core: NDArray[np.bool_]
    industry: NDArray[np.object_]
    tag: NDArray[np.object_]
    area: Integers
    counted: Integers  # quarters of its revenue that are of the core: 4 but for starred classes
    small: Floats  # revenue while below the designated size
    revenue: Floats  # while above it
    growth: Floats
    per_head: Floats  # revenue a person brings in a firm of 200 million yuan
    founded: Integers
    closed: Integers
    above: Integers  # the first month above the designated size
    until: Integers  # and the last
    always: NDArray[np.bool_]  # stays above, so that every area has somebody who reports

    def __len__(self) -> int:
        return len(self.group)

    def by(self, year: int) -> int:
        """How many of them there are by the end of a year."""
        return int((self.founded <= year * 100 + 12).sum())

    def is_above(self, period: int) -> NDArray[np.bool_]:
        return (self.above > 0) & (self.above <= period) & (period <= self.until)

    def people(self, at: Integers, revenue: Floats) -> Floats:
        """How many work for a revenue: in larger firms fewer for each yuan."""
        return revenue / self.per_head[at] * (revenue / 200_000) ** -0.3

    def joined(self, other: "Firms") -> "Firms":
        """These and the others behind them."""
        names = [field.name for field in fields(self)]
        return Firms(**{n: np.concatenate([getattr(self, n), getattr(other, n)]) for n in names})


def populate(
    settings: Settings,
    classes: Classification,
    areas: Mapping[str, float],
    seed: int,
    firms: int,
    last: int,
) -> Firms:
    """The firms of a register that opens with `firms`, and what they do until the end of `last`."""
    if not areas or firms < 1:
        raise SimulationInvalid("there must be an area and a firm")
    scale = firms / OPENING
    rng = np.random.default_rng([seed, settings.first])
    weights = np.array(list(areas.values()), dtype=float) / sum(areas.values())
    maker = _Maker(settings, classes, weights)
    found = _opening(maker, rng, firms, scale)
    for year in range(settings.first, last + 1):
        rng = np.random.default_rng([seed, year, 1])
        if year > settings.first:
            for sector in settings.sectors:
                _above_and_below(settings, sector, found, rng, year, scale)
        _closings(settings, found, rng, year)
        found = found.joined(_founded(maker, rng, year, round(settings.entering * firms)))
    return found


@dataclass(frozen=True)
class _Maker:
    """Makes firms of a group."""

    settings: Settings
    classes: Classification
    weights: Floats

    def make(self, rng: np.random.Generator, sector: Sector, at: Integers) -> Firms:
        """A firm below the designated size for each number of a group of the sector."""
        groups = [sector.groups[each] for each in at]
        count = len(groups)
        offset = self.settings.groups.index(sector.groups[0])
        scales = np.array([group.scale for group in groups], dtype=float)
        small = scales * rng.beta(1.1, 5, count) * 0.95
        per_head = np.array([group.per_head for group in groups], dtype=float)
        industry, tag = _industries(rng, groups)
        return Firms(
            group=at + offset,
            core=np.full(count, sector.core),
            industry=industry,
            tag=tag,
            area=rng.choice(len(self.weights), count, p=self.weights),
            counted=self._counted(rng, sector, industry),
            small=small,
            revenue=small.copy(),
            growth=np.array([group.growth for group in groups]) + rng.normal(0, 0.08, count),
            per_head=rng.lognormal(0, 0.35, count) * per_head,
            founded=np.zeros(count, dtype=np.int64),
            closed=np.full(count, OPEN),
            above=np.zeros(count, dtype=np.int64),
            until=np.full(count, OPEN),
            always=np.zeros(count, dtype=np.bool_),
        )

    def _counted(
        self, rng: np.random.Generator, sector: Sector, industry: NDArray[np.object_]
    ) -> Integers:
        drawn = rng.choice(self.settings.starred, len(industry))
        if not sector.core:
            return np.zeros(len(industry), dtype=np.int64)
        starred = {code for c in self.classes.classes if c.core for code in c.partial}
        return np.where([code in starred for code in industry], drawn, QUARTERS)


def _industries(
    rng: np.random.Generator, groups: Sequence[Group]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """An industry and a tag (or none) of each one's group."""
    industry, tag = (np.full(len(groups), "", dtype=object) for _ in range(2))
    place = rng.random((2, len(groups)))
    codes = np.array([group.code for group in groups], dtype=object)
    for group in {group.code: group for group in groups}.values():
        its = np.flatnonzero(codes == group.code)
        shares = np.cumsum(list(group.industries.values()))
        chosen = np.searchsorted(shares, place[0, its] * shares[-1], side="right")
        industry[its] = np.array(list(group.industries), dtype=object)[chosen]
        tags = np.array([*group.tags, ""], dtype=object)
        tag[its] = tags[np.searchsorted(np.cumsum(list(group.tags.values())), place[1, its])]
    return industry, tag


def _opening(maker: _Maker, rng: np.random.Generator, firms: int, scale: float) -> Firms:
    """The register's first firms; the first of each area is one that always reports."""
    blocks = list[Firms]()
    for sector in maker.settings.sectors:
        above = round(in_year(sector.designated, maker.settings.first) * scale)
        anchors = len(maker.weights) if sector.core else 0
        above = max(above, anchors)
        room = max(firms - sum(map(len, blocks)) - above, 0)
        below = min(round(sector.below * scale), room) if sector.core else room
        at = rng.choice(
            len(sector.groups), above + below, p=[group.firms for group in sector.groups]
        )
        at[:anchors] = 0
        made = maker.make(rng, sector, at)
        made.revenue[:above] = _revenues(rng, sector, at[:above], scale)
        _place_large(made, above, maker.weights)
        made.always[:anchors] = True
        made.area[:anchors] = np.arange(anchors)
        made.above[:above] = maker.settings.first * 100 + 1
        blocks.append(made)
    return blocks[0].joined(blocks[1])


def _revenues(rng: np.random.Generator, sector: Sector, at: Integers, scale: float) -> Floats:
    """Each group's revenue over its firms, few of them with most of it (a Pareto tail)."""
    sizes = np.minimum(rng.pareto(1.0, len(at)) + 0.05, 60)
    for number, group in enumerate(sector.groups):
        its = at == number
        if its.any():
            shared = sizes[its] / sizes[its].sum() * group.revenue * sector.revenue * scale
            sizes[its] = np.maximum(shared, group.scale * 1.1)
    return sizes


def _place_large(made: Firms, above: int, weights: Floats) -> None:
    """The largest firms go where most is missing, so that no small area has a giant."""
    room = weights * made.revenue[:above].sum()
    for at in np.argsort(-made.revenue[:above], kind="stable")[:_LARGE].tolist():
        made.area[at] = np.argmax(room)
        room[made.area[at]] -= made.revenue[at]


def _above_and_below(
    settings: Settings,
    sector: Sector,
    firms: Firms,
    rng: np.random.Generator,
    year: int,
    scale: float,
) -> None:
    """Who leaves the firms above the designated size at a year's start, and who comes to them."""
    start = year * 100 + 1
    there = np.flatnonzero(firms.is_above(start) & (firms.core == sector.core))
    order = np.argsort(firms.revenue[there] * rng.lognormal(0, 1, len(there)), kind="stable")
    leaving = there[order][: round(settings.leaving * len(there))]
    leaving = leaving[~firms.always[leaving]]
    firms.until[leaving] = (year - 1) * 100 + 12
    wanted = round(in_year(sector.designated, year) * scale) - len(there) + len(leaving)
    open_ = (firms.closed == OPEN) & (firms.above == 0)
    below = np.flatnonzero(open_ & (firms.core == sector.core))
    order = np.argsort(-firms.small[below] * rng.lognormal(0, 0.3, len(below)), kind="stable")
    coming = below[order][: max(wanted, 0)]
    # Most at the year's start; a third of them new works that are entered when they open.
    late = rng.random(len(coming)) < 1 / 3
    firms.above[coming] = start + np.where(late, rng.integers(2, 12, len(coming)), 0)
    threshold = np.array([settings.groups[each].scale for each in firms.group[coming]])
    then = threshold * (1.05 + rng.pareto(2.5, len(coming)))
    firms.revenue[coming] = then / (1 + firms.growth[coming]) ** (year - settings.first)


def _closings(settings: Settings, firms: Firms, rng: np.random.Generator, year: int) -> None:
    """Of those that never were above the designated size some close."""
    candidates = np.flatnonzero((firms.closed == OPEN) & (firms.above == 0))
    closing = candidates[rng.random(len(candidates)) < settings.closing]
    firms.closed[closing] = year * 100 + rng.integers(2, 13, len(closing))


def _founded(maker: _Maker, rng: np.random.Generator, year: int, count: int) -> Firms:
    """New firms of a year, in the order of their months."""
    core, other = maker.settings.sectors
    total = core.below + other.below
    mine = round(count * core.below / total)
    made = [
        maker.make(rng, sector, rng.choice(len(sector.groups), number))
        for sector, number in ((core, mine), (other, count - mine))
    ]
    both = made[0].joined(made[1])
    both.founded = year * 100 + rng.integers(2, 13, len(both))
    return both
