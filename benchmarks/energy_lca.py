"""Footprints of 20,000 products (`--quick`: 2,000) beside bw2calc, which takes one demand after
another, in processor time on one thread.

    OPENBLAS_NUM_THREADS=1 python benchmarks/energy_lca.py [--quick] [--json FILE]

The technosphere is made: 40 hubs (electricity, transport, heat) that nearly all use by a power law;
a core a fifth of the whole, in sectors, all of which need one another; long tails made from core
and tail. It fills in about as a real database does: bw2calc's sources report 1.7 s for SuperLU on
ecoinvent 3.9, and this one takes 1.5 s. (One whose core is drawn uniformly takes 40 s and flatters
us.) Units are of any size, so that no row or column is dominated by its diagonal. The second matrix
has loops that use up to 99.9 % of what is made, and one input in twenty is a credit.

The bar of 1,000 is for 20,000 products (50 for 2,000: the gain grows with their number).
bw2calc is given its factorisation for nothing and measured on 50 demands, then scaled up. Run it by
a Python that has it (`pip install bw2calc pydantic pyyaml`); without it its rows are left out.
"""

import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from frame import Row, arguments, row, seconds, told
from scipy.linalg import lu_factor
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT), str(ROOT / "benchmarks")]
HUBS, DEMANDS, TREE = 40, 50, 0.05


def main() -> int:
    options = arguments(__doc__)
    size = 2_000 if options.quick else 20_000
    if find_spec("bw2calc") is None:
        print("bw2calc is not installed for this Python: its rows are left out")
    rows = rows_of("hubs", made(size, loop=0.95, credits=0.0), options.quick)
    rows += rows_of("tight loops and credits", made(size, loop=0.999, credits=0.05), options.quick)
    return told(rows, options.json)


def processor(work: Callable[[], Any], times: int = 1) -> float:
    return seconds(work, times, time.process_time)


def rows_of(name: str, system: Any, quick: bool) -> list[Row]:
    from shucheng.bays.energy.engine.lca.factors import Factors
    from shucheng.bays.energy.engine.lca.model import Characterisation, Method
    from shucheng.bays.energy.engine.lca.scores import inventory, scores
    from shucheng.bays.energy.engine.lca.tree import links, tree
    from shucheng.bays.energy.engine.lca.uncertain import monte_carlo

    counted = (Characterisation(each, 1.0 + k % 7, "kg", "") for k, each in enumerate(system.flows))
    method = Method("m", "m", "kg", "1", tuple(counted))
    system.technosphere, system.biosphere  # noqa: B018  both sides start from matrices
    ours = min(processor(lambda: scores(system, method)) for _ in range(5))
    factors = Factors(system.technosphere)
    found = scores(system, method, factors)
    asked = np.random.default_rng(1).choice(system.size, DEMANDS, replace=False)
    names = [system.products[each] for each in asked]
    direct = np.array([inventory(system, method, {each: 1.0}, factors).score for each in names])
    one = processor(lambda: inventory(system, method, {names[0]: 1.0}, factors), 10)
    slowest = max(processor(lambda each=each: links(tree(found, each))) for each in names)
    largest = max(processor(lambda e=e: tree(found, e, cut_off=1e-6)) for e in names[:10])
    runs = 5 if quick else 20
    drawn = processor(lambda: monte_carlo(system, method, names, runs, np.random.default_rng(2)))
    rows = [
        row(f"{name}: all scores, error beside our direct solves", off(found, asked, direct),
            "the bar", 1e-9, unit="relative", bar=1),
        row(f"{name}: a tree and its Sankey links, the slowest of 50", slowest, "the bar", TREE,
            bar=1),
        row(f"{name}: a tree of 500 nodes, the slowest of 10", largest, "the bar", TREE, bar=1),
        row(f"{name}: a run of Monte Carlo", drawn / runs, "all scores once", ours),
    ]  # fmt: skip
    rows += orderings(name, factors, ours)
    if find_spec("bw2calc"):
        theirs, alone, values = bw2calc_of(system, method, asked)
        rows += [
            row(f"{name}: scores a second", system.size / ours, "bw2calc, factorised, redo_lci",
                1 / theirs, unit="1/s", bar=50 if quick else 1_000, at_least=True),
            row(f"{name}: all scores, error beside bw2calc", off(found, asked, values), "the bar",
                1e-9, unit="relative", bar=1),
            row(f"{name}: one demand", one, "bw2calc, factorised, redo_lci", theirs),
            row(f"{name}: one demand from the matrices", ours, "bw2calc, lci and lcia", alone),
        ]  # fmt: skip
    return rows


def off(found: Any, asked: Any, values: Any) -> float:
    return float(np.max(np.abs(found.values[asked] / values - 1)))


def orderings(name: str, factors: Any, ours: float) -> list[Row]:
    """What factorising the core would take, instead of stepping."""
    core = slice(factors.order.first, factors.order.last)
    matrix = csc_array(factors.matrix[core, core])
    other = csc_array(matrix.T)
    kept = {"options": {"SymmetricMode": True}, "diag_pivot_thresh": 0.01}
    tried = {
        "core, COLAMD": lambda: splu(matrix),
        "core transposed, COLAMD": lambda: splu(other),
        "core, MMD": lambda: splu(matrix, permc_spec="MMD_AT_PLUS_A", **kept),
        "core transposed, MMD": lambda: splu(other, permc_spec="MMD_AT_PLUS_A", **kept),
        "core, dense": lambda: lu_factor(matrix.toarray()),
    }
    share = f"{matrix.shape[0]} of {factors.matrix.shape[0]}"
    return [
        row(f"{name}: {each} ({share})", processor(work), "all our scores", ours)
        for each, work in tried.items()
    ]


def bw2calc_of(system: Any, method: Any, asked: Any) -> tuple[float, float, Any]:
    """Seconds a demand, once factorised; of the first, with it; and the scores."""
    import bw2calc
    import bw_processing as bwp

    package = bwp.create_datapackage()

    def add(matrix: str, rows: Any, columns: Any, values: Any) -> None:
        indices = np.array(list(zip(rows, columns, strict=True)), dtype=bwp.INDICES_DTYPE)
        package.add_persistent_vector(matrix=matrix, indices_array=indices, data_array=values)

    n = system.size
    flows = np.arange(len(system.flows)) + n
    a, b = system.technosphere.tocoo(), system.biosphere.tocoo()
    add("technosphere_matrix", a.coords[0], a.coords[1], a.data)
    add("biosphere_matrix", b.coords[0] + n, b.coords[1], b.data)
    add("characterization_matrix", flows, flows, system.weights(method))
    lca = bw2calc.LCA(demand={int(asked[0]): 1.0}, data_objs=[package])
    lca.load_lci_data()
    lca.load_lcia_data()
    alone = processor(lambda: (lca.lci(factorize=True), lca.lcia()))
    values: list[float] = []

    def redo() -> None:
        for each in asked:
            lca.redo_lci({int(each): 1.0})
            lca.redo_lcia()
            values.append(lca.score)

    return processor(redo) / len(asked), alone, np.array(values)


def made(size: int, loop: float, credits: float) -> Any:
    """A system of the structure told above."""
    from shucheng.bays.energy.engine.lca.system import Entries, System

    random = np.random.default_rng(2026)
    core = size // 5
    popular = np.arange(1, HUBS + 1) ** -0.7
    popular /= popular.sum()
    sectors = max(core // 40, 1)
    members = np.array_split(random.permutation(core), sectors)
    of = {int(each): k for k, group in enumerate(members) for each in group}
    rows, columns, values = [], [], []
    for column in range(size):
        taken = [random.choice(HUBS, random.integers(4, 10), replace=False, p=popular)]
        if column < core:
            taken.append(random.choice(members[of[column]], random.integers(2, 7)))
            taken.append(core * random.power(0.1, random.integers(0, 3)))
        else:
            back = random.geometric(0.05, random.integers(0, 3))
            taken.append(np.maximum(column - back, 0))
            taken.append(random.choice(members[column % sectors], random.integers(2, 7)))
        each = np.setdiff1d(np.concatenate(taken).astype(np.int64), [column])
        share = random.lognormal(0, 1.5, each.size)
        share *= random.uniform(0.3, loop) / share.sum()
        rows.append(each)
        columns.append(np.full(each.size, column))
        values.append(-share * np.where(random.random(each.size) < credits, -1, 1))
    units = 10.0 ** random.uniform(-3, 3, size)
    every = np.arange(size)
    row, column = np.concatenate([*rows, every]), np.concatenate([*columns, every])
    value = np.concatenate([*values, np.ones(size)]) * units[row] / units[column]
    mixed = random.permutation(size)
    emitted = size * 10
    return System(
        processes=tuple(f"process {each}" for each in every),
        products=tuple(f"product {each}" for each in every),
        units=("kg",) * size,
        flows=tuple(f"flow {each}" for each in range(500)),
        flow_units=("kg",) * 500,
        of_products=Entries(mixed[row], mixed[column], value, np.where(row == column, 0, 0.1)),
        of_flows=Entries(
            random.integers(500, size=emitted),
            np.repeat(mixed, 10),
            random.lognormal(0, 2, emitted) / np.repeat(units, 10),
            np.full(emitted, 0.1),
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
