"""PDF: paragraphs from lines, tables from their rules, pages without their furniture."""

import io
from collections.abc import Callable

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from tests.plan.compiler.readers.renderings import PLAN, SONG, as_pdf, text_of

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.readers.read import read_bytes


def drawn(*pages: Callable[[Canvas], None], size: tuple[float, float] = A4) -> Document:
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=size)
    for page in pages:
        canvas.setFont(SONG, 16)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return read_bytes(stream.getvalue(), "plan.pdf")


def written(*lines: str, left: float = 80, top: float = 700) -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        for number, line in enumerate(lines):
            canvas.drawString(left, top - 28 * number, line)

    return page


FULL = "到二〇二七年全市数字经济核心产业增加值突破九百亿元规上企"


def test_lines_become_paragraphs_across_pages() -> None:
    first = written("　　目标如下。", f"　　{FULL[:-2]}", FULL)
    second = written("业达到八百家。", "　　另起一段。")
    assert drawn(first, second).text.splitlines() == [
        "目标如下。",
        f"{FULL[:-2]}{FULL}业达到八百家。",
        "另起一段。",
    ]


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    text = read_bytes(as_pdf(repeat=3), "plan.pdf").text
    assert "临溪市人民政府文件" not in text
    assert not [line for line in text.splitlines() if line.strip("— ").isdecimal()]
    assert text.count(text_of(str(PLAN[1]))) == 3


def table(canvas: Canvas, rows: list[list[str]], top: float) -> None:
    """Columns of 120 points; `^` leaves out the line above the cell."""
    bottom = top - 30 * len(rows)
    for column in range(len(rows[0]) + 1):
        canvas.line(80 + 120 * column, top, 80 + 120 * column, bottom)
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            left, above = 80 + 120 * column, top - 30 * number
            if text != "^":
                canvas.line(left, above, left + 120, above)
                canvas.drawString(left + 6, above - 21, text)
    canvas.line(80, bottom, 80 + 120 * len(rows[0]), bottom)


def cells(document: Document) -> list[list[tuple[str, bool]]]:
    return [
        [(document.slice(cell.span), cell.covered) for cell in row]
        for block in document.blocks
        for row in block.rows
    ]


HEAD = ["序号", "类别", "指标"]


def test_a_table_goes_on_over_the_page_with_its_merged_cells() -> None:
    document = drawn(
        lambda canvas: table(canvas, [HEAD, ["1", "产业", "营收"], ["2", "^", "产值"]], 200),
        lambda canvas: table(canvas, [HEAD, ["3", "", "利润"], ["4", "数据", "集"]], 760),
    )
    assert [block.kind for block in document.blocks] == ["table"]
    assert cells(document) == [
        [("序号", False), ("类别", False), ("指标", False)],
        [("1", False), ("产业", False), ("营收", False)],
        [("2", False), ("产业", True), ("产值", False)],
        [("3", False), ("产业", True), ("利润", False)],
        [("4", False), ("数据", False), ("集", False)],
    ]


def test_a_row_torn_by_the_page_is_made_whole() -> None:
    document = drawn(
        lambda canvas: table(canvas, [HEAD, ["1", "产业", "营业收"]], 200),
        lambda canvas: table(canvas, [["", "", "入"], ["2", "数据", "数据集"]], 760),
    )
    assert [[text for text, _ in row] for row in cells(document)] == [
        HEAD,
        ["1", "产业", "营业收入"],
        ["2", "数据", "数据集"],
    ]


def test_a_page_turned_on_its_side_is_read_upright() -> None:
    stream = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    canvas = Canvas(stream, pagesize=A4)
    for turn in (90, 180, 270):
        canvas.setPageRotation(turn)
        canvas.setFont(SONG, 16)
        canvas.translate(*{90: (A4[0], 0), 180: A4, 270: (0, A4[1])}[turn])
        canvas.rotate(turn)
        canvas.drawString(80, 300, f"转{turn}度的附件表格，内容照常读取。")
        table(canvas, [HEAD, ["1", "产业", "营收"]], 250)
        canvas.showPage()
    canvas.save()
    document = read_bytes(stream.getvalue(), "plan.pdf")
    assert [document.slice(block.span) for block in document.blocks][::2] == [
        f"转{turn}度的附件表格，内容照常读取。" for turn in (90, 180, 270)
    ]
    assert len(cells(document)) == 6


def test_a_watermark_is_left_out() -> None:
    def page(canvas: Canvas) -> None:
        written("　　到2027年，达到900亿元。", "　　建设园区10个，引进企业。")(canvas)
        canvas.translate(200, 300)
        canvas.rotate(45)
        canvas.drawString(0, 0, "内部资料注意保存")

    assert drawn(page).text == "到2027年，达到900亿元。\n建设园区10个，引进企业。\n"


def test_landscape_pages_have_their_own_margins() -> None:
    wide = FULL + FULL[:14]
    document = drawn(written(f"　　{wide[:-2]}", "达到八百家。"), size=landscape(A4))
    assert document.text == f"{wide[:-2]}达到八百家。\n"


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    guarded = StandardEncryption("", "owner", canPrint=0)
    data = as_pdf(protection=guarded)
    assert read_bytes(data, "a.pdf").text == read_bytes(as_pdf(), "a.pdf").text


def test_the_reader_sees_what_another_reader_sees() -> None:
    """Against PDFium's own text: no character is lost or invented but for the furniture."""
    data = as_pdf()
    pdf = pypdfium2.PdfDocument(data)
    theirs = "".join(pdf[index].get_textpage().get_text_range() for index in range(len(pdf)))
    ours = "".join(read_bytes(data, "a.pdf").text.replace("|", "").split())
    for index in range(len(pdf)):
        theirs = theirs.replace("临溪市人民政府文件", "", 1).replace(f"— {index + 1} —", "", 1)
    assert sorted(ours) == sorted("".join(theirs.split()))


@pytest.mark.parametrize("line", ["— 3 —", "-3-", "3", "第3页 共12页", "3/12", "·3·"])
def test_forms_of_page_numbers(line: str) -> None:
    def page(canvas: Canvas) -> None:
        written("　　到2027年，达到900亿元。", "　　建设园区10个，引进企业。")(canvas)
        canvas.drawString(290, 40, line)

    assert drawn(page).text == "到2027年，达到900亿元。\n建设园区10个，引进企业。\n"


@pytest.mark.parametrize("ruled", [True, False], ids=["three lines", "no lines"])
def test_a_table_without_upright_lines_is_read_by_its_columns(ruled: bool) -> None:
    rows = [
        ["序号", "主要指标", "2025年", "2027年"],
        ["1", "营业收入（亿元）", "480", "620"],
        ["2", "企业数量（家）", "650", "800"],
        ["", "其中规上", "", ""],
        ["3", "算力规模（P）", "1500", "5000"],
    ]

    def page(canvas: Canvas) -> None:
        written("　　到2027年，达到900亿元，主要指标如下。", top=740)(canvas)
        for number, row in enumerate(rows):
            for left, text in zip((90, 160, 340, 430), row, strict=True):
                canvas.drawString(left, 690 - 26 * number, text)
        written("　　以上指标按年度调度。", top=540)(canvas)
        for y in (712, 684, 578) if ruled else ():
            canvas.line(80, y, 510, y)

    document = drawn(page)
    assert [block.kind for block in document.blocks] == ["paragraph", "table", "paragraph"]
    assert [[text for text, _ in row] for row in cells(document)] == [
        ["序号", "主要指标", "2025年", "2027年"],
        ["1", "营业收入（亿元）", "480", "620"],
        ["2", "企业数量（家）其中规上", "650", "800"],
        ["3", "算力规模（P）", "1500", "5000"],
    ]
