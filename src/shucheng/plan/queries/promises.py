"""How what is promised is written: numbers, comparators, and the verb of a growth."""

import re
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

COMPARATORS: dict[str, str | Promise] = {
    ">": gettext_lazy("more than"),
    ">=": gettext_lazy("at least"),
    "=": "",
    "~": gettext_lazy("about"),
    "<=": gettext_lazy("at most"),
    "<": gettext_lazy("less than"),
}
# A growth says by how much, and only its sentence says which way.
_FALLS = re.compile(r"下降|降低|降幅|减少|压减|压缩|缩短|缩减|下调|减至|降至")
_YEARLY = re.compile(r"年均|年平均")
_DOUBLINGS, _POINTS = "番", "个百分点"


def figure(value: Decimal | None) -> str:
    """A number as a person writes it: no trailing zeros, no exponent."""
    return "—" if value is None else f"{value.normalize():,f}"


def promise(comparator: str, value: Decimal, value_max: Decimal | None, unit: str) -> str:
    """`at least 400 家`: a target's number with its comparator."""
    number = figure(value) if value_max is None else f"{figure(value)}–{figure(value_max)}"
    return f"{COMPARATORS[comparator]} {number} {unit}".strip()


def promised(
    kind: str,
    comparator: str,
    value: Decimal,
    value_max: Decimal | None,
    unit: str,
    words: str,
) -> str:
    """A target's number with its comparator and, where it is a growth, its verb: `grow by at least
    20 %`, `rise by 15 个百分点`, `fall by 8 %`, `double`. `words` are the plan's own."""
    if kind != "growth":
        return promise(comparator, value, value_max, unit)
    said = _growth(comparator, value, value_max, unit, words)
    return _("%(promise)s a year on average") % {"promise": said} if _YEARLY.search(words) else said


def _growth(
    comparator: str, value: Decimal, value_max: Decimal | None, unit: str, words: str
) -> str:
    amount = promise(comparator, value, value_max, "" if unit == _DOUBLINGS else unit)
    if unit == _DOUBLINGS:
        if value == 1 and value_max is None and not COMPARATORS[comparator]:
            return _("double")
        return _("double %(amount)s times") % {"amount": amount}
    if _FALLS.search(words):
        return _("fall by %(amount)s") % {"amount": amount}
    if unit == _POINTS:
        return _("rise by %(amount)s") % {"amount": amount}
    return _("grow by %(amount)s") % {"amount": amount}
