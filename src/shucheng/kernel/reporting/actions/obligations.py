"""Who owes what by when: obligations are opened; extensions asked for and decided."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shucheng.kernel.reporting.access import require_own
from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.engine.standing import due
from shucheng.kernel.reporting.errors import need_words, short_words
from shucheng.kernel.reporting.models import ExtensionEvent, Obligation
from shucheng.kernel.reporting.periods import read_period
from shucheng.kernel.reporting.queries.lists import may_decide
from shucheng.kernel.reporting.queries.opening import unopened
from shucheng.kernel.reporting.queries.sheets import find_obligation
from shucheng.kernel.reporting.queries.standings import effective_due
from shucheng.kernel.reporting.telling import tell_extension
from shucheng.lib.workdays import announced, is_working_day, next_working_day


@action
def open_obligations(
    *, actor: Actor, until: date | None = None, first: str = "", forms: Sequence[str] = ()
) -> int:
    """Open what every period that ended before `until` (today) asks; says how many are new.

    `first` opens past periods from that one on, before a form's own first day; `forms` limits it.
    """
    actor.require("reporting.manage")
    since = read_period(first).start if first else None
    new = unopened(until or timezone.localdate(), since, forms)
    Obligation.objects.bulk_create(new, batch_size=500)
    moved = _reckon_anew()
    record(
        "reporting.obligations.opened",
        ("reporting.obligations", "", first or "due"),
        actor=actor,
        opened=len(new),
        due_days_moved=moved,
        forms=sorted({each.form.code for each in new}),
        periods=sorted({each.period for each in new}),
    )
    return len(new)


@action
def ask_extension(obligation_id: int, until: date, reason: str, *, actor: Actor) -> ExtensionEvent:
    """Ask for a later due day, a working day, while nothing is handed in."""
    obligation = find_obligation(obligation_id, actor=actor)
    require_own(obligation, actor)
    # Of two who ask at once the second sees the request of the first.
    Obligation.objects.select_for_update().get(pk=obligation.pk)
    words = need_words(reason)
    now = effective_due(obligation)
    if until <= now:
        raise Invalid(
            "reporting.extension_not_later",
            _("The day asked for is not later than the due day, %(due)s."),
            _("Choose a later day."),
            fields={"until": str(_("Choose a later day."))},
            due=now,
        )
    if not is_working_day(until):
        day = next_working_day(until).day
        raise Invalid(
            "reporting.extension_no_working_day",
            _("Nobody works on the day asked for."),
            _("Choose a working day; the next one is %(day)s."),
            fields={"until": str(_("Choose a working day."))},
            day=day,
        )
    handed_in = obligation.submissions.exclude(
        state__in=[State.DRAFT, State.RETURNED, State.DROPPED]
    )
    waiting = obligation.extensions.filter(kind=ExtensionEvent.Kind.ASKED, answer__isnull=True)
    if handed_in.exists() or waiting.exists():
        raise Invalid(
            "reporting.extension_needless",
            _("The figures are handed in, or an extension is asked for already."),
            _("Look at the task again."),
        )
    return _write(obligation, ExtensionEvent.Kind.ASKED, until, words, None, actor=actor)


@action
def decide_extension(
    request_id: int, granted: bool, reason: str, *, actor: Actor
) -> ExtensionEvent:
    """Grant or refuse a request: the form's reviewer, or the plan office.

    Not any more once the figures are published: whether they came late stays as it was.
    """
    request = (
        ExtensionEvent.objects.select_related("obligation__form__owner", "obligation__organisation")
        .filter(pk=request_id, kind=ExtensionEvent.Kind.ASKED)
        .first()
    )
    if request is None:
        raise NotFound(_("The request"))
    if not may_decide(request.obligation, actor):
        raise Forbidden("reporting.manage")
    if request.obligation.submissions.filter(state=State.PUBLISHED).exists():
        raise Invalid(
            "reporting.extension_too_late",
            _("The figures are published: there is nothing left to extend."),
            _("Reload the page."),
        )
    words = short_words(reason, "reason", 500) if granted else need_words(reason)
    kind = ExtensionEvent.Kind.GRANTED if granted else ExtensionEvent.Kind.REFUSED
    return _write(request.obligation, kind, request.until, words, request, actor=actor)


def _write(
    obligation: Obligation,
    kind: ExtensionEvent.Kind,
    until: date,
    reason: str,
    answers: ExtensionEvent | None,
    *,
    actor: Actor,
) -> ExtensionEvent:
    try:
        with transaction.atomic():
            event = ExtensionEvent.objects.create(
                obligation=obligation,
                kind=kind,
                answers=answers,
                until=until,
                reason=reason,
                person_id=actor.person_id,
                person_name=actor.name[:150],
            )
    except IntegrityError:
        raise Conflict(_("The request")) from None
    record(
        f"reporting.extension.{kind}",
        event,
        actor=actor,
        form=obligation.form.code,
        period=obligation.period,
        organisation_asked=obligation.organisation_id,
        until=until,
        reason=reason,
    )
    tell_extension(event, actor=actor)
    return event


def _reckon_anew() -> int:
    """Due days over a year that was not announced, once it is."""
    moved = []
    for each in Obligation.objects.filter(provisional=True).select_related("form"):
        if announced(each.due_on.year):
            deadline = due(each.reporting_period, each.form.due_days)
            each.due_on, each.provisional = deadline.day, deadline.provisional
            moved.append(each)
    Obligation.objects.bulk_update(moved, ["due_on", "provisional"])
    return len(moved)
