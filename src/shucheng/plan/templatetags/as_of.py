"""“As known on”: the control in a page's head, and links that carry the day on."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

register = template.Library()


@register.simple_tag(takes_context=True)
def keep_as_of(context: Context, joint: str = "?") -> str:
    """`?as_of=2026-08-01` behind an address (`&` where it has a query already); nothing for now."""
    day = getattr(context.get("request"), "as_of", None)
    return f"{joint}as_of={day:%Y-%m-%d}" if day else ""


@register.inclusion_tag("plan/as_of.html", takes_context=True)
def as_of_control(context: Context, period: str = "") -> dict[str, Any]:
    """Since when what is shown is known, and a way to ask for another day."""
    request = context["request"]
    day = getattr(request, "as_of", None)
    kept = [(name, value) for name, value in request.GET.items() if name != "as_of"]
    return {
        "day": day or timezone.localdate(),
        "is_past": day is not None,
        "period": period,
        "kept": kept,
        "today": timezone.localdate(),
        "path": request.path,
    }
