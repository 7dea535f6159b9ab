"""Why no schedule exists: the least total violation of limits, limit by limit.

An elastic program: each limit that people set (import, export, feeders, events, heat, what must
be in a store at its end) may be missed, each kWh of that costs 1, nothing else costs anything.
What devices can do at most stays as it is. Feasible by construction: all of these can give way.
The method is elastic filtering's first step (J. W. Chinneck, Feasibility and Infeasibility in
Optimization, 2008, ch. 6).
"""

from dataclasses import replace

import numpy as np

from shucheng.bays.energy.engine.dispatch.model import Park, Series, Violation
from shucheng.bays.energy.engine.dispatch.parts import Index, boxes_of, stores_of
from shucheng.bays.energy.engine.dispatch.program import Program, assemble
from shucheng.bays.energy.engine.dispatch.solver import Solver, SolverFailed

LEAST = 1e-5  # kW or kWh: less is rounding

Slack = tuple[str, str, int | None, str]


def violations(park: Park) -> tuple[Violation, ...]:
    """The limits to relax so that a schedule exists, with the least total amount (kWh)."""
    feeders = np.arange(len(park.feeders))
    program = assemble(park, stores_of(park), boxes_of(park), feeders)
    elastic, names = _elastic(park, program)
    solver = Solver()
    solver.load(elastic)
    values = solver.solve()
    if values is None:
        raise SolverFailed("no limit that may give way makes a schedule possible")
    amounts = values[len(program.cost) :]
    return tuple(
        Violation(limit, code, step, float(amount), unit)
        for (limit, code, step, unit), amount in zip(names, amounts, strict=True)
        if amount > LEAST
    )


def _elastic(park: Park, program: Program) -> tuple[Program, list[Slack]]:
    layout, steps = program.layout, park.steps
    names: list[Slack] = []
    rows: list[Index] = []
    signs: list[Series] = []
    weights: list[Series] = []

    def give(at: Index, sign: float, weight: float, told: list[Slack]) -> None:
        names.extend(told)
        rows.append(at)
        signs.append(np.full(len(at), sign))
        weights.append(np.full(len(at), weight))

    def places(name: str) -> Index:
        part = layout.places[name]
        return np.arange(part.start, part.stop)

    for number, feeder in enumerate(park.feeders):
        at = places("feeder")[number * steps : (number + 1) * steps]
        for limit, sign in (("feeder import", -1.0), ("feeder export", 1.0)):
            give(at, sign, park.hours, [(limit, feeder.code, t, "kW") for t in range(steps)])
    told: list[Slack] = [
        ("event", each.code, t, "kW") for each in park.events for t in range(each.first, each.last)
    ]
    give(places("event"), -1.0, park.hours, told)
    if park.heat_kw is not None:
        give(places("heat"), 1.0, park.hours, [("heat", "", t, "kW") for t in range(steps)])
    ends: list[Slack] = [("battery end", each.code, None, "kWh") for each in park.batteries]
    ends += [("vehicle energy", each.code, None, "kWh") for each in park.vehicles]
    ends += [("shiftable energy", each.code, None, "kWh") for each in park.shiftables]
    give(places("end"), 1.0, 1.0, ends)

    # The grid's limits are bounds of columns: they become rows, so that they can give way.
    upper, height = program.upper.copy(), len(program.row_lower)
    caps: list[Series] = []
    extra: list[Index] = []
    for name, most in (("import", park.grid.import_kw), ("export", park.grid.export_kw)):
        part = layout.columns[name]
        upper[part] = np.inf
        at = height + np.arange(steps)
        give(at, -1.0, park.hours, [(f"grid {name}", "", t, "kW") for t in range(steps)])
        extra.append(np.arange(part.start, part.stop))
        caps.append(np.full(steps, most))
        height += steps
    return _joined(program, upper, extra, caps, (rows, signs, weights)), names


def _joined(
    program: Program,
    upper: Series,
    extra: list[Index],
    caps: list[Series],
    slack: tuple[list[Index], list[Series], list[Series]],
) -> Program:
    """The program with a row for each of the columns `extra`, and a column for each slack."""
    width, height = len(program.cost), len(program.row_lower)
    at, sign, weight = (np.concatenate(each) for each in slack)
    over, cap = np.concatenate(extra), np.concatenate(caps)
    rows = np.concatenate([program.rows, height + np.arange(len(over)), at])
    lengths = np.diff(program.starts)
    columns = np.concatenate(
        [np.repeat(np.arange(width), lengths), over, width + np.arange(len(at))]
    )
    values = np.concatenate([program.values, np.ones(len(over)), sign])
    order = np.lexsort((rows, columns))
    starts = np.zeros(width + len(at) + 1, dtype=np.int32)
    np.cumsum(np.bincount(columns, minlength=width + len(at)), out=starts[1:])
    return replace(
        program,
        cost=np.concatenate([np.zeros(width), weight]),
        lower=np.concatenate([program.lower, np.zeros(len(at))]),
        upper=np.concatenate([upper, np.full(len(at), np.inf)]),
        row_lower=np.concatenate([program.row_lower, np.full(len(over), -np.inf)]),
        row_upper=np.concatenate([program.row_upper, cap]),
        starts=starts,
        rows=rows[order].astype(np.int32),
        values=values[order],
    )
