"""The joint conference: its sessions, agendas and what was decided."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, NotFound
from shucheng.plan.supervision.engine.states import FINAL
from shucheng.plan.supervision.models import AgendaEntry, Decision, Meeting
from shucheng.plan.supervision.queries.items import ItemLine, board, line_of
from shucheng.plan.supervision.queries.proposals import Proposal, proposals

_DECISIONS = Decision.objects.select_related("organisation", "item", "meeting")


@dataclass(frozen=True, slots=True)
class AgendaLine:
    entry: AgendaEntry
    item: ItemLine | None


@dataclass(frozen=True, slots=True)
class MeetingPage:
    meeting: Meeting
    agenda: tuple[AgendaLine, ...]
    decisions: tuple[Decision, ...]
    # Open decisions of earlier meetings, those of the last one first.
    earlier: tuple[Decision, ...]
    may_meet: bool
    today: date


@dataclass(frozen=True, slots=True)
class Suggested:
    """What belongs on the next agenda."""

    decisions: tuple[Decision, ...]
    items: tuple[ItemLine, ...]
    lights: tuple[Proposal, ...]


def meetings(*, actor: Actor) -> QuerySet[Meeting]:
    """For the plan office, leaders and auditors; the newest first."""
    actor.require("supervision.view", 0)
    return Meeting.objects.prefetch_related(Prefetch("decisions", _DECISIONS))


def find_meeting(meeting_id: int, *, actor: Actor) -> Meeting:
    found = meetings(actor=actor).filter(pk=meeting_id).first()
    if found is None:
        raise NotFound(_("The meeting"))
    return found


def meeting_page(meeting_id: int, *, actor: Actor) -> MeetingPage:
    meeting = find_meeting(meeting_id, actor=actor)
    today = timezone.localdate()
    entries = meeting.agenda.select_related(
        "item__lead", "item__area", "decision__organisation", "decision__meeting", "decision__item"
    ).prefetch_related("item__joint")
    return MeetingPage(
        meeting=meeting,
        agenda=tuple(
            AgendaLine(entry, line_of(entry.item, today, actor) if entry.item else None)
            for entry in entries
        ),
        decisions=tuple(meeting.decisions.all()),
        earlier=open_decisions(before=meeting),
        may_meet=actor.may("supervision.meet"),
        today=today,
    )


def find_decision(decision_id: int, *, actor: Actor) -> Decision:
    actor.require("supervision.view", 0)
    found = _DECISIONS.all().filter(pk=decision_id).first()
    if found is None:
        raise NotFound(_("The decision"))
    return found


def open_decisions(before: Meeting | None = None) -> tuple[Decision, ...]:
    """Decisions not done yet, of the meetings before one; those of the last meeting first."""
    found = _DECISIONS.all().filter(done_on=None).exclude(item__state__in=sorted(FINAL))
    if before is not None:
        found = found.filter(meeting__held_on__lte=before.held_on).exclude(meeting=before)
    return tuple(found.order_by("-meeting__held_on", "-meeting__id", "id"))


def suggested(today: date, *, actor: Actor) -> Suggested:
    """Open decisions of before, items that are overdue or due soon, red lights not raised yet."""
    pressing = board(actor=actor, state="open", today=today).lines
    return Suggested(
        decisions=open_decisions(),
        items=tuple(line for line in pressing if line.light in ("red", "yellow")),
        lights=tuple(each for each in proposals(today, actor=actor) if each.may_raise),
    )
