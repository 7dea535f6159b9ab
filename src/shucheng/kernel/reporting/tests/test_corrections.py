"""Corrections: what they fill in, what they may leave empty, what reviewers are shown of them."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from shucheng.kernel.observations.actions.metrics import define_metric_version
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.queries import Selection, as_known_on
from shucheng.kernel.reporting.actions.drafts import save_draft, start_correction
from shucheng.kernel.reporting.actions.moves import approve, submit
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import ProblemsLeft
from shucheng.kernel.reporting.models import FormLine, Submission
from shucheng.kernel.reporting.queries.told import would_change
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City, metric
from shucheng.kernel.reporting.tests.test_web import browser, text

pytestmark = pytest.mark.django_db
LATER = date(2026, 9, 30)


def change(city: City, made: Submission, **cells: Entry) -> Submission:
    return save_draft(made.obligation_id, cells, revision=made.revision, actor=city.liaison)


def through(city: City, made: Submission) -> Submission:
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        made = step(made.pk, made.revision, actor=who)
    return made


def recorded(code: str) -> list[tuple[int, Decimal | None, str]]:
    rows = Observation.objects.filter(metric_version__metric__code=code).order_by("id")
    return [(row.metric_version.number, row.value, row.note) for row in rows]


def redefine_trade() -> None:
    define_metric_version(
        metric("trade", definition="With re-exports."), reason="New.", actor=SYSTEM
    )


def test_an_untouched_figure_is_not_carried_to_a_new_definition_unsaid(city: City) -> None:
    made = city.published()
    redefine_trade()
    again = start_correction(made.obligation_id, "A firm twice.", actor=city.liaison)
    again = change(city, again, revenue=Entry("38"))
    with pytest.raises(ProblemsLeft) as told:
        submit(again.pk, again.revision, actor=city.liaison)
    assert set(told.value.fields) == {"trade"}
    assert [number for number, _value, _note in recorded("trade")] == [1]
    again = change(city, again, trade=Entry("2", reason="There are no re-exports."))
    through(city, again)
    assert [number for number, _value, _note in recorded("trade")] == [1, 2]
    assert "There are no re-exports." in recorded("trade")[-1][2]


def test_a_correction_under_an_unchanged_definition_asks_nothing(city: City) -> None:
    made = city.published()
    again = start_correction(made.obligation_id, "A firm twice.", actor=city.liaison)
    through(city, change(city, again, revenue=Entry("38")))
    assert [value for _number, value, _note in recorded("revenue")] == [Decimal(40), Decimal(38)]
    assert len(recorded("trade")) == 1


def test_a_published_value_is_not_taken_back_by_an_empty_cell(city: City) -> None:
    FormLine.objects.filter(metric__code="trade").update(required=False)
    made = city.published()
    again = start_correction(made.obligation_id, "Not collected.", actor=city.liaison)
    again = change(city, again, trade=Entry(""))
    with pytest.raises(ProblemsLeft) as told:
        submit(again.pk, again.revision, actor=city.liaison)
    assert set(told.value.fields) == {"trade"}
    why = Entry(status="L", note="The survey fell out.")
    through(city, change(city, again, trade=why))
    (row,) = as_known_on(Selection("trade", ("320902",)), actor=SYSTEM)
    assert (row.value, row.status) == (None, "L")


def test_an_optional_cell_without_a_published_value_stays_empty(city: City) -> None:
    FormLine.objects.filter(metric__code="trade").update(required=False)
    made = city.published(trade="")
    again = start_correction(made.obligation_id, "A firm twice.", actor=city.liaison)
    through(city, change(city, again, revenue=Entry("38")))
    assert recorded("trade") == []


def test_what_would_change_is_told_by_number_and_status(city: City) -> None:
    made = through(city, change(city, city.draft(), revenue=Entry("1200", status="P")))
    again = start_correction(made.obligation_id, "Verified.", actor=city.liaison, verified=True)
    assert set(would_change(again)) == {"revenue"}
    again = change(city, again, revenue=Entry("1,200.0", status="P"))
    assert would_change(again) == {}
    again = change(city, again, revenue=Entry("1,201", status="P"))
    assert set(would_change(again)) == {"revenue"}


def test_a_first_report_with_an_empty_cell_changes_nothing_there(city: City) -> None:
    from shucheng.kernel.observations.actions.values import record_observations
    from shucheng.kernel.observations.inputs import ObservationInput

    record_observations([ObservationInput("trade", "320902", "2026-07", 9)], actor=SYSTEM)
    made = city.draft(trade="")
    assert would_change(made) == {}


def test_a_correction_of_what_is_published_is_never_overdue(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = city.published()
    start_correction(made.obligation_id, "A firm twice.", actor=city.liaison)
    real = timezone.localdate
    monkeypatch.setattr(
        timezone, "localdate", lambda value=None, *rest: real(value, *rest) if value else LATER
    )
    shown = text(browser(city.liaison).get("/reporting/?period=2026-07"))
    assert "2026-07 2026-08-14 Published" in shown, "the day alone, with nothing of days late"
    assert "Go on" in shown
