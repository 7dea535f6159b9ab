"""Keep the forecasts in step with the values that they are made from, in the background."""

from datetime import timedelta

from django.utils import timezone

from shucheng.kernel.public import enqueue, system_actor
from shucheng.plan.forecast.document import to_document
from shucheng.plan.models import Forecast
from shucheng.plan.queries.computed import first_year_of
from shucheng.plan.queries.forecasts import (
    digest_of,
    kept_by_cell,
    make,
    series_from,
)
from shucheng.plan.queries.measured import known_by_area
from shucheng.plan.queries.versions import current_version

FORECAST_JOB = "plan.forecasts"
# Who records many sheets in a row has them forecast together.
_WAIT = timedelta(seconds=1)
_BATCH = 50


def order_forecasts() -> None:
    """Have the forecasts made that values have just outdated; one job, however often it is asked
    for. It comes into being with the change, in its transaction."""
    enqueue(
        FORECAST_JOB,
        actor=system_actor("job"),
        unique_key=FORECAST_JOB,
        at=timezone.now() + _WAIT,
    )


def make_forecasts() -> int:
    """Make anew every forecast of the plan in force whose values have changed; returns how many.

    No audit entry: nobody decides anything here, and what is made can be made again from what is
    known. May be stopped at any point and run again.
    """
    version = current_version()
    if version is None or version.period_end is None:
        return 0
    bindings = {
        indicator.binding.pk: indicator.binding
        for indicator in version.indicators.select_related("binding")
        if indicator.binding
    }
    kept = kept_by_cell(list(bindings), [])
    known = known_by_area(list(bindings.values()), first_year_of(version), None)
    Forecast.objects.exclude(binding__in=bindings).delete()
    made: list[Forecast] = []
    cells = [(pk, area, values) for pk, own in known.items() for area, values in own.items()]
    for pk, area, values in cells:
        series = series_from(bindings[pk], values)
        digest = digest_of(series, version.period_end)
        if kept.get((pk, area), ("",))[0] == digest:
            continue
        document = to_document(make(series, version.period_end))
        made.append(Forecast(binding_id=pk, area=area, digest=digest, document=document))
        if len(made) % _BATCH == 0:
            _keep(made[-_BATCH:])
    _keep(made[len(made) // _BATCH * _BATCH :])
    return len(made)


def _keep(made: list[Forecast]) -> None:
    Forecast.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["binding", "area"],
        update_fields=["digest", "document", "made_at"],
    )
