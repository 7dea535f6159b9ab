"""What everybody reads: the text, findings, duties, indicators, explanations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shucheng.kernel.public import NotFound, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.queries import duties as duty_queries
from shucheng.plan.queries import explain
from shucheng.plan.queries.area import area_page
from shucheng.plan.queries.forecasts import outlook
from shucheng.plan.queries.items import indicator_page, published_item
from shucheng.plan.queries.rules import lint_rule
from shucheng.plan.queries.standing import standing
from shucheng.plan.queries.steps import Explanation
from shucheng.plan.queries.versions import current_version, version_for
from shucheng.plan.views.asking import as_of_asked
from shucheng.plan.views.series import chart_of, course_of, csv_of


@require_GET
def text(request: HttpRequest, version_id: int) -> HttpResponse:
    """The plan's whole text; `start` and `end` light a passage."""
    version = version_for(version_id, actor=actor_for(request))
    start, end = _offset(request, "start"), _offset(request, "end")
    if not 0 <= start < end <= len(version.text):
        start = end = 0
    return render(
        request,
        "plan/text.html",
        {
            "version": version,
            "before": version.text[:start],
            "found": version.text[start:end],
            "after": version.text[end:],
        },
    )


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("plan.view")
    version = current_version()
    return render(
        request,
        "plan/findings.html",
        {
            "version": version,
            "findings": version.findings.select_related("noted_by") if version else (),
            "may_note": actor.may("plan.manage"),
        },
    )


@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = duty_queries.organisations_with_duties(actor=actor)
    # Who asked for the own duties is told that the plan names none.
    unnamed = duty_queries.unnamed(actor, found) if request.GET.get("own") else None
    return render(request, "plan/organisations.html", {"organisations": found, "unnamed": unnamed})


@require_GET
def duties(request: HttpRequest, name: str) -> HttpResponse:
    found = duty_queries.duties_of(name, actor=actor_for(request))
    context = {"duties": found, "simulated": found.simulated}
    return render(request, "plan/duties.html", context)


@require_GET
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    page = indicator_page(code, actor=actor_for(request), as_of=as_of_asked(request))
    found = standing(
        page.indicator,
        against=request.GET.get("against", ""),
        as_of=as_of_asked(request),
        actor=actor_for(request),
    )
    ahead = outlook(found.now, as_of=as_of_asked(request)) if found else None
    context = {
        "page": page,
        "standing": found,
        "ahead": ahead,
        "chart": chart_of(course_of(page, found, ahead)),
        "simulated": page.simulated or bool(found and found.simulated),
    }
    return render(request, "plan/indicator.html", context)


@require_GET
def indicator_csv(request: HttpRequest, code: str) -> HttpResponse:
    as_of = as_of_asked(request)
    page = indicator_page(code, actor=actor_for(request), as_of=as_of)
    found = standing(page.indicator, as_of=as_of, actor=actor_for(request))
    ahead = outlook(found.now, as_of=as_of) if found else None
    return csv_of(course_of(page, found, ahead))


@require_GET
def area(request: HttpRequest, code: str) -> HttpResponse:
    page = area_page(
        code,
        request.GET.get("show", ""),
        actor=actor_for(request),
        as_of=as_of_asked(request),
    )
    request.plan_in_force = page.version  # type: ignore[attr-defined]
    context = {
        "page": page,
        "comparison": page.comparison,
        "chart": chart_of(page.course.course) if page.course else None,
        "simulated": page.simulated,
    }
    return render(request, "plan/area.html", context)


@require_GET
def area_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The numbers of the chart on an area's page."""
    as_of, show = as_of_asked(request), request.GET.get("show", "")
    page = area_page(code, show, actor=actor_for(request), as_of=as_of)
    if page.course is None:
        raise NotFound(_("An indicator by area"))
    return csv_of(page.course.course)


@require_GET
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """What a lint rule means and how to resolve what it finds."""
    actor_for(request).require("plan.view")
    return render(request, "plan/rule.html", {"rule": lint_rule(rule)})


@require_GET
def task(request: HttpRequest, pk: int) -> HttpResponse:
    found = published_item("task", pk, actor=actor_for(request))
    context = {"page": found, "simulated": found.simulated}
    return render(request, "plan/task.html", context)


@require_GET
def work_point(request: HttpRequest, pk: int) -> HttpResponse:
    found = published_item("work_point", pk, actor=actor_for(request))
    context = {"page": found, "simulated": found.simulated}
    return render(request, "plan/work_point.html", context)


@require_GET
def explain_target(request: HttpRequest, pk: int) -> HttpResponse:
    return _explanation(request, explain.explain_target(pk, actor=actor_for(request)))


@require_GET
def explain_target_value(request: HttpRequest, pk: int, period: str) -> HttpResponse:
    found = explain.explain_target_value(
        pk, period, actor=actor_for(request), as_of=as_of_asked(request)
    )
    return _explanation(request, found)


@require_GET
def explain_indicator_target(request: HttpRequest, code: str, year: int) -> HttpResponse:
    found = explain.explain_indicator_target(code, year, actor=actor_for(request))
    return _explanation(request, found)


@require_GET
def explain_value(request: HttpRequest, code: str, period: str) -> HttpResponse:
    found = explain.explain_value(
        code,
        period,
        actor=actor_for(request),
        area=request.GET.get("area", ""),
        as_of=as_of_asked(request),
    )
    return _explanation(request, found)


@require_GET
def explain_observation(request: HttpRequest, pk: int) -> HttpResponse:
    return _explanation(request, explain.explain_observation(pk, actor=actor_for(request)))


def _explanation(request: HttpRequest, found: Explanation) -> HttpResponse:
    """In the drawer when asked for by htmx, else a page of its own at the same address."""
    template = "plan/explain_steps.html" if request.htmx else "plan/explain.html"  # type: ignore[attr-defined]
    return render(request, template, {"explanation": found, "simulated": found.simulated})


def _offset(request: HttpRequest, name: str) -> int:
    return whole_number(request.GET.get(name, "")) or 0
