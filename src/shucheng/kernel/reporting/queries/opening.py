"""What is asked and not opened yet."""

from collections.abc import Iterator, Sequence
from datetime import date

from shucheng.kernel.identity.models import Area, Organisation
from shucheng.kernel.observations.queries import city_area_code
from shucheng.kernel.reporting.engine.standing import due
from shucheng.kernel.reporting.models import Form, FormKind, Obligation
from shucheng.kernel.reporting.queries.asked import reporting_organisations
from shucheng.lib.periods import Period
from shucheng.lib.workdays import announced


def unopened(until: date, since: date | None = None, forms: Sequence[str] = ()) -> list[Obligation]:
    """Obligations that are asked and not there yet, not stored. A period that no
    line asks for is left out."""
    rows = Form.objects.filter(retired_at__isnull=True)
    if forms:
        rows = rows.filter(code__in=forms)
    found = []
    there = set(
        Obligation.objects.filter(form__in=rows).values_list("form_id", "organisation_id", "period")
    )
    areas = reporting_organisations()
    city = Area.objects.filter(code=city_area_code()).first()
    for form in rows.select_related("owner").prefetch_related("lines"):
        lines = list(form.lines.all())
        for period in _ended(form, since or form.first_day, until):
            if not any(line.asks(period.end) for line in lines):
                continue
            for organisation, area in _asked_of(form, areas, city):
                if (form.pk, organisation.pk, str(period)) not in there:
                    found.append(_obligation(form, organisation, area, period))
    return found


def _ended(form: Form, start: date, until: date) -> Iterator[Period]:
    period = Period.of(start, form.frequency)  # type: ignore[arg-type]
    while period.end < until:
        yield period
        period = period.next()


def _asked_of(
    form: Form, areas: Sequence[Organisation], city: Area | None
) -> list[tuple[Organisation, Area]]:
    if form.kind == FormKind.CITY:
        return [(form.owner, city)] if city else []
    return [(each, each.area) for each in areas if each.area is not None]


def _obligation(form: Form, organisation: Organisation, area: Area, period: Period) -> Obligation:
    deadline = due(period, form.due_days)
    return Obligation(
        form=form,
        organisation=organisation,
        area=area,
        period=str(period),
        period_start=period.start,
        period_end=period.end,
        due_on=deadline.day,
        provisional=deadline.provisional,
    )


def has_provisional() -> bool:
    """Whether a due day was reckoned over a year whose holidays are announced by now."""
    days = Obligation.objects.filter(provisional=True).values_list("due_on", flat=True)
    return any(announced(day.year) for day in days.distinct())
