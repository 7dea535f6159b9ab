"""What a briefing states: typed facts, each figure with the address that explains it.

A briefing's sentences, tables, charts and files are made from these and from nothing else, so
that freezing them freezes the briefing. They are plain data: `to_json` and `from_json` are each
other's inverse, and equal facts give equal JSON.

Values are in the indicator's own unit; shares (attainment, schedule progress, chances) in percent.
"""

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final, Literal

from pydantic import TypeAdapter

Light = Literal["green", "yellow", "red", "blue", "grey"]
LIGHTS: Final[tuple[Light, ...]] = ("green", "yellow", "red", "blue", "grey")
Kind = Literal["month", "quarter", "year"]
Scope = Literal["city", "area", "organisation"]

_PLACES = Decimal("0.000001")
_TENTH = Decimal("0.1")


def plain(value: Decimal | None) -> Decimal | None:
    """To six decimals and without zeros at the end, so that equal numbers are written equally."""
    if value is None:
        return None
    short = value.quantize(_PLACES, ROUND_HALF_UP).normalize()
    return Decimal(f"{short + 0:f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A value against an earlier one: in percent of it, or in percentage points where the values
    are shares themselves. Rounded to one decimal; 0 says that it has not changed by as much."""

    against: str
    before: Decimal
    measure: Literal["percent", "points"]
    amount: Decimal


def change(value: Decimal | None, before: Decimal | None, against: str, unit: str) -> Change | None:
    """None where it is not defined: one of them unknown, or growth from zero or less."""
    if value is None or before is None:
        return None
    if unit in {"%", "‰", "百分点"}:
        moved = (value - before).quantize(_TENTH, ROUND_HALF_UP)
        return Change(against=against, before=before, measure="points", amount=_zero(moved))
    if before <= 0 or value < 0:
        return None
    grown = ((value - before) / before * 100).quantize(_TENTH, ROUND_HALF_UP)
    return Change(against=against, before=before, measure="percent", amount=_zero(grown))


def _zero(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize() + 0:f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceFacts:
    """Per period: what was made so far and what is still needed; `ratio` is needed over made."""

    made: Decimal | None
    needed: Decimal
    gone: int
    left: int
    ratio: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceFacts:
    """The probability in percent that the year's target is met; None with a reason why not."""

    percent: Decimal | None
    year: int
    method: str = ""
    points: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankFacts:
    place: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFacts:
    """What one county or component added to a change; an empty name is what nobody accounts for."""

    name: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DriversFacts:
    against: str
    amount: Decimal
    parts: tuple[DriverFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFacts:
    """A period of a chart: what was known of it, and what the path expects."""

    period: str
    value: Decimal | None
    expected: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """Where a value comes from: its formula and the newest observation below it."""

    formula: str = ""
    formula_words: str = ""
    source: str = ""
    recorded_at: datetime | None = None
    rests_on: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFacts:
    """An indicator in the briefing's area, at the period that its light speaks of.

    `value` is None where that period's is not there: late (`light` blue) or not known (grey);
    `last_value` is then the newest known one. `before` is its light at the period before.
    """

    code: str
    no: int
    name: str
    unit: str
    leads: tuple[str, ...]
    direction: Literal["up", "down"]
    # The number that is asked for is itself not enough: more than it, or less.
    strict: bool = False
    period: str
    value: Decimal | None
    last_period: str = ""
    last_value: Decimal | None = None
    target: Decimal | None
    target_year: int
    expected: Decimal | None
    attainment: Decimal | None
    schedule_progress: Decimal | None
    gap: Decimal | None
    light: Light
    reason: str
    due: date | None
    before_period: str = ""
    before_light: Light | None = None
    before_value: Decimal | None = None
    year_on_year: Change | None = None
    period_on_period: Change | None = None
    pace: PaceFacts | None = None
    chance: ChanceFacts | None = None
    rank: RankFacts | None = None
    drivers: DriversFacts | None = None
    series: tuple[PointFacts, ...] = ()
    source: SourceFacts
    simulated: bool
    target_simulated: bool = False
    target_unconfirmed: bool = False
    # A county's, split from another target than the city has by now.
    target_outdated: bool = False
    explain: str = ""
    explain_target: str = ""

    @property
    def lagging(self) -> bool:
        return self.light in ("red", "yellow")


@dataclass(frozen=True, slots=True, kw_only=True)
class LightCounts:
    """How many have each light."""

    total: int
    green: int = 0
    yellow: int = 0
    red: int = 0
    blue: int = 0
    grey: int = 0

    def of(self, light: Light) -> int:
        return int(getattr(self, light))


def count_lights(lights: list[Light]) -> LightCounts:
    counted = {light: lights.count(light) for light in LIGHTS}
    return LightCounts(total=len(lights), **counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyFacts:
    """One county or zone: how its indicators stand."""

    code: str
    name: str
    lights: LightCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyValueFacts:
    """One indicator in one county, for the comparison of counties."""

    code: str
    name: str
    period: str
    value: Decimal | None
    schedule_progress: Decimal | None
    light: Light
    place: int | None
    simulated: bool
    explain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonFacts:
    """An indicator over all counties that have data or a target."""

    indicator: str
    name: str
    unit: str
    counties: tuple[CountyValueFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionItemFacts:
    number: str
    title: str
    lead: str
    deadline: date | None
    overdue_days: int
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionFacts:
    """Items as they stood when the facts were taken; `raised` and `closed` within the period."""

    since: date
    until: date
    open: int
    overdue: int
    due_soon: int
    raised: int
    closed: int
    most_overdue: tuple[SupervisionItemFacts, ...]
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedFacts:
    """A value that the briefing before stated and that is known differently now."""

    name: str
    unit: str
    period: str
    before: Decimal
    after: Decimal
    explain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """The light rule that was in force."""

    code: str
    version: int
    green: Decimal
    yellow: Decimal
    late_after_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingFacts:
    """All that one briefing states.

    `previous` names the issued briefing of the same kind and scope that `revised` compares with;
    empty where there is none. `before_period` is empty: each indicator is held against the period
    before its own. Earlier briefings held all of them against one period, which it names.
    """

    schema: Literal["shucheng.briefing/1"] = "shucheng.briefing/1"
    kind: Kind
    scope: Scope
    scope_code: str
    scope_name: str
    city: str
    plan_title: str
    plan_version: int
    period: str
    before_period: str
    as_of: datetime
    judged_on: date
    rule: RuleFacts
    counts: LightCounts
    counts_before: LightCounts
    indicators: tuple[IndicatorFacts, ...]
    counties: tuple[CountyFacts, ...] = ()
    comparisons: tuple[ComparisonFacts, ...] = ()
    supervision: SupervisionFacts | None = None
    previous: str = ""
    revised: tuple[RevisedFacts, ...] = ()

    @property
    def simulated(self) -> bool:
        return (
            any(each.simulated or each.target_simulated for each in self.indicators)
            or any(each.simulated for found in self.comparisons for each in found.counties)
            or (self.supervision is not None and self.supervision.simulated)
        )

    @property
    def lagging(self) -> tuple[IndicatorFacts, ...]:
        """Red ones first, then yellow ones; within each the one furthest behind first."""
        behind = [each for each in self.indicators if each.lagging]
        return tuple(sorted(behind, key=_furthest_behind))

    @property
    def late(self) -> tuple[IndicatorFacts, ...]:
        return tuple(each for each in self.indicators if each.light == "blue")

    @property
    def missing(self) -> tuple[IndicatorFacts, ...]:
        return tuple(each for each in self.indicators if each.light == "grey")


def _furthest_behind(each: IndicatorFacts) -> tuple[bool, Decimal, int]:
    progress = each.schedule_progress if each.schedule_progress is not None else Decimal(0)
    return (each.light != "red", progress, each.no)


@cache
def _adapter() -> TypeAdapter[BriefingFacts]:
    return TypeAdapter(BriefingFacts)


def to_json(facts: BriefingFacts) -> dict[str, Any]:
    """Plain JSON data; decimals as text."""
    dumped: dict[str, Any] = _adapter().dump_python(facts, mode="json")
    return dumped


def from_json(data: dict[str, Any]) -> BriefingFacts:
    """Raises `ValueError` where it is not a briefing's facts."""
    return _adapter().validate_python(data)


def digest(facts: BriefingFacts) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(to_json(facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(one: object, other: object, where: str = "") -> list[str]:
    """The places at which two facts differ, as paths (`indicators[2].value`); none when equal."""
    if is_dataclass(one) and is_dataclass(other) and type(one) is type(other):
        return [
            found
            for each in fields(one)
            for found in differences(
                getattr(one, each.name), getattr(other, each.name), f"{where}.{each.name}"
            )
        ]
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return [
            found
            for at, (left, right) in enumerate(zip(one, other, strict=True))
            for found in differences(left, right, f"{where}[{at}]")
        ]
    return [] if one == other else [where.removeprefix(".")]
