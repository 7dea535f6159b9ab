"""What a task's page says beside the figures: made-up numbers, a running correction, a return."""

import pytest

from shucheng.kernel.actor import Role
from shucheng.kernel.errors import Invalid
from shucheng.kernel.observations.actions.values import record_observations
from shucheng.kernel.observations.inputs import ObservationInput
from shucheng.kernel.reporting.actions.drafts import add_evidence, save_draft, start_correction
from shucheng.kernel.reporting.actions.moves import approve, return_submission, submit
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City, actor_in
from shucheng.kernel.reporting.tests.test_web import browser, page_of, text

pytestmark = pytest.mark.django_db
RIBBON = 'class="ribbon"'


@pytest.mark.parametrize("period", ["2026-06", "2025-07"])
def test_the_ribbon_stays_while_a_number_beside_is_simulated(city: City, period: str) -> None:
    client, page = browser(city.liaison), page_of(city)
    assert RIBBON not in client.get(page).content.decode()
    rows = [ObservationInput("revenue", "320902", period, 38)]
    record_observations(rows, source="simulation", actor=SYSTEM)
    assert RIBBON in client.get(page).content.decode()
    city.handed_in()
    assert RIBBON in client.get(page).content.decode(), "a person's own value beside a made-up one"
    assert RIBBON in browser(city.department).get(page).content.decode()


def test_how_a_correction_stands_is_said_beside_what_is_published(city: City) -> None:
    made = city.published()
    client, page = browser(city.liaison), page_of(city)

    def said() -> str:
        return text(client.get(page)) + text(client.get("/reporting/"))

    assert "correction" not in said().lower().replace("begin a correction", "")
    again = start_correction(made.obligation_id, "A firm twice.", actor=city.liaison)
    assert said().count("correction begun") == 2
    entries = {"revenue": Entry("39")}
    again = save_draft(made.obligation_id, entries, revision=again.revision, actor=city.liaison)
    again = submit(again.pk, again.revision, actor=city.liaison)
    assert said().count("correction under review") == 2
    assert "industry reviews next." in said()
    again = return_submission(again.pk, again.revision, "Which firm?", actor=city.department)
    assert said().count("correction returned") == 2


def returned(city: City) -> Submission:
    made = city.handed_in()
    return return_submission(made.pk, made.revision, "Look again.", actor=city.department)


def test_what_was_returned_is_not_handed_in_again_as_it_was_without_a_word(city: City) -> None:
    made = returned(city)
    with pytest.raises(Invalid) as told:
        submit(made.pk, made.revision, actor=city.liaison)
    assert told.value.code == "reporting.unchanged"
    assert "comment" in told.value.fields
    assert submit(made.pk, made.revision, comment="Right.", actor=city.liaison).state == "submitted"


def test_a_changed_value_or_more_evidence_needs_no_word(city: City) -> None:
    made = returned(city)
    made = save_draft(
        made.obligation_id, {"revenue": Entry("41")}, revision=made.revision, actor=city.liaison
    )
    made = submit(made.pk, made.revision, actor=city.liaison)
    made = return_submission(made.pk, made.revision, "Prove it.", actor=city.department)
    made = add_evidence(
        made.obligation_id, [("a.csv", b"a,b\n1,2\n")], revision=made.revision, actor=city.liaison
    )
    assert submit(made.pk, made.revision, actor=city.liaison).state == "submitted"


def test_a_return_without_a_word_keeps_the_tick_and_asks_for_it(city: City) -> None:
    made = city.handed_in()
    client = browser(city.department)
    sent = {"revision": made.revision, "looked": made.revision, "comment": ""}
    refused = client.post(f"/reporting/submissions/{made.pk}/return/", sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert " checked" in page.split('name="looked"')[1].split(">")[0]
    assert " autofocus" in page.split('id="comment"')[1].split(">")[0]
    approve(made.pk, made.revision, actor=city.department)
    stale = client.post(f"/reporting/submissions/{made.pk}/return/", {**sent, "comment": "No."})
    assert stale.status_code == 409
    assert "Reload" not in text(stale), "the page shows what is stored now"


def test_lists_that_can_never_hold_anything_are_not_offered(city: City) -> None:
    bureau = city.owed("industry").organisation
    own, review = 'href="/reporting/"', 'href="/reporting/inbox/"'
    offered = {
        (Role.LEADER,): (False, False),
        (Role.AUDITOR,): (False, False),
        (Role.SECURITY,): (False, False),
        (Role.ADMINISTRATOR,): (False, False),
        (Role.LIAISON,): (True, False),
        (Role.REVIEWER,): (True, True),
        (Role.PLAN_OFFICE,): (False, True),
    }
    for roles, wanted in offered.items():
        page = browser(actor_in(bureau, *roles)).get("/reporting/progress/").content.decode()
        tabs = page.split('class="tabs')[1].split("</nav>")[0]
        assert (own in tabs, review in tabs) == wanted, roles
        first = browser(actor_in(bureau, *roles)).get("/reporting/")
        assert (first.status_code == 200) == wanted[0], "their organisation owes, not they"
