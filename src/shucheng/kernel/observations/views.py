"""Pages of the spine's raw material: metrics, one metric, one observation."""

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shucheng.kernel.errors import Invalid
from shucheng.kernel.files.queries import may_open
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.observations.actions.metrics import confirm_metric
from shucheng.kernel.observations.actions.values import correct_observation
from shucheng.kernel.observations.behind import behind
from shucheng.kernel.observations.models import Status
from shucheng.kernel.observations.origins import origin_of
from shucheng.kernel.observations.queries import (
    city_area_code,
    histories,
    history,
    metric_with_versions,
    metrics_list,
    observation_with_context,
    series,
)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = metrics_list(words, actor=actor_for(request))
    return render(request, "observations/metrics.html", {"rows": found, "words": words})


@require_GET
def metric(request: HttpRequest, code: str) -> HttpResponse:
    """A metric's definition, its earlier ones, and its series in one area."""
    actor = actor_for(request)
    found, versions = metric_with_versions(code, actor=actor)
    area = request.GET.get("area") or city_area_code()
    rows = series(code, area, actor=actor)
    earlier = histories(rows)
    return render(
        request,
        "observations/metric.html",
        {
            "metric": found,
            "version": versions[0] if versions else None,
            "versions": versions,
            "areas": apps.get_model("identity", "Area")._default_manager.all(),
            "area": area,
            "rows": [(row, earlier[row.pk]) for row in rows],
        },
    )


@require_POST
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    confirm_metric(code, actor=actor_for(request))
    messages.success(request, _("The definition is confirmed."))
    return redirect("observations:metric", code)


@require_http_methods(["GET", "POST"])
def observation(request: HttpRequest, observation_id: int) -> HttpResponse:
    """One value, every vintage of it, and the form to correct it."""
    actor = actor_for(request)
    shown = observation_with_context(observation_id, actor=actor)
    refused: Invalid | None = None
    if request.method == "POST":
        try:
            new = correct_observation(
                observation_id,
                request.POST.get("value", "").strip() or None,
                actor=actor,
                reason=request.POST.get("reason", "").strip(),
                status=request.POST.get("status", ""),
            )
        except Invalid as error:
            refused = error
        else:
            messages.success(request, _("The correction is recorded; the earlier value is kept."))
            return redirect("observations:observation", new.pk)
    metric, origin = shown.metric_version.metric, origin_of(shown)
    files = origin.files if origin else filter(None, (shown.evidence,))
    return render(
        request,
        "observations/observation.html",
        {
            "observation": shown,
            "metric": metric,
            "version": shown.metric_version,
            "history": history(shown),
            "origin": origin,
            "behind": behind(shown, actor=actor),
            "evidence": [(file, may_open(file, actor)) for file in files],
            "statuses": Status.choices,
            "error": refused,
            "may_correct": not hasattr(shown, "superseded_by")
            and not shown.is_measured
            and actor.may("observations.record", shown.organisation_id or metric.owner_id or -1),
        },
        status=refused.status if refused else 200,
    )
