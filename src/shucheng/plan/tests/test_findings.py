"""One count of findings wherever it is shown, and one word for one thing."""

import re

from django.test import Client

from shucheng.kernel.public import Actor
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import OPEN_FINDING, PlanVersion
from shucheng.plan.queries.publication import publication
from shucheng.plan.tests.test_web import office_browser

__all__ = ["office_browser"]


def tab_count(page: str) -> int:
    return int(re.findall(r'id="findings-open"[^>]*>(\d+)<', page)[0])


def test_a_note_is_counted_at_once_and_everywhere_the_same(
    in_review: PlanVersion, office: Actor, office_browser: Client
) -> None:
    address = f"/plan/{in_review.pk}/review/"
    before = tab_count(office_browser.get(address).content.decode())
    finding = in_review.findings.filter(OPEN_FINDING).first()
    assert finding is not None
    answer = office_browser.post(
        f"/plan/findings/{finding.pk}/note/",
        {"note": "以附件为准"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert tab_count(answer) == before - 1
    assert "已记录处理意见1条" in answer
    assert "hx-swap-oob" in answer
    page = office_browser.get(f"{address}?tab=findings").content.decode()
    assert tab_count(page) == before - 1
    assert f"待处理{before - 1}条 · 已记录处理意见1条" in page
    publishing = office_browser.get(f"/plan/{in_review.pk}/publish/").content.decode()
    assert f"<strong>待处理{before - 1}条</strong>" in publishing
    assert publication(in_review.pk, actor=office).open_findings == before - 1
    publish_version(in_review.pk, in_review.revision, actor=office)
    cockpit = office_browser.get("/").content.decode()
    assert f'检查发现 <span class="count">{before - 1}</span>' in cockpit
    assert f"待处理{before - 1}条" in office_browser.get("/findings/").content.decode()


def test_hints_are_hints_and_notes_are_notes(
    in_review: PlanVersion, office_browser: Client
) -> None:
    in_review.findings.update(severity="info")
    page = office_browser.get(f"/plan/{in_review.pk}/review/?tab=findings").content.decode()
    assert tab_count(page) == 0
    assert "提示" in page
    assert "备注" not in page


def test_a_decision_that_succeeds_takes_the_refusal_before_it_away(
    in_review: PlanVersion, office_browser: Client
) -> None:
    item = in_review.items.filter(kind="target").first()
    assert item is not None
    address, cleared = f"/plan/items/{item.pk}/correct/", '<div id="messages" hx-swap-oob='
    htmx = {"HX-Request": "true"}
    wrong = {"revision": item.revision, "year": "99"}
    assert cleared not in office_browser.post(address, wrong, headers=htmx).content.decode()
    right = {"revision": item.revision, "year": "2027"}
    assert cleared in office_browser.post(address, right, headers=htmx).content.decode()


def test_an_item_holds_its_sentence(in_review: PlanVersion, office_browser: Client) -> None:
    for kind in ("target", "task", "indicator", "work_point"):
        page = office_browser.get(f"/plan/{in_review.pk}/review/?tab={kind}").content.decode()
        assert page.count('class="said small muted"') == in_review.items.filter(kind=kind).count()
