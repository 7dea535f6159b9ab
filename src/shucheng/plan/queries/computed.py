"""Compute bindings: their formulas over the observations known now, or as known on a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from shucheng.kernel.public import (
    Change,
    KnownValue,
    MetricVersion,
    Moment,
    Wanted,
    area_tree,
    ask,
    moments,
    newest_start,
    panel,
)
from shucheng.lib import units
from shucheng.lib.periods import Frequency, Period
from shucheng.plan.formula.cells import CellValue, Computation
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.inputs import CHILDREN, CITY, Input, areas_read, inputs, reached
from shucheng.plan.formula.model import Call, Node, children, readings
from shucheng.plan.formula.parse import parse
from shucheng.plan.formula.proof import Formula, MetricFacts, prove
from shucheng.plan.models import Binding, FormulaVersion, PlanVersion
from shucheng.plan.queries.moments import last_moment

AreaPeriod = tuple[str, Period]


@dataclass(frozen=True, slots=True)
class Computed:
    """A binding's value of an area and a period, and what it stands on."""

    binding: Binding
    area: str
    period: Period
    value: Decimal | None
    simulated: bool
    rests_on: int
    # The observation that closes the period; of several the one recorded last.
    newest: Moment
    digest: str


def first_year_of(version: PlanVersion) -> int:
    """Where cumulative sums begin; in a plan that does not say its years they stay unknown."""
    return version.period_start or 1


def metrics_of(formula: str) -> frozenset[str]:
    """The metrics that a formula reads; none where it is no formula."""
    try:
        return frozenset(reading.metric for reading in readings(parse(formula)))
    except FormulaInvalid:
        return frozenset()


def proven(
    binding: Binding | FormulaVersion,
    facts: dict[str, MetricFacts],
    frequency: Frequency | None = None,
) -> Formula | None:
    """The binding's formula; None where it cannot be computed (the page says why)."""
    try:
        return prove(binding.formula, facts, unit=binding.unit, frequency=frequency)
    except (FormulaInvalid, units.UnitUnknown):
        return None


def every_definition() -> tuple[MetricVersion, ...]:
    """The definitions of all metrics, of each the newest last."""
    return tuple(MetricVersion.objects.select_related("metric").order_by("number"))


def metric_facts(codes: Iterable[str]) -> dict[str, MetricFacts]:
    """What formulas have to know of metrics, from their newest definitions."""
    versions = MetricVersion.objects.filter(metric__code__in=list(codes))
    return facts_of(versions.select_related("metric").order_by("number"))


def facts_of(versions: Iterable[MetricVersion]) -> dict[str, MetricFacts]:
    """The same from definitions that were read already, of each metric the newest last."""
    return {
        version.metric.code: MetricFacts(
            code=version.metric.code,
            unit=version.unit,
            frequency=cast(Frequency, version.frequency),
            measure=version.measure,
            over_time=version.time_aggregation,
            over_areas=version.area_aggregation,
            dimensions={name: tuple(codes) for name, codes in version.dimensions.items()},
        )
        for version in versions
    }


def compute(
    bindings: Sequence[Binding],
    first_year: int,
    *,
    areas: Iterable[str] = (),
    as_of: date | datetime | None = None,
    frequency: Frequency | None = None,
) -> list[Computed]:
    """The values of bindings for some areas (for all where none are named), in order of period.

    `first_year` is where cumulative sums begin; with a `frequency` the periods are of it, else
    each formula's own. A handful of queries, however many bindings.
    """
    found = list(cell_values(bindings, first_year, areas=areas, as_of=as_of, frequency=frequency))
    newest = moments(value.newest for _, value in found)
    # A formula of that day may have given another unit.
    scale = {
        binding: _factor(told.unit, binding.unit)
        for binding, told in as_told(bindings, as_of).items()
    }
    return [
        Computed(
            binding=binding,
            area=value.area,
            period=value.period,
            value=_scaled(value.value, scale[binding]),
            simulated=value.simulated,
            rests_on=value.rests_on,
            newest=newest[value.newest],
            digest=value.digest,
        )
        for binding, value in found
    ]


def cell_values(
    bindings: Sequence[Binding],
    first_year: int,
    *,
    areas: Iterable[str] = (),
    as_of: date | datetime | None = None,
    frequency: Frequency | None = None,
) -> Iterator[tuple[Binding, CellValue]]:
    """As `compute`, binding by binding as they are found, with the newest observation by id
    alone."""
    formulas = _formulas(bindings, as_of, frequency)
    asked = frozenset(areas)
    # The city's value and the sum below an area need other areas' observations as well.
    alone = asked and not any(_looks_around(formula.root) for formula in formulas.values())
    metrics = sorted({code for formula in formulas.values() for code in formula.metrics})
    wanted = [Wanted(metric, asked if alone else frozenset()) for metric in metrics]
    for binding, value in _asked(formulas, first_year, area_tree(), wanted, as_of):
        if not asked or value.area in asked:
            yield binding, value


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of observations can have changed of a binding: these areas' periods, and
    their values now (an area's period without a value has none any more)."""

    reached: frozenset[AreaPeriod]
    values: tuple[CellValue, ...]


def changed_values(
    bindings: Sequence[Binding], first_year: int, change: Change
) -> dict[Binding, Changed]:
    """Every value of bindings that a change can have changed, computed from no more observations
    than it stands on."""
    formulas = _formulas(bindings)
    tree = area_tree()
    ends = sorted({Period.parse(period).end for period in change.periods})
    last = newest_start()
    if not ends or last is None:
        return {}
    reach = {
        binding: reached(formula, first_year, change.metrics, change.areas, ends, last, tree)
        for binding, formula in formulas.items()
    }
    bounds: dict[tuple[str, str], tuple[date, date]] = {}
    for binding, formula in formulas.items():
        _widen(bounds, formula, first_year, reach[binding], tree)
    found: dict[Binding, list[CellValue]] = {binding: [] for binding in formulas}
    for binding, value in _asked(formulas, first_year, tree, _series(bounds)):
        if (value.area, value.period) in reach[binding]:
            found[binding].append(value)
    return {
        binding: Changed(frozenset(reach[binding]), tuple(values))
        for binding, values in found.items()
    }


def observations_below(
    binding: Binding,
    area: str,
    period: Period,
    first_year: int,
    as_of: date | datetime | None = None,
) -> list[KnownValue]:
    """Every observation that a value stands on, as known now or on a day, in the order of the
    formula and of time."""
    formula = _formulas([binding], as_of).get(binding)
    if formula is None:
        return []
    tree = area_tree()
    bounds: dict[tuple[str, str], tuple[date, date]] = {}
    _widen(bounds, formula, first_year, {(area, period)}, tree)
    known: dict[tuple[str, str], list[tuple[Period, KnownValue]]] = {}
    for row in panel(_series(bounds), as_of):
        known.setdefault((row.metric, row.area), []).append((Period.parse(row.period), row))
    return [
        row
        for run in inputs(formula, period, first_year)
        for code in areas_read(run.areas, area, tree)
        for step, row in sorted(known.get((run.metric, code), ()), key=lambda each: each[0])
        if run.first.start <= step.start and step.end <= run.last.end and _is_chosen(row, run)
    ]


def as_told(
    bindings: Iterable[Binding], as_of: date | datetime | None
) -> dict[Binding, Binding | FormulaVersion]:
    """Each binding → what says its formula and unit: itself, or the version of the day; before
    there was any, the first one."""
    told: dict[Binding, Binding | FormulaVersion] = {binding: binding for binding in bindings}
    if as_of is None:
        return told
    by = last_moment(as_of)
    # The newest number comes last: the first one holds until one is recorded by then.
    for version in FormulaVersion.objects.filter(binding__in=told).order_by("number"):
        if version.number == 1 or version.recorded_at <= by:
            told[version.binding] = version
    return told


def _formulas(
    bindings: Iterable[Binding],
    as_of: date | datetime | None = None,
    frequency: Frequency | None = None,
) -> dict[Binding, Formula]:
    """The formulas of the bindings that can be computed, as they are or were on a day."""
    told = as_told(bindings, as_of)
    facts = metric_facts({code for each in told.values() for code in metrics_of(each.formula)})
    return {
        binding: formula
        for binding, each in told.items()
        if (formula := proven(each, facts, frequency)) is not None
    }


def _factor(unit: str, wanted: str) -> Decimal | None:
    """What a value is multiplied by; None where the two measure different things."""
    if unit == wanted:
        return Decimal(1)
    if units.known(unit) and units.known(wanted) and units.compatible(unit, wanted):
        return units.convert(Decimal(1), unit, wanted)
    return None


def _scaled(value: Decimal | None, factor: Decimal | None) -> Decimal | None:
    return None if value is None or factor is None else value * factor


def _asked(
    formulas: Mapping[Binding, Formula],
    first_year: int,
    tree: Mapping[str, str],
    wanted: Sequence[Wanted],
    as_of: date | datetime | None = None,
) -> Iterator[tuple[Binding, CellValue]]:
    if not formulas or not wanted:
        return
    computation = Computation(list(formulas.values()), tree, first_year)
    answers = ask(computation.statements(), wanted, as_of)
    for binding, values in zip(formulas, computation.read(answers), strict=True):
        for value in values:
            yield binding, value


def _widen(
    bounds: dict[tuple[str, str], tuple[date, date]],
    formula: Formula,
    first_year: int,
    reach: Iterable[AreaPeriod],
    tree: Mapping[str, str],
) -> None:
    """Widen the days to read of each metric's areas by what the values stand on."""
    areas_at: dict[Period, list[str]] = {}
    for area, period in reach:
        areas_at.setdefault(period, []).append(area)
    for period, areas in areas_at.items():
        for run in inputs(formula, period, first_year):
            for code in {each for area in areas for each in areas_read(run.areas, area, tree)}:
                first, last = run.first.start, run.last.end
                if found := bounds.get((run.metric, code)):
                    first, last = min(first, found[0]), max(last, found[1])
                bounds[run.metric, code] = (first, last)


def _series(bounds: Mapping[tuple[str, str], tuple[date, date]]) -> list[Wanted]:
    """What to read, areas of the same days together."""
    together: dict[tuple[str, date, date], set[str]] = {}
    for (metric, area), (first, last) in sorted(bounds.items()):
        together.setdefault((metric, first, last), set()).add(area)
    return [
        Wanted(metric, frozenset(areas), first, last)
        for (metric, first, last), areas in together.items()
    ]


def _looks_around(node: Node) -> bool:
    if isinstance(node, Call) and node.function in {CITY, CHILDREN}:
        return True
    return any(_looks_around(child) for child in children(node))


def _is_chosen(row: KnownValue, run: Input) -> bool:
    codes = dict(part.split("=", 1) for part in row.dimension.split(";") if part)
    return all(codes.get(name) in chosen for name, chosen in run.where)
