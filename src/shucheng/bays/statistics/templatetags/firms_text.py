"""How a firm's facts are written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.bays.statistics.models import Batch, Link
from shucheng.bays.statistics.queries import class_words
from shucheng.bays.statistics.queries import version_words as versions
from shucheng.bays.statistics.queries.import_words import (
    ERRORS,
    FACTORS,
    HONOURS,
    REASONS,
    field_words,
    refusal_words,
)
from shucheng.bays.statistics.queries.return_words import return_words

register = template.Library()


@register.filter
def month(period: int | None) -> str:
    """202609 → 2026-09"""
    return f"{period // 100}-{period % 100:02}" if period else "—"


@register.filter
def money(value: Decimal | None) -> str:
    """1,234.5; a dash for what is not known."""
    return "—" if value is None else f"{value:,.1f}"


@register.filter
def bounds(share: Any) -> str:
    """A share in per cent, or its bounds."""
    low, high = (f"{each.normalize():f}" for each in (share.lower, share.upper))
    return low if low == high else f"{low}–{high}"


register.filter("return_status", return_words)


@register.filter
def field_name(code: str, table: str = "") -> str:
    return str(field_words(table).get(code, code))


@register.filter
def signed(step: Mapping[str, str]) -> str:
    """When and by whom a step was done, as a batch keeps it."""
    day = timezone.localtime(datetime.fromisoformat(step["at"]))
    return f"{day:%Y-%m-%d %H:%M} · {who(step['by'])}"


@register.filter
def rows_of(counts: Iterable[Mapping[str, int]]) -> int:
    """How many cells a dry run counted in all."""
    return sum(each["rows"] for each in counts)


@register.filter
def area_name(code: str, areas: Mapping[str, str]) -> str:
    return areas.get(code, code)


@register.filter
def error_words(code: str) -> str:
    return str(ERRORS.get(code, code))


@register.filter
def reason_words(code: str) -> str:
    return str(REASONS.get(code, ""))


@register.filter
def factor_words(factor: str) -> str:
    return str(FACTORS.get(factor, factor))


@register.filter
def honour_name(kind: str) -> str:
    return str(HONOURS.get(kind, kind))


@register.filter
def refused(told: dict[str, str]) -> str:
    return refusal_words(told)


register.filter("class_name", class_words.class_name)
register.filter("note_words", class_words.note_words)


@register.filter
def who(name: str) -> str:
    """By whom a step was done: the platform itself has no name of its own."""
    return _("the platform") if name == "system" else name


@register.filter
def version_words(version: str) -> str:
    return versions.version_words(version)


register.filter("definition_words", versions.definition_words)
register.filter("number_words", versions.number_words)


@register.filter
def decided(one: Any) -> str:
    """Where a coefficient or proposal stands."""
    refused = one.state == one.State.REFUSED
    return _("Not approved") if refused else str(one.get_state_display())


# Odds of about 60 and of 4 to 1.
_STRONG, _FAIR = 6, 2
_STATES = {
    Batch.State.READING: "late",
    Batch.State.MAPPING: "watch",
    Batch.State.STAGED: "watch",
    Batch.State.WRITING: "late",
    Batch.State.APPLIED: "good",
    Batch.State.LAID_ASIDE: "none",
    Link.State.WAITING: "watch",
    Link.State.SAME: "good",
    Link.State.DIFFERENT: "none",
    "proposed": "watch",
    "approved": "good",
    "refused": "bad",
}


@register.filter
def state_class(state: str) -> str:
    return f"status-{_STATES.get(state, 'none')}"


@register.filter
def share_percent(share: Decimal) -> str:
    """0.35 → 35"""
    return f"{(100 * share).normalize():f}"


@register.filter
def evidence_field(name: str) -> str:
    words = {
        "core": _("Name without legal form"),
        "place": _("Address"),
        "digits": _("Digits in the name"),
        "credit_code": _("Unified social credit code"),
    }
    return words.get(name, name)


@register.filter
def evidence_weight(bits: float) -> str:
    """How much a fact speaks for one firm: a weight of evidence in words, by powers of two."""
    if bits <= 0:
        return _("speaks against it")
    return _("strong") if bits >= _STRONG else _("fair") if bits >= _FAIR else _("weak")


@register.filter
def level_name(level: str) -> str:
    words = {"national": _("national"), "provincial": _("provincial"), "city": _("of the city")}
    return words.get(level, level)
