"""Why an index is not computed: a code, a sentence that names the definition, the step, the
indicator and the area, and what to do next. A step is refused, never skipped.

The sentences stand in one table, so that a page can show them in another language
(`REASONS[code].message.format(**error.values)`).
"""

from typing import NamedTuple


class Reason(NamedTuple):
    """What is wrong and what to do next; both with named values to fill in."""

    message: str
    hint: str


_DEFINITION = "Correct the definition and save it as a new version."
_DIFFER = "Take the indicator out, use fixed bounds, or choose another method for this step."

REASONS: dict[str, Reason] = {
    "index.unreadable": Reason("The definition is not readable YAML ({reason}).", _DEFINITION),
    "index.malformed": Reason("Definition {definition}, {step}: {reason}.", _DEFINITION),
    "index.weights_sum": Reason(
        "Definition {definition}, weights of {node}: the given weights add up to {total}, not 1.",
        "Correct the weights so that they add up to 1.",
    ),
    "index.ahp_reciprocal": Reason(
        "Definition {definition}, weights of {node}: the comparison of {left} with {right} is not"
        " the reciprocal of the reverse one.",
        "Each pair is judged once: where one side says 3, the other must say 1/3.",
    ),
    "index.ahp_inconsistent": Reason(
        "Definition {definition}, weights of {node}: consistency ratio {ratio:.3f} is above 0.1.",
        "Have the pairwise comparisons judged again; see which of them contradict one another.",
    ),
    "index.areas_twice": Reason(
        "Definition {definition}: area {area} is there twice.", "Give one row an area."
    ),
    "index.no_values": Reason(
        "Definition {definition}, values: indicator {indicator} has none.",
        "Report the indicator, or take it out of the definition.",
    ),
    "index.not_finite": Reason(
        "Definition {definition}, values: indicator {indicator}, area {area} is infinite.",
        "Correct the value; a ratio to nothing is missing, not infinite.",
    ),
    "index.no_denominator": Reason(
        "Definition {definition}, values: indicator {indicator}, area {area}: {per} is zero or"
        " negative, so there is no ratio.",
        "Correct the denominator's value.",
    ),
    "index.missing": Reason(
        "Definition {definition}, missing data: indicator {indicator}, area {area} has no value,"
        " and there is no rule for it.",
        "Obtain the value, leave the area out, or give the indicator a missing-data rule.",
    ),
    "index.too_many_missing": Reason(
        "Definition {definition}, missing data: indicator {indicator} lacks {share:.0%} of its"
        " values; its rule allows {limit:.0%}.",
        "Obtain more values, or take the indicator out of the definition.",
    ),
    "index.log_of_nothing": Reason(
        "Definition {definition}, transform: indicator {indicator}, area {area} is zero or"
        " negative, so it has no logarithm.",
        "Correct the value, or take the logarithm out of the indicator's transforms.",
    ),
    "index.one_area": Reason(
        "Definition {definition}, {step} of {node}: one area alone cannot be compared with others.",
        "Compute at least two areas, or use fixed bounds or targets and given weights.",
    ),
    "index.no_variance": Reason(
        "Definition {definition}, {step} of {node}: {indicator} is the same in all areas.", _DIFFER
    ),
    "index.no_conflict": Reason(
        "Definition {definition}, weights of {node}: {indicator} all move together, so CRITIC finds"
        " nothing to weigh them by.",
        "Give the weights, or choose another method for them.",
    ),
    "index.out_of_bounds": Reason(
        "Definition {definition}, normalisation: indicator {indicator}, area {area} lies outside"
        " the fixed bounds {low:g} to {high:g}.",
        "Correct the value, widen the bounds, or say `capped: true` if values beyond count as the"
        " bound.",
    ),
    "index.no_target": Reason(
        "Definition {definition}, normalisation: indicator {indicator} has no target.",
        "Give the indicator a positive target.",
    ),
    "index.not_positive": Reason(
        "Definition {definition}, {step} of {node}: {indicator}, area {area} is zero or negative.",
        "Use a scale that starts above zero, or an arithmetic mean.",
    ),
    "index.nothing_varied": Reason(
        "Definition {definition}, uncertainty: no choice is varied.",
        "Name alternatives under `uncertainty`: methods, a spread of weights, an error of data.",
    ),
    "index.nothing_to_drop": Reason(
        "Definition {definition}, uncertainty: no indicator can be left out, for each is alone.",
        "Say `drop_one: false`.",
    ),
    "index.unanswered": Reason(
        "Questionnaire {definition}, {respondent}: item {indicator} has no answer.",
        "Answer the item; where it does not apply and the definition allows it, say so.",
    ),
    "index.answer": Reason(
        "Questionnaire {definition}, {respondent}: the answer to item {indicator} is {answer}, not"
        " a whole number from 1 to {highest}.",
        "Choose one of the levels described in the item.",
    ),
    "index.unknown_item": Reason(
        "Questionnaire {definition}, {respondent}: there is no item {indicator}.",
        "Use the item codes of this version of the questionnaire.",
    ),
    "index.nothing_applies": Reason(
        "Questionnaire {definition}, {respondent}: no item of domain {node} applies.",
        "Answer at least one item of the domain.",
    ),
}


# What `step` may be, in words.
STEPS = {
    "normalisation": "normalisation",
    "weights": "weights",
    "geometric": "geometric mean",
    "penalty": "penalty for imbalance",
    "target": "distance to target",
    "uncertainty": "alternative normalisation",
}


class IndexRefused(Exception):
    """An index that is not computed. `code` is stable; message and hint are for people."""

    def __init__(self, code: str, **values: object) -> None:
        reason = REASONS[code]
        self.code = code
        self.values = values
        words = values | {"step": STEPS.get(str(values.get("step")), values.get("step"))}
        self.message = reason.message.format(**words)
        self.hint = reason.hint.format(**words)
        super().__init__(f"{self.message} {self.hint}")
