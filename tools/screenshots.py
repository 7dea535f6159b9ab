"""Write the pictures of the README and the guides anew: a demonstration in a temporary folder,
photographed as each of its people.

    .venv/bin/python tools/screenshots.py [FOLDER]        (default: docs/images)

Needs Chromium (`make system`) and the development packages.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "cities" / "yancheng" / "plan.txt"
OFFICE = (1366, 854)
SIZES = {"wall": (1920, 1080)}
MOST_BYTES = 200_000
# The newest briefing of the city that was issued, among drafts and counties' ones.
ISSUED = "main tbody tr:has-text('盐城市'):has-text('已印发') a"

Scene = Callable[[Page, str], object]


def at(path: str) -> Scene:
    """The page of that address."""
    return lambda page, address: page.goto(f"{address}{path}")


def opened(path: str, link: str = "main tbody a") -> Scene:
    """What the first such link of that page leads to."""

    def scene(page: Page, address: str) -> None:
        page.goto(f"{address}{path}")
        page.locator(link).first.click()
        page.wait_for_load_state("networkidle")

    return scene


def explain(page: Page, address: str) -> None:
    """From the first headline to the drawer that explains its newest value."""
    page.goto(address)
    page.locator(".indicator-card").first.click()
    page.locator("a.figure").click()
    page.locator("dialog#drawer .steps").wait_for()


def review(page: Page, address: str) -> None:
    """A plan just loaded: some items decided, one of them current."""
    page.goto(f"{address}/plan/")
    page.set_input_files("input[type=file]", PLAN)
    page.locator("form[action$='/plan/load/'] button").click()
    page.wait_for_url("**/review/", timeout=60_000)
    for _item in range(3):
        page.keyboard.press("j" if _item == 0 else "a")
        page.wait_for_timeout(700)


def draft(page: Page, address: str) -> None:
    """A draft of the briefing of the month before the newest, which is issued already."""
    page.goto(f"{address}/briefings/new/")
    page.locator("select[name=period]").select_option(index=1)
    page.locator("main form[method=post] button").first.click()
    page.wait_for_url(lambda now: "/new/" not in now)
    page.locator("textarea").first.wait_for(timeout=60_000)


def red_item(page: Page, address: str) -> None:
    """The demand made of the first red light that has none yet."""
    page.goto(f"{address}/supervision/proposals/")
    page.locator("main a[href*='/propose/']").first.click()
    page.wait_for_load_state("networkidle")


def one_step_short(page: Page, address: str) -> None:
    """A firm that lacks one thing for the next rung: what it has, what is asked for."""
    page.goto(f"{address}/statistics/ladder/?rung=srdi&state=one_short#near")
    page.locator("[data-table=ladder-candidates] tbody a").first.click()
    page.locator("#ladder").scroll_into_view_if_needed()


def ranks(page: Page, address: str) -> None:
    """How firm each area's rank in the index is."""
    page.goto(f"{address}/statistics/indexes/county_digital_economy/")
    page.locator(".rank-chart").evaluate("e => e.closest('section').scrollIntoView()")
    page.mouse.wheel(0, -80)


def chain(page: Page, address: str) -> None:
    """The audit chain, just verified."""
    page.goto(f"{address}/audit/chain/?check=1")


def become(page: Page, address: str, who: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/accounts/login/")
    page.click(f"button[value=demo-{who}]")
    page.wait_for_url(lambda now: "/login/" not in now)


# Who sees what: the pictures of each person, in the order in which they are taken. The plan office
# is last, for it loads a plan and writes a briefing.
SCENES: dict[str, dict[str, Scene]] = {
    "county": {
        "county-tasks": at("/reporting/"),
        "report": opened("/reporting/", "#returned a"),
        "county-item": opened("/supervision/"),
    },
    "operator": {
        "operator-console": at("/data-elements/products/"),
        "operator-orders": at("/data-elements/orders/"),
    },
    "buyer": {
        "buyer-market": at("/data-elements/market/"),
        "buyer-delivery": opened("/data-elements/delivery/"),
    },
    "liaison": {
        "duties": at("/our-duties/"),
        "liaison-item": opened("/supervision/"),
        "work-point": opened("/supervision/work-points/", "tr:has-text('滞后') td a"),
    },
    "department": {
        "department-inbox": at("/reporting/inbox/"),
        "report-review": opened("/reporting/inbox/"),
        "department-briefing": draft,
    },
    "reviewer": {
        "reviewer-inbox": at("/reporting/inbox/"),
        "reviewer-task": opened("/reporting/"),
    },
    "leader": {
        "leader-item": opened("/supervision/?state=in_review"),
        "leader-indicator": opened("/monitoring/?light=red"),
        "leader-briefing": opened("/briefings/", ISSUED),
    },
    "auditor": {
        "audit": at("/audit/"),
        "audit-entry": opened("/audit/?code=supervision.item.close"),
        "audit-chain": chain,
    },
    "security": {
        "alerts": at("/alerts/"),
        "grant-role": opened("/people/", "main tbody a[href]:has-text('联络员')"),
        "access-policy": at("/settings/access/"),
    },
    "administrator": {
        "people": at("/people/"),
        "account": opened("/people/", "main tbody a[href]:has-text('联络员')"),
        "jobs": at("/jobs/"),
    },
    "plan-office": {
        "cockpit": at("/"),
        "explain": explain,
        "areas": at("/areas/"),
        "wall": at("/?wall=1"),
        "monitoring": at("/monitoring/"),
        "supervision": at("/supervision/"),
        "briefing": opened("/briefings/", ISSUED),
        "office-inbox": at("/reporting/inbox/"),
        "progress": at("/reporting/progress/"),
        "red-item": red_item,
        "statistics": at("/statistics/"),
        "register": at("/statistics/firms/"),
        "firm-rung": one_step_short,
        "industries": at("/statistics/industries/"),
        "growth": at("/statistics/growth/"),
        "index": at("/statistics/indexes/county_digital_economy/"),
        "index-ranks": ranks,
        "ladder": at("/statistics/ladder/"),
        "prospects": at("/statistics/prospects/"),
        "review": review,
        "briefing-draft": draft,
    },
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(locale="zh-CN", timezone_id="Asia/Shanghai")
        for who, scenes in SCENES.items():
            become(page, address, who)
            for name, scene in scenes.items():
                width, height = SIZES.get(name, OFFICE)
                page.set_viewport_size({"width": width, "height": height})
                scene(page, address)
                page.wait_for_timeout(600)
                target = folder / f"{name}.png"
                target.write_bytes(small(page.screenshot()))
                print(f"{target}: {target.stat().st_size // 1000} kB")
        browser.close()


@contextmanager
def demonstration() -> Iterator[str]:
    """The demonstration, served from a folder of its own until the pictures are taken."""
    with tempfile.TemporaryDirectory() as data, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("SHUCHENG_")},
            "SHUCHENG_DATA": data,
            "SHUCHENG_DEMO": "1",
            "SHUCHENG_HTTPS": "0",
            "SHUCHENG_REQUIRE_SECOND_FACTOR": "0",
            "SHUCHENG_LOG_LEVEL": "WARNING",
            "SHUCHENG_CITY": str(ROOT / "cities" / "yancheng"),
        }
        command = [sys.executable, "-m", "shucheng.cli"]
        fill = [*command, "demo", "--no-serve", "--plan", str(PLAN)]
        subprocess.run(  # noqa: S603
            fill, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        probe.close()
        serving = subprocess.Popen(  # noqa: S603
            [*command, "serve", "--port", port], env=environment, cwd=ROOT
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/accounts/login/", serving)
            yield address
        finally:
            serving.terminate()
            serving.wait(timeout=30)


def wait_for(address: str, serving: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and serving.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the demonstration did not answer")


def small(picture: bytes) -> bytes:
    """The picture with a palette; smaller by half if it is still too heavy."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    written = _with_palette(image)
    if len(written) > MOST_BYTES:
        written = _with_palette(image.resize((image.width // 2, image.height // 2)))
    return written


def _with_palette(image: Image.Image) -> bytes:
    """The 256 commonest colours as they are: a page's ground and its lights keep theirs."""
    pixels = np.asarray(image).astype(np.int32) @ np.array((1 << 16, 1 << 8, 1), np.int32)
    colours, which, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    kept = _channels(colours[np.argsort(counts)[-256:]])
    distances = ((_channels(colours)[:, np.newaxis] - kept) ** 2).sum(axis=-1)
    nearest = distances.argmin(axis=1).astype(np.uint8)
    flat = Image.fromarray(nearest[which].reshape(pixels.shape), "P")
    flat.putpalette(kept.astype(np.uint8).tobytes())
    out = BytesIO()
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()


def _channels(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    """Red, green and blue of colours that are one number each."""
    return np.stack((colours >> 16, colours >> 8 & 255, colours & 255), axis=-1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
