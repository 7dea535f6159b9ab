"""The pages of sheets: who sends one, what the plan shows, and confirming it."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.sheet_files import sheet_file
from shucheng.bays.data.tests.test_actions_catalogue import listed
from shucheng.bays.data.tests.test_web_catalogue import page, signed_in
from shucheng.kernel.public import Area, StoredFile

IMPORT = "/data-elements/catalogue/import/"
HEADS = ("资源编号", "资源名称", "更新周期", "共享条件", "覆盖区域")


def send(client: Client, data: bytes, name: str = "编目.xlsx") -> str:
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def digest(html: str) -> str:
    return html.partition('name="digest" value="')[2].partition('"')[0]


@pytest.fixture
def told(cast: Cast, settings: Any) -> tuple[Cast, str, bytes]:
    """A listed resource that the sheet changes, one that is new, one that is wrong."""
    settings.REQUIRE_SECOND_FACTOR = False
    Area.objects.create(code="320900", name="盐城市", kind="city")
    one = listed(cast.holder)
    data = sheet_file(
        HEADS,
        (one.code, one.title, "每月", "", "盐城市"),
        ("", "广告登记", "每日", "按需申请", "盐城市"),
        ("", "<b>处罚</b>", "常常", "", "月球"),
        ("", "许可", "每日", "=1+1", ""),
        fields=[("广告登记", "ad_no", "文本")],
    )
    return cast, one.code, data


def test_a_department_sends_a_sheet_looks_at_its_plan_and_confirms_it(
    told: tuple[Cast, str, bytes],
):
    cast, code, data = told
    client = signed_in(cast.holder)
    there = send(client, data)
    html = client.get(there).content.decode()
    wanted = ("新增资源", "广告登记", "不在可选值中", "没有这个地区", "单元格是公式", "D 共享条件")
    for text in (*wanted, "没有写明条件", "写入 1 项资源"):
        assert text in html, text
    assert "<b>处罚</b>" not in html
    assert Resource.objects.count() == 1
    answer = client.post(there, {"digest": digest(html)}, follow=True)
    done = answer.content.decode()
    assert "表格中的资源已写入目录" in done
    assert "没有需要写入的内容" in done
    made = Resource.objects.exclude(code=code).get()
    assert (made.title, made.area, made.state) == ("广告登记", "320900", "draft")
    again = client.post(there, {"digest": digest(html)})
    assert again.status_code == 422
    assert "该表格没有需要写入的内容" in again.content.decode()
    assert Resource.objects.count() == 2


def test_a_plan_that_was_overtaken_is_shown_anew(told: tuple[Cast, str, bytes]):
    cast, _code, data = told
    client = signed_in(cast.holder)
    there = send(client, data)
    answer = client.post(there, {"digest": "another"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "计划所依据的目录" in html
    assert "写入 1 项资源" in html


def test_what_a_change_would_empty_is_said(cast: Cast):
    one = listed(cast.holder)
    client = signed_in(cast.holder)
    heads = ("资源编号", "资源名称", "采集依据")
    html = client.get(send(client, sheet_file(heads, (one.code, "新名称", "")))).content.decode()
    assert "资源名称、采集依据" in html
    assert "清空：采集依据" in html


def test_errors_leave_as_csv(told: tuple[Cast, str, bytes]):
    cast, _code, data = told
    client = signed_in(cast.holder)
    there = send(client, data)
    text = client.get(f"{there}errors.csv").content.decode("utf-8-sig")
    assert text.startswith("工作表,行,列,列名,单元格内容,原因代码,原因")
    assert "资源,2,D,共享条件,,catalogue.terms-missing," in text
    assert "资源,4,C,更新周期,常常,unknown-word,不在可选值中" in text
    assert "资源,5,D,共享条件," in text


def test_a_file_that_cannot_be_read_is_told_at_its_field(cast: Cast):
    client = signed_in(cast.holder)
    for name, data, said in (
        ("编目.csv", "名,称\n1,2\n".encode(), "前十行中没有表头：资源名称"),
        ("编目.json", b"{}", "请选择 xlsx 或 CSV 文件"),
        ("编目.exe", b"MZ", "不接受"),
    ):
        answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 422
        assert said in answer.content.decode(), said
    assert "请选择文件" in client.post(IMPORT).content.decode()
    assert not StoredFile.objects.exists()


def test_who_may_send_and_see_a_sheet(told: tuple[Cast, str, bytes]):
    cast, _code, data = told
    there = send(signed_in(cast.holder), data)
    for actor in (cast.buyer, cast.operator, cast.leader, cast.auditor):
        for path in (IMPORT, there, f"{there}errors.csv", f"{IMPORT}template.xlsx",
                     f"{IMPORT}catalogue.xlsx"):  # fmt: skip
            assert signed_in(actor).get(path).status_code == 403, path
        assert "导入表格</a>" not in page(actor)
    assert signed_in(cast.other).get(there).status_code == 404
    assert signed_in(cast.other).post(there, {"digest": ""}).status_code == 404
    for actor in (cast.reviewer, cast.bureau):
        assert signed_in(actor).get(there).status_code == 200
        assert "编目.xlsx" in page(actor, "import/")
        assert "导入表格</a>" in page(actor)


def test_the_template_and_the_catalogue_leave_in_the_form_that_is_read(
    told: tuple[Cast, str, bytes],
):
    cast, code, _data = told
    client = signed_in(cast.holder)
    for name, rows in (("template", 0), ("catalogue", 1)):
        answer = client.get(f"{IMPORT}{name}.xlsx")
        assert answer.status_code == 200
        book = load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["资源", "字段", "填写说明", "可选值"]
        first = book["资源"]
        assert first["B1"].value == "资源名称（必填）"
        assert first.max_row == 1 + rows
        if rows:
            assert (first["A2"].value, first["C2"].value) == (code, "市场监管局")
            html = client.get(send(client, answer.content)).content.decode()
            assert "没有需要写入的内容" in html
