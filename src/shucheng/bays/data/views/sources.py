"""Sources: where an organisation's data lies, what was found there, and describing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shucheng.bays.data.actions.sources import note_source, read_source, take_tables
from shucheng.bays.data.models.catalogue import Source
from shucheng.bays.data.queries.sources import source_page, sources_seen
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number

# Catalogues are harvested, not read as sources of one's own data.
KINDS = [
    (value, label)
    for value, label in Source.Kind.choices
    if value not in (Source.Kind.CKAN, Source.Kind.DCAT)
]


@require_http_methods(["GET", "HEAD", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    actor, error = actor_for(request), None
    if request.method == "POST":
        actor.require("data.hold", actor.organisation_id)
        sent, upload = request.POST, request.FILES.get("file")
        try:
            made = note_source(
                sent.get("name", ""),
                sent.get("kind", ""),
                organisation=actor.organisation_id or 0,
                address=sent.get("address", ""),
                username=sent.get("username", ""),
                password=sent.get("password", ""),
                file=(upload.name or "", upload.read()) if upload else None,
                actor=actor,
            )
            read_source(made.pk, made.revision, actor=actor)
        except Invalid as refused:
            error = refused
        else:
            return redirect("data:source", made.pk)
    typed = request.POST.dict() if error else {}
    typed.pop("password", None)
    context = {
        "sources": sources_seen(actor),
        "kinds": KINDS,
        "typed": typed,
        "errors": error.fields if error else {},
        "error": error,
    }
    return render(request, "data/sources.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, pk: int) -> HttpResponse:
    actor, error = actor_for(request), None
    if request.method == "POST":
        sent = request.POST
        try:
            if sent.get("step") == "read":
                read_source(pk, whole_number(sent.get("revision", "")) or 0, actor=actor)
                messages.success(request, _("The source was read anew."))
            else:
                taken = take_tables(pk, sent.getlist("tables"), actor=actor)
                text = _("%(count)s tables are described: complete what is said of each.")
                messages.success(request, text % {"count": len(taken)})
        except (Invalid, Conflict) as refused:
            error = refused
        else:
            return redirect("data:source", pk)
    context = {"page": source_page(pk, actor=actor), "error": error}
    return render(request, "data/source.html", context, status=error.status if error else 200)
