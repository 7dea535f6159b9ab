"""The pages of indexes: the list, one index over its areas, one area explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import IndexRun
from shucheng.bays.statistics.queries.index_definitions import (
    InForce,
    in_language,
    index_codes,
    index_in_force,
    read_text,
)
from shucheng.bays.statistics.queries.index_results import newest_run, opening_run, run_periods
from shucheng.bays.statistics.queries.index_values import Lack, gather, lacks, left_out
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.kernel.public import Actor, NotFound
from shucheng.lib.indexes.definition import Index
from shucheng.lib.periods import Frequency, Period, PeriodInvalid


@dataclass(frozen=True, slots=True)
class IndexLine:
    """An index in the list; `leader` and its score where it was computed."""

    definition: InForce
    run: IndexRun | None
    leader: str
    score: float | None
    answered: int


def index_list(*, actor: Actor) -> tuple[IndexLine, ...]:
    actor.require("statistics.view")
    names = every_area_name()
    return tuple(_line(index_in_force(code), names) for code in index_codes())


def _line(definition: InForce, names: Mapping[str, str]) -> IndexLine:
    if definition.is_questionnaire:
        answered = IndexRun.objects.filter(code=definition.code).count()
        return IndexLine(definition, None, "", None, answered)
    run = opening_run(definition.code)
    if run is None:
        return IndexLine(definition, None, "", None, 0)
    first = run.result["ranks"].index(1)
    code = run.result["areas"][first]
    return IndexLine(definition, run, names.get(code, code), run.result["scores"][first], 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A dimension of an area: its score, and how far along the scale that is (percent)."""

    name: str
    score: float
    percent: float


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area's place. `low` to `high`: ranks of nine in ten of the drawn alternatives; `stable`:
    percent of them in which the rank moves by one at most. None where nothing is varied."""

    code: str
    name: str
    rank: int
    score: float
    parts: tuple[Part, ...]
    low: int | None = None
    middle: int | None = None
    high: int | None = None
    stable: float | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """A choice and the share of the ranks' variance it explains, alone and with others."""

    code: str
    first: float
    total: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """A newer period of which most areas have values and that has no result yet; `lacking` are
    the indicators for want of which it cannot be computed."""

    period: str
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexPage:
    """An index of a period; without a run, what is missing to compute it. `left_out`: code and
    name of the areas that are not ranked, as nothing at all is known of them."""

    in_force: InForce
    period: str
    periods: tuple[str, ...]
    choices: tuple[str, ...]
    run: IndexRun | None
    definition: Index
    areas: tuple[AreaLine, ...]
    factors: tuple[Factor, ...]
    lacking: tuple[Lack, ...]
    left_out: tuple[tuple[str, str], ...]
    waiting: Waiting | None

    @property
    def refused(self) -> bool:
        return any(lack.refused for lack in self.lacking)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(in_language(part.name) for part in self.definition.tree.children)

    @property
    def outdated(self) -> bool:
        return self.run is not None and self.run.definition != self.in_force.number


def index_page(code: str, period: str = "", *, actor: Actor) -> IndexPage:
    actor.require("statistics.view")
    in_force = index_in_force(code)
    if not isinstance(in_force.read, Index):
        raise NotFound(_("The index"))
    periods, choices = run_periods(code), period_choices()
    asked = _known_period(period)
    run = newest_run(code, asked) if asked else opening_run(code)
    asked = asked or (run.period if run else choices[0])
    # A run tells of itself, whatever was published after it.
    definition = read_text(run.result["definition"]) if run else in_force.read
    if not isinstance(definition, Index):
        raise NotFound(_("The index"))
    lacking: tuple[Lack, ...] = ()
    if run:
        ranked = run.result["areas"]
    else:
        when = Period.parse(asked)
        gathered = gather(in_force.read, when)
        ranked, lacking = gathered.areas, lacks(in_force.read, when, gathered)
    names = every_area_name()
    return IndexPage(
        in_force=in_force,
        period=asked,
        periods=tuple(periods),
        choices=tuple(dict.fromkeys([asked, *choices])),
        run=run,
        definition=definition,
        areas=_areas(run, definition) if run else (),
        factors=_factors(run) if run else (),
        lacking=lacking,
        left_out=tuple((area, names.get(area, area)) for area in left_out(ranked)),
        waiting=_waiting(in_force.read, periods, choices) if run else None,
    )


def _waiting(index: Index, periods: Sequence[str], choices: Sequence[str]) -> Waiting | None:
    """Of the frequency of the newest result."""
    newest = Period.parse(periods[0])
    ended = [Period.parse(each) for each in choices]
    for period in (each for each in ended if each.frequency == newest.frequency):
        if period <= newest:
            return None
        gathered = gather(index, period)
        if gathered.areas and len(gathered.areas) > len(left_out(gathered.areas)):
            lacking = [each.indicator for each in lacks(index, period, gathered) if each.refused]
            return Waiting(str(period), tuple(dict.fromkeys(lacking)))
    return None


def period_choices() -> tuple[str, ...]:
    """Years and quarters that have ended, the newest first."""
    today = timezone.localdate()
    ended: list[Period] = []
    frequencies: tuple[tuple[Frequency, int], ...] = (("A", 3), ("Q", 6))
    for frequency, count in frequencies:
        last = Period.of(today, frequency).previous()
        ended += [last.shift(-back) for back in range(count)]
    return tuple(str(period) for period in sorted(ended, reverse=True))


def _known_period(text: str) -> str:
    try:
        return str(Period.parse(text))
    except PeriodInvalid:
        return ""


def _areas(run: IndexRun, definition: Index) -> tuple[AreaLine, ...]:
    result, names = run.result, every_area_name()
    study = result["study"]
    low, high = definition.scale
    lines = []
    for at, code in enumerate(result["areas"]):
        parts = []
        for part in definition.tree.children:
            row = result["nodes"].get(part.code) or result["normalised"][part.code]
            share = 100 * (row[at] - low) / (high - low)
            parts.append(Part(in_language(part.name), row[at], min(max(share, 0), 100)))
        line = AreaLine(
            code,
            names.get(code, code),
            result["ranks"][at],
            result["scores"][at],
            tuple(parts),
            **_ranks_drawn(study, at),
        )
        lines.append(line)
    return tuple(sorted(lines, key=lambda line: line.rank))


def _ranks_drawn(study: Mapping[str, Any] | None, at: int) -> dict[str, Any]:
    if not study:
        return {}
    low, middle, high = (levels[at] for levels in study["rank_levels"])
    return {"low": low, "middle": middle, "high": high, "stable": 100 * study["stability"][at]}


def _factors(run: IndexRun) -> tuple[Factor, ...]:
    study = run.result["study"]
    if not study:
        return ()
    found = [
        # An estimate can fall a little below nothing.
        Factor(code, max(first, 0) * 100, max(total, 0) * 100)
        for code, first, total in zip(study["factors"], study["first"], study["total"], strict=True)
    ]
    return tuple(sorted(found, key=lambda factor: -factor.total))


def explained_area(page: IndexPage, code: str) -> AreaLine:
    found = next((line for line in page.areas if line.code == code), None)
    if found is None:
        raise NotFound(_("The area"))
    return found


def cells_of(run: IndexRun, metric: str, area: str) -> tuple[Decimal | None, list[Any]]:
    """What a run took of a metric in an area, and the observations it came from."""
    taken = run.values.get(metric, {}).get(area)
    return (Decimal(taken["value"]), taken["observations"]) if taken else (None, [])
