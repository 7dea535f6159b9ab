#!/usr/bin/env python3
"""Write the pictures of the README anew: a demonstration in a temporary folder, photographed.

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

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "cities" / "yancheng" / "plan.txt"
OFFICE, PHONE, WALL = (1366, 854), (390, 844), (1920, 1080)
MOST_BYTES = 300_000
COLOURS = 160

Scene = Callable[[Page, str], object]


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


def briefing(page: Page, address: str) -> None:
    """Last month's briefing of the city."""
    page.goto(f"{address}/briefings/")
    page.locator("tbody a").first.click()
    page.locator("main").wait_for()


def returned(page: Page, address: str) -> None:
    """A county's form that came back with a comment, open to be filled in."""
    become(page, address, "county")
    page.goto(f"{address}/reporting/")
    page.locator("#returned a").first.click()
    page.locator("table.sheet").wait_for()


def waiting(page: Page, address: str) -> None:
    """What waits longest for the department's review."""
    become(page, address, "department")
    page.goto(f"{address}/reporting/inbox/")
    page.locator("tbody a").first.click()
    page.locator("table.sheet").wait_for()


def become(page: Page, address: str, who: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/accounts/login/")
    page.click(f"button[value=demo-{who}]")
    page.wait_for_url(lambda now: "/login/" not in now)


SCENES: dict[str, tuple[tuple[int, int], Scene]] = {
    "cockpit": (OFFICE, lambda page, address: page.goto(f"{address}/")),
    "explain": (OFFICE, explain),
    "areas": (OFFICE, lambda page, address: page.goto(f"{address}/areas/")),
    "duties": (OFFICE, lambda page, address: page.goto(f"{address}/duties/市数据局/")),
    "wall": (WALL, lambda page, address: page.goto(f"{address}/?wall=1")),
    "phone": (PHONE, lambda page, address: page.goto(f"{address}/")),
    "review": (OFFICE, review),
    "monitoring": (OFFICE, lambda page, address: page.goto(f"{address}/monitoring/")),
    "supervision": (OFFICE, lambda page, address: page.goto(f"{address}/supervision/")),
    "briefing": (OFFICE, briefing),
    "report": (OFFICE, returned),
    "report-review": (OFFICE, waiting),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(locale="zh-CN", timezone_id="Asia/Shanghai")
        page.goto(f"{address}/accounts/login/")
        page.click("button[value=demo-plan-office]")
        for name, ((width, height), scene) in SCENES.items():
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
    out = BytesIO()
    flat = image.quantize(COLOURS, dither=Image.Dither.NONE)
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
