"""The page of alerts: what is open, what was resolved and how."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shucheng.kernel.alerts.actions import resolve_alert, see_alert
from shucheng.kernel.alerts.queries import alerts_list
from shucheng.kernel.identity.actors import actor_for


@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    resolved = request.GET.get("resolved") == "1"
    found = alerts_list(actor=actor_for(request), resolved=resolved)
    return render(request, "alerts/list.html", {"alerts": found, "resolved": resolved})


@require_POST
def see(request: HttpRequest, alert_id: int) -> HttpResponse:
    see_alert(alert_id, actor=actor_for(request))
    return redirect("alerts:list")


@require_POST
def resolve(request: HttpRequest, alert_id: int) -> HttpResponse:
    resolve_alert(alert_id, request.POST.get("resolution", ""), actor=actor_for(request))
    messages.success(request, _("The alert is resolved."))
    return redirect("alerts:list")
