"""Closing a period, asking for it to be reopened, reopening it: each with a reason."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.reporting.errors import need_words
from shucheng.kernel.reporting.models import Form, LockEvent
from shucheng.kernel.reporting.periods import read_period
from shucheng.kernel.reporting.queries.locks import closed_now
from shucheng.kernel.reporting.telling import tell_reopened, tell_reopening_asked

CODES = {
    LockEvent.Kind.CLOSED: "reporting.period.closed",
    LockEvent.Kind.ASKED: "reporting.period.reopening_asked",
    LockEvent.Kind.REOPENED: "reporting.period.reopened",
}


@action
def close_period(period: str, reason: str, *, actor: Actor, form: str = "") -> LockEvent:
    """Close a period, and all that lie in it, for one form (by code) or for all."""
    actor.require("reporting.manage")
    # Whoever publishes holds the form: closing waits until that is done, and the other way round.
    forms = Form.objects.select_for_update().order_by("pk")
    list(forms.filter(code=form) if form else forms)
    if _closing(period, form) is not None:
        raise Invalid(
            "reporting.closed_already",
            _("This period is closed already."),
            _("Look at the list of closed periods."),
        )
    return _write(LockEvent.Kind.CLOSED, period, reason, form, actor=actor)


@action
def ask_reopening(period: str, reason: str, *, actor: Actor, form: str = "") -> LockEvent:
    """Whoever reports or reviews asks the plan office to reopen."""
    rights = ("reporting.report", "reporting.review", "reporting.manage")
    if not any(actor.may(right) for right in rights):
        raise Forbidden("reporting.report")
    _require_closed(period, form)
    event = _write(LockEvent.Kind.ASKED, period, reason, form, actor=actor)
    tell_reopening_asked(event, actor=actor)
    return event


@action
def reopen_period(period: str, reason: str, *, actor: Actor, form: str = "") -> LockEvent:
    """Reopen what was closed under the same period and form."""
    actor.require("reporting.manage")
    closing = _require_closed(period, form)
    asked = LockEvent.objects.filter(
        kind=LockEvent.Kind.ASKED,
        form=closing.form_id,
        period=closing.period,
        pk__gt=closing.pk,
        person__isnull=False,
    )
    persons = sorted(set(asked.values_list("person_id", flat=True)))
    event = _write(LockEvent.Kind.REOPENED, period, reason, form, actor=actor)
    tell_reopened(event, persons, actor=actor)
    return event


def _closing(period: str, form: str) -> LockEvent | None:
    text = str(read_period(period))
    return next(
        (
            event
            for event in closed_now()
            if event.period == text and (event.form.code if event.form else "") == form
        ),
        None,
    )


def _require_closed(period: str, form: str) -> LockEvent:
    closing = _closing(period, form)
    if closing is None:
        raise Invalid(
            "reporting.not_closed",
            _("Nothing is closed under this period and form."),
            _("Look at the list of closed periods: a longer period or all forms may be closed."),
        )
    return closing


def _write(kind: LockEvent.Kind, period: str, reason: str, form: str, *, actor: Actor) -> LockEvent:
    words, read = need_words(reason), read_period(period)
    found = Form.objects.filter(code=form).first() if form else None
    if form and found is None:
        raise NotFound(_("The form"))
    event = LockEvent.objects.create(
        kind=kind,
        form=found,
        period=str(read),
        period_start=read.start,
        period_end=read.end,
        reason=words,
        person_id=actor.person_id,
        person_name=actor.name[:150],
        organisation_id=actor.organisation_id,
    )
    record(CODES[kind], event, actor=actor, form=form, period=event.period, reason=words)
    return event
