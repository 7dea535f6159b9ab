"""What all moves share: the item locked, the right checked, the event written."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    record,
    store_file,
)
from shucheng.lib.tables import printable
from shucheng.plan.supervision.engine.states import FINAL, MOVES, MoveRefused, Party, State, after
from shucheng.plan.supervision.models import ItemEvent, ItemEvidence, SupervisionItem
from shucheng.plan.supervision.queries.items import parties_of, visible
from shucheng.plan.supervision.words import BUTTONS, STATE_LABELS

# A name and its content, as uploaded.
Upload = tuple[str, bytes]
MOST_FILES = 10
_RIGHTS = {
    Party.LEADER: "supervision.review",
    Party.LEAD: "supervision.reply",
    Party.JOINT: "supervision.reply",
}
_OFFICE_RIGHTS = {
    "issue": "supervision.issue",
    "send_back": "supervision.recheck",
    "close": "supervision.recheck",
    "grant_extension": "supervision.recheck",
    "refuse_extension": "supervision.recheck",
}


def the_day(on: date | None, actor: Actor) -> date:
    """The day something happened: today. Only the platform itself (an import, a simulation) may
    say another one."""
    if on is None or actor.person_id is not None:
        return timezone.localdate()
    return on


def locked_item(number: str, revision: int | None, *, actor: Actor) -> SupervisionItem:
    """The item as its mover saw it. Raises `NotFound`, and `Conflict` with who was faster."""
    seen = visible(actor).filter(number=number).values_list("pk", flat=True).first()
    if seen is None:
        raise NotFound(gettext_lazy("The supervision item"))
    item = SupervisionItem.objects.select_for_update().get(pk=seen)
    if revision is not None and revision != item.revision:
        raise moved_meanwhile(item)
    return item


def moved_meanwhile(item: SupervisionItem) -> Conflict:
    return Conflict(_moved_by(item))


def _moved_by(item: SupervisionItem) -> str:
    last = item.events.last()
    return _("Item %(number)s (moved by %(by)s: “%(state)s”)") % {
        "number": item.number,
        "by": last.by if last else "",
        "state": STATE_LABELS[item.state],
    }


def make_move(
    item: SupervisionItem,
    name: str,
    *,
    actor: Actor,
    day: date,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    files: Sequence[Upload] = (),
) -> ItemEvent:
    """Check that the actor may and the item can, change its state and write the event.

    The caller has set the other fields that the move changes; they are saved with the state.
    """
    before = State(item.state)
    parties = parties_of(item, item.joint.values_list("pk", flat=True), actor)
    still = item.children.exclude(state__in=sorted(FINAL)).count() if name == "close" else 0
    try:
        state = after(
            before,
            name,
            parties,
            text=text,
            extension_asked=item.extension_asked_on is not None
            or name in ("grant_extension", "refuse_extension"),
            open_children=still,
        )
    except MoveRefused as refused:
        raise _error(refused.code, item, name, still) from None
    if Party.OFFICE in MOVES[name].parties and Party.OFFICE in parties:
        actor.require(_OFFICE_RIGHTS.get(name, "supervision.raise"))
    item.state = state
    item.revision += 1
    item.save()
    return write_event(item, name, before, actor=actor, day=day, text=text, data=data, files=files)


def write_event(
    item: SupervisionItem,
    name: str,
    before: str,
    *,
    actor: Actor,
    day: date,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    files: Sequence[Upload] = (),
) -> ItemEvent:
    event = ItemEvent.objects.create(
        item=item,
        move=name,
        before=before,
        after=item.state,
        text=printable(text).strip(),
        data=dict(data or {}),
        day=day,
        by=actor.name[:150],
        person_id=actor.person_id,
        organisation_id=actor.organisation_id,
    )
    if len(files) > MOST_FILES:
        raise Invalid(
            "supervision.too_many_files",
            gettext_lazy("More than %(most)s files at once."),
            gettext_lazy("Send the most important ones, and the others with another reply."),
            {"files": _("Too many files.")},
            most=MOST_FILES,
        )
    for file_name, content in files:
        stored = store_file(file_name, content, actor=actor)
        ItemEvidence.objects.create(event=event, file=stored)
    record(
        f"supervision.item.{name}",
        item,
        actor=actor,
        before={"state": str(before)} if before else None,
        after={"state": str(item.state)},
        number=item.number,
        day=day,
        files=len(files),
        details=event.data,
    )
    return event


def _error(code: str, item: SupervisionItem, name: str, still: int) -> Exception:
    if code == "party":
        parties = MOVES[name].parties
        party = next((each for each in _RIGHTS if each in parties), None)
        if party is None or Party.OFFICE in parties:
            return Forbidden(_OFFICE_RIGHTS.get(name, "supervision.raise"))
        return Forbidden(_RIGHTS[party])
    if code == "unknown":
        return NotFound(gettext_lazy("This step"))
    if code == "reason":
        return Invalid(
            "supervision.words_missing",
            gettext_lazy("“%(step)s” is not done without a word."),
            gettext_lazy("Write what was done, or why."),
            {"text": _("Write what was done, or why.")},
            step=BUTTONS.get(name, name),
        )
    if code == "children":
        return Invalid(
            "supervision.children_open",
            gettext_lazy("%(number)s sub-items are still open."),
            gettext_lazy("Close them first, or write why the item is closed without them."),
            {"text": _("Write why it is closed with open sub-items.")},
            number=still,
        )
    if code == "waiting":
        return Invalid(
            "supervision.extension_waits",
            gettext_lazy("An extension was asked for and is not decided yet."),
            gettext_lazy("Wait for the decision, or ask the plan office for it."),
        )
    return Invalid(
        "supervision.not_now",
        gettext_lazy("Item %(number)s is “%(state)s”: “%(step)s” is not possible now."),
        gettext_lazy("Open the item and see what its next step is."),
        number=item.number,
        state=STATE_LABELS[item.state],
        step=BUTTONS.get(name, name),
    )
