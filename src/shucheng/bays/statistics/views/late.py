"""The firms that have not reported a month."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.queries.batches import returns_waiting
from shucheng.bays.statistics.queries.late import EVERY, MOST, RECENT, late_page
from shucheng.kernel.public import actor_for


@require_safe
def late(request: HttpRequest) -> HttpResponse:
    page = late_page(request.GET.dict(), actor=actor_for(request))
    context = {
        "page": page,
        "most": MOST,
        "every": EVERY,
        "recent": RECENT,
        "query": request.GET.urlencode(),
        "waiting": returns_waiting(),
        "simulated": bool(page and page.simulated),
    }
    return render(request, "statistics/late.html", context)
