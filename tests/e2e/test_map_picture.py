"""The map as a picture that leaves the page: what it shows, and what its colours say."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Platform, sign_in

pytestmark = pytest.mark.browser


def picture(page: Page, address: str, target: Path) -> list[str]:
    """The words of the SVG that is offered, in order."""
    page.goto(address)
    with page.expect_download() as found:
        page.click("[data-picture=map-outline][data-type=svg]")
    assert re.fullmatch(r".+-\d{4}-(\d\d|Q\d)-盐城市\.svg", found.value.suggested_filename)
    found.value.save_as(target)
    text = target.read_text("utf-8")
    assert "class=" not in text, "it needs no style sheet"
    return re.findall(r"<text[^>]*>([^<]+)</text>", text)


def test_the_picture_has_title_unit_period_source_legend_and_mark(
    page: Page, demo: Platform, tmp_path: Path
) -> None:
    sign_in(page, demo, "leader")
    title, caption, *rest = picture(page, f"{demo.address}/", tmp_path / "value.svg")
    assert title == "数字经济核心产业营业收入"
    assert re.fullmatch(
        r"\d{4}-\d\d · 1月起累计 · 单位：亿元 · 按数值着色 · 来源：模拟", caption.strip()
    )
    steps = [words for words in rest if re.fullmatch(r"[\d,.]+ – [\d,.]+", words)]
    assert len(steps) == 5
    assert any("边界来自开放数据" in words for words in rest)
    assert "模拟数据，不是真实城市的数据" in rest
    zones = rest[rest.index("功能区（无单独边界）") + 1 :]
    assert any(words.startswith("盐城经济技术开发区 ") for words in zones)


def test_who_has_not_reported_is_in_the_legend(page: Page, demo: Platform, tmp_path: Path) -> None:
    """What firms add up to is there of every area; what counties report is not."""
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/")
    offered = page.locator("select[name=show] option")
    shown = [offered.nth(at).get_attribute("value") for at in range(offered.count())]
    words = [
        picture(page, f"{demo.address}/?show={each}", tmp_path / "late.svg") for each in shown[:8]
    ]
    assert any("未报" in word for each in words for word in each)


def test_coloured_by_light_the_legend_has_words(page: Page, demo: Platform, tmp_path: Path) -> None:
    sign_in(page, demo, "leader")
    words = picture(page, f"{demo.address}/?colour=light", tmp_path / "light.svg")
    assert "按亮灯着色" in words[1]
    legend = [each for each in words if re.match(r"[●▲■◆○] .灯 · ", each)]
    assert [each[2:4] for each in legend] == ["绿灯", "黄灯", "红灯", "蓝灯", "灰灯"]
