"""The plan on one page: headline indicators, work points, what is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from shucheng.kernel.public import Actor
from shucheng.lib.periods import Period
from shucheng.plan.models import Duty, IndicatorTarget, PlanVersion, WorkPoint
from shucheng.plan.queries.drivers import Contributions, contributions
from shucheng.plan.queries.forecasts import Outlook, TargetChance, outlook, outlooks
from shucheng.plan.queries.judge import judge_measured, judge_plan
from shucheng.plan.queries.judged import Changed, Judged, JudgedPlan, changes
from shucheng.plan.queries.measured import Known, MeasuredPlan, measure_plan
from shucheng.plan.queries.targets import IndicatorNow, SectionTargets, targets_by_section
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline(IndicatorNow):
    """An indicator with its path of yearly targets and what is known so far."""

    leads: tuple[str, ...]
    path: tuple[IndicatorTarget, ...]
    judged: Judged | None = None
    outlook: Outlook | None = None

    @property
    def latest(self) -> Known | None:
        return self.measured.latest

    @property
    def is_late(self) -> bool:
        """The value of the judged period is overdue; the latest is older."""
        return self.judged is not None and self.judged.light == "blue"

    @property
    def attainment(self) -> Decimal | None:
        """完成率 in percent; nothing is said by an older value while the one asked for is late."""
        return None if self.is_late else super(Headline, self).attainment

    @property
    def chance_now(self) -> TargetChance | None:
        """That this year's target is met, or the next one that falls due."""
        if self.outlook is None:
            return None
        year = self.current.year if self.current else 0
        return self.outlook.chance_of(year) or self.outlook.next_chance


@dataclass(frozen=True, slots=True)
class LeadWork:
    """The work points of a lead organisation and when they fall due."""

    lead: str
    organisation_id: int | None
    work_points: tuple[WorkPoint, ...]
    due: date | None


@dataclass(frozen=True, slots=True)
class PeriodProgress:
    start: int
    end: int
    elapsed: float  # share of the plan's period that has passed, 0 to 1
    today: date


@dataclass(frozen=True, slots=True)
class LateArea:
    """An area (the city itself, too) whose values are overdue: of how many indicators, since when,
    and the newest period that it has reported for any of them."""

    code: str
    name: str
    late: int
    of: int
    since: date
    newest: str


@dataclass(frozen=True, slots=True)
class Cockpit:
    version: PlanVersion
    headlines: tuple[Headline, ...]
    parts: tuple[SectionTargets, ...]
    work: tuple[LeadWork, ...]
    progress: PeriodProgress | None
    simulated: bool
    freshest: Known | None
    measured: MeasuredPlan
    judged: JudgedPlan
    # The city's indicators with another light or value than a period before.
    changed: tuple[Changed, ...]
    late: tuple[LateArea, ...]


def cockpit(*, actor: Actor, as_of: date | None = None) -> Cockpit | None:
    """Everything the first page shows; None while no plan is published."""
    actor.require("plan.view")
    version = current_version(as_of)
    return cockpit_of(version, actor=actor, as_of=as_of) if version else None


def cockpit_of(version: PlanVersion, *, actor: Actor, as_of: date | None = None) -> Cockpit:
    """Everything the first page says about a version, now or as known on a day."""
    actor.require("plan.view")
    today = as_of or timezone.localdate()
    plan = measure_plan(version, everywhere=True, as_of=as_of)
    judged, before = judge_measured(plan, today, as_of=as_of)
    duties = tuple(version.duties.select_related("work_point"))
    headlines = _headlines(plan, duties, today, judged)
    known = [h.latest for h in headlines if h.latest]
    return Cockpit(
        version=version,
        headlines=headlines,
        parts=targets_by_section(plan, today),
        work=_work(duties),
        progress=_progress(version, today),
        simulated=any(k.simulated for k in known),
        freshest=max(known, key=lambda k: k.recorded_at, default=None),
        measured=plan,
        judged=judged,
        changed=tuple(c for c in changes(judged, before) if c.now.area == judged.city_code),
        late=_late(judged),
    )


def lights_by_area(
    binding: int, judged: JudgedPlan | None = None, *, as_of: date | None = None
) -> dict[str, Judged]:
    """Area code → how the indicator that a binding measures stands there; empty where no
    indicator of the annex is measured by it. `judged` saves judging anew."""
    if judged is None:
        version = current_version(as_of)
        if version is None:
            return {}
        codes = list(version.indicators.filter(binding=binding).values_list("code", flat=True))
        if not codes:
            return {}
        today = as_of or timezone.localdate()
        judged = judge_plan(version, today, indicators=codes, as_of=as_of)
    return {each.area: each for each in judged.judged if each.indicator.binding_id == binding}


def drivers_of(found: Cockpit, binding: int) -> Contributions | None:
    """Which county drove the change of the indicator that a binding measures, against the same
    period of the year before; None where nothing is known of it."""
    now = next((each for each in found.judged.city if each.indicator.binding_id == binding), None)
    if now is None or now.known is None:
        return None
    period = Period.parse(now.known.period)
    before, as_of = str(period.year_before()), found.judged.as_of
    return contributions(now.indicator, str(period), before, as_of=as_of, plan=found.measured)


def _headlines(
    plan: MeasuredPlan, duties: Iterable[Duty], today: date, judged: JudgedPlan
) -> tuple[Headline, ...]:
    leads: dict[int | None, list[str]] = {}
    for duty in duties:
        leads.setdefault(duty.indicator_id, []).append(duty.name)
    ahead = _outlooks(plan, judged)
    by_code = {found.indicator.code: found for found in judged.city}
    return tuple(
        Headline(
            indicator=indicator,
            leads=tuple(leads.get(indicator.pk, ())),
            path=(path := tuple(indicator.path.all())),
            measured=plan.of(indicator),
            current=_target_for(path, today.year),
            judged=by_code.get(indicator.code),
            outlook=ahead.get(indicator.code),
        )
        for indicator in plan.indicators
    )


def _outlooks(plan: MeasuredPlan, judged: JudgedPlan) -> Mapping[str, Outlook]:
    """Indicator code → the city's forecast: the one kept; as of a day, made from what was known."""
    if judged.as_of is not None:
        return {found.indicator.code: outlook(found, as_of=judged.as_of) for found in judged.city}
    ahead = outlooks(judged.city, judged.version, known=plan.by_area)
    return {code: found for (code, _area), found in ahead.items()}


def _late(judged: JudgedPlan) -> tuple[LateArea, ...]:
    """Who owes values, the one with the most first."""
    found = []
    for code, name in judged.areas.items():
        own = [each for each in judged.judged if each.area == code]
        late = [each for each in own if each.light == "blue" and each.due]
        if not late:
            continue
        known = [each.known.period for each in own if each.known]
        newest = max(known, key=lambda period: Period.parse(period).end, default="")
        since = min(each.due for each in late if each.due)
        found.append(LateArea(code, name, len(late), len(own), since, newest))
    return tuple(sorted(found, key=lambda area: (-area.late, area.since)))


def _target_for(path: tuple[IndicatorTarget, ...], year: int) -> IndicatorTarget | None:
    """The target of a year; before the path its first, after it its last."""
    if not path:
        return None
    return next((target for target in path if target.year >= year), path[-1])


def _work(duties: Iterable[Duty]) -> tuple[LeadWork, ...]:
    by_lead: dict[tuple[str, int | None], list[WorkPoint]] = {}
    for duty in duties:
        if duty.work_point:
            by_lead.setdefault((duty.name, duty.organisation_id), []).append(duty.work_point)
    return tuple(
        LeadWork(
            lead=lead,
            organisation_id=organisation_id,
            work_points=tuple(sorted(found, key=lambda point: point.no)),
            due=date(found[0].year, 12, 31) if found[0].year else None,
        )
        for (lead, organisation_id), found in sorted(
            by_lead.items(), key=lambda entry: (-len(entry[1]), entry[0])
        )
    )


def _progress(version: PlanVersion, today: date) -> PeriodProgress | None:
    if not version.period_start or not version.period_end:
        return None
    start, end = date(version.period_start, 1, 1), date(version.period_end + 1, 1, 1)
    elapsed = (today - start).days / (end - start).days
    return PeriodProgress(
        version.period_start, version.period_end, min(max(elapsed, 0.0), 1.0), today
    )
