"""Whether a data resource is recognised, as what, and which of its costs make its value."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from .rules import AssetRules, Class, Route, shipped

Treatment = Literal["capitalised", "expensed", "undecided"]


@dataclass(frozen=True, slots=True)
class Recognition:
    """The class, or None with the `missing` criteria; the `rules` that decided."""

    asset_class: Class | None
    missing: tuple[str, ...]
    rules: tuple[str, ...]
    unconfirmed: bool


def recognise(
    held_for: Literal["use", "sale"],
    shown: Collection[str],
    accounting: Literal["enterprise", "government"] = "enterprise",
) -> Recognition:
    """How a data resource would be recognised, by what it is held for and what is `shown` of
    `lawful`, `beneficial`, `measurable` and, for use, `identifiable`: separable or from a contract.

    Bodies under government accounting are out of scope (missing: `accounting`): DA-MGT-04."""
    if accounting == "government":
        return _recognition(None, ("accounting",), ("DA-SCP-02", "DA-MGT-04"))
    needed = {"lawful": "DA-REC-06", "beneficial": "DA-REC-04", "measurable": "DA-REC-04"}
    if held_for == "use":
        needed["identifiable"] = "DA-REC-05"
    missing = tuple(each for each in needed if each not in shown)
    if missing:
        because = (*dict.fromkeys(needed[each] for each in missing), "DA-REC-07")
        return _recognition(None, missing, because)
    rules = tuple(dict.fromkeys(needed.values()))
    if held_for == "use":
        return _recognition("intangible", (), ("DA-REC-02", *rules))
    return _recognition("inventory", (), ("DA-REC-03", *rules))


def _recognition(
    asset_class: Class | None, missing: tuple[str, ...], rules: tuple[str, ...]
) -> Recognition:
    return Recognition(asset_class, missing, rules, shipped().unconfirmed(rules))


@dataclass(frozen=True, slots=True)
class Cost:
    """A spending: `item` by its code, for a development project its `phase`."""

    id: str
    item: str
    fen: int
    on: date
    phase: str = ""


@dataclass(frozen=True, slots=True)
class CostLine:
    """What becomes of a cost, by which rules, and `why` by code: `listed`, `not-listed`,
    `before-the-rule`, `research`, `conditions-met`, `conditions-missing`, `no-phase`, `no-route`.
    """

    cost: Cost
    treatment: Treatment
    why: str
    rules: tuple[str, ...]
    unconfirmed: bool


def collect(
    asset_class: Class, route: Route, costs: Iterable[Cost], conditions: Collection[str] = ()
) -> tuple[CostLine, ...]:
    """What each cost becomes on a route; sum the lines of a treatment with `total`.

    `conditions`: which of the five for development spending are shown (DA-INT-04); all or none
    counts. What no rule names is `undecided` and in no sum of the two others: a person decides.
    The same cost twice counts once. Raises `ValueError` for two costs of one id."""
    rules = shipped()
    once: dict[str, Cost] = {}
    lines = []
    for each in costs:
        if once.setdefault(each.id, each) != each:
            raise ValueError(f"{each.id}: two different costs")
    for each in once.values():
        treatment, why, named = _treated(rules, asset_class, route, each, conditions)
        lines.append(CostLine(each, treatment, why, named, rules.unconfirmed(named)))
    return tuple(lines)


def total(lines: Iterable[CostLine], treatment: Treatment) -> int:
    """The 分 of one treatment."""
    return sum(each.cost.fen for each in lines if each.treatment == treatment)


def _treated(
    rules: AssetRules, asset_class: Class, route: Route, cost: Cost, conditions: Collection[str]
) -> tuple[Treatment, str, tuple[str, ...]]:
    if cost.on < rules.effective:
        return "expensed", "before-the-rule", ("DA-SCP-03",)
    known = rules.costs[asset_class].get(route)
    if known is None:
        return "undecided", "no-route", ()
    if not known.phases:
        if cost.item in known.items:
            return "capitalised", "listed", known.rules
        return "undecided", "not-listed", known.rules
    if cost.phase not in known.phases:
        return "undecided", "no-phase", known.rules
    if cost.phase == "research":
        return "expensed", "research", known.rules[:1]
    if set(rules.conditions) <= set(conditions):
        return "capitalised", "conditions-met", known.rules
    return "expensed", "conditions-missing", known.rules
