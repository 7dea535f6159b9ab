"""What an obligation asks, gathered in a handful of reads: lines, definitions, past, rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import translation

from shucheng.kernel.identity.models import Area, Organisation
from shucheng.kernel.observations.models import SIMULATION, MetricVersion, Observation
from shucheng.kernel.observations.queries import city_area_code, known
from shucheng.kernel.reporting.beside import beside
from shucheng.kernel.reporting.engine.model import Cell
from shucheng.kernel.reporting.engine.reading_rules import read_rule
from shucheng.kernel.reporting.engine.rules import (
    ENOUGH,
    AreaFigures,
    Facts,
    Rule,
    in_force,
    usual_rules,
)
from shucheng.kernel.reporting.models import Form, FormKind, FormLine, Obligation
from shucheng.kernel.reporting.models import Rule as StoredRule
from shucheng.lib.periods import Period
from shucheng.lib.units import COUNT, unit
from shucheng.lib.units import known as unit_known

SEASON = {"A": 1, "S": 2, "Q": 4, "M": 12, "D": 365}
AREA_KINDS = (Organisation.Kind.COUNTY_GOVERNMENT, Organisation.Kind.FUNCTIONAL_ZONE)


def lines_of(form_id: int, period: Period) -> list[FormLine]:
    """The lines that a form asks for in a period, in order."""
    # Many lines share a metric: each is fetched once.
    lines = FormLine.objects.prefetch_related("metric").filter(form_id=form_id)
    return [line for line in lines.order_by("position", "id") if line.asks(period.end)]


def newest_versions(metric_ids: Iterable[int]) -> dict[int, MetricVersion]:
    """Metric id → its definition in force."""
    found = MetricVersion.objects.select_related("metric").filter(metric__in=set(metric_ids))
    return {version.metric_id: version for version in found.order_by("number")}


def lines_asked(obligation: Obligation) -> tuple[list[FormLine], dict[int, MetricVersion]]:
    """The lines of an obligation, and each metric's newest definition that they fit.

    What is observed at another frequency, by other dimensions or no more by area now is still
    asked as before in a period that was opened so, and recorded under the definition it was
    asked under.
    """
    of_metric: dict[int, list[FormLine]] = {}
    for line in lines_of(obligation.form_id, obligation.reporting_period):
        of_metric.setdefault(line.metric_id, []).append(line)
    newest: dict[int, MetricVersion] = {}
    fitting: dict[int, MetricVersion] = {}
    found = MetricVersion.objects.select_related("metric").filter(metric__in=of_metric)
    for version in found.order_by("number"):
        newest[version.metric_id] = version
        if any(fits(line, version, obligation.form) for line in of_metric[version.metric_id]):
            fitting[version.metric_id] = version
    lines = [
        line
        for metric_id, together in of_metric.items()
        for line in together
        if metric_id not in fitting or fits(line, fitting[metric_id], obligation.form)
    ]
    lines.sort(key=lambda line: (line.position, line.pk))
    return lines, {**newest, **fitting}


def fits(line: FormLine, version: MetricVersion, form: Form) -> bool:
    """Whether a definition can hold what a form's line asks."""
    dimensions = dimensions_of(line)
    return (
        version.frequency == form.frequency
        and (version.by_area or form.kind == FormKind.CITY)
        and set(dimensions) == set(version.dimensions)
        and all(code in (version.dimensions[name] or [code]) for name, code in dimensions.items())
    )


def dimensions_of(line: FormLine) -> dict[str, str]:
    """Dimension → code of a line, as it is recorded."""
    pairs = [pair.partition("=") for pair in line.dimension_key.split(";") if pair]
    return {name: code for name, _equals, code in pairs}


def reporting_organisations() -> list[Organisation]:
    """Who gives the values of each area: one organisation for one area.

    A county's government before a zone inside the county; the city's own area has none, its
    values are those of the owner departments.
    """
    found = Organisation.objects.select_related("area").filter(
        kind__in=AREA_KINDS, area__isnull=False, valid_to__isnull=True
    )
    city = city_area_code()
    chosen: dict[int | None, Organisation] = {}
    for each in sorted(found, key=lambda one: AREA_KINDS.index(Organisation.Kind(one.kind))):
        if each.area is not None and each.area.code != city:
            chosen.setdefault(each.area_id, each)
    return list(chosen.values())


class Known(NamedTuple):
    """What a sheet needs of an observation: there are many, and most of their fields idle."""

    metric: str
    dimension_key: str
    area_id: int
    period: str
    value: Decimal | None
    status: str
    note: str
    source: str
    # The number of the metric's version that it was recorded under.
    definition: int

    @property
    def is_simulated(self) -> bool:
        return self.source == SIMULATION

    @property
    def key(self) -> str:
        return f"{self.metric}|{self.dimension_key}" if self.dimension_key else self.metric


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and what is known of it already."""

    obligation: Obligation
    period: Period
    lines: tuple[FormLine, ...]
    versions: Mapping[int, MetricVersion]
    cells: tuple[Cell, ...]
    # Cell key → what is published for this very period.
    published: Mapping[str, Known]
    history: Mapping[str, tuple[Decimal | None, ...]]

    @property
    def definitions(self) -> dict[str, int]:
        return {version.metric.code: version.number for version in self.versions.values()}


def asked(obligation: Obligation) -> Asked:
    """Everything that a sheet shows and its rules look at, but the figures of other areas."""
    period = obligation.reporting_period
    lines, versions = lines_asked(obligation)
    rows = _rows(obligation, period, lines, versions)
    codes = list(dict.fromkeys(line.metric.code for line in lines))
    numbers_beside = beside(codes, obligation.area.code, period)
    cells = []
    for line in lines:
        values = rows.get(line.key, {})
        version = versions[line.metric_id]
        previous = values.get(str(period.previous()))
        year_ago = values.get(str(period.year_before()))
        cells.append(
            Cell(
                key=line.key,
                metric=line.metric.code,
                name=line.metric.name,
                unit=version.unit,
                dimension=line.dimension_key,
                dimension_name=line.dimension_key.replace(";", " · "),
                definition=_definition(version),
                required=line.required,
                decimals=0 if is_count(version) else 6,
                previous=_value(previous),
                year_ago=_value(year_ago),
                previous_simulated=previous is not None and previous.is_simulated,
                year_ago_simulated=year_ago is not None and year_ago.is_simulated,
                beside=() if line.dimension_key else numbers_beside.get(line.metric.code, ()),
            )
        )
    return Asked(
        obligation,
        period,
        tuple(lines),
        versions,
        tuple(cells),
        {key: found[str(period)] for key, found in rows.items() if str(period) in found},
        {key: _history(found, period) for key, found in rows.items()},
    )


def facts_of(given: Asked, extra: Iterable[str] = ()) -> Facts:
    """What the rules look at; `extra` are cells of other sheets that a rule compares with."""
    obligation = given.obligation
    is_city = obligation.form.kind == FormKind.CITY
    return Facts(
        values=_others(given, extra),
        history=given.history,
        season=SEASON[obligation.form.frequency],
        areas=_areas(given, is_city),
        is_city=is_city,
    )


def rules_for(given: Asked) -> list[Rule]:
    """The rules in force that look at a cell of this sheet."""
    keys = {cell.key for cell in given.cells}
    usual = [
        rule for line in given.lines for rule in usual_of_line(line, given.versions[line.metric_id])
    ]
    stored = {rule.code: rule for rule in StoredRule.objects.order_by("number")}
    read = [
        read_rule(rule.code, rule.kind, rule.severity, rule.params, rule.note)
        for rule in stored.values()
        if rule.active
    ]
    taken_back = {rule.code for rule in stored.values() if not rule.active}
    return in_force(usual, [rule for rule in read if rule.keys & keys], taken_back)


def usual_of_line(line: FormLine, version: MetricVersion) -> list[Rule]:
    """What holds for a line's cell unless a stored rule says otherwise."""
    return usual_rules(
        line.key,
        version.measure,
        is_count(version),
        is_percent(version),
        adds_over_areas(version) and not line.dimension_key,
    )


def is_count(version: MetricVersion) -> bool:
    """Whether the unit counts things one by one."""
    return unit_known(version.unit) and (
        unit(version.unit).dimension == COUNT and unit(version.unit).factor == 1
    )


def is_percent(version: MetricVersion) -> bool:
    return version.unit == "%"


def adds_over_areas(version: MetricVersion) -> bool:
    return version.by_area and version.area_aggregation == "sum"


def _rows(
    obligation: Obligation,
    period: Period,
    lines: Sequence[FormLine],
    versions: Mapping[int, MetricVersion],
) -> dict[str, dict[str, Known]]:
    """Cell key → period → what is known, over the years that rules look back on."""
    back = 2 * SEASON[period.frequency] + ENOUGH
    found = _known(versions, [obligation.area_id], period.shift(-back), period)
    keys = {line.key for line in lines}
    rows: dict[str, dict[str, Known]] = {}
    for row in found:
        if (key := row.key) in keys:
            rows.setdefault(key, {})[row.period] = row
    return rows


def _known(
    versions: Mapping[int, MetricVersion], area_ids: Sequence[int], first: Period, last: Period
) -> list[Known]:
    """Areas' own values in the unit that is asked now, the newest definition last."""
    same_unit = [
        pk
        for pk, metric_id, symbol in MetricVersion.objects.filter(
            metric__in=list(versions)
        ).values_list("pk", "metric_id", "unit")
        if symbol == versions[metric_id].unit
    ]
    found = known().filter(
        metric_version__in=same_unit,
        area__in=list(area_ids),
        organisation__isnull=True,
        period_start__gte=first.start,
        period_start__lte=last.start,
    )
    return _plain(found)


def _plain(rows: QuerySet[Observation]) -> list[Known]:
    """Observations as plain rows, those of the newest definition last."""
    found = rows.order_by("metric_version__number").values_list(
        "metric_version__metric__code",
        "dimension_key",
        "area_id",
        "period",
        "value",
        "status",
        "note",
        "source",
        "metric_version__number",
    )
    return [Known(*row) for row in found.iterator(chunk_size=5_000)]


# The same few dozen periods stand in every cell's history.
_read_period = lru_cache(maxsize=4_096)(Period.parse)


def _history(rows: Mapping[str, Known], period: Period) -> tuple[Decimal | None, ...]:
    """The values before the period, oldest first; a period without one is None."""
    past = {
        found.ordinal: _value(row)
        for text, row in rows.items()
        if (found := _read_period(text)).frequency == period.frequency
        and found.ordinal < period.ordinal
    }
    if not past:
        return ()
    return tuple(past.get(at) for at in range(min(past), period.ordinal))


def _areas(given: Asked, is_city: bool) -> dict[str, AreaFigures]:
    wanted = {pk: v for pk, v in given.versions.items() if adds_over_areas(v)}
    if not wanted:
        return {}
    reporting = {each.area.pk for each in reporting_organisations() if each.area}
    reporting.discard(given.obligation.area_id)
    city = Area.objects.filter(code=city_area_code()).values_list("pk", flat=True).first()
    rows = _known(wanted, [*reporting, *([city] if city else [])], given.period, given.period)
    values: dict[str, dict[int, Decimal | None]] = {}
    for row in rows:
        if row.period == str(given.period) and not row.dimension_key:
            values.setdefault(row.metric, {})[row.area_id] = row.value
    figures = {}
    for version in wanted.values():
        found = values.get(version.metric.code, {})
        there = [found[area] for area in reporting if found.get(area) is not None]
        total = sum((each for each in there if each is not None), Decimal(0))
        figures[version.metric.code] = AreaFigures(
            total, len(reporting) - len(there), None if is_city or not city else found.get(city)
        )
    return figures


def _others(given: Asked, keys: Iterable[str]) -> dict[str, Decimal | None]:
    """Published numbers of the same area and period for cells of other sheets."""
    wanted = set(keys) - {cell.key for cell in given.cells}
    if not wanted:
        return {}
    rows = known().filter(
        metric_version__metric__code__in={key.partition("|")[0] for key in wanted},
        area=given.obligation.area_id,
        organisation__isnull=True,
        period=str(given.period),
    )
    return {row.key: row.value for row in _plain(rows) if row.key in wanted}


def _definition(version: MetricVersion) -> str:
    english = translation.get_language() == "en" and version.definition_en
    return version.definition_en if english else version.definition


def _value(row: Known | None) -> Decimal | None:
    return None if row is None or row.value is None else row.value.normalize() + 0
