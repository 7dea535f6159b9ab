"""Who is told what of a step, in the transaction of that step; the clock delivers it."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.reminders.actions.sending import send_reminder
from shucheng.kernel.reporting.models import (
    ExtensionEvent,
    FormKind,
    LockEvent,
    Obligation,
    Submission,
    SubmissionEvent,
)
from shucheng.kernel.reporting.standing_in import without_reviewer


def tell_published(submission: Submission, event: SubmissionEvent, *, actor: Actor) -> None:
    """Its organisation: the figures are published."""
    obligation = submission.obligation

    def text() -> str:
        said = [_what(obligation), _("Approved by %(name)s.") % {"name": event.person_name}]
        return "\n".join([*said, event.comment] if event.comment else said)

    send_reminder(
        "reporting.published",
        to_organisation=obligation.organisation_id,
        subject=lambda: _("Your figures are published"),
        text=text,
        link=reverse("reporting:task", args=[obligation.pk]),
        once_key=f"reporting:published:{event.pk}",
        actor=actor,
    )


def tell_extension(event: ExtensionEvent, *, actor: Actor) -> None:
    """Who decides hears of a request, and its organisation of the decision."""
    obligation = event.obligation
    subjects = {
        ExtensionEvent.Kind.ASKED: lambda: _("An extension is asked for"),
        ExtensionEvent.Kind.GRANTED: lambda: _("The extension is granted"),
        ExtensionEvent.Kind.REFUSED: lambda: _("The extension is refused"),
    }

    def text() -> str:
        day = _("New due day: %(day)s") % {"day": date_format(event.until, "Y-m-d")}
        said = [f"{obligation.organisation.label}: {_what(obligation)}", day]
        return "\n".join([*said, _said_by(event.person_name, event.reason)])

    kind = ExtensionEvent.Kind(event.kind)
    asked = kind is ExtensionEvent.Kind.ASKED
    reviewer = obligation.form.owner_id if obligation.form.kind == FormKind.AREA else None
    if reviewer is not None and without_reviewer([reviewer]):
        reviewer = None
    roles: Collection[Role] = (Role.LIAISON,)
    if asked:
        roles = (Role.REVIEWER,) if reviewer else (Role.PLAN_OFFICE,)
    send_reminder(
        f"reporting.extension_{kind}",
        to_organisation=reviewer if asked else obligation.organisation_id,
        roles=roles,
        subject=subjects[kind],
        text=text,
        link=reverse("reporting:task", args=[obligation.pk]),
        once_key=f"reporting:extension:{event.pk}",
        actor=actor,
    )


def tell_reopening_asked(event: LockEvent, *, actor: Actor) -> None:
    """The plan office: somebody asks to reopen a period."""
    send_reminder(
        "reporting.reopening_asked",
        roles=(Role.PLAN_OFFICE,),
        subject=lambda: _("The reopening of %(period)s is asked for") % {"period": event.period},
        text=lambda: f"{_closed(event)}\n{_said_by(event.person_name, event.reason)}",
        link=reverse("reporting:locks"),
        once_key=f"reporting:reopening:{event.pk}",
        actor=actor,
    )


def tell_reopened(event: LockEvent, persons: Collection[int], *, actor: Actor) -> None:
    """Those who asked for it: the period is open again."""
    for person in persons:
        send_reminder(
            "reporting.reopened",
            to_person=person,
            subject=lambda: _("%(period)s is open again") % {"period": event.period},
            text=lambda: f"{_closed(event)}\n{_said_by(event.person_name, event.reason)}",
            link=reverse("reporting:tasks"),
            once_key=f"reporting:reopening:{event.pk}:{person}",
            actor=actor,
        )


def _what(obligation: Obligation) -> str:
    return _("%(form)s, %(period)s") % {"form": obligation.form.name, "period": obligation.period}


def _closed(event: LockEvent) -> str:
    form = event.form.name if event.form else pgettext("reporting", "All forms")
    return _("%(form)s, %(period)s") % {"form": form, "period": event.period}


def _said_by(name: str, words: str) -> str:
    return _("%(name)s: %(words)s") % {"name": name, "words": words} if words else name
