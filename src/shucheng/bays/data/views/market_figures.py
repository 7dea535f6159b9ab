"""Figures of the market."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shucheng.bays.data.queries.market_figures import figures_page
from shucheng.kernel.public import actor_for


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    page = figures_page(request.GET, actor=actor_for(request))
    return render(request, "data/market_figures.html", {"page": page, "simulated": page.simulated})
