"""Load a plan, watch it compile, take a file off the list that is no plan."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.plan.actions.load import KINDS, load_plan, remove_upload
from shucheng.plan.models import VersionState
from shucheng.plan.queries.plans import read_plans
from shucheng.plan.queries.versions import is_stuck, version_for, versions
from shucheng.plan.views.back import posted_only, to_list
from shucheng.plan.views.faster import somebody_was_faster

BY_TITLE = "?"


@require_GET
def version_list(request: HttpRequest) -> HttpResponse:
    return _list(request)


@posted_only(to_list)
def load(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("plan.manage")
    upload = request.FILES.get("file")
    plan = request.POST.get("plan", BY_TITLE)
    try:
        if upload is None:
            text = _("No file was chosen.")
            raise Invalid(
                "plan.no_file",
                text,
                _("Choose the plan's file (.docx, .pdf, .html, .md or .txt), then load it."),
                {"file": str(text)},
            )
        version = load_plan(
            upload.name or "plan",
            upload.read(),
            plan_code="" if plan == BY_TITLE else plan,
            by_title=plan == BY_TITLE,
            actor=actor,
        )
    except Invalid as error:
        return _list(request, error)
    return redirect("plan:version", version.pk)


def _list(request: HttpRequest, error: Invalid | None = None) -> HttpResponse:
    """All versions and the form to load one; with what was wrong beside the form's field."""
    actor = actor_for(request)
    found = list(versions(actor=actor))
    context = {
        "versions": found,
        "current": next((v for v in found if v.state == VersionState.PUBLISHED), None),
        "plans": read_plans(actor=actor) if actor.may("plan.manage") else (),
        "kinds": ",".join(KINDS),
        "by_title": BY_TITLE,
        "chosen": request.POST.get("plan", BY_TITLE),
        "error": error,
    }
    return render(request, "plan/versions.html", context, status=error.status if error else 200)


@require_GET
def version_page(request: HttpRequest, version_id: int) -> HttpResponse:
    """Where a version stands; while it compiles the page asks again every second."""
    version = version_for(version_id, actor=actor_for(request))
    if version.state == VersionState.REVIEW:
        if request.htmx:  # type: ignore[attr-defined]
            response = HttpResponse()
            response["HX-Redirect"] = request.path + "review/"
            return response
        return redirect("plan:review", version.pk)
    if version.state in (VersionState.PUBLISHED, VersionState.SUPERSEDED, VersionState.DISCARDED):
        return redirect("plan:text", version.pk)
    part = "compiling_state" if request.htmx else "compiling"  # type: ignore[attr-defined]
    context = {"version": version, "job": version.job, "stuck": is_stuck(version)}
    return render(request, f"plan/{part}.html", context)


@posted_only(to_list)
def remove(request: HttpRequest, version_id: int) -> HttpResponse:
    try:
        name = remove_upload(version_id, actor=actor_for(request))
    except Conflict as error:
        return somebody_was_faster(request, version_id, error)
    messages.success(request, _("“%(file)s” is off the list.") % {"file": name})
    return redirect("plan:versions")
