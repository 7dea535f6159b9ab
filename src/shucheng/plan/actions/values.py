"""Keep the values of bindings in step with the observations that they are computed from."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from shucheng.kernel.public import Actor, Change, Observation, action, record
from shucheng.lib.periods import Period
from shucheng.plan.actions.forecasts import order_forecasts
from shucheng.plan.formula.cells import ENGINE, CellValue
from shucheng.plan.models import Binding, IndicatorValue
from shucheng.plan.queries.computed import (
    cell_values,
    changed_values,
    first_year_of,
    metrics_of,
)
from shucheng.plan.queries.versions import current_version

# What the column holds; a formula that gives more than that is wrong and gives nothing.
_LARGEST = Decimal(10) ** 17
_BATCH = 500

_Place = tuple[int, str, str]
# Value, simulated, rests on, newest observation, digest, engine.
_Said = tuple[Decimal | None, bool, int, int, str, str]
# And the period's last day as the database takes it.
_Fresh = tuple[_Place, _Said, Any]
# What a stored value says beside its place; the rest follows from it.
_SAID = ("value", "simulated", "rests_on", "observation_id", "digest", "engine")
_COLUMNS = ("binding_id", "area", "period", *_SAID, "period_end", "recorded_at")
_UPSERT = (
    f"INSERT INTO plan_indicatorvalue ({', '.join(_COLUMNS)})"  # noqa: S608 - our own names
    f" VALUES ({', '.join(['%s'] * (len(_COLUMNS) - 1))},"
    f" (SELECT recorded_at FROM {Observation._meta.db_table} WHERE id = %s))"
    " ON CONFLICT (binding_id, area, period)"
    f" DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in _COLUMNS[3:])}"
)


@action
def recompute_all(*, actor: Actor) -> int:
    """Compute every value anew; the cache may be deleted before, nothing is lost by it."""
    actor.require("plan.manage")
    computed = recompute()
    record("plan.values.recomputed", ("plan.values", "all", ENGINE), actor=actor, values=computed)
    return computed


def follow_observations(change: Change) -> None:
    """Compute what a change of observations changes; inside the action that records them."""
    touched = [
        binding.pk
        for binding in Binding.objects.all()
        if metrics_of(binding.formula) & change.metrics
    ]
    locked = _locked(Binding.objects.filter(pk__in=touched))
    version = current_version()
    if version is None or not locked:
        return  # publishing a plan computes them
    changed = changed_values(locked, first_year_of(version), change)
    reached = {
        (binding.pk, area, str(period))
        for binding, found in changed.items()
        for area, period in found.reached
    }
    if not reached:
        return
    stored = IndicatorValue.objects.filter(
        binding__in={binding for binding, _, _ in reached},
        area__in={area for _, area, _ in reached},
        period__in={period for _, _, period in reached},
    )
    values = [(binding, value) for binding, found in changed.items() for value in found.values]
    _store(values, {place: row for place, row in _stored(stored).items() if place in reached})
    order_forecasts()


def recompute(bindings: Sequence[Binding] | None = None) -> int:
    """Compute the values of bindings anew (of all where none are named), in all areas and periods.

    Called inside an action. Returns how many values there are; what stayed is not written.
    """
    chosen = Binding.objects.all()
    if bindings is not None:
        chosen = chosen.filter(pk__in=[binding.pk for binding in bindings])
    locked = _locked(chosen)
    version = current_version()
    if version is None or not locked:
        return 0  # publishing a plan computes them
    stored = _stored(IndicatorValue.objects.filter(binding__in=locked))
    computed = _store(cell_values(locked, first_year_of(version)), stored)
    order_forecasts()
    return computed


def _locked(bindings: "QuerySet[Binding]") -> list[Binding]:
    """Whoever records beside us waits here, and then reads what we recorded."""
    return list(bindings.order_by("pk").select_for_update())


def _stored(rows: "QuerySet[IndicatorValue]") -> dict[_Place, tuple[int, _Said]]:
    """What is stored, by place: the row's id, and what it says."""
    listed = rows.values_list("binding_id", "area", "period", "pk", *_SAID).iterator()
    return {
        (binding, area, period): (pk, (value, simulated, rests_on, newest, digest, engine))
        for binding, area, period, pk, value, simulated, rests_on, newest, digest, engine in listed
    }


def _store(
    values: Iterable[tuple[Binding, CellValue]], stored: Mapping[_Place, tuple[int, _Said]]
) -> int:
    """Make of what is stored what was computed; rows that say the same already stay untouched.
    Returns how many values there are."""
    gone = dict(stored)
    count = 0
    fresh: list[_Fresh] = []
    periods: dict[Period, tuple[str, Any]] = {}
    for binding, found in values:
        count += 1
        if found.period not in periods:
            end = connection.ops.adapt_datefield_value(found.period.end)
            periods[found.period] = str(found.period), end
        name, end = periods[found.period]
        place, said = (binding.pk, found.area, name), _said(found)
        if gone.pop(place, (0, None))[1] != said:
            fresh.append((place, said, end))
        if len(fresh) == _BATCH:
            _write(fresh)
            fresh.clear()
    _write(fresh)
    keys = [pk for pk, _ in gone.values()]
    for start in range(0, len(keys), _BATCH):
        IndicatorValue.objects.filter(pk__in=keys[start : start + _BATCH]).delete()
    return count


def _write(fresh: Sequence[_Fresh]) -> None:
    """Past the models: a full computation writes a hundred thousand rows, ten times faster so."""
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, [(*place, *said, end, said[3]) for place, said, end in fresh])


def _said(found: CellValue) -> _Said:
    value = found.value if found.value is not None and abs(found.value) < _LARGEST else None
    return value, found.simulated, found.rests_on, found.newest, found.digest, ENGINE
