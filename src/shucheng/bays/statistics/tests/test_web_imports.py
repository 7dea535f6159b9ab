"""A file is looked at before it counts: what would change, what it leaves unsaid, what is odd."""

import re
from html import unescape
from io import BytesIO

import pytest
from django.apps import apps
from django.urls import reverse
from openpyxl import load_workbook

from shucheng.bays.statistics.actions.importing import KINDS, receive_file, take_import
from shucheng.bays.statistics.engine.imports.fields import fields
from shucheng.bays.statistics.engine.imports.template import headings as template_of
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.tests.city import OFFICE
from shucheng.bays.statistics.tests.firm_files import (
    HEAD,
    imported,
    read,
    received,
    register,
    valid,
)
from shucheng.bays.statistics.tests.test_web_firms import Browser, browser, text
from shucheng.kernel.public import run_pending_jobs

__all__ = ["browser"]

pytestmark = pytest.mark.django_db

Job = apps.get_model("jobs", "Job")
KNOWN = [f"{valid(n)},企业{n}有限公司,3982,东区,大型,是," for n in range(12)]


def page_of(batch: Batch, browser: Browser) -> str:
    return text(browser("office").get(reverse("statistics:batch", args=[batch.pk])))


def test_firms_that_would_move_are_shown_before_anything_counts(browser: Browser) -> None:
    """A shifted column moves every firm: one sees it, with the first ones, and leaves it."""
    imported(register(*KNOWN))
    moved = [line.replace("东区", "西区") for line in KNOWN]
    moved[0] = moved[0].replace("企业0有限公司", "改名有限公司").replace("3982", "6513")
    page = page_of(read(register(*moved)), browser)
    assert "所在地区变动 · 12家企业" in page
    assert "更名 · 1家企业" in page
    assert "行业变动 · 1家企业" in page
    assert "超过已知企业的十分之一" in page
    assert "<td>企业0有限公司</td>" in page
    assert "<td>东区</td>" in page
    assert "<td>西区</td>" in page
    assert Firm.objects.filter(name="改名有限公司").count() == 0


def test_a_register_without_designated_size_leaves_known_firms_as_they_are(
    browser: Browser,
) -> None:
    imported(register(*KNOWN))
    lines = [HEAD, *KNOWN, f"{valid(20)},新设有限公司,3982,东区,小型,是,"]
    without = "\n".join(",".join(line.split(",")[:5]) for line in lines).encode()
    batch = read(without)
    page = page_of(batch, browser)
    assert "规上规下：12 户已知企业维持原状" in page
    assert "规上规下：1 户新企业按“规模以下”入库" in page
    imported(without)
    assert Firm.objects.filter(designated=True).count() == 12
    assert not Firm.objects.get(credit_code=valid(20)).designated


def test_negative_revenue_and_unknown_firms_are_warned_of_and_listed(browser: Browser) -> None:
    imported(register(*KNOWN[:2]))
    returns = (
        f"统一社会信用代码,报告期,营业收入(万元)\n{valid(0)},2026-02,-7\n{valid(30)},2026-02,5"
    )
    batch = read(returns.encode(), "returns", "")
    assert (batch.good, batch.bad) == (2, 0)
    page = page_of(batch, browser)
    assert "看似异常、照常入库" in page
    assert "小于0" in page
    assert "不在名录" in page
    assert f"第3行 {valid(30)}" in page
    address = reverse("statistics:batch_errors", args=[batch.pk])
    assert "照常入库，请核对" in text(browser("office").get(address))


def test_missing_columns_are_named_with_the_headings_that_are_understood(
    browser: Browser,
) -> None:
    data = f"代码,单位\n{valid(1)},甲有限公司".encode()
    batch = received(data, month="")
    batch.refresh_from_db()
    page = page_of(batch, browser)
    assert "以下内容必须有，尚未选定对应的列" in page
    for heading in ("行业小类代码", "所属区县", "企业规模", "入库月份"):
        assert heading in page
    office = browser("office")
    address = reverse("statistics:batch_confirm", args=[batch.pk])
    sent = {
        "revision": batch.revision,
        "month": "2026-01",
        "heading": ["代码", "单位"],
        "field": ["firm", "name"],
        "factor": ["1", "1"],
    }
    answer = office.post(address, sent)
    assert answer.status_code == 422
    assert "行业小类代码" in text(answer)
    assert "入库月份" not in text(answer), "the month was written beside the file"


def test_the_address_of_a_form_leads_to_its_page(browser: Browser) -> None:
    """As after signing in again: the form is not sent, its page is shown."""
    batch = received()
    office = browser("office")
    page = reverse("statistics:batch", args=[batch.pk])
    for name in ("confirm", "take", "drop"):
        answer = office.get(reverse(f"statistics:batch_{name}", args=[batch.pk]))
        assert (answer.status_code, answer["Location"]) == (302, page)


@pytest.mark.parametrize("kind", [each.value for each in KINDS])
def test_a_template_has_every_column_and_is_read_without_a_question(
    browser: Browser, kind: str
) -> None:
    answer = browser("office").get(reverse("statistics:batch_template", args=[kind]))
    sheet = load_workbook(BytesIO(answer.content))["Sheet"]
    assert sheet.max_column == len(fields(kind))
    assert sheet.column_dimensions["A"].number_format == "@"
    sheet.append(["x"] * sheet.max_column)
    filled = BytesIO()
    sheet.parent.save(filled)
    batch = receive_file(kind, "firms.xlsx", filled.getvalue(), month="2026-01", actor=OFFICE)
    batch.refresh_from_db()
    assert [each["field"] for each in batch.report["columns"]] == list(fields(kind))
    assert (
        browser("county").get(reverse("statistics:batch_template", args=[kind])).status_code == 403
    )
    assert browser("office").get("/statistics/batches/columns/else.xlsx").status_code == 404


def test_the_page_of_imports_lists_the_columns_and_which_of_them_are_needed(
    browser: Browser,
) -> None:
    page = browser("office").get(reverse("statistics:batches"))
    told = {kind: columns for kind, _label, columns in page.context["columns"]}
    assert {str(each.name) for each in told["register"] if each.needed} == {
        "统一社会信用代码", "企业名称", "行业代码（GB/T 4754）", "区域", "规模"
    }  # fmt: skip
    assert all(
        each.written
        for columns in told.values()
        for each in columns
        if each.headings and each.needed
    )
    assert "单位详细名称" in text(page)


def test_what_was_taken_over_says_how_it_is_corrected(browser: Browser) -> None:
    assert "以后导入的批次为准" in page_of(imported(register(*KNOWN[:1])), browser)


def test_a_register_whose_month_is_told_beside_it_is_taken_over(browser: Browser) -> None:
    imported(register(*KNOWN[:2]))
    headings = template_of("register")
    cells = {"统一社会信用代码": valid(0), "单位详细名称": "改名有限公司", "行业代码": "3982",
             "行政区划代码": "东区", "企业规模": "大型"}  # fmt: skip
    line = ",".join(cells.get(each, "") for each in headings)
    batch = read(f"{','.join(headings)}\n{line}\n".encode(), month="2026-11")
    assert "更名 · 1家企业" in page_of(batch, browser)
    take_import(batch.pk, batch.revision, actor=OFFICE)
    run_pending_jobs()
    assert Firm.objects.get(credit_code=valid(0)).name == "改名有限公司"


def test_a_batch_that_was_given_up_says_so(browser: Browser) -> None:
    batch = read(register(*KNOWN[:1]))
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.WRITING)
    key = f"statistics.write:{batch.pk}"
    job = Job.objects.create(name="statistics.write", unique_key=key, state=Job.State.RUNNING)
    batch.refresh_from_db()
    assert "正在入库" in page_of(batch, browser)
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
    page = page_of(batch, browser)
    assert "平台已停止处理此文件" in page
    assert f"重新执行任务 {job.pk}" in page
    assert "正在入库" not in page


def test_a_long_list_is_paged_with_what_was_asked(browser: Browser) -> None:
    imported(register(*(f"{valid(n)},企业{n}有限公司,3982,东区,大型,是," for n in range(120))))
    page = browser("office").get(reverse("statistics:firms"), {"q": "企业"}).content.decode()
    following = re.search(r'rel="next"\s+href="([^"]+)"', page)
    assert following
    address = reverse("statistics:firms") + unescape(following[1])
    second = browser("office").get(address)
    assert second.context["page"].asked.page == 2
    assert "q=" in address
