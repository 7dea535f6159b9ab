"""The room of authority on screen: desk, notices, authorisations, grants, lists, by who looks."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shucheng.bays.data.actions.registration import open_registration
from shucheng.bays.data.models.authority import Authorisation, Grant
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.tests.authority import (
    AGREEMENT,
    PLAN,
    in_force,
    organisation,
    planned,
    product,
    proofs_for,
    registered,
    resource,
    signed,
    step,
)
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Area, Person, StoredFile

Browser = Callable[[str], Client]
ROLES = ("holder", "reviewer", "other", "bureau", "leader", "operator", "buyer", "auditor")
LISTS = ("registrations", "registration_notices", "authorisations", "grants", "lists", "prices",
         "disclosures", "authorised_index")  # fmt: skip


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


def today() -> date:
    return timezone.localdate()


def submitted(cast: Cast) -> Case:
    resource(cast.holder)
    case = open_registration(
        Case.Kind.RESOURCE,
        "RES-1",
        "企业登记信息",
        applicant=organisation(cast.holder),
        actor=cast.holder,
        on=today() - timedelta(days=60),
    )
    return step(case, "submit", cast.holder, today() - timedelta(days=60))


def sent(case: Case, event: str, **more: Any) -> dict[str, Any]:
    """What the form of a step sends, with all that it asks for."""
    proofs = proofs_for(case, event, today())
    written = {f"text-{code}": proof["text"] for code, proof in proofs.items()}
    return {"event": event, "revision": case.revision, **written, **more}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_for_whoever_sees_the_bay_and_for_nobody_else(
    browser: Browser, name: str
) -> None:
    for who in ROLES:
        assert browser(who).get(reverse(f"data:{name}")).status_code == 200, who
    assert Client().get(reverse(f"data:{name}")).status_code == 302


def test_the_desk_shows_the_registrar_what_is_late_first(cast: Cast, browser: Browser) -> None:
    case = submitted(cast)
    page = text(browser("bureau").get(reverse("data:registrations")))
    assert case.code in page
    assert "status-bad" in page
    assert case.code not in text(browser("holder").get(reverse("data:registrations")))
    assert case.code not in text(
        browser("operator").get(reverse("data:registrations"), {"whose": "all"})
    )


def test_a_resource_is_registered_on_screen_from_application_to_code(
    cast: Cast, browser: Browser
) -> None:
    resource(cast.holder)
    holder, bureau = browser("holder"), browser("bureau")
    chosen = {"thing": "resource_registration|RES-1", "title": "企业登记信息"}
    assert holder.post(reverse("data:registration_new"), chosen).status_code == 302
    case = Case.objects.get()
    page = reverse("data:registration", args=[case.code])
    move = reverse("data:registration_step", args=[case.code])
    asked = text(holder.get(page))
    for code in proofs_for(case, "submit", today()):
        assert f'name="text-{code}"' in asked
    file = SimpleUploadedFile("依据.txt", "第十条".encode())
    form = sent(case, "submit", **{"file-lawful_source": file})
    assert holder.post(move, form).status_code == 302
    stored = StoredFile.objects.get()
    assert browser("bureau").get(reverse("files:download", args=[stored.pk])).status_code == 200
    assert browser("buyer").get(reverse("files:download", args=[stored.pk])).status_code == 404
    case.refresh_from_db()
    assert 'value="accept"' not in text(holder.get(page))
    assert bureau.post(move, {"event": "accept", "revision": case.revision}).status_code == 302
    case.refresh_from_db()
    assert case.state == "reviewing"
    assert "依据.txt" in text(bureau.get(page))


def test_a_step_that_lacks_evidence_keeps_what_was_typed(cast: Cast, browser: Browser) -> None:
    case = submitted(cast)
    move = reverse("data:registration_step", args=[case.code])
    answer = browser("bureau").post(
        move, {"event": "refuse", "revision": case.revision, "text": "先记一笔"}
    )
    assert answer.status_code == 422
    assert "先记一笔" in text(answer)
    assert "书面理由" in text(answer)
    case.refresh_from_db()
    assert case.state == "submitted"


def test_a_participant_sees_a_notice_and_objects_and_sees_no_more_of_it(
    cast: Cast, browser: Browser
) -> None:
    case = step(submitted(cast), "accept", cast.bureau, today() - timedelta(days=58))
    buyer = browser("buyer")
    page = reverse("data:registration", args=[case.code])
    assert buyer.get(page).status_code == 404
    case = step(case, "pass", cast.bureau, today())
    assert case.title in text(buyer.get(reverse("data:registration_notices")))
    seen = text(buyer.get(page))
    assert 'name="text-real_name"' in seen
    assert "业务审核意见" not in seen
    move = reverse("data:registration_step", args=[case.code])
    assert buyer.post(move, sent(case, "object")).status_code == 302
    case.refresh_from_db()
    assert case.state == "objected"
    assert "异议复核" in text(buyer.get(page))


def test_a_plan_is_written_and_submitted_head_by_head(cast: Cast, browser: Browser) -> None:
    resource(cast.holder)
    holder = browser("holder")
    heads = {f"head-{code}": words for code, words in PLAN.items()}
    form = {"title": "信用授权", "mode": "scenario", "scenario": "普惠金融", "resources": ["RES-1"],
            "limit-purpose": ["industry-development", "public-welfare"], "limit-region": "320902",
            "limit-recipient": "ORG-B", "limit-field": "名称，信用代码", **heads}  # fmt: skip
    Area.objects.create(code="320902", name="亭湖区", kind=Area.Kind.COUNTY)
    wrong = holder.post(reverse("data:authorisation_new"), form | {"scenario": ""})
    assert wrong.status_code == 422
    assert "信用授权" in text(wrong)
    first = form | {"head-security": ""}
    assert holder.post(reverse("data:authorisation_new"), first).status_code == 302
    found = Authorisation.objects.get()
    assert {name: set(values) for name, values in found.limits.items()} == {
        "scenario": {"普惠金融"},
        "purpose": {"industry-development", "public-welfare"},
        "region": {"320902"},
        "recipient": {"ORG-B"},
        "field": {"名称", "信用代码"},
    }
    page = holder.get(reverse("data:authorisation", args=[found.case.code]))
    for word in ("亭湖区", "银行", "名称"):
        assert word in text(page)
    kept = text(holder.get(reverse("data:authorisation_plan", args=[found.case.code])))
    assert re.search(r'value="320902"\s+checked', kept)
    assert re.search(r'value="ORG-B"\s+checked', kept)
    move = reverse("data:authorisation_step", args=[found.case.code])
    case = Case.objects.get()
    refused = holder.post(move, sent(case, "submit_plan"))
    assert refused.status_code == 422
    assert "应急处置" in text(refused)
    plan = reverse("data:authorisation_plan", args=[case.code])
    assert "见方案" in text(holder.get(plan))
    assert holder.post(plan, form | {"revision": case.revision}).status_code == 302
    case.refresh_from_db()
    assert holder.post(move, sent(case, "submit_plan")).status_code == 302
    case.refresh_from_db()
    asked = text(browser("leader").get(reverse("data:authorisation", args=[case.code])))
    assert 'value="approve_plan"' in asked
    assert holder.get(plan).status_code == 302, "it is not written any more"


def test_the_operator_is_chosen_and_the_agreement_written_on_screen(
    cast: Cast, browser: Browser
) -> None:
    resource(cast.holder)
    registered(cast)
    case = signed(cast)
    page = text(browser("holder").get(reverse("data:authorisation", args=[case.code])))
    assert "数据运营公司" in page
    assert AGREEMENT["breach"] in page
    assert 'value="take_effect"' in page


def test_before_a_revocation_the_page_says_what_falls(cast: Cast, browser: Browser) -> None:
    resource(cast.holder)
    registered(cast)
    case = in_force(cast)
    product(cast, ["RES-1"], [Grant.objects.get(right="process").code])
    page = text(browser("holder").get(reverse("data:authorisation", args=[case.code])))
    assert "PRD-1@1" in page
    assert 'value="revoke"' in page
    assert 'value="revoke"' not in text(
        browser("operator").get(reverse("data:authorisation", args=[case.code]))
    )
    assert browser("buyer").get(reverse("data:authorisation", args=[case.code])).status_code == 404


def test_a_grant_shows_what_it_stands_on_and_why_it_is_not_in_force(
    cast: Cast, browser: Browser
) -> None:
    resource(cast.holder)
    registration = registered(cast)
    in_force(cast)
    grant = Grant.objects.get(right="operate")
    page = text(browser("operator").get(reverse("data:grant", args=[grant.code])))
    assert "<svg" in page
    assert registration.code in page
    assert browser("buyer").get(reverse("data:grant", args=[grant.code])).status_code == 404
    own = reverse("data:grants")
    assert grant.code in text(browser("operator").get(own, {"whose": "taken"}))
    assert grant.code not in text(browser("buyer").get(own))
    step(registration, "revoke", cast.bureau, date(2026, 7, 1))
    stopped = text(browser("operator").get(reverse("data:grant", args=[grant.code])))
    assert "status-bad" in text(browser("operator").get(own))
    assert registration.code in stopped


def test_lists_leave_as_files_and_a_wrong_day_is_said(cast: Cast, browser: Browser) -> None:
    buyer = browser("buyer")
    assert buyer.get(reverse("data:lists"), {"day": "gestern"}).status_code == 422
    for form in ("csv", "xlsx", "json"):
        answer = buyer.get(reverse("data:list_download", args=["resources", form]))
        assert answer.status_code == 200
        assert f"resources.{form}" in answer["Content-Disposition"]


def test_prices_are_fixed_on_screen_and_what_is_wrong_is_said_beside_it(
    cast: Cast, browser: Browser
) -> None:
    resource(cast.holder)
    registered(cast)
    case = in_force(cast)
    product(cast, ["RES-1"], [Grant.objects.get(right="process").code])
    bureau = browser("bureau")
    fix = reverse("data:price_fix", args=[case.code])
    items = "人员 60000\n算力 40,000.00"
    form = {"since": "2026-06-01", "until": "2029-05-31", "cost_items": items,
            "subsidy": "0", "tax": "1000", "bond": "2", "spread": "4",
            "weight-PRD-1": "1", "volume-PRD-1": "1000"}  # fmt: skip
    wrong = bureau.post(fix, form | {"tax": "viel"})
    assert wrong.status_code == 422
    assert "60000" in text(wrong)
    assert bureau.post(fix, form).status_code == 302
    page = reverse("data:authorisation_prices", args=[case.code])
    assert "107,000.00" in text(bureau.get(page))
    assert browser("operator").post(fix, form).status_code == 403
    assert 'id="cost_items"' not in text(browser("operator").get(page))
    actual = {"since": "2026-06-01", "until": "2029-05-31", "actual": "110000", "periods": "1"}
    done = bureau.post(reverse("data:price_actual", args=[case.code]), actual)
    assert done.status_code == 302
    assert "3,000.00" in text(bureau.get(page))


def test_who_did_not_plan_does_not_write(cast: Cast, browser: Browser) -> None:
    resource(cast.holder)
    case = planned(cast).case
    assert browser("operator").get(reverse("data:authorisation_new")).status_code == 403
    assert browser("auditor").get(reverse("data:registration_new")).status_code == 403
    other = browser("other").get(reverse("data:authorisation_plan", args=[case.code]))
    assert other.status_code == 302
