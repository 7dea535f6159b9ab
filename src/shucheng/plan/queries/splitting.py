"""How a year's target would be split over the counties or the quarters: shown before it is set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.public import Area, city_area_code
from shucheng.lib import units
from shucheng.lib.periods import Period
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.parse import parse
from shucheng.plan.judgement.shapes import adds_over_areas
from shucheng.plan.judgement.split import SplitImpossible, split
from shucheng.plan.models import Indicator
from shucheng.plan.queries.annex_line import factor_of
from shucheng.plan.queries.area_series import Series, newest, series_of
from shucheng.plan.queries.computed import metric_facts, metrics_of
from shucheng.plan.queries.measured import Known, stored_values
from shucheng.plan.queries.paths import binding_shape, straight_path

Basis = Literal["last_year", "newest", "equal", "given", "alike"]
BASES: Final[dict[str, str | Promise]] = {
    "last_year": gettext_lazy("last year's values"),
    "newest": gettext_lazy("the newest values"),
    "equal": gettext_lazy("equal parts"),
    "given": gettext_lazy("weights given by hand"),
    "alike": gettext_lazy("each asked for the same"),
}
# Why counties' targets need not add up where nobody says otherwise.
DOES_NOT_ADD_UP: Final = "does_not_add_up"

PROBLEMS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "split.fixed_exceeds": (
        gettext_lazy("What is fixed by hand exceeds the target."),
        gettext_lazy("Lower a fixed part, or say why the parts need not add up."),
    ),
    "split.nothing_left": (
        gettext_lazy("All parts are fixed by hand and do not add up to the target."),
        gettext_lazy("Free a part or correct one, or say why the parts need not add up."),
    ),
    "split.no_weight": (
        gettext_lazy("The parts that are not fixed have no weight to share the rest by."),
        gettext_lazy("Give at least one of them a weight above zero."),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A county or quarter of a proposed split; `value` is None where the split is impossible."""

    key: str
    name: str
    weight: Decimal | None
    fixed: bool
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A split as it would be set. `problem` is a code of `PROBLEMS`; `adds_up` is whether the
    parts have to sum to the total at all."""

    indicator: Indicator
    year: int
    total: Decimal
    step: Decimal
    basis: str
    lines: tuple[Line, ...]
    adds_up: bool
    problem: str = ""

    @property
    def sum(self) -> Decimal:
        return sum((line.value for line in self.lines if line.value is not None), Decimal(0))

    @property
    def holds(self) -> bool:
        return not self.problem and self.sum == self.total


def step_of(unit: str) -> Decimal:
    """The smallest amount of a unit that means something in a target."""
    if unit == "%":
        return Decimal("0.1")
    if units.known(unit) and unit and units.compatible(unit, "个"):
        return Decimal(1)
    return Decimal("0.01") if unit else Decimal("0.1")


def adds_up(indicator: Indicator) -> bool:
    """Whether the counties' values of an indicator sum to the city's."""
    if indicator.binding is None:
        return False
    try:
        root = parse(indicator.binding.formula)
    except FormulaInvalid:
        return False
    facts = metric_facts(metrics_of(indicator.binding.formula))
    return adds_over_areas(root, {code: each.over_areas for code, each in facts.items()})


def propose_areas(
    indicator: Indicator,
    year: int,
    total: Decimal,
    *,
    basis: str = "",
    given: Mapping[str, Decimal] | None = None,
    fixed: Mapping[str, Decimal] | None = None,
) -> Proposal:
    """A target split over the areas that report the indicator, by last year's values unless
    another basis is named. An area without a weight takes no part; a fixed one always does."""
    fixed = dict(fixed or {})
    names = {
        area.code: area.label
        for area in Area.objects.exclude(kind__in=("province", "city")).order_by("pk")
    }
    together = adds_up(indicator)
    chosen, weights = _weights(indicator, year, basis, given, list(names), together)
    fixed = {code: value for code, value in fixed.items() if code in names}
    weights |= {code: weights.get(code, Decimal(0)) for code in fixed}
    ordered = {code: weights[code] for code in names if code in weights}
    step = step_of(indicator.unit)
    problem = ""
    if together:
        parts, problem = _split(total, ordered, fixed, step)
    else:
        parts = {code: fixed.get(code, total) for code in ordered}
    lines = tuple(
        Line(code, names[code], ordered.get(code), code in fixed, parts.get(code)) for code in names
    )
    return Proposal(indicator, year, total, step, chosen, lines, together, problem)


def propose_quarters(
    indicator: Indicator,
    year: int,
    *,
    given: Mapping[str, Decimal] | None = None,
    fixed: Mapping[str, Decimal] | None = None,
) -> Proposal | None:
    """What each quarter is to add, from where the year begins to its target; equal parts unless
    weights are given. None where nobody knows where it begins, or one number holds all year."""
    start, target = start_and_target(indicator, year)
    if start is None or target is None:
        return None
    quarters = [str(period) for period in Period("A", year).split("Q")]
    weights = {key: (given or {}).get(key, Decimal(1)) for key in quarters}
    step = step_of(indicator.unit)
    fixed = {key: value for key, value in (fixed or {}).items() if key in weights}
    parts, problem = _split(target - start, weights, fixed, step)
    lines = tuple(
        Line(key, Period.parse(key).title_zh(), weights[key], key in fixed, parts.get(key))
        for key in quarters
    )
    basis = "given" if given else "equal"
    return Proposal(indicator, year, target - start, step, basis, lines, True, problem)


def start_and_target(indicator: Indicator, year: int) -> tuple[Decimal | None, Decimal | None]:
    """Where an indicator's year begins and what it is to reach."""
    targets = {row.year: row.value for row in indicator.path.all()}
    shape = binding_shape(indicator.binding)
    target = targets.get(year)
    if shape == "constant" or target is None:
        return None, target
    if shape == "year_to_date":
        return Decimal(0), target
    if year - 1 in targets:
        return targets[year - 1], target
    found = _of_areas(indicator, [city_area_code()]).get(city_area_code())
    path = straight_path(indicator, shape, targets, found.values if found else {})
    return path.start(year), target


def _split(
    total: Decimal,
    weights: Mapping[str, Decimal],
    fixed: Mapping[str, Decimal],
    step: Decimal,
) -> tuple[Mapping[str, Decimal], str]:
    try:
        return split(total, weights, fixed=fixed, step=step), ""
    except SplitImpossible as error:
        return fixed, error.code


def _weights(
    indicator: Indicator,
    year: int,
    basis: str,
    given: Mapping[str, Decimal] | None,
    areas: list[str],
    together: bool,
) -> tuple[str, dict[str, Decimal]]:
    """The basis that was taken and each area's weight."""
    if given:
        return "given", {code: given[code] for code in areas if code in given}
    if basis == "equal":
        return basis, dict.fromkeys(areas, Decimal(1))
    series = _of_areas(indicator, areas)
    if not together:
        return "alike", {code: Decimal(1) for code in areas if code in series}
    last: dict[str, Decimal] = {}
    latest: dict[str, Decimal] = {}
    for code, own in series.items():
        if (period := newest(own, None)) is None:
            continue
        latest[code] = own.values[period] or Decimal(0)
        before = own.values.get(Period.of(date(year - 1, 12, 31), period.frequency))
        if before is not None:
            last[code] = before
    # Of last year only where everybody has it: else some county would go without a target.
    whole = last.keys() == latest.keys() and sum(last.values()) > 0
    if whole and basis != "newest":
        return "last_year", last
    return "newest", latest


def _of_areas(indicator: Indicator, areas: list[str]) -> dict[str, Series]:
    if indicator.binding_id is None:
        return {}
    known: dict[str, list[Known]] = {}
    for _pk, area, value in stored_values([indicator.binding_id], areas):
        known.setdefault(area, []).append(value)
    factor = factor_of(indicator)
    return {area: series_of(values, factor) for area, values in known.items()}


def known_by(indicator: Indicator, year: int) -> dict[str, Decimal]:
    """Area → its newest value up to a year's end; of that year alone where it counts since
    January."""
    last, since = date(year, 12, 31), binding_shape(indicator.binding) == "year_to_date"
    areas = list(Area.objects.values_list("code", flat=True))
    found: dict[str, Decimal] = {}
    for code, own in _of_areas(indicator, areas).items():
        period = newest(own, None, by=last)
        value = own.values[period] if period and not (since and period.year != year) else None
        if value is not None:
            found[code] = value
    return found


def why_not_said(why_not: str) -> str:
    """Why the parts need not add up, in words."""
    if why_not == DOES_NOT_ADD_UP:
        return _("A rate or an index does not add up: each county is asked for its own.")
    return why_not
