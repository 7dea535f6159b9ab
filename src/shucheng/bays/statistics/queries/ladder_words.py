"""The ladder's conditions in words: what a firm has, what is asked for, how much is lacking."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.ladder.definition import (
    UNIT,
    Condition,
    Criterion,
    Ladder,
    Rung,
)
from shucheng.bays.statistics.engine.ladder.facts import Fact, known_facts
from shucheng.bays.statistics.engine.ladder.one import Checked
from shucheng.bays.statistics.queries.choices import SIZES


class Kind(Enum):
    """What a measure counts in."""

    MONEY = auto()  # thousand yuan, shown in 万元
    SHARE = auto()
    PERSONS = auto()
    MONTHS = auto()


_REVENUE, _RD = gettext_lazy("revenue"), gettext_lazy("R&D expense")
_RD_STAFF = gettext_lazy("R&D staff")
# Measure → its name, its kind, and what is lacking where a share falls short.
_MEASURES: Mapping[str, tuple[Promise, Kind, Promise]] = {
    "revenue": (gettext_lazy("Revenue of the year"), Kind.MONEY, _REVENUE),
    "revenue_before": (gettext_lazy("Revenue of the year before"), Kind.MONEY, _REVENUE),
    "rd_expense": (gettext_lazy("R&D expense of the year"), Kind.MONEY, _RD),
    "rd_expense_before": (gettext_lazy("R&D expense of the year before"), Kind.MONEY, _RD),
    "growth": (gettext_lazy("Growth of the year"), Kind.SHARE, _REVENUE),
    "growth_2y": (gettext_lazy("Mean growth of two years"), Kind.SHARE, _REVENUE),
    "rd_share": (gettext_lazy("R&D in revenue"), Kind.SHARE, _RD),
    "rd_share_before": (gettext_lazy("R&D in revenue, the year before"), Kind.SHARE, _RD),
    "rd_share_3y": (gettext_lazy("R&D in revenue, three years"), Kind.SHARE, _RD),
    "rd_staff_share": (gettext_lazy("R&D staff in employees"), Kind.SHARE, _RD_STAFF),
    "employees": (gettext_lazy("Employees"), Kind.PERSONS, gettext_lazy("employees")),
    "age_months": (gettext_lazy("Time since the founding"), Kind.MONTHS, gettext_lazy("time")),
}
_TEXTS: Mapping[str, Promise] = {
    "size": gettext_lazy("Size"),
    "industry": gettext_lazy("Industry code"),
    "holds": gettext_lazy("Rung held"),
}
_OPERATORS: Mapping[str, Promise] = {
    "at_least": gettext_lazy("at least %(limit)s"),
    "above": gettext_lazy("more than %(limit)s"),
    "at_most": gettext_lazy("at most %(limit)s"),
    "below": gettext_lazy("less than %(limit)s"),
}
# What a number lacks is told in the unit of its numerator.
_NUMERATORS = {Kind.MONEY: Kind.MONEY, Kind.SHARE: Kind.MONEY, Kind.PERSONS: Kind.PERSONS,
               Kind.MONTHS: Kind.MONTHS}  # fmt: skip


def name_of(named: Rung | Criterion | Fact) -> str:
    return named.name if (get_language() or "").startswith("zh") else named.name_en


def measured(condition: Condition) -> str:
    """What a condition looks at; empty for a fact nobody can tell, whose criterion says it."""
    if condition.measure in _TEXTS:
        return str(_TEXTS[condition.measure])
    if fact := known_facts().get(condition.measure):
        return name_of(fact)
    known = _MEASURES.get(condition.measure)
    return str(known[0]) if known else ""


def asked(condition: Condition, ladder: Ladder) -> str:
    """What it asks for: at least 3%, among small and micro; empty for a fact nobody can tell."""
    if condition.operator == "among":
        return _(", ").join(_text(condition, each, ladder) for each in condition.values)
    limit = Decimal(condition.limit) / UNIT
    if fact := known_facts().get(condition.measure):
        if fact.unit == "yes_no":
            return _fact(limit, fact)
        return str(_OPERATORS[condition.operator]) % {"limit": _fact(limit, fact)}
    known = _MEASURES.get(condition.measure)
    if known is None:
        return ""
    return str(_OPERATORS[condition.operator]) % {"limit": _amount(limit, known[1])}


def had(checked: Checked, ladder: Ladder) -> str:
    """What the firm has; empty where it is not known."""
    if checked.value is None or checked.value == "":
        return ""
    if isinstance(checked.value, str):
        parts = checked.value.split(", ")
        return _(", ").join(_text(checked.condition, each, ladder) for each in parts)
    if fact := known_facts().get(checked.condition.measure):
        return _fact(checked.value, fact)
    known = _MEASURES.get(checked.condition.measure)
    return _amount(checked.value, known[1]) if known else f"{checked.value.normalize():,f}"


def last_known(checked: Checked) -> str:
    """Of a fact that has run out: 2024: 12; else empty."""
    fact = known_facts().get(checked.condition.measure)
    if checked.last is None or fact is None:
        return ""
    value, since = checked.last
    return _("unknown, last known %(year)s: %(value)s") % {
        "year": since.year,
        "value": _fact(value, fact),
    }


def lacking(checked: Checked) -> str:
    """How much is lacking, or is too much; empty where that is no amount."""
    if fact := known_facts().get(checked.condition.measure):
        return _fact_lacking(checked, fact)
    known = _MEASURES.get(checked.condition.measure)
    if checked.lacking is None or known is None:
        return ""
    kind = known[1]
    if checked.condition.measure == "rd_staff_share":
        kind = Kind.PERSONS
    amount = _amount(Decimal(checked.lacking), _NUMERATORS[kind])
    what = {"amount": amount, "what": known[2]}
    if checked.condition.operator in ("at_least", "above"):
        return _("%(amount)s more %(what)s needed") % what
    return _("%(amount)s too much %(what)s") % what


def _fact(value: Decimal, fact: Fact) -> str:
    """A fact in its unit."""
    if fact.unit == "yes_no":
        return _("yes") if value else _("no")
    if fact.unit == "money":
        return _amount(value, Kind.MONEY)
    if fact.unit == "share":
        return _amount(value, Kind.SHARE)
    return f"{value.normalize():,f}"


def _fact_lacking(checked: Checked, fact: Fact) -> str:
    """How far a fact is from its limit; a limit that has to be passed may just be reached."""
    if not isinstance(checked.value, Decimal):
        return ""
    limit = Decimal(checked.condition.limit) / UNIT
    if fact.unit == "yes_no":
        return _("must be: %(what)s") % {"what": _fact(limit, fact)}
    short = limit - checked.value
    if not short:
        return _("just at the limit")
    amount = {"amount": _fact(abs(short), fact)}
    return _("%(amount)s short") % amount if short > 0 else _("%(amount)s too much") % amount


def _text(condition: Condition, value: str, ladder: Ladder) -> str:
    if condition.measure == "size":
        return str(SIZES.get(value, value))
    if condition.measure == "holds":
        return name_of(ladder[value])
    return value


def _amount(value: Decimal, kind: Kind) -> str:
    """Rounded down where it is cut: what falls short of a limit must not read as reaching it."""
    if kind is Kind.MONEY:
        ten_thousand = (value / 10).quantize(Decimal("0.1"), ROUND_DOWN)
        shown = f"{ten_thousand:,f}".removesuffix(".0")
        return _("%(amount)s ten thousand yuan") % {"amount": shown}
    if kind is Kind.SHARE:
        percent = (100 * value).quantize(Decimal("0.01"), ROUND_DOWN).normalize()
        return f"{percent:,f}%"
    number = int(value)
    if kind is Kind.MONTHS:
        return ngettext("%(n)s month", "%(n)s months", number) % {"n": f"{number:,}"}
    return ngettext("%(n)s person", "%(n)s persons", number) % {"n": f"{number:,}"}
