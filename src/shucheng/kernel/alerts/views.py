from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shucheng.kernel.alerts.queries import open_alerts
from shucheng.kernel.identity.actors import actor_for


def alerts(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/list.html", {"alerts": open_alerts(actor_for(request))})
