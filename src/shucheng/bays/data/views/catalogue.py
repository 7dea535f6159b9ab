"""The catalogue: search, a resource, and what its holder says of it."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shucheng.bays.data.actions.catalogue import (
    describe_resource,
    list_resource,
    note_lineage,
    withdraw_resource,
)
from shucheng.bays.data.actions.exporting_catalogue import export_search
from shucheng.bays.data.engine.catalogue.items import read_items
from shucheng.bays.data.engine.catalogue.model import Field
from shucheng.bays.data.engine.list_files import FORMS
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries import catalogue_words as words
from shucheng.bays.data.queries.catalogue import find_resource, resource_page
from shucheng.bays.data.queries.lineage import lineage_picture, origins_offered
from shucheng.bays.data.queries.searching import search_page
from shucheng.kernel.public import Conflict, Invalid, actor_for, areas
from shucheng.lib.numbers import whole_number


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    page = search_page(request.GET.dict(), actor=actor)
    context = {
        "page": page,
        "query": urlencode(page.asked),
        "page_query": f"{urlencode(page.asked)}&" if page.asked else "",
        "without": {
            each.code: urlencode({k: v for k, v in page.asked.items() if k != each.code})
            for each in page.facets
        },
        "simulated": page.simulated,
    }
    return render(request, "data/catalogue.html", context)


@require_safe
def catalogue_file(request: HttpRequest, form: str) -> HttpResponse:
    name, made = export_search(request.GET.dict(), form, actor=actor_for(request))
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(made, content_type=FORMS[form], headers=headers)


@require_safe
def resource(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    page = resource_page(code, actor=actor)
    context = {
        "page": page,
        "one": page.resource,
        "words": _words(page.resource),
        "problems": [words.problem_text(each) for each in page.problems],
        "picture": lineage_picture(page.resource, actor=actor),
        "origins": origins_offered(page.resource, actor=actor) if page.may_change else [],
        "simulated": page.resource.simulated,
    }
    return render(request, "data/resource.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, code: str = "") -> HttpResponse:
    actor = actor_for(request)
    one = find_resource(code, actor=actor) if code else None
    actor.require("data.hold", one.holder_id if one else actor.organisation_id)
    error: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            made = describe_resource(
                _said(request),
                _fields(request.POST.get("fields", "")),
                holder=(one.holder_id if one else actor.organisation_id) or 0,
                actor=actor,
                code=code,
                revision=whole_number(request.POST.get("revision", "")),
                reason=request.POST.get("reason", ""),
            )
        except (Invalid, Conflict) as refused:
            error = refused
        else:
            messages.success(request, _("What is said of the resource is kept."))
            return redirect("data:resource", made.code)
    context = {
        "one": one,
        "typed": request.POST.dict() if error else _typed(one),
        "errors": _form_errors(error),
        "error": error,
        "kinds": Resource.Kind.choices,
        "frequencies": words.frequencies().items(),
        "sharing": words.sharing_words().items(),
        "opening": words.opening_words().items(),
        "types": words.type_words().items(),
        "areas": areas(actor=actor),
    }
    return render(request, "data/describe.html", context, status=error.status if error else 200)


@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """List a resource, take it out, or note what it is made from."""
    actor, sent = actor_for(request), request.POST
    revision = whole_number(sent.get("revision", "")) or 0
    match sent.get("step"):
        case "list":
            list_resource(code, revision, actor=actor, reason=sent.get("reason", ""))
            messages.success(request, _("The resource is in the catalogue."))
        case "withdraw":
            withdraw_resource(code, revision, reason=sent.get("reason", ""), actor=actor)
            messages.success(request, _("The resource is taken out of the catalogue."))
        case "derive":
            origin = sent.get("origin", "").strip()
            note_lineage(code, origin, how=sent.get("how", ""), actor=actor)
            messages.success(request, _("It is noted what the resource is made from."))
        case _:
            raise Invalid(
                "data.step", _("There is no such step."), _("Go back and choose one of the page.")
            )
    return redirect("data:resource", code)


def _words(one: Resource) -> dict[str, str]:
    return {
        "frequency": words.frequencies().get(one.frequency, ""),
        "sharing": words.sharing_words()[one.sharing],
        "opening": words.opening_words()[one.opening],
        "grade": words.grade_word(one.grade) if one.grade else "",
    }


def _said(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    texts = ("title", "summary", "kind", "theme", "basis", "frequency", "area", "sharing")
    more = ("sharing_terms", "opening", "opening_terms", "licence")
    said: dict[str, Any] = {name: sent.get(name, "").strip()[:2000] for name in (*texts, *more)}
    keywords = sent.get("keywords", "").replace("，", ",").split(",")
    said["keywords"] = [word.strip() for word in keywords if word.strip()]
    said["people"] = whole_number(sent.get("people", ""))
    if said["people"] is None and sent.get("people", "").strip():
        raise Invalid(
            "data.resource",
            _("The entry is not complete."),
            _("Correct what is marked and send it again."),
            {"people": _("Write a whole number, or nothing.")},
        )
    wrong = {
        name: str(_("Choose one of the list."))
        for name, known in (
            ("kind", Resource.Kind.values),
            ("sharing", Resource.Condition.values),
            ("opening", Resource.Condition.values),
        )
        if said[name] not in known
    }
    for name in ("since", "until"):
        try:
            said[name] = date.fromisoformat(sent[name]) if sent.get(name) else None
        except ValueError:
            wrong[name] = str(_("Write a day like 2026-11-30."))
    if wrong:
        raise Invalid(
            "data.resource",
            _("The entry is not complete."),
            _("Correct what is marked and send it again."),
            wrong,
        )
    return said


def _fields(text: str) -> list[Field]:
    """One data item a line: name, title, type, comment, apart by tabs or commas; * marks a key."""
    known = {label: code for code, label in words.type_words().items()}
    return [replace(each, name=each.name[:120]) for each in read_items(text.splitlines(), known)]


def _typed(one: Resource | None) -> dict[str, Any]:
    if one is None:
        return {"kind": "table", "sharing": "conditional", "opening": "none", "fields": ""}
    names = ("title", "summary", "kind", "theme", "basis", "frequency", "area", "sharing")
    more = ("sharing_terms", "opening", "opening_terms", "licence", "revision")
    typed = {name: getattr(one, name) for name in (*names, *more)}
    for name in ("since", "until"):
        day = getattr(one, name)
        typed[name] = day.isoformat() if day else ""
    typed["people"] = "" if one.people is None else one.people
    typed["keywords"] = ", ".join(one.keywords)
    typed["fields"] = "\n".join(
        f"{'*' if f.key else ''}{f.name}, {f.title}, {f.type}, {f.comment}".rstrip(", ")
        for f in one.fields.filter(dropped=False)
    )
    return typed


def _form_errors(error: Invalid | Conflict | None) -> dict[str, str]:
    fields = error.fields if isinstance(error, Invalid) else {}
    return {words.FORM.get(name, name): text for name, text in fields.items()}
