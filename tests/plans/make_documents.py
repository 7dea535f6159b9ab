"""Make the corpus plans that are not plain text: Word, PDF and a saved web page.

Each is drawn from `sources/<name>.txt`, where a line is a paragraph, `#` and `##` open a heading,
`>` a line of a boxed column, and `| … |` is a table row in which `^` and `<` mark a cell merged
into the one above or to the left. Needs python-docx and reportlab:

    python tests/plans/make_documents.py
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

HERE = Path(__file__).parent
SONG = "STSong-Light"
LONG_AGO = (2025, 1, 1, 0, 0, 0)

Rows = list[list[str]]
Grid = tuple[int, int, int, int]


@dataclass
class Part:
    """One piece of a source: a heading of some level, a paragraph, a box or a table."""

    kind: str
    lines: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=list)


def parts(name: str) -> Iterator[Part]:
    open_part: Part | None = None
    for line in (HERE / "sources" / f"{name}.txt").read_text("utf-8").splitlines():
        kind = next((k for k in ("##", "#", ">", "|") if line.startswith(k)), "p")
        if open_part and open_part.kind != kind:
            yield open_part
            open_part = None
        if kind == "|":
            open_part = open_part or Part(kind)
            open_part.rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif kind == ">":
            open_part = open_part or Part(kind)
            open_part.lines.append(line.removeprefix(">").strip())
        else:
            yield Part(kind, [line.removeprefix(kind).strip()])
    if open_part:
        yield open_part


def merges(rows: Rows) -> Iterator[Grid]:
    """Merged areas as (first row, first column, last row, last column)."""
    for top, row in enumerate(rows):
        for left, text in enumerate(row):
            if text in ("^", "<"):
                continue
            bottom, right = top, left
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            while bottom + 1 < len(rows) and rows[bottom + 1][left] == "^":
                bottom += 1
            if (bottom, right) != (top, left):
                yield top, left, bottom, right


def printed(rows: Rows) -> Rows:
    return [["" if cell in ("^", "<") else cell for cell in row] for row in rows]


def make_docx(name: str, centred: int) -> None:
    """`centred` is how many lines make up the title block."""
    document = Document()
    document.styles["Normal"].font.size = Pt(12)
    for number, part in enumerate(parts(name)):
        if part.kind == "|":
            rows = printed(part.rows)
            table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
            for row, texts in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
            for top, left, bottom, right in merges(part.rows):
                text = rows[top][left]
                merged = table.cell(top, left).merge(table.cell(bottom, right))
                merged.text = text
        elif part.kind in ("#", "##"):
            document.add_heading(part.lines[0], level=len(part.kind))
        else:
            paragraph = document.add_paragraph(part.lines[0])
            if number < centred:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif not part.lines[0].startswith(("牵头单位", "责任单位")):
                paragraph.paragraph_format.first_line_indent = Pt(24)
    document.core_properties.created = datetime(*LONG_AGO)
    document.core_properties.modified = datetime(*LONG_AGO)
    document.core_properties.author = ""
    packed = BytesIO()
    document.save(packed)
    # Packed again with fixed times, so that making it twice gives the same bytes.
    with (
        zipfile.ZipFile(packed) as source,
        zipfile.ZipFile(HERE / f"{name}.docx", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            entry = zipfile.ZipInfo(item.filename, LONG_AGO)
            target.writestr(entry, source.read(item), zipfile.ZIP_DEFLATED)


def make_pdf(name: str, running_head: str, centred: int) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    body = ParagraphStyle(
        "body", fontName=SONG, fontSize=11.5, leading=19, firstLineIndent=23, wordWrap="CJK"
    )
    plain = ParagraphStyle("plain", parent=body, firstLineIndent=0, fontSize=10, leading=15)
    title = ParagraphStyle("title", parent=body, alignment=TA_CENTER, firstLineIndent=0)
    chapter = ParagraphStyle(
        "chapter", parent=title, fontSize=15, leading=24, spaceBefore=10, spaceAfter=6
    )
    section = ParagraphStyle("section", parent=chapter, fontSize=13, leading=21)

    def page_furniture(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.setFont(SONG, 9)
        canvas.drawString(28 * mm, A4[1] - 15 * mm, running_head)
        canvas.drawCentredString(A4[0] / 2, 12 * mm, f"— {template.page} —")

    story: list[Flowable] = []
    for number, part in enumerate(parts(name)):
        if part.kind == "|":
            cells = [[Paragraph(escape(text), plain) for text in row] for row in printed(part.rows)]
            spans = [
                ("SPAN", (left, top), (right, bottom))
                for top, left, bottom, right in merges(part.rows)
            ]
            widest = [max(len(row[i]) for row in part.rows) + 2 for i in range(len(part.rows[0]))]
            usable = A4[0] - 56 * mm
            table = Table(cells, colWidths=[usable * w / sum(widest) for w in widest], repeatRows=1)
            table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), *spans]))
            story += [table, Spacer(1, 8)]
        elif part.kind == ">":
            box = Table(
                [[[Paragraph(escape(line), plain) for line in part.lines]]],
                colWidths=[A4[0] - 56 * mm],
            )
            box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 0.8, colors.black)]))
            story += [Spacer(1, 6), box, Spacer(1, 6)]
        else:
            style = {"#": chapter, "##": section}.get(
                part.kind, title if number < centred else body
            )
            story.append(Paragraph(escape(part.lines[0]), style))
    SimpleDocTemplate(
        str(HERE / f"{name}.pdf"),
        pagesize=A4,
        leftMargin=28 * mm,
        rightMargin=28 * mm,
        topMargin=24 * mm,
        bottomMargin=22 * mm,
        invariant=1,
    ).build(story, onFirstPage=page_furniture, onLaterPages=page_furniture)


PAGE = """<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{title}_望潮市人民政府门户网站</title>
<style>.nav li{{float:left}} .article p{{text-indent:2em;line-height:32px}}</style>
<script>var visits = 20486; document.write("<!-- 2024年达到999亿元 -->");</script></head>
<body>
<div class="top"><a href="/">首页</a> | <a href="/zwgk/">政务公开</a> |
<a href="/bsfw/">办事服务</a> | <a href="/hdjl/">互动交流</a> | 今天是2025年7月28日 星期一</div>
<ul class="nav"><li>市政府文件</li><li>政策解读</li><li>2025年为民办实事项目</li></ul>
<div class="crumbs">您所在的位置:<a href="/">首页</a> &gt; 政务公开 &gt; 文件</div>
<table class="meta" width="100%"><tr><td>索引号:</td><td>WC001-0301-2025-00071</td>
<td>发布机构:</td><td>望潮市人民政府</td></tr><tr><td>成文日期:</td><td>2025-07-21</td>
<td>有效性:</td><td>有效</td></tr></table>
<div class="tools">字号:<a>大</a> <a>中</a> <a>小</a> 打印 分享到: 浏览次数:1832</div>
<div class="article" id="zoom">
{body}
</div>
<div class="share">扫一扫在手机打开当前页</div>
<div class="related"><h4>相关文件</h4><ul>
<li><a href="/1.html">望潮市2025年重点项目建设计划安排项目320个</a> 2025-03-02</li>
<li><a href="/2.html">一图读懂:到2028年数据产业规模达到160亿元</a> 2025-07-25</li></ul></div>
<div class="footer">主办:望潮市人民政府办公室 网站标识码:9909000001 望ICP备12000000号
联系电话:0599-0000000 建议使用1920×1080分辨率浏览本网站</div>
</body></html>
"""


def make_html(name: str, centred: int) -> None:
    lines: list[str] = []
    for number, part in enumerate(parts(name)):
        text = escape(part.lines[0], quote=False)
        if part.kind in ("#", "##"):
            lines.append(f"<p><strong>&nbsp;&nbsp;&nbsp;&nbsp;{text}</strong></p>")
        elif number < centred:
            lines.append(f'<p style="text-align:center"><span>{text}</span></p>')
        else:
            # Word's export splits a sentence over spans; a reader must not lose or add a space.
            third = len(text) // 3
            first = f'<span style="font-size:16pt">{text[:third]}</span>'
            lines.append(f"<p>\u3000\u3000{first}{text[third:]}</p>")
    title = escape(next(parts(name)).lines[0])
    page = PAGE.format(title=title, body="\n".join(lines))
    (HERE / f"{name}.html").write_text(page, "gb18030")


if __name__ == "__main__":
    make_docx("05-jizhou-smart-manufacturing", centred=4)
    make_html("06-wangchao-data-elements", centred=2)
    make_docx("14-pinglu-work-points", centred=3)
    make_pdf("08-pinglu-five-year-plan", "平麓市人民政府文件", centred=2)
