"""Why a formula cannot be computed, in the reader's language.

The formula library knows no Django, so its sentences (`formula/errors.py`) stand here once more,
to be collected for translation; a test holds the two tables together.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.plan.formula.errors import FormulaInvalid

TEXTS: dict[str, tuple[Promise, Promise]] = {
    "formula.empty": (
        _("The formula is empty."),
        _("Write one such as ytd(core_revenue)."),
    ),
    "formula.too_long": (
        _("The formula is longer than {limit} characters or has more than {parts} parts."),
        _("Split it: give a part of it an indicator of its own."),
    ),
    "formula.too_many_products": (
        _("The formula multiplies or divides more than {most} times."),
        _("Split it: give a part of it an indicator of its own."),
    ),
    "formula.not_understood": (
        _("{found} is not understood here."),
        _("A formula holds metric codes, numbers, functions, + - * / and round brackets."),
    ),
    "formula.unclosed": (
        _("A bracket is not closed."),
        _("Close it, or take it away."),
    ),
    "formula.unknown_function": (
        _("{name} is no function."),
        _("The functions are {functions}."),
    ),
    "formula.arguments": (
        _("{name} takes {wanted}."),
        _("Write it as in the reference of the formula language."),
    ),
    "formula.not_a_metric": (
        _("{name} adds up one metric's own observations and takes its code alone."),
        _("Add up each metric and combine the results: {name}(a) + {name}(b)."),
    ),
    "formula.no_metric": (
        _("The formula reads no metric, so it measures nothing."),
        _("Name at least one metric."),
    ),
    "formula.unknown_metric": (
        _("There is no metric {name}."),
        _("Choose one of the metrics, or define it first."),
    ),
    "formula.division_by_zero": (
        _("The formula divides by zero."),
        _("Correct the number, or leave the division out."),
    ),
    "formula.units_differ": (
        _("{left} and {right} measure different things: they neither convert nor add."),
        _("Multiply, divide or take a share instead, or correct a unit."),
    ),
    "formula.unit_differs": (
        _("The formula gives {found}, the indicator is in {wanted}."),
        _("Correct the indicator's unit or the formula."),
    ),
    "formula.does_not_sum": (
        _("{metric} is a {measure}: its values do not add up over time."),
        _("Use last({metric}) or mean({metric})."),
    ),
    "formula.over_time_unsaid": (
        _(
            "{metric} is observed more often than the formula's period, and how it "
            "adds up over time is not defined."
        ),
        _("Say it: last({metric}), mean({metric}) or sum({metric})."),
    ),
    "formula.too_fine": (
        _("{metric} is observed less often than the period asked for."),
        _("Take a period at least as long as {metric}'s."),
    ),
    "formula.unknown_dimension": (
        _("{metric} has no dimension {dimension}."),
        _("Its dimensions are {known}."),
    ),
    "formula.unknown_code": (
        _("{chosen} is no code of the dimension {dimension} of {metric}."),
        _("Choose one of its codes."),
    ),
    "formula.dimension_unsaid": (
        _("{metric} does not add up over {dimension}, so one of its codes has to be chosen."),
        _("Write {metric}[{dimension}=CODE]."),
    ),
}


def formula_problem(error: FormulaInvalid) -> str:
    """What is wrong with a formula, in a sentence, and what to do next in another."""
    return " ".join(str(text).format(**error.values) for text in TEXTS[error.code])
