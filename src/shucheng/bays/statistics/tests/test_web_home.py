"""The front page: figures, what waits for whom, and every page an actor may see."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from shucheng.bays.statistics.actions.coefficients import propose_coefficient
from shucheng.bays.statistics.actions.prospects import list_prospect
from shucheng.bays.statistics.models import Firm
from shucheng.bays.statistics.queries.late import EVERY, late_page
from shucheng.bays.statistics.queries.prospects import prospects_page
from shucheng.bays.statistics.tests.city import EAST, OFFICE, code, taken_over
from shucheng.bays.statistics.tests.firm_files import received
from shucheng.bays.statistics.tests.test_web_firms import Browser, browser
from shucheng.kernel.public import Observation, Organisation, run_pending_jobs

__all__ = ["browser"]

pytestmark = pytest.mark.django_db
HOME = reverse("statistics:home")
PAGES = {
    "office": ("prospects", "firms", "batches", "coefficients", "duplicates"),
    "second": ("firms", "coefficients", "duplicates"),
    "county": ("prospects", "firms"),
    "leader": (),
}
OPEN = ("accounts", "growth", "industries", "indexes", "ladder", "publications")


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> Browser:
    row = {"firm": code(1), "name": "甲", "industry": "6513", "area": EAST, "size": "small"}
    taken_over(tmp_path, "register", [row | {"designated": True, "since": 202401}])
    taken_over(tmp_path, "returns", [{"firm": code(1), "period": 202606, "revenue": 30_000}])
    return browser


@pytest.mark.parametrize("name", PAGES)
def test_every_page_that_is_open_is_one_click_away(browser: Browser, name: str) -> None:
    shown = {way.address for way in browser(name).get(HOME).context["ways"]}
    assert shown == {reverse(f"statistics:{page}") for page in (*OPEN, *PAGES[name])}
    assert all(browser(name).get(address).status_code == 200 for address in shown)


def test_firms_that_no_register_names_are_counted_until_one_does(
    firms: Browser, tmp_path: Path
) -> None:
    row = {"firm": code(9), "period": 202606, "revenue": 70_000}
    batch = taken_over(tmp_path, "returns", [row, row | {"firm": code(1)}])

    def told() -> tuple[int, int]:
        page = firms("office").get(reverse("statistics:batch", args=[batch.pk]))
        api = firms("office").get(f"/api/v1/statistics/batches/{batch.pk}").json()
        assert api["unregistered"] == page.context["unregistered"]
        found = firms("office").get(HOME).context["waiting"]
        waiting = [each.number for each in found if each.page == "statistics:batches"]
        return page.context["unregistered"], sum(waiting)

    assert told() == (1, 1)
    named = {"firm": code(9), "name": "丙", "industry": "6513", "area": EAST, "since": 202401}
    taken_over(tmp_path, "register", [named])
    assert told() == (0, 0)


def test_what_waits_is_counted_for_who_may_do_it(firms: Browser) -> None:
    received()
    firm = Firm.objects.get()
    propose_coefficient(firm.credit_code, "040703", "0.4", since=202601, reason="试", actor=OFFICE)
    industry = next(iter(prospects_page({}, actor=OFFICE).industries))
    owner = Organisation.objects.get(code="east")
    late = timezone.localdate() - timedelta(days=3)
    list_prospect("乙公司", industry, owner=owner.pk, due=late, on=late, actor=OFFICE)

    def open_work(name: str) -> dict[str, int]:
        found = firms(name).get(HOME).context["waiting"]
        return {each.page.split(":")[1]: each.number for each in found}

    assert open_work("office") == {
        "batches": 1,
        "coefficients": 1,
        "prospects": 1,
        "publications": 1,
    }
    assert open_work("second") == {"coefficients": 1}
    assert open_work("county") == {"prospects": 1}
    assert open_work("leader") == {}
    page = firms("county").get(HOME).content.decode()
    assert reverse("statistics:prospects") + "?late=1" in page


def test_figures_are_measured_anew_by_who_imports(firms: Browser) -> None:
    address = reverse("statistics:measure")
    assert firms("leader").post(address).status_code == 403
    assert firms("office").post(address).status_code == 302
    run_pending_jobs()
    told = Observation.objects.filter(metric_version__metric__code="statistics.core_firms")
    assert {each.value for each in told.filter(area__code=EAST)} == {1}


def test_the_figures_of_the_register_and_of_returns_explain_each_other(
    firms: Browser, tmp_path: Path
) -> None:
    """Whoever counts firms by hand, on the list of firms and among the late, finds the same."""
    row = {"industry": "6513", "area": EAST, "size": "small", "since": 202401}
    rows: list[dict[str, object]] = [
        row | {"firm": code(2), "name": "乙", "designated": True},
        row | {"firm": code(3), "name": "丙", "designated": True, "industry": "0610"},
        row | {"firm": code(4), "name": "丁", "designated": False},
        row | {"firm": code(5), "name": "戊", "designated": True, "is_open": False},
    ]
    taken_over(tmp_path, "register", rows)
    taken_over(tmp_path, "returns", [{"firm": code(4), "period": 202606, "revenue": 10}])
    found = firms("office").get(HOME).context["found"]
    assert (found.firms, found.ended, found.firms + found.ended) == (4, 1, Firm.objects.count())
    assert (found.due, found.reported, found.others, found.late_firms) == (3, 1, 1, 1)
    late = late_page({"class": EVERY}, actor=OFFICE)
    assert late
    assert len(late.firms) == found.due - found.reported


def test_a_month_that_few_have_reported_does_not_lead_the_page(
    firms: Browser, tmp_path: Path
) -> None:
    """Nor is it shown as the year's end: what has come in is counted beside."""
    row = {"industry": "6513", "area": EAST, "since": 202401, "designated": True}
    more = [row | {"firm": code(number), "name": f"企业{number}"} for number in range(2, 6)]
    taken_over(tmp_path, "register", more)
    told = [{"firm": code(n), "period": 202606, "revenue": 30_000} for n in range(2, 6)]
    may = [each | {"period": 202605, "revenue": 20_000} for each in told]
    july = {"firm": code(1), "period": 202607, "revenue": 35_000}
    taken_over(tmp_path, "returns", [*may, *told, july])
    page = firms("office").get(HOME)
    found = page.context["found"]
    assert (found.newest, found.told, found.waits) == (202607, 202606, True)
    assert (found.due, found.reported) == (5, 1)
    assert {each.period for each in found.headlines} == {202606}
    assert found.months[-1].period == "2026-06"
    assert "已报企业过少" in page.content.decode()
    taken_over(tmp_path, "returns", [each | {"period": 202607} for each in told])
    assert firms("office").get(HOME).context["found"].told == 202607


def test_what_firms_told_as_estimated_covers_a_month(firms: Browser, tmp_path: Path) -> None:
    row = {"firm": code(1), "period": 202607, "revenue": 40_000, "status": "estimated"}
    taken_over(tmp_path, "returns", [row])
    found = firms("office").get(HOME).context["found"]
    assert (found.newest, found.told, found.waits) == (202607, 202607, False)
