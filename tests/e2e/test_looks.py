"""Every page at every size: nothing spills, everything has a name, contrast holds."""

import pytest
from playwright.sync_api import Page

from tests.e2e.accessibility import problems
from tests.e2e.conftest import Platform, sign_in

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/plan/",
    "/findings/",
    "/duties/",
    "/duties/市数据局/",
    "/search/?q=算力",
    "/data/metrics/",
    "/organisations/",
    "/account/",
    "/areas/320902/",
)
SIZES = {"office": (1366, 768), "phone": (390, 844)}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_and_are_accessible(page: Page, demo: Platform, language: str, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, demo, "plan-office")
    page.goto(f"{demo.address}/language/?to={language}&next=/")
    found = {}
    for address in PAGES:
        page.goto(demo.address + address)
        spill = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong = problems(page)
        if spill > 0:
            wrong.append(f"spills {spill}px to the right")
        if wrong:
            found[address] = wrong
    assert not found


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_the_wall_shows_everything_without_scrolling(
    page: Page, demo: Platform, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/?wall=1")
    assert page.locator(".indicator-card").count() == 15
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert problems(page) == []


def test_the_page_of_an_error_has_a_code_and_a_next_step(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/no-such-page/")
    assert "not_found" in page.locator("main").inner_text()
    assert page.locator("main a.button-primary").is_visible()
