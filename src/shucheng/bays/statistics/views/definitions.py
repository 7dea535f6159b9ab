"""Definitions that figures stand on: proposed by one person, published by another."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.statistics.actions.definitions import decide_definition, propose_definition
from shucheng.bays.statistics.models import Definition, Proposal
from shucheng.bays.statistics.queries.definition_pages import (
    NAMES,
    definition_page,
    previewed,
    text_of_table,
)
from shucheng.bays.statistics.queries.definition_texts import Preview
from shucheng.bays.statistics.views.posting import posted
from shucheng.kernel.public import ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    actor_for(request).require("statistics.define")
    return redirect("statistics:definition", Definition.Kind.CLASSIFICATION.value)


@require_http_methods(["GET", "HEAD", "POST"])
def definition(request: HttpRequest, kind: str) -> HttpResponse:
    """A table that is sent, or a text, is shown with what it would change, then proposed."""
    actor = actor_for(request)
    actor.require("statistics.define")
    if request.method != "POST":
        return _page(request, kind)
    sent, text = request.POST, request.POST.get("text", "").replace("\r\n", "\n")
    try:
        if "table" in sent:
            file = request.FILES.get("file")
            text = text_of_table(file.read() if file else b"", sent.dict(), actor=actor)
        if "propose" not in sent:
            return _page(request, kind, text=text, changes=previewed(kind, text, actor=actor))
        propose_definition(
            kind, text, number=_number(request), reason=sent.get("reason", ""), actor=actor
        )
    except ShuchengError as error:
        return _page(request, kind, text=text, error=error)
    messages.success(request, _("The version is proposed; another person publishes it."))
    return redirect("statistics:definition", kind)


@posted("statistics:definitions")
def decide(request: HttpRequest, proposal_id: int) -> HttpResponse:
    sent = request.POST
    publish = sent.get("decision") == "publish"
    try:
        found = decide_definition(
            proposal_id,
            whole_number(sent.get("revision", "")) or 0,
            publish=publish,
            reason=sent.get("reason", ""),
            actor=actor_for(request),
        )
    except ShuchengError as error:
        # Where the proposal stands, for there is no page of it alone.
        there = Proposal.objects.filter(pk=proposal_id).values_list("kind", flat=True)
        kind = next(iter(there), Definition.Kind.CLASSIFICATION.value)
        return _page(request, kind, error=error)
    words = _("The version is in force; figures follow.") if publish else _("The decision is kept.")
    messages.success(request, words)
    return redirect("statistics:definition", found.kind)


def _page(
    request: HttpRequest,
    kind: str,
    *,
    text: str = "",
    changes: Preview | None = None,
    error: ShuchengError | None = None,
) -> HttpResponse:
    actor = actor_for(request)
    page = definition_page(kind, actor=actor)
    context = {
        "page": page,
        "kinds": NAMES.items(),
        "text": text or page.text,
        "changes": changes,
        "me": actor.person_id,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict(),
    }
    status = error.status if error else 200
    return render(request, "statistics/definition.html", context, status=status)


def _number(request: HttpRequest) -> int:
    found = whole_number(request.POST.get("number", ""))
    return -1 if found is None else found
