"""Lights and what they stand on, as pages show them."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shucheng.plan.judgement.contribution import Part
from shucheng.plan.judgement.judge import Light
from shucheng.plan.queries.drivers import Contributions
from shucheng.plan.queries.judged import Judged, JudgedPlan
from shucheng.plan.queries.light_words import (
    METHODS,
    light_label,
    light_meaning,
    pace_said,
    rank_past,
    rank_said,
    reason_label,
    shortened,
    why_this_light,
)
from shucheng.plan.queries.splitting import BASES, why_not_said

register = template.Library()

# Each light has a shape besides its colour: ● ▲ ■ ◆ ○ (components.css).
_CLASSES: dict[Light, str] = {
    "green": "good",
    "yellow": "watch",
    "red": "bad",
    "blue": "late",
    "grey": "none",
}

register.filter("pace_said", pace_said)
register.filter("rank_said", rank_said)
register.filter("rank_past", rank_past)
register.filter("why_this_light", why_this_light)
register.filter("why_not_said", why_not_said)
register.filter("shortened", shortened)
register.filter("light_label", light_label)
register.filter("light_meaning", light_meaning)
register.filter("reason_label", reason_label)


@register.filter
def light(judged: Judged) -> SafeString:
    """The light with its shape and its reason in a word."""
    return format_html(
        '<span class="status status-{}" title="{}">{}</span>',
        _CLASSES[judged.light],
        _("%(light)s: %(reason)s")
        % {"light": light_label(judged.light), "reason": why_this_light(judged)},
        reason_label(judged.reason),
    )


@register.filter
def light_mark(judged: Judged) -> SafeString:
    """The light as its shape alone, with its words for who does not see it."""
    words = _(", ").join((light_label(judged.light), reason_label(judged.reason)))
    return format_html(
        '<span class="status status-{}" title="{}"><span class="visually-hidden">{}</span></span>',
        _CLASSES[judged.light],
        _("%(light)s: %(reason)s") % {"light": words, "reason": why_this_light(judged)},
        words,
    )


@register.filter
def light_class(light: Light) -> str:
    return f"status-{_CLASSES[light]}"


@register.filter
def method_label(method: str | None) -> str:
    return str(METHODS[method]) if method else "—"


@register.filter
def basis_label(basis: str) -> str:
    return str(BASES.get(basis, basis))


@register.filter
def plus(value: Decimal | None) -> str:
    """+12.3, -4, 0; a dash where it is not known."""
    if value is None:
        return "—"
    return f"{value.quantize(Decimal('0.01')).normalize():+,f}" if value else "0"


@register.filter
def part_name(part: Part, found: Contributions) -> str:
    return found.names.get(part.name, part.name)


@register.simple_tag
def share_of(part: Part, found: Contributions) -> str:
    """A part's size against the largest, in percent of half a bar."""
    return f"{abs(part.value) / found.largest * 50:.1f}" if found.largest else "0"


@register.filter
def plain_number(value: Decimal | None) -> str:
    """A number as a field holds it: no commas, nothing where there is none."""
    return "" if value is None else f"{value.normalize():f}"


@register.filter
def as_list(text: str) -> list[str]:
    return text.split(",")


@register.filter
def city_of(plan: JudgedPlan, indicator: str) -> Judged | None:
    return plan.of(indicator)


@register.filter
def from_middle(share: str) -> str:
    """Where a bar of this length begins that ends in the middle."""
    return f"{50 - float(share):.1f}"


@register.filter
def item(values: Any, key: Any) -> Any:
    """A dictionary's value; nothing where there is no dictionary."""
    return values.get(key) if isinstance(values, dict) else None
