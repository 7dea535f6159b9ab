"""What a search finds: the plan's words, and what the platform knows beside the text: areas,
metrics, other names of organisations, English names of indicators, and amounts in their paths."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Metric, areas, resolve_organisation
from shucheng.plan.public import PlanVersion, current_version, search_plan

MOST = 20
# 3000亿, 3,000 亿元, 95%: a number and the beginning of its unit.
_AMOUNT = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>[^\d\s]*)")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to open; `sentence` is where the text speaks of it."""

    label: str
    url: str
    sentence: object = None


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    hits: tuple[Found, ...]


def find(words: str, *, actor: Actor, version: PlanVersion | None = None) -> tuple[Group, ...]:
    """Everything found, by kind, in the order a person looks for it; each thing once.

    `version` saves asking for the plan in force anew."""
    parts = [_stem(word) for word in words.split()[:8]]
    version = version or current_version()
    text: dict[str, list[Found]] = {}
    for hit in search_plan(words, actor=actor):
        text.setdefault(str(hit.kind), []).append(Found(hit.label, hit.url, hit.sentence))
    beside: dict[str, Iterable[Found]] = {
        str(_("Indicator")): _indicators(words, parts, version),
        # Another name of an organisation does not stand in the text.
        str(_("Organisation")): () if text else _organisation(words, version),
        str(_("Area")): _areas(parts, actor),
    }
    # Metrics last: who looks for a number begins with the indicator.
    kinds = (*beside, *(kind for kind in text if kind not in beside), str(_("Metric")))
    beside[str(_("Metric"))] = _metrics(parts, actor)
    groups = []
    for kind in kinds:
        hits = {hit.url: hit for hit in (*text.get(kind, ()), *beside.get(kind, ()))}
        if hits:
            groups.append(Group(kind, tuple(hits.values())))
    return tuple(groups)


def _stem(word: str) -> str:
    """factory finds factories, products finds product."""
    return re.sub(r"(?<=[a-z]{3})(ies|es|s|y|e)$", "", word.lower()) if word.isascii() else word


def _indicators(words: str, parts: Iterable[str], version: PlanVersion | None) -> Iterator[Found]:
    if version is None:
        return
    condition = Q()
    for part in parts:
        condition &= Q(binding__name_en__icontains=part)
    if amount := _AMOUNT.fullmatch(words):
        number = Decimal(amount["number"].replace(",", ""))
        condition |= Q(path__value=number, unit__startswith=amount["unit"].rstrip("元"))
    for row in version.indicators.filter(condition).distinct()[:MOST]:
        yield Found(row.name, reverse("plan:indicator", args=[row.code]))


def _organisation(words: str, version: PlanVersion | None) -> Iterator[Found]:
    """By another name than the text's: to its duties, or where it has none to its page."""
    organisation = resolve_organisation(words)
    if organisation is None:
        return
    duty = version.duties.filter(organisation=organisation).first() if version else None
    if duty:
        yield Found(duty.name, reverse("plan:duties", args=[duty.name]))
    else:
        yield Found(organisation.label, reverse("identity:organisation", args=[organisation.code]))


def _areas(parts: Iterable[str], actor: Actor) -> Iterator[Found]:
    if not actor.may("identity.view"):
        return
    for area in areas(actor=actor):
        names = f"{area.name} {area.name_en}".lower()
        if all(part.lower() in names for part in parts):
            yield Found(area.label, reverse("plan:area", args=[area.code]))


def _metrics(parts: Iterable[str], actor: Actor) -> Iterator[Found]:
    if not actor.may("observations.view"):
        return
    condition = Q()
    for part in parts:
        condition &= (
            Q(code__icontains=part) | Q(name_zh__icontains=part) | Q(name_en__icontains=part)
        )
    for metric in Metric.objects.filter(condition)[:MOST]:
        yield Found(metric.name, reverse("observations:metric", args=[metric.code]))
