"""Steps in the data bay that several journeys take: a step of a case, a call, a leaf verified."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Platform, sign_in

ROOM = "/data-elements/"

# No action moves time, so this writes where the case's clocks stand, as if its steps had been done
# so many days earlier; what comes next is held against the table as ever. The steps themselves and
# their evidence only grow and keep their days.
_AGE = """
import sys, django; django.setup()
from dataclasses import replace
from datetime import timedelta
from django.db import transaction
from shucheng.bays.data.actions.cases import _keep
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.queries.cases import content_of
with transaction.atomic():
    case = Case.objects.select_for_update().get(code=sys.argv[1])
    kept, ago = content_of(case), timedelta(days=int(sys.argv[2]))
    runs, ended = (
        tuple(replace(each, started=each.started - ago) for each in some)
        for some in (kept.runs, kept.ended)
    )
    _keep(case, replace(kept, day=kept.day - ago, runs=runs, ended=ended))
"""


# The month's last day passes as well: settled as on the first of the next one.
_END = """
import sys, django; django.setup()
from django.utils import timezone
from shucheng.bays.data.actions.settling import settle_until
from shucheng.kernel.public import system_actor
from shucheng.lib.periods import Period
month = Period.of(timezone.localdate(), "M")
agreement, next_day = sys.argv[1], month.next().start
settle_until(month, actor=system_actor("job"), agreement=agreement, on=next_day)
"""


def become(page: Page, demo: Platform, who: str) -> None:
    page.context.clear_cookies()
    sign_in(page, demo, who)


def go(page: Page, demo: Platform, address: str) -> None:
    answer = page.goto(f"{demo.address}{ROOM}{address}")
    assert answer is not None
    assert answer.status == 200, (address, answer.status)


def take(page: Page, event: str, **filled: str) -> None:
    """A step of a case on its open page, with a text for each evidence that it asks for."""
    form = page.locator(f"details.step:has(input[name=event][value={event}])")
    form.locator("summary").click()
    for each in form.locator("input[name^=text-]").all():
        each.fill("模拟材料")
    for name, value in filled.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    form.locator("button").click()
    done(page)


def done(page: Page) -> None:
    """The page says that it was done, and refuses nothing."""
    expect(page.locator("[role=alert]")).to_have_count(0)
    expect(page.locator("#messages .notice-good").first).to_be_visible()


def wait_for(page: Page, wanted: Locator, seconds: float = 60) -> None:
    """What a job of the background brings stands on the page that is loaded anew."""
    deadline = time.monotonic() + seconds
    while not wanted.count():
        assert time.monotonic() < deadline, "the background did not bring it"
        page.wait_for_timeout(1000)
        page.reload()


def last_part(page: Page) -> str:
    """The code that the open page's address ends with."""
    return page.url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]


def let_days_pass(demo: Platform, case: str, days: int) -> None:
    _run(demo, _AGE, case, str(days))


def let_month_end(demo: Platform, agreement: str) -> None:
    _run(demo, _END, agreement)


def _run(demo: Platform, program: str, *words: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=demo.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def get_token(page: Page, mode: str) -> tuple[str, str]:
    """A token from the delivery's open page, and the purpose that it is for."""
    page.locator("select[name=mode]").select_option(mode)
    page.get_by_role("button", name="获取令牌").click()
    token = page.locator("textarea[aria-label=令牌]").input_value()
    return token, page.locator("input[name=purpose]").first.input_value()


def call(
    page: Page, demo: Platform, path: str, token: str, sent: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    answer = page.request.post(
        f"{demo.address}/api/v1/data/deliveries/{path}",
        headers={"X-Data-Token": token},
        data=sent,
    )
    return answer.status, answer.json()


def running(page: Page, demo: Platform, mode: str) -> str:
    """The first of one's deliveries that runs and may be had in that way; its page is open."""
    page.goto(f"{demo.address}{ROOM}delivery/")
    links = page.locator("main tbody a[href*='/delivery/AGR']")
    for address in [each.get_attribute("href") for each in links.all()]:
        page.goto(f"{demo.address}{address}")
        if page.locator(f"select[name=mode] option[value={mode}]").count():
            return str(address).rstrip("/").rsplit("/", 1)[-1]
    raise AssertionError(f"no delivery runs that permits {mode}")


def revoke(page: Page, demo: Platform, code: str) -> None:
    become(page, demo, "plan-office")
    go(page, demo, f"delivery/{code}/")
    page.fill("#reason", "授权范围调整")
    page.locator("button[name=kind][value=revoke]").click()
    expect(page.locator("main")).to_contain_text("授权范围调整")


def verify(page: Page, demo: Platform, code: str, folder: Path) -> None:
    """The newest leaf about an agreement, its content and proof with the stand-alone script; and
    after one letter is changed."""
    demo.command("evidence", "append")
    go(page, demo, f"evidence/?about={code}")
    page.locator("main tbody a[href*='/leaves/']").first.click()
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
