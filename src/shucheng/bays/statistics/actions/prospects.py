"""Firms to be won (招引突破清单): who is listed, and each step with them."""

from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Prospect, ProspectEvent
from shucheng.bays.statistics.queries.definitions import industries_in_force
from shucheng.bays.statistics.queries.prospects import LEFT
from shucheng.kernel.public import Actor, Conflict, Invalid, NotFound, Organisation, action, record

_PAST = _("Write by when the next step is to be done, from today on.")


@action
def list_prospect(
    name: str,
    industry: str,
    *,
    owner: int,
    actor: Actor,
    kind: str = "",
    area: str = "",
    next_action: str = "",
    due: date | None = None,
    amount: Decimal | None = None,
    simulated: bool = False,
    on: date | None = None,
) -> Prospect:
    """Put a firm on the list of those to be won, `on` a day (today)."""
    actor.require("statistics.win")
    if not owner:
        raise _wrong("owner", _("Choose who is responsible."))
    actor.require("statistics.win", owner)
    if not Organisation.objects.filter(pk=owner).exists():
        raise _wrong("owner", _("Choose who is responsible."))
    if not name.strip():
        raise _wrong("name", _("Write the firm's name."))
    if industry not in {each.code for each in industries_in_force().industries}:
        raise _wrong("industry", _("Choose an industry of the plan."))
    if due and due < (on or timezone.localdate()):
        raise _wrong("due", _PAST)
    made = Prospect.objects.create(
        name=name.strip()[:200],
        industry=industry,
        kind=kind,
        area=area,
        owner_id=owner,
        next_action=next_action.strip()[:300],
        due=due,
        amount=amount,
        simulated=simulated,
    )
    _note(made, "", next_action, actor)
    record("statistics.prospect.listed", made, actor=actor, after={"name": made.name})
    return made


@action
def move_prospect(
    prospect_id: int,
    revision: int,
    *,
    stage: str,
    text: str,
    actor: Actor,
    next_action: str = "",
    due: date | None = None,
    on: date | None = None,
) -> Prospect:
    """Say where it stands `on` a day (today), what was done, and what comes next by when: a day
    that is not past, and none once the firm is in operation or given up."""
    found = Prospect.objects.select_for_update().filter(pk=prospect_id).first()
    if found is None:
        raise NotFound(_("The prospect"))
    actor.require("statistics.win", found.owner_id)
    if found.revision != revision:
        raise Conflict(_("The prospect"))
    if stage not in Prospect.Stage.values:
        raise _wrong("stage", _("Choose a stage from the list."))
    if not text.strip():
        raise _wrong("text", _("Write what was done."))
    left = stage in LEFT
    if not left and (due is None or due < (on or timezone.localdate())):
        raise _wrong("due", _PAST)
    before = found.stage
    found.stage = Prospect.Stage(stage)
    found.next_action, found.due = ("", None) if left else (next_action.strip()[:300], due)
    found.revision += 1
    found.save()
    _note(found, before, text, actor)
    record(
        "statistics.prospect.moved",
        found,
        actor=actor,
        before={"stage": before},
        after={"stage": found.stage, "next": found.next_action, "due": found.due},
    )
    return found


def _note(prospect: Prospect, before: str, text: str, actor: Actor) -> None:
    ProspectEvent.objects.create(
        prospect=prospect,
        before=before,
        after=prospect.stage,
        text=text.strip()[:500],
        by=actor.name[:150],
    )


def _wrong(field: str, message: object) -> Invalid:
    return Invalid(
        "statistics.prospect",
        _("The entry cannot be taken as it is."),
        _("Correct what is marked and send it again."),
        fields={field: str(message)},
    )
