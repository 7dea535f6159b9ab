"""How an obligation stands today, from its submissions and extensions."""

from datetime import date

from django.utils import timezone

from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.engine.standing import Standing, standing
from shucheng.kernel.reporting.models import ExtensionEvent, Obligation


def effective_due(obligation: Obligation) -> date:
    """The day that holds: the latest one granted, or the form's."""
    granted = [
        event.until
        for event in obligation.extensions.all()
        if event.kind == ExtensionEvent.Kind.GRANTED
    ]
    return max([obligation.due_on, *granted])


def standing_of(obligation: Obligation, today: date, *, hide_draft: bool = False) -> Standing:
    """How it stands; to others than its own people a draft looks like nothing begun."""
    submissions = sorted(obligation.submissions.all(), key=lambda each: each.number)
    told = tuple(
        (
            each.state,
            each.level,
            timezone.localdate(each.submitted_at) if each.submitted_at else None,
        )
        for each in submissions
        if not (hide_draft and each.state == State.DRAFT)
    )
    return standing(effective_due(obligation), today, told)
