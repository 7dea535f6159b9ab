"""Secondary suppression: which further cells must go so that no sensitive one can be recovered.

One target after another takes the cheapest shift (shifts.py) and suppresses what it moves; one
shift often proves many targets. Then implied cells are looked for, until there are none. Last,
cells that turned out not to be needed are published again, dearest first. The result is a local
optimum; optimum.py finds the true one for small tables and a bound for large ones.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from shucheng.bays.statistics.engine.suppression.shifts import Shifts, Witness
from shucheng.bays.statistics.engine.suppression.system import Mask, System, Target
from shucheng.bays.statistics.engine.suppression.tables import Key


class Unprotectable(Exception):
    """What was published before leaves no way to protect these cells.

    Next step: withhold the new table's cells that meet them (publish fewer dimensions), or take
    the earlier table back.
    """

    code = "unprotectable"

    def __init__(self, keys: tuple[Key, ...]) -> None:
        super().__init__(f"{self.code}: " + "; ".join(" / ".join(key) for key in keys))
        self.keys = keys


@dataclass
class Protection:
    """The suppressed cells of a system, and for each target the witness that it is protected."""

    system: System
    suppressed: Mask
    witnesses: dict[Target, Witness] = field(default_factory=dict)
    programs: int = 0  # linear programs solved


def protect(system: System) -> Protection:
    """Suppress until every target is protected, then publish what was not needed.

    Raises Unprotectable where earlier publications leave no way.
    """
    exposed = [at for at in system.sensitive if system.fixed[at] and system.cells[at].firms]
    if exposed:
        raise Unprotectable(tuple(system.cells[at].key for at in exposed))
    protection = Protection(system, system.primary.copy())
    while True:
        shifts = Shifts(protection.system)
        cover(protection, shifts)
        found = protection.system.implied(protection.suppressed)
        if not found:
            break
        protection.system = protection.system.with_implied(found)
        more = np.ones(len(found), dtype=np.bool_)
        protection.suppressed = np.append(protection.suppressed, more)
    _prune(protection, shifts)
    return protection


def cover(protection: Protection, shifts: Shifts) -> None:
    """Find a witness for every target, suppressing what it takes."""
    system, pool = protection.system, _Pool(protection.witnesses.values())
    failed: list[Key] = []
    for target in system.targets():
        if target in protection.witnesses:
            continue
        witness = pool.proof(system, target)
        if witness is None:
            witness = shifts.cheapest(target, protection.suppressed)
            protection.programs += 1
            if witness is None:
                failed.append(system.cells[target.cell].key)
                continue
            pool.add(witness)
            protection.suppressed[witness.cells] = True
        protection.witnesses[target] = witness
    if failed:
        raise Unprotectable(tuple(sorted(set(failed))))


def _prune(protection: Protection, shifts: Shifts) -> None:
    system, suppressed = protection.system, protection.suppressed
    shifts.allow(suppressed & ~system.fixed)
    secondary = np.flatnonzero(suppressed & ~system.primary)
    for cell in sorted(secondary.tolist(), key=lambda at: (-system.weights[at], at)):
        opened = suppressed.copy()
        opened[cell] = False
        if system.implied(opened, system.sums_of.get(cell, ())):
            continue
        shifts.close(cell)
        replaced = _without(protection, shifts, cell)
        if replaced is None:
            shifts.open(cell)
        else:
            suppressed[cell] = False
            protection.witnesses.update(replaced)


def _without(protection: Protection, shifts: Shifts, cell: int) -> dict[Target, Witness] | None:
    """New witnesses for the targets whose witness moves the cell; None if one has none."""
    kept = (witness for witness in protection.witnesses.values() if not witness.of(cell))
    pool: _Pool | None = None
    replaced: dict[Target, Witness] = {}
    for target in [t for t, witness in protection.witnesses.items() if witness.of(cell)]:
        pool = pool or _Pool(kept)
        witness = pool.proof(protection.system, target)
        if witness is None:
            witness = shifts.cheapest(target, protection.suppressed)
            protection.programs += 1
            if witness is None:
                return None
            pool.add(witness)
        replaced[target] = witness
    return replaced


class _Pool:
    """Witnesses found so far, by the cells they move."""

    def __init__(self, witnesses: Iterable[Witness]) -> None:
        self.by_cell: dict[int, list[Witness]] = defaultdict(list)
        for witness in {id(w): w for w in witnesses}.values():
            self.add(witness)

    def add(self, witness: Witness) -> None:
        for cell in witness.cells.tolist():
            self.by_cell[cell].append(witness)

    def proof(self, system: System, target: Target) -> Witness | None:
        for witness in self.by_cell[target.cell]:
            if witness.proves(target):
                return witness
            turned = witness.turned(system, target)
            if turned is not None and turned.proves(target):
                self.add(turned)
                return turned
        return None
