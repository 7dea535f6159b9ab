"""What drove a change, and how the city's figure stands against the sum of its counties."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from shucheng.kernel.public import Area, city_area_code
from shucheng.lib.periods import Period
from shucheng.lib.units import UnitUnknown
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.model import Call, Node
from shucheng.plan.formula.parse import parse
from shucheng.plan.formula.proof import prove
from shucheng.plan.judgement.contribution import (
    Part,
    completed,
    of_mean,
    of_quotient,
    of_ratio,
    of_sum,
)
from shucheng.plan.judgement.shapes import (
    adds_over_areas,
    is_mean_over_areas,
    quotient,
    terms,
)
from shucheng.plan.models import Binding, DifferenceNote, Indicator
from shucheng.plan.queries.annex_line import factor_of
from shucheng.plan.queries.computed import (
    compute,
    facts_of,
    first_year_of,
    metric_facts,
    metrics_of,
    proven,
)
from shucheng.plan.queries.formula_words import in_words
from shucheng.plan.queries.measured import Known, MeasuredPlan, known_of, stored_values
from shucheng.plan.queries.moments import known_by
from shucheng.plan.queries.places import city_of, every_area

# Area code → value, at one period.
Values = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Contributions:
    """The change of the city's value between two periods, by county or by component.

    The parts add up to `change` exactly; `why_not` says why there are none. `names` has the name
    of each part; the part with an empty name is what is not assigned to anybody. `method` is
    sum, mean, ratio or quotient (see `judgement.contribution`).
    """

    indicator: Indicator
    period: str
    against: str
    before: Decimal | None
    after: Decimal | None
    parts: tuple[Part, ...]
    names: dict[str, str]
    method: str
    why_not: str = ""

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def largest(self) -> Decimal:
        """The size of the largest part, for bars."""
        return max((abs(part.value) for part in self.parts), default=Decimal(0))


def contributions(
    indicator: Indicator,
    period: str,
    against: str,
    *,
    as_of: date | None = None,
    plan: MeasuredPlan | None = None,
) -> Contributions:
    """Which county drove the city's change from the period `against` to `period`.

    Of a sum by each county's own change; of a mean likewise, divided by how many they are; of a
    ratio by the counties' own ratios and by their weights (midpoint decomposition). `plan` saves
    reading anew what was measured everywhere as of the same day.
    """
    binding, root = _formula(indicator)
    if binding is None or root is None:
        return _none(indicator, period, against, _("No formula is bound to it yet."))
    read = plan.by_area[binding.pk] if plan else None
    found = _values(indicator, [binding], (against, period), as_of, read=read)[0]
    start, end = found[against], found[period]
    places = plan.areas if plan else every_area()
    city = city_of(places)
    if city not in start or city not in end:
        return _none(indicator, period, against, _("The city's value of a period is not known."))
    before, after = start.pop(city), end.pop(city)
    names = {area.code: area.label for area in places if area.code in {*start, *end}}
    over_areas = _over_areas(binding, plan)
    parts: tuple[Part, ...] = ()
    method, why_not = "", ""
    if not set(start) & set(end):
        why_not = _("Counties have reported it for one of the periods only, or not at all.")
    elif adds_over_areas(root, over_areas):
        method, parts = "sum", of_sum(start, end, before, after)
    elif is_mean_over_areas(root, over_areas):
        method, parts = "mean", of_mean(start, end, before, after)
    elif sides := quotient(root):
        method = "ratio"
        found_parts = _by_ratio(indicator, binding, sides, (against, period), city, as_of)
        parts = completed(found_parts, after - before)
    if not parts and not why_not:
        why_not = _("How the counties' values make up the city's is not defined for it.")
    return Contributions(indicator, period, against, before, after, parts, names, method, why_not)


def components(
    indicator: Indicator, period: str, against: str, *, as_of: date | None = None
) -> Contributions:
    """Which part of the formula (a term of a sum; numerator or denominator) drove the change."""
    binding, root = _formula(indicator)
    if binding is None or root is None:
        return _none(indicator, period, against, _("No formula is bound to it yet."))
    sides = quotient(root)
    nodes = [node for _sign, node in terms(root)] if sides is None else list(sides[:2])
    if len(nodes) < 2:
        return _none(indicator, period, against, _("The formula has one part only."))
    made = _bindings_of(binding, nodes, unit=binding.unit if sides is None else None)
    if made is None:
        return _none(indicator, period, against, _("The parts have no unit of their own."))
    city = city_area_code()
    found = _values(
        indicator, [binding, *made], (against, period), as_of, areas=[city], alike=sides is None
    )
    values = [(each[against].get(city), each[period].get(city)) for each in found]
    known = [(a, b) for a, b in values if a is not None and b is not None]
    if len(known) < len(values):
        return _none(indicator, period, against, _("A part's value of a period is not known."))
    (before, after), *rest = known
    codes = [each.code for each in made]
    if sides is None:
        signs = [sign for sign, _node in terms(root)]
        start = {c: s * v[0] for c, s, v in zip(codes, signs, rest, strict=True)}
        end = {c: s * v[1] for c, s, v in zip(codes, signs, rest, strict=True)}
        method, parts = "sum", of_sum(start, end, before, after)
    else:
        numerator, denominator = rest
        method = "quotient"
        parts = of_quotient(
            (numerator[0], denominator[0]),
            (numerator[1], denominator[1]),
            names=(codes[0], codes[1]),
            scale=sides[2] * _scale(indicator, binding),
        )
        parts = completed(parts, after - before)
    names = {each.code: in_words(each.formula) for each in made}
    return Contributions(indicator, period, against, before, after, parts, names, method)


@dataclass(frozen=True, slots=True)
class CityAgainstCounties:
    """The city's figure, the sum of its counties, and what explains the difference.

    `difference` is city minus counties; `unexplained` what no note accounts for. `adds_up` is
    false for rates and indexes: then there is nothing to compare. `missing` are counties without
    a value: with them the sum says nothing yet.
    """

    indicator: Indicator
    period: str
    city: Decimal | None
    counties: Decimal | None
    known: tuple[str, ...]
    missing: tuple[str, ...]
    adds_up: bool
    notes: tuple[DifferenceNote, ...]

    @property
    def difference(self) -> Decimal | None:
        return None if self.city is None or self.counties is None else self.city - self.counties

    @property
    def unexplained(self) -> Decimal | None:
        if self.difference is None:
            return None
        if any(note.amount is None for note in self.notes):
            return Decimal(0)
        return self.difference - sum((n.amount or Decimal(0) for n in self.notes), Decimal(0))


def city_against_counties(
    indicator: Indicator, period: str, *, as_of: date | None = None
) -> CityAgainstCounties:
    """The city's figure of a period against the sum of its counties and zones."""
    binding, root = _formula(indicator)
    values: Values = {}
    adds_up = False
    if binding and root:
        adds_up = adds_over_areas(root, _over_areas(binding))
        values = _values(indicator, [binding], (period,), as_of)[0][period]
    below = {
        area.code: area.label
        for area in Area.objects.exclude(kind__in=("province", "city")).order_by("pk")
    }
    own = {code: value for code, value in values.items() if code in below}
    return CityAgainstCounties(
        indicator=indicator,
        period=period,
        city=values.get(city_area_code()),
        counties=sum(own.values(), Decimal(0)) if own and adds_up else None,
        known=tuple(below[code] for code in own),
        missing=tuple(name for code, name in below.items() if code not in own),
        adds_up=adds_up,
        notes=difference_notes(indicator.code, period, as_of),
    )


def difference_notes(
    indicator: str, period: str = "", as_of: date | None = None
) -> tuple[DifferenceNote, ...]:
    """The explanations that hold for a period (all that hold at all without one), as known on a
    day; the newest of each name."""
    rows = DifferenceNote.objects.filter(known_by(as_of), indicator=indicator)
    newest = {
        row.name: row for row in rows.select_related("recorded_by").order_by("recorded_at", "pk")
    }
    return tuple(
        note
        for note in newest.values()
        if not note.withdrawn and (not period or _holds(note, Period.parse(period)))
    )


def _holds(note: DifferenceNote, period: Period) -> bool:
    if period.end < Period.parse(note.since).start:
        return False
    return not note.until or period.start <= Period.parse(note.until).end


def _formula(indicator: Indicator) -> tuple[Binding | None, Node | None]:
    binding = indicator.binding
    try:
        return binding, parse(binding.formula) if binding else None
    except FormulaInvalid:
        return binding, None


def _over_areas(binding: Binding, plan: MeasuredPlan | None = None) -> dict[str, str]:
    """How the metrics that a binding reads add up over areas."""
    facts = facts_of(plan.metrics) if plan else metric_facts(metrics_of(binding.formula))
    return {code: each.over_areas for code, each in facts.items()}


def _values(
    indicator: Indicator,
    bindings: Sequence[Binding],
    periods: Sequence[str],
    as_of: date | None,
    areas: Sequence[str] = (),
    *,
    alike: bool = False,
    read: Mapping[str, Sequence[Known]] | None = None,
) -> list[dict[str, Values]]:
    """Of each binding: period → area → value; the first one's in the indicator's unit, the
    others' too where they are `alike`. `read` is what is known of the first one already."""
    found: list[dict[str, Values]] = [{period: {} for period in periods} for _each in bindings]
    place = {binding.pk: at for at, binding in enumerate(bindings)}
    rows: Iterable[tuple[int, str, Known]]
    if read is not None and len(bindings) == 1:
        rows = ((bindings[0].pk, area, each) for area, series in read.items() for each in series)
    elif as_of is None and len(bindings) == 1:
        rows = stored_values([bindings[0].pk], list(areas))
    else:
        # A quotient of a quarter's and a month's metric has quarters: so have its parts then.
        whole = proven(bindings[0], metric_facts(metrics_of(bindings[0].formula)))
        computed = compute(
            bindings,
            first_year_of(indicator.version),
            areas=areas,
            as_of=as_of,
            frequency=whole.frequency if whole else None,
        )
        rows = [(value.binding.pk, value.area, known_of(value)) for value in computed]
    factor = factor_of(indicator)
    for pk, area, known in rows:
        if known.value is None or known.period not in periods:
            continue
        at = place[pk]
        scale = factor if at == 0 or alike else Decimal(1)
        if scale is not None:
            found[at][known.period][area] = known.value * scale
    return found


def _bindings_of(binding: Binding, nodes: Sequence[Node], unit: str | None) -> list[Binding] | None:
    """Parts of a formula as formulas of their own, which are computed and never stored."""
    facts = metric_facts(metrics_of(binding.formula))
    made = []
    for at, node in enumerate(nodes, 1):
        try:
            own = unit if unit is not None else prove(str(node), facts).unit
        except (FormulaInvalid, UnitUnknown):
            return None
        code = f"{binding.code}/{at}"
        made.append(Binding(pk=-at, code=code, formula=str(node), unit=own))
    return made


def _by_ratio(
    indicator: Indicator,
    binding: Binding,
    sides: tuple[Node, Node, Decimal],
    periods: tuple[str, str],
    city: str,
    as_of: date | None,
) -> tuple[Part, ...]:
    made = _bindings_of(binding, sides[:2], unit=None)
    if made is None:
        return ()
    found = _values(indicator, [binding, *made], periods, as_of)
    pairs = [
        {
            area: (found[1][period][area], found[2][period][area])
            for area in found[1][period]
            if area != city and area in found[2][period]
        }
        for period in periods
    ]
    return of_ratio(pairs[0], pairs[1], scale=sides[2] * _scale(indicator, binding))


def _scale(indicator: Indicator, binding: Binding) -> Decimal:
    """What a quotient of its parts is multiplied by to be in the indicator's unit."""
    formula = prove(binding.formula, metric_facts(metrics_of(binding.formula)), unit=binding.unit)
    exact = formula.scale
    if isinstance(formula.root, Call) and formula.root.function == "share":
        # Of 万元 in 亿元: a share is taken of the same unit, its parts are each in their own.
        numerator, denominator = map(formula.measures, formula.root.arguments)
        exact *= numerator.scale_to(denominator)
    scale = Decimal(exact.numerator) / Decimal(exact.denominator)
    return scale * (factor_of(indicator) or Decimal(1))


def _none(indicator: Indicator, period: str, against: str, why_not: str) -> Contributions:
    return Contributions(indicator, period, against, None, None, (), {}, "", why_not)
