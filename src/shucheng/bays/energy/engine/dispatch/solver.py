"""HiGHS with one program loaded: passed once as arrays, then changed in place."""

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from shucheng.bays.energy.engine.dispatch.model import Series
from shucheng.bays.energy.engine.dispatch.program import Program

LARGE = 20_000  # columns from which interior points without crossover beat the simplex method


class SolverFailed(RuntimeError):
    """The solver stopped without an answer; the text is its own word for it."""


class Solver:
    """A loaded model. Costs and bounds change in place; another matrix loads anew."""

    def __init__(self) -> None:
        # highspy.Highs writes a banner to the standard output as it is made; its base does not.
        self.model = highspy._core._Highs()
        self.model.setOptionValue("output_flag", False)
        self.model.setOptionValue("threads", 1)
        self.model.setOptionValue("mip_rel_gap", 1e-8)
        self.model.setOptionValue("mip_abs_gap", 1e-7)
        self.loaded: Program | None = None
        self.updates = 0

    def load(self, program: Program) -> None:
        """Make this the loaded program, in place where only costs and bounds differ."""
        old = self.loaded
        same = (
            old is not None
            and np.array_equal(old.starts, program.starts)
            and np.array_equal(old.rows, program.rows)
            and np.array_equal(old.values, program.values)
            and np.array_equal(old.whole, program.whole)
            and len(old.row_lower) == len(program.row_lower)
        )
        if same and old is not None:
            self._change(old, program)
            self.updates += 1
        else:
            self._pass(program)
        self.loaded = program

    def solve(self, *, middle: bool = False) -> Series | None:
        """The columns' values at an optimum; None where the program has no solution.

        With `middle` that optimum lies amid all optima (interior points without crossover), which
        treats equal steps alike; the simplex method's lies in a corner.
        """
        program = self.loaded
        assert program is not None  # noqa: S101
        large = (middle or len(program.cost) >= LARGE) and not len(program.whole)
        self.model.setOptionValue("solver", "ipm" if large else "choose")
        self.model.setOptionValue("run_crossover", "off" if large else "on")
        self.model.run()
        status = self.model.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return np.array(self.model.getSolution().col_value)
        if status in {
            highspy.HighsModelStatus.kInfeasible,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        }:
            return None
        if large:
            # An interior point that stalls is no answer: the simplex method decides.
            self.model.setOptionValue("solver", "simplex")
            self.model.run()
            if self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                return np.array(self.model.getSolution().col_value)
            if self.model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                return None
        raise SolverFailed(self.model.modelStatusToString(status))

    @property
    def objective(self) -> float:
        return float(self.model.getInfo().objective_function_value)

    @property
    def bound(self) -> float:
        """A lower bound of the optimum: the optimum itself, or the search's bound with binaries."""
        info = self.model.getInfo()
        if self.loaded is not None and len(self.loaded.whole):
            return float(info.mip_dual_bound)
        return float(info.objective_function_value)

    def _pass(self, program: Program) -> None:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(program.cost), len(program.row_lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
        lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = program.starts, program.rows
        lp.a_matrix_.value_ = program.values
        if len(program.whole):
            kinds = [highspy.HighsVarType.kContinuous] * len(program.cost)
            for column in program.whole:
                kinds[column] = highspy.HighsVarType.kInteger
            lp.integrality_ = kinds
        self.model.clearModel()
        self.model.passModel(lp)

    def _change(self, old: Program, new: Program) -> None:
        columns = _differ(old.cost, new.cost)
        if len(columns):
            self.model.changeColsCost(len(columns), columns, new.cost[columns])
        columns = np.union1d(_differ(old.lower, new.lower), _differ(old.upper, new.upper))
        if len(columns):
            self.model.changeColsBounds(
                len(columns), columns, new.lower[columns], new.upper[columns]
            )
        rows = np.union1d(
            _differ(old.row_lower, new.row_lower), _differ(old.row_upper, new.row_upper)
        )
        if len(rows):
            # Its stubs do not know it yet.
            change: Any = self.model.changeRowsBounds  # type: ignore[attr-defined]
            change(len(rows), rows, new.row_lower[rows], new.row_upper[rows])


def _differ(old: Series, new: Series) -> NDArray[np.int32]:
    return np.flatnonzero(old != new).astype(np.int32)
