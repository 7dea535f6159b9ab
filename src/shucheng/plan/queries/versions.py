"""Versions of plans: which there are, which one is in force, and one under review in full."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, NotFound
from shucheng.plan.models import (
    OPEN_FINDING,
    Decision,
    Finding,
    Item,
    ItemKind,
    PlanVersion,
    VersionState,
)
from shucheng.plan.queries.moments import last_moment

UNPUBLISHED = (
    VersionState.COMPILING,
    VersionState.FAILED,
    VersionState.REVIEW,
    VersionState.DISCARDED,
)


def current_version(as_of: date | None = None) -> PlanVersion | None:
    """The one version in force for the city: what the cockpit shows.

    As of a day, the one that had been published last by then; before any was, the first one, for
    figures may be older than the plan that they are held against. `to_settle` is how many errors
    and warnings of its text nobody has settled.
    """
    to_settle = Finding.objects.filter(OPEN_FINDING, version=OuterRef("pk")).order_by()
    counted = to_settle.values("version").annotate(count=Count("pk")).values("count")
    light = (
        PlanVersion.objects.select_related("plan")
        .defer("text", "compiled", "tables")
        .annotate(to_settle=Coalesce(Subquery(counted), 0))
    )
    if as_of is None:
        return light.filter(state=VersionState.PUBLISHED).first()
    were = light.filter(state__in=[VersionState.PUBLISHED, VersionState.SUPERSEDED])
    by_then = were.filter(published_at__lte=last_moment(as_of)).order_by("-published_at")
    return by_then.first() or were.order_by("published_at").first()


def versions(*, actor: Actor) -> QuerySet[PlanVersion]:
    """All versions this actor may see, newest first."""
    actor.require("plan.view")
    found = (
        PlanVersion.objects.select_related("plan", "source", "job")
        .defer("text", "compiled", "tables")
        .annotate(undecided=Count("items", filter=Q(items__decision=Decision.OPEN)))
        .order_by("-created_at", "-id")
    )
    return found if actor.may("plan.review") else found.exclude(state__in=UNPUBLISHED)


def is_stuck(version: PlanVersion) -> bool:
    """Whether it will never be compiled: its job failed, or is gone."""
    if version.state != VersionState.COMPILING:
        return False
    return version.job is None or version.job.state == version.job.State.FAILED


def version_for(version_id: int, *, actor: Actor) -> PlanVersion:
    actor.require("plan.view")
    version = (
        PlanVersion.objects.select_related("plan", "source", "job").filter(pk=version_id).first()
    )
    if version is None or (version.state in UNPUBLISHED and not actor.may("plan.review")):
        raise NotFound(_("The plan version"))
    return version


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text and the item or finding it belongs to; `ref` is empty for plain text."""

    text: str
    ref: str = ""
    kind: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True)
class ReviewTab:
    code: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Review:
    version: PlanVersion
    pieces: tuple[Piece, ...]
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]
    tabs: tuple[ReviewTab, ...]
    tab: str
    undecided: int
    # Of the items of this tab.
    open_here: int


def review(version_id: int, tab: str, *, actor: Actor) -> Review:
    """The text with its items marked, and one kind of item (or the findings) beside it."""
    actor.require("plan.review")
    version = version_for(version_id, actor=actor)
    items = list(version.items.select_related("decided_by"))
    findings = list(version.findings.select_related("noted_by"))
    counts = {kind: sum(item.kind == kind for item in items) for kind in ItemKind.values}
    tabs = (
        *(ReviewTab(kind, str(ItemKind(kind).label), counts[kind]) for kind in ItemKind.values),
        ReviewTab("findings", str(_("Findings")), sum(finding.is_open for finding in findings)),
    )
    if tab not in {entry.code for entry in tabs}:
        tab = ItemKind.TARGET
    shown = [item for item in items if item.kind == tab]
    if tab == "findings":
        refs = {ref for finding in findings for ref in finding.refs}
        shown = [item for item in items if item.ref in refs]
    return Review(
        version=version,
        pieces=pieces(version.text, shown),
        items=tuple(item for item in shown if item.kind == tab),
        findings=tuple(findings) if tab == "findings" else (),
        tabs=tabs,
        tab=tab,
        undecided=sum(item.decision == Decision.OPEN for item in items),
        open_here=sum(item.decision == Decision.OPEN and item.kind == tab for item in items),
    )


def pieces(text: str, items: list[Item]) -> tuple[Piece, ...]:
    """Cut the text at the items' spans. Where two overlap, the one that starts first wins."""
    cut: list[Piece] = []
    position = 0
    for item in sorted(items, key=lambda entry: (entry.span_start, -entry.span_end)):
        if item.span_start < position or item.span_start == item.span_end:
            continue
        if item.span_start > position:
            cut.append(Piece(text[position : item.span_start]))
        cut.append(Piece(text[item.span_start : item.span_end], item.ref, item.kind, item.decision))
        position = item.span_end
    if position < len(text):
        cut.append(Piece(text[position:]))
    return tuple(cut)


def finding_text(finding: Finding) -> str:
    return finding.message_en if get_language() == "en" else finding.message_zh


def item_for(item_id: int, *, actor: Actor) -> Item:
    actor.require("plan.review")
    item = Item.objects.select_related("version", "decided_by").filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("The item"))
    return item


def finding_for(finding_id: int, *, actor: Actor) -> Finding:
    actor.require("plan.review")
    finding = Finding.objects.filter(pk=finding_id).first()
    if finding is None:
        raise NotFound(_("The finding"))
    return finding
