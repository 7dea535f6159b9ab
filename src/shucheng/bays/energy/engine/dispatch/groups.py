"""Identical devices as one, and back.

Merging sums what devices may do. Boxes with equal feeder and prices: the sum of intervals is the
interval of sums, so any schedule of the sum divides in proportion; that is always exact.

Stores with equal feeder, window, power a kWh of capacity, efficiencies, self-discharge and wear
have one shape P(s), scaled by capacity, where s is the relative state (start, end, floor). With
equal s the sum of a.P(s) and b.P(s) is (a+b).P(s), as P(s) is convex: exact, divided in
proportion. With mixed starts the sum lies *within* (a+b).P(mean s), as P is concave in s:
merging then relaxes, and its optimum is a lower bound. `split` divides it by bringing the
relative levels as near to each other as power and capacity let it: for any x in a.P(s) + b.P(t)
exchanging part of the plans shows that x is in the sum of any two states between s and t with
the same mean, so nearer levels never lose a schedule. If each device's part keeps its limits,
the bound is met and the schedule is optimal; if not, the group is halved by state and solved
again (`planner`). Groups of one state end this.

Stores that only fill (vehicles that give nothing back, shiftable loads) merge with any power,
need and room, if feeder, window, efficiency and wear are equal. Each may fill by x with 0 <= x_t
<= p and need <= sum x <= room: a generalised polymatroid, and their sum is one whose two border
functions are the sums of theirs (A. Frank, Connections in Combinatorial Optimization, 2011, ch.
14; for vehicles: Mukhi and Abate, An Exact Characterisation of Flexibility in Populations of
Electric Vehicles, 2023). As these depend on the number k of steps alone, the sum is: any k steps
together fill at most sum min(k p, room) and at least sum max(0, need - (T - k) p). `cuts` finds
the broken ones by sorting steps; they are added as rows.

The feeder of devices counts only where the feeder's limit does: feeders that no schedule so far
has overloaded are left out (a relaxation too), and their devices are merged across them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shucheng.bays.energy.engine.dispatch.model import Series
from shucheng.bays.energy.engine.dispatch.parts import Boxes, Index, Stores

DIGITS = 10  # relative figures that agree so far are equal
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Flows:
    """What stores do: kW in and out at the terminals, and kWh after each step; n x steps."""

    charge: Series
    discharge: Series
    level: Series


def store_groups(stores: Stores, feeder: Index) -> Index:
    """The group of each store; `feeder` is the number that counts. Starts may differ in a group."""
    size = np.maximum(stores.capacity, 1e-9)
    free = ~stores.levelled  # only fills: power, need and room may differ too
    key = np.column_stack(
        [
            feeder, stores.first, stores.last, np.where(free, -1, stores.charge_kw / size),
            np.where(free, -1, stores.discharge_kw / size), stores.charge_efficiency,
            np.where(free, -1, stores.discharge_efficiency), stores.keep, stores.wear,
            np.where(free, -1, stores.end / size),
            np.where(free, -1, stores.floor.max(axis=1, initial=0) / size),
        ]
    )  # fmt: skip
    return labels(key)


def box_groups(boxes: Boxes, feeder: Index) -> Index:
    return labels(np.column_stack([feeder, boxes.power, boxes.heat, boxes.cost]))


def labels(key: Series) -> Index:
    """Rows that agree have one number."""
    if not len(key):
        return np.zeros(0, dtype=np.int64)
    found: Index = np.unique(np.round(key, DIGITS), axis=0, return_inverse=True)[1].reshape(-1)
    return found


def merged_stores(stores: Stores, feeder: Index, group: Index) -> Stores:
    """One store a group, in the groups' order."""
    count = int(group.max(initial=-1)) + 1
    one = np.zeros(count, dtype=np.int64)
    one[group] = np.arange(len(group))

    def total(values: Series) -> Series:
        return np.bincount(group, values, count).astype(np.float64)

    floor = np.zeros((count, stores.floor.shape[1]))
    np.add.at(floor, group, stores.floor)
    return Stores(
        feeder[one], stores.first[one], stores.last[one], total(stores.charge_kw),
        total(stores.discharge_kw), total(stores.capacity), total(stores.start),
        total(stores.end), stores.charge_efficiency[one], stores.discharge_efficiency[one],
        stores.keep[one], stores.wear[one], floor,
    )  # fmt: skip


def merged_boxes(boxes: Boxes, feeder: Index, group: Index) -> Boxes:
    count = int(group.max(initial=-1)) + 1
    one = np.zeros(count, dtype=np.int64)
    one[group] = np.arange(len(group))
    upper = np.zeros((count, boxes.upper_kw.shape[1]))
    np.add.at(upper, group, boxes.upper_kw)
    return Boxes(feeder[one], upper, boxes.power[one], boxes.heat[one], boxes.cost[one])


def split_boxes(boxes: Boxes, group: Index, merged: Boxes, kw: Series) -> Series:
    """In proportion to what each can do in that step; n x steps."""
    share = np.divide(kw, merged.upper_kw, out=np.zeros_like(kw), where=merged.upper_kw > 0)
    kept: Series = boxes.upper_kw * np.clip(share, 0, 1)[group]
    return kept


def split(
    stores: Stores, group: Index, whole: Stores, flows: Flows, hours: float
) -> tuple[Flows, NDArray[np.bool_]]:
    """The part of each store in its group's flows, and whether each group's could be divided.

    Charging and discharging of one store at the same time is netted on the same level: it then
    draws no more than planned.
    """
    gain = (hours * stores.charge_efficiency)[:, None]
    loss = (hours / stores.discharge_efficiency)[:, None]
    change = np.zeros_like(flows.charge)
    change += hours * whole.charge_efficiency[:, None] * flows.charge
    change -= hours / whole.discharge_efficiency[:, None] * flows.discharge
    # All groups as if of one state; then those of several, one at a time.
    clock = np.arange(change.shape[1])
    within = (clock >= whole.first[:, None]) & (clock < whole.last[:, None])
    state, sums = whole.start, np.zeros_like(change)
    for step in clock:
        kept = np.where(within[:, step], state * whole.keep, state)
        state = np.clip(kept + change[:, step], 0, whole.capacity)
        sums[:, step] = state
    size = np.maximum(stores.capacity, 1e-9)
    share = size / np.bincount(group, size)[group]
    level = share[:, None] * sums[group]
    short = np.zeros(len(sums))
    free = ~stores.levelled
    for which, own in members(group):
        if len(own) > 1 and free[own[0]]:
            level[own] = held = _filled(stores, own, change[which], hours)
            planned = whole.start[which] + np.cumsum(change[which])
            short[which] = np.abs(held.sum(axis=0) - planned).max()
        elif len(own) > 1 and np.ptp(stores.start[own] / size[own]) > 10.0**-DIGITS:
            short[which] = _divide(stores, own, size[own], change[which], hours, level, share)
    inside = within[group]
    before = np.column_stack([stores.start, level[:, :-1]])
    rows = np.arange(len(size))
    before[rows, stores.first] = stores.start
    moved = np.where(inside, level - before * stores.keep[:, None], 0)
    charge, discharge = np.maximum(moved, 0) / gain, np.maximum(-moved, 0) / loss
    level = np.where(inside, level, 0)
    scale = TOLERANCE * np.maximum(size, 1)
    wrong = level[rows, stores.last - 1] < stores.end - scale
    wrong |= (level < np.where(inside, stores.floor, 0) - scale[:, None]).any(axis=1)
    wrong |= (level > (stores.capacity + scale)[:, None]).any(axis=1)
    power = TOLERANCE * np.maximum(stores.charge_kw, 1)
    wrong |= (charge > (stores.charge_kw + power)[:, None]).any(axis=1)
    wrong |= (discharge > (stores.discharge_kw + power)[:, None]).any(axis=1)
    count = len(sums)
    good = (np.bincount(group, wrong, count) == 0) & (short <= np.bincount(group, scale, count))
    return Flows(charge, discharge, level), good


def members(group: Index) -> Iterator[tuple[int, Index]]:
    order = np.argsort(group, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(own):
            yield int(group[own[0]]), own


def _filled(stores: Stores, own: Index, change: Series, hours: float) -> Series:
    """Levels of stores that only fill: those with the longest charging to come go first.

    What each gets in all lies between its need and its room, in the same proportion.
    """
    power = hours * stores.charge_efficiency[own] * stores.charge_kw[own]
    need = np.maximum(stores.end[own] - stores.start[own], 0)
    room = stores.capacity[own] - stores.start[own]
    spread = float((room - need).sum())
    extra = (float(change.sum()) - float(need.sum())) / spread if spread > 0 else 0.0
    target = need + float(np.clip(extra, 0, 1)) * (room - need)
    weight = np.maximum(power, 1e-12)
    state = -target / weight  # steps at full power still to come, below 0
    held = np.repeat(stores.start[own][:, None], len(change), axis=1)
    last = stores.last[own[0]]
    for step in range(stores.first[own[0]], last):
        if change[step] > 0:
            high = np.maximum(np.minimum(state + 1, 0), state)
            state = _nearest(state, high, weight, float(weight @ state) + change[step])
        held[:, step] = stores.start[own] + target + state * weight
    held[:, last:] = held[:, last - 1 : last]
    return held


def _divide(
    stores: Stores, own: Index, size: Series, change: Series, hours: float, level: Series,
    share: Series,
) -> float:  # fmt: skip
    """Write into `level` the levels (kWh) of a group's stores that rise and fall by `change`
    together; what did not fit is returned. Once they are alike, `level` already has them."""
    one, weight = own[0], size
    up = float(hours * stores.charge_efficiency[one] * stores.charge_kw[one] / size[0])
    down = float(hours / stores.discharge_efficiency[one] * stores.discharge_kw[one] / size[0])
    state = stores.start[own] / size
    floor, short = stores.floor[own] / size[:, None], 0.0
    for step in range(stores.first[one], stores.last[one]):
        state = state * stores.keep[one]
        delta = float(change[step])
        if delta:
            low = high = state
            if delta < 0:
                low = np.minimum(np.maximum(state - down, floor[:, step]), state)
            else:
                high = np.maximum(np.minimum(state + up, 1.0), state)
            after = _nearest(low, high, weight, float(weight @ state) + delta)
            short += abs(float(weight @ (after - state)) - delta)
            state = after
        level[own, step] = state * size
        if np.ptp(state) < 10.0**-DIGITS and short < TOLERANCE:
            break
    return short


def _nearest(low: Series, high: Series, weight: Series, total: float) -> Series:
    """The levels between `low` and `high` with that weighted sum which lie nearest to each other:
    all at one height, but for those that cannot reach it."""
    edges = np.concatenate([low, high])
    slopes = np.concatenate([weight, -weight])
    order = np.argsort(edges)
    edges, slopes = edges[order], np.cumsum(slopes[order])
    sums = float(weight @ low) + np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(edges))])
    near: Series = np.clip(np.interp(total, sums, edges), low, high)
    return near


def cuts(
    stores: Stores, own: Index, change: Series, hours: float
) -> list[tuple[tuple[int, ...], bool]]:
    """The most broken limit, each way, on what stores that only fill do together in some steps:
    the steps, and whether they fill too much (or too little). Empty: they can be divided."""
    first, last = int(stores.first[own[0]]), int(stores.last[own[0]])
    order = first + np.argsort(-change[first:last], kind="stable")
    found = []
    for many in (True, False):
        taken = order if many else order[::-1]
        limit = np.array([border(stores, own, k, many, hours) for k in range(1, len(order) + 1)])
        beyond = (np.cumsum(change[taken]) - limit) * (1 if many else -1)
        worst = int(beyond.argmax())
        if beyond[worst] > TOLERANCE:
            found.append((tuple(sorted(int(step) for step in taken[: worst + 1])), many))
    return found


def border(stores: Stores, own: Index, count: int, many: bool, hours: float) -> float:
    """The most, or least, kWh that stores which only fill can fill in so many steps together."""
    power = hours * stores.charge_efficiency[own] * stores.charge_kw[own]
    if many:
        room = stores.capacity[own] - stores.start[own]
        return float(np.minimum(count * power, room).sum())
    need = stores.end[own] - stores.start[own]
    rest = int(stores.last[own[0]] - stores.first[own[0]]) - count
    return float(np.maximum(need - rest * power, 0).sum())
