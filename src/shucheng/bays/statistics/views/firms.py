"""The register: its list, one firm, and an honour told by hand."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.actions.honours import tell_honour
from shucheng.bays.statistics.queries.firm import firm_page
from shucheng.bays.statistics.queries.firm_rung import firm_rung
from shucheng.bays.statistics.queries.firms import MOST_SAVED, firms_page
from shucheng.bays.statistics.queries.import_words import HONOURS
from shucheng.bays.statistics.views.posting import posted
from shucheng.kernel.public import Conflict, Invalid, actor_for


@require_safe
def firms(request: HttpRequest) -> HttpResponse:
    page = firms_page(request.GET, actor=actor_for(request))
    context = {
        "page": page,
        "asked": page.asked,
        "honours": HONOURS.items(),
        "query": _without_page(request.GET),
        "most": MOST_SAVED,
        "simulated": page.simulated,
    }
    return render(request, "statistics/firms.html", context)


@require_safe
def firm(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


@posted("statistics:firm", "code")
def honour(request: HttpRequest, code: str) -> HttpResponse:
    sent = request.POST
    withdrawn = sent.get("withdrawn") == "1"
    try:
        tell_honour(
            code,
            sent.get("kind", ""),
            since=_day(sent.get("since", "")),
            until=_day(sent.get("until", "")),
            level=sent.get("level", "")[:20],
            reason=sent.get("reason", ""),
            withdrawn=withdrawn,
            actor=actor_for(request),
        )
    except (Conflict, Invalid) as error:
        return _page(request, code, error)
    told = _("The honour is withdrawn.") if withdrawn else _("The honour is kept.")
    messages.success(request, told)
    return redirect("statistics:firm", code)


def csv_answer(name: str, text: str) -> HttpResponse:
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{name}.csv") or ""
    )
    return response


def _page(request: HttpRequest, code: str, error: Conflict | Invalid | None = None) -> HttpResponse:
    page = firm_page(code, actor=actor_for(request))
    context = {
        "page": page,
        "firm": page.firm,
        "rung": firm_rung(
            (page.firm.merged_into or page.firm).credit_code, request.GET.get("rung", "")
        ),
        "honours": HONOURS.items(),
        "error": error,
        "errors": error.fields if isinstance(error, Invalid) else {},
        "typed": request.POST.dict() if error else {},
        "simulated": page.simulated,
    }
    return render(request, "statistics/firm.html", context, status=error.status if error else 200)


def _without_page(given: QueryDict) -> str:
    kept = given.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
