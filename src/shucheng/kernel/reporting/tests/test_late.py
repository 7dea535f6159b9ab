"""What forms ask for: when it is due, whether it is awaited, what is late."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shucheng.kernel.observations.actions.values import record_observations
from shucheng.kernel.observations.inputs import ObservationInput
from shucheng.kernel.reporting.actions.obligations import ask_extension, decide_extension
from shucheng.kernel.reporting.models import FormLine
from shucheng.kernel.reporting.queries.late import FigureAsked, figures_asked
from shucheng.kernel.reporting.queries.sheets import sheet_of
from shucheng.kernel.reporting.tests.conftest import SYSTEM, TODAY, City

pytestmark = pytest.mark.django_db
DUE = date(2026, 8, 14)


def awaited_figures(
    as_of: date | datetime | None = None,
) -> dict[tuple[str, str], list[FigureAsked]]:
    found = {
        key: [each for each in rows if each.awaited] for key, rows in figures_asked(as_of).items()
    }
    return {key: rows for key, rows in found.items() if rows}


def late_metrics(today: date, as_of: date | None = None) -> dict[tuple[str, str], date]:
    """The earliest due day that passed, of each figure that is awaited."""
    found = awaited_figures(as_of)
    late = {key: [each.due for each in rows if each.due < today] for key, rows in found.items()}
    return {key: min(days) for key, days in late.items() if days}


def test_a_metric_is_late_once_its_due_day_passed_and_nothing_is_published(city: City) -> None:
    late = late_metrics(TODAY)
    assert late["revenue", "320902"] == date(2026, 6, 12)
    for period in ("2026-05", "2026-06"):
        city.published(period=period)
    assert late_metrics(TODAY)["revenue", "320902"] == DUE
    city.published(period="2026-07")
    late = late_metrics(TODAY)
    assert ("revenue", "320902") not in late
    assert ("revenue", "320903") in late
    assert late_metrics(date(2026, 6, 12)) == {}


def test_a_figure_that_came_on_another_way_is_not_late(city: City) -> None:
    rows = [
        ObservationInput(code, "320902", period, 1)
        for code in ("revenue",)
        for period in ("2026-05", "2026-06", "2026-07")
    ]
    record_observations(rows, actor=SYSTEM)
    late = late_metrics(TODAY)
    assert ("revenue", "320902") not in late
    assert ("trade", "320902") in late


def test_an_extension_keeps_a_metric_from_being_late(city: City) -> None:
    for period in ("2026-05", "2026-06"):
        city.published(period=period)
    asked = ask_extension(city.owed().pk, date(2026, 8, 28), "Please.", actor=city.liaison)
    decide_extension(asked.pk, True, "", actor=city.office)
    assert ("revenue", "320902") not in late_metrics(TODAY)


def test_what_was_awaited_at_a_moment_is_known_later(city: City) -> None:
    key, moment = ("revenue", "320902"), timezone.now()
    before = awaited_figures(moment)[key]
    asked = ask_extension(city.owed().pk, date(2026, 8, 28), "Please.", actor=city.liaison)
    decide_extension(asked.pk, True, "", actor=city.office)
    city.published(period="2026-06")
    assert {each.period for each in awaited_figures()[key]} == {"2026-05", "2026-07"}
    assert date(2026, 8, 28) in {each.due for each in awaited_figures()[key]}
    assert awaited_figures(moment)[key] == before
    assert figures_asked(date(2020, 1, 1)) == {}, "nothing had been asked for then"


def test_a_figure_that_is_there_keeps_its_due_day_an_extension_counted(city: City) -> None:
    asked = ask_extension(city.owed().pk, date(2026, 8, 28), "Please.", actor=city.liaison)
    decide_extension(asked.pk, True, "", actor=city.office)
    made = city.published()
    found = {each.period: each for each in figures_asked()["revenue", "320902"]}
    july = found["2026-07"]
    assert (july.due, july.ends_on, july.awaited) == (date(2026, 8, 28), date(2026, 7, 31), False)
    assert july.due == sheet_of(made.obligation_id, actor=city.liaison).due_on
    assert (found["2026-06"].due, found["2026-06"].awaited) == (date(2026, 7, 14), True)


def test_what_a_form_does_not_need_has_a_due_day_and_is_not_awaited(city: City) -> None:
    FormLine.objects.filter(metric__code="trade").update(required=False)
    rows = figures_asked()["trade", "320902"]
    assert {each.awaited for each in rows} == {False}
    assert DUE in {each.due for each in rows}


def test_what_is_asked_is_read_with_three_queries(city: City) -> None:
    city.published()
    with CaptureQueriesContext(connection) as queries:
        figures_asked()
    assert len(queries) == 3
