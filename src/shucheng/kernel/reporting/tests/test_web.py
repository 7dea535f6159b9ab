"""Pages of reporting: what each role sees and does."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from shucheng.kernel.actor import Actor
from shucheng.kernel.identity.models import Person
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.moves import return_submission
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import ExtensionEvent, Submission
from shucheng.kernel.reporting.tests.conftest import City


def browser(actor: Actor) -> Client:
    """A browser in which this person is signed in, reading English."""
    client = Client()
    person = Person.objects.get(pk=actor.person_id)
    # A second factor that is set up, since the plan office's duties ask for one.
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, data={})
    client.force_login(person, backend="shucheng.kernel.identity.sign_in.Backend")
    client.cookies["django_language"] = "en"
    return client


def text(response) -> str:
    """What a page says, without tags."""
    bare = re.sub(
        r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S
    )
    return " ".join(bare.split())


def field(response, name: str) -> str:
    """The value of a form's field."""
    found = re.search(rf'name="{re.escape(name)}"[^>]*?value="([^"]*)"', response.content.decode())
    assert found, name
    return found[1].replace("&quot;", '"').replace("&#x27;", "'")


def page_of(city: City, organisation: str = "tinghu", period: str = "2026-07") -> str:
    return f"/reporting/tasks/{city.owed(organisation, period).pk}/"


def filled(client: Client, page: str, **more: str) -> dict[str, str]:
    """The sheet's fields as the page carries them, with values typed into it."""
    shown = client.get(page)
    sent = {name: field(shown, name) for name in ("revision", "base", "page")}
    for name, value in more.items():
        part, _, key = name.partition("_")
        sent[f"{part}:{key}"] = value
    for key in ("revenue", "trade"):
        for part in ("value", "status", "note", "reason"):
            sent.setdefault(f"{part}:{key}", "")
    return sent


@pytest.mark.django_db
def test_a_liaison_sees_what_is_owed_in_order_of_need(city: City) -> None:
    handed_in = city.handed_in(period="2026-06")
    return_submission(
        handed_in.pk, handed_in.revision, "revenue without exports", actor=city.department
    )
    shown = text(browser(city.liaison).get("/reporting/"))
    assert re.search(r"Late \d.*Returned to you 1", shown)
    assert "revenue without exports" in shown
    assert "working days late" in shown
    assert "Correct it" in shown
    city.handed_in(period="2026-07")
    assert "Under review 1" in text(browser(city.liaison).get("/reporting/"))


@pytest.mark.django_db
def test_a_liaison_fills_in_saves_and_hands_in(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    sent = filled(client, page, value_revenue="４０．５", value_trade="2")
    assert client.post(f"{page}draft/", {**sent, "do": "save"}).status_code == 302
    stored = Submission.objects.get()
    assert stored.values == {"revenue": {"value": "40.5"}, "trade": {"value": "2"}}
    sent = filled(client, page, value_revenue="40.5", value_trade="2")
    answer = client.post(f"{page}draft/", {**sent, "do": "submit", "comment": "as usual"})
    assert answer.status_code == 302
    stored.refresh_from_db()
    assert (stored.state, stored.level) == ("submitted", "department")
    shown = text(client.get(page))
    assert "as usual" in shown
    assert "industry reviews next." in shown


@pytest.mark.django_db
def test_errors_stand_beside_their_cell_and_nothing_typed_is_lost(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    sent = filled(client, page, value_revenue="-4", note_revenue="check")
    answer = client.post(f"{page}draft/", {**sent, "do": "submit"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    beside = re.search(r'id="problems-1"[^>]*>(.*?)</div>', shown, re.S)
    assert "below 0" in beside[1]
    assert "no value yet" in re.search(r'id="problems-2"[^>]*>(.*?)</div>', shown, re.S)[1]
    assert field(answer, "value:revenue") == "-4"
    stored = Submission.objects.get()
    assert stored.values["revenue"] == {"value": "-4", "note": "check"}
    assert stored.state == "draft"


@pytest.mark.django_db
def test_an_empty_form_is_not_full_of_errors(city: City) -> None:
    shown = browser(city.liaison).get(page_of(city)).content.decode()
    assert "problem-error" not in shown


@pytest.mark.django_db
def test_typing_is_saved_beside_and_carries_the_new_revision(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    sent = filled(client, page, value_revenue="-4")
    answer = client.post(f"{page}draft/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    stored = Submission.objects.get()
    assert field(answer, "revision") == str(stored.revision)
    assert json.loads(field(answer, "base")) == {"revenue": ["-4", "", "", ""]}
    assert "below 0" in answer.content.decode()
    # The next one is stored under the revision that the answer carried.
    again = {**sent, "revision": field(answer, "revision"), "base": field(answer, "base")}
    again["value:trade"] = "3"
    assert client.post(f"{page}draft/", again, headers={"HX-Request": "true"}).status_code == 200
    stored.refresh_from_db()
    assert stored.values == {"revenue": {"value": "-4"}, "trade": {"value": "3"}}


@pytest.mark.django_db
def test_pressing_a_button_while_the_same_was_being_saved_is_no_conflict(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    sent = filled(client, page, value_revenue="40", value_trade="2")
    client.post(f"{page}draft/", sent, headers={"HX-Request": "true"})
    assert client.post(f"{page}draft/", {**sent, "do": "submit"}).status_code == 302
    assert Submission.objects.get().state == "submitted"


@pytest.mark.django_db
def test_a_conflict_says_who_changed_what_and_keeps_what_was_typed(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    sent = filled(client, page, value_revenue="41", note_trade="mine")
    colleague = save_draft(
        city.owed().pk,
        {"revenue": Entry("55"), "trade": Entry("7")},
        revision=0,
        actor=city.liaison,
    )
    Submission.objects.update(changed_by="Colleague")
    beside = client.post(f"{page}draft/", sent, headers={"HX-Request": "true"})
    assert beside.status_code == 409
    assert "Colleague was faster" in text(beside)
    answer = client.post(f"{page}draft/", {**sent, "do": "save"})
    shown = text(answer)
    assert answer.status_code == 409
    assert "Colleague was faster" in shown
    assert "Changed meanwhile: revenue; trade" in shown
    assert re.search(r"Stored now: 55", shown)
    assert (field(answer, "value:revenue"), field(answer, "note:trade")) == ("41", "mine")
    colleague.refresh_from_db()
    assert colleague.values["revenue"] == {"value": "55"}
    # Saved again on purpose, one's own stands.
    again = {**sent, "revision": field(answer, "revision"), "base": field(answer, "base")}
    assert client.post(f"{page}draft/", {**again, "do": "save"}).status_code == 302
    colleague.refresh_from_db()
    assert colleague.values["revenue"] == {"value": "41"}


@pytest.mark.django_db
def test_saving_ones_own_cell_leaves_what_another_person_stored_in_another(city: City) -> None:
    made = city.draft(revenue="40", trade="2")
    client, page = browser(city.liaison), page_of(city)
    sent = filled(client, page, value_revenue="40", value_trade="9")
    save_draft(
        made.obligation_id, {"revenue": Entry("44")}, revision=made.revision, actor=city.liaison
    )
    Submission.objects.update(changed_by="Colleague")
    answer = client.post(f"{page}draft/", {**sent, "do": "save"})
    sent |= {"revision": field(answer, "revision"), "base": field(answer, "base")}
    sent["value:revenue"] = field(answer, "value:revenue")
    client.post(f"{page}draft/", {**sent, "do": "save"})
    made.refresh_from_db()
    assert made.values == {"revenue": {"value": "44"}, "trade": {"value": "9"}}


@pytest.mark.django_db
def test_a_warning_asks_for_a_reason_and_the_reviewer_reads_it(city: City) -> None:
    city.published(period="2026-06")
    client, page = browser(city.liaison), page_of(city)
    sent = filled(client, page, value_revenue="400", value_trade="2")
    answer = client.post(f"{page}draft/", {**sent, "do": "submit"})
    assert answer.status_code == 422
    assert "more than usual" in text(answer)
    sent |= {"revision": field(answer, "revision"), "base": field(answer, "base")}
    sent["reason:revenue"] = "a new plant"
    assert client.post(f"{page}draft/", {**sent, "do": "submit"}).status_code == 302
    shown = text(browser(city.department).get(page))
    assert "more than usual" in shown
    assert "Reason given: a new plant" in shown


@pytest.mark.django_db
def test_nobody_sees_or_changes_another_organisations_draft(city: City) -> None:
    made = city.draft(revenue="98765")
    page = page_of(city)
    for actor in (city.neighbour, city.department, city.office):
        client = browser(actor)
        assert "98765" not in client.get(page).content.decode()
        assert b"98765" not in client.get(f"{page}workbook.xlsx").content
        sent = {"revision": str(made.revision), "base": "{}", "value:revenue": "1", "do": "save"}
        assert client.post(f"{page}draft/", sent).status_code == 403
        assert client.get(f"{page}upload/").status_code == 403
        assert client.post(f"{page}evidence/", {"revision": "1"}).status_code in (403, 422)
        assert client.post(f"{page}correction/", {"reason": "x"}).status_code == 403
        step = f"/reporting/submissions/{made.pk}/withdraw/"
        assert client.post(step, {"revision": str(made.revision)}).status_code == 403
    made.refresh_from_db()
    assert made.values["revenue"] == {"value": "98765"}


@pytest.mark.django_db
def test_a_reviewer_returns_with_a_comment_and_approves_the_version_that_was_read(
    city: City,
) -> None:
    made = city.handed_in()
    reviewer, page = browser(city.department), page_of(city)
    assert "tinghu" in text(reviewer.get("/reporting/inbox/"))
    shown = reviewer.get(page)
    step = f"/reporting/submissions/{made.pk}/return/"
    refused = reviewer.post(step, {"revision": field(shown, "revision"), "comment": " "})
    assert refused.status_code == 422
    assert "Write a reason." in text(refused)
    sent = {"revision": field(shown, "revision"), "comment": "check revenue"}
    assert reviewer.post(step, sent).status_code == 302
    liaison = browser(city.liaison)
    assert "check revenue" in text(liaison.get(page))
    again = filled(liaison, page, value_revenue="41", value_trade="2")
    liaison.post(f"{page}draft/", {**again, "do": "submit"})
    shown = reviewer.get(page)
    assert "handed in before: 40" in text(shown)
    approve = f"/reporting/submissions/{made.pk}/approve/"
    old = reviewer.post(approve, {"revision": str(made.revision)})
    assert old.status_code == 409
    assert reviewer.post(approve, {"revision": field(shown, "revision")}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.level) == ("submitted", "office")


@pytest.mark.django_db
def test_the_plan_office_publishes_and_everybody_reads(city: City) -> None:
    made = city.at_office()
    office, page = browser(city.office), page_of(city)
    shown = office.get(page)
    step = f"/reporting/submissions/{made.pk}/approve/"
    assert office.post(step, {"revision": field(shown, "revision")}).status_code == 302
    assert "Published" in text(browser(city.neighbour).get(page))


@pytest.mark.django_db
def test_what_is_published_is_corrected_with_a_reason_or_given_up(city: City) -> None:
    city.published()
    client, page = browser(city.liaison), page_of(city)
    assert client.post(f"{page}correction/", {"reason": " "}).status_code == 422
    assert client.post(f"{page}correction/", {"reason": "double counting"}).status_code == 302
    shown = client.get(page)
    assert "double counting" in text(shown)
    assert field(shown, "value:revenue") == "40"
    correction = Submission.objects.get(number=2)
    drop = f"/reporting/submissions/{correction.pk}/drop/"
    assert client.post(drop, {"revision": str(correction.revision)}).status_code == 302
    assert "Begin a correction" in text(client.get(page))


@pytest.mark.django_db
def test_taking_back_is_possible_until_the_first_review(city: City) -> None:
    made = city.handed_in()
    client, page = browser(city.liaison), page_of(city)
    assert "Take it back" in text(client.get(page))
    step = f"/reporting/submissions/{made.pk}/withdraw/"
    assert client.post(step, {"revision": str(made.revision)}).status_code == 302
    assert "Hand in" in text(client.get(page))


@pytest.mark.django_db
def test_an_extension_is_asked_for_and_granted(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    assert client.post(f"{page}extension/", {"until": "soon", "reason": "x"}).status_code == 422
    sent = {"until": "2026-08-28", "reason": "the statistics bureau is late"}
    assert client.post(f"{page}extension/", sent).status_code == 302
    asked = ExtensionEvent.objects.get()
    office = browser(city.office)
    assert "the statistics bureau is late" in text(office.get("/reporting/inbox/"))
    decide = f"/reporting/extensions/{asked.pk}/"
    assert client.post(decide, {"granted": "1"}).status_code == 403
    assert office.post(decide, {"granted": "1", "back": "inbox"}).status_code == 302
    assert "2026-08-28" in text(client.get(page))
