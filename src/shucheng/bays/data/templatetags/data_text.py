"""Codes of the data bay in words, for templates."""

from collections.abc import Mapping

from django import template

from shucheng.bays.data.queries import grading_words
from shucheng.bays.data.queries.catalogue_words import grade_word as grade_text
from shucheng.bays.data.queries.catalogue_words import type_words
from shucheng.kernel.public import area_by_code

register = template.Library()
register.filter("grade_name", grading_words.grade_name)


@register.filter
def grade_word(code: str) -> str:
    return grade_text(code) if code else ""


@register.filter
def type_word(code: str) -> str:
    return type_words().get(code, code)


@register.filter
def area_name(code: str) -> str:
    """What an area is called; its code where nobody knows it."""
    found = area_by_code(code) if code else None
    return found.label if found else code


@register.filter
def hundredths(share: float | None) -> str:
    """A share of one as points of a hundred."""
    return "" if share is None else f"{100 * share:.1f}"


@register.filter
def of(values: Mapping[str, str], name: str) -> str:
    """`{{ typed|of:name }}`: what was typed under a name that is told by another."""
    return values.get(name, "")
