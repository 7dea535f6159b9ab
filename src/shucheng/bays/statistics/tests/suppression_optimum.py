"""The cheapest suppression by integer programming, and a bound for tables too large for it.

A 0/1 variable a cell; for each target, as long as a reader could bound it too closely, the dual
of his linear program is a *capacity cut*: the suppressed cells must leave room enough. Cuts are
added to the relaxation first, then to the integer program, until none is violated.

Source: Fischetti and Salazar, Management Science 47(7), 2001: capacity constraints, strengthened
by cutting coefficients down to the distance asked for.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from shucheng.bays.statistics.engine.suppression.audit import Attack
from shucheng.bays.statistics.engine.suppression.protect import Protection, protect, prove
from shucheng.bays.statistics.engine.suppression.release import Release, proved
from shucheng.bays.statistics.engine.suppression.rules import Rules
from shucheng.bays.statistics.engine.suppression.shifts import Shifts, solver
from shucheng.bays.statistics.engine.suppression.system import (
    TOLERANCE,
    Mask,
    System,
    Target,
    Values,
    Weighing,
    system_of,
)
from shucheng.bays.statistics.engine.suppression.tables import Tables

# Shifts beyond so many times the distance asked for are not looked at when a cut is searched;
# the cut itself is valid for any.
WIDE = 1e3
ENOUGH = 1e-4  # a cut violated by less is not added


@dataclass(frozen=True, slots=True)
class Cut:
    """sum of coefficients x suppressed cells >= asked."""

    coefficients: Values
    asked: float


def cheapest(tables: Tables, rules: Rules, *, weighing: Weighing = "information") -> Release:
    """As `release`, with the smallest sum of weights there is."""
    return proved(optimum(system_of(tables, rules, weighing=weighing)), rules)


def optimum(system: System) -> Protection:
    """The suppression with the smallest sum of weights that keeps all targets. Small tables.

    Insiders and implied cells are taken up as choices meet them. An implied cell stays a target
    when a later choice avoids it; only then could a cheaper suppression have been missed.
    """
    protect(system)  # raises Unprotectable where there is no way
    targets, master = [*system.outsiders(), *system.areas()], Master(system)
    while True:
        protection = Protection(system, master.choice(targets))
        shifts = Shifts(system)
        shifts.allow(protection.suppressed & ~system.fixed)
        failed = [target for target in prove(protection, shifts) if target not in targets]
        if failed:
            targets += failed
        elif found := system.implied(protection.suppressed):
            system = system.with_implied(found)
            targets, master = [*system.outsiders(), *system.areas()], Master(system)
        else:
            return protection


def lower_bound(system: System, *, rounds: int) -> float:
    """No suppression that keeps outsiders away has a smaller sum of weights than this."""
    master = Master(system)
    master.close(system.outsiders(), integer=False, rounds=rounds)
    return float(system.weights @ master.chosen)


class PricedAttack(Attack):
    """A reader's linear program that keeps the duals of the last solution."""

    prices: Values

    def solved(self) -> float:
        found = super().solved()
        self.prices = np.array(self.model.getSolution().row_dual)
        return found


class Master:
    """The choice of cells under the cuts found so far."""

    def __init__(self, system: System) -> None:
        self.system = system
        size = len(system.cells)
        self.columns = np.arange(size, dtype=np.int32)
        self.attack = PricedAttack(system, ~system.fixed)
        self.model = _program(system)
        self.chosen = system.primary.astype(np.float64)

    def choice(self, targets: list[Target]) -> Mask:
        """The cheapest cells that keep these targets."""
        self.close(targets, integer=False)
        self.close(targets, integer=True)
        return (self.chosen > 0.5) | self.system.primary

    def close(self, targets: list[Target], *, integer: bool, rounds: int | None = None) -> None:
        """Add cuts until the choice violates none (or for so many rounds)."""
        kind = highspy.HighsVarType.kInteger if integer else highspy.HighsVarType.kContinuous
        self.model.changeColsIntegrality(
            len(self.columns), self.columns, np.full(len(self.columns), int(kind), dtype=np.uint8)
        )
        self._choose()
        done = 0
        while (rounds is None or done < rounds) and self._cut(targets):
            self._choose()
            done += 1

    def _choose(self) -> None:
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"no choice of cells: {self.model.getModelStatus()}")
        self.chosen = np.clip(np.array(self.model.getSolution().col_value), 0.0, 1.0)

    def _cut(self, targets: list[Target]) -> int:
        added = 0
        for target in targets:
            cut = self._violated(target)
            if cut is not None:
                used = np.flatnonzero(cut.coefficients)
                self.model.addRow(
                    cut.asked,
                    highspy.kHighsInf,
                    len(used),
                    used.astype(np.int32),
                    cut.coefficients[used],
                )
                added += 1
        return added

    def _violated(self, target: Target) -> Cut | None:
        system, wide = self.system, WIDE * target.need
        share = self.chosen.copy()
        share[list(target.known)] = 0.0
        down = np.minimum(system.down, wide) * share
        up = np.minimum(system.up, wide) * share
        (down if target.direction < 0 else up)[target.cell] = target.need
        self.attack.move(down, up)
        found = self.attack.furthest(target.cell, target.direction)
        if found >= target.need * (1 - TOLERANCE):
            return None
        cut = self._capacity(target)
        violation = cut.asked - float(cut.coefficients @ self.chosen)
        return cut if violation > ENOUGH * target.need else None

    def _capacity(self, target: Target) -> Cut:
        """The cut that the duals of the reader's program give."""
        system = self.system
        duals = np.zeros(len(system.cells))
        duals[target.cell] = target.direction
        for price, each in zip(self.attack.prices, system.sums, strict=True):
            duals[each.total] += price
            duals[list(each.parts)] -= price
        duals[np.abs(duals) < 1e-9] = 0.0
        with np.errstate(invalid="ignore"):
            room = np.where(duals > 0, duals * system.up, -duals * system.down)
        coefficients = np.where(duals == 0, 0.0, np.minimum(room, target.need))
        coefficients[list(target.known)] = 0.0
        # The cell itself is suppressed in any case, and looked at as far as asked, no further.
        own = coefficients[target.cell]
        coefficients[target.cell] = 0.0
        return Cut(coefficients, target.need - own)


def _program(system: System) -> highspy._core._Highs:
    """The integer program without cuts: sensitive cells are in, known ones are out."""
    model = solver()
    size = len(system.cells)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = size, 0
    program.col_cost_ = system.weights
    program.col_lower_ = system.primary.astype(np.float64)
    program.col_upper_ = (~system.fixed).astype(np.float64)
    program.a_matrix_.start_ = np.zeros(size + 1, dtype=np.int64)
    model.passModel(program)
    model.setOptionValue("mip_rel_gap", 0.0)
    return model
