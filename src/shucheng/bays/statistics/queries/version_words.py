"""What a definition's version is called: the package's own are short codes (2021.1, plan-2025.1,
assumed.1), which say little to a reader."""

import re

from django.utils.translation import gettext as _

_FORM = re.compile(
    r"(?P<of>assumed\.|plan-)?(?P<year>(?:19|20)\d\d)?\.?(?P<number>\d{1,3})", re.ASCII
)


def definition_words(number: int) -> str:
    """By which definition something was computed; 0 is the platform's own."""
    if not number:
        return _("the definition shipped with the platform")
    return _("definition no. %(number)s") % {"number": number}


def number_words(number: int) -> str:
    return _("no. %(n)s") % {"n": number} if number else _("shipped with the platform")


def version_words(version: str) -> str:
    """assumed.1 → 暂用值第1版; what has another form is a name that somebody gave: as it is."""
    found = _FORM.fullmatch(version)
    if found is None:
        return version
    told = {"year": found["year"], "n": found["number"]}
    if found["of"] == "assumed.":
        return _("assumed values, edition %(n)s") % told
    if not found["year"]:
        return _("edition %(n)s") % told
    if found["of"] == "plan-":
        return _("by the plan of %(year)s, edition %(n)s") % told
    return _("of %(year)s, edition %(n)s") % told
