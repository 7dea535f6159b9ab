"""Schedule a park: merge, solve, divide, prove; refine where the proof fails.

Each round solves a program that is no stricter than the park (identical devices merged, limits
of feeders left out that did not bind so far), so its optimum is a lower bound of the bill. What
it found is divided among the devices. If every device and feeder keeps its limits and the bill
is the bound, the schedule is optimal: relaxed and proved. If not, what failed is told apart and
solved again; with everything told apart the program is the park itself.

Charging and discharging of a store at the same time: dividing nets it on the same levels, which
draws less. Where no price is negative and no limit of export binds, the netted schedule costs no
more, so the linear program is exact. Elsewhere burning energy may pay on paper; the bill of the
netted schedule then lies above the bound, and those stores get a binary direction in those steps
only, until bill and bound agree. The bound is then that of a mixed-integer program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shucheng.bays.energy.engine.dispatch.explain import violations
from shucheng.bays.energy.engine.dispatch.groups import (
    Flows,
    border,
    box_groups,
    cuts,
    labels,
    members,
    merged_boxes,
    merged_stores,
    split,
    split_boxes,
    store_groups,
)
from shucheng.bays.energy.engine.dispatch.model import Answer, Park, Schedule, Series, check, series
from shucheng.bays.energy.engine.dispatch.parts import (
    Boxes,
    Index,
    Stores,
    boxes_of,
    fixed_kw,
    stores_of,
)
from shucheng.bays.energy.engine.dispatch.program import Cut, Layout, assemble
from shucheng.bays.energy.engine.dispatch.solver import Solver, SolverFailed

RELATIVE = 1e-6
MOST_ROUNDS = 60
CUT_ROUNDS = 10
TIED = 1e-7  # kW: less is no charging and discharging at once


def dispatch(park: Park) -> Answer:
    """The cheapest schedule of a park, or why there is none. See `Planner` for solving again.

    Raises `ParkInvalid` for a park that is described wrongly, `SolverFailed` where the solver
    stops without an answer.
    """
    return Planner().solve(park)


@dataclass
class _Found:
    """What telling apart has learnt so far; kept for the next solve of the same devices."""

    feeders: set[int]
    part: Index  # stores with different numbers are in different groups
    one_way: set[tuple[int, int]]
    cuts: dict[tuple[int, tuple[int, ...], bool], None]  # one of the stores, steps, too much?


class Planner:
    """Keeps the loaded program between solves: rolling intraday, where forecasts and prices change.

    `merge=False` gives every device its own columns and every feeder its rows, for comparison.
    """

    def __init__(self, *, merge: bool = True) -> None:
        self.merge = merge
        self.solver = Solver()
        self._known: _Found | None = None

    def solve(self, park: Park) -> Answer:
        """As `dispatch`; if only costs and bounds differ from the last park, in place."""
        check(park)
        stores, boxes = stores_of(park), boxes_of(park)
        found = self._begin(park, stores)
        for round_ in range(1, MOST_ROUNDS + 1):
            answer = self._round(park, stores, boxes, found, round_)
            if answer is not None:
                return answer
        raise SolverFailed(f"no proof after {MOST_ROUNDS} rounds")

    def _begin(self, park: Park, stores: Stores) -> _Found:
        count = len(stores.first)
        if self._known is None or len(self._known.part) != count:
            apart = np.arange(count) if not self.merge else np.zeros(count, dtype=np.int64)
            self._known = _Found(set(), apart, set(), {})
        self._known.one_way.clear()
        self._known.feeders &= set(range(len(park.feeders)))
        if not self.merge:
            self._known.feeders |= set(range(len(park.feeders)))
        return self._known

    def _round(
        self, park: Park, stores: Stores, boxes: Boxes, found: _Found, round_: int
    ) -> Answer | None:
        active = np.array(sorted(found.feeders), dtype=np.int64)
        counts = np.append(np.isin(np.arange(len(park.feeders)), active), False)
        feeder = np.where(counts[stores.feeder], stores.feeder, -1)
        group = labels(np.column_stack([store_groups(stores, feeder), found.part]))
        box_feeder = np.where(counts[boxes.feeder], boxes.feeder, -1)
        alike = box_groups(boxes, box_feeder) if self.merge else np.arange(len(boxes.cost))
        whole = merged_stores(stores, feeder, group)
        summed = merged_boxes(boxes, box_feeder, alike)
        pairs = [(int(group[store]), step) for store, step in sorted(found.one_way)]
        one_way = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        program = assemble(
            park, whole, summed, active, one_way, _cuts(found, stores, group, park.hours)
        )
        self.solver.load(program)
        # Divided by state, a group's part amid all optima is likelier to fit its stores.
        states = stores.start / np.maximum(stores.capacity, 1e-9)
        middle = any(len(own) > 1 and np.ptp(states[own]) > 0 for _, own in members(group))
        values = self.solver.solve(middle=middle)
        if values is None:
            return Answer(None, float("inf"), violations(park), round_, len(program.cost))
        bound = self.solver.bound - reward_yuan(park)
        flows = _flows(program.layout, whole, values, park.hours)
        own, good = split(stores, group, whole, flows, park.hours)
        kw = values[program.layout.columns["box"]].reshape(summed.upper_kw.shape)
        box_kw = split_boxes(boxes, alike, summed, kw)
        over = _overloaded(park, stores, boxes, own, box_kw)
        fresh = over - found.feeders
        found.feeders |= fresh
        free = ~stores.levelled
        failed = False
        for which in np.flatnonzero(~good):
            members_ = np.flatnonzero(group == which)
            change = park.hours * whole.charge_efficiency[which] * flows.charge[which]
            cut = (
                round_ <= CUT_ROUNDS
                and free[members_[0]]
                and _cut(found, stores, members_, change, park.hours)
            )
            failed |= cut or _part(found, stores, members_)
        if fresh or failed:
            return None
        if not good.all():
            raise SolverFailed("a device's levels are beyond the tolerance")
        schedule = _schedule(park, own, box_kw)
        gap = schedule.cost_yuan - bound
        limit = park.grid.export_kw
        beyond = bool((schedule.export_kw > limit + RELATIVE * max(1, limit)).any()) or bool(over)
        if not beyond and gap <= RELATIVE * max(1.0, abs(bound)):
            return Answer(schedule, bound, (), round_, len(program.cost))
        if not _force(found, group, flows):
            raise SolverFailed(f"the bill is {gap} yuan above its bound")
        return None


def reward_yuan(park: Park) -> float:
    """What events pay in any case."""
    return sum(
        e.commitment_kw * e.reward_yuan_per_kwh * (e.last - e.first) * park.hours
        for e in park.events
    )


def _flows(layout: Layout, stores: Stores, values: Series, hours: float) -> Flows:
    charge, discharge = (np.zeros_like(stores.floor) for _ in range(2))
    charge[layout.store, layout.step] = values[layout.columns["charge"]]
    gives = layout.gives
    discharge[layout.store[gives], layout.step[gives]] = values[layout.columns["discharge"]]
    return Flows(np.maximum(charge, 0), np.maximum(discharge, 0), charge)


def _overloaded(park: Park, stores: Stores, boxes: Boxes, flows: Flows, box_kw: Series) -> set[int]:
    """Feeders whose devices together go beyond a limit."""
    draw = np.vstack([fixed_kw(park)[1], np.zeros(park.steps)])  # the last is for no feeder
    np.add.at(draw, stores.feeder, flows.charge - flows.discharge)
    np.subtract.at(draw, boxes.feeder, box_kw * boxes.power[:, None])
    return {
        i
        for i, each in enumerate(park.feeders)
        if draw[i].max() > each.import_kw + RELATIVE * max(1.0, each.import_kw)
        or draw[i].min() < -each.export_kw - RELATIVE * max(1.0, each.export_kw)
    }


def _cut(found: _Found, stores: Stores, own: Index, change: Series, hours: float) -> bool:
    """Learn the limits that a group of stores which only fill has broken. False: none is new."""
    before = len(found.cuts)
    for steps, many in cuts(stores, own, change, hours):
        found.cuts[int(own[0]), steps, many] = None
    return len(found.cuts) > before


def _cuts(found: _Found, stores: Stores, group: Index, hours: float) -> list[Cut]:
    """The limits learnt, for the groups that their stores are in now."""
    told = []
    for store, steps, many in found.cuts:
        own = np.flatnonzero(group == group[store])
        first, last = stores.first[store], stores.last[store]
        if stores.levelled[store] or steps[0] < first or steps[-1] >= last:
            continue  # learnt of another park
        limit = border(stores, own, len(steps), many, hours)
        least, most = (-np.inf, limit) if many else (limit, np.inf)
        told.append(Cut(int(group[store]), steps, least, most))
    return told


def _part(found: _Found, stores: Stores, own: Index) -> bool:
    """Halve a group by relative start; of one state: each alone. False: it is one store."""
    if len(own) == 1:
        return False
    state = stores.start[own] / np.maximum(stores.capacity[own], 1e-9)
    next_ = int(found.part.max(initial=0)) + 1
    if np.ptp(state) < RELATIVE:
        found.part[own] = next_ + np.arange(len(own))
    else:
        middle = (state.min() + state.max()) / 2
        found.part[own[state > middle]] = next_
    return True


def _force(found: _Found, group: Index, flows: Flows) -> bool:
    """A direction for each store that charged and discharged at once. False: there is none."""
    both = (flows.charge > TIED) & (flows.discharge > TIED)
    before = len(found.one_way)
    for which, own in members(group):
        for step in np.flatnonzero(both[which]):
            found.one_way |= {(int(store), int(step)) for store in own}
        if both[which].any() and len(own) > 1:
            next_ = int(found.part.max(initial=0)) + 1
            found.part[own] = next_ + np.arange(len(own))
    return len(found.one_way) > before


def _schedule(park: Park, flows: Flows, box_kw: Series) -> Schedule:
    """The devices' flows by kind, with import, export and bill that follow from them."""
    grid, hours, steps = park.grid, park.hours, park.steps
    b, v = len(park.batteries), len(park.vehicles)
    g, c = len(park.generators), len(park.curtailables)
    power = np.concatenate([np.ones(g + c), [each.power for each in park.converters]])
    net = fixed_kw(park)[0] + (flows.charge - flows.discharge).sum(axis=0) - power @ box_kw
    bought, sold = np.maximum(net, 0), np.maximum(-net, 0)
    peak = max(grid.peak_so_far_kw, float(bought.max()))
    wear = [each.wear_yuan_per_kwh for each in park.batteries]
    wear += [each.wear_yuan_per_kwh for each in park.vehicles]
    through = (flows.charge + flows.discharge)[: b + v].sum(axis=1)
    used, cut, input_ = box_kw[:g], box_kw[g : g + c], box_kw[g + c :]
    fuel_kg = sum(
        x.fuel_kg_per_kwh * kw.sum() for x, kw in zip(park.converters, input_, strict=True)
    )
    carbon_kg = grid.carbon_kg_per_kwh * bought.sum() + fuel_kg
    short = sum(
        e.penalty_yuan_per_kwh
        * np.maximum(bought[e.first : e.last] - e.baseline_kw + e.commitment_kw, 0).sum()
        for e in park.events
        if e.penalty_yuan_per_kwh is not None
    )

    def paid(things: Sequence[Any], price: str, kw: Series) -> float:
        return float(sum(getattr(x, price) * kw[i].sum() for i, x in enumerate(things))) * hours

    costs = {
        "bought": series(grid.buy_yuan_per_kwh, steps) @ bought * hours,
        "sold": -(series(grid.sell_yuan_per_kwh, steps) @ sold) * hours,
        "demand": grid.demand_yuan_per_kw * peak,
        "carbon": grid.carbon_yuan_per_t * carbon_kg * hours / 1000,
        "wear": float(np.dot(wear, through)) * hours,
        "generation": paid(park.generators, "cost_yuan_per_kwh", used),
        "cut": paid(park.curtailables, "penalty_yuan_per_kwh", cut),
        "fuel": paid(park.converters, "fuel_yuan_per_kwh", input_),
        "shortfall": short * hours,
        "reward": -reward_yuan(park),
    }
    return Schedule(
        bought, sold, peak,
        flows.charge[:b], flows.discharge[:b], flows.level[:b],
        flows.charge[b : b + v], flows.discharge[b : b + v], flows.level[b : b + v],
        flows.charge[b + v :], cut, used, input_,
        {name: float(cost) for name, cost in costs.items()},
    )  # fmt: skip
