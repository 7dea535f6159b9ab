"""States, steps and days of reporting in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from shucheng.kernel.actor import Actor
from shucheng.kernel.observations.models import Frequency
from shucheng.kernel.reporting.actions.steps import CHANGES
from shucheng.kernel.reporting.engine.model import Problem
from shucheng.kernel.reporting.engine.rules import Rule, plain
from shucheng.kernel.reporting.engine.standing import Standing
from shucheng.kernel.reporting.models import (
    ExtensionEvent,
    Form,
    LockEvent,
    SetupEvent,
    SubmissionEvent,
)
from shucheng.kernel.reporting.problem_texts import problem_text
from shucheng.kernel.reporting.queries.lists import ObligationRow
from shucheng.kernel.reporting.views.showing import status_label
from shucheng.lib.periods import Period
from shucheng.lib.workdays import working_days_between

register = template.Library()
RULE_KINDS: dict[str, str | Promise] = {
    "range": gettext_lazy("Range"),
    "sum": gettext_lazy("Sum of parts"),
    "compare": gettext_lazy("Between metrics"),
    "jump": gettext_lazy("Jump"),
    "areas": gettext_lazy("Areas and city"),
}
# How a correction stands beside what is published.
_CORRECTIONS: dict[str, str | Promise] = {
    "draft": gettext_lazy("correction begun"),
    "submitted": gettext_lazy("correction under review"),
    "approved": gettext_lazy("correction approved"),
    "returned": gettext_lazy("correction returned"),
}
_SIGNS = {"<=": "≤", ">=": "≥", "=": "="}
# Fields of a form and its lines in the order in which a change names them.
SETUP_FIELDS: dict[str, str | Promise] = {
    "name_zh": gettext_lazy("Chinese name"),
    "name_en": gettext_lazy("English name"),
    "due_days": gettext_lazy("Working days"),
    "publish_apart": gettext_lazy("Published in a step of its own"),
    "unconfirmed": gettext_lazy("not confirmed"),
    "required": gettext_lazy("Has to be filled in"),
    "first_day": gettext_lazy("From"),
    "last_day": gettext_lazy("Last day"),
}
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
        text = _("%(state)s (handed in late)") % {"state": text}
    if standing.correcting:
        running = _CORRECTIONS[standing.correcting]
        return _("%(state)s, %(correction)s") % {"state": text, "correction": running}
    return text


@register.filter
def standing_shape(standing: Standing) -> str:
    """The class that gives the shape and colour."""
    if standing.overdue:
        return "status-bad"
    if standing.correcting in ("submitted", "approved", "returned"):
        return "status-watch"
    if standing.word == "published":
        return "status-late" if standing.late else "status-good"
    return "status-watch" if standing.word in ("submitted", "approved", "returned") else ""


@register.filter
def may_report(actor: Actor) -> bool:
    """Whether this person ever has anything to report."""
    return actor.may("reporting.report")


@register.filter
def may_review(actor: Actor) -> bool:
    """Whether anything can ever wait for this person: figures, extensions, closed periods."""
    reviews = ("reporting.review", "reporting.approve", "reporting.manage")
    return any(actor.may(permission) for permission in reviews)


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
        return _("less than a working day")
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
def explained(event: SubmissionEvent) -> list[tuple[str, str]]:
    """The warnings that were kept with a hand-in, each with the reason that was given."""
    facts = ("severity", "code", "key", "rule", "values")
    return [
        (
            problem_text(Problem(**{name: kept[name] for name in facts})),
            event.values.get(kept["key"], {}).get("reason", ""),
        )
        for kept in event.problems
    ]


@register.filter
def extension_label(event: ExtensionEvent) -> str:
    return str(ExtensionEvent.Kind(event.kind).label)


@register.filter
def lock_label(event: LockEvent) -> str:
    return str(LockEvent.Kind(event.kind).label)


@register.filter
def rule_kind(rule: Rule) -> str:
    return str(RULE_KINDS[rule.kind])


@register.filter
def rule_title(rule: Rule, names: Mapping[str, str]) -> str:
    """What a rule is about: the names of its cells, the first two written out."""
    keys = [rule.metric] if rule.metric else [key for key, _factor in (*rule.left, *rule.right)]
    told = [names.get(key, key) for key in keys]
    more = len(told) - 2
    if more <= 0:
        return _(", ").join(told)
    return ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", more) % {
        "names": _(", ").join(told[:2]),
        "n": more,
    }


@register.filter
def in_words(rule: Rule, names: Mapping[str, str] | None = None) -> str:
    """What a rule wants, in one line; cells by their names where these are given."""
    if rule.kind == "range":
        bounds = [
            f"≥ {plain(rule.least)}" if rule.least is not None else "",
            f"≤ {plain(rule.most)}" if rule.most is not None else "",
            _("whole numbers") if rule.whole else "",
        ]
        return pgettext("clause", ", ").join(bound for bound in bounds if bound) or _("any number")
    if rule.kind == "jump":
        text = _("a change of more than %(percent)s %% that its own past does not know") % {
            "percent": plain(rule.percent)
        }
        if rule.least:
            text += _(", and of %(least)s or more") % {"least": plain(rule.least)}
        return text
    if rule.kind == "areas":
        return _("the areas add up to the city") + _room(rule)
    left, right = _terms(rule.left, names), _terms(rule.right, names, rule.constant)
    return f"{left} {_SIGNS[rule.sign]} {right}{_room(rule)}"


def _room(rule: Rule) -> str:
    """The tolerances that are set."""
    told = [
        f"{plain(rule.tolerance)}%" if rule.tolerance else "",
        plain(rule.slack) if rule.slack else "",
    ]
    if not any(told):
        return ""
    return _(", within %(room)s") % {"room": " + ".join(each for each in told if each)}


def _terms(
    terms: tuple[tuple[str, Decimal], ...],
    names: Mapping[str, str] | None,
    constant: Decimal = Decimal(0),
) -> str:
    named = [((names or {}).get(key, key), factor) for key, factor in terms]
    told = [name if factor == 1 else f"{plain(factor)} × {name}" for name, factor in named]
    if constant or not told:
        told.append(plain(constant))
    return " + ".join(told)


@register.filter
def frequency_label(code: str) -> str:
    return str(Frequency(code).label)


@register.filter
def first_period(form: Form) -> str:
    """The first that was asked for; `form` comes `with_first_owed`."""
    owed = getattr(form, "first_owed", None) or form.first_day
    return str(Period.of(min(owed, form.first_day), form.frequency))  # type: ignore[arg-type]


@register.filter("is")
def is_same(text: str, other: str) -> bool:
    """For `{% with %}` and `{% include %}`, which know no comparison."""
    return text == other


@register.filter
def setup_line(event: SetupEvent, names: Mapping[str, str] | None) -> str:
    """The line that an event is about; empty where it is about the whole."""
    key = str(event.after.get("line", ""))
    return (names or {}).get(key, key)


@register.filter
def setup_label(event: SetupEvent) -> str:
    return str(SetupEvent.Kind(event.kind).label)


@register.filter
def setup_changes(event: SetupEvent) -> list[str]:
    """What an event changed, a line a field: `Due days: 10 → 12`."""
    return [
        _("%(field)s: %(said)s") % {"field": label, "said": _change(event, name)}
        for name, label in SETUP_FIELDS.items()
        if name in event.after and event.kind not in ("retired", "restored", "confirmed")
    ]


def _change(event: SetupEvent, name: str) -> str:
    after = _said(event.after.get(name))
    return f"{_said(event.before[name])} → {after}" if name in event.before else after


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value in (None, "") else str(value)


@register.filter
def comment_in(
    row: ObligationRow, comments: Mapping[int, SubmissionEvent]
) -> SubmissionEvent | None:
    """The step that returned a task's submission."""
    return comments.get(row.submission.pk) if row.submission else None
