"""Reasons and comments: a line break is one character, and what is too long is refused, not cut."""

from collections.abc import Callable
from datetime import date

import pytest

from shucheng.kernel.errors import Invalid
from shucheng.kernel.reporting.actions.drafts import save_draft, start_correction
from shucheng.kernel.reporting.actions.locks import ask_reopening, close_period, reopen_period
from shucheng.kernel.reporting.actions.moves import approve, return_submission, submit, withdraw
from shucheng.kernel.reporting.actions.obligations import ask_extension, decide_extension
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import SubmissionEvent
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_web import browser

pytestmark = pytest.mark.django_db
# As a browser counts and sends them.
FITS, TOO_LONG = "a\r\n" * 250, "a\r\n" * 251
MONDAY = date(2026, 8, 31)


def each_way(city: City) -> dict[str, Callable[[str], object]]:
    published = city.published(period="2026-06")
    draft = city.draft()
    waiting = city.handed_in("yandu")
    liaison, office = city.liaison, city.office
    asked = ask_extension(city.owed().pk, MONDAY, "Late.", actor=liaison)
    close_period("2026-05", "Done.", actor=office, form="industry-m-city")
    asking = {"form": "industry-m-city", "actor": office}
    return {
        "correct": lambda said: start_correction(published.obligation_id, said, actor=liaison),
        "hand in": lambda said: submit(
            draft.pk, draft.revision, actor=liaison, comment=said + said[:500]
        ),
        "return": lambda said: return_submission(
            waiting.pk, waiting.revision, said + said[:500], actor=city.department
        ),
        "approve": lambda said: approve(
            waiting.pk, waiting.revision, actor=city.department, comment=said + said[:500]
        ),
        "take back": lambda said: withdraw(
            waiting.pk, waiting.revision, actor=city.neighbour, comment=said + said[:500]
        ),
        "extend": lambda said: ask_extension(
            city.owed(period="2026-05").pk, MONDAY, said, actor=liaison
        ),
        "grant": lambda said: decide_extension(asked.pk, True, said, actor=city.department),
        "refuse": lambda said: decide_extension(asked.pk, False, said, actor=city.department),
        "close": lambda said: close_period("2026-04", said, actor=office),
        "ask to reopen": lambda said: ask_reopening("2026-05", said, **asking),
        "reopen": lambda said: reopen_period("2026-05", said, **asking),
    }


def test_what_is_too_long_is_refused_in_every_step(city: City) -> None:
    for way, step in each_way(city).items():
        with pytest.raises(Invalid) as told:
            step(TOO_LONG * 2)
        assert told.value.code == "reporting.words_too_long", way


def test_a_reason_of_as_many_characters_as_a_browser_lets_through_is_kept(city: City) -> None:
    made = city.published()
    page = f"/reporting/tasks/{made.obligation_id}/correction/"
    sent = browser(city.liaison).post(page, {"reason": TOO_LONG})
    assert sent.status_code == 422
    sent = browser(city.liaison).post(page, {"reason": FITS})
    assert sent.status_code == 302
    begun = SubmissionEvent.objects.get(move="correct")
    assert begun.submission.reason == FITS.replace("\r\n", "\n").strip()
    assert begun.comment == begun.submission.reason


def test_a_note_with_line_breaks_as_well(city: City) -> None:
    made = city.draft()
    said = {"revenue": Entry("40", note=FITS)}
    made = save_draft(made.obligation_id, said, revision=made.revision, actor=city.liaison)
    assert made.values["revenue"]["note"] == FITS.replace("\r\n", "\n").strip()
