"""Signs that an impairment test or a write-down is to be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from .rules import Class, shipped


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an asset today; None: not known. Amounts in 分, quality from 0 to 100."""

    authorised: bool | None = None
    days_since_update: int | None = None
    update_every_days: int | None = None
    days_since_use: int | None = None
    revenue: int | None = None
    revenue_before: int | None = None
    quality: int | None = None
    quality_before: int | None = None
    carrying: int | None = None
    expected_income: int | None = None
    days_since_test: int | None = None
    realisable: int | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """A sign that a test is due, not an impairment. Thresholds are always unconfirmed."""

    code: str
    rules: tuple[str, ...]
    unconfirmed: bool = True


@dataclass(frozen=True, slots=True)
class Hints:
    """The signs seen, and the signs that could not be looked for, with the facts that lack."""

    found: tuple[Hint, ...]
    unknown: Mapping[str, tuple[str, ...]]


_LOOKS_AT = {
    "authorisation-ended": ("authorised",),
    "not-updated": ("days_since_update", "update_every_days"),
    "not-used": ("days_since_use",),
    "revenue-fell": ("revenue", "revenue_before"),
    "quality-fell": ("quality_before", "quality"),
    "income-below-carrying": ("expected_income", "carrying"),
    "yearly-test-due": ("days_since_test",),
    "below-realisable": ("realisable", "carrying"),
}


def impairment_hints(asset_class: Class, facts: Facts, *, indefinite: bool = False) -> Hints:
    """Signs that an impairment test (intangible) or a write-down (inventory) is to be looked at."""
    known = {each.name: getattr(facts, each.name) for each in fields(facts)}
    other = {"below-realisable"} if asset_class == "intangible" else {"income-below-carrying"}
    if not (indefinite and asset_class == "intangible"):
        other.add("yearly-test-due")
    found: list[Hint] = []
    unknown: dict[str, tuple[str, ...]] = {}
    for code, rule in shipped().hints.items():
        values = [known[name] for name in _LOOKS_AT[code]]
        if code in other:
            continue
        if None in values:
            unknown[code] = tuple(name for name in _LOOKS_AT[code] if known[name] is None)
        elif _seen(code, rule.limit, *values):
            found.append(Hint(code, rule.rules))
    return Hints(tuple(found), unknown)


def _seen(code: str, limit: int, first: int, second: int = 0) -> bool:
    match code:
        case "authorisation-ended":
            return not first
        case "not-updated":
            return first > limit * second
        case "quality-fell":
            return first - second >= limit
        case "not-used" | "yearly-test-due":
            return first >= limit
        case _:
            return first * 100 < second * limit
