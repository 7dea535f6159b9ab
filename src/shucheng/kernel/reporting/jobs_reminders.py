"""The clock reminds of what is to be reported and reviewed: by the rule, once, one message a day.

Every half hour. What is soon due, due today or late is told once on a working day, all of an
organisation's in one message; so is what waits for a review. What was returned is told within
the half hour, since its organisation may be waiting for it, but nobody is told at night or on a
day off.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.reminders.actions.sending import send_reminder
from shucheng.kernel.reminders.engine.rules import When, when
from shucheng.kernel.reminders.queries import already_sent, newest_key, rule_in_force
from shucheng.kernel.reporting.engine.moves import Level, State
from shucheng.kernel.reporting.models import LockEvent, Obligation, Submission, SubmissionEvent
from shucheng.kernel.reporting.queries.locks import closed_now, holds
from shucheng.kernel.reporting.queries.standings import effective_due, standing_of
from shucheng.kernel.reporting.standing_in import without_reviewer
from shucheng.lib.workdays import is_working_day, working_days_between

ROOM = "reporting"
RETURNED = "reporting.returned"
# From this hour on a return waits for the next working day.
_EVENING = 20
# So many lines of a message are written out; the rest is counted.
_LINES = 12
Owed = dict[int, list[tuple[When, Obligation]]]


def remind(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Write the reminders that are due now; how many of each kind."""
    return remind_at(timezone.localtime(), actor=actor)


def remind_at(now: datetime, *, actor: Actor) -> dict[str, int]:
    """The same for a moment, with its zone."""
    counts = {"due": 0, "review": 0, "returned": 0}
    if is_working_day(now.date()) and now.hour >= rule_in_force(ROOM).hour:
        counts["due"] = _remind_of_due(now, actor)
        counts["review"] = _remind_of_reviews(now, actor)
        if now.hour < _EVENING:
            counts["returned"] = _remind_of_returned(actor)
    return counts


def _remind_of_due(now: datetime, actor: Actor) -> int:
    owed = _owed(now)
    keys = {number: f"reporting:due:{number}:{now.date()}" for number in owed}
    sent = already_sent(keys.values())
    for number, items in owed.items():
        if keys[number] not in sent:
            send_reminder(
                "reporting.due",
                to_organisation=number,
                subject=_due_subject(items),
                text=_due_text(items),
                link=reverse("reporting:tasks"),
                once_key=keys[number],
                actor=actor,
            )
    return len(keys) - len(sent)


def _owed(now: datetime) -> Owed:
    """Organisation → what it is reminded of today, the most pressing first."""
    rule = rule_in_force(ROOM)
    # Working days are at most seven of nine: long holidays are bridged generously.
    until = now.date() + timedelta(days=3 * rule.longest + 14)
    closed = closed_now()
    open_still = (
        Obligation.objects.filter(due_on__lte=until)
        .exclude(submissions__state=State.PUBLISHED)
        .select_related("form", "organisation")
        .prefetch_related(Prefetch("submissions", Submission.objects.defer("values")), "extensions")
        .order_by("due_on", "form__code")
    )
    found: Owed = {}
    for each in open_still:
        if standing_of(each, now.date()).word in ("submitted", "approved"):
            continue
        if _is_closed(each, closed):
            continue
        if word := when(effective_due(each), now.date(), rule):
            found.setdefault(each.organisation_id, []).append((word, each))
    order = ("late", "today", "soon")
    for items in found.values():
        items.sort(key=lambda item: order.index(item[0]))
    return found


def _is_closed(obligation: Obligation, closed: Iterable[LockEvent]) -> bool:
    start, end = obligation.period_start, obligation.period_end
    return any(holds(lock, obligation.form_id, start, end) for lock in closed)


def _due_subject(items: list[tuple[When, Obligation]]) -> Callable[[], str]:
    def say() -> str:
        late = sum(word == "late" for word, _each in items)
        due = len(items) - late
        told = []
        if late:
            told.append(ngettext("%(n)s form is late", "%(n)s forms are late", late) % {"n": late})
        if due:
            told.append(ngettext("%(n)s form is due", "%(n)s forms are due", due) % {"n": due})
        return _("Reporting") + ": " + _("; ").join(told)

    return say


def _due_text(items: list[tuple[When, Obligation]]) -> Callable[[], str]:
    def line(word: When, each: Obligation) -> str:
        facts = {
            "form": each.form.name,
            "period": each.period,
            "day": date_format(effective_due(each), "Y-m-d"),
        }
        if word == "late":
            return _("Late: %(form)s, %(period)s (due %(day)s)") % facts
        if word == "today":
            return _("Due today: %(form)s, %(period)s") % facts
        return _("Due %(day)s: %(form)s, %(period)s") % facts

    return _lines(lambda: [line(word, each) for word, each in items])


def _remind_of_reviews(now: datetime, actor: Actor) -> int:
    """Those who review hear once a day how much waits, and since when."""
    waiting: dict[int | None, list[Submission]] = {}
    closed = closed_now()
    rows = Submission.objects.filter(state__in=(State.SUBMITTED, State.APPROVED))
    rows = rows.select_related("obligation__form", "obligation__organisation")
    found = [each for each in rows if not _is_closed(each.obligation, closed)]
    # The plan office reviews in place of a department that has no reviewer.
    lacking = without_reviewer(each.obligation.form.owner_id for each in found)
    for each in found:
        owner = each.obligation.form.owner_id
        at_department = each.level == Level.DEPARTMENT and owner not in lacking
        reviewer = owner if at_department else None
        waiting.setdefault(reviewer, []).append(each)
    keys = {one: f"reporting:review:{one or 'office'}:{now.date()}" for one in waiting}
    sent = already_sent(keys.values())
    for reviewer, submissions in waiting.items():
        if keys[reviewer] not in sent:
            send_reminder(
                "reporting.review",
                to_organisation=reviewer,
                roles=(Role.REVIEWER,) if reviewer else (Role.PLAN_OFFICE,),
                subject=_review_subject(len(submissions)),
                text=_review_text(submissions, now),
                link=reverse("reporting:inbox"),
                once_key=keys[reviewer],
                actor=actor,
            )
    return len(keys) - len(sent)


def _review_subject(count: int) -> Callable[[], str]:
    return lambda: (
        ngettext("%(n)s submission waits for review", "%(n)s submissions wait for review", count)
        % {"n": count}
    )


def _review_text(submissions: list[Submission], now: datetime) -> Callable[[], str]:
    def line(each: Submission) -> str:
        since = timezone.localdate(each.submitted_at) if each.submitted_at else now.date()
        return _("%(organisation)s: %(form)s, %(period)s (waiting for %(days)s working days)") % {
            "organisation": each.obligation.organisation.label,
            "form": each.obligation.form.name,
            "period": each.obligation.period,
            "days": working_days_between(since, now.date()),
        }

    oldest = sorted(submissions, key=lambda each: (each.submitted_at or now, each.pk))
    return _lines(lambda: [line(each) for each in oldest])


def _remind_of_returned(actor: Actor) -> int:
    """What was returned since the organisation was last told of such; one message for all."""
    returned: dict[int, dict[int, SubmissionEvent]] = {}
    events = SubmissionEvent.objects.filter(
        to_state=State.RETURNED, submission__state=State.RETURNED
    )
    related = events.select_related("submission__obligation__form").order_by("id")
    for event in related:
        organisation = event.submission.obligation.organisation_id
        returned.setdefault(organisation, {})[event.submission_id] = event
    count = 0
    for organisation, found in returned.items():
        told = newest_key(RETURNED, organisation).rpartition(":")[2]
        if new := [event for event in found.values() if event.pk > int(told or 0)]:
            last = max(event.pk for event in new)
            send_reminder(
                RETURNED,
                to_organisation=organisation,
                subject=_returned_subject(len(new)),
                text=_returned_text(new),
                link=reverse("reporting:tasks"),
                once_key=f"{RETURNED}:{organisation}:{last}",
                actor=actor,
            )
            count += 1
    return count


def _returned_subject(count: int) -> Callable[[], str]:
    return lambda: (
        ngettext("%(n)s form was returned to you", "%(n)s forms were returned to you", count)
        % {"n": count}
    )


def _returned_text(events: Iterable[SubmissionEvent]) -> Callable[[], str]:
    def line(event: SubmissionEvent) -> str:
        return _("%(form)s, %(period)s: %(comment)s") % {
            "form": event.submission.obligation.form.name,
            "period": event.submission.obligation.period,
            "comment": event.comment,
        }

    return _lines(lambda: [line(event) for event in events])


def _lines(say: Callable[[], list[str]]) -> Callable[[], str]:
    """The first lines written out, the others counted, in the language then active."""

    def text() -> str:
        lines = say()
        more = len(lines) - _LINES
        if more > 0:
            others = ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
            return "\n".join([*lines[:_LINES], others])
        return "\n".join(lines)

    return text
