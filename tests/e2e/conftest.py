"""A real platform (granian, worker, its own folder) and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Platform:
    address: str
    data: Path
    environment: dict[str, str]

    def command(self, *arguments: str) -> str:
        """Run `shucheng ...` on this platform's folder."""
        done = subprocess.run(
            [sys.executable, "-m", "shucheng.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, "the platform ended before it answered"
        try:
            urllib.request.urlopen(f"{address}/accounts/login/", timeout=20).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise AssertionError("the platform did not answer within three minutes")


def platform_in(folder: Path) -> Platform:
    """A demonstration's settings with this folder, at a port that is free."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("SHUCHENG_")},
        "DJANGO_SETTINGS_MODULE": "shucheng.web.settings",
        "SHUCHENG_DATA": str(folder),
        "SHUCHENG_DEMO": "1",
        "SHUCHENG_HTTPS": "0",
        "SHUCHENG_REQUIRE_SECOND_FACTOR": "0",
        "SHUCHENG_LOG_LEVEL": "WARNING",
        "SHUCHENG_CITY": str(ROOT / "cities" / "yancheng"),
        # A test's own database may be read as a department's.
        "SHUCHENG_SOURCE_HOSTS": "127.0.0.1",
    }
    return Platform(f"http://127.0.0.1:{free_port()}", folder, environment)


def serve(platform: Platform) -> Iterator[Platform]:
    """Until the tests are done."""
    port = platform.address.rsplit(":", 1)[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "shucheng.cli", "serve", "--port", port, "--workers", "1"],
        env=platform.environment,
        cwd=ROOT,
    )
    try:
        wait_until_up(platform.address, process)
        yield platform
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration as `make demo` leaves it, to be copied: filling takes long."""
    folder = tmp_path_factory.mktemp("filled")
    platform_in(folder).command("demo", "--no-serve")
    return folder


def copied(filled: Path, folder: Path) -> Iterator[Platform]:
    yield from serve(platform_in(shutil.copytree(filled, folder / "copy")))


@pytest.fixture(scope="session")
def demo(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The demonstration, shared: who changes what others look at takes a copy of their own."""
    yield from copied(filled, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The demonstration's city and people, and no plan yet."""
    platform = platform_in(tmp_path_factory.mktemp("empty"))
    platform.command("demo", "--no-serve", "--no-plan")
    yield from serve(platform)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is required in CI")
        pytest.skip("no Chromium here: install Debian's package chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser profile; an error on the page's console fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            errors.append(message.text)
            if message.type == "error" and "status of 4" not in message.text
            else None
        ),
    )
    yield opened
    context.close()
    assert not errors


def sign_in(page: Page, platform: Platform, who: str) -> None:
    page.goto(f"{platform.address}/accounts/login/")
    page.click(f"button[value='demo-{who}']")
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
