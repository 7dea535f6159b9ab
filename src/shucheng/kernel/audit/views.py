"""Pages of the audit log: search, one entry, the state of the chain."""

import json
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from shucheng.kernel.audit.actions import export_entries
from shucheng.kernel.audit.queries import (
    PAGE,
    Search,
    entries_about,
    entry,
    head,
    keep_days,
    last_signed,
    search_entries,
    verify_chain,
)
from shucheng.kernel.audit.signing import signing_key
from shucheng.kernel.audit.values import changes_said, facts_said
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.identity.queries import role_name
from shucheng.lib.numbers import whole_number

_TEXTS = ("person", "code", "object_type", "object_id", "request_id", "outcome")


@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    search = _search(request)
    found = search_entries(search, actor=actor_for(request))
    older = _query(request, before=found[-1].sequence) if len(found) == PAGE else ""
    return render(
        request, "audit/entries.html", {"entries": found, "search": search, "older": older}
    )


@require_GET
def one_entry(request: HttpRequest, sequence: int) -> HttpResponse:
    actor = actor_for(request)
    found = entry(sequence, actor=actor)
    about = (
        entries_about(found.object_type, found.object_id, actor=actor) if found.object_id else []
    )
    return render(
        request,
        "audit/entry.html",
        {
            "entry": found,
            "changes": changes_said(found.object_type, json.loads(found.changes)),
            "facts": facts_said(found.object_type, json.loads(found.facts)),
            "about": about,
            "roles": [role_name(code) for code in found.roles.split(",") if code],
        },
    )


@require_GET
def chain(request: HttpRequest) -> HttpResponse:
    """The end of the chain, to be noted elsewhere; checked on demand (`?check=1`)."""
    actor_for(request).require("audit.view")
    sequence, digest = head()
    outcome = verify_chain() if request.GET.get("check") else None
    context = {
        "sequence": sequence,
        "hash": digest,
        "outcome": outcome,
        "keep_days": keep_days(),
        "signed": last_signed(),
        "public_key": str(signing_key().public),
    }
    return render(request, "audit/chain.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    search = replace(_search(request), before=None)
    response = HttpResponse(content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    export_entries(response, search, actor=actor_for(request))  # type: ignore[arg-type]
    return response


def _search(request: HttpRequest) -> Search:
    asked = request.GET if request.method == "GET" else request.POST
    return Search(
        **{name: asked.get(name, "").strip()[:200] for name in _TEXTS},
        first_day=_day(asked.get("first_day", "")),
        last_day=_day(asked.get("last_day", "")),
        before=whole_number(asked.get("before", "")),
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "audit.day_invalid",
            _("“%(text)s” is not a date."),
            _("Write the date as 2026-09-30."),
            text=text,
        ) from None


def _query(request: HttpRequest, **more: object) -> str:
    kept = {name: value for name, value in request.GET.items() if name != "before"}
    return urlencode({**kept, **more})
