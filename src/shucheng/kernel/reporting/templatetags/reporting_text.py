"""States, steps and days of reporting in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shucheng.kernel.reporting.actions.steps import CHANGES
from shucheng.kernel.reporting.engine.rules import Rule, plain
from shucheng.kernel.reporting.engine.standing import Standing
from shucheng.kernel.reporting.models import (
    ExtensionEvent,
    LockEvent,
    SubmissionEvent,
)
from shucheng.kernel.reporting.queries.lists import ObligationRow
from shucheng.kernel.reporting.views.showing import status_label
from shucheng.lib.workdays import working_days_between

register = template.Library()
register.filter("status_label", status_label)


@register.filter
def standing_text(standing: Standing) -> str:
    """How a task stands, in a word or two."""
    if standing.overdue and standing.word == "open":
        return _("Late, nothing handed in")
    words = {
        "open": _("To be filled in"),
        "draft": _("Draft"),
        "approved": _("Approved, not yet published"),
        "published": _("Published"),
        "returned": _("Returned for correction"),
    }
    text = words.get(standing.word) or (
        _("With the department") if standing.level == "department" else _("With the plan office")
    )
    if standing.overdue:
        return _("%(state)s, late") % {"state": text}
    if standing.late:
        return _("%(state)s (handed in late)") % {"state": text}
    if standing.correcting:
        return _("%(state)s, correction begun") % {"state": text}
    return text


@register.filter
def standing_shape(standing: Standing) -> str:
    """The class that gives the shape and colour."""
    if standing.overdue:
        return "status-bad"
    if standing.word == "published":
        return "status-late" if standing.late else "status-good"
    return "status-watch" if standing.word in ("submitted", "approved", "returned") else ""


@register.filter
def days_left(due: date, today: date) -> str:
    """`3 working days left`, `due today`, `2 working days late`."""
    days = working_days_between(today, due)
    if due == today:
        return _("due today")
    if due < today:
        late = -days
        if not late:
            return _("past the due day")
        return ngettext("%(n)s working day late", "%(n)s working days late", late) % {"n": late}
    if not days:
        return _("no working day left")
    return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}


@register.filter
def waiting_days(since: object, today: date) -> str:
    """How long a submission has been waiting."""
    day = timezone.localdate(since) if since else today  # type: ignore[arg-type]
    days = working_days_between(day, today)
    if not days:
        return _("since today")
    return ngettext("for %(n)s working day", "for %(n)s working days", days) % {"n": days}


@register.filter
def task_step(row: ObligationRow) -> str:
    """What the link of a task says: the next thing to do."""
    word = row.standing.word
    if row.locked:
        return _("See why it is closed")
    if row.standing.correcting == "returned" or word == "returned":
        return _("Correct it")
    if word == "open":
        return _("Fill it in")
    if word == "draft" or row.standing.correcting == "draft":
        return _("Go on")
    return _("Look at it")


@register.filter
def deed(move: str) -> str:
    return str(CHANGES.get(move, move))


@register.filter
def extension_label(event: ExtensionEvent) -> str:
    return str(ExtensionEvent.Kind(event.kind).label)


@register.filter
def lock_label(event: LockEvent) -> str:
    return str(LockEvent.Kind(event.kind).label)


@register.filter
def in_words(rule: Rule) -> str:
    """What a rule wants, in one line; cells by their keys."""
    if rule.kind == "range":
        bounds = [
            f"≥ {plain(rule.least)}" if rule.least is not None else "",
            f"≤ {plain(rule.most)}" if rule.most is not None else "",
            _("whole numbers") if rule.whole else "",
        ]
        return ", ".join(bound for bound in bounds if bound)
    if rule.kind == "jump":
        return _("a change of more than %(percent)s %% that its own past does not know") % {
            "percent": plain(rule.percent)
        }
    if rule.kind == "areas":
        return _("the areas add up to the city, within %(percent)s %%") % {
            "percent": plain(rule.tolerance)
        }
    return f"{_terms(rule.left)} {rule.sign} {_terms(rule.right, rule.constant)}"


def _terms(terms: tuple[tuple[str, Decimal], ...], constant: Decimal = Decimal(0)) -> str:
    told = [key if factor == 1 else f"{plain(factor)} × {key}" for key, factor in terms]
    if constant or not told:
        told.append(plain(constant))
    return " + ".join(told)


@register.filter
def comment_in(
    row: ObligationRow, comments: Mapping[int, SubmissionEvent]
) -> SubmissionEvent | None:
    """The step that returned a task's submission."""
    return comments.get(row.submission.pk) if row.submission else None
