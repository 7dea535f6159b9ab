"""A virtual power plant scheduled for a day, beside modelling libraries with the same solver.

    python benchmarks/energy_dispatch.py [--quick] [--json FILE] [--peers PYTHON]

600 vehicles, 300 batteries with 300 different states of charge, 100 curtailable loads and PV on
20 feeders, three of them tight, 96 steps (`--quick`: a fifth). Vehicles come in shifts: twelve
windows and two makes, each charged to 90 % of its battery, from 60 different levels. Each peer
builds the same park device by device, in its own environment (`--peers` names its Python; a peer
that is not there is left out, and said so), and solves it by HiGHS: by default, and by interior
points without crossover (`ipm`), which is quicker here. The quicker counts. Objectives must
agree to 1e-6, and ours passes the independent simulator. Seconds are the processor's, of one
thread.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

import numpy as np  # noqa: E402
from benchmarks.frame import Row, argument_parser, row, seconds, told  # noqa: E402

from shucheng.bays.energy.engine.dispatch.model import (  # noqa: E402
    Answer,
    Battery,
    CurtailableLoad,
    Feeder,
    Generator,
    Grid,
    Load,
    Park,
    Vehicle,
)
from shucheng.bays.energy.engine.dispatch.planner import Planner  # noqa: E402
from shucheng.bays.energy.engine.dispatch.simulate import simulate  # noqa: E402

PEER = Path(__file__).parent / "made" / "energy_dispatch_peers.py"
BARS = {
    ("pypsa", "cold"): 20.0,
    ("pyomo", "cold"): 20.0,
    ("pypsa", "again"): 100.0,
    ("pypsa", "park"): 50.0,
    ("pyomo", "park"): 50.0,
}


def main() -> int:
    parser = argument_parser(__doc__)
    parser.add_argument("--peers", type=Path, help="the Python that has pypsa, linopy, pyomo")
    options = parser.parse_args()
    rows = list(measured(options.quick, options.peers))
    return told(rows, options.json)


def measured(quick: bool, python: Path | None) -> Iterator[Row]:
    plant = vpp(200 if quick else 1000)
    small = vpp(10)
    again = forecast_changed(plant)
    # The first solve of a process loads libraries, as a peer's warm-up does.
    warm = Planner()
    warm.solve(small), warm.solve(forecast_changed(small))
    planner = Planner()
    cold, first = timed(lambda: planner.solve(plant))
    repeat, second = timed(lambda: planner.solve(again))
    tiny = seconds(lambda: Planner().solve(small), 20, time.process_time)
    ours = {"cold": (cold, first), "again": (repeat, second)}
    ours["park"] = tiny, Planner().solve(small)
    for park, (_, answer) in zip((plant, again, small), ours.values(), strict=True):
        assert answer.schedule is not None, answer.violations
        assert not simulate(park, answer.schedule).breaches
    unmerged, alone = timed(lambda: Planner(merge=False).solve(plant))
    yield row("without merging: cold", unmerged, "merged", cold)
    print(
        f"columns {first.columns:,} in {first.rounds} rounds, "
        f"unmerged {alone.columns:,}; changed in place {planner.solver.updates} times"
    )
    titles = {
        "cold": "cold build and solve",
        "again": "again after a 2 % change",
        "park": "park of 10 devices",
    }
    for peer in ("pypsa", "linopy", "pyomo"):
        for name, park in (("cold", plant), ("again", again), ("park", small)):
            theirs = asked(python, peer, park)
            if theirs is None:
                print(f"{peer} is left out: not installed (--peers names a Python that has it)")
                break
            value, answer = ours[name]
            assert answer.schedule is not None
            cost = answer.schedule.cost_yuan
            apart = abs(theirs["cost"] - cost) / abs(cost)
            assert apart <= 1e-6, (peer, name, theirs["cost"], cost)
            print(
                f"{peer} {name}: {theirs['seconds']:.3f} s by {theirs['by']}, {value:.4f} s",
                flush=True,
            )
            yield row(
                f"{titles[name]}: times faster than {peer}", theirs["seconds"] / value,
                f"{theirs['seconds']:.3f} s against {value:.4f} s, {theirs['by']}; {apart:.0e}",
                1.0, unit="times", bar=BARS.get((peer, name)), at_least=(peer, name) in BARS,
            )  # fmt: skip


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds of the processor, and the answer."""
    began = time.process_time()
    answer = work()
    return time.process_time() - began, answer


def asked(python: Path | None, peer: str, park: Park) -> dict[str, Any] | None:
    """Seconds and bill of a peer for this park; None where it is not installed."""
    python = python or Path(sys.executable)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "park.json"
        file.write_text(json.dumps(plain(park)), "utf-8")
        done = subprocess.run(
            [python, PEER, peer, file], capture_output=True, text=True, check=False
        )
    if done.returncode == 3:
        return None
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def plain(park: Park) -> dict[str, Any]:
    def one(thing: Any) -> dict[str, Any]:
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(thing).items()
        }

    kinds = ("feeders", "loads", "batteries", "vehicles", "curtailables", "generators")
    listed = {kind: [one(each) for each in getattr(park, kind)] for kind in kinds}
    return {"steps": park.steps, "hours": park.hours, "grid": one(park.grid), **listed}


def vpp(devices: int, steps: int = 96) -> Park:
    """A plant of so many devices: six in ten vehicles, three batteries, one curtailable."""
    r = np.random.default_rng(2026)
    hours = 24 / steps
    clock = np.arange(steps) * hours  # from noon to noon
    hour = (clock + 12) % 24
    night, high = hour < 8, ((hour >= 9) & (hour < 12)) | ((hour >= 17) & (hour < 22))
    buy = np.where(night, 0.31, np.where(high, 1.12, 0.66))
    count = max(1, devices // 50)
    share = devices / count
    sun = np.clip(np.sin((hour - 6) / 12 * np.pi), 0, None)
    feeders, loads, sites = [], [], []
    for i in range(count):
        tight = count > 1 and i % 7 == 0
        feeders.append(Feeder(f"F{i}", share * (11.0 if tight else 40.0), share * 40.0))
        loads.append(Load(f"L{i}", share * 3 * (1 + 0.5 * high + 0.1 * r.random(steps)), f"F{i}"))
        sites.append(Generator(f"G{i}", share * 4 * sun * r.uniform(0.8, 1, steps), 0.0, f"F{i}"))

    def feeder(i: int) -> str:
        return f"F{i % count}"

    makes = ((60.0, 7.0), (80.0, 11.0))
    vehicles = []
    for i in range(devices * 6 // 10):
        size, kw = makes[int(r.integers(2))]
        arrival = int(r.choice([16, 20, 24, 28])) * steps // 96
        departure = int(r.choice([72, 76, 80])) * steps // 96
        start = size * float(r.choice(np.linspace(0.2, 0.6, 60)))
        vehicles.append(
            Vehicle(f"V{i}", arrival, departure, size, start, 0.9 * size, kw, feeder=feeder(i))
        )
    batteries = []
    for i in range(devices * 3 // 10):
        size = float(r.choice([100, 200, 400]))
        batteries.append(
            Battery(
                f"B{i}", size, size / 2, size / 2, size * float(r.uniform(0.1, 0.9)), size * 0.5,
                size * 0.1, wear_yuan_per_kwh=0.04, feeder=feeder(i),
            )
        )  # fmt: skip
    curtailables = [
        CurtailableLoad(f"C{i}", r.uniform(5, 20, steps), 0.4, 1.5, feeder(i))
        for i in range(devices // 10)
    ]
    grid = Grid(
        buy, np.full(steps, 0.2), import_kw=devices * 25.0, export_kw=devices * 5.0,
        demand_yuan_per_kw=1.3, peak_so_far_kw=devices * 5.0,
        carbon_yuan_per_t=90.0, carbon_kg_per_kwh=0.58,
    )  # fmt: skip
    return Park(
        steps, hours, grid, tuple(feeders), tuple(loads), tuple(batteries), tuple(vehicles), (),
        tuple(curtailables), tuple(sites),
    )  # fmt: skip


def forecast_changed(park: Park) -> Park:
    """Loads and generation changed by 2 % of themselves, step by step."""
    r = np.random.default_rng(7)

    def near(values: Any) -> Any:
        return np.asarray(values) * r.normal(1, 0.02, park.steps).clip(0.9, 1.1)

    return replace(
        park,
        loads=tuple(replace(each, kw=near(each.kw)) for each in park.loads),
        generators=tuple(
            replace(each, available_kw=near(each.available_kw)) for each in park.generators
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
