"""The firms behind a figure."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.metrics import FIGURES
from shucheng.bays.statistics.queries.behind import MOST, firms_behind
from shucheng.kernel.public import actor_for


@require_safe
def behind(request: HttpRequest, observation_id: int) -> HttpResponse:
    counted = {figure.code: figure.counted for figure in FIGURES}
    found = firms_behind(observation_id, counted, actor=actor_for(request))
    return render(
        request,
        "statistics/behind.html",
        {
            "found": found,
            "observation": found.observation,
            "most": MOST,
            "simulated": found.observation.is_simulated,
        },
    )
