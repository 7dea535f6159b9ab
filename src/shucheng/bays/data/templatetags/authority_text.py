"""Small words of the authority room's pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from shucheng.bays.data.queries.grading_words import grade_name
from shucheng.bays.data.queries.limits import limits_in_words

register = template.Library()


@register.filter
def at(values: Mapping[str, Any], key: str) -> Any:
    """What stands under a key that another value names; empty where nothing does."""
    return values.get(key, "")


@register.filter
def others(picked: Iterable[str], options: Iterable[tuple[str, Any]]) -> list[str]:
    """What was picked that is not among the options: it is kept, and seen."""
    known = {code for code, _words in options}
    return [value for value in picked or () if value not in known]


@register.filter
def before(prefix: str, rest: str) -> str:
    """Two parts of a name as one."""
    return f"{prefix}{rest}"


@register.filter
def limit_words(limits: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    """What something is limited in, dimension by dimension."""
    return limits_in_words(limits)


@register.filter
def values_of(codes: list[str], dimension: str) -> list[str]:
    """Values of one dimension in words."""
    return [word for _name, words in limits_in_words({dimension: codes}) for word in words]


@register.filter
def yuan(fen: int | None) -> str:
    """分 as 元 with two decimals."""
    if fen is None:
        return "—"
    sign, fen = ("−" if fen < 0 else ""), abs(fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02}"


@register.filter
def percent(hundredths: int) -> str:
    """万分之一 as per cent."""
    return f"{hundredths / 100:g}%"


@register.filter
def by_whom(name: str) -> str:
    return _("the platform") if name == "system" else name


@register.filter
def page_of(code: str) -> str:
    """The page that shows a code; empty for what this room has no page of."""
    pages = {"REG": "data:registration", "AUT": "data:authorisation", "GRT": "data:grant"}
    return pages.get(code[:3], "")


@register.filter
def grade_word(grade: str) -> str:
    """A grade in words; a dash where there is none."""
    return grade_name(grade)
