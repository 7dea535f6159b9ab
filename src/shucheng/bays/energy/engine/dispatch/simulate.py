"""What a schedule does to a park, step by step: an inspector that shares no code with the planner.

It believes only what devices are told to do. Levels, flows on feeders, import, export, heat and
the bill are worked out anew, one device and one step at a time, and compared with what is
claimed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shucheng.bays.energy.engine.dispatch.model import Battery, Park, Schedule

TOLERANCE = 1e-5  # kW or kWh, for each of them and each unit of size


@dataclass(frozen=True)
class Breach:
    """A limit that a schedule breaks: by `amount` (kW, kWh or yuan)."""

    what: str
    code: str
    step: int | None
    amount: float


@dataclass(frozen=True)
class Inspection:
    breaches: tuple[Breach, ...]
    cost_yuan: float
    import_kwh: float
    export_kwh: float


def simulate(park: Park, plan: Schedule) -> Inspection:
    """Run the schedule; every breach of a physical limit, need, or sum of energy or money."""
    walk = _Walk(park, plan)
    breaches = tuple(
        Breach(what, code, step, float(amount))
        for what, code, step, amount, size in walk.run()
        if not amount <= TOLERANCE * max(1.0, abs(size))  # not a number is a breach
    )
    hours = park.hours
    return Inspection(breaches, walk.cost, walk.bought * hours, walk.sold * hours)


Finding = tuple[str, str, int | None, float, float]


class _Walk:
    def __init__(self, park: Park, plan: Schedule) -> None:
        self.park, self.plan = park, plan
        self.cost = self.bought = self.sold = 0.0

    def run(self) -> Iterator[Finding]:
        park, plan = self.park, self.plan
        level = [b.now_kwh for b in park.batteries]
        ev = [v.arrival_kwh for v in park.vehicles]
        drawn = [0.0] * len(park.shiftables)
        peak, carbon = park.grid.peak_so_far_kw, 0.0
        for t in range(park.steps):
            flow: dict[str, float] = dict.fromkeys([f.code for f in park.feeders], 0.0)
            flow[""] = 0.0
            heat = 0.0
            for load in park.loads:
                flow[load.feeder] += _at(load.kw, t)
            for i, b in enumerate(park.batteries):
                c, d = plan.battery_charge_kw[i, t], plan.battery_discharge_kw[i, t]
                yield from _range("battery charge", b.code, t, c, b.charge_kw)
                yield from _range("battery discharge", b.code, t, d, b.discharge_kw)
                yield "both directions", b.code, t, min(c, d), 0.0
                least = self._least(b, level[i])
                level[i] = self._after(b, level[i], c, d)
                size = b.capacity_kwh
                yield "battery full", b.code, t, level[i] - size, size
                yield "battery reserve", b.code, t, least - level[i], size
                yield "battery level", b.code, t, abs(level[i] - plan.battery_kwh[i, t]), size
                self.cost += b.wear_yuan_per_kwh * (c + d) * park.hours
                flow[b.feeder] += c - d
            for i, v in enumerate(park.vehicles):
                c, d = plan.vehicle_charge_kw[i, t], plan.vehicle_discharge_kw[i, t]
                here = v.arrival <= t < v.departure
                yield from _range("vehicle charge", v.code, t, c, v.charge_kw if here else 0.0)
                yield from _range("vehicle discharge", v.code, t, d, v.v2g_kw if here else 0.0)
                yield "both directions", v.code, t, min(c, d), 0.0
                ev[i] += (c * v.charge_efficiency - d / v.discharge_efficiency) * park.hours
                yield "vehicle full", v.code, t, ev[i] - v.capacity_kwh, v.capacity_kwh
                yield "vehicle empty", v.code, t, -ev[i], v.capacity_kwh
                if t == v.departure - 1:
                    yield "vehicle energy", v.code, t, v.needed_kwh - ev[i], v.capacity_kwh
                claimed = plan.vehicle_kwh[i, t] if here else ev[i]
                yield "vehicle level", v.code, t, abs(ev[i] - claimed), v.capacity_kwh
                self.cost += v.wear_yuan_per_kwh * (c + d) * park.hours
                flow[v.feeder] += c - d
            for i, s in enumerate(park.shiftables):
                kw = plan.shiftable_kw[i, t]
                most = s.most_kw if s.first <= t < s.last else 0.0
                yield from _range("shiftable power", s.code, t, kw, most)
                drawn[i] += kw * park.hours
                flow[s.feeder] += kw
            for i, cut in enumerate(park.curtailables):
                kw = plan.cut_kw[i, t]
                yield from _range("cut", cut.code, t, kw, _at(cut.kw, t) * cut.most_share)
                self.cost += cut.penalty_yuan_per_kwh * kw * park.hours
                flow[cut.feeder] += _at(cut.kw, t) - kw
            for i, g in enumerate(park.generators):
                kw = plan.used_kw[i, t]
                yield from _range("generation", g.code, t, kw, _at(g.available_kw, t))
                self.cost += g.cost_yuan_per_kwh * kw * park.hours
                flow[g.feeder] -= kw
            for i, unit in enumerate(park.converters):
                kw = plan.input_kw[i, t]
                yield from _range("converter", unit.code, t, kw, unit.most_kw)
                heat += unit.heat * kw
                carbon += unit.fuel_kg_per_kwh * kw * park.hours
                self.cost += unit.fuel_yuan_per_kwh * kw * park.hours
                flow[unit.feeder] -= unit.power * kw
            if park.heat_kw is not None:
                yield "heat", "", t, _at(park.heat_kw, t) - heat, heat
            for f in park.feeders:
                yield "feeder import", f.code, t, flow[f.code] - f.import_kw, f.import_kw
                yield "feeder export", f.code, t, -flow[f.code] - f.export_kw, f.export_kw
            bought, sold = plan.import_kw[t], plan.export_kw[t]
            net = sum(flow.values())
            yield "energy conserved", "", t, abs(net - bought + sold), bought + sold
            yield from self._grid(t, bought, sold)
            peak = max(peak, bought)
            carbon += park.grid.carbon_kg_per_kwh * bought * park.hours
        for i, b in enumerate(park.batteries):
            yield "battery end", b.code, None, b.end_kwh - level[i], b.capacity_kwh
        for i, s in enumerate(park.shiftables):
            yield "shiftable energy", s.code, None, abs(drawn[i] - s.energy_kwh), s.energy_kwh
        self.cost += park.grid.demand_yuan_per_kw * peak
        self.cost += park.grid.carbon_yuan_per_t * carbon / 1000
        yield "peak", "", None, abs(peak - plan.peak_kw), peak
        yield "money conserved", "", None, abs(self.cost - plan.cost_yuan), self.cost

    def _after(self, b: Battery, before: float, charge: float, discharge: float) -> float:
        left = before * (1 - b.self_discharge) ** self.park.hours
        moved = charge * b.charge_efficiency - discharge / b.discharge_efficiency
        return float(left + moved * self.park.hours)

    def _least(self, b: Battery, before: float) -> float:
        """The reserve, or what charging at full power reaches from a level below it."""
        return min(b.reserve_kwh, self._after(b, before, b.charge_kw, 0.0))

    def _grid(self, t: int, bought: float, sold: float) -> Iterator[Finding]:
        grid, hours = self.park.grid, self.park.hours
        yield from _range("grid import", "", t, bought, grid.import_kw)
        yield from _range("grid export", "", t, sold, grid.export_kw)
        yield "import and export", "", t, min(bought, sold), 0.0
        self.bought += bought
        self.sold += sold
        self.cost += _at(grid.buy_yuan_per_kwh, t) * bought * hours
        self.cost -= _at(grid.sell_yuan_per_kwh, t) * sold * hours
        for e in self.park.events:
            if e.first <= t < e.last:
                short = max(0.0, bought - (e.baseline_kw - e.commitment_kw))
                self.cost -= e.commitment_kw * e.reward_yuan_per_kwh * hours
                if e.penalty_yuan_per_kwh is None:
                    yield "event", e.code, t, short, e.baseline_kw
                else:
                    self.cost += e.penalty_yuan_per_kwh * short * hours


def _at(values: object, t: int) -> float:
    array = np.asarray(values, dtype=float)
    return float(array[t] if array.ndim else array)


def _range(what: str, code: str, t: int, value: float, most: float) -> Iterator[Finding]:
    yield f"{what} below 0", code, t, -value, 0.0
    yield what, code, t, value - most, most if most < float("inf") else 0.0
