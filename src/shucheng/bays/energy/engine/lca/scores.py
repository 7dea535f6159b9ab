"""Footprints: of all products at once, and of one demand with what it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from .errors import LcaRefused
from .factors import Factors, Solution
from .model import Method
from .system import Floats, System


@dataclass(frozen=True)
class Scores:
    """The score of one unit of every product (n), in the method's `unit` per product's unit.
    `direct` (n): the score of one run of each process without what it takes."""

    system: System
    unit: str
    weights: Floats
    direct: Floats
    solution: Solution

    @property
    def values(self) -> Floats:
        return self.solution.values

    def of(self, product: str) -> float:
        """Raises `LcaRefused` (`nobody-makes`)."""
        return float(self.values[self.system.position(product)])


@dataclass(frozen=True)
class Inventory:
    """What a demand needs: `scales` (n, runs of each process), `flows` (m, in their units), and
    the `score`, which `by_process` (n) and `by_flow` (m) both add up to."""

    score: float
    unit: str
    scales: Floats
    flows: Floats
    by_process: Floats
    by_flow: Floats
    solution: Solution


def scores(system: System, method: Method, factors: Factors | None = None) -> Scores:
    """The scores of all products by one adjoint solve: h = A⁻ᵀ Bᵀ c (Heijungs and Suh 2002).

    Raises `LcaRefused` (`singular`, `not-reached`; see `System.weights`, `Factors`).
    """
    weights = system.weights(method)
    direct = np.asarray(system.biosphere.T @ weights, np.float64)
    solution = reached((factors or Factors(system.technosphere)).adjoint(direct))
    return Scores(system, method.unit, weights, direct, solution)


def inventory(
    system: System,
    method: Method,
    demand: Mapping[str, float],
    factors: Factors | None = None,
) -> Inventory:
    """One demand (amounts by product, in the products' units), solved directly: A s = f.

    Raises `LcaRefused` as `scores` does, and `not-finite`.
    """
    wanted = np.zeros(system.size)
    for product, amount in demand.items():
        if not isfinite(amount):
            raise LcaRefused("not-finite", f"the demand of {product} is {amount}; give a number")
        wanted[system.position(product)] += amount
    weights = system.weights(method)
    solution = reached((factors or Factors(system.technosphere)).scales(wanted))
    scales = solution.values
    flows = system.biosphere @ scales
    by_flow = weights * flows
    by_process = (system.biosphere.T @ weights) * scales
    score = float(by_process.sum())
    return Inventory(score, method.unit, scales, flows, by_process, by_flow, solution)


def reached(solution: Solution) -> Solution:
    """The same, or `LcaRefused` (`not-reached`) where its error is larger than 1e-9."""
    if not solution.reached:
        raise LcaRefused(
            "not-reached",
            f"the footprints are certain to {solution.error:.1e} only, not to 1e-9; look for "
            "loops of processes that use up nearly all they make",
            error=solution.error,
        )
    return solution
