"""How the market's codes and amounts are written."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from shucheng.bays.data.queries import assets
from shucheng.bays.data.queries import market_words as words
from shucheng.bays.data.queries.book import rights
from shucheng.bays.data.queries.grading_words import GRADES
from shucheng.bays.data.queries.refusals import named

register = template.Library()
register.filter("yuan", words.yuan)

_OF = {
    "state": words.STATES,
    "offer_state": words.OFFER_STATES,
    "grade": GRADES,
    "event": words.EVENTS,
    "role": words.ROLES,
    "purpose": words.PURPOSES,
    "mode": words.MODES,
    "basis": words.BASES,
    "mask": words.MASKS,
    "quota": words.QUOTAS,
    "account": words.ACCOUNTS,
    "entry": words.ENTRIES,
    "figure": words.FIGURES,
    "missing": words.MISSING,
    "note": words.NOTES,
    "asset_class": assets.CLASSES,
    "route": assets.ROUTES,
    "criterion": assets.CRITERIA,
    "treatment": assets.TREATMENTS,
    "why": assets.WHY,
    "hint": assets.HINTS,
}


@register.filter
def word(code: str, kind: str) -> str:
    """A code by its name; what has none stands for itself."""
    if kind == "dimension":
        known = rights().dimensions.get(code)
        return named(known) if known else code
    return str(_OF[kind].get(code, code))


@register.filter
def account_words(account: str, names: Mapping[str, str]) -> str:
    """An account of the books by what it is of whom: `payable:holder:CODE`."""
    kind, *rest = account.split(":")
    role = [word(rest[0], "role")] if len(rest) > 1 else []
    return " · ".join(
        [word(kind, "account"), *role, *(names.get(code, code) for code in rest[-1:])]
    )


@register.filter
def whole(number: int | None) -> str:
    """A count with its thousands set apart."""
    return "—" if number is None else f"{number:,}"


@register.filter
def without_sign(fen: int) -> int:
    """Where the words beside it say which way the money goes."""
    return abs(fen)


@register.filter
def units(basis: str, number: int) -> str:
    """What is paid for, one or several of it."""
    several = f"{number:,} {words.BASES_OF_SEVERAL.get(basis, basis)}"
    return word(basis, "basis") if number == 1 else several


@register.filter
def get(values: Mapping[str, Any] | Any, name: str) -> Any:
    """The value of a name that a template cannot write."""
    return values.get(name, "") if isinstance(values, Mapping) else ""


@register.filter
def mask(said: Any) -> str:
    """How a column is shown, in brackets; nothing where it is as it is."""
    name = said if isinstance(said, str) else said.get("as", "")
    if name == "show":
        return ""
    widths = () if isinstance(said, str) else (v for k, v in said.items() if k != "as")
    more = " ".join(str(words.UNITS.get(str(each), each)) for each in widths)
    return f" ({word(name, 'mask')}{' ' if more else ''}{more})"


@register.filter
def pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@register.filter
def words_of(codes: Iterable[str], kind: str) -> str:
    return _(", ").join(word(each, kind) for each in codes)


@register.filter
def percent(parts: int) -> str:
    """Ten-thousandths: 3000 → 30%."""
    return f"{parts / 100:g}%"


@register.filter
def light(state: str) -> str:
    """The mark of a state; it has a shape of its own."""
    good = {"listed", "delivering", "agreed", "delivered"}
    bad = {"revoked", "refused", "upheld", "arbitration"}
    watch = {"review", "placed", "suspended", "opened", "answered", "mediation", "returned"}
    for name, states in (("good", good), ("bad", bad), ("watch", watch)):
        if state in states:
            return name
    return "none"
