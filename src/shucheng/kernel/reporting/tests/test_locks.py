"""Closed periods: whoever meets the lock is told why, by whom, since when, and what to do."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.errors import Forbidden, Invalid
from shucheng.kernel.observations.actions.values import correct_observation, record_observations
from shucheng.kernel.observations.inputs import ObservationInput
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.reporting.actions.drafts import save_draft, start_correction
from shucheng.kernel.reporting.actions.locks import ask_reopening, close_period, reopen_period
from shucheng.kernel.reporting.actions.moves import approve, submit
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import Locked
from shucheng.kernel.reporting.models import LockEvent
from shucheng.kernel.reporting.queries.lists import obligation_row
from shucheng.kernel.reporting.queries.locks import lock_history, locks, reopening_requests
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City

pytestmark = pytest.mark.django_db
WHY = "The half-year figures went to the council."


def row(period: str = "2026-07", area: str = "320902") -> list[ObservationInput]:
    return [ObservationInput("revenue", area, period, 7)]


def test_who_meets_the_lock_is_told_why_by_whom_since_when_and_what_to_do(city: City) -> None:
    close_period("2026-07", WHY, actor=city.office)
    with pytest.raises(Locked) as told:
        city.draft()
    assert WHY in told.value.message
    assert city.office.name in told.value.message
    assert told.value.values["since"]
    with translation.override("en"):
        assert "plan office" in told.value.next_step
    assert told.value.status == 423
    assert obligation_row(city.owed().pk, actor=city.liaison).locked.reason == WHY


def each_way(city: City) -> dict[str, Callable[[], object]]:
    draft = city.draft()
    waiting = city.at_office(organisation="yandu")
    published = city.published(period="2026-06")
    observation = Observation.objects.get(metric_version__metric__code="revenue")
    close_period("2026", WHY, actor=city.office)
    return {
        "save": lambda: save_draft(
            draft.obligation_id, {"trade": Entry("3")}, revision=draft.revision, actor=city.liaison
        ),
        "hand in": lambda: submit(draft.pk, draft.revision, actor=city.liaison),
        "approve": lambda: approve(waiting.pk, waiting.revision, actor=city.office),
        "begin a correction": lambda: start_correction(
            published.obligation_id, "A mistake.", actor=city.liaison
        ),
        "record over the API": lambda: record_observations(row(), actor=city.office),
        "correct an observation": lambda: correct_observation(
            observation.pk, 1, reason="A mistake.", actor=city.office
        ),
    }


def test_every_way_to_a_figure_of_a_closed_period_is_shut(city: City) -> None:
    for way, try_it in each_way(city).items():
        with pytest.raises(Locked) as told:
            try_it()
        assert WHY in told.value.message, way
    assert [each.value for each in Observation.objects.order_by("metric_version", "id")] == [
        Decimal(40),
        Decimal(2),
    ]


def test_the_platform_itself_and_other_periods_are_not_stopped(city: City) -> None:
    close_period("2026-06", WHY, actor=city.office)
    assert record_observations(row("2026-06"), actor=SYSTEM).created == 1
    assert record_observations(row("2026-07"), actor=city.office).created == 1


def test_a_lock_of_one_form_leaves_the_other_form_open(city: City) -> None:
    close_period("2026-07", WHY, actor=city.office, form="industry-m-area")
    with pytest.raises(Locked):
        record_observations(row(), actor=city.office)
    assert record_observations(row(area="320900"), actor=city.office).created == 1
    city.draft("industry")


def test_reopened_with_a_reason_work_goes_on_and_the_history_stays(city: City) -> None:
    close_period("2026-07", WHY, actor=city.office)
    ask_reopening("2026-07", "A firm was forgotten.", actor=city.liaison)
    assert [each.reason for each in reopening_requests(actor=city.office)] == [
        "A firm was forgotten."
    ]
    with pytest.raises(Invalid):
        reopen_period("2026-07", " ", actor=city.office)
    reopen_period("2026-07", "For the forgotten firm.", actor=city.office)
    city.draft()
    assert locks(actor=city.liaison) == []
    assert reopening_requests(actor=city.office) == []
    assert [each.kind for each in lock_history(actor=city.liaison)] == [
        "reopened",
        "asked",
        "closed",
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        LockEvent.objects.update(reason="None.")


def test_asking_does_not_open(city: City) -> None:
    close_period("2026-07", WHY, actor=city.office)
    ask_reopening("2026-07", "Please.", actor=city.liaison)
    with pytest.raises(Locked):
        city.draft()


def test_a_lock_needs_a_reason_and_the_plan_office(city: City) -> None:
    with pytest.raises(Invalid):
        close_period("2026-07", "", actor=city.office)
    with pytest.raises(Forbidden):
        close_period("2026-07", WHY, actor=city.department)
    with pytest.raises(Invalid):
        close_period("July", WHY, actor=city.office)
    close_period("2026-07", WHY, actor=city.office)
    with pytest.raises(Invalid):
        close_period("2026-07", WHY, actor=city.office)
    with pytest.raises(Invalid):
        reopen_period("2026-06", "Why not.", actor=city.office)
    leader = Actor(None, "leader", frozenset({Role.LEADER}))
    with pytest.raises(Forbidden):
        ask_reopening("2026-07", "Please.", actor=leader)
