"""Why an index is not computed, in the reader's language.

The engine knows no Django, so its sentences (`lib/indexes/errors.py`) stand here once more, to
be collected for translation; a test holds the two tables together.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.queries.index_reasons import reason_of
from shucheng.lib.indexes.errors import IndexRefused

TEXTS: dict[str, tuple[Promise, Promise]] = {
    "index.unreadable": (
        _("The definition is not readable YAML ({reason})."),
        _("Correct the definition and save it as a new version."),
    ),
    "index.malformed": (
        _("Definition {definition}, {step}: {reason}."),
        _("Correct the definition and save it as a new version."),
    ),
    "index.weights_sum": (
        _(
            "Definition {definition}, weights of {node}: the given weights add up to {total},"
            " not 1."
        ),
        _("Correct the weights so that they add up to 1."),
    ),
    "index.ahp_reciprocal": (
        _(
            "Definition {definition}, weights of {node}: the comparison of {left} with"
            " {right} is not the reciprocal of the reverse one."
        ),
        _("Each pair is judged once: where one side says 3, the other must say 1/3."),
    ),
    "index.ahp_inconsistent": (
        _(
            "Definition {definition}, weights of {node}: consistency ratio {ratio:.3f} is"
            " above 0.1."
        ),
        _("Have the pairwise comparisons judged again; see which of them contradict one another."),
    ),
    "index.areas_twice": (
        _("Definition {definition}: area {area} is there twice."),
        _("Give one row an area."),
    ),
    "index.no_values": (
        _("Definition {definition}, values: indicator {indicator} has none."),
        _("Report the indicator, or take it out of the definition."),
    ),
    "index.not_finite": (
        _("Definition {definition}, values: indicator {indicator}, area {area} is infinite."),
        _("Correct the value; a ratio to nothing is missing, not infinite."),
    ),
    "index.no_denominator": (
        _(
            "Definition {definition}, values: indicator {indicator}, area {area}: {per} is"
            " zero or negative, so there is no ratio."
        ),
        _("Correct the denominator's value."),
    ),
    "index.missing": (
        _(
            "Definition {definition}, missing data: indicator {indicator}, area {area} has no"
            " value, and there is no rule for it."
        ),
        _("Obtain the value, leave the area out, or give the indicator a missing-data rule."),
    ),
    "index.too_many_missing": (
        _(
            "Definition {definition}, missing data: indicator {indicator} lacks {share:.0%}"
            " of its values; its rule allows {limit:.0%}."
        ),
        _("Obtain more values, or take the indicator out of the definition."),
    ),
    "index.log_of_nothing": (
        _(
            "Definition {definition}, transform: indicator {indicator}, area {area} is zero"
            " or negative, so it has no logarithm."
        ),
        _("Correct the value, or take the logarithm out of the indicator's transforms."),
    ),
    "index.one_area": (
        _(
            "Definition {definition}, {step} of {node}: one area alone cannot be compared"
            " with others."
        ),
        _("Compute at least two areas, or use fixed bounds or targets and given weights."),
    ),
    "index.no_variance": (
        _("Definition {definition}, {step} of {node}: {indicator} is the same in all areas."),
        _("Take the indicator out, use fixed bounds, or choose another method for this step."),
    ),
    "index.no_conflict": (
        _(
            "Definition {definition}, weights of {node}: {indicator} all move together, so"
            " CRITIC finds nothing to weigh them by."
        ),
        _("Give the weights, or choose another method for them."),
    ),
    "index.out_of_bounds": (
        _(
            "Definition {definition}, normalisation: indicator {indicator}, area {area} lies"
            " outside the fixed bounds {low:g} to {high:g}."
        ),
        _(
            "Correct the value, widen the bounds, or say `capped: true` if values beyond"
            " count as the bound."
        ),
    ),
    "index.no_target": (
        _("Definition {definition}, normalisation: indicator {indicator} has no target."),
        _("Give the indicator a positive target."),
    ),
    "index.not_positive": (
        _(
            "Definition {definition}, {step} of {node}: {indicator}, area {area} is zero or"
            " negative."
        ),
        _("Use a scale that starts above zero, or an arithmetic mean."),
    ),
    "index.nothing_varied": (
        _("Definition {definition}, uncertainty: no choice is varied."),
        _("Name alternatives under `uncertainty`: methods, a spread of weights, an error of data."),
    ),
    "index.nothing_to_drop": (
        _("Definition {definition}, uncertainty: no indicator can be left out, for each is alone."),
        _("Say `drop_one: false`."),
    ),
    "index.unanswered": (
        _("Questionnaire {definition}, {respondent}: item {indicator} has no answer."),
        _("Answer the item; where it does not apply and the definition allows it, say so."),
    ),
    "index.answer": (
        _(
            "Questionnaire {definition}, {respondent}: the answer to item {indicator} is"
            " {answer}, not a whole number from 1 to {highest}."
        ),
        _("Choose one of the levels described in the item."),
    ),
    "index.unknown_item": (
        _("Questionnaire {definition}, {respondent}: there is no item {indicator}."),
        _("Use the item codes of this version of the questionnaire."),
    ),
    "index.nothing_applies": (
        _("Questionnaire {definition}, {respondent}: no item of domain {node} applies."),
        _("Answer at least one item of the domain."),
    ),
}

STEPS: dict[str, Promise] = {
    "normalisation": _("normalisation"),
    "weights": _("weights"),
    "geometric": _("geometric mean"),
    "penalty": _("penalty for imbalance"),
    "target": _("distance to target"),
    "uncertainty": _("alternative normalisation"),
}


def refusal(error: IndexRefused) -> tuple[str, str]:
    """What is wrong and what to do next, in the reader's language."""
    step = str(error.values.get("step", ""))
    words = error.values | {"step": str(STEPS.get(step, step)), "reason": reason_of(error)}
    message, hint = TEXTS[error.code]
    return str(message).format(**words), str(hint).format(**words)
