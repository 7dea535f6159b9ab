"""The data bay as its four people use it: what a holder describes, an operator offers and a buyer
calls; stopped by the bureau, the next call is refused; and the proof holds without the platform."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import problems
from tests.e2e.conftest import Platform, sign_in

pytestmark = pytest.mark.browser

ROOM = "/data-elements/"
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
    code = _running(page, demo, "sandbox")
    page.locator("select[name=mode]").select_option("sandbox")
    page.get_by_role("button", name="获取令牌").click()
    token = page.locator("textarea[aria-label=令牌]").input_value()
    purpose = page.locator("input[name=purpose]").first.input_value()

    def ask() -> tuple[int, dict[str, Any]]:
        sent = {"purpose": purpose, "sql": "select count(*) as n from product"}
        answer = page.request.post(
            f"{demo.address}/api/v1/data/deliveries/{code}/query",
            headers={"X-Data-Token": token},
            data=sent,
        )
        return answer.status, answer.json()

    status, answer = ask()
    assert (status, len(answer["rows"])) == (200, 1), answer
    page.context.clear_cookies()
    sign_in(page, demo, "plan-office")
    page.goto(f"{demo.address}{ROOM}delivery/{code}/")
    page.fill("#reason", "授权范围调整")
    page.locator("button[name=kind][value=revoke]").click()
    expect(page.locator("main")).to_contain_text("授权范围调整")
    status, answer = ask()
    assert (status, answer["code"]) == (403, "delivery.agreement-revoked")
    demo.command("evidence", "append")
    page.goto(f"{demo.address}{ROOM}evidence/?about={code}")
    page.locator("main tbody a[href*='/leaves/']").first.click()
    _verify(page, demo, tmp_path)


def _running(page: Page, demo: Platform, mode: str) -> str:
    """The first of one's deliveries that runs and may be had in that way; its page is open."""
    page.goto(f"{demo.address}{ROOM}delivery/")
    links = page.locator("main tbody a[href*='/delivery/AGR']")
    for address in [each.get_attribute("href") for each in links.all()]:
        page.goto(f"{demo.address}{address}")
        if page.locator(f"select[name=mode] option[value={mode}]").count():
            return str(address).rstrip("/").rsplit("/", 1)[-1]
    raise AssertionError(f"no delivery runs that permits {mode}")


def _verify(page: Page, demo: Platform, folder: Path) -> None:
    """A leaf's content and proof with the stand-alone script, and after one letter is changed."""
    leaf = page.url.rstrip("/")
    files = {
        "leaf.json": f"{leaf}/content.json",
        "proof.json": f"{leaf}/proof.json",
        "verify.py": f"{demo.address}{ROOM}evidence/verify.py",
        "key.txt": f"{demo.address}{ROOM}evidence/public-key.txt",
    }
    for name, address in files.items():
        (folder / name).write_bytes(page.request.get(address).body())
    key = (folder / "key.txt").read_text().strip().splitlines()[-1]

    def verified() -> int:
        return subprocess.run(
            [sys.executable, "-I", "verify.py", "leaf.json", "proof.json", "--public-key", key],
            cwd=folder,
            capture_output=True,
            check=False,
        ).returncode

    assert verified() == 0
    said = (folder / "leaf.json").read_text(encoding="utf-8")
    assert json.loads(said)["content"]
    (folder / "leaf.json").write_text(said.replace('"kind"', '"kinD"', 1), encoding="utf-8")
    assert verified() != 0
