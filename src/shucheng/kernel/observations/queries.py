"""Reading observations: as known now, or as known on a day.

"As known on D" is the one row of each cell that was recorded by D and not superseded by D.
Because rows are never changed and each later row of a cell has a later `recorded_at`, what is
recorded after D cannot change an answer for D. (Simulated rows alone say when they would have been
recorded, so that a demonstration has a past. A transaction that is still running has taken
its moment already: an answer for a moment of the last seconds can still gain its rows.)

Where a metric was redefined, a period can have values under several versions; the newest
definition then speaks for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Invalid, NotFound
from shucheng.kernel.observations.inputs import dimension_key
from shucheng.kernel.observations.models import Metric, MetricVersion, Observation, Origin
from shucheng.lib.periods import Period, PeriodInvalid

AsOf = date | datetime | None
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which observations of a metric; empty means all. Areas and organisations by code."""

    metric: str
    areas: Sequence[str] = ()
    organisation: str = ""
    first: str = ""
    last: str = ""
    dimensions: Mapping[str, str] | None = None
    as_of: AsOf = None


def known(as_of: AsOf = None) -> QuerySet[Observation]:
    """Every cell's value as known now, or as known at the end of a day, or at a moment."""
    # NOT EXISTS is answered from the unique index of `supersedes`, row by row; as an outer join
    # (`superseded_by__isnull`) SQLite walks the whole table.
    later = Observation.objects.filter(supersedes=OuterRef("pk"))
    if as_of is None:
        return Observation.objects.filter(~Exists(later))
    moment = end_of(as_of)
    return Observation.objects.filter(
        ~Exists(later.filter(recorded_at__lte=moment)), recorded_at__lte=moment
    )


def end_of(as_of: date | datetime) -> datetime:
    """The moment itself, or the last one of a day in the city's time."""
    if isinstance(as_of, datetime):
        return as_of if as_of.tzinfo else timezone.make_aware(as_of)
    return timezone.make_aware(datetime.combine(as_of, time.max))


def as_known_on(selection: Selection, *, actor: Actor) -> list[Observation]:
    """The selected observations in order of period, area, organisation, dimensions."""
    actor.require("observations.view")
    metric = _metric(selection.metric)
    found = list(_selected(metric, selection).order_by(*_ORDER))
    return _newest_definition(found)


def observation_page(
    selection: Selection, *, actor: Actor, after: int = 0, limit: int = LARGEST_PAGE
) -> list[Observation]:
    """A page of the selection in order of id, for programs that fetch all of it."""
    actor.require("observations.view")
    rows = _selected(_metric(selection.metric), selection).filter(pk__gt=after)
    return list(rows.order_by("pk")[: min(limit, LARGEST_PAGE)])


def series(
    metric: str,
    area: str,
    *,
    actor: Actor,
    organisation: str = "",
    dimensions: Mapping[str, str] | None = None,
    as_of: AsOf = None,
) -> list[Observation]:
    """One metric in one area over time: the area's own value, or an organisation's in it."""
    selection = Selection(metric, (area,), organisation, dimensions=dimensions or {}, as_of=as_of)
    found = as_known_on(selection, actor=actor)
    if organisation:
        return found
    return [row for row in found if row.organisation_id is None]


def latest_values(
    metrics: Iterable[str], area: str, *, actor: Actor, as_of: AsOf = None
) -> dict[str, Observation]:
    """Metric code → its newest period with a value in an area, for metrics that have any."""
    actor.require("observations.view")
    latest: dict[str, Observation] = {}
    for code, rows in _by_metric(list(metrics), area, as_of).items():
        with_value = [row for row in rows if row.value is not None]
        if with_value:
            latest[code] = with_value[-1]
    return latest


def known_series(
    metrics: Sequence[str], as_of: AsOf = None, area: str = ""
) -> dict[str, tuple[Observation, ...]]:
    """Metric code → its undivided series of an area, the city itself unless named; two queries.

    Published observations are the same for everybody who may see pages at all, so nobody asks.
    """
    code = area or city_area_code()
    found = _by_metric(metrics, code, as_of) if code else {}
    return {code: tuple(rows) for code, rows in found.items()}


def observation_with_context(observation_id: int, *, actor: Actor) -> Observation:
    """One observation with all that explains it."""
    actor.require("observations.view")
    found = (
        Observation.objects.select_related(
            "metric_version__metric__owner",
            "area",
            "organisation",
            "recorded_by",
            "evidence",
            "superseded_by",
        )
        .filter(pk=observation_id)
        .first()
    )
    if found is None:
        raise NotFound(_("The observation"))
    return found


def history(observation: Observation) -> list[Observation]:
    """Every vintage of the same cell, oldest first."""
    return histories([observation])[observation.pk]


def histories(observations: Iterable[Observation]) -> dict[int, list[Observation]]:
    """Observation id → every vintage of its cell, oldest first; one query for all."""
    cells = {observation.cell: observation.pk for observation in observations}
    found: dict[int, list[Observation]] = {pk: [] for pk in cells.values()}
    rows = Observation.objects.filter(cell__in=cells).select_related("recorded_by", "evidence")
    for row in rows.order_by("vintage"):
        found[cells[row.cell]].append(row)
    return found


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A line of the list of metrics: the definition in force and the city's newest value."""

    metric: Metric
    version: MetricVersion | None
    newest: Observation | None


def metrics_list(words: str, *, actor: Actor) -> list[MetricRow]:
    """Metrics whose code or name has the words."""
    actor.require("observations.view")
    found = Metric.objects.select_related("owner")
    if words:
        found = found.filter(
            Q(code__icontains=words) | Q(name_zh__icontains=words) | Q(name_en__icontains=words)
        )
    # One step into `observation_series` for each version, however many values there are.
    newest = known().filter(
        metric_version=OuterRef("pk"),
        area__in=area_ids([city_area_code()]),
        organisation__isnull=True,
        dimension_key="",
    )
    versions = {
        version.metric_id: version
        for version in MetricVersion.objects.filter(metric__in=found)
        .annotate(newest_id=Subquery(newest.order_by("-period_start").values("pk")[:1]))
        .order_by("number")
    }
    ids = [version.newest_id for version in versions.values() if version.newest_id]
    values = {row.pk: row for row in Observation.objects.filter(pk__in=ids)}
    rows = []
    for metric in found:
        version = versions.get(metric.pk)
        newest_id = version.newest_id if version else None
        rows.append(MetricRow(metric, version, values.get(newest_id) if newest_id else None))
    return rows


def metrics_of_figures() -> dict[str, list[str]]:
    """The metrics whose values are a bay's figures, by the figure's code."""
    found: dict[str, list[str]] = {}
    measured = Metric.objects.filter(origin=Origin.BAY).exclude(figure="")
    for figure, code in measured.order_by("code").values_list("figure", "code"):
        found.setdefault(figure, []).append(code)
    return found


def metric_with_versions(code: str, *, actor: Actor) -> tuple[Metric, list[MetricVersion]]:
    """A metric and its definitions, the newest first."""
    actor.require("observations.view")
    metric = _metric(code)
    return metric, list(metric.versions.select_related("weight", "recorded_by").order_by("-number"))


def recorded_since(moment: datetime) -> QuerySet[Observation]:
    """What was recorded after a moment, oldest first: what has to be computed anew."""
    return Observation.objects.filter(recorded_at__gt=moment).order_by("recorded_at", "pk")


def city_area_code() -> str:
    """The area that has no area above it: the city of this deployment."""
    areas = apps.get_model("identity", "Area")._default_manager
    found = areas.filter(parent__isnull=True).exclude(kind="province").first()
    return found.code if found else ""


_ORDER = ("period_start", "period_end", "area_id", "organisation_id", "dimension_key", "pk")


def _metric(code: str) -> Metric:
    metric = Metric.objects.select_related("owner").filter(code=code).first()
    if metric is None:
        raise NotFound(_("The metric"))
    return metric


def _selected(metric: Metric, selection: Selection) -> QuerySet[Observation]:
    # The ids first: a list of versions lets both databases walk `observation_series`.
    versions = list(metric.versions.values_list("pk", flat=True))
    rows = known(selection.as_of).filter(metric_version__in=versions)
    if selection.areas:
        rows = rows.filter(area__in=area_ids(selection.areas))
    if selection.organisation:
        rows = rows.filter(organisation__code=selection.organisation)
    if selection.first:
        rows = rows.filter(period_start__gte=_period(selection.first).start)
    if selection.last:
        rows = rows.filter(period_end__lte=_period(selection.last).end)
    if selection.dimensions is not None:
        rows = rows.filter(dimension_key=dimension_key(selection.dimensions))
    return rows.select_related("metric_version__metric", "area", "organisation")


def area_ids(codes: Sequence[str]) -> list[int]:
    # Fetched first: a join would keep the planner from stepping into `observation_series`.
    areas = apps.get_model("identity", "Area")._default_manager
    return list(areas.filter(code__in=codes).values_list("pk", flat=True))


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except PeriodInvalid:
        raise Invalid(
            "observations.period_invalid",
            _("“%(text)s” is not a reporting period."),
            _("Write it as 2025, 2025-S1, 2025-Q3, 2025-09 or 2025-09-12."),
            text=text,
        ) from None


def _by_metric(metrics: Sequence[str], area: str, as_of: AsOf) -> dict[str, list[Observation]]:
    """The undivided series of an area for several metrics at once, in order of period."""
    versions = MetricVersion.objects.filter(metric__code__in=metrics)
    rows = (
        known(as_of)
        .filter(
            metric_version__in=list(versions.values_list("pk", flat=True)),
            area__in=area_ids([area]),
            organisation__isnull=True,
            dimension_key="",
        )
        .select_related("metric_version__metric", "area")
        .order_by(*_ORDER)
    )
    found: dict[str, list[Observation]] = {}
    for row in _newest_definition(list(rows)):
        found.setdefault(row.metric_version.metric.code, []).append(row)
    return found


def _newest_definition(rows: list[Observation]) -> list[Observation]:
    """Of several definitions of one metric's period, the newest; the order stays."""
    chosen: dict[tuple[object, ...], Observation] = {}
    for row in rows:
        place = (
            row.metric_version.metric_id,
            row.area_id,
            row.organisation_id,
            row.period,
            row.dimension_key,
        )
        other = chosen.get(place)
        if other is None or row.metric_version.number > other.metric_version.number:
            chosen[place] = row
    return list(chosen.values())
