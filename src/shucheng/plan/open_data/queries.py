"""What is released, as the engine's plain data: now, or as it was known on a day."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from django.conf import settings
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shucheng.kernel.public import (
    Actor,
    Area,
    Invalid,
    MetricVersion,
    NotFound,
    Observation,
    address_of,
    city_area_code,
)
from shucheng.lib.periods import Period
from shucheng.lib.sdmx.codes import STATUSES
from shucheng.lib.sdmx.model import Text, agency_of
from shucheng.plan.models import (
    Binding,
    Duty,
    DutyRole,
    FormulaVersion,
    Indicator,
    IndicatorValue,
    PlanVersion,
)
from shucheng.plan.open_data.engine import model
from shucheng.plan.open_data.models import Release
from shucheng.plan.queries.computed import compute, first_year_of, metrics_of
from shucheng.plan.queries.formula_words import in_words
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True)
class Row:
    """A value as read: of a binding, in an area, at a period."""

    binding: int
    area: str
    period: Period
    value: Decimal | None
    simulated: bool
    recorded_at: datetime
    status: str


def require_open(actor: Actor) -> None:
    """Anybody where the setting opens the data, else whoever has an account with a role."""
    if not settings.OPEN_DATA:
        actor.require("open_data.view")


def state(as_of: date | None = None) -> str:
    """Changes when what is published may have changed: for caches."""
    newest: list[object] = [
        rows.order_by("-pk").values_list("pk", "recorded_at").first()
        for rows in (
            Release.objects.all(),
            Observation.objects.all(),
            FormulaVersion.objects.all(),
            MetricVersion.objects.all(),
        )
    ]
    newest += [
        PlanVersion.objects.aggregate(n=Max("published_at"))["n"],
        Binding.objects.aggregate(n=Max("updated_at"))["n"],
        list(Area.objects.order_by("pk").values_list("code", "name", "name_en", "parent")),
        as_of,
    ]
    return hashlib.sha256(repr(newest).encode()).hexdigest()


def in_force() -> dict[int, Release]:
    """Binding id → the release that holds; withdrawn ones are left out."""
    newest = {each.binding_id: each for each in Release.objects.order_by("number")}
    return {pk: each for pk, each in newest.items() if each.released}


def published(
    *, actor: Actor, as_of: date | None = None, indicators: Sequence[str] = ()
) -> model.DataSet:
    """What is released (all of it, or some indicators): what is known now, or was on a day.

    The releases in force decide what is shown; the day decides which observations it is
    computed from. Raises `NotFound` for an indicator that is not released.
    """
    require_open(actor)
    if as_of and as_of > timezone.localdate():
        raise Invalid(
            "open_data.as_of",
            _("What will be known on a later day is not known yet."),
            _("Name today or an earlier day."),
            fields={"as_of": _("Name today or an earlier day.")},
        )
    return _assembled(state(as_of), as_of, tuple(indicators))


@lru_cache(maxsize=32)
def _assembled(key: str, as_of: date | None, indicators: tuple[str, ...]) -> model.DataSet:
    """Kept in memory while the state, which `key` is, does not change: reading is cheap then."""
    releases = in_force()
    bindings = list(Binding.objects.filter(pk__in=releases))
    if indicators:
        bindings = [each for each in bindings if each.code in indicators]
        if {each.code for each in bindings} != set(indicators):
            raise NotFound(_("The indicator"))
    areas = _areas()
    series = _series(bindings, releases, [area.code for area in areas], as_of)
    moments = [*(each.updated_at for each in series), *(r.recorded_at for r in releases.values())]
    city = city_area_code()
    return model.DataSet(
        agency=agency_of(city),
        city=next((area.name for area in areas if area.code == city), Text("—")),
        address=address_of(""),
        prepared=max(moments, default=datetime(2000, 1, 1, tzinfo=timezone.get_current_timezone())),
        indicators=_indicators(bindings, releases, series),
        areas=areas,
        series=tuple(series),
        as_of=as_of,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """An indicator that can be released, and what was decided about it, the newest first."""

    binding: Binding
    decisions: tuple[Release, ...]
    values: int

    @property
    def release(self) -> Release | None:
        newest = self.decisions[0] if self.decisions else None
        return newest if newest and newest.released else None


def choices(*, actor: Actor) -> list[Choice]:
    """Every indicator of the city with its decisions, those that are released first."""
    actor.require("open_data.release")
    return sorted(
        _choices(Binding.objects.all()), key=lambda each: (each.release is None, not each.values)
    )


def choice(code: str, *, actor: Actor) -> Choice:
    actor.require("open_data.release")
    found = _choices(Binding.objects.filter(code=code))
    if not found:
        raise NotFound(_("The indicator"))
    return found[0]


def city_areas() -> list[Area]:
    """Areas whose figures can be released, the city first."""
    return list(Area.objects.select_related("parent").order_by("order", "code"))


def _choices(bindings: Iterable[Binding]) -> list[Choice]:
    decided: dict[int, list[Release]] = {}
    for release in Release.objects.order_by("-number"):
        decided.setdefault(release.binding_id, []).append(release)
    counts: dict[int, int] = {}
    city = city_area_code()
    for pk in IndicatorValue.objects.filter(area=city).values_list("binding_id", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    return [
        Choice(each, tuple(decided.get(each.pk, ())), counts.get(each.pk, 0)) for each in bindings
    ]


def _areas() -> tuple[model.Area, ...]:
    return tuple(
        model.Area(
            area.code,
            Text(area.name, area.name_en),
            area.parent.code if area.parent else "",
        )
        for area in city_areas()
    )


def _series(
    bindings: Sequence[Binding],
    releases: dict[int, Release],
    areas: Sequence[str],
    as_of: date | None,
) -> list[model.Series]:
    codes = {each.pk: each.code for each in bindings}
    rows = _now(list(codes)) if as_of is None else _known_on(bindings, as_of)
    place = {code: n for n, code in enumerate(areas)}
    chosen = [row for row in rows if row.area in place and _is_released(row, releases)]
    chosen.sort(key=lambda row: (row.binding, place[row.area], row.period.frequency))
    found = []
    for (pk, area, frequency), group in groupby(
        chosen, key=lambda row: (row.binding, row.area, row.period.frequency)
    ):
        values = sorted(group, key=lambda row: row.period)
        found.append(
            model.Series(
                indicator=codes[pk],
                area=area,
                frequency=frequency,
                values=tuple(_value(row) for row in values),
                updated_at=max(row.recorded_at for row in values),
            )
        )
    return found


def _value(row: Row) -> model.Value:
    status = model.MISSING if row.value is None else row.status
    return model.Value(
        str(row.period),
        row.value,
        status if status in STATUSES else "A",
        "simulation" if row.simulated else "observed",
    )


def _is_released(row: Row, releases: dict[int, Release]) -> bool:
    release = releases[row.binding]
    if release.areas and row.area not in release.areas:
        return False
    return not release.from_period or row.period.start >= Period.parse(release.from_period).start


def _now(bindings: list[int]) -> list[Row]:
    fields = ("value", "simulated", "recorded_at", "observation__status")
    rows = IndicatorValue.objects.filter(binding__in=bindings)
    return [
        Row(pk, area, Period.parse(period), value, simulated, recorded_at, status)
        for pk, area, period, value, simulated, recorded_at, status in rows.values_list(
            "binding_id", "area", "period", *fields
        )
    ]


def _known_on(bindings: Sequence[Binding], day: date) -> list[Row]:
    version = current_version()
    if version is None:
        return []
    found = compute(bindings, first_year_of(version), as_of=day)
    statuses: dict[int, str] = {}
    ids = sorted({each.newest.id for each in found})
    for start in range(0, len(ids), 500):
        part = Observation.objects.filter(pk__in=ids[start : start + 500])
        statuses |= dict(part.values_list("pk", "status"))
    return [
        Row(
            each.binding.pk,
            each.area,
            each.period,
            each.value,
            each.simulated,
            each.newest.recorded_at,
            statuses.get(each.newest.id, "A"),
        )
        for each in found
    ]


def _indicators(
    bindings: Sequence[Binding], releases: dict[int, Release], series: Sequence[model.Series]
) -> tuple[model.Indicator, ...]:
    definitions = _definitions(bindings)
    leads = _leads(bindings)
    frequency = {each.indicator: each.frequency for each in series}
    return tuple(
        model.Indicator(
            code=each.code,
            name=Text(each.name, each.name_en),
            definition=definitions[each.pk],
            formula=_formula(each),
            unit=each.unit,
            frequency=frequency.get(each.code, ""),
            organisation=leads.get(each.pk, Text("")),
            licence=releases[each.pk].licence,
            note=releases[each.pk].note,
            released_on=timezone.localdate(releases[each.pk].recorded_at),
            from_period=releases[each.pk].from_period,
        )
        for each in bindings
    )


def _formula(binding: Binding) -> Text:
    with translation.override("zh-hans"):
        zh = in_words(binding.formula)
    with translation.override("en"):
        return Text(zh, in_words(binding.formula))


def _definitions(bindings: Sequence[Binding]) -> dict[int, Text]:
    """The definitions in force of the metrics that a formula reads, in their order of code."""
    read = {each.pk: sorted(metrics_of(each.formula)) for each in bindings}
    codes = {code for metrics in read.values() for code in metrics}
    rows = MetricVersion.objects.filter(metric__code__in=codes).select_related("metric")
    newest = {row.metric.code: row for row in rows.order_by("number")}
    return {
        pk: Text(
            "\n".join(
                newest[c].definition for c in metrics if c in newest and newest[c].definition
            ),
            "\n".join(
                newest[c].definition_en for c in metrics if c in newest and newest[c].definition_en
            ),
        )
        for pk, metrics in read.items()
    }


def _leads(bindings: Sequence[Binding]) -> dict[int, Text]:
    """Who leads the indicator in the plan in force, everybody in the plan's order; else who owns
    the metric it reads."""
    found: dict[int, Text] = {}
    version = current_version()
    for each in bindings:
        rows = MetricVersion.objects.filter(metric__code__in=metrics_of(each.formula))
        owned = rows.filter(metric__owner__isnull=False).select_related("metric__owner").first()
        if owned is not None and owned.metric.owner is not None:
            found[each.pk] = Text(owned.metric.owner.name, owned.metric.owner.name_en)
    if version is None:
        return found
    indicators = Indicator.objects.filter(version=version, binding__in=bindings)
    tied = dict(indicators.values_list("pk", "binding_id"))
    duties = Duty.objects.filter(indicator__in=tied, role=DutyRole.LEAD).order_by("position")
    named: dict[int, list[Duty]] = {}
    for duty in duties.select_related("organisation"):
        if duty.indicator_id is not None:
            named.setdefault(tied[duty.indicator_id], []).append(duty)
    return found | {pk: _names(leads) for pk, leads in named.items()}


def _names(duties: Sequence[Duty]) -> Text:
    """Organisations as one text; an English one only where all of them have an English name."""
    english = [each.organisation.name_en if each.organisation else "" for each in duties]
    return Text("、".join(each.name for each in duties), ", ".join(english) if all(english) else "")
