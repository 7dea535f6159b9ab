"""How the plan's indicators stand: each value judged by the rule in force, with what it stands on.

Everybody who judges (the pages, supervision, briefings, forecasts) reads this, so that one
indicator never has two lights.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from shucheng.kernel.public import Area, city_area_code, late_metrics
from shucheng.lib.periods import Period
from shucheng.plan.judgement.judge import Facts, Light, Outcome, Pace, judge, pace
from shucheng.plan.judgement.path import Method, Path
from shucheng.plan.judgement.ranking import LOOK_BACK, Rank, ranks
from shucheng.plan.models import Binding, Indicator, PlanVersion
from shucheng.plan.queries.area_series import (
    Series,
    counted,
    direction_of,
    factor_of,
    newest,
    series_of,
    start_of_year,
    with_targets,
)
from shucheng.plan.queries.computed import compute, first_year_of, metrics_of
from shucheng.plan.queries.drivers import (
    CityAgainstCounties,
    Contributions,
    city_against_counties,
    contributions,
)
from shucheng.plan.queries.light_rules import RuleInForce, rule_in_force
from shucheng.plan.queries.measured import Known, known_of, stored_values
from shucheng.plan.queries.paths import PathBook, path_book

__all__ = [
    "Changed",
    "CityAgainstCounties",
    "Contributions",
    "Judged",
    "JudgedPlan",
    "changes",
    "city_against_counties",
    "contributions",
    "judge_plan",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An indicator in an area at a period: its value, its light, and what that stands on.

    Values are in the indicator's unit. `period` is the newest that has a value, or the one whose
    value is late (then `known` is older); empty where neither is. `outcome` is what the rule
    says of that period, with the facts it was judged from; `path` gives what is expected.
    """

    indicator: Indicator
    area: str
    period: str
    known: Known | None
    value: Decimal | None
    outcome: Outcome
    path: Path | None
    method: Method | None
    pace: Pace | None
    # Among the counties, by schedule progress (by value where no county has a target); of a
    # county that can be compared only.
    rank: Rank | None
    # County targets that are made up for demonstration or not agreed yet.
    target_simulated: bool = False
    target_unconfirmed: bool = False

    @property
    def unit(self) -> str:
        return self.indicator.unit

    @property
    def light(self) -> Light:
        return self.outcome.light

    @property
    def reason(self) -> str:
        return self.outcome.reason

    @property
    def target(self) -> Decimal | None:
        """The year's target."""
        return self.outcome.facts.target

    @property
    def expected(self) -> Decimal | None:
        return self.outcome.facts.expected

    @property
    def attainment(self) -> Decimal | None:
        """完成率, in percent."""
        return self.outcome.attainment

    @property
    def schedule_progress(self) -> Decimal | None:
        """序时进度, in percent."""
        return self.outcome.schedule_progress

    @property
    def gap(self) -> Decimal | None:
        return self.outcome.gap

    @property
    def due(self) -> date | None:
        """When the value of `period` was to be reported."""
        return self.outcome.facts.due

    @property
    def recorded_at(self) -> datetime | None:
        return self.known.recorded_at if self.known else None

    @property
    def simulated(self) -> bool:
        return self.target_simulated or (self.known is not None and self.known.simulated)


@dataclass(frozen=True, slots=True)
class JudgedPlan:
    """All indicators of a version, judged; the city first, then its counties in their order."""

    version: PlanVersion
    today: date
    as_of: date | None
    rule: RuleInForce
    city_code: str
    # Code → name of every area that was asked for, the city included.
    areas: dict[str, str]
    judged: tuple[Judged, ...]

    @property
    def city(self) -> tuple[Judged, ...]:
        """One for each indicator of the annex, in its order."""
        return tuple(found for found in self.judged if found.area == self.city_code)

    def of(self, indicator: str, area: str = "") -> Judged | None:
        """An indicator by code, in the city unless an area is named."""
        wanted = area or self.city_code
        return next(
            (j for j in self.judged if j.indicator.code == indicator and j.area == wanted), None
        )

    def counties(self, indicator: str) -> tuple[Judged, ...]:
        """An indicator in every county that has data or a target."""
        return tuple(
            j for j in self.judged if j.indicator.code == indicator and j.area != self.city_code
        )

    def count(self, light: Light) -> int:
        """How many of the city's indicators have this light."""
        return sum(found.light == light for found in self.city)

    @property
    def simulated(self) -> bool:
        return any(found.simulated for found in self.judged)


def judge_plan(
    version: PlanVersion,
    today: date,
    *,
    areas: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
    as_of: date | None = None,
    back: int = 0,
) -> JudgedPlan:
    """Judge every indicator of the annex, in the city and in each county that has data.

    `areas` limits it to some area codes (ranks need the counties), `indicators` to some
    indicators' codes; `as_of` judges by what was
    known at the end of that day: observations, rules, paths and county targets. `back` judges
    each indicator that many of its own periods earlier, as known now.
    """
    rows = version.indicators.select_related("binding").prefetch_related("path", "duties")
    chosen = tuple(rows if indicators is None else rows.filter(code__in=list(indicators)))
    places = _areas(areas)
    bindings = {each.binding.pk: each.binding for each in chosen if each.binding}
    known = _known(list(bindings.values()), first_year_of(version), list(places), areas, as_of)
    judge_one = _Judge(
        today=today,
        back=back,
        rule=rule_in_force(today, as_of),
        book=path_book([each.code for each in chosen], as_of),
        city=city_area_code(),
        places=places,
        # What a form asked for is known now only; a day in the past is judged by the rule alone.
        late=late_metrics(today) if as_of is None and not back else {},
    )
    return JudgedPlan(
        version=version,
        today=today,
        as_of=as_of,
        rule=judge_one.rule,
        city_code=judge_one.city,
        areas=places,
        judged=tuple(
            found
            for indicator in chosen
            for found in judge_one.everywhere(indicator, known.get(indicator.binding_id or 0, {}))
        ),
    )


def _areas(wanted: Iterable[str] | None) -> dict[str, str]:
    """Code → name, the city first, then counties, then zones."""
    rows = Area.objects.exclude(kind="province")
    if wanted is not None:
        rows = rows.filter(code__in=list(wanted))
    last = {"functional_zone": 2, "park": 2, "city": 0}
    return {
        area.code: area.label
        for area in sorted(rows, key=lambda area: (last.get(area.kind, 1), area.pk))
    }


def _known(
    bindings: list[Binding],
    first_year: int,
    codes: list[str],
    wanted: Iterable[str] | None,
    as_of: date | None,
) -> dict[int, dict[str, list[Known]]]:
    """Binding id → area → its known values, in order of period."""
    found: dict[int, dict[str, list[Known]]] = {binding.pk: {} for binding in bindings}
    if as_of is None:
        rows = stored_values(list(found), [] if wanted is None else codes)
    else:
        computed = compute(bindings, first_year, areas=codes, as_of=as_of)
        rows = [(value.binding.pk, value.area, known_of(value)) for value in computed]
    for pk, area, known in rows:
        found[pk].setdefault(area, []).append(known)
    return found


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges indicators on a day by one rule and one book of paths."""

    today: date
    back: int
    rule: RuleInForce
    book: PathBook
    city: str
    places: Mapping[str, str]
    # (metric, area) → the day on which a form had asked for it, where it is not there.
    late: Mapping[tuple[str, str], date]

    def everywhere(self, indicator: Indicator, known: Mapping[str, list[Known]]) -> list[Judged]:
        """The city, then every county that has data or a target."""
        factor = factor_of(indicator)
        city = series_of(known.get(self.city, ()), factor)
        path = self.book.city(indicator, city.values)
        found: dict[str, Series] = {self.city: replace(city, path=path)}
        for area in self.places:
            own = series_of(known.get(area, ()), factor)
            targets = self.book.county(indicator, area, own.values, path)
            if area != self.city and (own.known or targets):
                found[area] = with_targets(own, targets)
        judged = [
            self._one(indicator, area, series)
            for area, series in found.items()
            if area in self.places
        ]
        counties = {area: series for area, series in found.items() if area != self.city}
        placed = self._ranks(indicator, counties, judged)
        return [replace(each, rank=placed.get(each.area)) for each in judged]

    def _one(self, indicator: Indicator, area: str, series: Series) -> Judged:
        period, due = self._period(indicator, area, series)
        shown = newest(series, period)
        facts = self._facts(indicator, series, period, due)
        gone, left = counted(period) if period else (0, 0)
        target, value = facts.target, facts.value
        needed = None
        if period and target is not None and value is not None and series.path:
            start = start_of_year(series, period)
            if start is not None and series.path.shape != "constant":
                needed = pace(value, target, start, gone, left)
        return Judged(
            indicator=indicator,
            area=area,
            period=str(period) if period else "",
            known=series.known.get(shown) if shown else None,
            value=series.values.get(shown) if shown else None,
            outcome=judge(facts, self.rule.rule),
            path=series.path,
            method=series.path.method(period) if series.path and period else None,
            pace=needed,
            rank=None,
            target_simulated=series.simulated,
            target_unconfirmed=series.unconfirmed,
        )

    def _period(
        self, indicator: Indicator, area: str, series: Series
    ) -> tuple[Period | None, date | None]:
        """The newest with a value that has ended, or the newest that is late, with the day on
        which a form asked for it where that is what makes it late."""
        latest = newest(series, None, by=self.today)
        if latest is None:
            return None, None
        asked = max(latest, self.rule.newest_due(latest.frequency, self.today))
        metrics = metrics_of(indicator.binding.formula) if indicator.binding else frozenset()
        days = [day for code in metrics if (day := self.late.get((code, area)))]
        if days and (self.today - min(days)).days > self.rule.rule.late_after_days:
            # The period that had ended before the day.
            wanted = Period.of(min(days), latest.frequency).previous()
            if wanted > latest and wanted >= asked:
                return wanted, min(days)
        return asked.shift(-self.back), None

    def _facts(
        self,
        indicator: Indicator,
        series: Series,
        period: Period | None,
        due: date | None = None,
    ) -> Facts:
        path = series.path
        return Facts(
            value=series.values.get(period) if period else None,
            target=path.targets.get(period.year) if path and period else None,
            expected=path.expected(period) if path and period else None,
            direction=direction_of(indicator),
            due=due or (self.rule.due(period) if period else None),
            today=self.today,
        )

    def _ranks(
        self, indicator: Indicator, counties: Mapping[str, Series], judged: list[Judged]
    ) -> dict[str, Rank]:
        """Ranks at the newest period that any county has reported, by schedule progress; by value
        where no county has a target."""
        periods = [
            Period.parse(each.period)
            for each in judged
            if each.area in counties and each.outcome.facts.value is not None
        ]
        if not periods:
            return {}
        last = max(periods)
        by_target = any(series.path for series in counties.values())
        history: list[Mapping[str, Decimal | None]] = [
            {
                area: judge(
                    self._facts(indicator, series, period), self.rule.rule
                ).schedule_progress
                if by_target
                else series.values.get(period)
                for area, series in counties.items()
            }
            for period in (last.shift(-back) for back in reversed(range(LOOK_BACK)))
        ]
        while history and not any(value is not None for value in history[0].values()):
            history.pop(0)
        return ranks(history, down=not by_target and direction_of(indicator) == "down")


@dataclass(frozen=True, slots=True)
class Changed:
    """An indicator in an area then and now; `before` is None where it was not judged then."""

    now: Judged
    before: Judged | None

    @property
    def light_changed(self) -> bool:
        return self.before is not None and self.before.light != self.now.light

    @property
    def change(self) -> Decimal | None:
        """The value now against the value then, in the indicator's unit."""
        if self.before is None or self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value


def changes(now: JudgedPlan, before: JudgedPlan) -> tuple[Changed, ...]:
    """What differs between two judgements (`judge_plan(..., back=1)` gives the period before):
    another light first, the worse the sooner, then another value."""
    then = {(each.indicator.code, each.area): each for each in before.judged}
    found = [Changed(each, then.get((each.indicator.code, each.area))) for each in now.judged]
    changed = [each for each in found if each.light_changed or each.change or each.before is None]
    return tuple(
        sorted(changed, key=lambda each: (not each.light_changed, _ORDER.index(each.now.light)))
    )


# The lights, the one to look at first before the others.
_ORDER: Final[tuple[Light, ...]] = ("red", "blue", "yellow", "grey", "green")
