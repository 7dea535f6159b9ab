"""Grades, quality and certificates over HTTP: what a resource is, how it may be delivered."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from shucheng.bays.data.queries.certificates import find_certificate, seen_certificates
from shucheng.bays.data.queries.grading import find_graded, modes_of
from shucheng.bays.data.queries.quality_pages import quality_page
from shucheng.kernel.public import actor_for

router = Router()


class ModeOut(Schema):
    mode: str = Field(description="download, api, sandbox, aggregate or intersection")
    conditions: list[str]


class GradeOut(Schema):
    resource: str
    grade: str = Field(description="general_1 to general_4, important, core; empty: not graded")
    decided: bool = Field(description="A person decided every field; else the grade is a proposal")
    modes: list[ModeOut] = Field(description="The ways of delivery that are permitted")


class OutcomeOut(Schema):
    rule: str
    dimension: str
    fields: str
    judged: int
    failed: int


class QualityOut(Schema):
    resource: str
    as_of: date | None = Field(description="Of the newest check; none: not checked")
    rows: int | None
    first: int | None = Field(
        description="Only so many rows were looked at, the source has more; none: all"
    )
    score: float | None = Field(description="From 0 to 1")
    scores: dict[str, float] = Field(description="By dimension")
    outcomes: list[OutcomeOut]
    simulated: bool


class CertificateOut(Schema):
    code: str
    resource: str
    title: str
    holder: str
    licence: str
    scenario: str
    hash: str
    issued: date
    simulated: bool


@router.get("/grades/{code}", response=GradeOut)
def grade(request: HttpRequest, code: str) -> dict[str, Any]:
    """The grade of a resource and how it may be delivered."""
    found = find_graded(code, actor=actor_for(request))
    modes = modes_of(found)
    return {
        "resource": found.code,
        "grade": modes.grade.code if modes.grade else "",
        "decided": modes.decided,
        "modes": [{"mode": m.mode, "conditions": list(m.conditions)} for m in modes.permitted],
    }


@router.get("/quality/{code}", response=QualityOut)
def quality(request: HttpRequest, code: str) -> dict[str, Any]:
    """The newest check of a resource's quality; for whoever sees its fields."""
    page = quality_page(code, actor=actor_for(request))
    check = page.check
    return {
        "resource": page.resource.code,
        "as_of": check.as_of if check else None,
        "rows": check.rows if check else None,
        "first": check.profile.get("first") if check else None,
        "score": check.score if check else None,
        "scores": check.scores if check else {},
        "outcomes": page.outcomes,
        "simulated": bool(check and check.simulated),
    }


@router.get("/certificates", response=list[CertificateOut])
def certificates(request: HttpRequest) -> list[dict[str, Any]]:
    """Certificates of high-quality datasets, the newest first."""
    rows = seen_certificates(actor_for(request)).order_by("-pk")
    return [
        {
            "code": each.code,
            "resource": each.resource.code,
            "title": each.resource.title,
            "holder": each.resource.holder.name,
            "licence": each.licence,
            "scenario": each.scenario,
            "hash": each.hash,
            "issued": each.recorded_at.date(),
            "simulated": each.simulated,
        }
        for each in rows
    ]


@router.get("/certificates/{code}/croissant", response=dict[str, Any])
def certificate_croissant(request: HttpRequest, code: str) -> dict[str, Any]:
    """The metadata of a certified dataset in Croissant 1.0."""
    return dict(find_certificate(code, actor=actor_for(request)).croissant)
