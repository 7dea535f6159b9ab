"""Gather a briefing's facts from what was known at its moment.

The same scope, period and moment give the same facts whenever they are asked for, but for what
somebody wrote down later of supervision: items are told as they stood on the moment's day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shucheng.kernel.public import Actor, Area, Organisation
from shucheng.lib.periods import Period
from shucheng.plan.briefings.engine.facts import (
    BriefingFacts,
    ChanceFacts,
    Change,
    DriverFacts,
    DriversFacts,
    IndicatorFacts,
    Kind,
    PaceFacts,
    PointFacts,
    RankFacts,
    RevisedFacts,
    RuleFacts,
    Scope,
    SourceFacts,
    change,
    count_lights,
    from_json,
    plain,
)
from shucheng.plan.briefings.models import Issue
from shucheng.plan.briefings.queries.chances import Chances
from shucheng.plan.briefings.queries.comparing import comparisons, counties
from shucheng.plan.briefings.queries.supervising import supervision_facts
from shucheng.plan.judgement.path import Shape
from shucheng.plan.models import Indicator, PlanVersion
from shucheng.plan.queries.annex_line import direction_of, factor_of, is_strict
from shucheng.plan.queries.area_series import Series, newest, series_of
from shucheng.plan.queries.computed import compute, first_year_of
from shucheng.plan.queries.drivers import contributions
from shucheng.plan.queries.formula_words import in_words
from shucheng.plan.queries.judge import judge_now_and_before, judge_plan
from shucheng.plan.queries.judged import Judged, JudgedPlan
from shucheng.plan.queries.measured import Known, known_of
from shucheng.plan.queries.paths import binding_shape

_MOST_DRIVEN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which briefing: `scope_code` is the area's or the organisation's code, the city's area code
    for the city. `previous` is the issued one of the same kind and scope that it follows. `against`
    is a period that all indicators are held against, as in briefings that were issued before each
    was held against its own."""

    version: PlanVersion
    kind: Kind
    scope: Scope
    scope_code: str
    scope_name: str
    period: Period
    as_of: datetime
    previous: Issue | None = None
    against: str = ""


def gather(asked: Asked, *, actor: Actor) -> BriefingFacts:
    """Everything that the briefing states. A briefing speaks Chinese, whoever asks."""
    with translation.override("zh-hans"):
        return _Gathering(asked, actor).facts()


def judged_on(period: Period, as_of: datetime) -> date:
    """The day on which a period's briefing judges: that of its moment, but no later than the end
    of the month that follows the period (from then on the next one would be asked for)."""
    month_after = Period.of(period.end + timedelta(days=1), "M")
    return min(timezone.localtime(as_of).date(), month_after.end - timedelta(days=1))


class _Gathering:
    """The judgements and series that the facts are taken from, each read once."""

    def __init__(self, asked: Asked, actor: Actor) -> None:
        self.asked, self.actor = asked, actor
        self.as_of = asked.as_of
        self.day = judged_on(asked.period, asked.as_of)

    @cached_property
    def judged(self) -> tuple[JudgedPlan, JudgedPlan]:
        """Now, and each indicator one of its own periods before, as every page compares them."""
        version, against = self.asked.version, self.asked.against
        if not against:
            return judge_now_and_before(version, self.day, as_of=self.as_of)
        day = judged_on(Period.parse(against), self.as_of)
        return (
            judge_plan(version, self.day, as_of=self.as_of),
            judge_plan(version, day, as_of=self.as_of),
        )

    @property
    def now(self) -> JudgedPlan:
        return self.judged[0]

    @cached_property
    def area(self) -> str:
        return self.asked.scope_code if self.asked.scope == "area" else self.now.city_code

    @cached_property
    def known(self) -> dict[int, list[Known]]:
        """Binding id → its known values in the briefing's area, no later than its period, or than
        the one that its light speaks of: what came after is another briefing's to tell."""
        bindings = [j.indicator.binding for j in self.subjects if j.indicator.binding]
        found: dict[int, list[Known]] = {binding.pk: [] for binding in bindings}
        first_year = first_year_of(self.asked.version)
        ends = {
            j.indicator.binding_id: max(
                self.asked.period.end, Period.parse(j.period).end if j.period else date.min
            )
            for j in self.subjects
        }
        for value in compute(bindings, first_year, areas=[self.area], as_of=self.as_of):
            if value.period.end <= ends[value.binding.pk]:
                found[value.binding.pk].append(known_of(value))
        return found

    @cached_property
    def subjects(self) -> tuple[Judged, ...]:
        """The indicators that the briefing speaks of, in the order of the annex."""
        if self.asked.scope == "area":
            return tuple(j for j in self.now.judged if j.area == self.area)
        if self.asked.scope == "city":
            return self.now.city
        code = self.asked.scope_code
        own = {o.pk for o in Organisation.objects.filter(code=code)}
        return tuple(
            j
            for j in self.now.city
            if any(duty.organisation_id in own for duty in j.indicator.duties.all())
        )

    @cached_property
    def chances(self) -> Chances:
        return Chances(self.subjects, self.known, self.asked.version)

    def facts(self) -> BriefingFacts:
        asked, rule = self.asked, self.now.rule.rule
        before = {j.indicator.code: j for j in self.judged[1].judged if j.area == self.area}
        indicators = tuple(
            self._indicator(each, before.get(each.indicator.code)) for each in self.subjects
        )
        indicators = self._with_drivers(indicators)
        city = asked.scope == "city"
        return BriefingFacts(
            kind=asked.kind,
            scope=asked.scope,
            scope_code=asked.scope_code,
            scope_name=asked.scope_name,
            city=_city_name(),
            plan_title=asked.version.title or asked.version.plan.title,
            plan_version=asked.version.number or 0,
            period=str(asked.period),
            before_period=asked.against,
            as_of=timezone.localtime(self.as_of),
            judged_on=self.day,
            rule=RuleFacts(
                code=rule.code,
                version=rule.version,
                green=_sure(rule.green),
                yellow=_sure(rule.yellow),
                late_after_days=rule.late_after_days,
            ),
            counts=count_lights([each.light for each in indicators]),
            counts_before=count_lights(
                [before[each.code].light for each in indicators if each.code in before]
            ),
            indicators=indicators,
            counties=counties(self.now) if city else (),
            comparisons=comparisons(self.now, self.subjects, self._explain) if city else (),
            supervision=supervision_facts(
                asked.scope, asked.scope_code, asked.period, self.as_of, actor=self.actor
            ),
            previous=asked.previous.number if asked.previous else "",
            revised=self._revised(asked.previous),
        )

    def _indicator(self, each: Judged, before: Judged | None) -> IndicatorFacts:
        indicator = each.indicator
        series = self._series(indicator)
        period = Period.parse(each.period) if each.period else None
        value = series.values.get(period) if period else None
        last = newest(series, period) if value is None else None
        shown = period if value is not None else last
        known = series.known.get(shown) if shown else None
        shape = _shape(each)
        year = period.year if period else self.asked.period.year
        return IndicatorFacts(
            code=indicator.code,
            no=indicator.no,
            name=indicator.name,
            unit=indicator.unit,
            leads=tuple(duty.name for duty in indicator.duties.all()),
            direction=direction_of(indicator),
            strict=is_strict(indicator),
            period=each.period,
            value=plain(value),
            last_period=str(last) if last else "",
            last_value=plain(series.values.get(last)) if last else None,
            target=plain(each.target),
            target_year=year,
            expected=plain(each.expected),
            attainment=plain(each.attainment),
            schedule_progress=plain(each.schedule_progress),
            gap=plain(each.gap),
            light=each.light,
            reason=each.reason,
            due=each.due,
            before_period=before.period if before else "",
            before_light=before.light if before else None,
            before_value=plain(before.value) if before else None,
            year_on_year=self._compared(each, series, period, year_before=True),
            period_on_period=self._compared(each, series, period, year_before=False)
            if shape == "stock"
            else None,
            pace=_pace(each, period),
            chance=self._chance(each, year),
            rank=RankFacts(place=each.rank.place, of=each.rank.of) if each.rank else None,
            series=self._points(each, series, year),
            source=_source(indicator, known),
            simulated=known is not None and known.simulated,
            target_simulated=each.target_simulated,
            target_unconfirmed=each.target_unconfirmed,
            target_outdated=each.target_outdated,
            explain=self._explain(indicator, shown),
            explain_target=self._explain_target(indicator, year),
        )

    def _series(self, indicator: Indicator) -> Series:
        known = self.known.get(indicator.binding_id or 0, [])
        return series_of(known, factor_of(indicator))

    def _compared(
        self, each: Judged, series: Series, period: Period | None, *, year_before: bool
    ) -> Change | None:
        if period is None or _shape(each) == "since_start":
            return None  # a total since the plan began outgrows any earlier one by itself
        against = period.year_before() if year_before else period.previous()
        value, before = plain(series.values.get(period)), plain(series.values.get(against))
        return change(value, before, str(against), each.unit)

    def _chance(self, each: Judged, year: int) -> ChanceFacts | None:
        return self.chances.of(each, year) if each.target is not None else None

    def _points(self, each: Judged, series: Series, year: int) -> tuple[PointFacts, ...]:
        """The year's periods; of a yearly indicator the plan's years."""
        if not each.period:
            return ()
        frequency = Period.parse(each.period).frequency
        periods: Sequence[Period] = Period("A", year).split(frequency)
        if len(periods) < 2:
            last = self.asked.version.period_end or year
            periods = [Period("A", y) for y in range(first_year_of(self.asked.version), last + 1)]
            if len(periods) > 10:
                return ()
        return tuple(
            PointFacts(
                period=str(period),
                value=plain(series.values.get(period)),
                expected=plain(each.path.expected(period)) if each.path else None,
            )
            for period in periods
        )

    def _explain(self, indicator: Indicator, period: Period | None, area: str = "") -> str:
        if period is None:
            return ""
        place = area or self.area
        day = timezone.localtime(self.as_of).date()
        query = f"?as_of={day}" + ("" if place == self.now.city_code else f"&area={place}")
        return reverse("plan:explain_value", args=[indicator.code, str(period)]) + query

    def _explain_target(self, indicator: Indicator, year: int) -> str:
        """The annex's row; of a county what its light stands on, which has its target."""
        if self.area == self.now.city_code:
            return reverse("plan:explain_indicator_target", args=[indicator.code, year])
        day = timezone.localtime(self.as_of).date()
        query = f"?as_of={day}&area={self.area}"
        return reverse("plan:explain_light", args=[indicator.code]) + query

    def _with_drivers(self, found: tuple[IndicatorFacts, ...]) -> tuple[IndicatorFacts, ...]:
        """Those that changed their light or lag are asked what drove them; the city's only."""
        if self.asked.scope == "area":
            return found
        turned = [i for i in found if i.before_light not in (None, i.light)]
        asked = [i for i in (*turned, *(i for i in found if i.lagging)) if i.value is not None]
        codes = list(dict.fromkeys(i.code for i in asked))[:_MOST_DRIVEN]
        judged = {j.indicator.code: j for j in self.subjects}
        return tuple(
            _replaced(i, self._drivers(judged[i.code], i)) if i.code in codes else i for i in found
        )

    def _drivers(self, each: Judged, facts: IndicatorFacts) -> DriversFacts | None:
        period = Period.parse(facts.period)
        against = period.previous()
        shape = _shape(each)
        if shape == "year_to_date" and against.year != period.year:
            return None  # a sum that began anew has not fallen
        found = contributions(each.indicator, str(period), str(against), as_of=self.as_of)
        amount = plain(found.change)
        if amount is None or found.why_not:
            return None
        by_name: dict[str, Decimal] = {}
        for part in found.parts:
            name = found.names.get(part.name, "")
            by_name[name] = by_name.get(name, Decimal(0)) + part.value
        parts = tuple(
            DriverFacts(name=name, value=_sure(value)) for name, value in by_name.items() if value
        )
        return DriversFacts(against=str(against), amount=amount, parts=parts)

    def _revised(self, previous: Issue | None) -> tuple[RevisedFacts, ...]:
        if previous is None:
            return ()
        told = {each.code: each for each in from_json(previous.facts).indicators}
        found = []
        for each in self.subjects:
            then = told.get(each.indicator.code)
            if then is None or then.value is None or then.unit != each.indicator.unit:
                continue
            period = Period.parse(then.period)
            now = plain(self._series(each.indicator).values.get(period))
            if now is not None and now != then.value:
                found.append(
                    RevisedFacts(
                        name=then.name,
                        unit=then.unit,
                        period=then.period,
                        before=then.value,
                        after=now,
                        explain=self._explain(each.indicator, period),
                    )
                )
        return tuple(found)


def _replaced(facts: IndicatorFacts, drivers: DriversFacts | None) -> IndicatorFacts:
    return replace(facts, drivers=drivers)


def _shape(each: Judged) -> Shape:
    """How its values run through a year, by the formula of the day."""
    return each.path.shape if each.path else binding_shape(each.indicator.binding)


def _pace(each: Judged, period: Period | None) -> PaceFacts | None:
    if each.pace is None or period is None:
        return None
    year = Period("A", period.year).split(period.frequency)
    return PaceFacts(
        made=plain(each.pace.made),
        needed=_sure(each.pace.needed),
        gone=year.index(period) + 1,
        left=each.pace.periods_left,
        ratio=plain(each.pace.ratio),
    )


def _source(indicator: Indicator, known: Known | None) -> SourceFacts:
    formula = indicator.binding.formula if indicator.binding else ""
    words = in_words(formula) if formula else _("No formula is bound to it yet.")
    if known is None:
        return SourceFacts(formula=formula, formula_words=words)
    return SourceFacts(
        formula=formula,
        formula_words=words,
        source=known.source,
        recorded_at=timezone.localtime(known.recorded_at),
        rests_on=known.rests_on,
    )


def _sure(value: Decimal) -> Decimal:
    return plain(value) or Decimal(0)


def _city_name() -> str:
    city = Area.objects.filter(kind="city").first()
    return city.name if city else ""
