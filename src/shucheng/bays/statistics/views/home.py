"""The bay's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.queries.choices import period_words
from shucheng.bays.statistics.queries.overview import overview
from shucheng.kernel.public import actor_for


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    found = overview(actor=actor_for(request))
    title = _("Core industries of the digital economy")
    context = {
        "found": found,
        "core_title": f"{title} · {period_words(found.newest)}" if found.newest else title,
        "pages": _pages(),
        "simulated": found.simulated,
    }
    return render(request, "statistics/home.html", context)


def _pages() -> tuple[tuple[str, str, str], ...]:
    """Where to go on: address, name, what stands there."""
    return (
        (
            reverse("statistics:accounts"),
            _("Economic accounts"),
            _("Revenue, value added, people and R&D by class, area and size."),
        ),
        (
            reverse("statistics:growth"),
            _("Growth"),
            _("Nominal beside comparable scope, and where the change comes from."),
        ),
        (
            reverse("statistics:industries"),
            _("Industries of the plan"),
            _("What the industries the plan names earn, and what they share."),
        ),
    )
