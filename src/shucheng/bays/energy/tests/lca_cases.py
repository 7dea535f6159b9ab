"""Systems for the tests of footprints, and what dense linear algebra says of them."""

from pathlib import Path

import numpy as np

from shucheng.bays.energy.engine.lca.files import read
from shucheng.bays.energy.engine.lca.model import Background, Characterisation, Method
from shucheng.bays.energy.engine.lca.system import Entries, Floats, System

SAMPLE = Path(__file__).parent / "lca_sample.yaml"


def sample() -> Background:
    return read(SAMPLE.read_text("utf-8"))


def system_of(technosphere: Floats, biosphere: Floats, sigma: float = 0.0) -> System:
    """Dense matrices as a system: product k is `pk`, flow k is `fk`; inputs and flows have the
    `sigma`."""
    size = len(technosphere)
    return System(
        processes=tuple(f"process {k}" for k in range(size)),
        products=tuple(f"p{k}" for k in range(size)),
        units=("kg",) * size,
        flows=tuple(f"f{k}" for k in range(len(biosphere))),
        flow_units=("kg",) * len(biosphere),
        of_products=_entries(technosphere, sigma * (1 - np.eye(size))),
        of_flows=_entries(biosphere, np.full(biosphere.shape, sigma)),
    )


def method_of(weights: Floats) -> Method:
    told = (Characterisation(f"f{k}", float(each), "kg", "test") for k, each in enumerate(weights))
    return Method("method", "a method", "kgCO2e", "1", tuple(told))


def hubs(size: int, seed: int, loop: float = 0.9) -> tuple[Floats, Floats, Floats]:
    """A, B, c with three products that all use, a looped core and tails, in units of any size, so
    that no diagonal is dominant. `loop` of each output's worth is used up by inputs."""
    random = np.random.default_rng(seed)
    core = max(size // 2, 2)
    inputs = np.zeros((size, size))
    for column in range(size):
        near = random.integers(core if column < core else column, size=4)
        rows = np.setdiff1d(np.append(near, range(min(3, size))), [column])
        share = random.lognormal(0, 1, rows.size)
        inputs[rows, column] = share / share.sum() * random.uniform(0.2, loop)
    units = 10.0 ** random.uniform(-3, 3, size)
    made = random.uniform(0.5, 40, size)
    technosphere = (np.eye(size) - inputs) * units[:, None] / units * made
    mixed = random.permutation(size)
    biosphere = random.lognormal(0, 1, (4, size)) * (random.random((4, size)) < 0.4)
    # All emit something: of a score of exactly 0 full matrices make a rounding error.
    biosphere[0] += 0.01
    return technosphere[mixed][:, mixed], biosphere, random.uniform(0.5, 30, 4)


def _entries(matrix: Floats, sigmas: Floats) -> Entries:
    rows, columns = np.nonzero(matrix)
    return Entries(rows, columns, matrix[rows, columns], sigmas[rows, columns])
