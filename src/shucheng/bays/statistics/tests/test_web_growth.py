"""Growth, the plan's industries and the first page as people see them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from shucheng.bays.statistics.bay import BAY
from shucheng.bays.statistics.tests.accounts_city import Browser, browser, firms, out, page, text
from shucheng.bays.statistics.tests.city import OFFICE
from shucheng.kernel.public import import_metrics
from shucheng.plan.public import Asked

__all__ = ["browser", "firms", "out"]

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("out")
def test_growth_is_told_part_by_part(browser: Browser) -> None:
    whole = page(browser("office"), "growth").context["page"].whole  # type: ignore[attr-defined]
    assert whole.before + sum(whole.parts) == whole.now
    assert whole.nominal == Decimal("37.0")  # 24.1117 against 17.6 亿元
    assert whole.comparable == Decimal("59.7")  # the same firms: against 15.1
    assert "西区" in text(page(browser("office"), "growth"))
    assert page(browser("office"), "growth", view="industries").status_code == 200

    told = page(browser("leader"), "growth", view="class").context["page"]  # type: ignore[attr-defined]
    assert not told.bars
    assert not any(line.parts for line in told.lines)
    assert told.whole.nominal == Decimal("37.0")
    # One firm went: beside both totals the rate would tell what it had.
    assert told.whole.comparable is None


@pytest.mark.usefixtures("firms")
def test_an_industry_stands_beside_what_the_plan_asks_of_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    [figure] = [each for each in BAY.metrics if each.code == "statistics.industry_software"]
    import_metrics([replace(figure, code="software", figure=figure.code)], actor=OFFICE)
    asked = Asked(7, "不低于 10 亿元", Decimal(100_000), "万元", 2027)
    monkeypatch.setattr(
        "shucheng.bays.statistics.queries.plan_industries.targets_of_metrics",
        lambda metrics: {"software": asked} if "software" in metrics else {},
    )
    shown = page(browser("office"), "industries")
    lines = {line.code: line for line in shown.context["page"].lines}  # type: ignore[attr-defined]
    software = lines["software"]
    assert software.attained == software.revenue * 10
    assert '<a href="/explain/target/7/">不低于 10 亿元</a>' in shown.content.decode()
    assert lines["robots"].asked is None


@pytest.mark.usefixtures("out")
def test_industries_and_what_they_share(browser: Browser) -> None:
    found = page(browser("office"), "industries").context["page"]  # type: ignore[attr-defined]
    software = next(line for line in found.lines if line.code == "software")
    assert (software.revenue, software.firms) == (Decimal("4.5117"), 5)
    at = [line.code for line in found.lines].index("robots")
    shared = next(
        cells for line, (_name, cells) in zip(found.lines, found.matrix, strict=True)
        if line.code == "software"
    )[at]  # fmt: skip
    assert (shared.firms, shared.revenue) == (2, Decimal("1.8"))

    told = page(browser("leader"), "industries").context["page"]  # type: ignore[attr-defined]
    robots = told.lines[at]
    assert robots.withheld
    assert robots.revenue is None
    assert robots.comparable is None
    assert all(cell.revenue is None for _name, cells in told.matrix for cell in cells)
    assert told.matrix[at][1][at].few


@pytest.mark.usefixtures("out")
def test_the_first_page_says_what_is_known_and_what_is_late(browser: Browser) -> None:
    response = page(browser("leader"), "home")
    found = response.context["found"]  # type: ignore[attr-defined]
    assert round(found.headlines[0].value, 2) == Decimal("24.11")
    assert found.late == (("西区", 1),)
    assert found.comparable is None, "one firm alone went"
    assert "2026年1—9月" in text(response)
