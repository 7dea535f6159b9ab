"""Certificates of high-quality datasets."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.certificates import Measured, issue_certificate
from shucheng.bays.data.engine.quality.datasheet import datasheet
from shucheng.bays.data.queries.certificates import (
    certificate_list,
    certificate_page,
    find_certificate,
    issuing,
)
from shucheng.kernel.public import Actor, Invalid, ShuchengError, actor_for

# Measurements that the form takes.
_ROWS = range(1, 5)


@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    page = certificate_list(actor=actor_for(request))
    return render(request, "data/certificates.html", {"page": page, "simulated": page.simulated})


@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    page = certificate_page(code, actor=actor_for(request))
    context = {"page": page, "simulated": page.certificate.simulated}
    return render(request, "data/certificate.html", context)


@require_safe
def certificate_jsonld(request: HttpRequest, code: str) -> HttpResponse:
    """Croissant metadata; its addresses are those under which it was asked for."""
    found = find_certificate(code, actor=actor_for(request))
    said = dict(found.croissant)
    said["url"] = request.build_absolute_uri(str(said["url"]))
    said["distribution"] = [
        {**each, "contentUrl": request.build_absolute_uri(each["contentUrl"])}
        for each in found.croissant["distribution"]
    ]
    answer = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Type"] = "application/ld+json"
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{code}.jsonld") or ""
    )
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def certificate_issue(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    actor.require("data.govern")
    error: ShuchengError | None = None
    if request.method == "POST":
        try:
            number = _issue(request, code, actor)
            messages.success(request, _("The certificate is issued; its leaf of evidence follows."))
            return redirect("data:certificate", number)
        except ShuchengError as refused:
            error = refused
    typed = request.POST.dict() if error else {}
    context = {
        "page": issuing(code, actor=actor),
        "rows": [
            (n, [(name, typed.get(f"{name}_{n}", "")) for name in ("name", "value", "unit", "how")])
            for n in _ROWS
        ],
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": typed,
    }
    status = error.status if error else 200
    return render(request, "data/certificate_issue.html", context, status=status)


def _issue(request: HttpRequest, code: str, actor: Actor) -> str:
    sent = request.POST
    answers = {each.code: sent.get(f"answer_{each.code}", "") for each in datasheet().questions}
    return issue_certificate(
        code,
        answers,
        licence=sent.get("licence", ""),
        measured=_measured(sent.dict()),
        scenario=sent.get("scenario", ""),
        actor=actor,
    ).code


def _measured(sent: dict[str, str]) -> list[Measured]:
    found = []
    for n in _ROWS:
        name, value = sent.get(f"name_{n}", "").strip(), sent.get(f"value_{n}", "").strip()
        how = sent.get(f"how_{n}", "").strip()
        if not (name or value or how):
            continue
        try:
            number = float(value)
        except ValueError:
            raise _incomplete() from None
        if not name or not how or number != number:
            raise _incomplete()
        found.append(Measured(name[:80], number, sent.get(f"unit_{n}", "")[:20], how[:300]))
    return found


def _incomplete() -> Invalid:
    return Invalid(
        "certificates.not_issued",
        _("The certificate cannot be issued."),
        _("Mend what is marked and issue it again."),
        fields={"measured": str(_("A measurement has a name, a number and how it was made."))},
    )
