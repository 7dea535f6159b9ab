"""The audit: how closely a reader can bound each suppressed cell, by linear programs.

For each cell the smallest and the largest value that fit everything published; nothing of how the
suppression was found is used. Lone holders are audited by checking witnesses: that each is a shift,
moves nothing published or known to them and goes far enough; by a linear program where one fails.

Source: Fischetti and Salazar, Management Science 47(7), 2001 (attacker subproblems).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from shucheng.bays.statistics.engine.suppression.shifts import Witness, solver, sum_rows
from shucheng.bays.statistics.engine.suppression.system import (
    TOLERANCE,
    Mask,
    System,
    Target,
    Values,
)


@dataclass(frozen=True, slots=True)
class Audit:
    """What a reader can bound: distances below and above (inf: not at all), and what failed."""

    reach: Mapping[int, tuple[float, float]]
    failures: tuple[Target, ...]
    outsiders: int
    insiders: int
    programs: int


class Attack:
    """A reader's linear program: one column a cell's shift, one row a sum."""

    def __init__(self, system: System, suppressed: Mask, *, priced: bool = False) -> None:
        self.size = len(system.cells)
        self.beyond = 10 * (1 + max((cell.gross for cell in system.cells), default=0))
        self.programs = 0
        self.priced = priced
        self.prices = np.zeros(len(system.sums))  # duals of the last program, if priced
        self.model = solver()
        self.model.passModel(_program(system))
        self.columns = np.arange(self.size, dtype=np.int32)
        self.move(np.where(suppressed, system.down, 0.0), np.where(suppressed, system.up, 0.0))

    def move(self, down: Values, up: Values) -> None:
        """How far each cell may move."""
        self.down, self.up = down, up
        self.model.changeColsBounds(self.size, self.columns, -down, up)

    def furthest(self, cell: int, direction: int, known: tuple[int, ...] = ()) -> float:
        """The largest shift of a cell in a direction; inf when nothing limits it."""
        at = np.array([cell, *known], dtype=np.int32)
        none = np.zeros(len(known))
        limit = float(self.beyond)
        lower = np.array([-min(self.down[cell], limit), *none])
        upper = np.array([min(self.up[cell], limit), *none])
        self.model.changeColsBounds(len(at), at, lower, upper)
        self.model.changeColCost(cell, -float(direction))
        self.model.run()
        self.programs += 1
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"the audit has no answer: {self.model.getModelStatus()}")
        found = -self.model.getInfo().objective_function_value
        if self.priced:
            self.prices = np.array(self.model.getSolution().row_dual)
        self.model.changeColCost(cell, 0.0)
        self.model.changeColsBounds(len(at), at, -self.down[at], self.up[at])
        return np.inf if found >= limit * (1 - TOLERANCE) else found


def audit(system: System, suppressed: Mask, witnesses: Mapping[Target, Witness]) -> Audit:
    """Bounds of every suppressed cell, and every target that is not kept."""
    attack = Attack(system, suppressed)
    reach = {
        int(at): (attack.furthest(int(at), -1), attack.furthest(int(at), 1))
        for at in np.flatnonzero(suppressed)
    }
    outsiders = system.outsiders()
    failures = [target for target in outsiders if _short(reach.get(target.cell), target)]
    proven = {target for target, w in witnesses.items() if w.proves(target)}
    sound = {id(w): is_shift(system, suppressed, w) for w in witnesses.values()}
    insiders = 0
    for target in outsiders:
        witness = witnesses.get(target)
        good = witness is not None and target in proven and sound[id(witness)]
        moved = witness.moves if witness is not None and good else range(len(system.cells))
        for inside in system.insiders(target, moved):
            insiders += 1
            if inside in proven and sound[id(witnesses[inside])]:
                continue
            found = attack.furthest(inside.cell, inside.direction, inside.known)
            if found < inside.need * (1 - TOLERANCE):
                failures.append(inside)
    return Audit(reach, tuple(failures), len(outsiders), insiders, attack.programs)


def _short(reach: tuple[float, float] | None, target: Target) -> bool:
    below, above = reach or (0.0, 0.0)
    return (above if target.direction > 0 else below) < target.need * (1 - TOLERANCE)


def is_shift(system: System, suppressed: Mask, witness: Witness) -> bool:
    """Whether it moves suppressed cells only, within their room, and leaves every sum true."""
    moves = witness.moves
    slack = TOLERANCE * max((abs(shift) for shift in moves.values()), default=0.0)
    touched = {each for at in moves for each in system.sums_of.get(at, ())}
    return all(
        suppressed[at] and -system.down[at] - slack <= shift <= system.up[at] + slack
        for at, shift in moves.items()
    ) and all(
        abs(moves.get(each.total, 0.0) - sum(moves.get(at, 0.0) for at in each.parts)) <= slack
        for each in touched
    )


def _program(system: System) -> highspy.HighsLp:
    starts, columns, signs = sum_rows(system)
    size = len(system.cells)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = size, len(system.sums)
    program.col_cost_ = np.zeros(size)
    program.col_lower_, program.col_upper_ = np.zeros(size), np.zeros(size)
    program.row_lower_ = program.row_upper_ = np.zeros(len(system.sums))
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = starts
    program.a_matrix_.index_ = columns
    program.a_matrix_.value_ = signs
    return program
