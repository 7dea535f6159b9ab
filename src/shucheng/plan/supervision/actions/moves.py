"""The moves of an item: review, issue, signing, replies, recheck, extension, withdrawal."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.public import Actor, Invalid, NotFound, action
from shucheng.lib.workdays import working_days_after
from shucheng.plan.supervision.engine.clock import deadline_after_refusal
from shucheng.plan.supervision.engine.states import FINAL
from shucheng.plan.supervision.models import ItemEvent, SupervisionItem
from shucheng.plan.supervision.moving import (
    Upload,
    locked_item,
    make_move,
    moved_meanwhile,
    the_day,
)
from shucheng.plan.supervision.telling import tell

# Moves that change nothing but the state and a day; the others have actions of their own.
_DAYS = {
    "submit": None,
    "return": None,
    "approve": None,
    "sign": "signed_on",
    "co_sign": None,
    "reply": None,
    "finish": "finished_on",
    "close": "closed_on",
    "instruct": None,
    "withdraw": "closed_on",
    "cancel": "closed_on",
}
SIMPLE_MOVES = frozenset(_DAYS)
# Several organisations may do these at once: what others did meanwhile is no hindrance.
SIDE_BY_SIDE = frozenset({"reply", "co_sign", "instruct"})


@action
def move_item(
    number: str,
    revision: int | None,
    name: str,
    *,
    text: str = "",
    files: Sequence[Upload] = (),
    actor: Actor,
    on: date | None = None,
) -> SupervisionItem:
    """One of `SIMPLE_MOVES`. Whoever is not its party is refused; so is what the state forbids.

    Those `SIDE_BY_SIDE` take no `revision`; all others are refused without the one that was seen.
    """
    if name not in _DAYS:
        raise NotFound(gettext_lazy("This step"))
    item = locked_item(number, revision, actor=actor)
    if revision is None and name not in SIDE_BY_SIDE:
        raise moved_meanwhile(item)
    day = the_day(on, actor)
    event = None
    if name == "co_sign" and _signed_already(item, actor):
        raise Invalid(
            "supervision.signed_already",
            gettext_lazy("Your organisation has signed for it already."),
            gettext_lazy("Go on with the work and send a reply."),
        )
    if (field := _DAYS[name]) is not None:
        setattr(item, field, day)
    if name in ("withdraw", "cancel"):
        item.extension_asked_on = item.extension_wanted = None
    event = make_move(item, name, actor=actor, day=day, text=text, files=files)
    tell(event, actor=actor)
    return item


@action
def issue_item(
    number: str,
    revision: int,
    until: date | None = None,
    *,
    actor: Actor,
    on: date | None = None,
) -> SupervisionItem:
    """下发: the clock starts; a deadline given in working days becomes a day.

    `until` is a new deadline: an item whose deadline passed while it was drafted and reviewed is
    not issued without one, it would be overdue as it arrives.
    """
    item = locked_item(number, revision, actor=actor)
    day = the_day(on, actor)
    item.issued_on = day
    before, item.deadline = item.deadline, until or item.deadline
    if item.deadline is not None and item.deadline < day and actor.may("supervision.issue"):
        raise _deadline_passed()
    if item.deadline is None and item.due_in is not None:
        item.deadline = working_days_after(day, item.due_in).day
    data = {"deadline": _iso(item.deadline)}
    if until is not None and before is not None and before != until:
        data["before"] = _iso(before)
    event = make_move(item, "issue", actor=actor, day=day, data=data)
    tell(event, actor=actor)
    return item


@action
def send_back(
    number: str, revision: int, text: str, *, actor: Actor, on: date | None = None
) -> SupervisionItem:
    """退回 at the recheck: the work goes on, and so does its clock."""
    item = locked_item(number, revision, actor=actor)
    item.finished_on = None
    item.sent_back += 1
    event = make_move(item, "send_back", actor=actor, day=the_day(on, actor), text=text)
    tell(event, actor=actor)
    return item


@action
def ask_extension(
    number: str,
    revision: int,
    until: date | None,
    text: str,
    *,
    files: Sequence[Upload] = (),
    actor: Actor,
    on: date | None = None,
) -> SupervisionItem:
    """申请延期. Asked for in time, the clock stands until it is decided."""
    item = locked_item(number, revision, actor=actor)
    day = the_day(on, actor)
    if until is None or (item.deadline is not None and until <= item.deadline):
        raise _wrong_day()
    data = {"until": until.isoformat(), "deadline": _iso(item.deadline)}
    event = make_move(
        item, "ask_extension", actor=actor, day=day, text=text, data=data, files=files
    )
    item.extension_asked_on, item.extension_wanted = day, until
    item.save(update_fields=["extension_asked_on", "extension_wanted"])
    tell(event, actor=actor)
    return item


@action
def grant_extension(
    number: str,
    revision: int,
    until: date | None = None,
    text: str = "",
    *,
    actor: Actor,
    on: date | None = None,
) -> SupervisionItem:
    """同意延期: to the day that was asked for, or another one after the deadline; a day that is
    over gives no time and is refused."""
    item = _waiting(number, revision, actor)
    day = the_day(on, actor)
    until = until or item.extension_wanted
    if until is None or (item.deadline is not None and until <= item.deadline):
        raise _wrong_day()
    if until < day:
        raise _extension_over()
    data = {"until": until.isoformat(), "deadline": _iso(item.deadline)}
    item.deadline = until
    item.extended += 1
    return _decided(item, "grant_extension", day, text, data, actor)


@action
def refuse_extension(
    number: str, revision: int, text: str, *, actor: Actor, on: date | None = None
) -> SupervisionItem:
    """不同意延期: the working days that the request waited are given back."""
    item = _waiting(number, revision, actor)
    day = the_day(on, actor)
    before = item.deadline
    if item.deadline is not None and item.extension_asked_on is not None:
        item.deadline = deadline_after_refusal(item.deadline, item.extension_asked_on, day)
    data = {"deadline": _iso(before), "until": _iso(item.deadline)}
    return _decided(item, "refuse_extension", day, text, data, actor)


def _waiting(number: str, revision: int, actor: Actor) -> SupervisionItem:
    item = locked_item(number, revision, actor=actor)
    if (
        item.extension_asked_on is None
        and item.state not in FINAL
        and actor.may("supervision.recheck")
    ):
        raise Invalid(
            "supervision.no_extension",
            gettext_lazy("No extension was asked for."),
            gettext_lazy("Open the item and see what its next step is."),
        )
    return item


def _decided(
    item: SupervisionItem, name: str, day: date, text: str, data: dict[str, str], actor: Actor
) -> SupervisionItem:
    item.extension_asked_on = item.extension_wanted = None
    event = make_move(item, name, actor=actor, day=day, text=text, data=data)
    tell(event, actor=actor)
    return item


def _signed_already(item: SupervisionItem, actor: Actor) -> bool:
    signed = ItemEvent.objects.filter(item=item, move="co_sign")
    return signed.filter(organisation_id=actor.organisation_id or 0).exists()


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _wrong_day() -> Invalid:
    return Invalid(
        "supervision.extension_day",
        gettext_lazy("An extension ends after the present deadline."),
        gettext_lazy("Choose a later day."),
        {"until": _("A day after the deadline.")},
    )


def _extension_over() -> Invalid:
    return Invalid(
        "supervision.extension_over",
        gettext_lazy("The day asked for has passed: the item would be overdue at once."),
        gettext_lazy("Grant a later day, or refuse with a reason."),
        {"until": _("Today or a later day.")},
    )


def _deadline_passed() -> Invalid:
    return Invalid(
        "supervision.deadline_passed",
        gettext_lazy("The deadline has passed: the item would be overdue as it is issued."),
        gettext_lazy("Set a new deadline and issue it again."),
        {"until": _("Today or a later day.")},
    )
