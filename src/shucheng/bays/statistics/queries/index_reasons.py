"""What is wrong in the form of an index's or questionnaire's definition, in the reader's language.

The reader of definitions is pydantic with checks of our own; both speak English. A test holds that
each of our own sentences is known here.
"""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.lib.indexes.errors import IndexRefused

# Our own checks: the sentence of the engine, {} for what it names, and the same to be translated.
OWN: Mapping[str, Promise] = {
    "a source is either a metric or an item": _("a source is either a metric or an item"),
    "`value` is given for the rule `value`, and only there": _(
        "`value` is given for the rule `value`, and only there"
    ),
    "`bounds` are for min_max, the lower one first": _(
        "`bounds` are for min_max, the lower one first"
    ),
    "`target` is for the method target": _("`target` is for the method target"),
    "`capped` needs bounds or a target": _("`capped` needs bounds or a target"),
    "`mean` and `sd` are for z_score": _("`mean` and `sd` are for z_score"),
    "`given` is for the method given": _("`given` is for the method given"),
    "`matrix` is for the method ahp": _("`matrix` is for the method ahp"),
    "{}: given weights must name exactly {}": _("{}: given weights must name exactly {}"),
    "{}: a comparison is a number such as 3 or 1/3": _(
        "{}: a comparison is a number such as 3 or 1/3"
    ),
    "{}: the matrix needs {} rows and columns": _("{}: the matrix needs {} rows and columns"),
    "{}: comparisons are positive": _("{}: comparisons are positive"),
    "{}: the penalty belongs to an arithmetic mean": _(
        "{}: the penalty belongs to an arithmetic mean"
    ),
    "each list of choices needs at least one": _("each list of choices needs at least one"),
    "codes are there twice: {}": _("codes are there twice: {}"),
    "data_errors name no indicator: {}": _("data_errors name no indicator: {}"),
    "a distance to target takes no logarithm: {}": _("a distance to target takes no logarithm: {}"),
    "the scale's lower end comes first": _("the scale's lower end comes first"),
    "levels are numbered 1, 2, ... in this order": _("levels are numbered 1, 2, ... in this order"),
    "each level asks no less than the one below, the first at most 1": _(
        "each level asks no less than the one below, the first at most 1"
    ),
    "the first level asks at most 1 of every domain": _(
        "the first level asks at most 1 of every domain"
    ),
}
# What pydantic checks, by its own names of errors.
FORMS: Mapping[str, Promise] = {
    "missing": _("it has to be there"),
    "extra_forbidden": _("this name is not known here"),
    "literal_error": _("it has to be one of those that are allowed"),
    "string_type": _("it has to be a text"),
    "string_pattern_mismatch": _("it has signs that are not allowed here"),
    "list_type": _("it has to be a list"),
    "tuple_type": _("it has to be a list"),
    "too_short": _("it has too few entries"),
    "too_long": _("it has too many entries"),
    "model_type": _("it has to be names, each with its value"),
    "dict_type": _("it has to be names, each with its value"),
    "float_type": _("it has to be a number"),
    "float_parsing": _("it has to be a number"),
    "int_type": _("it has to be a whole number"),
    "int_parsing": _("it has to be a whole number"),
    "bool_type": _("it has to be true or false"),
    "bool_parsing": _("it has to be true or false"),
    "greater_than": _("it is too small"),
    "greater_than_equal": _("it is too small"),
    "less_than": _("it is too large"),
    "less_than_equal": _("it is too large"),
}
_OTHER = _("it has another form than is needed")


def reason_of(error: IndexRefused) -> str:
    """The reason that a refusal names, if it names one."""
    reason = str(error.values.get("reason", ""))
    if "line" in error.values:
        place = _("line {line}, column {column}")
        return str(place).format(line=error.values["line"], column=error.values["column"])
    form = error.values.get("form")
    if form is None:
        return reason
    for english, words in OWN.items():
        pattern = re.escape(english).replace(r"\{\}", "(.+?)")
        if found := re.fullmatch(pattern, reason):
            return str(words).format(*found.groups())
    return str(FORMS.get(str(form), _OTHER))
