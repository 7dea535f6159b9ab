"""Secondary suppression: which further cells must go so that no sensitive one can be recovered.

One target after another takes the cheapest shift (shifts.py) and suppresses what it moves; one
shift often proves many targets. Then implied cells are looked for, until there are none. Last,
cells that turned out not to be needed are published again, dearest first. The result is a local
optimum; tests hold it against the true one of small tables.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from shucheng.bays.statistics.engine.suppression.shifts import Shifts, Witness
from shucheng.bays.statistics.engine.suppression.system import Mask, System, Target
from shucheng.bays.statistics.engine.suppression.tables import Cell, Key


class Unprotectable(Exception):
    """What was published before leaves no way to protect these cells.

    Next step: withhold the new table's cells that meet them (publish fewer dimensions), or take
    the earlier table back.
    """

    code = "unprotectable"

    def __init__(self, keys: tuple[Key, ...]) -> None:
        super().__init__(f"{self.code}: " + "; ".join(" / ".join(key) for key in keys))
        self.keys = keys


class Pool:
    """Witnesses found so far, by the cells that they move and in which direction."""

    def __init__(self, system: System, witnesses: Iterable[Witness] = ()) -> None:
        self.system = system
        self.moving: dict[tuple[int, bool], list[Witness]] = defaultdict(list)
        self.dead: set[int] = set()  # ids of witnesses that move a closed cell
        for witness in {id(witness): witness for witness in witnesses}.values():
            self.add(witness)

    def add(self, witness: Witness) -> None:
        """The witness, and the same the other way round."""
        for each in (witness, witness.turned(self.system)):
            if each is not None:
                for cell, shift in each.moves.items():
                    self.moving[cell, shift > 0].append(each)

    def proof(self, target: Target) -> Witness | None:
        """The newest witness that proves the target."""
        for witness in reversed(self.moving[target.cell, target.direction > 0]):
            if id(witness) not in self.dead and witness.proves(target):
                return witness
        return None

    def close(self, cell: int) -> set[int]:
        """This cell may move no longer; gives what died of it, for `open`."""
        moving = (self.moving[cell, True], self.moving[cell, False])
        died = {id(witness) for each in moving for witness in each} - self.dead
        self.dead |= died
        return died

    def open(self, died: set[int]) -> None:
        self.dead -= died


@dataclass
class Protection:
    """The suppressed cells of a system, and for each target the witness that it is protected."""

    system: System
    suppressed: Mask
    witnesses: dict[Target, Witness] = field(default_factory=dict)
    programs: int = 0  # linear programs solved

    def __post_init__(self) -> None:
        self.pool = Pool(self.system)


def protect(system: System) -> Protection:
    """Suppress until every target is protected, then publish what was not needed.

    Raises Unprotectable where earlier publications leave no way.
    """
    protection = Protection(system, system.primary.copy())
    while True:
        shifts = Shifts(protection.system)
        if failed := prove(protection, shifts):
            raise Unprotectable(_keys(protection.system, failed))
        found = protection.system.implied(protection.suppressed)
        if not found:
            break
        _extend(protection, found)
    _prune(protection, shifts)
    return protection


def prove(protection: Protection, shifts: Shifts) -> list[Target]:
    """Find a witness for every target, suppressing what it moves; gives the targets without one."""
    system, before = protection.system, protection.witnesses
    failed = []
    protection.witnesses = {}
    waiting = deque((*system.outsiders(), *system.areas()))
    while waiting:
        target = waiting.popleft()
        witness = before.get(target) or _witness(protection, shifts, target)
        if witness is None:
            failed.append(target)
            continue
        protection.suppressed[list(witness.moves)] = True
        protection.witnesses[target] = witness
        if not target.known:
            waiting.extend(system.inside(target, witness.moves))
    return failed


def _witness(protection: Protection, shifts: Shifts, target: Target) -> Witness | None:
    found = protection.pool.proof(target)
    if found is None:
        found = shifts.cheapest(target, protection.suppressed)
        protection.programs += 1
        if found is not None:
            protection.pool.add(found)
    return found


def _extend(protection: Protection, found: list[tuple[tuple[int, ...], Cell]]) -> None:
    """Take implied cells into the system; witnesses move them by the sum of their parts."""
    old = len(protection.system.sums)
    protection.system = protection.system.with_implied(found)
    more = np.ones(len(found), dtype=np.bool_)
    protection.suppressed = np.append(protection.suppressed, more)
    added = protection.system.sums[old:]
    extended = {id(w): w.extended(added) for w in protection.witnesses.values()}
    protection.witnesses = {t: extended[id(w)] for t, w in protection.witnesses.items()}
    protection.pool = Pool(protection.system, protection.witnesses.values())


def _prune(protection: Protection, shifts: Shifts) -> None:
    system, suppressed = protection.system, protection.suppressed
    shifts.allow(suppressed & ~system.fixed)
    secondary = np.flatnonzero(suppressed & ~system.primary)
    missed = system.weights * system.wanted
    for cell in sorted(secondary.tolist(), key=lambda at: (-missed[at], at)):
        opened = suppressed.copy()
        opened[cell] = False
        if system.implied(opened, system.sums_of.get(cell, ())):
            continue
        shifts.close(cell)
        died = protection.pool.close(cell)
        replaced = _without(protection, shifts, cell)
        if replaced is None:
            shifts.open(cell)
            protection.pool.open(died)
        else:
            suppressed[cell] = False
            protection.witnesses.update(replaced)


def _without(protection: Protection, shifts: Shifts, cell: int) -> dict[Target, Witness] | None:
    """New witnesses for the targets whose witness moves the cell; None if one has none."""
    witnesses = protection.witnesses
    waiting = deque(target for target, witness in witnesses.items() if cell in witness.moves)
    replaced: dict[Target, Witness] = {}
    while waiting:
        target = waiting.popleft()
        if target in replaced:
            continue
        witness = _witness(protection, shifts, target)
        if witness is None:
            return None
        replaced[target] = witness
        if not target.known:
            insiders = protection.system.inside(target, witness.moves)
            waiting.extend(each for each in insiders if each not in witnesses)
    return replaced


def _keys(system: System, targets: list[Target]) -> tuple[Key, ...]:
    """The cells of targets, with those that an implied one is the sum of."""
    cells = {target.cell for target in targets}
    for each in system.sums[::-1]:
        if each.total in cells and each.total >= system.published:
            cells = cells - {each.total} | set(each.parts)
    return tuple(sorted(system.cells[at].key for at in cells))
