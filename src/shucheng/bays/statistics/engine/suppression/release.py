"""What leaves the bay: every cell published or withheld, why, and the proof that it holds.

`Release` is for the bay: reasons and bounds help an attacker. `Release.public()` is what may go
out. Chinese statistics law forbids giving out what identifies a single respondent; see rules.toml.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from shucheng.bays.statistics.engine.suppression.audit import Attack, Audit, audit
from shucheng.bays.statistics.engine.suppression.protect import Protection, protect, prove
from shucheng.bays.statistics.engine.suppression.rules import Rule, Rules
from shucheng.bays.statistics.engine.suppression.shifts import Shifts
from shucheng.bays.statistics.engine.suppression.system import (
    Mask,
    System,
    Weighing,
    system_of,
)
from shucheng.bays.statistics.engine.suppression.tables import Key, Tables

Status = Literal["published", "primary", "secondary"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A cell: published, or withheld and why, with what a reader can still find out.

    `asked` are the distances from the value that the rules ask for, `kept` those that the audit
    found (None: nothing limits the reader's guess); both (below, above), in the table's unit. No
    `kept` where bounds were not asked for.
    """

    key: Key
    status: Status
    rules: tuple[Rule, ...] = ()
    asked: tuple[int, int] | None = None
    kept: tuple[float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """What the reader does not get; value is the withheld share of the cells' gross values."""

    cells: int
    primary: int
    secondary: int
    value_share: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """The audit in figures: all held, or no release was made."""

    rules_version: str
    outsider_targets: int
    insider_targets: int
    implied_sums: int
    programs: int
    tolerance: str = "1e-6 of each distance"


@dataclass(frozen=True, slots=True)
class PublicCell:
    """As it goes out: None is withheld, without a reason."""

    key: Key
    value: int | None


@dataclass(frozen=True)
class Release:
    decisions: tuple[Decision, ...]
    loss: Loss
    certificate: Certificate
    values: Mapping[Key, int] = field(repr=False)  # of published cells, no others

    def public(self) -> tuple[PublicCell, ...]:
        return tuple(PublicCell(d.key, self.values.get(d.key)) for d in self.decisions)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A sensitive cell (or sum of several: `keys`) that can be bounded too closely."""

    keys: tuple[Key, ...]
    direction: Literal["below", "above"]
    asked: float
    found: float
    insider: bool


def release(
    tables: Tables,
    rules: Rules,
    *,
    published: Collection[Key] = (),
    withheld: Collection[Key] = (),
    wanted: Mapping[Key, float] | None = None,
    weighing: Weighing = "information",
    bounds: bool = True,
) -> Release:
    """Decide each cell of linked tables; `published` are cells whose values are out already,
    `withheld` those that stay withheld, `wanted` those that a reader would miss so much more than
    another.

    Without `bounds` each withheld cell is proved to be kept as far as asked, and no more is found
    out. Raises Unprotectable when what is out leaves no way, TableRefused when sums are wrong.
    """
    system = system_of(
        tables, rules, published=published, withheld=withheld, wanted=wanted, weighing=weighing
    )
    return proved(protect(system), rules, bounds=bounds)


def proved(protection: Protection, rules: Rules, *, bounds: bool = True) -> Release:
    """The release of a choice of cells, once the audit holds."""
    found = audit(protection.system, protection.suppressed, protection.witnesses, bounds=bounds)
    if found.failures:
        raise ArithmeticError(f"the audit does not hold: {found.failures[:3]}")
    return _release(protection, found, rules)


def disclosures(tables: Tables, rules: Rules, published: Collection[Key]) -> tuple[Disclosure, ...]:
    """What could be found out if the values of exactly `published` were out.

    For a new table against earlier ones: join the tables, and give the published cells of all.
    """
    system = system_of(tables, rules, published=published)
    suppressed = ~system.fixed
    while found := system.implied(suppressed):
        system = system.with_implied(found)
        suppressed = np.append(suppressed, np.ones(len(found), dtype=np.bool_))
    shifts, attack = Shifts(system), Attack(system, suppressed)
    shifts.allow(suppressed)
    return tuple(
        Disclosure(
            keys=_keys(system, each.cell),
            direction="above" if each.direction > 0 else "below",
            asked=each.need,
            found=attack.furthest(each.cell, each.direction, each.known),
            insider=bool(each.known),
        )
        for each in prove(Protection(system, suppressed), shifts)
    )


def _release(protection: Protection, found: Audit, rules: Rules) -> Release:
    system, suppressed = protection.system, protection.suppressed[: protection.system.published]
    return Release(
        decisions=tuple(_decision(system, at, suppressed, found) for at in range(len(suppressed))),
        loss=_loss(system, suppressed),
        certificate=Certificate(
            rules_version=rules.version,
            outsider_targets=found.outsiders,
            insider_targets=found.insiders,
            implied_sums=len(system.cells) - system.published,
            programs=protection.programs + found.programs,
        ),
        values={
            cell.key: cell.total
            for cell, hidden in zip(system.cells, suppressed.tolist(), strict=False)
            if not hidden
        },
    )


def _decision(system: System, at: int, suppressed: Mask, found: Audit) -> Decision:
    key = system.cells[at].key
    if not suppressed[at]:
        return Decision(key, "published")
    reach = found.reach.get(at)
    kept = None if reach is None else (_limit(reach[0]), _limit(reach[1]))
    sensitive = system.asked.get(at)
    if sensitive is None:
        return Decision(key, "secondary", kept=kept)
    asked = (sensitive.lower, sensitive.upper)
    return Decision(key, "primary", sensitive.rules, asked, kept)


def _limit(distance: float) -> float | None:
    return None if np.isinf(distance) else distance


def _loss(system: System, suppressed: Mask) -> Loss:
    gross = np.array([cell.gross for cell in system.cells[: len(suppressed)]], dtype=np.float64)
    primary = sum(bool(suppressed[at]) for at in system.asked if at < len(suppressed))
    return Loss(
        cells=len(suppressed),
        primary=primary,
        secondary=int(suppressed.sum()) - primary,
        value_share=float(gross[suppressed].sum() / gross.sum()) if gross.sum() else 0.0,
    )


def _keys(system: System, at: int) -> tuple[Key, ...]:
    if at < system.published:
        return (system.cells[at].key,)
    implied = next(each for each in system.sums if each.total == at)
    return tuple(system.cells[part].key for part in implied.parts)
