"""Random parks of every kind of device, and a second way to schedule them (scipy's linprog)."""

from typing import Any

import numpy as np
from scipy.optimize import linprog

from shucheng.bays.energy.engine.dispatch.model import (
    Battery,
    Converter,
    CurtailableLoad,
    Event,
    Feeder,
    Generator,
    Grid,
    Load,
    Park,
    ShiftableLoad,
    Vehicle,
)


def random_park(seed: int, *, alike: bool = False, negative: bool = False) -> Park:
    """A park from a seed. `alike`: many devices of few kinds, which merge; `negative`: prices may
    fall below zero. Most can be scheduled, some cannot."""
    r = np.random.default_rng(seed)
    steps, hours = int(r.integers(3, 9)), float(r.choice([0.25, 0.5, 1.0]))
    names = [f"F{i}" for i in range(int(r.integers(1, 4)))]
    buy = r.choice([0.3, 0.65, 1.1, 1.4], steps)
    if negative:
        buy = np.where(r.random(steps) < 0.3, -0.4, buy)
    sell = np.minimum(buy, r.choice([-0.2, 0.0, 0.3, 0.4])) if r.random() < 0.8 else buy
    grid = Grid(
        buy,
        sell,
        import_kw=float(r.choice([120, 300, np.inf])),
        export_kw=float(r.choice([0, 40, np.inf])),
        demand_yuan_per_kw=float(r.choice([0, 1.5, 38])),
        peak_so_far_kw=float(r.choice([0, 60])),
        carbon_yuan_per_t=float(r.choice([0, 90])),
        carbon_kg_per_kwh=0.58,
    )

    def feeder() -> str:
        return str(r.choice(["", *names]))

    sizes = r.choice([10, 20, 50], 6)
    count = int(r.integers(3, 7)) if alike else int(r.integers(0, 4))
    kind = float(r.choice([0, 0.02]))
    batteries = []
    for i in range(count):
        size, speed = float(sizes[i % 6]), float(r.choice([0.25, 0.5]) if not alike else 0.5)
        batteries.append(
            Battery(
                f"B{i}",
                size,
                size * speed,
                size * speed,
                size * float(r.choice([0.2, 0.5, 0.9])),
                size * 0.3,
                size * float(0.1 if alike else r.choice([0, 0.1, 0.25])),
                0.95,
                float(0.95 if alike else r.choice([0.9, 1.0])),
                0.01 if alike else kind,
                float(0.05 if alike else r.choice([0, 0.05])),
                feeder(),
            )
        )
    vehicles = []
    for i in range(int(r.integers(0, 7))):
        first = int(r.integers(0, 2 if alike else steps))
        last = steps if alike else int(r.integers(first + 1, steps + 1))
        size = float(r.choice([40, 60]))
        start = size * float(r.choice([0.2, 0.4]))
        rise = 0.95 * 7 * hours * (last - first)
        need = min(size, start + rise * float(r.choice([0.3, 0.8, 1.0]))) if not alike else start
        v2g = float(r.choice([0, 7]))
        vehicles.append(
            Vehicle(
                f"V{i}",
                first,
                last,
                size,
                start,
                need,
                7.0,
                v2g,
                wear_yuan_per_kwh=0.02,
                feeder=feeder(),
            )
        )
    shiftables = []
    for i in range(int(r.integers(0, 3))):
        first = int(r.integers(0, steps))
        last = int(r.integers(first + 1, steps + 1))
        energy = 20 * hours * (last - first) * float(r.choice([0.2, 0.7]))
        shiftables.append(ShiftableLoad(f"S{i}", first, last, energy, 20.0, feeder()))
    heat = r.uniform(0, 30, steps) if r.random() < 0.5 else None
    converters: tuple[Converter, ...] = ()
    if heat is not None:
        converters = (
            Converter("boiler", 40, 0.92, 0.0, 0.35, 0.2, feeder()),
            Converter("chp", 30, 0.45, 0.38, 0.35, 0.2, feeder()),
            Converter("pump", 8, 3.2, -1.0, feeder=feeder()),
        )
    events: tuple[Event, ...] = ()
    if r.random() < 0.5:
        penalty = None if r.random() < 0.3 else 3.0
        events = (Event("E", steps - 2, steps, 110.0, float(r.choice([10, 50])), 2.0, penalty),)
    return Park(
        steps,
        hours,
        grid,
        tuple(
            Feeder(n, float(r.choice([60, 200, np.inf])), float(r.choice([20, np.inf])))
            for n in names
        ),
        (Load("L", r.uniform(10, 60, steps), feeder()),),
        tuple(batteries),
        tuple(vehicles),
        tuple(shiftables),
        tuple(
            CurtailableLoad(f"C{i}", r.uniform(5, 20, steps), 0.5, 2.0, feeder())
            for i in range(int(r.integers(0, 3)))
        ),
        tuple(
            Generator(f"G{i}", r.uniform(0, 50, steps), feeder=feeder())
            for i in range(int(r.integers(0, 3)))
        ),
        converters,
        events,
        heat,
    )


class _Lines:
    """A program written one term at a time, for scipy."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.bounds: list[tuple[float, float | None]] = []
        self.most: list[tuple[dict[int, float], float]] = []
        self.equal: list[tuple[dict[int, float], float]] = []

    def new(self, cost: float, low: float = 0.0, high: float = np.inf) -> int:
        self.cost.append(cost)
        self.bounds.append((low, None if high == np.inf else high))
        return len(self.cost) - 1


def cheapest_by_scipy(park: Park) -> float | None:
    """The least bill of a park, device by device; None where there is no schedule.

    Exact where charging and discharging at once does not pay.
    """
    p, h = _Lines(), park.hours
    grid = park.grid

    def at(values: Any, t: int) -> float:
        return float(np.broadcast_to(values, park.steps)[t])

    base = 0.0
    peak = p.new(grid.demand_yuan_per_kw, grid.peak_so_far_kw)
    carbon = grid.carbon_yuan_per_t / 1000
    level: dict[str, tuple[int | None, float]] = {b.code: (None, b.now_kwh) for b in park.batteries}
    level |= {v.code: (None, v.arrival_kwh) for v in park.vehicles}
    reached = {b.code: b.now_kwh for b in park.batteries}
    for s in park.shiftables:
        level[s.code] = (None, 0.0)

    def store(
        code: str,
        c: float,
        d: float,
        gain: float,
        loss: float,
        keep: float,
        wear: float,
        low: float,
        high: float,
        last: float | None,
    ) -> dict[int, float]:
        into, out = p.new(wear * h, 0, c), p.new(wear * h, 0, d)
        now = p.new(0.0, max(low, 0.0 if last is None else last), high)
        old, amount = level[code]
        row = {now: 1.0, into: -gain * h, out: h / loss}
        if old is None:
            p.equal.append((row, amount * keep))
        else:
            p.equal.append((row | {old: -keep}, 0.0))
        level[code] = (now, 0.0)
        return {into: 1.0, out: -1.0}

    for t in range(park.steps):
        draw: dict[str, dict[int, float]] = {
            code: {} for code in ["", *(f.code for f in park.feeders)]
        }
        fixed: dict[str, float] = dict.fromkeys(draw, 0.0)
        heat: dict[int, float] = {}
        drawing: list[Any] = [*park.loads, *park.curtailables]
        for load in drawing:
            fixed[load.feeder] += at(load.kw, t)
        for b in park.batteries:
            keep = (1 - b.self_discharge) ** h
            most = reached[b.code] * keep + b.charge_kw * b.charge_efficiency * h
            reached[b.code] = low = min(b.reserve_kwh, most)
            end = b.end_kwh if t == park.steps - 1 else None
            draw[b.feeder] |= store(
                b.code,
                b.charge_kw,
                b.discharge_kw,
                b.charge_efficiency,
                b.discharge_efficiency,
                keep,
                b.wear_yuan_per_kwh,
                low,
                b.capacity_kwh,
                end,
            )
        for v in park.vehicles:
            if v.arrival <= t < v.departure:
                end = v.needed_kwh if t == v.departure - 1 else None
                draw[v.feeder] |= store(
                    v.code,
                    v.charge_kw,
                    v.v2g_kw,
                    v.charge_efficiency,
                    v.discharge_efficiency,
                    1.0,
                    v.wear_yuan_per_kwh,
                    0.0,
                    v.capacity_kwh,
                    end,
                )
        for s in park.shiftables:
            if s.first <= t < s.last:
                end = s.energy_kwh if t == s.last - 1 else None
                draw[s.feeder] |= store(
                    s.code, s.most_kw, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, s.energy_kwh, end
                )
        for cut in park.curtailables:
            draw[cut.feeder][
                p.new(cut.penalty_yuan_per_kwh * h, 0, at(cut.kw, t) * cut.most_share)
            ] = -1.0
        for g in park.generators:
            draw[g.feeder][p.new(g.cost_yuan_per_kwh * h, 0, at(g.available_kw, t))] = -1.0
        for u in park.converters:
            x = p.new((u.fuel_yuan_per_kwh + carbon * u.fuel_kg_per_kwh) * h, 0, u.most_kw)
            draw[u.feeder][x] = -u.power
            heat[x] = u.heat
        bought = p.new(
            (at(grid.buy_yuan_per_kwh, t) + carbon * grid.carbon_kg_per_kwh) * h, 0, grid.import_kw
        )
        sold = p.new(-at(grid.sell_yuan_per_kwh, t) * h, 0, grid.export_kw)
        total = {bought: -1.0, sold: 1.0}
        for row in draw.values():
            total |= row
        p.equal.append((total, -sum(fixed.values())))
        p.most.append(({bought: 1.0, peak: -1.0}, 0.0))
        for f in park.feeders:
            row = draw[f.code]
            if f.import_kw < np.inf:
                p.most.append((row, f.import_kw - fixed[f.code]))
            if f.export_kw < np.inf:
                p.most.append(({x: -a for x, a in row.items()}, f.export_kw + fixed[f.code]))
        if park.heat_kw is not None:
            p.most.append(({x: -a for x, a in heat.items()}, -at(park.heat_kw, t)))
        for e in park.events:
            if e.first <= t < e.last:
                base -= e.commitment_kw * e.reward_yuan_per_kwh * h
                row = {bought: 1.0}
                if e.penalty_yuan_per_kwh is not None:
                    row[p.new(e.penalty_yuan_per_kwh * h)] = -1.0
                p.most.append((row, e.baseline_kw - e.commitment_kw))

    def dense(rows: list[tuple[dict[int, float], float]]) -> tuple[Any, Any]:
        matrix = np.zeros((len(rows), len(p.cost)))
        for i, (row, _) in enumerate(rows):
            for x, a in row.items():
                matrix[i, x] = a
        return matrix, np.array([b for _, b in rows])

    most, equal = dense(p.most), dense(p.equal)
    done = linprog(p.cost, *most, *equal, p.bounds, method="highs-ds")
    return base + float(done.fun) if done.status == 0 else None
