"""The monthly returns of simulated firms above the designated size, a year at a time.

Money is year to date; what a firm states of last year is what it had in the same months then.
Core revenue and value added add up to the targets of an area where there are any.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..frames import ITEMS
from .calibration import settle
from .population import Firms, Floats, Integers
from .settings import Settings, SimulationInvalid

NOTHING = -(2**62)
"""Stands for an item that is not reported: an array of whole numbers has no empty value."""

Targets = Mapping[tuple[str, str, int], int]
"""Measure (core_revenue, core_value_added), area and period to thousand yuan, year to date."""

MEASURES = ("core_revenue", "core_value_added")
MONTHS = range(2, 13)


@dataclass(frozen=True)
class Reports:
    """A year's returns, a row each: which firm (its number), which period, the items as they are
    right, and where the first return was `wrong`, the revenue it said."""

    firm: Integers
    period: Integers
    items: dict[str, Integers]
    wrong: NDArray[np.bool_]
    said: Integers


def year_to_date(flows: Targets) -> dict[tuple[str, str, int], int]:
    """Targets from what was made in each month or quarter (by its last month) alone: January's
    goes to period 02, with which it is reported."""
    sums = dict[tuple[str, str, int], int]()
    totals = dict[tuple[str, str, int], int]()
    for (measure, area, month), flow in sorted(flows.items()):
        year = measure, area, month // 100
        totals[year] = totals.get(year, 0) + flow
        if month % 100 in MONTHS:
            sums[measure, area, month] = totals[year]
    return sums


def reports(
    settings: Settings,
    firms: Firms,
    areas: tuple[str, ...],
    seed: int,
    last: int,
    targets: Targets,
) -> Iterator[Reports]:
    """The returns of every year until `last`. Raises `SimulationInvalid` for targets of another
    measure, area or month, or that cannot be met."""
    for measure, area, period in targets:
        if measure not in MEASURES or area not in areas or period % 100 not in MONTHS:
            raise SimulationInvalid(f"there can be no target for {measure} {area} {period}")
    at = np.flatnonzero(firms.above > 0)
    traits = _traits(settings, firms, seed, at)
    factors: dict[tuple[str, int], float] = {}
    before: Integers | None = None
    for year in range(settings.first, last + 1):
        rng = np.random.default_rng([seed, year, 2])
        noise = rng.normal(0, settings.noise, (firms.by(year), 2, len(MONTHS)))
        chance = rng.random((firms.by(year), len(MONTHS)))
        # Who is founded later reports later still.
        own = np.minimum(at, firms.by(year) - 1)
        active = np.column_stack([firms.is_above(year * 100 + month)[at] for month in MONTHS])
        drawn = _flows(settings, firms, at, year) * np.exp(noise[own, 0])
        flows = _settled(firms, at, areas, active, drawn, targets, factors, year, "core_revenue")
        added = flows * traits.value_added[:, None] * np.exp(noise[own, 1])
        values = _settled(
            firms, at, areas, active, added, targets, factors, year, "core_value_added"
        )
        last_year = flows / (1 + firms.growth[at])[:, None] if before is None else before
        items = _items(firms, at, traits, year - settings.first, active, flows, values, last_year)
        rows, columns = np.nonzero(active)
        its = {name: items[name][rows, columns] for name in ITEMS}
        wrong = chance[own][rows, columns] < settings.corrected
        unit = np.where(chance[own][rows, columns] < settings.corrected / 5, 10.0, 1.08)
        said = np.where(wrong, its["revenue"] * unit, its["revenue"]).astype(np.int64)
        yield Reports(at[rows], year * 100 + 2 + columns, its, wrong, said)
        before = flows


@dataclass(frozen=True)
class _Traits:
    """What stays with a firm: its rates, and how it reports."""

    value_added: Floats
    rd: Floats
    rd_staff: Floats
    margin: Floats
    labour: Floats
    tax: Floats
    depreciation: Floats
    restated: Floats
    by_income: NDArray[np.bool_]
    by_output: NDArray[np.bool_]


def _traits(settings: Settings, firms: Firms, seed: int, at: Integers) -> _Traits:
    # Drawn for all in the order of their founding, so that those who come later move nobody.
    normal = np.random.default_rng([seed, 3]).normal(0, 1, (len(firms), 6))[at]
    chance = np.random.default_rng([seed, 4]).random((len(firms), 4))[at]
    groups = [settings.groups[each] for each in firms.group[at]]
    added = np.array([group.value_added for group in groups])
    rd = np.array([group.rd for group in groups])
    by_income = chance[:, 0] < 0.88
    return _Traits(
        value_added=np.clip(added * np.exp(normal[:, 0] * 0.25), 0.03, 0.6),
        rd=np.where(chance[:, 1] < 0.7, rd * np.exp(normal[:, 1] * 0.5), 0),
        rd_staff=np.where(chance[:, 1] < 0.7, np.clip(rd * 3 + normal[:, 2] * 0.05, 0.01, 0.8), 0),
        margin=0.01 + normal[:, 3] * 0.01,
        labour=np.clip(0.5 + normal[:, 4] * 0.2, 0.1, 1.3),
        tax=np.clip(0.1 + normal[:, 5] * 0.03, 0.01, 0.3),
        depreciation=np.full(len(at), 0.16),
        restated=np.where(chance[:, 2] < 0.04, 1 + normal[:, 2] * 0.04, 1.0),
        by_income=by_income,
        # Beside the core some report neither, and are estimated by their industry's rate.
        by_output=by_income | firms.core[at] | (chance[:, 3] < 0.5),
    )


def _flows(settings: Settings, firms: Firms, at: Integers, year: int) -> Floats:
    """Revenue of each month (January with February), before chance."""
    yearly = firms.revenue[at] * (1 + firms.growth[at]) ** (year - settings.first)
    seasons = np.array([sum(settings.seasons[:2]), *settings.seasons[2:]])
    return np.outer(yearly, seasons / seasons.sum())


def _settled(
    firms: Firms,
    at: Integers,
    areas: tuple[str, ...],
    active: NDArray[np.bool_],
    drawn: Floats,
    targets: Targets,
    factors: dict[tuple[str, int], float],
    year: int,
    measure: str,
) -> Integers:
    """What was drawn as whole numbers, those of an area's core adding up to its targets."""
    whole = np.floor(drawn).astype(np.int64)
    for number, area in enumerate(areas):
        its = np.flatnonzero(firms.core[at] & (firms.area[at] == number))
        totals = {
            month - 2: targets[measure, area, year * 100 + month]
            for month in MONTHS
            if (measure, area, year * 100 + month) in targets
        }
        whole[its], factors[measure, number] = settle(
            drawn[its],
            active[its],
            firms.counted[at[its]],
            totals,
            factors.get((measure, number), 1.0),
        )
    return whole


def _items(
    firms: Firms,
    at: Integers,
    traits: _Traits,
    years: int,
    active: NDArray[np.bool_],
    flows: Integers,
    values: Integers,
    last_year: NDArray[np.generic],
) -> dict[str, Integers]:
    """All items of a year's returns; firms x months, year to date."""

    def share(of: Integers, each: Floats) -> Integers:
        return np.floor(of * each[:, None]).astype(np.int64)

    def known(values: Integers, who: NDArray[np.bool_]) -> Integers:
        return np.where(who[:, None], values, NOTHING)

    revenue = np.cumsum(flows * active, axis=1)
    added = np.cumsum(values * active, axis=1)
    before = np.cumsum(last_year * active, axis=1) * traits.restated[:, None]
    output = revenue + share(revenue, traits.margin)
    parts = [share(added, each) for each in (traits.labour, traits.tax, traits.depreciation)]
    people = np.maximum(np.round(firms.people(at, firms.revenue[at])), 3)
    grown = (1 + np.clip(firms.growth[at], -0.05, 0.15)) ** 0.5
    passed = years + np.arange(len(MONTHS)) / len(MONTHS)
    grown_people = np.round(people[:, None] * grown[:, None] ** passed)
    employees = np.maximum(grown_people, 1).astype(np.int64)
    does_rd = traits.rd > 0
    money = dict(
        zip(("compensation", "production_tax", "depreciation"), parts, strict=True),
        surplus=added - sum(parts),
    )
    return {
        "revenue": revenue,
        "revenue_last": np.floor(before).astype(np.int64),
        "gross_output": output,
        "intermediate": known(output - added, traits.by_output),
        **{name: known(item, traits.by_income) for name, item in money.items()},
        "rd_expense": known(share(revenue, traits.rd), does_rd),
        "employees": employees,
        "rd_staff": known(share(employees, traits.rd_staff), does_rd),
    }
