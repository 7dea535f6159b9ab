"""Problems in words: every code in both languages, with the numbers it is about."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.reporting.engine.model import Problem
from shucheng.kernel.reporting.workbook_texts import WORKBOOK_TEXTS

TEXTS: dict[str, str | Promise] = {
    "required": _("%(name)s: no value yet. Where there is none, choose a status that says so."),
    "not_a_number": _("%(name)s: “%(text)s” is not a number."),
    "not_exact": _("%(name)s: “%(text)s” is not an exact number."),
    "too_precise": _("%(name)s: at most 15 digits, 6 of them behind the point, can be kept."),
    "status_unknown": _("%(name)s: this status cannot be chosen."),
    "value_given": _("%(name)s: the status says that there is no value, but %(text)s is given."),
    "value_missing": _("%(name)s: the status says that there is a value, but none is given."),
    "not_given": _("%(name)s: no value. Say why in the note or as the reason."),
    "below_least": _("%(name)s: %(value)s %(unit)s is below %(limit)s %(unit)s."),
    "above_most": _("%(name)s: %(value)s %(unit)s is above %(limit)s %(unit)s."),
    "not_whole": _("%(name)s: %(value)s is no whole number, and these are counted."),
    "sum_differs": _(
        "%(name)s: %(left)s %(unit)s, but its parts add up to %(right)s (difference %(off)s)."
    ),
    "compare_fails": _("%(name)s: %(left)s %(sign)s %(right)s does not hold. %(note)s"),
    "jump": _(
        "%(name)s: %(value)s %(unit)s is %(percent)s%% against the period before "
        "(%(previous)s), more than usual."
    ),
    "jump_year": _(
        "%(name)s: %(value)s %(unit)s is %(percent)s%% against the same period last year "
        "(%(previous)s), more than usual."
    ),
    "areas_differ": _(
        "%(name)s: the areas add up to %(total)s %(unit)s, the city says %(city)s "
        "(difference %(off)s)."
    ),
    "areas_exceed": _(
        "%(name)s: the areas that reported add up to %(total)s %(unit)s already, more than the "
        "city's %(city)s; %(missing)s areas are still missing."
    ),
    "definition_changed": _(
        "%(name)s: its definition changed meanwhile (version %(old)s to %(new)s, unit %(unit)s). "
        "Check the value and say that it fits."
    ),
    "emptied": _(
        "%(name)s: a value is published, and an empty cell does not take it back. Choose a status "
        "that says why there is none, with a note."
    ),
    **WORKBOOK_TEXTS,
}


def problem_text(problem: Problem) -> str:
    """What a person reads, in their language; an unknown code is shown as it is."""
    text = TEXTS.get(problem.code)
    if text is None:
        return problem.code
    return (
        (str(text) % {"note": "", "unit": "", "name": "", **problem.values})
        .replace("  ", " ")
        .strip()
    )
