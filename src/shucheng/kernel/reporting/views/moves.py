"""The steps of a submission and decisions about extensions, each from a form with its revision."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound, ShuchengError
from shucheng.kernel.files.views import handed_out
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.actions import moves as write
from shucheng.kernel.reporting.actions.obligations import decide_extension
from shucheng.kernel.reporting.actions.steps import find_submission
from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.queries.told import evidence_file
from shucheng.kernel.reporting.views.sheet import task_response
from shucheng.lib.numbers import whole_number


def _give_back(submission_id: int, revision: int, *, actor: Actor, comment: str) -> Submission:
    return write.return_submission(submission_id, revision, comment, actor=actor)


STEPS: dict[str, tuple[Callable[..., Submission], str | Promise]] = {
    "withdraw": (write.withdraw, gettext_lazy("Taken back: it is a draft again.")),
    "approve": (write.approve, gettext_lazy("Approved.")),
    "return": (_give_back, gettext_lazy("Returned with your comment.")),
    "publish": (
        write.publish,
        gettext_lazy("Published: the figures are in the cockpit and under “Monitoring” now."),
    ),
    "drop": (
        write.drop_correction,
        gettext_lazy("The correction was given up; what is published stays."),
    ),
}


# What an approval led to: where it waits now, or where its figures are to be seen.
_APPROVED: dict[str, str | Promise] = {
    State.SUBMITTED: gettext_lazy("Approved. It waits for the plan office now."),
    State.APPROVED: gettext_lazy("Approved. It is published in a step of its own."),
    State.PUBLISHED: gettext_lazy(
        "Approved and published: the figures are in the cockpit and under “Monitoring” now."
    ),
}


@require_POST
def step(request: HttpRequest, submission_id: int, move: str) -> HttpResponse:
    if move not in STEPS:
        raise NotFound(_("This page"))
    take, done = STEPS[move]
    actor = actor_for(request)
    obligation_id = find_submission(submission_id).obligation_id
    revision = whole_number(request.POST.get("revision", "")) or 0
    try:
        moved = take(submission_id, revision, actor=actor, comment=request.POST.get("comment", ""))
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return task_response(request, obligation_id, error=error)
    messages.success(request, str(_APPROVED.get(moved.state, done) if move == "approve" else done))
    if move in ("approve", "return", "publish"):
        return redirect("reporting:inbox")
    return redirect("reporting:task", obligation_id)


@require_POST
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    granted = request.POST.get("granted") == "1"
    decided = decide_extension(
        request_id, granted, request.POST.get("reason", ""), actor=actor_for(request)
    )
    done = _("The extension was granted.") if granted else _("The extension was refused.")
    messages.success(request, done)
    if request.POST.get("back") == "inbox":
        return redirect("reporting:inbox")
    return redirect("reporting:task", decided.obligation_id)


@require_safe
def open_evidence(request: HttpRequest, submission_id: int, file_id: int) -> HttpResponse:
    actor = actor_for(request)
    return handed_out(evidence_file(submission_id, file_id, actor=actor), actor=actor)
