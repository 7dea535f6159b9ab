"""The cheapest shift that takes one cell as far as it must go: a linear program, by HiGHS.

Minimise the weight of the cells that move, each by its distance, subject to the sums and to the
room of each cell; suppressed cells move nearly free. Where the answer moves published cells they
are the ones to suppress; where it moves none it is the proof (the *witness*) of protection.

Source: Kelly, Golden and Assad, Networks 22 (1992); Cox, JASA 90 (1995): protection of one
sensitive cell at a time by a least-cost flow, here with sums of any shape.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from shucheng.bays.statistics.engine.suppression.system import (
    TOLERANCE,
    Indices,
    Mask,
    Sum,
    System,
    Target,
    Values,
)

# A cell already suppressed is nearly free; a cell with little room must not look useless for ever.
FREE, DEAREST = 1e-3, 1e3


@dataclass(frozen=True, slots=True)
class Witness:
    """A shift: the cells that move, and by how much; all others stand still."""

    moves: Mapping[int, float]

    def proves(self, target: Target) -> bool:
        """Whether it moves the target far enough and nothing that the insider knows."""
        moved = target.direction * self.moves.get(target.cell, 0.0)
        far = moved >= target.need * (1 - TOLERANCE)
        return far and target.known.isdisjoint(self.moves)

    def turned(self, system: System) -> "Witness | None":
        """The other way round, as far as there is room; None where there is none."""
        cells = list(self.moves)
        shifts = np.array(list(self.moves.values()))
        room = np.where(shifts > 0, system.down[cells], system.up[cells])
        scale = min(1.0, float((room / np.abs(shifts)).min()))
        if scale <= 0:
            return None
        return Witness(dict(zip(cells, (-scale * shifts).tolist(), strict=True)))

    def extended(self, sums: Iterable[Sum]) -> "Witness":
        """With cells that are sums of others."""
        moves = dict(self.moves)
        for each in sums:
            if shift := sum(moves.get(part, 0.0) for part in each.parts):
                moves[each.total] = shift
        return Witness(moves)


class Shifts:
    """The linear program of a system, kept between questions: each starts from the last answer."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.size = len(system.cells)
        largest = max(1.0, float(system.weights.max(initial=1.0)))
        self.weights = np.maximum(system.weights / largest, 1e-2) * system.wanted
        self.model = solver()
        self.model.passModel(_program(system))
        self.columns = np.arange(2 * self.size, dtype=np.int32)
        self.allow(~system.fixed)

    def allow(self, movable: Mask) -> None:
        """Only these cells may move."""
        self.room = np.concatenate(
            [np.where(movable, self.system.up, 0.0), np.where(movable, self.system.down, 0.0)]
        )
        self._bound(np.arange(2 * self.size), np.zeros(2 * self.size), self.room)

    def close(self, cell: int) -> None:
        """This cell may move no longer."""
        both = np.array([cell, cell + self.size])
        self.room[both] = 0.0
        self._bound(both, np.zeros(2), np.zeros(2))

    def open(self, cell: int) -> None:
        """This cell may move again."""
        both = np.array([cell, cell + self.size])
        self.room[both] = self.system.up[cell], self.system.down[cell]
        self._bound(both, np.zeros(2), self.room[both])

    def cheapest(self, target: Target, suppressed: Mask) -> Witness | None:
        """The cheapest shift for a target, or None where there is none."""
        self._weigh(target.need, suppressed)
        rise = target.cell if target.direction > 0 else target.cell + self.size
        fall = target.cell + self.size if target.direction > 0 else target.cell
        known = np.array([c + half for c in target.known for half in (0, self.size)], dtype=np.intp)
        touched = np.concatenate([[rise, fall], known]).astype(np.intp)
        limits = np.zeros(len(touched))
        limits[0] = target.need
        if self.room[rise] < target.need * (1 - TOLERANCE):
            return None
        self._bound(touched, limits, limits)
        self.model.run()
        solved = self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        answer = np.array(self.model.getSolution().col_value) if solved else None
        self._bound(touched, np.zeros(len(touched)), self.room[touched])
        return None if answer is None else self._witness(answer, target)

    def _weigh(self, need: float, suppressed: Mask) -> None:
        reach = np.clip(np.minimum(self.room, need) / need, 1 / DEAREST, 1.0)
        cost = np.where(np.tile(suppressed, 2), FREE, np.tile(self.weights, 2) / reach)
        self.model.changeColsCost(len(cost), self.columns, cost)

    def _witness(self, answer: Values, target: Target) -> Witness:
        shift = answer[: self.size] - answer[self.size :]
        cells = np.flatnonzero(np.abs(shift) > target.need * TOLERANCE)
        return Witness(dict(zip(cells.tolist(), shift[cells].tolist(), strict=True)))

    def _bound(self, columns: Indices, lower: Values, upper: Values) -> None:
        self.model.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)


def solver() -> highspy._core._Highs:
    """HiGHS, silent, on one thread: the same question has the same answer."""
    # highspy.Highs writes a banner to the standard output as it is made; its base does not.
    model = highspy._core._Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", 0)
    return model


def sum_rows(system: System) -> tuple[Indices, Indices, Values]:
    """The sums as a sparse matrix by rows: starts, columns, signs (total - parts = 0)."""
    lengths = [1 + len(each.parts) for each in system.sums]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    columns = [at for each in system.sums for at in (each.total, *each.parts)]
    signs = -np.ones(len(columns))
    signs[starts[:-1]] = 1.0
    return starts, np.array(columns, dtype=np.int64), signs


def _program(system: System) -> highspy.HighsLp:
    """Shifts up, then shifts down, of every cell; one row a sum."""
    size = len(system.cells)
    starts, columns, signs = sum_rows(system)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = 2 * size, len(system.sums)
    program.col_cost_ = np.zeros(2 * size)
    program.col_lower_, program.col_upper_ = np.zeros(2 * size), np.zeros(2 * size)
    program.row_lower_ = program.row_upper_ = np.zeros(len(system.sums))
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = 2 * starts
    doubled = [np.concatenate([columns[a:b], columns[a:b] + size]) for a, b in _spans(starts)]
    values = [np.concatenate([signs[a:b], -signs[a:b]]) for a, b in _spans(starts)]
    program.a_matrix_.index_ = np.concatenate([np.empty(0, dtype=np.int64), *doubled])
    program.a_matrix_.value_ = np.concatenate([np.empty(0), *values])
    return program


def _spans(starts: Indices) -> list[tuple[int, int]]:
    return list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
