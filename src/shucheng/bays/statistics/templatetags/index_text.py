"""How steps of an index are written."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from shucheng.bays.statistics.queries import version_words
from shucheng.bays.statistics.queries.index_area import Step
from shucheng.bays.statistics.queries.index_definitions import in_language
from shucheng.bays.statistics.queries.index_words import MISSING
from shucheng.lib.indexes.definition import Name

register = template.Library()
register.filter("definition_words", version_words.definition_words)
register.filter("number_words", version_words.number_words)


@register.filter
def told(names: Iterable[Name | str]) -> list[str]:
    """Names in the reader's language."""
    return [in_language(each) for each in names]


@register.filter
def shown(value: float | None) -> str:
    """A value to four decimals, without zeros at the end; a missing one is a dash."""
    if value is None:
        return "—"
    rounded = round(Decimal(repr(value)), 4).normalize()
    return f"{rounded:,f}"


@register.filter
def points(value: float) -> str:
    """With its sign, a true minus."""
    return f"{value:+.2f}".replace("-", "−")


@register.filter
def treatment(step: Step) -> str:
    """What was done to the value before it was compared."""
    words = []
    if step.filled is not None:
        rule = MISSING.get(step.missing_rule, step.missing_rule)
        words.append(
            _("missing: %(rule)s, %(value)s") % {"rule": rule, "value": shown(step.filled)}
        )
    if step.drawn_in is not None:
        words.append(_("drawn in to %(value)s") % {"value": shown(step.drawn_in)})
    if step.logarithm is not None:
        words.append(_("logarithm %(value)s") % {"value": shown(step.logarithm)})
    return _("; ").join(words) or "—"


@register.filter
def way(step: Step) -> str:
    """The weights on the way up, multiplied."""
    return " × ".join(f"{weight:.4g}%" for weight in step.ways)


@register.filter
def of(fields: Mapping[str, str], code: str) -> str:
    return fields.get(code, "")
