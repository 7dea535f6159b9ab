"""The pages of briefings: made, read, written in, issued, taken away, made again."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.records import signed_in

from shucheng.kernel.public import Actor, Role, run_pending_jobs
from shucheng.lib.periods import Period
from shucheng.plan.briefings.models import Briefing
from shucheng.plan.briefings.tests.conftest import PERIOD, SCOPE, issued, made
from shucheng.plan.briefings.tests.test_own_templates import TYPST
from shucheng.plan.models import PlanVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(db: None, settings: Any) -> Client:
    return signed_in(Role.PLAN_OFFICE)


def text(browser: Client, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def test_the_form_offers_first_what_is_not_issued(
    city: PlanVersion, browser: Client, office: Actor
) -> None:
    def chosen() -> list[str]:
        return re.findall(r'value="([^"]+)"\s+selected', text(browser, "/briefings/new/"))

    newest = str(Period.of(timezone.localdate(), "M").previous())
    assert chosen() == [SCOPE, newest]
    assert "已印发：" not in text(browser, "/briefings/new/")
    issued(made(office, period=newest), office)
    first, period = chosen()
    assert first.startswith("area:")
    assert period == newest
    assert f"{newest}已印发：盐城市。" in text(browser, "/briefings/new/")
    earlier = str(Period.parse(newest).previous())
    asked = text(browser, f"/briefings/new/?scope={SCOPE}&period={earlier}")
    assert re.findall(r'value="([^"]+)"\s+selected', asked) == [SCOPE, earlier]


def test_a_briefing_from_the_form_to_the_file(city: PlanVersion, browser: Client) -> None:
    sent = browser.post("/briefings/new/", {"scope": SCOPE, "period": PERIOD, "as_of": ""})
    briefing = Briefing.objects.get()
    address = f"/briefings/{briefing.pk}/"
    assert sent["Location"] == address
    assert "正在收集事实" in text(browser, address)
    run_pending_jobs()
    draft = text(browser, address)
    assert "草稿" in draft
    # Every figure of the text leads to what explains it, as known on that day.
    assert "/explain/value/" in draft
    assert "as_of=" in draft
    leader = signed_in(Role.LEADER)
    text(leader, address, 404)

    briefing.refresh_from_db()
    written = {
        "revision": briefing.revision,
        "instructions": "抓紧<b>补报</b>。",
        "issuer": "市数据局",
    }
    browser.post(f"{address}write/", written)
    page = text(browser, address)
    assert "抓紧&lt;b&gt;补报&lt;/b&gt;。" in page
    stale = browser.post(f"{address}write/", {**written, "instructions": "另一位写的"})
    assert stale.status_code == 409
    assert "另一位写的" in stale.content.decode()

    briefing.refresh_from_db()
    browser.post(f"{address}issue/", {"revision": briefing.revision})
    run_pending_jobs()
    assert "第1期" in text(leader, address)
    assert "第1期" in text(leader, "/briefings/")
    pdf = leader.get(f"{address}files/pdf/")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"].startswith("attachment")
    assert "逐字节一致" in text(browser, f"{address}check/")
    text(leader, f"{address}check/", 403)
    text(leader, f"{address}files/exe/", 404)
    text(browser, f"{address}charts/99.svg", 404)


def test_what_is_wrong_stands_beside_its_field(city: PlanVersion, browser: Client) -> None:
    sent = browser.post("/briefings/new/", {"scope": SCOPE, "period": PERIOD, "as_of": "soon"})
    assert sent.status_code == 422
    assert 'value="soon"' in sent.content.decode()


def test_an_empty_list_says_what_will_be_there(db: None, browser: Client) -> None:
    assert "还没有简报" in text(browser, "/briefings/")
    assert "编写简报" not in text(signed_in(Role.LEADER), "/briefings/")


def test_a_template_is_tried_uploaded_and_taken_back(db: None, browser: Client) -> None:
    def upload(content: str) -> Any:
        file = SimpleUploadedFile("own.typ", content.encode())
        sent = {"file": file, "reason": "本办版式"}
        return browser.post("/briefings/templates/upload/", sent)

    refused = upload(TYPST + "#data.weather")
    assert refused.status_code == 422
    assert "weather" in refused.content.decode()
    assert upload(TYPST).status_code == 302
    assert "own.typ" in text(browser, "/briefings/templates/")
    browser.post("/briefings/templates/restore/", {"kind": "typst", "reason": "恢复"})
    assert "恢复产品自带的模板" in text(browser, "/briefings/templates/")
    assert b"chart.typ" in browser.get("/briefings/templates/0/").content
    text(signed_in(Role.LEADER), "/briefings/templates/", 403)
