"""Indexes: the list, one over its areas, one area explained, computing, the definition."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.statistics.actions.definitions import publish_definition
from shucheng.bays.statistics.actions.indexes import compute_index
from shucheng.bays.statistics.models import Definition
from shucheng.bays.statistics.queries.index_area import area_page
from shucheng.bays.statistics.queries.index_definitions import (
    differences,
    index_history,
    index_in_force,
)
from shucheng.bays.statistics.queries.index_words import FACTORS, method
from shucheng.bays.statistics.queries.indexes import index_list, index_page
from shucheng.bays.statistics.views.downloads import FILES
from shucheng.bays.statistics.views.index_charts import rank_intervals
from shucheng.bays.statistics.views.questionnaires import show_questionnaire
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def indexes(request: HttpRequest) -> HttpResponse:
    lines = index_list(actor=actor_for(request))
    context = {
        "lines": lines,
        "simulated": any(line.run and line.run.simulated for line in lines),
    }
    return render(request, "statistics/indexes.html", context)


@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    if index_in_force(code).is_questionnaire:
        return show_questionnaire(request, code)
    return _index(request, code, request.GET.get("period", ""))


def _index(
    request: HttpRequest, code: str, period: str, error: Invalid | None = None
) -> HttpResponse:
    page = index_page(code, period, actor=actor_for(request))
    run = page.run
    study = run.result["study"] if run else None
    ranked = len(page.areas) > 1
    context: dict[str, Any] = {
        "page": page,
        "run": run,
        "ranked": ranked,
        "study": study if ranked else None,
        # Of the one area that there is: where nine in ten of its drawn scores lie.
        "likely": [study["score_levels"][at][0] for at in (0, -1)]
        if study and not ranked
        else None,
        "draws": study["draws"] if study else 0,
        "chart": rank_intervals(page.areas),
        "factors": [(FACTORS[one.code], one) for one in page.factors],
        "method": method(page.definition, run.result if run else None),
        "error": error,
        "files": FILES,
        "simulated": bool(run and run.simulated),
    }
    status = error.status if error else 200
    return render(request, "statistics/index.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def compute(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("statistics:index", code)
    period = request.POST.get("period", "")
    try:
        run = compute_index(code, period, actor=actor_for(request))
    except Invalid as error:
        return _index(request, code, period, error)
    messages.success(request, _("The index is computed from what is known now."))
    return redirect(f"{reverse('statistics:index', args=[code])}?period={run.period}")


@require_safe
def index_area(request: HttpRequest, code: str, area: str) -> HttpResponse:
    found = area_page(code, area, request.GET.get("period", ""), actor=actor_for(request))
    context = {
        "found": found,
        "page": found.page,
        "line": found.line,
        "run": found.run,
        "files": FILES,
        "simulated": bool(found.run and found.run.simulated),
    }
    return render(request, "statistics/index_area.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def index_definition(request: HttpRequest, code: str) -> HttpResponse:
    """The text that the index is computed by; published anew as its next number."""
    actor = actor_for(request)
    history = index_history(code, actor=actor)
    error: Conflict | Invalid | None = None
    text = request.POST.get("text", history.now.text).replace("\r\n", "\n")
    if request.method == "POST" and "preview" not in request.POST:
        try:
            publish_definition(
                Definition.Kind.INDEX,
                text,
                code=code,
                number=_number(request.POST.get("number", "")),
                reason=request.POST.get("reason", ""),
                actor=actor,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The definition is published. Compute the index anew."))
            return redirect("statistics:index_definition", code)
    context = {
        "history": history,
        "now": history.now,
        "text": text,
        "reason": request.POST.get("reason", ""),
        "changes": differences(history.now.text, text) if request.method == "POST" else "",
        "preview": "preview" in request.POST,
        "error": error,
        "errors": error.fields if isinstance(error, Invalid) else {},
        "may_publish": actor.may("statistics.define"),
    }
    status = error.status if error else 200
    return render(request, "statistics/index_definition.html", context, status=status)


def _number(text: str) -> int:
    found = whole_number(text)
    return -1 if found is None else found
