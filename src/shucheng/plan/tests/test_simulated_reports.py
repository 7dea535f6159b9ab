"""The demonstration's last periods: every state of reporting is there, and all is labelled."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from shucheng.kernel.public import Observation, figures_asked, system_actor, unanswered_tasks
from shucheng.lib.periods import Period
from shucheng.plan.actions.city import load_city
from shucheng.plan.city.model import CityPack
from shucheng.plan.city.pack import read_pack
from shucheng.plan.simulated_reports import (
    is_reported,
    reporting_owner,
    returned_area,
    simulate_reports,
)
from shucheng.plan.simulation import simulate
from shucheng.plan.tests.conftest import CITIES

ACTOR = system_actor("cli")
UNTIL = date(2026, 8, 20)


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return read_pack(CITIES / "yancheng")


def rows(model: str, *fields: str) -> list[Any]:
    found = apps.get_model("reporting", model)._default_manager
    return list(found.values_list(*fields))


@pytest.mark.django_db
def test_every_state_can_be_seen_and_everything_is_labelled(pack: CityPack, august: None) -> None:
    load_city(pack, actor=ACTOR)
    simulate(pack, UNTIL, actor=ACTOR, but=is_reported)
    assert simulate_reports(pack, UNTIL, actor=ACTOR) > 200

    states = Counter(rows("Submission", "state", "level"))
    assert set(states) == {
        ("draft", ""),
        ("submitted", "department"),
        ("submitted", "office"),
        ("returned", ""),
        ("published", ""),
    }
    assert set(rows("Submission", "simulated")) == {(True,)}
    assert set(Observation.objects.values_list("source", flat=True)) == {"simulation"}
    returned = [row for row in rows("SubmissionEvent", "move", "comment") if row[0] == "return"]
    assert len(returned) == 2
    assert all(comment for _move, comment in returned)

    wrong = [found for (found,) in rows("SubmissionEvent", "problems") if found]
    assert any(problem["code"] == "jump" for found in wrong for problem in found)
    assert rows("ExtensionEvent", "kind") == [("asked",)]
    assert rows("LockEvent", "kind", "period") == [("closed", "2026-05")]
    assert Observation.objects.filter(vintage=2).exclude(note="").exists(), "a correction"
    assert {status for (status,) in Observation.objects.values_list("status")} == {"A", "P"}

    overdue = {task.area for task in unanswered_tasks(actor=ACTOR) if task.due_on < UNTIL}
    assert {"320921", "320900-binhaigang"} <= overdue, "who has not handed in"
    figures = figures_asked()
    late = figures["core_revenue_flash", "320921"]
    assert any(each.awaited and each.due < UNTIL for each in late)
    city = [each for each in figures["core_revenue_flash", "320900"] if each.awaited]
    assert all(each.due >= UNTIL for each in city)


@pytest.mark.django_db
def test_nothing_is_in_the_future(pack: CityPack, august: None) -> None:
    load_city(pack, actor=ACTOR)
    simulate_reports(pack, UNTIL, actor=ACTOR)
    now = timezone.now()
    assert all(at <= now for (at,) in rows("SubmissionEvent", "recorded_at"))
    steps: dict[int, list[datetime]] = {}
    for _id, submission, at in sorted(rows("SubmissionEvent", "id", "submission", "recorded_at")):
        steps.setdefault(submission, []).append(at)
    assert all(times == sorted(times) for times in steps.values())
    assert simulate_reports(pack, UNTIL, actor=ACTOR) == 0, "what was begun is left alone"


@pytest.mark.parametrize("day", [date(2026, 1, 2), date(2026, 10, 12)])
@pytest.mark.django_db
def test_on_any_day_of_the_year_something_waits_and_something_is_late(
    pack: CityPack, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)
    load_city(pack, actor=ACTOR)
    simulate_reports(pack, day, actor=ACTOR)
    states = {state for (state,) in rows("Submission", "state")}
    assert {"draft", "submitted", "returned", "published"} <= states
    assert any(
        each.awaited and each.due < day for rows in figures_asked().values() for each in rows
    )


def test_the_last_periods_are_reported_and_the_earlier_ones_recorded() -> None:
    months = ["2026-04", "2026-05", "2026-07", "2026-08"]
    told = [is_reported(Period.parse(text), UNTIL) for text in months]
    assert told == [False, True, True, False]
    assert is_reported(Period.parse("2025"), UNTIL)
    assert not is_reported(Period.parse("2024"), UNTIL)


def test_the_demonstrations_department_and_county_follow_from_the_pack(pack: CityPack) -> None:
    assert reporting_owner(pack) == "industry"
    assert returned_area(pack) in {area.code for area in pack.areas}


@pytest.mark.django_db
def test_a_figure_is_known_from_the_moment_its_submission_was_published(
    pack: CityPack, august: None
) -> None:
    load_city(pack, actor=ACTOR)
    simulate_reports(pack, UNTIL, actor=ACTOR)
    published = dict(rows("Submission", "pk", "published_at"))
    found = Observation.objects.exclude(lineage={})
    assert len({row.recorded_at.date() for row in found}) > 10
    assert all(row.recorded_at == published[row.lineage["submission"]] for row in found)
    corrected = found.filter(supersedes__status="P").select_related("supersedes")
    assert any(row.value != row.supersedes.value for row in corrected if row.supersedes)
