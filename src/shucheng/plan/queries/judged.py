"""How an indicator stands: its value judged by the rule in force, with what it stands on.

`judge.py` makes these.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from shucheng.plan.judgement.judge import Light, Outcome, Pace
from shucheng.plan.judgement.path import Method, Path
from shucheng.plan.judgement.ranking import Rank
from shucheng.plan.models import Indicator, PlanVersion
from shucheng.plan.queries.light_rules import RuleInForce
from shucheng.plan.queries.measured import Known


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
    # Among the counties, by schedule progress (by the gap where that says nothing of one of them,
    # by value where no county has a target); of a county that can be compared only.
    rank: Rank | None
    # County targets that are made up for demonstration, not agreed yet, or made for another target
    # of the city than the plan has by now.
    target_simulated: bool = False
    target_unconfirmed: bool = False
    target_outdated: bool = False

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
    def reported(self) -> Decimal | None:
        """The value of `period` itself; `value` is an older one where that is late."""
        return self.outcome.facts.value

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
        """What was reported now against what was then, in the indicator's unit; None where one of
        the two is late."""
        now, before = self.now.reported, self.before.reported if self.before else None
        return None if now is None or before is None else now - before

    @property
    def unit(self) -> str:
        """What the change is counted in: of a percentage, points."""
        return _("percentage points") if self.now.unit == "%" else self.now.unit


def changes(now: JudgedPlan, before: JudgedPlan) -> tuple[Changed, ...]:
    """What differs between two judgements (`judge_now_and_before` gives them): another light first,
    the worse the sooner, then another value."""
    then = {(each.indicator.code, each.area): each for each in before.judged}
    found = [Changed(each, then.get((each.indicator.code, each.area))) for each in now.judged]
    changed = [each for each in found if each.light_changed or each.change or each.before is None]
    return tuple(
        sorted(changed, key=lambda each: (not each.light_changed, _ORDER.index(each.now.light)))
    )


# The lights, the one to look at first before the others.
_ORDER: Final[tuple[Light, ...]] = ("red", "blue", "yellow", "grey", "green")
