"""Load a plan, watch it compile, publish or discard what came out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from shucheng.kernel.public import Invalid, actor_for
from shucheng.plan.actions.load import discard_version, load_plan
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import VersionState
from shucheng.plan.queries.versions import version_for, versions


@require_GET
def version_list(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = versions(actor=actor)
    return render(
        request,
        "plan/versions.html",
        {"versions": found, "plans": {version.plan for version in found}},
    )


@require_POST
def load(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid(
            "plan.no_file",
            _("No file was chosen."),
            _("Choose the plan's file (.docx, .pdf, .html, .md or .txt), then load it."),
        )
    version = load_plan(
        upload.name or "plan",
        upload.read(),
        plan_code=request.POST.get("plan", ""),
        actor=actor_for(request),
    )
    return redirect("plan:version", version.pk)


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
    if version.state in (VersionState.PUBLISHED, VersionState.SUPERSEDED):
        return redirect("plan:text", version.pk)
    part = "compiling_state" if request.htmx else "compiling"  # type: ignore[attr-defined]
    return render(request, f"plan/{part}.html", {"version": version, "job": version.job})


@require_POST
def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    # Without a number nobody has seen what is published: that is a conflict, not a defect.
    seen = request.POST.get("revision", "")
    revision = int(seen) if seen.isdecimal() else -1
    version = publish_version(version_id, revision, actor=actor_for(request))
    messages.success(request, _("Version %(n)s is published.") % {"n": version.number})
    return redirect("cockpit:home")


@require_POST
def discard(request: HttpRequest, version_id: int) -> HttpResponse:
    discard_version(version_id, actor=actor_for(request))
    messages.success(request, _("The version was laid aside."))
    return redirect("plan:versions")
