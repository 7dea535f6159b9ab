"""Metrics and observations for programs: read by anybody with a token, posted by services."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.observations.actions.values import correct_observation, record_observations
from shucheng.kernel.observations.inputs import ObservationInput
from shucheng.kernel.observations.models import Metric, MetricVersion, Observation
from shucheng.kernel.observations.queries import (
    LARGEST_PAGE,
    Selection,
    history,
    metric_with_versions,
    metrics_list,
    observation_page,
    observation_with_context,
)
from shucheng.lib.numbers import written_number

router = Router(tags=["observations"])


def _bare(value: object) -> object:
    """Text is a number only as everywhere: `Decimal` also takes 1_000 and other scripts' digits."""
    if not isinstance(value, str):
        return value
    written = written_number(value)
    if written is None:
        raise PydanticCustomError("not_a_number", "Input should be a number such as 1200.5")
    return written


Number = Annotated[Decimal | None, BeforeValidator(_bare)]


class MetricOut(Schema):
    code: str
    name_zh: str
    name_en: str
    owner: str | None
    origin: str
    unconfirmed: bool

    @staticmethod
    def resolve_owner(metric: Metric) -> str | None:
        return metric.owner.code if metric.owner else None


class VersionOut(Schema):
    number: int
    unit: str
    measure: str
    frequency: str
    area_aggregation: str
    time_aggregation: str
    weight: str | None
    dimensions: dict[str, list[str]]
    definition: str
    definition_en: str
    recorded_at: datetime
    reason: str

    @staticmethod
    def resolve_weight(version: MetricVersion) -> str | None:
        return version.weight.code if version.weight else None


class MetricDetail(Schema):
    metric: MetricOut
    versions: list[VersionOut]


class ObservationOut(Schema):
    id: int
    metric: str
    version: int
    area: str
    organisation: str | None
    period: str
    dimensions: str
    value: Decimal | None
    unit: str
    status: str = Field(description="SDMX observation status (CL_OBS_STATUS)")
    source: str
    vintage: int
    recorded_at: datetime
    supersedes: int | None

    @staticmethod
    def resolve_metric(row: Observation) -> str:
        return row.metric_version.metric.code

    @staticmethod
    def resolve_version(row: Observation) -> int:
        return row.metric_version.number

    @staticmethod
    def resolve_area(row: Observation) -> str:
        return row.area.code

    @staticmethod
    def resolve_organisation(row: Observation) -> str | None:
        return row.organisation.code if row.organisation else None

    @staticmethod
    def resolve_dimensions(row: Observation) -> str:
        return row.dimension_key

    @staticmethod
    def resolve_value(row: Observation) -> Decimal | None:
        return None if row.value is None else row.value.normalize()

    @staticmethod
    def resolve_supersedes(row: Observation) -> int | None:
        return row.supersedes_id


class Page(Schema):
    items: list[ObservationOut]
    next_after: int | None = Field(description="Send as `after` for the next page; null at the end")


class Vintage(Schema):
    id: int
    vintage: int
    value: Decimal | None
    status: str
    note: str
    recorded_at: datetime


class Wanted(Schema):
    metric: str
    area: list[str] = []
    organisation: str = ""
    first: str = Field("", description="First period: 2025, 2025-Q3, 2025-09")
    last: str = Field("", description="Last period")
    as_of: date | None = Field(None, description="As known at the end of this day")
    after: int = 0
    limit: int = Field(LARGEST_PAGE, ge=1, le=LARGEST_PAGE)


class Row(Schema):
    metric: str
    area: str
    period: str
    value: Number
    organisation: str = ""
    dimensions: dict[str, str] = {}
    status: str = ""
    evidence: int | None = None
    note: str = ""
    lineage: dict[str, Any] = {}


class Batch(Schema):
    rows: list[Row] = Field(max_length=10_000)
    source: str = Field("imported", pattern=r"^[a-z][a-z0-9:_.-]{0,59}$")
    on_change: str = Field("refuse", pattern="^(refuse|supersede)$")
    reason: str = ""


class BatchOut(Schema):
    created: int
    superseded: int
    unchanged: int


class Correction(Schema):
    value: Number
    reason: str
    status: str = ""
    evidence: int | None = None


@router.get("/metrics", response=list[MetricOut])
def metrics(request: HttpRequest, q: str = "") -> list[Metric]:
    """Every metric, or those whose code or name has the words `q`."""
    return [row.metric for row in metrics_list(q, actor=actor_for(request))]


@router.get("/metrics/{code}", response=MetricDetail)
def metric(request: HttpRequest, code: str) -> dict[str, Any]:
    """A metric with all its definitions."""
    found, versions = metric_with_versions(code, actor=actor_for(request))
    return {"metric": found, "versions": versions}


@router.get("/observations", response=Page)
def observations(request: HttpRequest, wanted: Query[Wanted]) -> dict[str, Any]:
    """Current values of a metric, or the values as known on a day."""
    selection = Selection(
        wanted.metric,
        wanted.area,
        wanted.organisation,
        wanted.first,
        wanted.last,
        as_of=wanted.as_of,
    )
    rows = observation_page(
        selection, actor=actor_for(request), after=wanted.after, limit=wanted.limit
    )
    full = len(rows) == wanted.limit
    return {"items": rows, "next_after": rows[-1].pk if full else None}


@router.get("/observations/{observation_id}", response=ObservationOut)
def observation(request: HttpRequest, observation_id: int) -> Observation:
    return observation_with_context(observation_id, actor=actor_for(request))


@router.get("/observations/{observation_id}/history", response=list[Vintage])
def observation_history(request: HttpRequest, observation_id: int) -> list[Observation]:
    """Every value that this cell ever had, oldest first."""
    return history(observation_with_context(observation_id, actor=actor_for(request)))


@router.post("/observations", response=BatchOut)
def post_observations(request: HttpRequest, batch: Batch) -> Any:
    """Record all rows or none; the answer 422 names every bad row and why."""
    return record_observations(
        [ObservationInput(**row.dict()) for row in batch.rows],
        actor=actor_for(request),
        source=batch.source,
        on_change="supersede" if batch.on_change == "supersede" else "refuse",
        reason=batch.reason,
    )


@router.post("/observations/{observation_id}/correction", response=ObservationOut)
def post_correction(
    request: HttpRequest, observation_id: int, correction: Correction
) -> Observation:
    """Put a new value over the current one; 409 when somebody else already did."""
    actor = actor_for(request)
    new = correct_observation(observation_id, actor=actor, **correction.dict())
    return observation_with_context(new.pk, actor=actor)
