"""Grants of the three rights: the list, one with what it stands on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shucheng.bays.data.queries.granting import grant_page, grants_page
from shucheng.bays.data.views.granting_graph import drawn
from shucheng.kernel.public import actor_for


@require_safe
def grants(request: HttpRequest) -> HttpResponse:
    page = grants_page(request.GET.dict(), actor=actor_for(request))
    return render(request, "data/grants.html", {"page": page, "simulated": page.simulated})


@require_safe
def grant(request: HttpRequest, code: str) -> HttpResponse:
    page = grant_page(code, actor=actor_for(request))
    context = {
        "page": page,
        "line": page.line,
        "grant": page.line.row,
        "graph": drawn(page.graph),
        "simulated": page.line.row.simulated,
    }
    return render(request, "data/grant.html", context)
