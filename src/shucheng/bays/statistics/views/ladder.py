"""The ladder of firms: its rungs by area, the pipeline beside the plan, who is near a rung."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.queries.ladder import STATES, ladder_page
from shucheng.bays.statistics.views.downloads import FILES
from shucheng.kernel.public import actor_for

_ASKED = ("rung", "area", "state", "lacks", "show")


@require_safe
def ladder(request: HttpRequest) -> HttpResponse:
    page = ladder_page(request.GET, actor=actor_for(request))
    context = {
        "page": page,
        "states": STATES.items(),
        "files": FILES,
        "query": urlencode({name: request.GET.get(name, "") for name in _ASKED}),
        "simulated": page is not None and page.simulated,
    }
    return render(request, "statistics/ladder.html", context)
