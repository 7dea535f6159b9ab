"""One plan in every format that is read, made on the spot."""

import io
import zipfile
from collections.abc import Callable
from html import escape

import docx
from docx.document import Document as WordDocument
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

SONG = "STSong-Light"
WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

Rows = list[list[str]]

# A line is a paragraph, `#` opens a heading; `^` is a cell merged into the one above.
PLAN: list[str | Rows] = [
    "# 临溪市数字经济提质三年行动方案（2025—2027年）",
    "为加快建设数字强市，结合本市实际，制定本行动方案。",
    "## 一、行动目标",
    "到2027年，全市数字经济核心产业增加值突破620亿元，占GDP比重达到12.5%；规模以上数字企业达到800家"
    "以上，培育国家级专精特新“小巨人”企业30家左右，工业互联网平台普及率不低于45%。",
    "## 二、重点任务",
    "### （一）做强算力底座",
    "1.建设临溪智算中心。智能算力规模2026年底前达到3000P，2027年超过5000P，平均PUE值降至1.25"
    "以下。（责任单位：市数据局、市工信局、临溪供电公司）",
    "2.推进双千兆网络覆盖。每年新建5G基站1200个，到2026年实现10G-PON端口占比60%以上。（责任单位：市通管办）",
    "### （二）推动数据流通",
    "1.打造高质量数据集。三年内累计形成高质量数据集50个、典型应用场景各20个，数据交易额年均增长25%左右。"
    "（牵头单位：市数据局；责任单位：市财政局、市大数据集团）",
    "## 三、保障措施",
    "强化统筹协调，按季度调度通报，确保各项任务落地见效。",
    "附件",
    "临溪市数字经济主要指标",
    [
        ["序号", "类别", "指标名称", "2025年", "2026年", "2027年", "牵头单位"],
        ["1", "产业规模", "数字经济核心产业增加值（亿元）", "480", "550", "620", "市工信局"],
        ["2", "^", "规模以上数字企业数（家）", "650", "720", "800", "市工信局"],
        ["3", "算力数据", "智能算力规模（P）", "1500", "3000", "5000", "市数据局"],
        ["4", "^", "累计形成高质量数据集（个）", "15", "30", "50", "市数据局"],
    ],
]


def text_of(line: str) -> str:
    return line.lstrip("# ")


def level_of(line: str) -> int:
    return len(line) - len(line.lstrip("#"))


def as_txt(width: int | None = None) -> bytes:
    lines: list[str] = []
    for part in PLAN:
        if isinstance(part, str):
            lines += wrapped(text_of(part), width) if width else [text_of(part)]
        else:
            lines += (f"{' | '.join(cell for cell in row if cell != '^')} |" for row in part)
    return "\n".join(lines).encode()


def wrapped(line: str, width: int) -> list[str]:
    """The line broken after `width` characters, its first one set in by two."""
    line = line if line.startswith(tuple("一二三附")) else f"\u3000\u3000{line}"
    return [line[at : at + width] for at in range(0, len(line), width)]


def as_markdown() -> bytes:
    lines: list[str] = []
    for part in PLAN:
        if isinstance(part, str):
            lines += [part, ""]
        else:
            rows = [f"| {' | '.join(cell.replace('^', '') for cell in row)} |" for row in part]
            lines += [rows[0], f"|{'---|' * len(part[0])}", *rows[1:], ""]
    return "\n".join(lines).encode()


def as_html() -> bytes:
    body: list[str] = []
    for part in PLAN:
        if isinstance(part, str):
            tag = f"h{level_of(part)}" if level_of(part) else "p"
            body.append(f"<{tag}>{escape(text_of(part))}</{tag}>")
        else:
            body.append(f"<table>{''.join(map(_html_row(part), range(len(part))))}</table>")
    menu = "".join(f"<li><a href='/{at}'>栏目{at}</a></li>" for at in range(12))
    page = (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>行动方案_临溪市人民政府</title>"
        "<script>var x = '到2030年，规模达到999亿元。';</script></head><body>"
        f"<div class='top-nav'><ul>{menu}</ul></div>"
        "<div class='crumb'>您当前的位置：首页 &gt; 政策</div>"
        f"<div class='content'>{''.join(body)}</div><p>【打印】【关闭】</p>"
        "<div class='footer'>版权所有：临溪市人民政府，网站标识码3300000001</div></body></html>"
    )
    return page.encode()


def _html_row(rows: Rows) -> Callable[[int], str]:
    def row(number: int) -> str:
        cells = []
        for column, text in enumerate(rows[number]):
            below = [other[column] for other in rows[number + 1 :]]
            high = 1 + next((at for at, cell in enumerate(below) if cell != "^"), len(below))
            if text != "^":
                cells.append(f"<td rowspan='{high}'>{escape(text)}</td>")
        return f"<tr>{''.join(cells)}</tr>"

    return row


def as_docx() -> bytes:
    document = docx.Document()
    for part in PLAN:
        if not isinstance(part, str):
            _word_table(document, part)
        elif level_of(part):
            document.add_heading(text_of(part), level_of(part))
        else:
            document.add_paragraph(part)
    return saved(document)


def _word_table(document: WordDocument, rows: Rows) -> None:
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            if text == "^":
                above = table.cell(row - 1, column)
                words = above.text
                above.merge(table.cell(row, column)).text = words
            else:
                table.cell(row, column).text = text


def saved(document: WordDocument) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_pdf(repeat: int = 1, protection: StandardEncryption | None = None) -> bytes:
    """On pages with a running header and page numbers; `repeat` makes the plan longer."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    body = ParagraphStyle(
        "body", fontName=SONG, fontSize=16, leading=28, firstLineIndent=32, wordWrap="CJK"
    )
    heading = ParagraphStyle("heading", parent=body, firstLineIndent=0)
    title = ParagraphStyle("title", parent=heading, fontSize=22, leading=34, alignment=1)
    cell = ParagraphStyle("cell", parent=heading, fontSize=10, leading=14)
    styles = {0: body, 1: title, 2: heading, 3: heading}
    flow: list[Flowable] = []
    for part in PLAN * repeat:
        if isinstance(part, str):
            flow.append(Paragraph(escape(text_of(part)), styles[level_of(part)]))
        else:
            flow.append(_pdf_table(part, cell))
    stream = io.BytesIO()
    SimpleDocTemplate(stream, pagesize=A4, encrypt=protection).build(
        flow, onFirstPage=_pdf_furniture, onLaterPages=_pdf_furniture
    )
    return stream.getvalue()


def _pdf_table(rows: Rows, style: ParagraphStyle) -> Table:
    grid: list[tuple[object, ...]] = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            last = row
            while last + 1 < len(rows) and rows[last + 1][column] == "^":
                last += 1
            if text != "^" and last > row:
                grid.append(("SPAN", (column, row), (column, last)))
    cells = [
        ["" if text == "^" else Paragraph(escape(text), style) for text in texts] for texts in rows
    ]
    return Table(cells, colWidths=[35, 60, 130, 45, 45, 45, 75], style=grid, repeatRows=1)


def _pdf_furniture(canvas: Canvas, _document: object) -> None:
    canvas.setFont(SONG, 9)
    canvas.drawString(90, A4[1] - 40, "临溪市人民政府文件")
    canvas.drawCentredString(A4[0] / 2, 40, f"— {canvas.getPageNumber()} —")


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def word_file(body: str, **others: str) -> bytes:
    """A Word file from the XML of its body, and of other parts (`numbering`, `styles`)."""
    opened = f'xmlns:w="{WORD_NAMESPACE}"'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {opened}><w:body>{body}</w:body></w:document>",
    }
    parts |= {
        f"word/{name}.xml": f"<w:{name} {opened}>{xml}</w:{name}>" for name, xml in others.items()
    }
    return zipped(parts)


def word_paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
