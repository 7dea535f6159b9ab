"""Duplicates: pairs side by side, decided by a person and decided anew at any time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.actions.finding import look_for_duplicates
from shucheng.bays.statistics.actions.linking import decide_link
from shucheng.bays.statistics.queries.duplicates import duplicates_page
from shucheng.bays.statistics.views.posting import posted
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    return _page(request)


@posted("statistics:duplicates")
def find(request: HttpRequest) -> HttpResponse:
    try:
        look_for_duplicates(actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return _page(request, error)
    messages.success(request, _("Duplicates are being looked for; what is found stands here."))
    return redirect("statistics:duplicates")


@posted("statistics:duplicates")
def decide(request: HttpRequest, link_id: int) -> HttpResponse:
    sent = request.POST
    try:
        decide_link(
            link_id,
            whole_number(sent.get("revision", "")) or 0,
            same=sent.get("decision") == "same",
            facts_of=sent.get("facts_of", ""),
            reason=sent.get("reason", ""),
            actor=actor_for(request),
        )
    except (Conflict, Invalid) as error:
        return _page(request, error)
    messages.success(request, _("The decision is kept; it can be decided anew."))
    return redirect("statistics:duplicates")


def _page(request: HttpRequest, error: Conflict | Invalid | None = None) -> HttpResponse:
    page = duplicates_page(
        request.GET.get("state", ""),
        whole_number(request.GET.get("page", "")) or 1,
        actor=actor_for(request),
    )
    context = {"page": page, "error": error, "simulated": page.simulated}
    status = error.status if error else 200
    return render(request, "statistics/duplicates.html", context, status=status)
