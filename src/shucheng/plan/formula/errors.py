"""Why a formula is refused: a code, a sentence, and what to do next.

As with unreadable plans, the sentences stand in one table, so that the documentation lists them
and a page shows them in another language (`REASONS[code].message.format(**error.values)`).
"""

from typing import NamedTuple


class Reason(NamedTuple):
    """What is wrong with a formula, and what to do next; both with named values to fill in."""

    message: str
    hint: str


REASONS: dict[str, Reason] = {
    "formula.empty": Reason("The formula is empty.", "Write one such as ytd(core_revenue)."),
    "formula.too_long": Reason(
        "The formula is longer than {limit} characters or has more than {parts} parts.",
        "Split it: give a part of it an indicator of its own.",
    ),
    "formula.too_many_products": Reason(
        "The formula multiplies or divides more than {most} times.",
        "Split it: give a part of it an indicator of its own.",
    ),
    "formula.not_understood": Reason(
        "{found} is not understood here.",
        "A formula holds metric codes, numbers, functions, + - * / and round brackets.",
    ),
    "formula.unclosed": Reason("A bracket is not closed.", "Close it, or take it away."),
    "formula.unknown_function": Reason("{name} is no function.", "The functions are {functions}."),
    "formula.arguments": Reason(
        "{name} takes {wanted}.", "Write it as in the reference of the formula language."
    ),
    "formula.not_a_metric": Reason(
        "{name} adds up one metric's own observations and takes its code alone.",
        "Add up each metric and combine the results: {name}(a) + {name}(b).",
    ),
    "formula.no_metric": Reason(
        "The formula reads no metric, so it measures nothing.", "Name at least one metric."
    ),
    "formula.unknown_metric": Reason(
        "There is no metric {name}.", "Choose one of the metrics, or define it first."
    ),
    "formula.division_by_zero": Reason(
        "The formula divides by zero.", "Correct the number, or leave the division out."
    ),
    "formula.units_differ": Reason(
        "{left} and {right} measure different things: they neither convert nor add.",
        "Multiply, divide or take a share instead, or correct a unit.",
    ),
    "formula.unit_differs": Reason(
        "The formula gives {found}, the indicator is in {wanted}.",
        "Correct the indicator's unit or the formula.",
    ),
    "formula.does_not_sum": Reason(
        "{metric} is a {measure}: its values do not add up over time.",
        "Use last({metric}) or mean({metric}).",
    ),
    "formula.over_time_unsaid": Reason(
        "{metric} is observed more often than the formula's period, and how it adds up over "
        "time is not defined.",
        "Say it: last({metric}), mean({metric}) or sum({metric}).",
    ),
    "formula.too_fine": Reason(
        "{metric} is observed less often than the period asked for.",
        "Take a period at least as long as {metric}'s.",
    ),
    "formula.unknown_dimension": Reason(
        "{metric} has no dimension {dimension}.", "Its dimensions are {known}."
    ),
    "formula.unknown_code": Reason(
        "{chosen} is no code of the dimension {dimension} of {metric}.",
        "Choose one of its codes.",
    ),
    "formula.dimension_unsaid": Reason(
        "{metric} does not add up over {dimension}, so one of its codes has to be chosen.",
        "Write {metric}[{dimension}=CODE].",
    ),
}


class FormulaInvalid(ValueError):
    """A formula that cannot be computed. `code` is stable; `span` is where in the text."""

    def __init__(self, code: str, span: tuple[int, int] = (0, 0), /, **values: object) -> None:
        reason = REASONS[code]
        self.code = code
        self.span = span
        self.values = values
        self.message = reason.message.format(**values)
        self.hint = reason.hint.format(**values)
        super().__init__(f"{self.message} {self.hint}")
