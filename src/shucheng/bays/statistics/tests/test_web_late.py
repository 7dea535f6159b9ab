"""The firms that have not reported a month, for those who see single firms."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shucheng.bays.statistics.actions.imputing import choose_imputation
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.accounts import account_page
from shucheng.bays.statistics.queries.imputing import imputation_page
from shucheng.bays.statistics.queries.late import EVERY, LatePage, late_page
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST, code, taken_over
from shucheng.bays.statistics.tests.firms_of_two import Browser, people
from shucheng.bays.statistics.tests.test_web_downloads import table

pytestmark = pytest.mark.django_db

PERIOD = 202609
PAGE = "/statistics/late/"
COAL = "0610"
# Of the core in both districts, outside the core, and below designated size.
FIRMS = [
    *({"area": EAST, "industry": "3982"} for _at in range(6)),
    *({"area": WEST, "industry": "6513"} for _at in range(6)),
    {"area": WEST, "industry": COAL},
    {"area": EAST, "industry": "3982", "designated": False},
]
NEVER = 4
LATE = {NEVER, 5, 10, 11, 12}


@pytest.fixture
def browser(settings: Any, tmp_path: Path) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False
    found = people()
    register = [
        {"firm": code(at), "name": f"企业{at}", "since": 202401, **firm}
        for at, firm in enumerate(FIRMS)
    ]
    taken_over(tmp_path, "register", register)
    told = [
        {"firm": code(at), "period": period, "revenue": 10_000 * (at + 1)}
        for period in (202508, 202509, 202608, PERIOD)
        for at in range(len(FIRMS))
        if at != NEVER and not (period == PERIOD and (at in LATE or at == 13))
    ]
    taken_over(tmp_path, "returns", told)
    return found


def late(**asked: str) -> LatePage:
    page = late_page({"period": str(PERIOD)} | asked, actor=OFFICE)
    assert page
    return page


def names(page: LatePage) -> list[str]:
    return [each.name for each in page.firms]


@pytest.mark.usefixtures("browser")
def test_they_are_those_that_the_accounts_count_as_late() -> None:
    page = late()
    assert names(page) == ["企业11", "企业10", "企业5", "企业4"], "the greatest first"
    accounts = account_page({"period": str(PERIOD)}, actor=OFFICE).table
    assert accounts
    assert accounts.late == len(page.firms)
    greatest, never = page.firms[0], page.firms[-1]
    assert (greatest.last, greatest.revenue) == (202608, Decimal(12_000))
    assert (never.last, never.revenue) == (None, None)
    assert names(late(**{"class": EVERY}))[0] == "企业12", "outside the core as well"


@pytest.mark.usefixtures("browser")
def test_the_recently_silent_are_those_that_may_be_imputed() -> None:
    page = late(**{"class": EVERY, "silent": "recent"})
    assert set(names(page)) == {f"企业{at}" for at in LATE - {NEVER}}
    months = {each.period: each.late for each in imputation_page(PERIOD, actor=OFFICE).months}
    assert months[PERIOD] == len(page.firms)
    assert page.imputed == 0
    choose_imputation(PERIOD, ["last"], number=0, reason="未报", actor=OFFICE)
    assert late().imputed == 3, "who never reported is not imputed"
    assert len(late().firms) == 4, "imputed, they are late still"


@pytest.mark.usefixtures("browser")
def test_it_is_narrowed_to_an_area_and_a_class() -> None:
    assert names(late(area=EAST)) == ["企业5", "企业4"]
    assert names(late(**{"class": "01"})) == ["企业5", "企业4"]
    assert names(late(**{"class": "no such"})) == names(late())
    assert {(area, count) for area, _name, count in late().areas} == {(EAST, 2), (WEST, 2)}
    assert names(late(period="202608", **{"class": EVERY})) == ["企业4"]


def test_a_county_sees_its_own_alone_and_others_nothing(browser: Browser) -> None:
    page = browser("county").get(PAGE, {"period": PERIOD}).content.decode()
    assert "企业11" in page
    assert "企业5" not in page
    assert "东区" not in page
    assert browser("leader").get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_files_hold_the_same_firms(browser: Browser) -> None:
    def rows(name: str, form: str = "csv") -> bytes:
        address = reverse("statistics:table_download", args=["late", form])
        return browser(name).get(address, {"period": PERIOD}).content

    own = table(rows("county"))
    assert [row["企业名称"] for row in own] == ["企业11", "企业10"]
    assert own[0]["最近报送月份"] == "202608"
    assert rows("office", "xlsx").startswith(b"PK")
    assert "企业名称" not in rows("leader").decode()


def test_whoever_reports_leaves_the_list(browser: Browser, tmp_path: Path) -> None:
    office = browser("office")
    link = f'href="{PAGE}?period={PERIOD}&amp;class=all&amp;silent=recent"'
    assert link in office.get(reverse("statistics:imputation")).content.decode()
    told = [{"firm": code(at), "period": PERIOD, "revenue": 1} for at in LATE]
    taken_over(tmp_path, "returns", told)
    assert "所选范围内没有未报企业" in office.get(PAGE, {"period": PERIOD}).content.decode()
    assert "没有未报企业" in office.get(PAGE, {"class": EVERY}).content.decode()


def test_returns_that_wait_to_be_taken_over_stand_beside_the_late(browser: Browser) -> None:
    sent = {"kind": Batch.Kind.RETURNS, "state": Batch.State.STAGED, "by": "office"}
    assert "尚未入库" not in browser("office").get(PAGE).content.decode()
    Batch.objects.create(**sent)
    Batch.objects.create(**sent)
    page = browser("office").get(PAGE, {"period": PERIOD}).content.decode()
    assert "有 2 个填报批次尚未入库" in page
    assert reverse("statistics:batches") in page


def test_before_any_return_it_says_what_will_be_here(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    page = people()("office").get(PAGE)
    assert page.status_code == 200
    assert "导入月度报表后" in page.content.decode()
