"""How far a footprint may be from its value: by drawing all exchanges anew, and to first order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import LcaRefused
from .factors import Factors
from .model import Method
from .scores import Inventory, Scores
from .system import Entries, Floats, System


@dataclass(frozen=True)
class Samples:
    """`values` (runs x products). `refused` draws had no answer and are not among them."""

    products: tuple[str, ...]
    unit: str
    values: Floats
    refused: int


@dataclass(frozen=True)
class Sensitivity:
    """What a score does when one number changes, for each entry of the two matrices, in the order
    of `System.of_products` and `System.of_flows`.

    `of_products`, `of_flows`: per cent of the score for one per cent of the number (elasticity).
    `product_variance`, `flow_variance`: what its uncertainty adds to the score's variance (unit of
    the method, squared).
    """

    of_products: Floats
    of_flows: Floats
    product_variance: Floats
    flow_variance: Floats

    @property
    def deviation(self) -> float:
        """The standard deviation of the score, to first order, in the method's unit."""
        return float(np.sqrt(self.product_variance.sum() + self.flow_variance.sum()))


def monte_carlo(
    system: System,
    method: Method,
    products: Sequence[str],
    runs: int,
    random: np.random.Generator,
) -> Samples:
    """Scores of one unit of some products, each run with every exchange drawn from its lognormal
    distribution, whose median is its amount. Within a run products share the draws, so that they
    compare. The order of solving is found once.

    Raises `LcaRefused` (`nobody-makes`, and what the system itself is refused for).
    """
    places = [system.position(each) for each in products]
    weights = system.weights(method)
    order = Factors(system.technosphere).order
    drawn: list[Floats] = []
    for _ in range(runs):
        matrix = system.of_products.matrix(
            (system.size, system.size), _drawn(system.of_products, random)
        )
        flows = system.of_flows.matrix(
            (len(system.flows), system.size), _drawn(system.of_flows, random)
        )
        try:
            solution = Factors(matrix, order, probed=False).adjoint(flows.T @ weights)
        except LcaRefused:
            continue
        if solution.reached:
            drawn.append(solution.values[places])
    values = np.array(drawn, np.float64).reshape(len(drawn), len(places))
    return Samples(tuple(products), method.unit, values, runs - len(drawn))


def sensitivity(system: System, scores: Scores, found: Inventory) -> Sensitivity:
    """First-order perturbation of the score of `found`, for all exchanges at once, from the two
    solves that are there: dg/da(ij) = -h(i) s(j), dg/db(kj) = c(k) s(j). Heijungs 2010,
    Sensitivity coefficients for matrix-based LCA, Int. J. LCA 15, 511-520; variances: Heijungs and
    Lenzen 2014, Int. J. LCA 19, 1445-1461.

    Raises `LcaRefused` (`no-score`) where the score is 0, of which nothing is a share.
    """
    if found.score == 0:
        raise LcaRefused("no-score", "the score is 0; choose a method that counts its flows")
    products, flows = system.of_products, system.of_flows
    by_product = -scores.values[products.rows] * found.scales[products.columns] * products.values
    by_flow = scores.weights[flows.rows] * found.scales[flows.columns] * flows.values
    return Sensitivity(
        of_products=by_product / found.score,
        of_flows=by_flow / found.score,
        product_variance=(by_product * products.sigmas) ** 2,
        flow_variance=(by_flow * flows.sigmas) ** 2,
    )


def _drawn(entries: Entries, random: np.random.Generator) -> Floats:
    told: Floats = entries.values * np.exp(
        entries.sigmas * random.standard_normal(entries.values.size)
    )
    return told
