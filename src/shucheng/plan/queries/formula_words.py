"""A formula in the words of an office: `ytd(core_revenue)` is “revenue, since January”."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Metric
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.model import Call, Node, Number, Operation, Reading
from shucheng.plan.formula.parse import parse
from shucheng.plan.queries.computed import metrics_of

_READINGS: dict[str, str | Promise] = {
    "own": "%(m)s",
    "sum": _("%(m)s, summed over the period"),
    "mean": _("%(m)s, mean of the period"),
    "last": _("%(m)s, at the end of the period"),
    "ytd": _("%(m)s, since January"),
    "cumulative": _("%(m)s, since the plan's first year"),
}
_CALLS: dict[str, str | Promise] = {
    "yoy": _("growth of (%(a)s) on the same period last year"),
    "growth": _("growth of (%(a)s) on the period before"),
    "change": _("change of (%(a)s) against the same period last year"),
    "share": _("(%(a)s) as a share of (%(b)s)"),
    "ratio": "(%(a)s) ÷ (%(b)s)",
    "city": _("(%(a)s) of the whole city"),
    "children": _("(%(a)s), summed over the areas below"),
    "abs": _("(%(a)s) without sign"),
}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}


def in_words(formula: str) -> str:
    """What a formula computes; the formula itself where it cannot be read."""
    try:
        tree = parse(formula)
    except FormulaInvalid:
        return formula
    metrics = Metric.objects.filter(code__in=metrics_of(formula))
    return _say(tree, {metric.code: metric.name for metric in metrics})


def _say(node: Node, names: Mapping[str, str]) -> str:
    match node:
        case Number():
            return str(node)
        case Reading(metric, over, where):
            name = names.get(metric, metric)
            chosen = ", ".join(f"{dimension}={'|'.join(codes)}" for dimension, codes in where)
            return str(_READINGS[over]) % {"m": f"{name} [{chosen}]" if chosen else name}
        case Call(function, arguments):
            said = dict(zip("ab", (_say(each, names) for each in arguments), strict=False))
            return str(_CALLS[function]) % said
        case Operation(sign, left, right):
            return f"{_side(left, names)} {_SIGNS[sign]} {_side(right, names)}"


def _side(node: Node, names: Mapping[str, str]) -> str:
    said = _say(node, names)
    plain = isinstance(node, Number | Call) or (isinstance(node, Reading) and node.over == "own")
    return said if plain else f"({said})"
