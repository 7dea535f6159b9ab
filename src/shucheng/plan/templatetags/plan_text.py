"""How numbers, targets and findings of a plan are written on a page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.plan.models import Finding, Item, Target
from shucheng.plan.queries import explain
from shucheng.plan.queries.versions import finding_text

register = template.Library()


@register.filter
def figure(value: Any) -> str:
    """A number without trailing zeros, with thousands separators; a dash for none."""
    return "—" if value in (None, "") else explain.figure(Decimal(str(value)))


@register.filter
def promised(item: Target | Item) -> str:
    """`at least 400 家` of a published target or of an item under review."""
    if isinstance(item, Target):
        return explain.promise(item.comparator, item.value, item.value_max, item.unit)
    data = item.data
    upper = data.get("value_max")
    return explain.promise(
        data["comparator"],
        Decimal(str(data["value"])),
        None if upper is None else Decimal(str(upper)),
        data["unit"],
    )


@register.filter
def kind_label(kind: str) -> str:
    return str(explain.KIND_LABELS.get(kind, kind))


@register.filter
def due_label(item: Target) -> str:
    """The year a target falls due, or what stands for it."""
    if item.kind == "annual" and not item.year:
        return _("each year")
    return str(item.year or item.implied_year or "—")


@register.filter
def text_of(finding: Finding) -> str:
    return finding_text(finding)


@register.filter
def joined(names: list[str]) -> str:
    return "、".join(names)


@register.simple_tag
def target_choices() -> dict[str, tuple[str, ...]]:
    """What the editor of a target offers."""
    return {"comparators": tuple(explain.COMPARATORS), "kinds": tuple(explain.KIND_LABELS)}


@register.filter
def severity_label(severity: str) -> str:
    return str(SEVERITIES.get(severity, severity))


SEVERITIES = {
    "error": gettext_lazy("Error"),
    "warning": gettext_lazy("Warning"),
    "info": gettext_lazy("Note"),
}


@dataclass(frozen=True, slots=True)
class Quote:
    start: int
    end: int
    text: str


@register.filter
def quotes(finding: Finding) -> list[Quote]:
    """The passages a finding points at, at most six of them."""
    text = finding.version.text
    return [Quote(start, end, text[start:end]) for start, end in finding.spans[:6]]


@register.filter
def source_label(source: str) -> str:
    """Where a value comes from, in words; a bay's own code stays as it is."""
    return str(explain.SOURCES.get(source, source))
