"""Who is told of what: the next one to act, in the transaction of the move that makes it so."""

from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shucheng.kernel.public import Actor, Organisation, Role, send_reminder
from shucheng.plan.supervision.engine.rules import Stage
from shucheng.plan.supervision.models import ItemEvent, SupervisionItem
from shucheng.plan.supervision.words import DEEDS, NEXT_STEPS, STAGES

# After a move: who acts next. The others learn of it from the page.
_NEXT = {
    "submit": ("leader",),
    "return": ("office",),
    "approve": ("office",),
    "issue": ("lead", "joint"),
    "finish": ("office",),
    "send_back": ("lead",),
    "close": ("lead", "joint"),
    "ask_extension": ("office",),
    "grant_extension": ("lead",),
    "refuse_extension": ("lead",),
    "instruct": ("lead", "joint"),
    "cancel": ("lead", "joint"),
}
_ROLES = {"office": Role.PLAN_OFFICE, "leader": Role.LEADER}


def tell(event: ItemEvent, *, actor: Actor) -> None:
    """Tell whoever acts next; nobody of what happened only in a simulation."""
    item = event.item
    if item.simulated or (event.move == "cancel" and item.issued_on is None):
        return
    for name in _NEXT.get(event.move, ()):
        _send(
            item,
            f"supervision.{event.move}",
            name,
            f"supervision:event:{event.pk}:{name}",
            lambda: _subject(item, DEEDS[event.move]),
            lambda: _body(item, event.text),
            actor=actor,
        )


def tell_stage(item: SupervisionItem, stage: Stage, *, actor: Actor) -> None:
    """Tell everybody of a stage of reminding or escalation, once for each deadline."""
    key = f"supervision:stage:{item.pk}:{stage.code}:{item.deadline}"
    for name in stage.recipients:
        _send(
            item,
            f"supervision.{stage.code}",
            name,
            f"{key}:{name}",
            lambda: _subject(item, STAGES.get(stage.code, stage.code)),
            lambda: _body(item, ""),
            actor=actor,
        )


def _send(
    item: SupervisionItem,
    kind: str,
    name: str,
    key: str,
    subject: Callable[[], str],
    text: Callable[[], str],
    *,
    actor: Actor,
) -> None:
    link = reverse("supervision:item", args=[item.number])
    if name in _ROLES:
        send_reminder(
            kind,
            roles=(_ROLES[name],),
            subject=subject,
            text=text,
            link=link,
            once_key=key,
            actor=actor,
        )
        return
    told: Iterable[Organisation] = (item.lead,) if name == "lead" else item.joint.all()
    for organisation in told:
        send_reminder(
            kind,
            to_organisation=organisation.pk,
            subject=subject,
            text=text,
            link=link,
            once_key=f"{key}:{organisation.pk}",
            actor=actor,
        )


def _subject(item: SupervisionItem, said: str | Promise) -> str:
    return _("Supervision %(number)s: %(said)s") % {"number": item.number, "said": said}


def _body(item: SupervisionItem, said: str) -> str:
    """In the language that is active: what it is, until when, what comes next."""
    lines = [item.title]
    if said:
        lines.append(said)
    if item.deadline:
        lines.append(_("Deadline: %(day)s") % {"day": item.deadline.isoformat()})
    lines.append(_("Next step: %(step)s") % {"step": NEXT_STEPS[item.state]})
    return "\n".join(lines)
