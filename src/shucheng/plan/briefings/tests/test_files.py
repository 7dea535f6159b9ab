"""Word, PDF and Excel files: they open, carry the facts, and are the same bytes every time."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from openpyxl import load_workbook

from shucheng.plan.briefings.engine.compose import compose
from shucheng.plan.briefings.engine.docx import write_docx
from shucheng.plan.briefings.engine.packages import settled
from shucheng.plan.briefings.engine.sample import AS_OF, EDITION, sample_facts
from shucheng.plan.briefings.engine.typesetting import draw_charts, set_pdf
from shucheng.plan.briefings.engine.xlsx import write_xlsx

FONTS = [Path("/usr/share/fonts")]
DOCUMENT = compose(sample_facts(), EDITION)


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    return draw_charts(DOCUMENT, FONTS, "png")


def test_the_word_file_opens_and_says_what_the_document_says(pictures: list[bytes]) -> None:
    opened = docx.Document(io.BytesIO(write_docx(DOCUMENT, pictures, AS_OF)))
    text = "\n".join(paragraph.text for paragraph in opened.paragraphs)
    assert DOCUMENT.title in text
    assert "〔2026〕第9期" in text
    assert "截至2026年9月，行动计划指标共6项" in text
    assert len(opened.inline_shapes) == len(DOCUMENT.charts) == 3
    tables = ["|".join(cell.text for cell in table.rows[0].cells) for table in opened.tables]
    assert any(head.startswith("序号|指标（单位）|报告期|本期值") for head in tables)
    section = opened.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert [round(m.mm) for m in (section.top_margin, section.left_margin)] == [37, 28]
    assert "模拟数据" in section.header.paragraphs[0].text


def test_the_word_file_without_a_red_head_has_none(pictures: list[bytes]) -> None:
    plain = compose(sample_facts(), replace(EDITION, red_head=False))
    opened = docx.Document(io.BytesIO(write_docx(plain, pictures, AS_OF)))
    assert "数字经济发展简报" not in "".join(p.text for p in opened.paragraphs)
    assert "D7000F" not in opened.element.xml


def test_word_and_excel_files_are_the_same_bytes_whenever_they_are_written(
    pictures: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_docx(DOCUMENT, pictures, AS_OF), write_xlsx(sample_facts(), EDITION, AS_OF)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return cls(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    monkeypatch.setattr("openpyxl.packaging.core.datetime", _module_with(Later), raising=False)
    monkeypatch.setattr("openpyxl.writer.excel.datetime", _module_with(Later), raising=False)
    monkeypatch.setattr("time.time", lambda: 1_950_000_000.0)
    second = write_docx(DOCUMENT, pictures, AS_OF), write_xlsx(sample_facts(), EDITION, AS_OF)
    assert first == second


def test_the_pdf_and_the_pictures_are_the_same_bytes_every_time(pictures: list[bytes]) -> None:
    assert set_pdf(DOCUMENT, FONTS, 1_800_000_000) == set_pdf(DOCUMENT, FONTS, 1_800_000_000)
    assert draw_charts(DOCUMENT, FONTS, "png") == pictures


def test_the_pdf_says_what_the_document_says() -> None:
    pdf = pypdfium2.PdfDocument(set_pdf(DOCUMENT, FONTS, 1_800_000_000))
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    text = "".join("".join(pages).split())
    assert "截至2026年9月，行动计划指标共6项" in text
    assert "某市数字经济发展简报" in text
    assert all("模拟数据，仅供演示" in "".join(page.split()) for page in pages)
    size = pdf[0].get_size()
    assert [round(side / 72 * 25.4) for side in size] == [210, 297]


def test_every_figure_in_the_workbook_has_formula_source_and_moment() -> None:
    book = load_workbook(io.BytesIO(write_xlsx(sample_facts(), EDITION, AS_OF)))
    head, *rows = list(book["指标"].iter_rows(values_only=True))
    assert len(rows) == len(sample_facts().indicators)
    for row in rows:
        said = dict(zip(head, row, strict=True))
        assert said["公式"] == "ytd(core_revenue)"
        assert said["来源"] == "模拟"
        assert said["模拟数据"] == "是"
        assert said["记录时间"] == datetime(2026, 10, 20, 15, 0)
        assert said["数据截至"] == AS_OF.replace(tzinfo=None)
        assert said["依据"].startswith("/explain/value/")
    assert [rows[0][6], rows[3][6]] == [1890.2, None]
    assert "仅供演示" in book["说明"]["B1"].value


def test_nothing_typed_becomes_a_formula_in_a_spreadsheet() -> None:
    attacks: tuple[str, ...] = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1")
    attacks += ("＝1+1", "\u3000@x", " =1")
    named = [
        replace(sample_facts().indicators[0], code=f"c{at}", name=text)
        for at, text in enumerate(attacks)
    ]
    made = write_xlsx(replace(sample_facts(), indicators=tuple(named)), EDITION, AS_OF)
    book = load_workbook(io.BytesIO(made))
    for at, text in enumerate(attacks, 2):
        cell = book["指标"].cell(at, 3)
        assert cell.data_type == "s"
        assert cell.quotePrefix
        assert cell.value == text
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist())


def test_what_somebody_pasted_breaks_no_file() -> None:
    facts = sample_facts()
    pasted = replace(facts.indicators[2], name="产值\x0b总量\x08", leads=("市工信局\ufffe",))
    facts = replace(facts, indicators=(pasted, *facts.indicators), city="某市\x0c")
    edition = replace(
        EDITION, instructions="抓紧\x08办。", next_steps="一\x00是", issuer="办公室\x1f"
    )
    document = compose(facts, edition)
    drawn = draw_charts(document, FONTS, "png")
    text = "\n".join(
        paragraph.text
        for paragraph in docx.Document(io.BytesIO(write_docx(document, drawn, AS_OF))).paragraphs
    )
    assert "抓紧办。" in text
    assert "某市数字经济发展简报" in text
    book = load_workbook(io.BytesIO(write_xlsx(facts, edition, AS_OF)))
    assert book["指标"].cell(2, 3).value == "产值总量"
    assert set_pdf(document, FONTS, 0).startswith(b"%PDF-")


def test_text_that_looks_like_an_escape_stays_what_it_is() -> None:
    named = replace(sample_facts().indicators[0], name="_x0041_")
    made = write_xlsx(replace(sample_facts(), indicators=(named,)), EDITION, AS_OF)
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert any(b"_x005F_x0041_" in package.read(name) for name in package.namelist())


def test_a_package_is_settled_once_and_for_all() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    once = settled(write_xlsx(sample_facts(), EDITION, AS_OF), moment)
    assert settled(once, moment) == once
    with zipfile.ZipFile(io.BytesIO(once)) as package:
        assert b"2026-01-02T03:04:05Z" in package.read("docProps/core.xml")
        assert package.namelist()[0] == "[Content_Types].xml"


def _module_with(now: type) -> Any:
    return type("Module", (), {"datetime": now, "UTC": UTC, "timezone": UTC})
