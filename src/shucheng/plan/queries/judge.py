"""Judging a plan: what it takes is read once, then every indicator is judged in every area.

Everybody who judges (the pages, supervision, briefings, forecasts) asks here, so that one
indicator never has two lights.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shucheng.kernel.public import Area, FigureAsked, figures_asked
from shucheng.lib.periods import FREQUENCIES, Frequency, Period
from shucheng.plan.judgement.judge import Facts, judge, pace
from shucheng.plan.judgement.ranking import LOOK_BACK, Rank, ranks
from shucheng.plan.models import Indicator, PlanVersion
from shucheng.plan.queries.annex_line import direction_of, factor_of, is_strict
from shucheng.plan.queries.area_series import (
    Series,
    counted,
    newest,
    series_of,
    start_of_year,
    with_targets,
)
from shucheng.plan.queries.computed import first_year_of, metrics_of
from shucheng.plan.queries.judged import Judged, JudgedPlan
from shucheng.plan.queries.light_rules import RuleInForce, rule_in_force
from shucheng.plan.queries.measured import ByArea, Known, MeasuredPlan, known_by_area
from shucheng.plan.queries.paths import PathBook, path_book
from shucheng.plan.queries.places import city_of, every_area, labels_of


def judge_plan(
    version: PlanVersion,
    today: date,
    *,
    areas: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
    as_of: date | None = None,
) -> JudgedPlan:
    """Judge every indicator of the annex, in the city and in each county that has data.

    `areas` limits it to some area codes (ranks need the counties), `indicators` to some
    indicators' codes; `as_of` judges by what was known at the end of that day: observations,
    rules, paths, county targets and what forms had asked for.
    """
    return _read(version, today, areas, indicators, as_of).judge()


def judge_now_and_before(
    version: PlanVersion,
    today: date,
    *,
    indicators: Iterable[str] | None = None,
    as_of: date | None = None,
) -> tuple[JudgedPlan, JudgedPlan]:
    """The plan judged, and each indicator judged one of its own periods earlier, as known now;
    from one reading."""
    grounds = _read(version, today, None, indicators, as_of)
    return grounds.judge(), grounds.judge(back=1)


def judge_measured(
    plan: MeasuredPlan, today: date, *, as_of: date | None = None
) -> tuple[JudgedPlan, JudgedPlan]:
    """A plan that was measured everywhere as of the same day, judged now; and the city alone a
    period earlier."""
    grounds = _grounds(plan.version, today, plan.indicators, plan.by_area, plan.areas, as_of)
    city = {code: name for code, name in grounds.places.items() if code == grounds.city}
    return grounds.judge(), replace(grounds, places=city).judge(back=1)


def _read(
    version: PlanVersion,
    today: date,
    areas: Iterable[str] | None,
    indicators: Iterable[str] | None,
    as_of: date | None,
) -> "_Grounds":
    rows = version.indicators.select_related("binding").prefetch_related("path", "duties")
    chosen = tuple(rows if indicators is None else rows.filter(code__in=list(indicators)))
    bindings = {each.binding.pk: each.binding for each in chosen if each.binding}
    wanted = None if areas is None else sorted(areas)
    known = known_by_area(list(bindings.values()), first_year_of(version), wanted, as_of)
    return _grounds(version, today, chosen, known, every_area(), as_of, wanted)


def _grounds(
    version: PlanVersion,
    today: date,
    indicators: Iterable[Indicator],
    known: ByArea,
    areas: Sequence[Area],
    as_of: date | None,
    wanted: Collection[str] | None = None,
) -> "_Grounds":
    """What is judged from: the values of `areas`, of which those `wanted` are judged."""
    chosen, places = tuple(indicators), labels_of(areas)
    if wanted is not None:
        places = {code: name for code, name in places.items() if code in wanted}
    asked, rule = figures_asked(as_of), rule_in_force(today, as_of)
    owed = {
        key
        for key, figures in asked.items()
        if any(each.awaited and rule.rule.is_late(each.due, today) for each in figures)
    }
    book, city = path_book([each.code for each in chosen], as_of), city_of(areas)
    return _Grounds(
        version=version,
        today=today,
        as_of=as_of,
        rule=rule,
        city=city,
        places=places,
        series=tuple(
            (each, _by_area(each, known.get(each.binding_id or 0, {}), city, places, book, owed))
            for each in chosen
        ),
        asked=asked,
    )


def _by_area(
    indicator: Indicator,
    known: Mapping[str, Sequence[Known]],
    city: str,
    places: Mapping[str, str],
    book: PathBook,
    owed: Set[tuple[str, str]],
) -> dict[str, Series]:
    """An indicator's series with their paths: the city's, then those of every county that has data
    or a target, or owes (metric, area) what the indicator is made of."""
    metrics = _metrics(indicator)
    factor = factor_of(indicator)
    whole = series_of(known.get(city, ()), factor)
    path = book.city(indicator, whole.values)
    found = {city: replace(whole, path=path)}
    for area in places:
        own = series_of(known.get(area, ()), factor)
        targets = book.county(indicator, area, own.values, path)
        owes = any((metric, area) in owed for metric in metrics)
        if area != city and (own.known or targets or owes):
            found[area] = with_targets(own, targets)
    return found


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What indicators are judged from, on a day, by one rule."""

    version: PlanVersion
    today: date
    as_of: date | None
    rule: RuleInForce
    city: str
    # Code → name of the areas that are asked for.
    places: dict[str, str]
    series: tuple[tuple[Indicator, Mapping[str, Series]], ...]
    # (metric, area) → what forms ask for, be it there or not.
    asked: Mapping[tuple[str, str], tuple[FigureAsked, ...]]

    def judge(self, back: int = 0) -> JudgedPlan:
        """Judge all of them, each that many of its own periods earlier."""
        return JudgedPlan(
            version=self.version,
            today=self.today,
            as_of=self.as_of,
            rule=self.rule,
            city_code=self.city,
            areas=self.places,
            judged=tuple(
                judged
                for indicator, series in self.series
                for judged in self._everywhere(indicator, series, back)
            ),
        )

    def _everywhere(
        self, indicator: Indicator, series: Mapping[str, Series], back: int
    ) -> list[Judged]:
        judged = [
            self._one(indicator, area, own, back)
            for area, own in series.items()
            if area in self.places
        ]
        counties = {area: own for area, own in series.items() if area != self.city}
        placed = self._ranks(indicator, counties, judged)
        return [replace(each, rank=placed.get(each.area)) for each in judged]

    def _one(self, indicator: Indicator, area: str, series: Series, back: int) -> Judged:
        period = self._period(indicator, area, series, back)
        due = self._due(indicator, area, period) if period else None
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
            target_outdated=series.outdated,
        )

    def _period(self, indicator: Indicator, area: str, series: Series, back: int) -> Period | None:
        """The newest period with a value that has ended, or the newest that is late.

        A form's day counts before the rule's, be it earlier or later; where nothing was ever
        reported, only what a form asks for can be late.
        """
        latest = newest(series, None, by=self.today)
        awaited = self._awaited(indicator, area, latest)
        late = [each for each, due in awaited.items() if self._is_late(due)]
        if latest is None:
            owed = max(late).shift(-back) if late else None
            return owed if owed in awaited else None
        period = max(latest, self.rule.newest_due(latest.frequency, self.today))
        while period > latest and not self._is_late(self._due(indicator, area, period)):
            period = period.previous()
        return max([period, *late]).shift(-back)

    def _awaited(
        self, indicator: Indicator, area: str, latest: Period | None
    ) -> dict[Period, date]:
        """The periods after the newest known one that forms wait for this indicator's figures of,
        with the first day on which one of them is due."""
        awaited = [
            (Period.parse(each.period), each.due)
            for each in self._figures(indicator, area)
            if each.awaited
        ]
        if not awaited:
            return {}
        # Without any value, as often as the figure that is asked for least often.
        frequency = latest.frequency if latest else _coarsest(period for period, _due in awaited)
        found: dict[Period, date] = {}
        for each, due in awaited:
            period = Period.of(each.end, frequency)
            # A quarter is asked for by its last month.
            if period.end == each.end and (latest is None or period > latest):
                found[period] = min(due, found.get(period, due))
        return found

    def _due(self, indicator: Indicator, area: str, period: Period) -> date:
        """The day a period's figures are due: by the forms that ask for them, or else by the rule.

        Of several figures the first one that is awaited; once all are there, the last one.
        """
        asked = [each for each in self._figures(indicator, area) if each.ends_on == period.end]
        if awaited := [each.due for each in asked if each.awaited]:
            return min(awaited)
        return max((each.due for each in asked), default=self.rule.due(period))

    def _figures(self, indicator: Indicator, area: str) -> list[FigureAsked]:
        return [
            each for metric in _metrics(indicator) for each in self.asked.get((metric, area), ())
        ]

    def _is_late(self, due: date) -> bool:
        return self.rule.rule.is_late(due, self.today)

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
            strict=is_strict(indicator),
            signed=path is not None and path.shape == "constant",
            due=due,
            today=self.today,
        )

    def _ranks(
        self, indicator: Indicator, counties: Mapping[str, Series], judged: list[Judged]
    ) -> dict[str, Rank]:
        """Ranks at the newest period that any county has reported, by schedule progress, or by the
        gap to the path where a ratio says nothing of one of them; by value where no county has a
        target."""
        periods = [
            Period.parse(each.period)
            for each in judged
            if each.area in counties and each.outcome.facts.value is not None
        ]
        if not periods:
            return {}
        last = max(periods)
        by_target = any(series.path for series in counties.values())
        history = [
            self._compared(indicator, counties, period)
            if by_target
            else {area: series.values.get(period) for area, series in counties.items()}
            for period in (last.shift(-back) for back in reversed(range(LOOK_BACK)))
        ]
        while history and not any(value is not None for value in history[0].values()):
            history.pop(0)
        return ranks(history, down=not by_target and direction_of(indicator) == "down")

    def _compared(
        self, indicator: Indicator, counties: Mapping[str, Series], period: Period
    ) -> dict[str, Decimal | None]:
        """What counties are compared by at a period: the same for all of them."""
        outcomes = {
            area: judge(self._facts(indicator, series, period), self.rule.rule)
            for area, series in counties.items()
        }
        if any(
            each.gap is not None and each.schedule_progress is None for each in outcomes.values()
        ):
            return {area: each.gap for area, each in outcomes.items()}
        return {area: each.schedule_progress for area, each in outcomes.items()}


def _coarsest(periods: Iterable[Period]) -> Frequency:
    """Of days, months: no formula gives a value a day."""
    found = min((period.frequency for period in periods), key=FREQUENCIES.index)
    return "M" if found == "D" else found


def _metrics(indicator: Indicator) -> frozenset[str]:
    """The metrics that an indicator's formula reads."""
    return metrics_of(indicator.binding.formula) if indicator.binding else frozenset()
