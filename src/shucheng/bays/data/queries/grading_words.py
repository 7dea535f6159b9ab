"""Grading in words: grades, categories, ways of delivery, and the grounds of a proposal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.grading.model import Grade, Reason
from shucheng.bays.data.engine.grading.rules import Rules

GRADES: Mapping[str, str | Promise] = {
    Grade.GENERAL_1.code: _("General, level 1"),
    Grade.GENERAL_2.code: _("General, level 2"),
    Grade.GENERAL_3.code: _("General, level 3"),
    Grade.GENERAL_4.code: _("General, level 4"),
    Grade.IMPORTANT.code: _("Important data"),
    Grade.CORE.code: _("Core data"),
}
MODES: Mapping[str, str | Promise] = {
    "download": _("Download"),
    "api": _("Interface"),
    "sandbox": _("Query in the sandbox"),
    "aggregate": _("Aggregates with differential privacy"),
    "intersection": _("Private set intersection"),
}
CONDITIONS: Mapping[str, str | Promise] = {
    "agreement": _("under an agreement"),
    "masked": _("personal values masked"),
    "named_approval": _("approved recipient by recipient"),
    "risk_assessment": _("after a risk assessment"),
    "impact_assessment": _("after an assessment of the impact on persons"),
    "guardian_consent": _("with the consent of the guardians"),
}
AGAIN: Mapping[str, str | Promise] = {
    "excluded": _("It may be a secret of state, which must not be on the platform."),
    "other-field": _("Its name, comment or type is another than when it was decided."),
    "new-category": _("Something was found in it that nobody has seen yet."),
    "higher": _("It is now proposed higher than it was decided."),
    "lower": _("The proposal that was followed has fallen."),
}
_NOTES: Mapping[str, str | Promise] = {
    "masked": _("values are masked already"),
    "samples-differ": _("the values speak against it"),
    "named-otherwise": _("the name says something else"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in words; `per_cent`: how sure."""

    category: str
    per_cent: int
    grade: str
    reasons: list[str]
    unconfirmed: bool


def grade_name(code: str) -> str:
    return str(GRADES.get(code, code or "—"))


def category_name(code: str, rules: Rules) -> str:
    known = rules.categories.get(code)
    if known is None:
        return code
    return known.en if (get_language() or "").startswith("en") else known.zh


def finding_words(data: Mapping[str, Any], rules: Rules) -> Said:
    """A stored finding."""
    known = rules.categories.get(data["category"])
    return Said(
        category=category_name(data["category"], rules),
        per_cent=round(data["confidence"] * 100),
        grade=grade_name(data["grade"]),
        reasons=[reason_words(Reason(**each), rules) for each in data["reasons"]],
        unconfirmed=known.unconfirmed if known else True,
    )


def reason_words(reason: Reason, rules: Rules) -> str:
    """One ground: which rule, how many of how many values, a masked example."""
    said = _reason(reason, rules)
    note = _NOTES.get(reason.note)
    return f"{said} ({note})" if note else said


def _reason(reason: Reason, rules: Rules) -> str:
    if reason.kind == "name":
        return gettext("Name or comment, rule %(rule)s") % {"rule": reason.rule}
    if reason.kind == "context":
        return gettext("It belongs to data on children")
    if reason.kind == "joined":
        return gettext("Its fields say more together than alone, rule %(rule)s") % {
            "rule": reason.rule
        }
    if reason.kind == "volume":
        told = {"people": f"{reason.values:,}", "rule": reason.rule}
        return gettext("It speaks of %(people)s persons, rule %(rule)s") % told
    if reason.kind == "samples":
        return _samples(reason, rules)
    return gettext("No rule knows it")


def _samples(reason: Reason, rules: Rules) -> str:
    recogniser = rules.recognisers.recognisers.get(reason.rule)
    told = {
        "name": category_name(recogniser.category if recogniser else reason.rule, rules),
        "hits": reason.hits,
        "values": reason.values,
        "example": reason.example,
    }
    if reason.example:
        words = gettext("%(hits)s of %(values)s values pass as %(name)s, such as %(example)s")
    else:
        words = gettext("%(hits)s of %(values)s values pass as %(name)s")
    return words % told


def conditions_words(codes: Iterable[str]) -> list[str]:
    return [str(CONDITIONS.get(each, each)) for each in codes]
