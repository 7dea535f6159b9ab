"""Compute bindings: their formulas over the observations known now, or as known on a day."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from shucheng.kernel.public import KnownValue, MetricVersion, area_tree, panel
from shucheng.lib import units
from shucheng.lib.periods import Frequency, Period
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.inputs import CHILDREN, CITY, Input, inputs
from shucheng.plan.formula.model import Call, Node, children, readings
from shucheng.plan.formula.parse import parse
from shucheng.plan.formula.proof import Formula, MetricFacts, prove
from shucheng.plan.formula.run import Panel, PanelRow, months_of_days
from shucheng.plan.models import Binding, PlanVersion

# Named beside every value; raised when the same observations would give another one.
ENGINE = "formula/1"


@dataclass(frozen=True, slots=True)
class Computed:
    """A binding's value of an area and a period, and what it stands on."""

    binding: Binding
    area: str
    period: Period
    value: Decimal | None
    simulated: bool
    rests_on: int
    newest: KnownValue
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


def looks_around(formula: str) -> bool:
    """Whether an area's value stands on other areas' observations as well."""
    try:
        return _looks_around(parse(formula))
    except FormulaInvalid:
        return False


def proven(binding: Binding, facts: dict[str, MetricFacts]) -> Formula | None:
    """The binding's formula; None where it cannot be computed (the page says why)."""
    try:
        return prove(binding.formula, facts, unit=binding.unit)
    except (FormulaInvalid, units.UnitUnknown):
        return None


def metric_facts(codes: Iterable[str]) -> dict[str, MetricFacts]:
    """What formulas have to know of metrics, from their newest definitions."""
    versions = MetricVersion.objects.filter(metric__code__in=list(codes))
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
        for version in versions.select_related("metric").order_by("number")
    }


def compute(
    bindings: Sequence[Binding],
    first_year: int,
    *,
    areas: Iterable[str] = (),
    as_of: date | datetime | None = None,
) -> list[Computed]:
    """The values of bindings for some areas (for all where none are named), in order of period.

    `first_year` is where cumulative sums begin. Four queries, however many bindings there are.
    """
    facts = metric_facts({code for binding in bindings for code in metrics_of(binding.formula)})
    formulas = {
        binding: formula for binding in bindings if (formula := proven(binding, facts)) is not None
    }
    wanted = set(areas)
    tree = area_tree()
    # The city's value and the sum below an area need other areas' observations as well.
    alone = wanted and not any(_looks_around(formula.root) for formula in formulas.values())
    known = panel(list(facts), sorted(wanted) if alone else (), as_of)
    rows = [
        PanelRow(row.metric, row.area, Period.parse(row.period), row.value, row.dimension)
        for row in known
    ]
    found = _Below(known, tree)
    with Panel(months_of_days(rows, facts), tree) as engine:
        return [
            computed
            for binding, formula in formulas.items()
            for value in engine.evaluate(formula, first_year=first_year)
            if not wanted or value.area in wanted
            for computed in [
                found.computed(binding, formula, value.area, value.period, value.value, first_year)
            ]
        ]


def observations_below(
    binding: Binding, area: str, period: Period, first_year: int
) -> list[KnownValue]:
    """Every observation that a value stands on now, in the order of the formula and of time."""
    facts = metric_facts(metrics_of(binding.formula))
    formula = proven(binding, facts)
    if formula is None:
        return []
    known = panel(list(facts), () if _looks_around(formula.root) else [area])
    return _Below(known, area_tree()).observations(formula, area, period, first_year)


def _looks_around(node: Node) -> bool:
    if isinstance(node, Call) and node.function in {CITY, CHILDREN}:
        return True
    return any(_looks_around(child) for child in children(node))


class _Below:
    """The observations below values, found by series and period."""

    def __init__(self, known: Sequence[KnownValue], tree: dict[str, str]) -> None:
        self._tree = tree
        self._city = next((code for code, above in tree.items() if not above), "")
        self._cells: dict[tuple[str, str], dict[Period, list[KnownValue]]] = {}
        for row in known:
            series = self._cells.setdefault((row.metric, row.area), {})
            series.setdefault(Period.parse(row.period), []).append(row)
        self._digests: dict[tuple[int, str], str] = {}

    def computed(
        self,
        binding: Binding,
        formula: Formula,
        area: str,
        period: Period,
        value: Decimal | None,
        first_year: int,
    ) -> Computed:
        below = self.observations(formula, area, period, first_year)
        own = [row for row in below if row.area == area] or below
        # A value stands on something: without observations there is no row.
        newest = max(own, key=lambda row: (Period.parse(row.period).end, row.recorded_at))
        return Computed(
            binding=binding,
            area=area,
            period=period,
            value=value,
            simulated=any(row.simulated for row in below),
            rests_on=len(below),
            newest=newest,
            digest=self._digest(binding, formula, area),
        )

    def observations(
        self, formula: Formula, area: str, period: Period, first_year: int
    ) -> list[KnownValue]:
        """Every observation that a value stands on, in the order of the formula and of time."""
        return [
            row
            for run in inputs(formula, period, first_year)
            for code in self._areas(run, area)
            for step in self._steps(run, code)
            for row in self._cells[run.metric, code][step]
            if _is_chosen(row, run)
        ]

    def _areas(self, run: Input, area: str) -> list[str]:
        if run.areas == CITY:
            return [self._city]
        if run.areas == CHILDREN:
            return [code for code, above in self._tree.items() if above == area]
        return [area]

    def _steps(self, run: Input, area: str) -> list[Period]:
        series = self._cells.get((run.metric, area), {})
        return sorted(
            step for step in series if run.first.start <= step.start and step.end <= run.last.end
        )

    def _digest(self, binding: Binding, formula: Formula, area: str) -> str:
        key = (binding.pk, area)
        if key not in self._digests:
            ids = sorted(
                row.id
                for (metric, _), series in self._cells.items()
                if metric in formula.metrics
                for rows in series.values()
                for row in rows
                if row.area == area or _looks_around(formula.root)
            )
            text = f"{ENGINE} {formula.text} {formula.unit} {ids}"
            self._digests[key] = hashlib.sha256(text.encode()).hexdigest()
        return self._digests[key]


def _is_chosen(row: KnownValue, run: Input) -> bool:
    codes = dict(part.split("=", 1) for part in row.dimension.split(";") if part)
    return all(codes.get(name) in chosen for name, chosen in run.where)
