"""How grades and qualities are written."""

from collections.abc import Mapping

from django import template

from shucheng.bays.data.queries import grading_words

register = template.Library()
register.filter("grade_name", grading_words.grade_name)


@register.filter
def of(values: Mapping[str, str], name: str) -> str:
    """`{{ typed|of:name }}`: what was typed under a name that is told by another."""
    return values.get(name, "")
