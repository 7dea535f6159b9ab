"""The data bay as its four people use it: what a holder describes, an operator offers and a buyer
calls; stopped by the bureau, the next call is refused; and the proof holds without the platform."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import problems
from tests.e2e.conftest import Platform, sign_in
from tests.e2e.data_steps import ROOM, call, get_token, revoke, running, verify

pytestmark = pytest.mark.browser

SIZES = {"office": (1366, 768), "wide": (1920, 1080), "phone": (390, 844)}
PAGES = {
    "plan-office": (
        *("", "catalogue/", "catalogue/?q=企业", "requests/", "grading/", "grading/rules/"),
        *("quality/", "quality/defects/", "quality/certificates/", "authorisations/"),
        *("registrations/", "registrations/notices/", "grants/", "lists/", "prices/"),
        *("authorisations/disclosures/", "authorisations/index/", "market/", "market/figures/"),
        *("orders/", "settlements/", "settlements/books/", "disputes/", "assets/", "delivery/"),
        *("calls/", "evidence/", "evidence/check/"),
    ),
    "liaison": ("catalogue/new/", "catalogue/import/", "sources/", "requests/new/"),
    "operator": ("", "products/", "products/new/", "orders/", "delivery/"),
    "buyer": ("market/", "orders/", "delivery/", "evidence/"),
}


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_and_is_accessible(page: Page, demo: Platform, who: str, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, demo, who)
    found = {}
    for address in PAGES[who]:
        answer = page.goto(f"{demo.address}{ROOM}{address}")
        wrong = problems(page)
        if answer is None or answer.status != 200:
            wrong.append(f"answers {answer.status if answer else 'nothing'}")
        spill = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if spill > 0:
            wrong.append(f"spills {spill}px to the right")
        if wrong:
            found[address] = wrong
    assert not found


def test_a_department_describes_a_resource_and_whoever_only_trades_finds_it(
    page: Page, demo: Platform
) -> None:
    sign_in(page, demo, "liaison")
    page.goto(f"{demo.address}{ROOM}catalogue/new/")
    page.fill("#title", "数字化改造诊断结果")
    page.fill("#summary", "规上工业企业数字化改造诊断的结果。")
    page.select_option("#frequency", "QUARTERLY")
    page.select_option("#area", "320900")
    page.fill("#sharing_terms", "按职责需要申请")
    page.fill("#fields", "*uscc, 统一社会信用代码, string\nlevel, 诊断等级, string")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_have_text("数字化改造诊断结果")
    page.get_by_role("button", name="编入目录").click()
    expect(page.locator(".heading, main").first).to_contain_text("已编目")
    page.context.clear_cookies()
    sign_in(page, demo, "buyer")
    page.goto(f"{demo.address}{ROOM}catalogue/?q=诊断等级")
    page.get_by_role("link", name="数字化改造诊断结果").click()
    expect(page.locator("main")).to_contain_text("诊断等级")
    expect(page.get_by_role("button", name="撤出")).to_have_count(0)


def test_a_call_is_answered_until_the_bureau_revokes_and_the_proof_holds(
    page: Page, demo: Platform, tmp_path: Path
) -> None:
    sign_in(page, demo, "buyer")
    code = running(page, demo, "sandbox")
    token, purpose = get_token(page, "sandbox")
    sent = {"purpose": purpose, "sql": "select count(*) as n from product"}
    status, answer = call(page, demo, f"{code}/query", token, sent)
    assert (status, len(answer["rows"])) == (200, 1), answer
    revoke(page, demo, code)
    status, answer = call(page, demo, f"{code}/query", token, sent)
    assert (status, answer["code"]) == (403, "delivery.agreement-revoked")
    verify(page, demo, code, tmp_path)
