"""What becomes of a reviewed version: say what will happen, ask, do it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.actions.force import make_current, move_version
from shucheng.plan.actions.load import discard_version
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import VersionState
from shucheng.plan.queries.publication import publication
from shucheng.plan.queries.versions import current_version, version_for
from shucheng.plan.views.back import posted_only, to_review
from shucheng.plan.views.faster import somebody_was_faster


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    """GET says what will be published and asks; POST publishes."""
    if request.method == "GET":
        return _ask(request, version_id, "plan/publish.html")
    seen = whole_number(request.POST.get("revision", ""))
    try:
        version = publish_version(
            version_id,
            # Without a number nobody has seen what is published: a conflict, not a defect.
            -1 if seen is None else seen,
            decisions=whole_number(request.POST.get("decisions", "")),
            sure=bool(request.POST.get("sure")),
            actor=actor_for(request),
        )
    except Conflict as error:
        if version_for(version_id, actor=actor_for(request)).state == VersionState.REVIEW:
            return _ask(request, version_id, "plan/publish.html", error)
        return somebody_was_faster(request, version_id, error)
    except Invalid as error:
        return _ask(request, version_id, "plan/publish.html", error)
    said = _("“%(title)s”, version %(n)s, is published and in force.")
    messages.success(request, said % {"title": version, "n": version.number})
    return redirect("cockpit:home")


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, version_id: int) -> HttpResponse:
    if request.method == "GET":
        return _ask(request, version_id, "plan/discard.html")
    try:
        version = discard_version(version_id, actor=actor_for(request))
    except Conflict as error:
        return somebody_was_faster(request, version_id, error)
    said = _("The reading of “%(file)s” was laid aside; it stays readable in this list.")
    messages.success(request, said % {"file": version.source.name})
    return redirect("plan:versions")


@require_http_methods(["GET", "POST"])
def in_force(request: HttpRequest, version_id: int) -> HttpResponse:
    """Put a former version in force again."""
    actor = actor_for(request)
    if request.method == "GET":
        actor.require("plan.manage")
        version = version_for(version_id, actor=actor)
        if version.state != VersionState.SUPERSEDED:
            return redirect("plan:versions")
        context = {"version": version, "current": current_version()}
        return render(request, "plan/in_force.html", context)
    try:
        version = make_current(version_id, actor=actor)
    except Conflict as error:
        return somebody_was_faster(request, version_id, error)
    said = _("“%(title)s”, version %(n)s, is in force now.")
    messages.success(request, said % {"title": version, "n": version.number})
    return redirect("plan:versions")


@posted_only(to_review)
def move(request: HttpRequest, version_id: int) -> HttpResponse:
    """File a version under review as a revision of a known plan, or as a plan of its own."""
    try:
        version = move_version(version_id, request.POST.get("plan", ""), actor=actor_for(request))
    except Conflict as error:
        return somebody_was_faster(request, version_id, error)
    said = (
        _("It is a later revision of “%(title)s” now.")
        if request.POST.get("plan")
        else _("It is a plan of its own now: “%(title)s”.")
    )
    messages.success(request, said % {"title": version.plan})
    return redirect("plan:review", version.pk)


def _ask(
    request: HttpRequest, version_id: int, template: str, error: Conflict | Invalid | None = None
) -> HttpResponse:
    found = publication(version_id, actor=actor_for(request))
    if found.version.state != VersionState.REVIEW:
        return redirect("plan:version", version_id)
    context = {"publication": found, "version": found.version, "error": error}
    return render(request, template, context, status=error.status if error else 200)
