"""Quality: what was checked, defects, one resource with its rules."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.quality import (
    accept_defect,
    add_quality_rule,
    answer_defect,
    ask_for_check,
    set_quality_rules,
)
from shucheng.bays.data.engine.quality.suggest import DIMENSIONS
from shucheng.bays.data.queries.quality_pages import defect_list, quality_list, quality_page
from shucheng.bays.data.views.quality_charts import score_over_time
from shucheng.kernel.public import Actor, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    page = quality_list(request.GET.dict(), actor=actor_for(request))
    return render(request, "data/quality.html", {"page": page, "simulated": page.simulated})


@require_http_methods(["GET", "HEAD", "POST"])
def quality_defects(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    error: ShuchengError | None = None
    if request.method == "POST":
        try:
            _answer(request, actor)
            return redirect(request.get_full_path())
        except ShuchengError as refused:
            error = refused
    page = defect_list(request.GET.dict(), actor=actor)
    context = {
        "page": page,
        "query": _without_page(request.GET),
        "simulated": page.simulated,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
    }
    status = error.status if error else 200
    return render(request, "data/quality_defects.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def quality_resource(request: HttpRequest, code: str) -> HttpResponse:
    """A resource's quality; its rules are changed as a text or by one common check."""
    actor = actor_for(request)
    error: ShuchengError | None = None
    if request.method == "POST":
        try:
            _change(request, code, actor)
            return redirect("data:quality_resource", code)
        except ShuchengError as refused:
            error = refused
    page = quality_page(code, actor=actor)
    typed = request.POST.dict() if error else {}
    context = {
        "page": page,
        "chart": score_over_time(page.history),
        "text": typed.get("text") or page.text,
        "simulated": bool(page.check and page.check.simulated),
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": typed,
    }
    status = error.status if error else 200
    return render(request, "data/quality_resource.html", context, status=status)


def _change(request: HttpRequest, code: str, actor: Actor) -> None:
    sent = request.POST
    number = whole_number(sent.get("number", ""))
    written_from = -1 if number is None else number
    match sent.get("what"):
        case "rules":
            set_quality_rules(
                code,
                sent.get("text", "").replace("\r\n", "\n"),
                number=written_from,
                reason=sent.get("reason", ""),
                actor=actor,
            )
            messages.success(request, _("The rules are kept; the next check goes by them."))
        case "add":
            add_quality_rule(code, _told(sent.dict()), number=written_from, actor=actor)
            messages.success(request, _("The rules are kept; the next check goes by them."))
        case "check":
            ask_for_check(code, actor=actor)
            messages.success(request, _("The check runs; reload the page in a while."))
        case _:
            _answer(request, actor)


def _answer(request: HttpRequest, actor: Actor) -> None:
    sent = request.POST
    key = whole_number(sent.get("defect", "")) or 0
    revision = whole_number(sent.get("revision", "")) or 0
    if sent.get("what") == "accept":
        accept_defect(key, revision, actor=actor)
        messages.success(request, _("The explanation is accepted."))
        return
    mended = sent.get("what") == "mended"
    answer_defect(key, revision, sent.get("answer", ""), mended=mended, actor=actor)
    messages.success(
        request,
        _("The next check shows whether it is mended.")
        if mended
        else _("The bureau reads the explanation."),
    )


def _told(sent: dict[str, str]) -> dict[str, Any]:
    """The form's common check as a rule: what the check does not need is left out."""
    check, field = sent.get("check", ""), sent.get("field", "")
    value, high = sent.get("value", "").strip(), sent.get("high", "").strip()
    told: dict[str, Any] = {
        "code": f"{field}-{check}"[:60],
        "dimension": dict(DIMENSIONS).get(check, ""),  # type: ignore[call-overload]
        "check": check,
        "fields": [field],
    }
    match check:
        case "type" | "format":
            told[check] = value
        case "listed":
            told["values"] = [each for each in value.replace("，", ",").split(",") if each]
        case "fresh":
            told["days"] = whole_number(value) or 0
        case "range":
            told |= {"low": value or None, "high": high or None}
    return told


def _without_page(given: QueryDict) -> str:
    kept = given.copy()
    kept.pop("page", None)
    return kept.urlencode()
