"""Solving A x = b and Aᵀ x = b for a technosphere, with the error that is left.

Outside the core both are triangular solves. In the core GMRES (Saad and Schultz 1986), made easy
by the core's upper triangle, takes some twenty steps, however much a factorisation would fill in.
Where it does not get there the core is factorised (SuperLU). Either way the whole
solution is refined until the last correction is small (Skeel 1980, Math. Comp. 35), and the
answer says how small it was. Decision 0032 has the measurements.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, diags_array, triu
from scipy.sparse.linalg import LinearOperator, gmres, splu

from .errors import LcaRefused
from .order import Order, order_of

Floats = NDArray[np.float64]
# A correction, relative to the sizes that were added, that counts as solved; and one that is
# aimed at, since the last steps cost little.
TOLERANCE, AIM = 1e-9, 1e-13
# What may be left of the equations, relative to the sizes that were added.
RESIDUAL = 1e-12
SMALL = 500
_STEPS = 60
_ROUNDS = 6
# A rounding error that grows by more than this leaves no figure right.
_GROWTH = 1e13


@dataclass(frozen=True)
class Solution:
    """`values` of the unknowns; `residual`: the largest of |b - Ax| over |A||x| + |b|, by row;
    `error`: the last correction over the sizes that added up to each unknown; `reached`: whether
    the error is at most 1e-9 and the residual at most 1e-12. An answer that is not reached must
    not be shown as one."""

    values: Floats
    residual: float
    error: float
    reached: bool


class Factors:
    """A technosphere, ready for solving. Raises `LcaRefused` (`singular`, `makes-nothing`).

    `order`: that of a matrix of the same pattern, if it is known. A core of up to `small` processes
    is factorised at once, which takes a few milliseconds. `probed`: whether a demand for all
    products is tried, which a singular matrix cannot meet.
    """

    def __init__(
        self,
        technosphere: csc_array,
        order: Order | None = None,
        *,
        small: int = SMALL,
        probed: bool = True,
    ) -> None:
        matrix = csc_array(technosphere)
        diagonal = matrix.diagonal()
        if not np.all(diagonal > 0):
            nothing = int(np.flatnonzero(~(diagonal > 0))[0])
            raise LcaRefused(
                "makes-nothing",
                f"process number {nothing} uses as much of its product as it makes, or more; "
                "correct its output or what it takes of it",
                position=nothing,
            )
        self.order = order or order_of(matrix)
        places, first, last = self.order.places, self.order.first, self.order.last
        self._back = np.argsort(places)
        # Rows are scaled so that each process makes one: amounts of any unit become comparable.
        self._made = diagonal[places]
        ordered = csc_array(matrix[places][:, places])
        self.matrix = csc_array(ordered @ diags_array(1 / self._made))
        self.sizes = abs(self.matrix)
        before, core, after = slice(0, first), slice(first, last), slice(last, None)
        self._parts = (before, core, after)
        self._before = _Triangular(self.matrix[before, before])
        self._core = _Core(csc_array(self.matrix[core, core]), small)
        self._after = _Triangular(self.matrix[after, after])
        self._to_core = csc_array(self.matrix[before, core])
        self._to_after = csc_array(self.matrix[:last, after])
        if probed:
            self._probe()

    @property
    def is_factorised(self) -> bool:
        """Whether the core needed its factorisation."""
        return self._core.is_factorised

    def scales(self, demand: Floats) -> Solution:
        """s with A s = `demand` (n, in the products' units): how much each process runs."""
        found = self._refined(demand[self.order.places], transposed=False)
        return self._told(found, found.values / self._made)

    def adjoint(self, direct: Floats) -> Solution:
        """h with Aᵀ h = `direct` (n, the score of one run of each process): the score of one unit
        of every product. Heijungs 2010, Int. J. LCA 15, 511-520."""
        found = self._refined(direct[self.order.places] / self._made, transposed=True)
        return self._told(found, found.values)

    def _told(self, found: Solution, values: Floats) -> Solution:
        return Solution(values[self._back], found.residual, found.error, found.reached)

    def _refined(self, right: Floats, transposed: bool) -> Solution:
        matrix = self.matrix.T if transposed else self.matrix
        sizes = self.sizes.T if transposed else self.sizes
        while True:
            found = self._round(right, matrix, sizes, transposed)
            if found.reached or self.is_factorised:
                return found
            self._core.factorise()

    def _round(self, right: Floats, matrix: Any, sizes: Any, transposed: bool) -> Solution:
        values = self._solved(right, transposed)
        error = np.inf
        for _ in range(_ROUNDS):
            rest = right - matrix @ values
            correction = self._solved(rest, transposed)
            change = _largest(correction, sizes @ abs(values) + abs(right))
            if not np.isfinite(change) or change >= error:
                break  # no better for correcting: the values before it stand
            values, error = values + correction, change
            if error <= AIM:
                break
        # A small correction alone proves nothing: steps that stand still correct nothing either.
        residual = _largest(right - matrix @ values, sizes @ abs(values) + abs(right))
        return Solution(values, residual, error, error <= TOLERANCE and residual <= RESIDUAL)

    def _solved(self, right: Floats, transposed: bool) -> Floats:
        before, core, after = self._parts
        values = right.copy()
        if transposed:
            values[before] = self._before.solve(values[before], True)
            values[core] -= self._to_core.T @ values[before]
            values[core] = self._core.solve(values[core], True)
            values[after] -= self._to_after.T @ values[: core.stop]
            values[after] = self._after.solve(values[after], True)
            return values
        values[after] = self._after.solve(values[after], False)
        values[: core.stop] -= self._to_after @ values[after]
        values[core] = self._core.solve(values[core], False)
        values[before] -= self._to_core @ values[core]
        values[before] = self._before.solve(values[before], False)
        return values

    def _probe(self) -> None:
        """A singular matrix may still have an answer for one demand, but none for any demand."""
        demand = np.random.default_rng(0).uniform(0.5, 1.5, self._made.size)
        found = self._refined(demand, transposed=False)
        if not found.reached:
            refuse_singular()
        # How far rounding grows (Skeel's condition at this demand), which no choice of units moves.
        added = self.sizes @ abs(found.values)
        if not _largest(self._solved(added, transposed=False), added) < _GROWTH:
            refuse_singular()


class _Triangular:
    """Processes in no large loop. Small loops among them are factorised in place."""

    def __init__(self, matrix: csc_array) -> None:
        self._factors = _factorised(matrix, "NATURAL") if matrix.shape[0] else None

    def solve(self, right: Floats, transposed: bool) -> Floats:
        if self._factors is None:
            return right
        solved: Floats = self._factors.solve(right, trans="T" if transposed else "N")
        return solved


class _Core:
    """The largest loop of processes that all need one another."""

    def __init__(self, matrix: csc_array, small: int) -> None:
        self._matrix = matrix
        self._transpose = csc_array(matrix.T)
        self._factors: Any = None
        if matrix.shape[0] <= small:
            self.factorise()
        else:
            self._near = _factorised(csc_array(triu(matrix)), "NATURAL")

    @property
    def is_factorised(self) -> bool:
        return self._factors is not None

    def factorise(self) -> None:
        """The transpose fills in less: hubs are dense rows, and so become dense columns."""
        self._factors = _factorised(self._transpose, "COLAMD")

    def solve(self, right: Floats, transposed: bool) -> Floats:
        if self._factors is not None:
            solved: Floats = self._factors.solve(right, trans="N" if transposed else "T")
            return solved
        matrix = self._transpose if transposed else self._matrix
        way = "T" if transposed else "N"
        near = LinearOperator(
            matrix.shape, matvec=lambda b: self._near.solve(np.ravel(b), trans=way), dtype=float
        )
        told, _ = gmres(matrix, right, M=near, rtol=1e-12, atol=0, restart=_STEPS, maxiter=2)
        return np.asarray(told, np.float64)


def _factorised(matrix: csc_array, ordering: str) -> Any:
    # A given order is kept by pivots on the diagonal, unless one is small beside its column.
    kept: dict[str, Any] = {"diag_pivot_thresh": 0.01, "options": {"SymmetricMode": True}}
    try:
        return splu(
            csc_array(matrix), permc_spec=ordering, **(kept if ordering == "NATURAL" else {})
        )
    except RuntimeError as error:
        if "singular" not in str(error):
            raise
        refuse_singular()


def refuse_singular() -> None:
    """Raises `LcaRefused` (`singular`)."""
    raise LcaRefused(
        "singular",
        "the processes cannot meet any demand, since a loop of them uses up what it makes "
        "(singular matrix); look for a loop whose inputs come to its outputs",
    )


def _largest(values: Floats, beside: Floats) -> float:
    if not values.size:
        return 0.0
    return float(np.max(np.abs(values) / np.where(beside > 0, beside, 1)))
