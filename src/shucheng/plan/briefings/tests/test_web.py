"""The pages of briefings: made, read, written in, issued, taken away, made again."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shucheng.kernel.public import Role, run_pending_jobs
from shucheng.plan.briefings.models import Briefing
from shucheng.plan.briefings.tests.conftest import PERIOD, SCOPE
from shucheng.plan.briefings.tests.test_own_templates import TYPST
from shucheng.plan.models import PlanVersion
from tests.records import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None, settings: Any) -> Client:
    return signed_in(Role.PLAN_OFFICE)


def text(browser: Client, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def test_a_briefing_from_the_form_to_the_file(city: PlanVersion, office: Client) -> None:
    sent = office.post("/briefings/new/", {"scope": SCOPE, "period": PERIOD, "as_of": ""})
    briefing = Briefing.objects.get()
    address = f"/briefings/{briefing.pk}/"
    assert sent["Location"] == address
    assert "正在收集事实" in text(office, address)
    run_pending_jobs()
    draft = text(office, address)
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
    office.post(f"{address}write/", written)
    page = text(office, address)
    assert "抓紧&lt;b&gt;补报&lt;/b&gt;。" in page
    stale = office.post(f"{address}write/", {**written, "instructions": "另一位写的"})
    assert stale.status_code == 409
    assert "另一位写的" in stale.content.decode()

    briefing.refresh_from_db()
    office.post(f"{address}issue/", {"revision": briefing.revision})
    run_pending_jobs()
    assert "第1期" in text(leader, address)
    assert "第1期" in text(leader, "/briefings/")
    pdf = leader.get(f"{address}files/pdf/")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"].startswith("attachment")
    assert "逐字节一致" in text(office, f"{address}check/")
    text(leader, f"{address}check/", 403)
    text(leader, f"{address}files/exe/", 404)
    text(office, f"{address}charts/99.svg", 404)


def test_what_is_wrong_stands_beside_its_field(city: PlanVersion, office: Client) -> None:
    sent = office.post("/briefings/new/", {"scope": SCOPE, "period": PERIOD, "as_of": "soon"})
    assert sent.status_code == 422
    assert 'value="soon"' in sent.content.decode()


def test_an_empty_list_says_what_will_be_there(db: None, office: Client) -> None:
    assert "还没有简报" in text(office, "/briefings/")
    assert "编写简报" not in text(signed_in(Role.LEADER), "/briefings/")


def test_a_template_is_tried_uploaded_and_taken_back(db: None, office: Client) -> None:
    def upload(content: str) -> Any:
        file = SimpleUploadedFile("own.typ", content.encode())
        sent = {"file": file, "reason": "本办版式"}
        return office.post("/briefings/templates/upload/", sent)

    refused = upload(TYPST + "#data.weather")
    assert refused.status_code == 422
    assert "weather" in refused.content.decode()
    assert upload(TYPST).status_code == 302
    assert "own.typ" in text(office, "/briefings/templates/")
    office.post("/briefings/templates/restore/", {"kind": "typst", "reason": "恢复"})
    assert "恢复产品自带的模板" in text(office, "/briefings/templates/")
    assert b"chart.typ" in office.get("/briefings/templates/0/").content
    text(signed_in(Role.LEADER), "/briefings/templates/", 403)
