"""Begin a briefing, keep its facts, write in it, drop it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Actor,
    Area,
    Conflict,
    Invalid,
    NotFound,
    Organisation,
    action,
    enqueue,
    record,
)
from shucheng.lib.periods import Period, PeriodInvalid
from shucheng.lib.tables import printable
from shucheng.plan.briefings.engine.facts import BriefingFacts, digest, to_json
from shucheng.plan.briefings.models import Briefing, Kind, Scope
from shucheng.plan.briefings.queries.briefings import (
    organisation_of,
    previous_issue,
    standing_issue,
)
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.versions import current_version

GATHER_JOB: Final = "briefings.gather"
_KINDS: Final = {"M": Kind.MONTH, "Q": Kind.QUARTER, "A": Kind.YEAR}
_LONGEST: Final = 4000
_ANY: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which briefing is wanted. `scope` is `city:CODE`, `area:CODE` or `organisation:CODE`; without
    `as_of` it states what is known now. `replaces` is an issued one that it corrects."""

    scope: str
    period: str
    as_of: datetime | None = None
    replaces: int | None = None
    reason: str = ""


@action
def begin_briefing(order: Order, *, actor: Actor) -> Briefing:
    """A briefing whose facts are gathered in the background."""
    scope, code, name = _scope(order.scope)
    owner = organisation_of(scope, code)
    actor.require("briefings.make", owner.pk if owner else _ANY)
    period = _period(order.period)
    briefing = Briefing(
        kind=_KINDS[period.frequency],
        scope=scope,
        scope_code=code,
        scope_name=name,
        organisation=owner,
        version=_version(),
        period=str(period),
        as_of=_as_of(order.as_of, period),
        created_by_id=actor.person_id,
        issuer=_issuer(actor),
    )
    if order.replaces is not None:
        briefing.replaces = _replaced(order.replaces, briefing)
        briefing.reason = printable(order.reason).strip()
        if not briefing.reason:
            raise _wrong("reason", _("Say what is corrected and why."))
    else:
        refuse_a_second(briefing)
    briefing.previous = previous_issue(briefing)
    briefing.save()
    briefing.job = enqueue(
        GATHER_JOB,
        actor=actor,
        payload={"briefing": briefing.pk},
        unique_key=f"briefing:{briefing.pk}",
    )
    briefing.save(update_fields=["job"])
    record("briefings.briefing.asked_for", briefing, actor=actor, after=_told(briefing))
    return briefing


@action
def keep_facts(briefing_id: int, facts: BriefingFacts, *, actor: Actor) -> Briefing:
    """The facts that were gathered. Doing it twice does it once."""
    briefing = Briefing.objects.select_for_update().get(pk=briefing_id)
    actor.require("briefings.make", briefing.organisation_id or _ANY)
    if briefing.state == Briefing.State.GATHERING:
        briefing.facts = to_json(facts)
        briefing.simulated = facts.simulated
        briefing.state = Briefing.State.DRAFT
        briefing.revision += 1
        briefing.save()
    record(
        "briefings.briefing.gathered",
        briefing,
        actor=actor,
        after={"facts": digest(facts), "indicators": len(facts.indicators)},
    )
    return briefing


@action
def write_paragraphs(
    briefing_id: int,
    revision: int,
    *,
    instructions: str,
    next_steps: str,
    red_head: bool,
    issuer: str,
    actor: Actor,
) -> Briefing:
    """What people add to a draft; the rest of it nobody can change."""
    briefing = locked_draft(briefing_id, revision, actor)
    fields = {"instructions": instructions, "next_steps": next_steps}
    for name, text in fields.items():
        if len(text) > _LONGEST:
            raise _wrong(name, _("Keep it below %(most)s characters.") % {"most": _LONGEST})
    if not printable(issuer).strip():
        raise _wrong("issuer", _("Say who issues the briefing."))
    before = _written(briefing)
    briefing.instructions, briefing.next_steps = _lines(instructions), _lines(next_steps)
    briefing.red_head, briefing.issuer = red_head, printable(issuer).strip()[:160]
    briefing.revision += 1
    briefing.save()
    record(
        "briefings.briefing.written",
        briefing,
        actor=actor,
        before=before,
        after=_written(briefing),
    )
    return briefing


@action
def drop_briefing(briefing_id: int, revision: int, *, actor: Actor) -> None:
    """Give up a draft; it stays in the database and is shown nowhere."""
    briefing = Briefing.objects.select_for_update().filter(pk=briefing_id).first()
    if briefing is None:
        raise NotFound(_("The briefing"))
    actor.require("briefings.make", briefing.organisation_id or _ANY)
    if briefing.revision != revision:
        raise Conflict(_("The briefing"))
    if briefing.state not in (Briefing.State.DRAFT, Briefing.State.GATHERING) or briefing.is_busy:
        raise _not_now()
    briefing.state = Briefing.State.DROPPED
    briefing.revision += 1
    briefing.save(update_fields=["state", "revision"])
    record("briefings.briefing.dropped", briefing, actor=actor)


def refuse_a_second(briefing: Briefing) -> None:
    """A period is told of once; what is wrong in it is corrected by one that replaces it."""
    standing = standing_issue(briefing)
    if standing is None:
        return
    message = _("%(number)s has been issued for this period already.") % {"number": standing.number}
    raise Invalid(
        "briefings.issued_already",
        message,
        _("If something in it is wrong, replace it."),
        {"period": message},
        standing=standing.briefing_id,
    )


def locked_draft(briefing_id: int, revision: int, actor: Actor) -> Briefing:
    """The draft that somebody saw, locked; nobody else changed it and no job works on it."""
    briefing = Briefing.objects.select_for_update().filter(pk=briefing_id).first()
    if briefing is None:
        raise NotFound(_("The briefing"))
    actor.require("briefings.make", briefing.organisation_id or _ANY)
    if briefing.revision != revision:
        raise Conflict(_("The briefing"))
    if briefing.state != Briefing.State.DRAFT or briefing.is_busy:
        raise _not_now()
    return briefing


def _lines(text: str) -> str:
    """As typed, a paragraph a line; what Word pastes as a line within a paragraph is one too."""
    return printable(text.replace("\r\n", "\n").replace("\x0b", "\n")).strip()


def _not_now() -> Invalid:
    return Invalid(
        "briefings.not_a_draft",
        _("Only a draft that no job works on can be changed."),
        _("Reload the page. What was issued is corrected by a briefing that replaces it."),
    )


def _scope(text: str) -> tuple[Scope, str, str]:
    kind, _colon, code = text.partition(":")
    if kind == Scope.ORGANISATION:
        organisation = Organisation.objects.filter(code=code, valid_to=None).first()
        if organisation is not None:
            return Scope.ORGANISATION, code, organisation.name
    elif kind in (Scope.CITY, Scope.AREA):
        area = Area.objects.filter(code=code).exclude(kind="province").first()
        if area is not None and (area.kind == "city") == (kind == Scope.CITY):
            return Scope(kind), code, area.name
    raise _wrong("scope", _("Choose the city, a county or a department."))


def _period(text: str) -> Period:
    try:
        period = Period.parse(text)
    except PeriodInvalid:
        raise _wrong("period", _("Choose a month, a quarter or a year.")) from None
    if period.frequency not in _KINDS:
        raise _wrong("period", _("Choose a month, a quarter or a year."))
    if period.end >= timezone.localdate():
        raise _wrong("period", _("The period is not over yet."))
    return period


def _as_of(moment: datetime | None, period: Period) -> datetime:
    now = timezone.now()
    if moment is None:
        return now
    if moment > now:
        raise _wrong("as_of", _("What will be known is not known yet: choose a moment before now."))
    if timezone.localtime(moment).date() <= period.end:
        raise _wrong("as_of", _("Choose a moment after the end of the period."))
    return moment


def _version() -> PlanVersion:
    version = current_version()
    if version is None:
        raise Invalid(
            "briefings.no_plan",
            _("No plan is in force, so there is nothing to tell of."),
            _("Publish a plan first."),
        )
    return version


def _replaced(pk: int, by: Briefing) -> Briefing:
    found = Briefing.objects.filter(pk=pk, state=Briefing.State.ISSUED).first()
    if found is None:
        raise _wrong("replaces", _("Only an issued briefing can be replaced."))
    same = ("kind", "scope", "scope_code", "period")
    if any(getattr(found, name) != getattr(by, name) for name in same):
        raise _wrong("replaces", _("A briefing replaces one of the same scope and period."))
    if found.replacements.filter(state=Briefing.State.ISSUED).exists():
        raise _wrong("replaces", _("It has been replaced already: replace the newest one."))
    return found


def _issuer(actor: Actor) -> str:
    own = Organisation.objects.filter(pk=actor.organisation_id or _ANY).first()
    return (own.full_name or own.name) if own else ""


def _wrong(field: str, message: object) -> Invalid:
    return Invalid(
        f"briefings.{field}",
        str(message),
        _("Correct it and try again."),
        {field: str(message)},
    )


def _told(briefing: Briefing) -> dict[str, object]:
    return {
        "scope": f"{briefing.scope}:{briefing.scope_code}",
        "period": briefing.period,
        "as_of": briefing.as_of.isoformat(),
        "replaces": briefing.replaces_id,
        "reason": briefing.reason,
    }


def _written(briefing: Briefing) -> dict[str, object]:
    names = ("instructions", "next_steps", "red_head", "issuer")
    return {name: getattr(briefing, name) for name in names}
