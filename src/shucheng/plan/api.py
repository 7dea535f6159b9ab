"""The plan over HTTP: what is in force, its targets, indicators, duties and findings."""

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from shucheng.kernel.public import NotFound, actor_for
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.versions import current_version

router = Router(tags=["plan"])


class PlanOut(Schema):
    title: str
    issuer: str
    issued_on: date | None
    period_start: int | None
    period_end: int | None
    version: int


class TargetOut(Schema):
    ref: str
    subject: str
    comparator: str
    value: float
    value_max: float | None
    unit: str
    year: int | None
    implied_year: int | None
    kind: str
    quote: str
    span: tuple[int, int]


class IndicatorOut(Schema):
    code: str
    no: int
    category: str
    name: str
    unit: str
    cumulative: bool
    targets: dict[str, float]
    lead: list[str]


class DutyOut(Schema):
    organisation: str
    role: str
    task: str | None
    indicator: str | None
    work_point: int | None


def _current(request: HttpRequest) -> PlanVersion:
    actor_for(request).require("plan.view")
    version = current_version()
    if version is None:
        raise NotFound(_("A published plan"))
    return version


@router.get("", response=PlanOut)
def plan(request: HttpRequest) -> PlanOut:
    """The plan in force."""
    version = _current(request)
    return PlanOut(
        title=version.title,
        issuer=version.issuer,
        issued_on=version.issued_on,
        period_start=version.period_start,
        period_end=version.period_end,
        version=version.number or 0,
    )


@router.get("/targets", response=list[TargetOut])
def targets(request: HttpRequest) -> list[TargetOut]:
    """Every quantified target of the text, in the order of the text."""
    return [
        TargetOut(
            ref=t.ref,
            subject=t.subject,
            comparator=t.comparator,
            value=float(t.value),
            value_max=None if t.value_max is None else float(t.value_max),
            unit=t.unit,
            year=t.year,
            implied_year=t.implied_year,
            kind=t.kind,
            quote=t.quote,
            span=(t.span_start, t.span_end),
        )
        for t in _current(request).targets.all()
    ]


@router.get("/indicators", response=list[IndicatorOut])
def indicators(request: HttpRequest) -> list[IndicatorOut]:
    """The indicator annex with its yearly targets."""
    return [
        IndicatorOut(
            code=i.code,
            no=i.no,
            category=i.category,
            name=i.name,
            unit=i.unit,
            cumulative=i.cumulative,
            targets={str(t.year): float(t.value) for t in i.path.all()},
            lead=[duty.name for duty in i.duties.all()],
        )
        for i in _current(request).indicators.prefetch_related("path", "duties")
    ]


@router.get("/duties", response=list[DutyOut])
def duties(request: HttpRequest) -> list[DutyOut]:
    """Who answers for which task, indicator and work point."""
    found = _current(request).duties.select_related("task", "indicator", "work_point")
    return [
        DutyOut(
            organisation=d.name,
            role=d.role,
            task=d.task.title if d.task else None,
            indicator=d.indicator.code if d.indicator else None,
            work_point=d.work_point.no if d.work_point else None,
        )
        for d in found
    ]
