"""Monitoring: every indicator's light, and the rule that gives it."""

from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shucheng.kernel.public import Actor, Invalid, NotFound, actor_for
from shucheng.lib.tables import write_rows
from shucheng.plan.actions.judging import publish_light_rule
from shucheng.plan.queries.explain_light import explain_light
from shucheng.plan.queries.light_rules import rule_in_force, rule_versions
from shucheng.plan.queries.light_words import LIGHTS
from shucheng.plan.queries.monitoring import Monitoring, monitoring, table_of
from shucheng.plan.views.asking import as_of_asked
from shucheng.plan.views.typed import Typed


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    found = _asked(request, actor_for(request))
    context = {
        "found": found,
        "lights": LIGHTS,
        "simulated": bool(found and found.plan.simulated),
    }
    return render(request, "plan/monitoring.html", context)


@require_GET
def overview_csv(request: HttpRequest) -> HttpResponse:
    """What the page shows, with the counties, for a spreadsheet."""
    found = _asked(request, actor_for(request))
    if found is None:
        raise NotFound(_("The plan"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{_('Monitoring')}-{found.period or found.plan.today}.csv"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or ""
    )
    response.write("\ufeff")  # spreadsheet programs then read it as UTF-8
    write_rows(response, table_of(found))
    return response


def _asked(request: HttpRequest, actor: Actor) -> Monitoring | None:
    return monitoring(
        actor=actor,
        light=request.GET.get("light", ""),
        lead=request.GET.get("lead", ""),
        area=request.GET.get("area", ""),
        as_of=as_of_asked(request),
    )


@require_GET
def light(request: HttpRequest, code: str) -> HttpResponse:
    """Why a light is what it is; in the drawer when asked for by htmx."""
    found = explain_light(
        code,
        area=request.GET.get("area", ""),
        as_of=as_of_asked(request),
        actor=actor_for(request),
    )
    template = "plan/explain_steps.html" if request.htmx else "plan/explain.html"  # type: ignore[attr-defined]
    return render(request, template, {"explanation": found, "simulated": found.simulated})


@require_http_methods(["GET", "POST"])
def light_rule(request: HttpRequest) -> HttpResponse:
    """The rule in words, its versions, and a form that publishes the next one."""
    actor = actor_for(request)
    actor.require("plan.view")
    if request.method == "GET":
        return _rule_page(request)
    try:
        rule = _publish(request, actor)
    except Invalid as error:
        return _rule_page(request, error)
    said = _("Version %(n)s of the rule holds from %(day)s on.")
    messages.success(request, said % {"n": rule[0], "day": f"{rule[1]:%Y-%m-%d}"})
    return redirect("plan:light_rule")


def _publish(request: HttpRequest, actor: Actor) -> tuple[int, date]:
    actor.require("plan.manage")
    typed = Typed(request.POST)
    green, yellow = typed.number("green"), typed.number("yellow")
    late, due = typed.whole("late_after_days"), typed.whole("due_working_days")
    since = typed.day("since")
    typed.check()
    rule = publish_light_rule(
        green if green is not None else Decimal(0),
        yellow if yellow is not None else Decimal(0),
        late if late is not None else -1,
        due if due is not None else 0,
        since or timezone.localdate(),
        typed.text("reason"),
        actor=actor,
    )
    return rule.number, rule.since


def _rule_page(request: HttpRequest, error: Invalid | None = None) -> HttpResponse:
    today = timezone.localdate()
    in_force = rule_in_force(today)
    rule = in_force.rule
    typed = request.POST or {
        "green": f"{rule.green.normalize():f}",
        "yellow": f"{rule.yellow.normalize():f}",
        "late_after_days": rule.late_after_days,
        "due_working_days": in_force.due_working_days,
        "since": f"{today:%Y-%m-%d}",
    }
    context = {
        "in_force": in_force,
        "versions": rule_versions(),
        "example": rule.yellow * 12,
        "typed": typed,
        "error": error,
    }
    return render(request, "plan/light_rule.html", context, status=error.status if error else 200)
