"""Pages on rights and duties: who may do what, the security baseline, privacy, cases."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.kernel.actor import Role
from shucheng.kernel.audit.entries import record_export
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions.cases import ANSWER_WITHIN_DAYS, move_case, open_case
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.identity.baseline import counts, load_baseline
from shucheng.kernel.identity.forms import CaseForm, CaseMoveForm, carried_out
from shucheng.kernel.identity.models import Case
from shucheng.kernel.identity.personal_data import PERSONAL_DATA


@require_safe
def show_access_policy(request: HttpRequest) -> HttpResponse:
    actor_for(request).require("identity.view_access_policy")
    labels = queries.role_labels()
    rows = [
        (permission, [reach[role] for role in Role])
        for permission, reach in queries.permissions_table()
    ]
    context = {"rows": rows, "roles": [labels[role] for role in Role]}
    return render(request, "identity/access_policy.html", context)


@require_safe
def show_security(request: HttpRequest) -> HttpResponse:
    actor_for(request).require("identity.view_security")
    items = load_baseline()
    context = {"items": items, "counts": counts(items)}
    return render(request, "identity/security.html", context)


@login_not_required
@require_safe
def show_privacy(request: HttpRequest) -> HttpResponse:
    context = {
        "personal_data": PERSONAL_DATA,
        "days": ANSWER_WITHIN_DAYS,
        "handler": settings.OPERATOR,
    }
    return render(request, "identity/privacy.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The public channel: file a case, or look one up by its number."""
    if number := request.GET.get("number", "").strip():
        return redirect("identity:case", number.upper())
    actor = actor_for(request)
    form = CaseForm(
        request.POST or None,
        initial={"kind": request.GET.get("kind", "")},
        may_handle=actor.may("identity.handle_cases"),
    )
    case = carried_out(form, lambda facts: open_case(**facts, actor=actor))
    if case is not None:
        return redirect("identity:case", case.number)
    return render(request, "identity/report.html", {"form": form, "days": ANSWER_WITHIN_DAYS})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_case(request: HttpRequest, number: str) -> HttpResponse:
    """Progress of a case for whoever knows its number; handlers can move it."""
    actor = actor_for(request)
    case = queries.find_case(number)
    may_handle = actor.may("identity.handle_cases")
    form = CaseMoveForm(request.POST or None) if may_handle and case.is_open else None
    if form is not None:
        moved = carried_out(
            form, lambda facts: move_case(number, facts["state"], facts["note"], actor=actor)
        )
        if moved is not None:
            return redirect("identity:case", number)
    context = {"case": case, "form": form, "may_handle": may_handle}
    return render(request, "identity/case.html", context)


@require_safe
def download_processing(request: HttpRequest) -> HttpResponse:
    """The register of personal data processing for a period; this year when none is named."""
    actor = actor_for(request)
    today = timezone.localdate()
    first = _day(request, "first") or today.replace(month=1, day=1)
    last = _day(request, "last") or today
    report = queries.processing_report(first, last, actor=actor)
    record_export("processing register", len(report["cases"]), actor=actor)
    response = JsonResponse(report, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="processing-register.json"'
    return response


@require_safe
def list_cases(request: HttpRequest) -> HttpResponse:
    found = queries.cases(actor=actor_for(request))
    state = request.GET.get("state", "")
    if state in Case.State.values:
        found = found.filter(state=state)
    context = {"cases": found, "states": Case.State.choices, "state": state}
    return render(request, "identity/cases.html", context)


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = _("“%(text)s” is no day.") % {"text": text[:40]}
        raise Invalid(
            "request.day", message, _("Write it as 2025-12-31."), fields={name: message}
        ) from None
