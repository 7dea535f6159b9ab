"""The course of an indicator, in the city or in an area: what a chart draws and its file holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from shucheng.lib.periods import Period, iterate
from shucheng.plan.forecast.model import Step
from shucheng.plan.judgement.path import Path
from shucheng.plan.queries.forecasts import Outlook
from shucheng.plan.queries.measured import Known
from shucheng.plan.queries.standing import Vintage

Values = list[float | None]


@dataclass(frozen=True)
class Course:
    """Values, targets, path and forecast in one unit, over one axis of periods: from the first
    that is known or promised to the last that is promised or forecast."""

    # Of what, and where (empty for the city).
    title: str
    place: str
    unit: str
    plan: str
    series: tuple[Known, ...]
    # A sum since January: each year's line begins anew.
    restarts_yearly: bool
    targets: Mapping[int, Decimal]
    path: Path | None = None
    ahead: Outlook | None = None
    vintages: tuple[Vintage, ...] = ()
    targets_simulated: bool = False

    @property
    def latest(self) -> Known | None:
        return self.series[-1] if self.series else None

    @property
    def simulated(self) -> bool:
        return self.targets_simulated or any(known.simulated for known in self.series)

    @cached_property
    def steps(self) -> dict[str, Step]:
        """What is forecast, by period."""
        return {str(step.period): step for step in self.ahead.steps} if self.ahead else {}

    @cached_property
    def periods(self) -> list[str]:
        known = [each.period for each in self.series if each.value is not None]
        present = sorted(Period.parse(each) for each in {*known, *self._ends, *self.steps})
        return [str(each) for each in iterate(present[0], present[-1])] if present else []

    @property
    def target(self) -> Values:
        """The years' targets, each where its year ends."""
        return [self._ends.get(period) for period in self.periods]

    @property
    def actual(self) -> Values:
        known = {each.period: _number(each.value) for each in self.series}
        return [known.get(period) for period in self.periods]

    @property
    def earlier(self) -> list[Values]:
        """What was known before corrections, a line a vintage."""
        known = [vintage.values for vintage in self.vintages]
        return [[_number(values.get(period)) for period in self.periods] for values in known]

    @property
    def expected(self) -> Values:
        """What the path expects."""
        path = self.path
        return [_number(path.expected(Period.parse(p))) if path else None for p in self.periods]

    def runs(self, values: Values) -> list[Values]:
        """What may be joined by a line: all of it, or a line a year, so that a sum since January
        does not seem to fall."""
        if not self.restarts_yearly:
            return [values]
        pairs = list(zip(self.periods, values, strict=True))
        years = sorted({period[:4] for period, value in pairs if value is not None})
        return [[v if p.startswith(year) else None for p, v in pairs] for year in years]

    @cached_property
    def _ends(self) -> dict[str, float]:
        frequency = Period.parse(self.series[0].period).frequency if self.series else "A"
        return {
            str(Period.of(date(year, 12, 31), frequency)): float(value)
            for year, value in self.targets.items()
        }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
