"""Extensions: for a working day, decided while there is something to extend."""

from datetime import date

import pytest

from shucheng.kernel.errors import Invalid
from shucheng.kernel.reporting.actions.obligations import ask_extension, decide_extension
from shucheng.kernel.reporting.queries.lists import extension_requests, obligation_row
from shucheng.kernel.reporting.tests.conftest import City

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 8, 31)


def test_a_day_off_is_no_due_day(city: City) -> None:
    with pytest.raises(Invalid) as told:
        ask_extension(city.owed().pk, date(2026, 8, 29), "Firms are late.", actor=city.liaison)
    assert "2026-08-31" in told.value.next_step
    assert set(told.value.fields) == {"until"}
    ask_extension(city.owed().pk, MONDAY, "Firms are late.", actor=city.liaison)


def test_what_is_published_waits_for_no_decision_and_stays_late(city: City) -> None:
    asked = ask_extension(city.owed().pk, MONDAY, "Firms are late.", actor=city.liaison)
    assert [each.pk for each in extension_requests(actor=city.department)] == [asked.pk]
    made = city.published()
    assert extension_requests(actor=city.department) == []
    late = obligation_row(made.obligation_id, actor=city.liaison).standing.late
    with pytest.raises(Invalid):
        decide_extension(asked.pk, True, "", actor=city.department)
    assert obligation_row(made.obligation_id, actor=city.liaison).standing.late == late
