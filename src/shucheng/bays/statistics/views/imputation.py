"""Late firms by month, and whether they are counted by imputed returns."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shucheng.bays.statistics.actions.imputing import choose_imputation
from shucheng.bays.statistics.queries.imputing import NAMES, WHAT_IT_DOES, imputation_page
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number


@require_http_methods(["GET", "HEAD", "POST"])
def imputation(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("statistics.define")
    sent = request.POST
    period = whole_number(sent.get("period") or request.GET.get("period", "")) or 0
    error: Conflict | Invalid | None = None
    if request.method == "POST":
        methods = [] if "off" in sent else sent.getlist("methods")
        try:
            choose_imputation(
                period,
                methods,
                number=whole_number(sent.get("number", "")) or 0,
                reason=sent.get("reason", ""),
                actor=actor,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            text = (
                _("Late firms of this month are counted by imputed returns from now on.")
                if methods
                else _("Nothing is imputed for this month any more.")
            )
            messages.success(request, text)
            return redirect(f"{reverse('statistics:imputation')}?period={period}")
    page = imputation_page(period, actor=actor)
    context = {
        "page": page,
        "now": page.now,
        "names": NAMES,
        "about": WHAT_IT_DOES,
        "error": error,
        "errors": error.fields if isinstance(error, Invalid) else {},
        "typed": sent if error else {},
        "simulated": page.simulated,
    }
    status = error.status if error else 200
    return render(request, "statistics/imputation.html", context, status=status)
