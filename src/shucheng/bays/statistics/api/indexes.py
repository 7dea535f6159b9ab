"""Composite indexes over HTTP: the list, ranks with how firm they are, one area explained."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from shucheng.bays.statistics.queries.asking import require_as_asked
from shucheng.bays.statistics.queries.index_area import area_page
from shucheng.bays.statistics.queries.indexes import AreaLine, IndexPage, index_list, index_page
from shucheng.kernel.public import actor_for

router = Router()


class IndexOut(Schema):
    code: str
    name: str
    kind: str = Field(description="index or questionnaire")
    definition: int = Field(description="Number of the definition in force; 0: the package's own")
    period: str = Field(description="Of the newest result; empty while there is none")


class PartOut(Schema):
    name: str
    score: float


class RankOut(Schema):
    area: str
    name: str
    rank: int
    score: float
    parts: list[PartOut]
    low: int | None = Field(description="Nine in ten of the drawn alternatives rank it from here")
    middle: int | None
    high: int | None = Field(description="to here")
    stable: float | None = Field(
        description="Per cent of the alternatives in which the rank moves by one at most"
    )


class FactorOut(Schema):
    code: str
    first: float = Field(description="Per cent of the ranks' variance it explains alone")
    total: float = Field(description="and together with the other choices")


class LackOut(Schema):
    indicator: str
    metric: str
    areas: list[str]
    refused: bool = Field(description="The index is not computed without it")


class LeftOut(Schema):
    area: str
    name: str


class IndexDetail(Schema):
    code: str
    name: str
    period: str
    periods: list[str]
    computed_at: datetime | None
    definition: int | None = Field(description="Number of the definition that was computed")
    outdated: bool = Field(description="A newer definition was published since")
    draws: int | None
    seed: int | None
    ranks: list[RankOut]
    left_out: list[LeftOut] = Field(
        description="Areas that are not ranked: no value of any indicator is known"
    )
    factors: list[FactorOut]
    lacking: list[LackOut] = Field(description="What is missing where nothing is computed")
    unconfirmed: list[str] = Field(description="What of the definition nobody has confirmed")
    simulated: bool


class StepOut(Schema):
    name: str
    unit: str
    dimension: str
    raw: float | None
    filled: float | None = Field(description="What was put where the raw value was missing")
    normalised: float
    weight: float = Field(description="Per cent")
    contribution: Decimal


class DeductionOut(Schema):
    name: str
    value: Decimal


class ExplainedOut(Schema):
    area: RankOut
    score: Decimal = Field(description="The sum of contributions and deductions")
    steps: list[StepOut]
    deductions: list[DeductionOut]


@router.get("/indexes", response=list[IndexOut])
def indexes(request: HttpRequest) -> list[dict[str, Any]]:
    """All indexes and questionnaires."""
    return [
        {
            "code": line.definition.code,
            "name": line.definition.name,
            "kind": "questionnaire" if line.definition.is_questionnaire else "index",
            "definition": line.definition.number,
            "period": line.run.period if line.run else "",
        }
        for line in index_list(actor=actor_for(request))
    ]


@router.get("/indexes/{code}", response=IndexDetail)
def index(request: HttpRequest, code: str, period: str = "") -> dict[str, Any]:
    """An index over its areas: score and rank, and beside every rank how firm it is."""
    page = _page(request, code, period)
    run = page.run
    study = (run.result["study"] if run else None) or {}
    return {
        "code": code,
        "name": page.in_force.name,
        "period": page.period,
        "periods": page.periods,
        "computed_at": run.recorded_at if run else None,
        "definition": run.definition if run else None,
        "outdated": page.outdated,
        "draws": study.get("draws"),
        "seed": study.get("seed"),
        "ranks": [_rank(line) for line in page.areas],
        "left_out": [{"area": area, "name": name} for area, name in page.left_out],
        "factors": page.factors,
        "lacking": [
            {
                "indicator": lack.indicator,
                "metric": lack.code,
                "areas": lack.areas,
                "refused": lack.refused,
            }
            for lack in page.lacking
        ],
        "unconfirmed": page.in_force.unconfirmed,
        "simulated": bool(run and run.simulated),
    }


@router.get("/indexes/{code}/{area}", response=ExplainedOut)
def index_area(request: HttpRequest, code: str, area: str, period: str = "") -> dict[str, Any]:
    """One area's score: each indicator from its raw value to what it contributes."""
    _page(request, code, period)
    found = area_page(code, area, period, actor=actor_for(request))
    names = ("name", "unit", "dimension", "raw", "filled", "normalised", "weight", "contribution")
    return {
        "area": _rank(found.line),
        "score": found.score,
        "steps": [{name: getattr(step, name) for name in names} for step in found.steps],
        "deductions": [{"name": each.name, "value": each.value} for each in found.deductions],
    }


def _page(request: HttpRequest, code: str, period: str) -> IndexPage:
    page = index_page(code, period, actor=actor_for(request))
    require_as_asked({"period": period}, {"period": page.period})
    return page


def _rank(line: AreaLine) -> dict[str, Any]:
    numbers = ("rank", "score", "low", "middle", "high", "stable")
    return {
        "area": line.code,
        "name": line.name,
        **{name: getattr(line, name) for name in numbers},
        "parts": [{"name": part.name, "score": part.score} for part in line.parts],
    }
