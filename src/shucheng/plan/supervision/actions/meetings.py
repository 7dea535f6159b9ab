"""The joint conference: prepared from what lags, held, its decisions recorded and followed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Organisation,
    action,
    record,
)
from shucheng.plan.supervision.actions.moves import move_item
from shucheng.plan.supervision.engine.states import FINAL, UNISSUED
from shucheng.plan.supervision.models import AgendaEntry, Decision, Meeting
from shucheng.plan.supervision.moving import the_day
from shucheng.plan.supervision.queries.items import find_item
from shucheng.plan.supervision.queries.meetings import find_meeting, suggested

MOST_LIGHTS = 30


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    title: str
    held_on: date | None
    place: str = ""
    chair: str = ""
    notes: str = ""


@action
def prepare_meeting(
    facts: MeetingFacts, *, actor: Actor, on: date | None = None, simulated: bool = False
) -> Meeting:
    """A session with an agenda of what lags: earlier decisions, pressing items, red lights."""
    actor.require("supervision.meet")
    meeting = Meeting(simulated=simulated)
    _write(meeting, facts)
    meeting.save()
    _fill(meeting, on or timezone.localdate(), actor)
    record(
        "supervision.meeting.prepared",
        meeting,
        actor=actor,
        day=meeting.held_on,
        agenda=meeting.agenda.count(),
    )
    return meeting


@action
def change_meeting(meeting_id: int, revision: int, facts: MeetingFacts, *, actor: Actor) -> Meeting:
    meeting = _open_meeting(meeting_id, revision, actor)
    before = {"title": meeting.title, "held_on": str(meeting.held_on), "notes": meeting.notes}
    _write(meeting, facts)
    _moved(meeting)
    record(
        "supervision.meeting.changed",
        meeting,
        actor=actor,
        before=before,
        after={"title": meeting.title, "held_on": str(meeting.held_on), "notes": meeting.notes},
    )
    return meeting


@dataclass(frozen=True, slots=True)
class AgendaChange:
    """`positions` and `notes` by an entry's id; `removed` are ids; `added` a title."""

    positions: Mapping[int, int]
    notes: Mapping[int, str]
    removed: Sequence[int] = ()
    added: str = ""


@action
def change_agenda(meeting_id: int, revision: int, change: AgendaChange, *, actor: Actor) -> Meeting:
    """Order, notes, what is taken off and what is added; positions are numbered anew."""
    meeting = _open_meeting(meeting_id, revision, actor)
    entries = list(meeting.agenda.exclude(pk__in=change.removed))
    meeting.agenda.filter(pk__in=change.removed).delete()
    entries.sort(key=lambda entry: change.positions.get(entry.pk, entry.position))
    if change.added.strip():
        entries.append(
            AgendaEntry(
                meeting=meeting, kind=AgendaEntry.Kind.OTHER, title=change.added.strip()[:300]
            )
        )
    for position, entry in enumerate(entries, 1):
        entry.position = position
        entry.note = change.notes.get(entry.pk, entry.note).strip() if entry.pk else ""
        entry.save()
    _moved(meeting)
    record("supervision.agenda.changed", meeting, actor=actor, entries=len(entries))
    return meeting


@action
def record_decision(
    meeting_id: int,
    revision: int,
    text: str,
    organisation_id: int | None,
    deadline: date | None,
    *,
    item_number: str = "",
    actor: Actor,
) -> Decision:
    """Who does what by when. About an item that is being worked on, it becomes an instruction in
    its timeline; else an item can be raised from it."""
    meeting = _open_meeting(meeting_id, revision, actor)
    if not text.strip():
        raise _invalid("text", _("Write what was decided."))
    organisation = Organisation.objects.filter(pk=organisation_id or 0).first()
    if organisation is None:
        raise _invalid("organisation", _("Choose who is responsible."))
    if deadline is None or deadline < meeting.held_on:
        raise _invalid("deadline", _("A day after the meeting."))
    item = find_item(item_number, actor=actor) if item_number else None
    decision = Decision.objects.create(
        meeting=meeting,
        text=text.strip(),
        organisation=organisation,
        deadline=deadline,
        item=item,
    )
    if item is not None and item.state not in UNISSUED and item.state not in FINAL:
        said = f"{meeting.title}: {decision.text}"
        move_item(item.number, None, "instruct", text=said, on=meeting.held_on, actor=actor)
    _moved(meeting)
    record(
        "supervision.decision.made",
        meeting,
        actor=actor,
        decision=decision.text,
        organisation=organisation.name,
        deadline=deadline,
        item=item.number if item else "",
    )
    return decision


@action
def finish_decision(
    decision_id: int, outcome: str, *, actor: Actor, on: date | None = None
) -> Decision:
    """An open decision was carried out; what came of it stands beside it."""
    actor.require("supervision.meet")
    decision = Decision.objects.select_for_update().filter(pk=decision_id).first()
    if decision is None:
        raise NotFound(gettext_lazy("The decision"))
    if not decision.is_open:
        raise Conflict(_("The decision"))
    if not outcome.strip():
        raise _invalid("outcome", _("Write what came of it."))
    decision.done_on = the_day(on, actor)
    decision.outcome = outcome.strip()
    decision.save(update_fields=["done_on", "outcome"])
    record("supervision.decision.done", decision.meeting, actor=actor, outcome=decision.outcome)
    return decision


@action
def issue_minutes(
    meeting_id: int, revision: int, *, actor: Actor, on: date | None = None
) -> Meeting:
    """印发纪要: agenda and decisions are fixed; the decisions are followed up from then on."""
    meeting = _open_meeting(meeting_id, revision, actor)
    meeting.issued_on = the_day(on, actor)
    _moved(meeting)
    record(
        "supervision.meeting.issued",
        meeting,
        actor=actor,
        decisions=meeting.decisions.count(),
        day=meeting.issued_on,
    )
    return meeting


def _fill(meeting: Meeting, today: date, actor: Actor) -> None:
    found = suggested(today, actor=actor)
    kinds = AgendaEntry.Kind
    entries = [
        AgendaEntry(kind=kinds.DECISION, title=each.text[:300], decision=each, item=each.item)
        for each in found.decisions
    ]
    there = {entry.item_id for entry in entries if entry.item_id}
    entries += [
        AgendaEntry(kind=kinds.ITEM, title=line.item.title, item=line.item)
        for line in found.items
        if line.item.pk not in there
    ]
    entries += [
        AgendaEntry(
            kind=kinds.LIGHT,
            title=f"{each.indicator.name} · {each.area_name}"[:300],
            indicator_code=each.indicator.code,
            area_code=each.area_code,
        )
        for each in found.lights[:MOST_LIGHTS]
    ]
    for position, entry in enumerate(entries, 1):
        entry.meeting, entry.position = meeting, position
    AgendaEntry.objects.bulk_create(entries)


def _open_meeting(meeting_id: int, revision: int, actor: Actor) -> Meeting:
    actor.require("supervision.meet")
    meeting = Meeting.objects.select_for_update().get(pk=find_meeting(meeting_id, actor=actor).pk)
    if meeting.revision != revision:
        raise Conflict(_("The meeting “%(title)s”") % {"title": meeting.title})
    if meeting.is_issued:
        raise Invalid(
            "supervision.minutes_issued",
            gettext_lazy("The minutes of this meeting were issued: nothing in them changes."),
            gettext_lazy("Follow its decisions up, or put the matter on the next agenda."),
        )
    return meeting


def _write(meeting: Meeting, facts: MeetingFacts) -> None:
    if not facts.title.strip():
        raise _invalid("title", _("Give the meeting a name."))
    if facts.held_on is None:
        raise _invalid("held_on", _("Say on which day it is."))
    meeting.title = facts.title.strip()[:200]
    meeting.held_on = facts.held_on
    meeting.place = facts.place.strip()[:120]
    meeting.chair = facts.chair.strip()[:80]
    meeting.notes = facts.notes.strip()


def _moved(meeting: Meeting) -> None:
    meeting.revision += 1
    meeting.save()


def _invalid(name: str, why: str) -> Invalid:
    return Invalid(
        "supervision.meeting_incomplete",
        gettext_lazy("This cannot be kept. %(why)s"),
        gettext_lazy("Correct the field that is marked, and send it again."),
        {name: why},
        why=why,
    )
