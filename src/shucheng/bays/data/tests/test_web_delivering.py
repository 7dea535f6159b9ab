"""Delivery and evidence on screen: what each role finds, does, and is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from shucheng.bays.data.actions.evidence import append_evidence
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.delivery import Token
from shucheng.bays.data.queries import book, proofs
from shucheng.bays.data.tests.agreed import PURPOSE, deal
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_api_delivering import ask, nothing_kept, token
from shucheng.kernel.public import Organisation, Person, Role, grant_role, system_actor

__all__ = ["nothing_kept"]

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]


@pytest.fixture
def browser(cast: Cast, settings: Any) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False

    def of(name: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=name))
        return client

    return of


def text(response: Any) -> str:
    return str(response.content.decode())


def page(code: str) -> str:
    return reverse("data:delivery", args=[code])


def test_who_finds_an_agreement(cast: Cast, browser: Browser):
    code = deal(cast).code
    for name in ("holder", "bureau", "operator", "buyer", "auditor"):
        client = browser(name)
        assert code in text(client.get(reverse("data:deliveries"))), name
        assert client.get(page(code)).status_code == 200, name
    rival = Organisation.objects.create(code="ORG-X", name="对手", kind="company")
    person = Person.objects.create(username="rival", display_name="r", password="!")
    grant_role(person.pk, rival.pk, Role.PARTICIPANT, actor=system_actor("cli"))
    for name in ("other", "rival"):
        client = browser(name)
        assert code not in text(client.get(reverse("data:deliveries"))), name
        assert client.get(page(code)).status_code == 404, name


def test_a_buyer_gets_a_token_that_is_shown_once_and_works(cast: Cast, browser: Browser):
    code = deal(cast, quota={"calls": 10}).code
    buyer = browser("buyer")
    sent = {"mode": "api", "purpose": PURPOSE}
    answer = buyer.post(reverse("data:delivery_token", args=[code]), sent)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.context["token"]["text"] in text(answer)
    given = answer.context["token"]["text"]
    assert given not in text(buyer.get(page(code)))
    status, answered = ask(code, given)
    assert status == 200
    shown = text(buyer.get(page(code)))
    assert answered["call"].removeprefix("CALL-") in shown
    assert "13900000002" not in shown
    wrong = buyer.post(reverse("data:delivery_token", args=[code]), sent | {"purpose": "x"})
    assert wrong.status_code == 403
    assert "delivery.purpose-not-permitted" in text(wrong)
    made = Token.objects.first()
    assert made
    address = reverse("data:delivery_untoken", args=[code, made.code])
    assert buyer.post(address).status_code == 302
    assert ask(code, given)[1]["code"] == "delivery.token-revoked"
    assert browser("operator").post(address).status_code == 403
    assert buyer.get(address).status_code == 302


def test_holder_and_bureau_stop_a_delivery_others_do_not(cast: Cast, browser: Browser):
    code = deal(cast).code
    address = reverse("data:delivery_stop", args=[code])
    sent = {"kind": "suspend", "reason": "核查用途"}
    for name, status in (("buyer", 403), ("operator", 403), ("auditor", 403), ("other", 404)):
        assert browser(name).post(address, sent).status_code == status, name
    assert not Stop.objects.filter(on=code).exists()
    given = token(cast, code)
    holder = browser("holder")
    lacking = holder.post(address, {"kind": "suspend", "reason": " "})
    assert lacking.status_code == 422
    assert holder.post(address, sent).status_code == 302
    assert ask(code, given)[1]["code"] == "delivery.agreement-suspended"
    shown = text(browser("buyer").get(page(code)))
    assert "agreement-suspended" in shown
    bureau, lift = browser("bureau"), {"kind": "lift", "reason": "核查完毕"}
    assert 'value="lift"' not in bureau.get(page(code)).content.decode()
    others = bureau.post(address, lift)
    assert others.status_code == 422
    assert "delivery.suspended-by-others" in text(others)
    assert 'value="lift"' in holder.get(page(code)).content.decode()
    assert holder.post(address, lift).status_code == 302
    assert ask(code, given)[1]["code"] == "delivery.token-revoked", "begun anew"
    assert ask(code, token(cast, code))[0] == 200
    refused = text(bureau.get(reverse("data:deliveries")))
    assert "outcome=agreement-suspended" in refused


def test_calls_are_listed_filtered_and_leave_as_a_file(cast: Cast, browser: Browser):
    one, two = deal(cast).code, deal(cast, number=2).code
    given = token(cast, one)
    ask(one, given)
    ask(two, given)
    ask(one, "stranger")
    calls = reverse("data:calls")
    buyer = browser("buyer")
    assert buyer.get(calls).context["page"].total == 2
    assert browser("auditor").get(calls).context["page"].total == 3
    refused = buyer.get(calls, {"outcome": "refused"}).context["page"]
    assert [line.call.outcome for line in refused.lines] == ["wrong-agreement"]
    assert buyer.get(calls, {"since": "2099-01-01"}).context["page"].total == 0
    assert buyer.get(calls, {"since": "nonsense", "agreement": one}).status_code == 200
    file = buyer.get(reverse("data:calls_file"), {"outcome": "refused"})
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert browser("other").get(calls).context["page"].total == 0


def test_evidence_is_found_by_code_and_proven(cast: Cast, browser: Browser):
    code = deal(cast).code
    call = ask(code, token(cast, code))[1]["call"]
    buyer, evidence = browser("buyer"), reverse("data:evidence")
    assert "status-late" in text(buyer.get(evidence, {"about": code}))
    append_evidence(actor=cast.bureau)
    found = buyer.get(evidence, {"about": code})
    leaf = found.context["events"][0]["leaf"]
    assert found.context["events"][0]["event"].content["call"] == call
    shown = buyer.get(reverse("data:evidence_leaf", args=[leaf.number]))
    assert shown.status_code == 200
    assert call in text(shown)
    content = buyer.get(reverse("data:evidence_leaf_file", args=[leaf.number])).content
    proof = buyer.get(reverse("data:evidence_proof", args=[leaf.number])).content
    assert proofs.check(content, proof, actor=cast.buyer).holds
    check = reverse("data:evidence_check")
    sent = {"leaf": content.decode(), "proof": proof.decode()}
    assert buyer.post(check, sent).context["checked"].holds
    changed = sent | {"leaf": sent["leaf"].replace(call, "CALL-0")}
    assert not buyer.post(check, changed).context["checked"].holds
    files = {
        "leaf_file": SimpleUploadedFile("c.json", content),
        "proof_file": SimpleUploadedFile("p.json", proof),
    }
    assert buyer.post(check, files).context["checked"].holds
    assert buyer.post(check, {"leaf": "x"}).status_code == 422
    script = buyer.get(reverse("data:evidence_verifier")).content
    assert b"def main" in script
    assert proofs.public_key() in text(buyer.get(reverse("data:evidence_key")))


def test_who_trades_sees_evidence_of_its_own_trade_alone(cast: Cast, browser: Browser):
    code = deal(cast).code
    ask(code, token(cast, code))
    append_evidence(actor=cast.bureau)
    rival = Organisation.objects.create(code="ORG-X", name="对手", kind="company")
    person = Person.objects.create(username="rival", display_name="r", password="!")
    grant_role(person.pk, rival.pk, Role.PARTICIPANT, actor=system_actor("cli"))
    stranger = browser("rival")
    assert stranger.get(reverse("data:evidence"), {"about": code}).context["total"] == 0
    for number in range(3):
        assert stranger.get(reverse("data:evidence_leaf", args=[number])).status_code == 404
        api = f"/api/v1/data/evidence/leaves/{number}"
        assert stranger.get(api).status_code == 404
        assert stranger.get(f"{api}/proof").status_code == 404
    assert stranger.get("/api/v1/data/evidence/head").status_code == 200
    assert browser("auditor").get(reverse("data:evidence")).context["total"] > 3


def test_evidence_over_http_is_what_the_verifier_reads(cast: Cast, browser: Browser):
    code = deal(cast).code
    append_evidence(actor=cast.bureau)
    auditor, api = browser("auditor"), "/api/v1/data/evidence"
    first = auditor.get(f"{api}/head").json()
    ask(code, token(cast, code))
    append_evidence(actor=cast.bureau)
    head = auditor.get(f"{api}/head").json()
    assert head["size"] > first["size"]
    assert [each["size"] for each in auditor.get(f"{api}/heads").json()] == [
        head["size"], first["size"],
    ]  # fmt: skip
    asked = {"first": first["size"], "second": head["size"]}
    path = auditor.get(f"{api}/consistency", asked).json()["consistency"]
    proof = auditor.get(f"{api}/leaves/0/proof?known={first['size']}").json()
    assert proof["consistency"][str(first["size"])] == path
    content = auditor.get(f"{api}/leaves/0").content
    older = json.dumps(first).encode()
    checked = proofs.check(content, json.dumps(proof).encode(), older, actor=cast.auditor)
    assert checked.holds, checked.lines
    events = auditor.get(f"{api}/events", {"about": code}).json()
    assert {each["kind"] for each in events} == {"delivery.token", "delivery.call"}
    assert auditor.get(f"{api}/leaves/99/proof").status_code == 404
    assert auditor.get(f"{api}/consistency", {"first": 1, "second": 99}).status_code == 404
    joined = auditor.get(reverse("data:evidence"), asked)
    assert joined.context["joined"]["path"] == path
    assert Client().get(f"{api}/head").status_code == 401


def test_a_buyers_program_with_its_account(cast: Cast, browser: Browser):
    code = deal(cast, epsilon="1.5").code
    buyer, api = browser("buyer"), "/api/v1/data/deliveries"
    (listed,) = buyer.get(api).json()
    assert (listed["agreement"], listed["stopped"], listed["epsilon_left"]) == (
        code, "", "1.500000",
    )  # fmt: skip
    assert buyer.get(f"{api}/{code}").json() == listed
    body = json.dumps({"mode": "api", "purpose": PURPOSE})
    made = buyer.post(f"{api}/{code}/tokens", body, content_type="application/json").json()
    assert ask(code, made["token"])[0] == 200
    gone = buyer.delete(f"{api}/{code}/tokens/{made['id']}")
    assert gone.json()["revoked"]
    assert ask(code, made["token"])[1]["code"] == "delivery.token-revoked"
    assert browser("other").get(f"{api}/{code}").status_code == 404


def test_pages_in_both_languages(cast: Cast, browser: Browser):
    code = deal(cast).code
    ask(code, token(cast, code))
    append_evidence(actor=cast.bureau)
    bureau = browser("bureau")
    names = ("data:deliveries", "data:calls", "data:evidence", "data:evidence_check")
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for name in names:
                assert bureau.get(f"{reverse(name)}?lang={language}").status_code == 200
            assert bureau.get(f"{page(code)}?lang={language}").status_code == 200


def test_agreements_are_listed_in_pages_that_say_how_many_there_are(cast: Cast, browser: Browser):
    for number in range(1, 6):
        deal(cast, number=number)
    buyer, api = browser("buyer"), "/api/v1/data/deliveries"
    page = buyer.get(api, {"limit": 2, "offset": 1})
    assert [each["agreement"][-1] for each in page.json()] == ["4", "3"]
    assert page["X-Total-Count"] == "5"
    assert buyer.get(api, {"limit": 0}).status_code == 422


@pytest.mark.parametrize("where", ["/api/v1/data/deliveries", "/data-elements/delivery/"])
def test_twice_the_agreements_ask_the_database_no_more_often(
    cast: Cast, browser: Browser, where: str
):
    bureau = browser("bureau")

    def asked() -> int:
        book._KEPT.clear()
        with CaptureQueriesContext(connection) as found:
            assert bureau.get(where).status_code == 200
        return len(found)

    for number in range(1, 5):
        deal(cast, number=number, epsilon="1.5")
    assert asked()  # the session is noted once
    few = asked()
    for number in range(5, 9):
        deal(cast, number=number, epsilon="1.5")
    assert asked() == few
