"""Accounts, the firms behind a cell, growth, the plan's industries."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.actions.exporting import FORMS, export_account
from shucheng.bays.statistics.engine.table_files import LABELS
from shucheng.bays.statistics.queries.accounts import account_page
from shucheng.bays.statistics.queries.choices import MEASURES
from shucheng.bays.statistics.queries.firms_behind import MOST, firms_behind
from shucheng.bays.statistics.queries.growing import PARTS, growth_page
from shucheng.bays.statistics.queries.plan_industries import industries_page
from shucheng.kernel.public import actor_for


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    page = account_page(request.GET, actor=actor_for(request))
    context = {
        "page": page,
        "table": page.table,
        "measures": MEASURES.values(),
        "forms": {label: form for form, label in LABELS.items()},
        "simulated": page.table is not None and page.table.simulated,
    }
    return render(request, "statistics/accounts.html", context)


@require_safe
def download(request: HttpRequest, form: str) -> HttpResponse:
    name, content = export_account(request.GET, form, actor=actor_for(request))
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)


@require_safe
def firms(request: HttpRequest) -> HttpResponse:
    found = firms_behind(request.GET, actor=actor_for(request))
    context = {"found": found, "most": MOST, "simulated": found is not None and found.simulated}
    return render(request, "statistics/accounts_firms.html", context)


@require_safe
def growth(request: HttpRequest) -> HttpResponse:
    page = growth_page(request.GET, actor=actor_for(request))
    context = {
        "page": page,
        "parts": PARTS.values(),
        "picture_types": ("PNG", "SVG", "CSV"),
        "simulated": page is not None and page.simulated,
    }
    return render(request, "statistics/accounts_growth.html", context)


@require_safe
def industries(request: HttpRequest) -> HttpResponse:
    page = industries_page(request.GET, actor=actor_for(request))
    context = {"page": page, "simulated": page is not None and page.simulated}
    return render(request, "statistics/accounts_industries.html", context)
