"""Briefings as somebody may see them: issued ones all, drafts those who work on them."""

from dataclasses import dataclass, replace
from typing import cast

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Area, Invalid, NotFound, Organisation
from shucheng.lib.periods import Frequency, Period
from shucheng.plan.briefings.engine.compose import Edition, compose
from shucheng.plan.briefings.engine.content import Charts, Document
from shucheng.plan.briefings.engine.facts import BriefingFacts, Kind, Scope, from_json
from shucheng.plan.briefings.models import Briefing, Issue
from shucheng.plan.briefings.queries.gathering import Asked
from shucheng.plan.briefings.queries.rendering import (
    Form,
    edition_from,
    pictures,
    platform_address,
    render,
)
from shucheng.plan.briefings.queries.templates import templates_in_use

# No organisation has this number: a right that is held for it is held everywhere.
_ANY = 0
# Periods that a briefing can be made for: so many of each kind, the newest first.
_OFFERED: tuple[tuple[Frequency, int], ...] = (("M", 12), ("Q", 6), ("A", 3))


@dataclass(frozen=True, slots=True)
class BriefingPage:
    """One briefing; `document` is None while its facts are being gathered. `names_items`: it
    tells overdue supervision items by name, to readers who see them nowhere else."""

    briefing: Briefing
    issue: Issue | None
    document: Document | None
    may_write: bool
    may_issue: bool
    replaced_by: Briefing | None

    names_items: bool = False

    @property
    def may_replace(self) -> bool:
        return self.may_write and self.issue is not None and self.replaced_by is None


@dataclass(frozen=True, slots=True)
class Choice:
    """A scope that somebody can choose: its value in the form and its name."""

    value: str
    name: str


def may_work_on(briefing: Briefing, actor: Actor) -> bool:
    return actor.may("briefings.make", briefing.organisation_id or _ANY)


def briefings(*, actor: Actor) -> QuerySet[Briefing]:
    """Issued ones, and the drafts of those who ask; the newest first."""
    actor.require("briefings.view")
    found = Briefing.objects.exclude(state=Briefing.State.DROPPED)
    found = found.select_related("issue", "replaces", "created_by", "job").defer("facts")
    if actor.may("briefings.make", _ANY):
        return found
    own = Q(organisation__in=actor.organisation_ids)
    issued = Q(state=Briefing.State.ISSUED)
    return found.filter(issued | own if actor.may("briefings.make") else issued)


def find_briefing(pk: int, *, actor: Actor) -> Briefing:
    """One that the actor may see; for others it is not there."""
    actor.require("briefings.view")
    found = Briefing.objects.select_related(
        "version", "issue", "replaces", "job", "created_by", "docx_template__file"
    ).filter(pk=pk)
    briefing = found.first()
    if briefing is None or not (
        briefing.state == Briefing.State.ISSUED or may_work_on(briefing, actor)
    ):
        raise NotFound(_("The briefing"))
    return briefing


def issue_of(briefing: Briefing) -> Issue | None:
    return Issue.objects.filter(briefing=briefing).first()


def briefing_page(pk: int, *, actor: Actor) -> BriefingPage:
    briefing = find_briefing(pk, actor=actor)
    issue = issue_of(briefing)
    facts = facts_of(briefing, issue)
    edition = edition_of(briefing, issue) if issue else draft_edition(briefing)
    document = compose(facts, edition) if facts else None
    replaced = briefing.replacements.filter(state=Briefing.State.ISSUED).first()
    return BriefingPage(
        briefing=briefing,
        issue=issue,
        document=document,
        may_write=may_work_on(briefing, actor),
        may_issue=actor.may("briefings.issue", briefing.organisation_id or _ANY),
        replaced_by=replaced,
        names_items=bool(facts and facts.supervision and facts.supervision.most_overdue),
    )


def facts_of(briefing: Briefing, issue: Issue | None) -> BriefingFacts | None:
    """Frozen where it was issued, else those gathered; None while they are gathered."""
    stored = issue.facts if issue else briefing.facts
    return from_json(stored) if stored else None


def edition_of(briefing: Briefing, issue: Issue | None = None) -> Edition:
    """As it was issued, or as it would be now: without number and day."""
    if issue is not None:
        return edition_from(issue.edition)
    replaced = briefing.replaces
    return Edition(
        issuer=briefing.issuer,
        red_head=briefing.red_head,
        number=briefing.number if briefing.issued_on else "",
        issued_on=briefing.issued_on,
        instructions=briefing.instructions,
        next_steps=briefing.next_steps,
        replaces=replaced.number if replaced else "",
        reason=briefing.reason,
        address=platform_address(),
    )


def file_of(pk: int, form: Form, *, actor: Actor) -> tuple[str, bytes]:
    """Name and content of a file: as issued, or of a draft as it would be now, marked as one."""
    briefing = find_briefing(pk, actor=actor)
    issue = issue_of(briefing)
    if issue is not None:
        stored = dict(issue.files)[form]
        return stored.name, stored.read()
    facts = facts_of(briefing, None)
    if facts is None:
        raise Invalid(
            "briefings.no_facts",
            _("The facts of this briefing are still being gathered."),
            _("Wait until the draft is there."),
        )
    content = render(facts, draft_edition(briefing), templates_in_use(), [form])[form]
    return f"{facts.scope_name}{briefing.period_name}简报草稿.{form}", content


def chart_of(pk: int, at: int, *, actor: Actor) -> bytes:
    """A chart of a briefing as SVG, for its page."""
    briefing = find_briefing(pk, actor=actor)
    issue = issue_of(briefing)
    facts = facts_of(briefing, issue)
    if facts is None:
        raise NotFound(_("The chart"))
    document = compose(facts, edition_of(briefing, issue))
    if at >= len(document.charts):
        raise NotFound(_("The chart"))
    alone = replace(document, blocks=(Charts((document.charts[at],)),))
    return pictures(alone, "svg")[0]


def draft_edition(briefing: Briefing) -> Edition:
    """A draft that has its number already (its issue failed) is a draft all the same."""
    return replace(edition_of(briefing), number="", issued_on=None)


def scope_choices(actor: Actor) -> list[tuple[str, list[Choice]]]:
    """(kind of scope, those this actor may make briefings for)."""
    everywhere = actor.may("briefings.make", _ANY)
    cities = Area.objects.filter(kind="city") if everywhere else Area.objects.none()
    areas = [
        area
        for area in Area.objects.exclude(kind__in=("province", "city"))
        if everywhere
        or ((own := _organisation_of(area)) is not None and own.pk in actor.organisation_ids)
    ]
    departments = Organisation.objects.filter(valid_to=None, kind__in=("department", "centre"))
    if not everywhere:
        departments = departments.filter(pk__in=actor.organisation_ids)
    return [
        ("city", [Choice(f"city:{area.code}", area.label) for area in cities]),
        ("area", [Choice(f"area:{area.code}", area.label) for area in areas]),
        ("organisation", [Choice(f"organisation:{o.code}", o.label) for o in departments]),
    ]


def period_choices() -> list[tuple[str, list[Period]]]:
    """(kind, periods that are over, the newest first)."""
    today = timezone.localdate()
    kinds = {"M": "month", "Q": "quarter", "A": "year"}
    return [
        (kinds[frequency], [last.shift(-back) for back in range(count)])
        for frequency, count in _OFFERED
        if (last := Period.of(today, frequency).previous())
    ]


def issued_scopes(period: Period) -> frozenset[str]:
    """The scopes, as a form names them, that a period has been told of already."""
    standing = Issue.objects.filter(briefing__period=str(period)).exclude(
        briefing__replacements__state=Briefing.State.ISSUED
    )
    pairs = standing.values_list("briefing__scope", "briefing__scope_code")
    return frozenset(f"{scope}:{code}" for scope, code in pairs)


def organisation_of(scope: str, code: str) -> Organisation | None:
    """Whose briefing it is: the department, the county's government; nobody's of the city."""
    if scope == "organisation":
        return Organisation.objects.filter(code=code).first()
    if scope == "area":
        return _organisation_of(Area.objects.get(code=code))
    return None


def _organisation_of(area: Area) -> Organisation | None:
    found = Organisation.objects.filter(
        area=area, kind__in=("county_government", "functional_zone", "park"), valid_to=None
    )
    return found.order_by("order", "pk").first()


def asked_of(briefing: Briefing) -> Asked:
    return Asked(
        version=briefing.version,
        kind=cast(Kind, briefing.kind),
        scope=cast(Scope, briefing.scope),
        scope_code=briefing.scope_code,
        scope_name=briefing.scope_name,
        period=Period.parse(briefing.period),
        as_of=briefing.as_of,
        previous=briefing.previous,
    )


def standing_issue(briefing: Briefing) -> Issue | None:
    """The issued one of the same kind, scope and period that nothing has replaced."""
    found = Issue.objects.filter(
        briefing__kind=briefing.kind,
        briefing__scope=briefing.scope,
        briefing__scope_code=briefing.scope_code,
        briefing__period=briefing.period,
    ).exclude(briefing__replacements__state=Briefing.State.ISSUED)
    return found.select_related("briefing").first()


def previous_issue(briefing: Briefing) -> Issue | None:
    """The issued one of the same kind and scope for an earlier period that still stands."""
    found = Issue.objects.filter(
        briefing__kind=briefing.kind,
        briefing__scope=briefing.scope,
        briefing__scope_code=briefing.scope_code,
        briefing__as_of__lte=briefing.as_of,
    ).exclude(briefing__replacements__state=Briefing.State.ISSUED)
    start = Period.parse(briefing.period).start
    earlier = [i for i in found if Period.parse(str(i.facts["period"])).start < start]
    return max(earlier, key=lambda i: (i.facts["period"], i.issued_at), default=None)
