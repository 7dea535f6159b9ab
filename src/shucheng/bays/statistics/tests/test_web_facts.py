"""Facts of firms as a file: wrong rows named, the later batch counts, and a firm whose facts are
there meets the rung they were missing for."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from shucheng.bays.statistics.engine.imports.fields import fields
from shucheng.bays.statistics.engine.ladder.definition import shipped
from shucheng.bays.statistics.engine.ladder.facts import known_facts
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.definitions import ladder_in_force
from shucheng.bays.statistics.queries.firm_rung import firm_rung
from shucheng.bays.statistics.queries.import_words import ERRORS, field_words
from shucheng.bays.statistics.queries.ladder import ladder_page
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.tests.city import EAST, OFFICE, areas, taken_over
from shucheng.bays.statistics.tests.firm_files import imported, read, valid
from shucheng.bays.statistics.tests.test_web_firms import Browser, browser

__all__ = ["browser"]

pytestmark = pytest.mark.django_db

HEAD = "企业名称,统一社会信用代码,指标,数值,截止日期"
DAY = f"{timezone.localdate().year - 1}-12-31"
TOLD = (
    f"甲,{valid(1)},核心知识产权件数,12,{DAY}",
    f"甲,{valid(1)},国家重点支持领域,是,{DAY}",
    f"甲,{valid(1)},高新技术产品（服务）收入占比,75.5%,{DAY}",
    f"甲,{valid(1)},high_tech_score,80.5,{timezone.localdate().year - 1}年12月31日",
    f"甲,{valid(1)},重大事故次数,0,{DAY}",
)
WRONG = (
    f"丙,{valid(3)},自主品牌,是,{DAY}",
    f"甲,{valid(1)},员工幸福指数,3,{DAY}",
    f"甲,{valid(1)},资产负债率,三成,{DAY}",
    f"甲,{valid(1)},主营业务收入占比,65,{DAY}",
    f"甲,{valid(1)},Ⅰ类知识产权件数,1.5,{DAY}",
    f"甲,{valid(1)},创新能力评价得分,70.00001,{DAY}",
    f"甲,{valid(1)},自主品牌,是,",
    f"甲,{valid(1)},专利数,9,{DAY}",
)


def table(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows]).encode()


def facts() -> dict[str, Decimal]:
    rows = ask(lambda m: m.connection.sql("SELECT item, value FROM facts").fetchall())
    return dict(rows)


@pytest.fixture
def firms() -> None:
    areas()
    imported()


@pytest.mark.usefixtures("firms")
def test_a_file_of_facts_is_read_by_its_headings_and_taken_over() -> None:
    batch = imported(table(*TOLD), "facts", "")
    assert (batch.state, batch.good, batch.bad) == (Batch.State.APPLIED, 5, 0)
    assert [each["field"] for each in batch.report["columns"]] == [
        "", "firm", "item", "value", "since",
    ]  # fmt: skip
    assert facts() == {
        "intellectual_property": 12,
        "supported_field": 1,
        "high_tech_product_share": Decimal("0.755"),
        "high_tech_score": Decimal("80.5"),
        "incidents": 0,
    }


@pytest.mark.usefixtures("firms")
def test_wrong_rows_are_named_and_left_out() -> None:
    batch = read(table(*TOLD, *WRONG), "facts", "")
    assert (batch.good, batch.bad) == (5, 8)
    told = [(each["row"], each["field"], each["code"]) for each in batch.report["errors"]]
    assert told == [
        (7, "firm", "firm-unknown"),
        (8, "item", "measure-invalid"),
        (9, "value", "fact-invalid"),
        (10, "value", "value-outside"),
        (11, "value", "value-outside"),
        (12, "firm", "row-repeated"),
        (12, "value", "fact-invalid"),
        (13, "since", "missing"),
        (14, "firm", "row-repeated"),
    ]
    assert {code for _row, _field, code in told} <= ERRORS.keys()


@pytest.mark.usefixtures("firms")
def test_of_one_day_the_later_batch_counts_and_says_what_it_changes() -> None:
    imported(table(*TOLD), "facts", "")
    later = table(TOLD[0].replace(",12,", ",15,"), TOLD[1])
    again = read(later, "facts", "")
    assert again.report["changes"] == {"new": 0, "changed": 1, "unchanged": 1}
    assert facts()["intellectual_property"] == 12
    imported(later, "facts", "")
    assert facts()["intellectual_property"] == 15


def test_a_firm_meets_the_rung_once_its_facts_are_there(browser: Browser, tmp_path: Path) -> None:
    today = timezone.localdate()
    row = {"firm": valid(1), "name": "甲公司", "industry": "3982", "area": EAST, "size": "small",
           "designated": True, "since": 202401, "established": date(2015, 3, 2)}  # fmt: skip
    taken_over(tmp_path, "register", [row])
    figures = {"revenue": 60_000, "rd_expense": 3_600, "employees": 100, "rd_staff": 20}
    period = (today.year - 1) * 100 + 12
    taken_over(tmp_path, "returns", [{"firm": valid(1), "period": period, **figures}])

    def state() -> str:
        found = ladder_page({"rung": "high_tech"}, actor=OFFICE)
        assert found
        (whole,) = (each.whole for each in found.lines if each.rung.code == "high_tech")
        assert whole
        near = ("met", "open", "one_short", "one_open")
        (name,) = (each for each in near if getattr(whole, each))
        return name

    assert state() == "open"
    imported(table(*TOLD[:3], TOLD[3].replace("80.5", "70"), TOLD[4]), "facts", "")
    assert state() == "one_short"
    with override("zh-hans"):
        rung = firm_rung(valid(1), "high_tech")
        assert rung
        checks = {each.name: each for each in rung.criteria}
        (score,) = checks["创新能力评价达到要求(70分以上)"].checks
        (field,) = checks["主要产品(服务)的核心技术属于国家重点支持的高新技术领域"].checks
    assert (score.measure, score.had) == ("创新能力评价得分", "70")
    assert (score.asked, score.lacking, score.met) == ("高于70", "刚到界限", False)
    assert (field.had, field.asked, field.met) == ("是", "是", True)
    # A later day counts, of one still to come nothing does.
    imported(table(TOLD[3].replace(f"{today.year - 1}年12月31日", today.isoformat())), "facts", "")
    imported(table(TOLD[3].replace(f"{today.year - 1}年12月31日", f"{today.year + 1}-01-01")
                   .replace("80.5", "10")), "facts", "")  # fmt: skip
    assert state() == "met"
    rung = firm_rung(valid(1), "high_tech")
    assert rung
    assert (len(rung.met), rung.unmet, rung.unknown) == (8, (), ())
    page = browser("office").get(reverse("statistics:firm", args=[valid(1)]) + "?rung=high_tech")
    assert "80.5" in page.content.decode()


def test_a_fact_that_has_run_out_is_unknown_and_the_last_one_is_told(browser: Browser) -> None:
    imported()
    old = timezone.localdate().year - 3
    rows = [row.replace(DAY, f"{old}-12-31") for row in (TOLD[0], TOLD[2])]
    imported(table(*rows), "facts", "")
    with override("zh-hans"):
        rung = firm_rung(valid(1), "high_tech")
        assert rung
        checks = {each.name: each for each in rung.criteria}
    (share,) = checks["高新技术产品(服务)收入占同期总收入不低于60%"].checks
    assert (share.met, share.had, share.last) == (None, "", f"未知，最近一次{old}年：75.5%")
    # Rights are owned until something else is told.
    (rights,) = checks["拥有对主要产品(服务)起核心支持作用的知识产权"].checks
    assert (rights.met, rights.had, rights.last) == (True, "12", "")
    page = browser("office").get(reverse("statistics:firm", args=[valid(1)]), {"rung": "high_tech"})
    assert f"{old}年：75.5%" in page.content.decode()


def test_the_page_of_a_batch_names_the_measures_with_unit_and_range(browser: Browser) -> None:
    imported()
    office = browser("office")
    assert 'value="facts"' in office.get(reverse("statistics:batches")).content.decode()
    batch = read(table(*TOLD), "facts", "")
    shown = office.get(reverse("statistics:batch", args=[batch.pk])).content.decode()
    assert all(each.name in shown or each.name_en in shown for each in known_facts().values())
    with override("zh-hans"):
        assert str(field_words("facts")["item"]) == "指标"


@pytest.mark.usefixtures("firms")
def test_every_fact_the_ladder_asks_for_can_be_told_by_any_of_its_names() -> None:
    assert set(shipped().facts()) == set(ladder_in_force().facts()) == known_facts().keys()
    assert fields("facts").keys() <= field_words("facts").keys()
    for at, name in enumerate(["code", "name", "name_en"]):
        rows = [f"甲,{valid(1)},{getattr(each, name)},1,2025-12-{at + 1:02}"
                for each in known_facts().values()]  # fmt: skip
        batch = read(table(*rows), "facts", "")
        assert (batch.good, batch.bad) == (len(rows), 0)
