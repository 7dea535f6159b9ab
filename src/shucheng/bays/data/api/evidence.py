"""Evidence over HTTP, as the stand-alone verifier and a witness read it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.params import functions as given

from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.queries import proofs
from shucheng.kernel.public import actor_for

router = Router()
_MOST = 200


class ProofAsked(Schema):
    size: int | None = Field(None, ge=0, description="Of the head; empty: the newest")
    known: list[int] = Field([], description="Sizes of heads one has kept: joined to this one")


class EventOut(Schema):
    kind: str
    about: str
    at: datetime
    leaf: int | None = Field(description="Its number in the log; null: not appended yet")
    content: dict[str, Any]


@router.get("/evidence/head", summary="The newest signed head, or that of a size")
def head(request: HttpRequest, size: int | None = given.Query(None, ge=0)) -> dict[str, Any]:
    return proofs.head_of(size, actor=actor_for(request)).head


@router.get("/evidence/heads", summary="Signed heads, newest first")
def heads(request: HttpRequest) -> list[dict[str, Any]]:
    return [row.head for row in proofs.heads(actor=actor_for(request))[:_MOST]]


@router.get("/evidence/consistency", summary="That a log continues a smaller one (RFC 9162)")
def consistency(
    request: HttpRequest, first: int = given.Query(ge=0), second: int = given.Query(ge=0)
) -> dict[str, Any]:
    path = proofs.consistency(first, second, actor=actor_for(request))
    return {"first": first, "second": second, "consistency": path}


@router.get("/evidence/leaves/{number}", summary="A leaf's content, byte for byte")
def leaf(request: HttpRequest, number: int) -> HttpResponse:
    proofs.find_leaf(number, actor=actor_for(request))
    return HttpResponse(proofs.leaf_content(number), content_type="application/json")


@router.get("/evidence/leaves/{number}/proof", summary="The proof that verify.py reads")
def proof(request: HttpRequest, number: int, asked: Query[ProofAsked]) -> dict[str, Any]:
    known = asked.known[:_MOST]
    return proofs.proof_of(number, asked.size, known, actor=actor_for(request))


@router.get("/evidence/events", response=list[EventOut], summary="What left evidence about a thing")
def events(request: HttpRequest, about: str = given.Query(max_length=80)) -> Any:
    rows = proofs.events_seen(actor_for(request)).filter(about=about)
    return [_told(each) for each in rows.order_by("-id")[:_MOST]]


@router.get("/evidence/public-key", summary="Who signs the heads")
def public_key(request: HttpRequest) -> dict[str, str]:
    actor_for(request).require("data.view")
    return {"public_key": proofs.public_key()}


def _told(event: EvidenceEvent) -> dict[str, Any]:
    leaf = getattr(event, "leaf", None)
    return {
        "kind": event.kind,
        "about": event.about,
        "at": event.recorded_at,
        "leaf": leaf.number if leaf else None,
        "content": event.content,
    }
