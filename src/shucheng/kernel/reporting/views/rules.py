"""Validation rules: the list, and a rule's page where the plan office makes a new version."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Invalid, NotFound, ShuchengError
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.actions.rules import change_rule, confirm_rule
from shucheng.kernel.reporting.engine.typed import as_typed
from shucheng.kernel.reporting.inputs import RuleSettings
from shucheng.kernel.reporting.queries.rules import (
    names_of,
    newest_rule,
    rule_page,
    rule_rows,
    settings_of,
    usual_rule,
)
from shucheng.lib.numbers import whole_number, written_number

ONLY: dict[str, str | Promise] = {
    "own": gettext_lazy("those with a version of their own"),
    "usual": gettext_lazy("usual rules, unchanged"),
    "unconfirmed": gettext_lazy("not confirmed"),
    "retired": gettext_lazy("taken back"),
    "all": gettext_lazy("all rules"),
}
DONE: dict[str, str | Promise] = {
    "version": gettext_lazy("The new version holds from now on."),
    "retire": gettext_lazy("The rule was taken back."),
    "restore": gettext_lazy("The rule holds again."),
    "confirm": gettext_lazy("The rule was confirmed."),
}


@require_safe
def show_rules(request: HttpRequest) -> HttpResponse:
    rows = rule_rows(actor=actor_for(request))
    own = [row for row in rows if row.number]
    only = request.GET.get("only") or ("own" if own else "all")
    kept = {
        "own": own,
        "usual": [row for row in rows if not row.number],
        "unconfirmed": [row for row in rows if row.unconfirmed and row.active],
        "retired": [row for row in rows if not row.active],
    }
    context = {
        "rows": kept.get(only, rows),
        "any": bool(rows),
        "names": names_of([row.rule for row in rows]),
        "only": only,
        "choices": ONLY.items(),
        "unconfirmed": len(kept["unconfirmed"]),
    }
    return render(request, "reporting/rules.html", context)


@require_safe
def show_rule(request: HttpRequest, code: str) -> HttpResponse:
    return _response(request, code)


def _response(
    request: HttpRequest, code: str, error: ShuchengError | None = None, deed: str = ""
) -> HttpResponse:
    actor = actor_for(request)
    page = rule_page(code, actor=actor)
    context = {
        "page": page,
        "row": page.row,
        "rule": page.row.rule,
        "names": page.names,
        "may_manage": actor.may("reporting.manage"),
        "fields": request.POST if error and deed == "version" else page.fields,
        "severity": request.POST.get("severity") or page.row.rule.severity,
        "note": request.POST.get("note") if error else page.row.rule.note,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "deed": deed,
        "posted": request.POST if error else {},
    }
    return render(request, "reporting/rule.html", context, status=error.status if error else 200)


@require_POST
def change(request: HttpRequest, code: str, deed: str) -> HttpResponse:
    if deed not in DONE:
        raise NotFound(_("This page"))
    actor = actor_for(request)
    actor.require("reporting.manage")
    try:
        _take(code, deed, request.POST, actor)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return _response(request, code, error, deed)
    messages.success(request, str(DONE[deed]))
    return redirect("reporting:rule", code)


def _take(code: str, deed: str, posted: QueryDict, actor: Actor) -> None:
    number, reason = whole_number(posted.get("number", "")) or 0, posted.get("reason", "")
    if deed == "confirm":
        confirm_rule(code, number, reason, actor=actor)
        return
    last = newest_rule(code)
    now = settings_of(last) if last else usual_rule(code)
    if now is None:
        raise NotFound(_("The rule"))
    wanted = _typed(now, posted) if deed == "version" else replace(now, active=deed == "restore")
    change_rule(wanted, number, reason, actor=actor)


def _typed(now: RuleSettings, posted: QueryDict) -> RuleSettings:
    """The rule as it is now, with what the page's fields say."""
    params: dict[str, Any] = dict(now.params)
    for name in ("least", "most", "percent", "tolerance", "slack"):
        if name in posted:
            text = as_typed(posted.get(name, ""))
            params[name] = _number(name, text) if text else None
    if "bounds" in posted:
        params["whole"] = True if posted.get("whole") == "1" else None
    return replace(
        now,
        severity=posted.get("severity", now.severity),
        params={name: value for name, value in params.items() if value is not None},
        note=posted.get("note", now.note).strip(),
        unconfirmed=False,
    )


def _number(field: str, text: str) -> str:
    if written_number(text) is None:
        raise Invalid(
            "reporting.rule_not_readable",
            _("Not stored: this cannot be a rule."),
            _("Correct what is marked."),
            fields={field: _("Write a number.")},
        )
    return text
