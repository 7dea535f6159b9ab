"""Evidence on screen: what left a proof, the proof itself, heads, witnesses, checking."""

import json

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.queries import proofs
from shucheng.bays.data.queries.evidence_words import kind_words, outcome_words
from shucheng.kernel.public import NotFound, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number

_PAGE, _HEADS, _LARGEST = 50, 10, 2_000_000


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """Events, newest first or about one thing; heads; who witnessed them."""
    actor = actor_for(request)
    about = request.GET.get("about", "").strip()[:80]
    rows = proofs.events_seen(actor).order_by("-id")
    rows = rows.filter(about=about) if about else rows
    shown = Paginator(rows, _PAGE).get_page(whole_number(request.GET.get("page", "")) or 1)
    events = [
        {
            "event": each,
            "words": kind_words(each.kind),
            "outcome": outcome_words(each.content.get("outcome", "")),
            "leaf": getattr(each, "leaf", None),
        }
        for each in shown.object_list
    ]
    witnessed = proofs.witnessed()
    sizes = {int(each.content["size"]) for each in witnessed}
    heads = [
        {"row": head, "witnessed": head.size in sizes}
        for head in proofs.heads(actor=actor)[:_HEADS]
    ]
    context = {
        "actor": actor,
        "about": about,
        "events": events,
        "total": shown.paginator.count,
        "page": shown.number,
        "pages": shown.paginator.num_pages,
        "query": f"about={about}&" if about else "",
        "heads": heads,
        "witnessed": witnessed,
        "key": proofs.public_key(),
        "joined": _joined(request),
    }
    return render(request, "data/evidence.html", context)


@require_safe
def leaf(request: HttpRequest, number: int) -> HttpResponse:
    actor = actor_for(request)
    row = proofs.find_leaf(number, actor=actor)
    content = proofs.leaf_content(number)
    proof, error = None, None
    try:
        proof = proofs.proof_of(number, actor=actor)
    except ShuchengError as refused:
        error = refused
    context = {
        "actor": actor,
        "leaf": row,
        "words": kind_words(row.event.kind),
        "content": json.dumps(json.loads(content), ensure_ascii=False, indent=2),
        "proof": proof,
        "proof_text": json.dumps(proof, indent=1) if proof else "",
        "error": error,
        "key": proofs.public_key(),
    }
    return render(request, "data/evidence_leaf.html", context)


@require_safe
def leaf_file(request: HttpRequest, number: int) -> HttpResponse:
    """The leaf's content, byte for byte: what the verifier is given."""
    proofs.find_leaf(number, actor=actor_for(request))
    return _file(proofs.leaf_content(number), f"leaf-{number}.json", "application/json")


@require_safe
def proof_file(request: HttpRequest, number: int) -> HttpResponse:
    proof = proofs.proof_of(number, actor=actor_for(request))
    text = json.dumps(proof, indent=1).encode()
    return _file(text, f"leaf-{number}.proof.json", "application/json")


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    actor_for(request).require("data.view")
    return _file(proofs.verifier_script(), "verify.py", "text/x-python; charset=utf-8")


@require_safe
def public_key(request: HttpRequest) -> HttpResponse:
    actor_for(request).require("data.view")
    return _file(f"{proofs.public_key()}\n".encode(), "public-key.txt", "text/plain")


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Whether a proof that was pasted or sent holds: said by the verifier itself."""
    actor = actor_for(request)
    actor.require("data.view")
    checked, errors = None, {}
    if request.method == "POST":
        content, proof = _sent(request, "leaf"), _sent(request, "proof")
        errors = {name: True for name, given in (("leaf", content), ("proof", proof)) if not given}
        if not errors:
            older, witness = _sent(request, "older"), _sent(request, "witness")
            checked = proofs.check(content, proof, older, witness, actor=actor)
    context = {
        "actor": actor,
        "checked": checked,
        "errors": errors,
        "typed": request.POST.dict(),
        "key": proofs.public_key(),
    }
    return render(request, "data/evidence_check.html", context, status=422 if errors else 200)


def _sent(request: HttpRequest, name: str) -> bytes:
    """A file, or what was pasted. Forms end lines with CR LF; a leaf is one line."""
    file = request.FILES.get(f"{name}_file")
    if file is not None:
        return bytes(file.read(_LARGEST))
    return request.POST.get(name, "").strip().encode()[:_LARGEST]


def _joined(request: HttpRequest) -> dict[str, object] | None:
    """That one head continues another, where two were asked about."""
    first, second = (whole_number(request.GET.get(name, "")) for name in ("first", "second"))
    if first is None or second is None:
        return None
    low, high = sorted((first, second))
    try:
        path = proofs.consistency(low, high, actor=actor_for(request))
    except (ShuchengError, NotFound) as error:
        return {"first": low, "second": high, "error": error}
    return {"first": low, "second": high, "path": path}


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=kind, headers=headers)
