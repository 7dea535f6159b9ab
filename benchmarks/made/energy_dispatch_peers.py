# ruff: noqa: E731
"""The same park built with a modelling library, device by device; run by `energy_dispatch.py`.

    python energy_dispatch_peers.py pypsa|linopy|pyomo PARK.json

Prints {"seconds", "cost", "by"}: processor time of building and solving, the quicker of HiGHS's own
choice and of interior points without crossover. Exit code 3: the library is not there.
"""

import json
import logging
import sys
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
INTERIOR = {"solver": "ipm", "run_crossover": "off"}


def main() -> int:
    peer, file = sys.argv[1], Path(sys.argv[2])
    if find_spec(peer) is None or find_spec("highspy") is None:
        return 3
    park = json.loads(file.read_text("utf-8"))
    solve = {"pypsa": by_pypsa, "linopy": by_linopy, "pyomo": by_pyomo}[peer]
    solve(part(park), {})  # libraries are loaded by the first solve
    best = None
    for by, options in (("default", {}), ("ipm", INTERIOR)):
        began = time.process_time()
        cost = solve(park, options)
        took = time.process_time() - began
        if best is None or took < best["seconds"]:
            best = {"seconds": took, "cost": cost, "by": by}
    print(json.dumps(best))
    return 0


def part(park):
    """A park of the same kinds with one device each, and its whole grid."""
    kinds = ("batteries", "vehicles", "curtailables")
    return park | {kind: park[kind][:1] for kind in kinds}


def price(park):
    grid = park["grid"]
    carbon = grid["carbon_yuan_per_t"] * grid["carbon_kg_per_kwh"] / 1000
    return [buy + carbon for buy in grid["buy_yuan_per_kwh"]]


def by_pypsa(park, options):
    import numpy as np
    import pandas as pd
    import pypsa

    steps, hours, grid = park["steps"], park["hours"], park["grid"]
    n = pypsa.Network()
    n.set_snapshots(pd.RangeIndex(steps))
    n.snapshot_weightings = n.snapshot_weightings.astype(float) * 0 + hours
    n.add("Bus", "park")
    n.add(
        "Generator",
        "import",
        bus="park",
        p_nom=grid["import_kw"],
        marginal_cost=pd.Series(price(park), n.snapshots),
    )
    n.add(
        "Generator",
        "export",
        bus="park",
        p_nom=grid["export_kw"],
        p_min_pu=-1,
        p_max_pu=0,
        marginal_cost=pd.Series(grid["sell_yuan_per_kwh"], n.snapshots),
    )
    feeders = park["feeders"]
    n.add("Bus", [f["code"] for f in feeders])
    for f in feeders:
        most = max(f["import_kw"], f["export_kw"])
        n.add(
            "Link",
            f["code"],
            bus0="park",
            bus1=f["code"],
            p_nom=most,
            p_max_pu=f["import_kw"] / most,
            p_min_pu=-f["export_kw"] / most,
        )
    for x in (*park["loads"], *park["curtailables"]):
        n.add("Load", x["code"], bus=x["feeder"], p_set=pd.Series(x["kw"], n.snapshots))

    def many(kind, things, series, **same):
        if not things:
            return
        names = [x["code"] for x in things]
        frames = {
            key: pd.DataFrame(np.column_stack([get(x) for x in things]), n.snapshots, names)
            for key, get in series.items()
        }
        fixed = {k: ([v(x) for x in things] if callable(v) else v) for k, v in same.items()}
        n.add(kind, names, **fixed, **frames)

    here = lambda x: x["feeder"]
    many(
        "Generator",
        park["generators"],
        {"p_max_pu": lambda x: x["available_kw"]},
        bus=here,
        p_nom=1.0,
        marginal_cost=lambda x: x["cost_yuan_per_kwh"],
    )
    many(
        "Generator",
        park["curtailables"],
        {"p_max_pu": lambda x: np.array(x["kw"]) * x["most_share"]},
        bus=here,
        p_nom=1.0,
        marginal_cost=lambda x: x["penalty_yuan_per_kwh"],
    )
    # A store has a bus of its own, and links for the two directions, which pay its wear.
    stores = park["batteries"] + park["vehicles"]
    n.add("Bus", ["at " + x["code"] for x in stores])
    own = lambda x: "at " + x["code"]

    def least(x):
        share = np.full(steps, x.get("reserve_kwh", 0.0) / x["capacity_kwh"])
        if "departure" in x:
            share[x["departure"] - 1 :] = x["needed_kwh"] / x["capacity_kwh"]
        else:
            share[-1] = max(share[-1], x["end_kwh"] / x["capacity_kwh"])
        return share

    def within(x):
        clock = np.arange(steps)
        first, last = x.get("arrival", 0), x.get("departure", steps)
        return ((clock >= first) & (clock < last)).astype(float)

    many(
        "Store",
        stores,
        {"e_min_pu": least},
        bus=own,
        e_nom=lambda x: x["capacity_kwh"],
        e_initial=lambda x: x["now_kwh"] if "now_kwh" in x else x["arrival_kwh"],
    )
    n.add(
        "Link",
        ["into " + x["code"] for x in stores],
        bus0=[here(x) for x in stores],
        bus1=[own(x) for x in stores],
        p_nom=[x["charge_kw"] for x in stores],
        efficiency=[x["charge_efficiency"] for x in stores],
        marginal_cost=[x["wear_yuan_per_kwh"] for x in stores],
        p_max_pu=pd.DataFrame(
            np.column_stack([within(x) for x in stores]),
            n.snapshots,
            ["into " + x["code"] for x in stores],
        ),
    )
    b = park["batteries"]
    n.add(
        "Link",
        ["from " + x["code"] for x in b],
        bus0=[own(x) for x in b],
        bus1=[here(x) for x in b],
        efficiency=[x["discharge_efficiency"] for x in b],
        p_nom=[x["discharge_kw"] / x["discharge_efficiency"] for x in b],
        marginal_cost=[x["wear_yuan_per_kwh"] * x["discharge_efficiency"] for x in b],
    )

    def demand(network, snapshots):
        m = network.model
        peak = m.add_variables(lower=grid["peak_so_far_kw"], name="peak")
        m.add_constraints(m["Generator-p"].sel(name="import") - peak <= 0, name="peak")
        m.objective = m.objective + grid["demand_yuan_per_kw"] * peak

    n.optimize(
        solver_name="highs",
        extra_functionality=demand,
        progress=False,
        log_to_console=False,
        include_objective_constant=False,
        **{"threads": 1, **options},
    )
    return float(n.model.objective.value)


def by_linopy(park, options):
    """Written over tables of all stores at once: how one writes it if it is to be quick."""
    import linopy
    import numpy as np
    import pandas as pd
    import xarray as xr

    # linopy's groups come sorted, and rows are matched by place.
    park = park | {"feeders": sorted(park["feeders"], key=lambda x: x["code"])}
    steps, hours, grid = park["steps"], park["hours"], park["grid"]
    t = pd.RangeIndex(steps, name="t")
    stores = park["batteries"] + park["vehicles"]
    s = pd.Index([x["code"] for x in stores], name="s")
    b = pd.Index([x["code"] for x in park["batteries"]], name="s")
    f = pd.Index([x["code"] for x in park["feeders"]], name="f")
    col = lambda get, index, things: xr.DataArray([get(x) for x in things], coords=[index])
    m = linopy.Model()
    imp = m.add_variables(0, grid["import_kw"], coords=[t], name="import")
    exp = m.add_variables(0, grid["export_kw"], coords=[t], name="export")
    peak = m.add_variables(lower=grid["peak_so_far_kw"], name="peak")
    clock = np.arange(steps)
    most = np.array(
        [
            x["charge_kw"] * ((clock >= x.get("arrival", 0)) & (clock < x.get("departure", steps)))
            for x in stores
        ]
    )
    low = np.array([np.full(steps, x.get("reserve_kwh", 0.0)) for x in stores])
    for i, x in enumerate(stores):
        if "departure" in x:
            low[i, x["departure"] - 1 :] = x["needed_kwh"]
        else:
            low[i, -1] = max(low[i, -1], x["end_kwh"])
    c = m.add_variables(0, xr.DataArray(most, coords=[s, t]), name="charge")
    high = col(lambda x: x["discharge_kw"], b, park["batteries"])
    d = m.add_variables(0, high.expand_dims(t=t, axis=1), name="discharge")
    full = col(lambda x: x["capacity_kwh"], s, stores)
    level = m.add_variables(
        xr.DataArray(low, coords=[s, t]), full.expand_dims(t=t, axis=1), name="level"
    )
    gain = col(lambda x: x["charge_efficiency"], s, stores) * hours
    loss = hours / col(lambda x: x["discharge_efficiency"], b, park["batteries"])
    start = np.zeros((len(s), steps))
    start[:, 0] = [x["now_kwh"] if "now_kwh" in x else x["arrival_kwh"] for x in stores]
    nb = len(b)
    start = xr.DataArray(start, coords=[s, t])
    before = level.shift(t=1)
    at = lambda v, rows: v.isel(s=rows)
    bat, evs = slice(0, nb), slice(nb, None)
    m.add_constraints(
        at(level, bat) - at(before, bat) - at(gain, bat) * at(c, bat) + loss * d == at(start, bat)
    )
    m.add_constraints(
        at(level, evs) - at(before, evs) - at(gain, evs) * at(c, evs) == at(start, evs)
    )
    box = park["generators"] + park["curtailables"]
    k = pd.Index([x["code"] for x in box], name="k")
    upper = np.array(
        [
            x["available_kw"] if "available_kw" in x else np.array(x["kw"]) * x["most_share"]
            for x in box
        ]
    )
    u = m.add_variables(0, xr.DataArray(upper, coords=[k, t]), name="box")
    fixed = np.zeros((len(f), steps))
    for x in (*park["loads"], *park["curtailables"]):
        fixed[f.get_loc(x["feeder"])] += x["kw"]
    fixed = xr.DataArray(fixed, coords=[f, t])
    flow = m.add_variables(
        col(lambda x: -x["export_kw"], f, park["feeders"]).expand_dims(t=t, axis=1),
        col(lambda x: x["import_kw"], f, park["feeders"]).expand_dims(t=t, axis=1),
        name="flow",
    )
    groups = lambda things, index: xr.DataArray(
        [x["feeder"] for x in things], coords=[index], name="f"
    )
    drawn = c.groupby(groups(stores, s)).sum() - u.groupby(groups(box, k)).sum()
    drawn = drawn - d.groupby(groups(park["batteries"], b)).sum() if nb else drawn
    m.add_constraints(flow - drawn == fixed, name="feeders")
    m.add_constraints(imp - exp - flow.sum("f") == 0, name="balance")
    m.add_constraints(peak - imp >= 0, name="peak")
    wear = col(lambda x: x["wear_yuan_per_kwh"], s, stores) * hours
    paid = [
        x["cost_yuan_per_kwh"] if "available_kw" in x else x["penalty_yuan_per_kwh"] for x in box
    ]
    m.add_objective(
        (imp * (xr.DataArray(price(park), coords=[t]) * hours)).sum()
        - (exp * (xr.DataArray(grid["sell_yuan_per_kwh"], coords=[t]) * hours)).sum()
        + grid["demand_yuan_per_kw"] * peak
        + (c * wear).sum()
        + (d * at(wear, bat)).sum()
        + (u * (xr.DataArray(paid, coords=[k]) * hours)).sum()
    )
    m.solve("highs", io_api="direct", progress=False, log_to_console=False, threads=1, **options)
    return float(m.objective.value)


def by_pyomo(park, options):
    import pyomo.environ as po
    from pyomo.contrib.appsi.solvers import Highs

    steps, h, grid = park["steps"], park["hours"], park["grid"]
    m = po.ConcreteModel()
    m.t = po.RangeSet(0, steps - 1)
    stores = park["batteries"] + park["vehicles"]
    box = park["generators"] + park["curtailables"]
    window = lambda x: range(x.get("arrival", 0), x.get("departure", steps))
    m.imp = po.Var(m.t, bounds=(0, grid["import_kw"]))
    m.exp = po.Var(m.t, bounds=(0, grid["export_kw"]))
    m.peak = po.Var(bounds=(grid["peak_so_far_kw"], None))
    m.st = po.Set(initialize=[(i, t) for i, x in enumerate(stores) for t in window(x)])
    m.bt = po.Set(initialize=[(i, t) for i in range(len(park["batteries"])) for t in range(steps)])
    m.kt = po.Set(initialize=[(i, t) for i in range(len(box)) for t in range(steps)])
    m.c = po.Var(m.st, bounds=lambda m, i, t: (0, stores[i]["charge_kw"]))
    m.d = po.Var(m.bt, bounds=lambda m, i, t: (0, stores[i]["discharge_kw"]))

    def levels(m, i, t):
        x = stores[i]
        low = x.get("reserve_kwh", 0.0)
        if t == x.get("departure", steps) - 1:
            low = max(low, x["needed_kwh"] if "departure" in x else x["end_kwh"])
        return low, x["capacity_kwh"]

    def most(m, i, t):
        x = box[i]
        return 0, x["available_kw"][t] if "available_kw" in x else x["kw"][t] * x["most_share"]

    m.e = po.Var(m.st, bounds=levels)
    m.u = po.Var(m.kt, bounds=most)

    def next_(m, i, t):
        x = stores[i]
        begin = t == x.get("arrival", 0)
        old = x.get("now_kwh", x.get("arrival_kwh")) if begin else m.e[i, t - 1]
        out = h / x["discharge_efficiency"] * m.d[i, t] if "now_kwh" in x else 0.0
        return m.e[i, t] == old + h * x["charge_efficiency"] * m.c[i, t] - out

    m.next = po.Constraint(m.st, rule=next_)
    place = {f["code"]: j for j, f in enumerate(park["feeders"])}
    terms = [[[] for _ in range(steps)] for _ in place]
    for i, t in m.st:
        terms[place[stores[i]["feeder"]]][t].append(m.c[i, t])
    for i, t in m.bt:
        terms[place[stores[i]["feeder"]]][t].append(-m.d[i, t])
    for i, t in m.kt:
        terms[place[box[i]["feeder"]]][t].append(-m.u[i, t])
    fixed = [[0.0] * steps for _ in place]
    for x in (*park["loads"], *park["curtailables"]):
        for t in range(steps):
            fixed[place[x["feeder"]]][t] += x["kw"][t]
    m.f = po.RangeSet(0, len(place) - 1)
    m.flow = po.Var(
        m.f,
        m.t,
        bounds=lambda m, j, t: (-park["feeders"][j]["export_kw"], park["feeders"][j]["import_kw"]),
    )
    m.on = po.Constraint(
        m.f, m.t, rule=lambda m, j, t: m.flow[j, t] == po.quicksum(terms[j][t]) + fixed[j][t]
    )
    m.balance = po.Constraint(
        m.t, rule=lambda m, t: m.imp[t] - m.exp[t] == po.quicksum(m.flow[j, t] for j in m.f)
    )
    m.top = po.Constraint(m.t, rule=lambda m, t: m.peak >= m.imp[t])
    buy, sell = price(park), grid["sell_yuan_per_kwh"]
    paid = [
        x["cost_yuan_per_kwh"] if "available_kw" in x else x["penalty_yuan_per_kwh"] for x in box
    ]
    m.bill = po.Objective(
        expr=(
            po.quicksum(h * buy[t] * m.imp[t] - h * sell[t] * m.exp[t] for t in m.t)
            + grid["demand_yuan_per_kw"] * m.peak
            + po.quicksum(h * stores[i]["wear_yuan_per_kwh"] * m.c[i, t] for i, t in m.st)
            + po.quicksum(h * stores[i]["wear_yuan_per_kwh"] * m.d[i, t] for i, t in m.bt)
            + po.quicksum(h * paid[i] * m.u[i, t] for i, t in m.kt)
        )
    )
    solver = Highs()
    solver.highs_options = {"threads": 1, **options}
    solver.solve(m)
    return float(po.value(m.bill))


if __name__ == "__main__":
    sys.exit(main())
