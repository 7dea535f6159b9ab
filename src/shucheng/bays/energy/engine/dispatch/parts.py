"""A park's devices as two kinds of part, in arrays: stores hold energy, boxes only have a range.

A battery, a vehicle and a shiftable load are stores: what flows in raises a level. A generator,
a curtailable load and a converter are boxes: any power between 0 and an upper limit, at a price
a kWh.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shucheng.bays.energy.engine.dispatch.model import CurtailableLoad, Load, Park, Series, series

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stores:
    """Arrays of n. `feeder` is its number in the park, -1 for none. `floor` is kWh, n x steps."""

    feeder: Index
    first: Index
    last: Index
    charge_kw: Series
    discharge_kw: Series
    capacity: Series
    start: Series
    end: Series
    charge_efficiency: Series
    discharge_efficiency: Series
    keep: Series  # share of a level left after a step
    wear: Series
    floor: Series

    @property
    def levelled(self) -> NDArray[np.bool_]:
        """Whether a level needs a variable a step: a store that only fills has a sum instead."""
        rises_only = (self.discharge_kw == 0) & (self.keep == 1) & (self.floor.max(axis=1) == 0)
        return np.asarray(~rises_only)


@dataclass(frozen=True, eq=False)
class Boxes:
    """Arrays of n; `upper_kw` is n x steps. `power` is drawn from the park (-) or given to it (+) a
    kW, `heat` given; `cost` is yuan/kWh."""

    feeder: Index
    upper_kw: Series
    power: Series
    heat: Series
    cost: Series


def stores_of(park: Park) -> Stores:
    """Batteries, then vehicles, then shiftable loads."""
    number = {each.code: i for i, each in enumerate(park.feeders)} | {"": -1}
    steps = park.steps
    rows = [
        (
            number[b.feeder], 0, steps, b.charge_kw, b.discharge_kw, b.capacity_kwh, b.now_kwh,
            b.end_kwh, b.charge_efficiency, b.discharge_efficiency,
            (1 - b.self_discharge) ** park.hours, b.wear_yuan_per_kwh, b.reserve_kwh,
        )
        for b in park.batteries
    ]  # fmt: skip
    rows += [
        (
            number[v.feeder], v.arrival, v.departure, v.charge_kw, v.v2g_kw, v.capacity_kwh,
            v.arrival_kwh, v.needed_kwh, v.charge_efficiency, v.discharge_efficiency, 1.0,
            v.wear_yuan_per_kwh, 0.0,
        )
        for v in park.vehicles
    ]  # fmt: skip
    rows += [
        (
            number[s.feeder], s.first, s.last, s.most_kw, 0.0, s.energy_kwh, 0.0, s.energy_kwh,
            1.0, 1.0, 1.0, 0.0, 0.0,
        )
        for s in park.shiftables
    ]  # fmt: skip
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 13)
    feeder, first, last = table[:, :3].T.astype(np.int64)
    charge, discharge, capacity, start, end, into, out, keep, wear = (
        np.ascontiguousarray(column) for column in table[:, 3:12].T
    )
    reserve, rise = table[:, 12], table[:, 8] * table[:, 3] * park.hours
    floor = np.zeros((len(rows), steps))
    if reserve.any():
        # A store that starts below its reserve climbs to it: what it can reach is the limit.
        reach = table[:, 6]
        for step in range(steps):
            reach = np.minimum(reserve, reach * table[:, 10] + rise)
            floor[:, step] = reach
    return Stores(
        feeder, first, last, charge, discharge, capacity, start, end, into, out, keep, wear, floor
    )


def boxes_of(park: Park) -> Boxes:
    """Generators, then curtailable loads (what is cut), then converters (their input)."""
    number = {each.code: i for i, each in enumerate(park.feeders)} | {"": -1}
    steps, carbon = park.steps, park.grid.carbon_yuan_per_t / 1000
    rows = [(number[g.feeder], 1.0, 0.0, g.cost_yuan_per_kwh) for g in park.generators]
    rows += [(number[c.feeder], 1.0, 0.0, c.penalty_yuan_per_kwh) for c in park.curtailables]
    rows += [
        (number[c.feeder], c.power, c.heat, c.fuel_yuan_per_kwh + carbon * c.fuel_kg_per_kwh)
        for c in park.converters
    ]
    upper = [series(g.available_kw, steps) for g in park.generators]
    upper += [series(c.kw, steps) * c.most_share for c in park.curtailables]
    upper += [series(c.most_kw, steps) for c in park.converters]
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 4)
    return Boxes(
        table[:, 0].astype(np.int64),
        np.array(upper).reshape(len(rows), steps),
        *(np.ascontiguousarray(column) for column in table[:, 1:].T),
    )


def fixed_kw(park: Park) -> tuple[Series, Series]:
    """What is drawn in any case: of the park (steps), and of each feeder (feeders x steps)."""
    number = {each.code: i for i, each in enumerate(park.feeders)}
    total, feeders = np.zeros(park.steps), np.zeros((len(park.feeders), park.steps))
    drawing: list[Load | CurtailableLoad] = [*park.loads, *park.curtailables]
    for load in drawing:
        total += series(load.kw, park.steps)
        if load.feeder:
            feeders[number[load.feeder]] += series(load.kw, park.steps)
    return total, feeders
