"""Two who act at once on one submission, in real threads with a connection each.

Run by `test_together.py`: in its own process over a SQLite file, or over the test's PostgreSQL.
"""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.utils import timezone

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Conflict, Invalid, ShuchengError
from shucheng.kernel.observations.actions.values import record_observations
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.reporting.actions import publishing
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.locks import close_period
from shucheng.kernel.reporting.actions.moves import approve, return_submission, submit, withdraw
from shucheng.kernel.reporting.actions.obligations import ask_extension
from shucheng.kernel.reporting.actions.steps import hold_form
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import Locked, MoveImpossible
from shucheng.kernel.reporting.models import (
    ExtensionEvent,
    LockEvent,
    Obligation,
    Submission,
)
from shucheng.kernel.reporting.tests.conftest import TODAY, City, make_city

Act = Callable[[], object]


def both(first: Act, second: Act) -> list[object]:
    """Start both at the same moment; what each returned, or the error it was refused with."""
    barrier = threading.Barrier(2)
    results: list[object] = [None, None]

    def run(at: int, act: Act) -> None:
        try:
            barrier.wait(timeout=30)
            results[at] = act()
        except ShuchengError as error:
            results[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def one_wins(results: list[object]) -> object:
    """Exactly one acted; the other was told. Returns what the winner got."""
    refused = [each for each in results if isinstance(each, Conflict | MoveImpossible)]
    done = [each for each in results if isinstance(each, Submission)]
    assert len(refused) == 1, results
    assert len(done) == 1, results
    return done[0]


def two_reviewers_decide_on_one_version(city: City) -> None:
    made = city.handed_in(period="2026-05")
    one_wins(
        both(
            lambda: approve(made.pk, made.revision, actor=city.department),
            lambda: return_submission(made.pk, made.revision, "Look again.", actor=city.department),
        )
    )
    made.refresh_from_db()
    assert made.events.count() == 3, "begun, handed in, and one decision"


def two_final_approvals_publish_once(city: City) -> None:
    made = city.at_office(period="2026-06")
    one_wins(
        both(
            lambda: approve(made.pk, made.revision, actor=city.office),
            lambda: approve(made.pk, made.revision, actor=city.second),
        )
    )
    rows = Observation.objects.filter(area__code="320902", period="2026-06")
    assert sorted((row.metric_version.metric.code, row.vintage) for row in rows) == [
        ("revenue", 1),
        ("trade", 1),
    ]
    assert made.events.filter(to_state="published").count() == 1


def what_is_approved_is_what_was_looked_at(city: City) -> None:
    """Taken back, changed and handed in again while the reviewer approves the old version."""
    made = city.handed_in(period="2026-07")
    seen = made.revision

    def change() -> object:
        again = withdraw(made.pk, seen, actor=city.liaison)
        again = save_draft(
            made.obligation_id,
            {"revenue": Entry("41")},
            revision=again.revision,
            actor=city.liaison,
        )
        return submit(again.pk, again.revision, actor=city.liaison)

    one_wins(both(change, lambda: approve(made.pk, seen, actor=city.department)))
    made.refresh_from_db()
    approved = made.events.filter(move="approve").first()
    if approved is not None:
        handed_in = made.events.filter(move="submit").get()
        assert approved.digest == handed_in.digest, "the version that was looked at"
        assert made.values["revenue"]["value"] == "40"
    else:
        assert made.values["revenue"]["value"] == "41"


def two_begin_at_once(city: City) -> None:
    owed = city.owed("yandu", "2026-07")

    def begin(value: str) -> Act:
        entries = {"revenue": Entry(value)}
        return lambda: save_draft(owed.pk, entries, revision=0, actor=city.neighbour)

    winner = one_wins(both(begin("1"), begin("2")))
    assert isinstance(winner, Submission)
    assert Submission.objects.filter(obligation=owed).count() == 1
    assert Submission.objects.get(obligation=owed).values == winner.values


def a_period_is_closed_while_a_figure_is_published(city: City) -> None:
    """The approval holds the form already: closing waits for it."""
    holding = threading.Event()

    def slowly(*args: Any, **more: Any) -> object:
        holding.set()
        time.sleep(1)
        return record_observations(*args, **more)

    def close() -> object:
        assert holding.wait(timeout=30)
        return close_period("2026-05", "For the council.", actor=city.second)

    made = city.at_office(organisation="yandu", period="2026-05")
    with patch.object(publishing, "record_observations", slowly):
        results = both(lambda: approve(made.pk, made.revision, actor=city.office), close)
    closed_after(made, results)
    assert isinstance(results[0], Submission), results


def a_figure_is_published_while_its_period_is_closed(city: City) -> None:
    """The approval looked before the closing, and looks again once it holds the form.

    Over SQLite, where one transaction is at work at a time, the closing comes after it.
    """
    looked, closed = threading.Event(), threading.Event()

    def late(form_id: int) -> None:
        looked.set()
        closed.wait(timeout=2)
        hold_form(form_id)

    def close() -> object:
        assert looked.wait(timeout=30)
        event = close_period("2026-06", "For the council.", actor=city.second)
        closed.set()
        return event

    made = city.at_office(organisation="yandu", period="2026-06")
    with patch.object(publishing, "hold_form", late):
        results = both(lambda: approve(made.pk, made.revision, actor=city.office), close)
    closed_after(made, results)
    if connection.vendor == "postgresql":
        assert isinstance(results[0], Locked), results


def closed_after(made: Submission, results: list[object]) -> None:
    """The period was closed, and every figure of it was recorded before."""
    lock = results[1]
    assert isinstance(lock, LockEvent), results
    made.refresh_from_db()
    there = Observation.objects.filter(area__code="320903", period=lock.period)
    if isinstance(results[0], Locked):
        assert (made.state, there.count()) == ("submitted", 0)
    else:
        assert (made.state, there.count()) == ("published", 2), results
        assert all(row.recorded_at < lock.recorded_at for row in there)


def two_ask_for_an_extension(city: City) -> None:
    for organisation, who in (("tinghu", city.liaison), ("yandu", city.neighbour)):
        owed = city.owed(organisation, "2026-07")
        Submission.objects.filter(obligation=owed).update(state="draft", submitted_at=None)

        def ask(owed: Obligation = owed, who: Actor = who) -> object:
            return ask_extension(owed.pk, date(2026, 9, 28), "Late firms.", actor=who)

        results = both(ask, ask)
        assert sum(isinstance(each, ExtensionEvent) for each in results) == 1, results
        assert sum(isinstance(each, Invalid) for each in results) == 1, results
        assert owed.extensions.count() == 1


RACES = (
    two_reviewers_decide_on_one_version,
    two_final_approvals_publish_once,
    what_is_approved_is_what_was_looked_at,
    two_begin_at_once,
    two_ask_for_an_extension,
    a_period_is_closed_while_a_figure_is_published,
    a_figure_is_published_while_its_period_is_closed,
)


def run() -> None:
    """All races in an empty, migrated database."""
    real = timezone.localdate

    def fixed(value: object = None, *rest: object) -> date:
        return TODAY if value is None else real(value, *rest)

    with patch.object(timezone, "localdate", fixed):
        city = make_city()
        for race in RACES:
            race(city)
