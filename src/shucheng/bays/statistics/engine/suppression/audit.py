"""The audit: how closely a reader can bound each suppressed cell, by linear programs.

Witnesses are checked, whatever way they were found: that each is a shift, moves nothing that is
published or known and goes far enough; where one fails, a linear program decides. If asked for, the
smallest and the largest value of each cell that fit everything published are found as well.

Source: Fischetti and Salazar, Management Science 47(7), 2001 (attacker subproblems).
"""

from collections.abc import Collection, Mapping
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

    def __init__(self, system: System, suppressed: Mask) -> None:
        self.size = len(system.cells)
        self.beyond = 10 * (1 + max((cell.gross for cell in system.cells), default=0))
        self.programs = 0
        self.model = solver()
        self.model.passModel(_program(system))
        self.columns = np.arange(self.size, dtype=np.int32)
        self.move(np.where(suppressed, system.down, 0.0), np.where(suppressed, system.up, 0.0))

    def move(self, down: Values, up: Values) -> None:
        """How far each cell may move."""
        self.down, self.up = down, up
        self.model.changeColsBounds(self.size, self.columns, -down, up)

    def furthest(self, cell: int, direction: int, known: Collection[int] = ()) -> float:
        """The largest shift of a cell in a direction; inf when nothing limits it."""
        at = np.array([cell, *known], dtype=np.int32)
        none = np.zeros(len(known))
        limit = float(self.beyond)
        lower = np.array([-min(self.down[cell], limit), *none])
        upper = np.array([min(self.up[cell], limit), *none])
        self.model.changeColsBounds(len(at), at, lower, upper)
        self.model.changeColCost(cell, -float(direction))
        found = self.solved()
        self.model.changeColCost(cell, 0.0)
        self.model.changeColsBounds(len(at), at, -self.down[at], self.up[at])
        return np.inf if found >= limit * (1 - TOLERANCE) else found

    def solved(self) -> float:
        """The program as it stands."""
        self.model.run()
        self.programs += 1
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"the audit has no answer: {self.model.getModelStatus()}")
        return -float(self.model.getInfo().objective_function_value)


def audit(
    system: System,
    suppressed: Mask,
    witnesses: Mapping[Target, Witness],
    *,
    bounds: bool = True,
) -> Audit:
    """Every target that is not kept and, if asked for, the bounds of every suppressed cell."""
    attack, sums = Attack(system, suppressed), Sums(system, suppressed)
    reach = {
        int(at): (attack.furthest(int(at), -1), attack.furthest(int(at), 1))
        for at in (np.flatnonzero(suppressed) if bounds else ())
    }
    sound = {id(w): sums.hold(w) for w in {id(w): w for w in witnesses.values()}.values()}

    def kept(target: Target) -> bool:
        witness = witnesses.get(target)
        if witness is not None and sound[id(witness)] and witness.proves(target):
            return True
        found = attack.furthest(target.cell, target.direction, target.known)
        return found >= target.need * (1 - TOLERANCE)

    outsiders = system.outsiders()
    failures = [
        target
        for target in outsiders
        if not (_far(reach[target.cell], target) if target.cell in reach else kept(target))
    ]
    inside = dict.fromkeys(system.areas())
    for target in outsiders:
        witness = witnesses.get(target)
        good = witness is not None and sound[id(witness)] and witness.proves(target)
        moved = witness.moves if witness is not None and good else range(len(system.cells))
        inside |= dict.fromkeys(system.inside(target, moved))
    failures += [target for target in inside if not kept(target)]
    return Audit(reach, tuple(failures), len(outsiders), len(inside), attack.programs)


def _far(reach: tuple[float, float], target: Target) -> bool:
    return reach[target.direction > 0] >= target.need * (1 - TOLERANCE)


class Sums:
    """The sums of a system, to check many witnesses by."""

    def __init__(self, system: System, suppressed: Mask) -> None:
        self.starts, self.columns, self.signs = sum_rows(system)
        self.suppressed, self.down, self.up = suppressed, system.down, system.up

    def hold(self, witness: Witness) -> bool:
        """Whether it moves suppressed cells only, within their room, and leaves every sum true."""
        cells = list(witness.moves)
        shifts = np.array(list(witness.moves.values()))
        slack = TOLERANCE * np.abs(shifts).max(initial=0.0)
        if not self.suppressed[cells].all():
            return False
        if np.any(shifts < -self.down[cells] - slack) or np.any(shifts > self.up[cells] + slack):
            return False
        moved = np.zeros(len(self.down))
        moved[cells] = shifts
        if not len(self.columns):
            return True
        off = np.add.reduceat(self.signs * moved[self.columns], self.starts[:-1])
        return bool(np.all(np.abs(off) <= slack))


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
