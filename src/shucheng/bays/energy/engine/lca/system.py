"""A background set as sparse matrices (Heijungs and Suh 2002, The Computational Structure of LCA).

Process j is column j, and the product it makes is row j. `technosphere` A: what is made counts
positive, what is taken negative; `biosphere` B: elementary flows of each process. A demand f needs
the scale s of each process with A s = f.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from .checks import check_processes, makers
from .errors import LcaRefused
from .model import Background, Method
from .uncertainty import sigma

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Entries:
    """One number of a matrix each: row, column, value, and the standard deviation of the logarithm
    of its size. Entries of one cell add."""

    rows: Ints
    columns: Ints
    values: Floats
    sigmas: Floats

    def matrix(self, shape: tuple[int, int], values: Floats | None = None) -> csc_array:
        """The matrix, or one of the same pattern with other values."""
        taken = self.values if values is None else values
        return csc_array((taken, (self.rows, self.columns)), shape=shape)


@dataclass(frozen=True)
class System:
    """Matrices with the names of their rows and columns. Units: `units` of products,
    `flow_units` of flows."""

    processes: tuple[str, ...]
    products: tuple[str, ...]
    units: tuple[str, ...]
    flows: tuple[str, ...]
    flow_units: tuple[str, ...]
    of_products: Entries
    of_flows: Entries

    @cached_property
    def technosphere(self) -> csc_array:
        """A, n x n."""
        return self.of_products.matrix((self.size, self.size))

    @cached_property
    def biosphere(self) -> csc_array:
        """B, m x n."""
        return self.of_flows.matrix((len(self.flows), self.size))

    @property
    def size(self) -> int:
        return len(self.processes)

    @cached_property
    def positions(self) -> dict[str, int]:
        """The row of each product."""
        return {name: position for position, name in enumerate(self.products)}

    def position(self, product: str) -> int:
        """Raises `LcaRefused` (`nobody-makes`)."""
        if product not in self.positions:
            raise LcaRefused(
                "nobody-makes",
                f"no process of this set makes {product}; choose one of its products",
                product=product,
            )
        return self.positions[product]

    def weights(self, method: Method) -> Floats:
        """c: what one unit of each flow counts in the method.

        Raises `LcaRefused` (`unit-differs`, `counted-twice`, `not-finite`) where the method counts
        a flow in another unit, one flow twice, or by what is no number.
        """
        known = {name: position for position, name in enumerate(self.flows)}
        told = np.zeros(len(self.flows))
        seen: set[str] = set()
        for each in method.factors:
            if each.flow in seen:
                raise LcaRefused(
                    "counted-twice",
                    f"{method.id} counts {each.flow} twice; keep one factor",
                    flow=each.flow,
                )
            seen.add(each.flow)
            if each.flow not in known:
                continue
            unit = self.flow_units[known[each.flow]]
            if each.per != unit:
                raise LcaRefused(
                    "unit-differs",
                    f"{method.id} counts {each.flow} per {each.per}, the set has it in {unit}; "
                    f"give the factor per {unit}",
                    flow=each.flow,
                )
            if not isfinite(each.factor):
                raise LcaRefused(
                    "not-finite",
                    f"{method.id} counts {each.flow} by {each.factor}; give a number",
                    flow=each.flow,
                )
            told[known[each.flow]] = each.factor
        return told

    def unnamed(self, method: Method) -> tuple[str, ...]:
        """Flows of the set that the method does not count."""
        named = {each.flow for each in method.factors}
        return tuple(each for each in self.flows if each not in named)


def build(background: Background) -> System:
    """The matrices of a background set. Raises `LcaRefused`; see `checks`."""
    made = makers(background)
    check_processes(background, made)
    flows = {each.id: position for position, each in enumerate(background.flows)}
    products: list[tuple[int, int, float, float]] = []
    elementary: list[tuple[int, int, float, float]] = []
    for column, process in enumerate(background.processes):
        products.append((column, column, process.output, 0.0))
        products += [(made[e.of], column, -e.amount, sigma(e)) for e in process.inputs]
        elementary += [(flows[e.of], column, e.amount, sigma(e)) for e in process.elementary]
    processes = background.processes
    return System(
        processes=tuple(each.id for each in processes),
        products=tuple(each.product for each in processes),
        units=tuple(each.unit for each in processes),
        flows=tuple(each.id for each in background.flows),
        flow_units=tuple(each.unit for each in background.flows),
        of_products=_entries(products),
        of_flows=_entries(elementary),
    )


def _entries(told: Sequence[tuple[int, int, float, float]]) -> Entries:
    rows, columns, values, sigmas = zip(*told, strict=True) if told else ((), (), (), ())
    return Entries(
        np.array(rows, np.int64),
        np.array(columns, np.int64),
        np.array(values, np.float64),
        np.array(sigmas, np.float64),
    )
