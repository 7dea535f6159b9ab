"""Sources: where an organisation's data lies, what was found there, and describing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shucheng.bays.data.actions.harvesting import ask_harvest, ask_take, lay_aside
from shucheng.bays.data.actions.sources import note_source, read_source, take_tables
from shucheng.bays.data.models.catalogue import Source
from shucheng.bays.data.queries.harvesting import KINDS as HARVESTED
from shucheng.bays.data.queries.harvesting import harvest_page
from shucheng.bays.data.queries.sources import source_page, sources_seen
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number


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
                simulated="simulated" in sent,
                actor=actor,
            )
            if made.kind in HARVESTED:
                ask_harvest(made.pk, actor=actor)
            else:
                read_source(made.pk, made.revision, actor=actor)
        except Invalid as refused:
            error = refused
        else:
            return redirect("data:harvest" if made.kind in HARVESTED else "data:source", made.pk)
    typed = request.POST.dict() if error else {}
    typed.pop("password", None)
    context = {
        "sources": sources_seen(actor),
        "harvested": HARVESTED,
        "kinds": Source.Kind.choices,
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


@require_http_methods(["GET", "HEAD", "POST"])
def harvest(request: HttpRequest, pk: int) -> HttpResponse:
    """A catalogue that is harvested: what its newest reading would change."""
    actor, error = actor_for(request), None
    if request.method == "POST":
        try:
            messages.success(request, _harvested(request, pk))
        except (Invalid, Conflict) as refused:
            error = refused
        else:
            return redirect("data:harvest", pk)
    page = harvest_page(pk, actor=actor)
    context = {"page": page, "error": error, "simulated": page.source.simulated}
    return render(request, "data/harvest.html", context, status=error.status if error else 200)


def _harvested(request: HttpRequest, pk: int) -> str:
    actor, sent = actor_for(request), request.POST
    number, revision = (whole_number(sent.get(name, "")) or 0 for name in ("harvest", "revision"))
    match sent.get("step"):
        case "take":
            ask_take(number, revision, list_whole=bool(sent.get("list")), actor=actor)
            return _("It is being taken over; reload the page in a while.")
        case "aside":
            lay_aside(number, revision, actor=actor)
            return _("Nothing of it is taken over.")
    ask_harvest(pk, actor=actor)
    return _("The catalogue is being read; reload the page in a while.")
