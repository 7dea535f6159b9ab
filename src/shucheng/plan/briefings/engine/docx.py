"""The document as a Word file, set as official documents are (GB/T 9704-2012).

A4; margins 37, 35, 28, 26 mm; title 小标宋 二号, headings 黑体 三号, text 仿宋 三号 on lines of 28
points, page numbers outside. The same document gives the same bytes.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from shucheng.lib.tables import printable
from shucheng.plan.briefings.engine.content import (
    Charts,
    Document,
    Heading,
    Note,
    Paragraph,
    Table,
)
from shucheng.plan.briefings.engine.docx_parts import (
    chinese,
    face,
    in_one_line,
    indented,
    kept_together,
    numbered,
    open_table,
    ruled,
    spaced,
)
from shucheng.plan.briefings.engine.packages import settled

RED: Final = "D7000F"
LIGHT_COLOURS: Final = {
    "green": "18794A",
    "yellow": "A66A00",
    "red": "B93227",
    "blue": "3E6DB5",
    "grey": "85909C",
}
_TEXT_WIDTH_MM: Final = 156
_TWIPS_PER_MM: Final = 1440 / 25.4
_LINE: Final = 28
_ALIGN: Final = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def write_docx(document: Document, pictures: Sequence[bytes], moment: datetime) -> bytes:
    """`pictures` are the document's charts as PNG, in order; `moment` is what the file says of
    its making."""
    made = docx.Document()
    _page(made, document)
    _head(made, document)
    left = iter(pictures)
    for block in document.blocks:
        if isinstance(block, Heading):
            _heading(made, block)
        elif isinstance(block, Paragraph):
            _paragraph(made, block)
        elif isinstance(block, Table):
            _table(made, block)
        elif isinstance(block, Charts):
            _charts(made, [next(left) for _chart in block.charts])
        elif isinstance(block, Note):
            _note(made, block)
    chinese(made)
    _properties(made, document)
    out = io.BytesIO()
    made.save(out)
    return settled(out.getvalue(), moment.astimezone(UTC))


def _page(made: Any, document: Document) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(25)
    made.settings.odd_and_even_pages_header_footer = True
    for header, footer, side in (
        (section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        head = header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        face(_run(head, document.stamp), "sans", 9, colour=LIGHT_COLOURS["yellow"])
        foot = footer.paragraphs[0]
        foot.alignment = side
        indent = foot.paragraph_format
        if side == WD_ALIGN_PARAGRAPH.RIGHT:
            indent.right_indent = Pt(14)
        else:
            indent.left_indent = Pt(14)
        numbered(foot, 14)


def _head(made: Any, document: Document) -> None:
    if document.masthead:
        _centred(made, document.masthead, "title", 38, line=52, colour=RED, bold=True)
        if document.number:
            _centred(made, document.number, "body", 16, line=_LINE)
        line = made.add_paragraph()
        spaced(line, _LINE, after=14)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(_TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
        face(_run(line, f"{document.issuer}\t{document.issued_on}"), "body", 16)
        ruled(line, RED, 18)
    _centred(made, document.title, "title", 22, line=34, before=10)
    _centred(made, document.subtitle, "kai", 14, line=26)
    if not document.masthead:
        said = (document.issuer, document.number, document.issued_on)
        _centred(made, "　".join(filter(None, said)), "kai", 14, line=26)
    spaced(made.add_paragraph(), 10)


def _centred(made: Any, text: str, kind: Any, size: float, **form: Any) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    spaced(paragraph, form["line"], before=form.get("before", 0))
    look = {name: form[name] for name in ("bold", "colour") if name in form}
    face(_run(paragraph, text), kind, size, **look)


def _run(paragraph: Any, text: str) -> Any:
    """What somebody pasted may hold what Word cannot."""
    return paragraph.add_run(printable(text))


def _heading(made: Any, block: Heading) -> None:
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    if block.level == 1:
        spaced(paragraph, _LINE, before=8)
        indented(paragraph)
        face(_run(paragraph, block.text), "sans", 16)
    else:
        spaced(paragraph, 20, before=14, after=4)
        face(_run(paragraph, block.text), "kai", 12)


def _paragraph(made: Any, block: Paragraph) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    spaced(paragraph, _LINE)
    indented(paragraph)
    if block.lead:
        face(_run(paragraph, block.lead), "body", 16, bold=True)
    for sentence in block.sentences:
        face(_run(paragraph, "".join(run.text for run in sentence)), "body", 16)


def _table(made: Any, table: Table) -> None:
    caption = made.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    spaced(caption, 20, before=8, after=3)
    face(_run(caption, table.caption), "sans", 11)
    total = sum(column.width for column in table.columns)
    room = _TEXT_WIDTH_MM * _TWIPS_PER_MM
    widths = [int(room * column.width / total) for column in table.columns]
    grid = made.add_table(rows=0, cols=len(table.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    open_table(grid, widths)
    titles = grid.add_row()
    kept_together(titles, heading=True)
    for cell, column in zip(titles.cells, table.columns, strict=True):
        _cell(cell, column.title, "center", "sans", "")
    for row in table.rows:
        line = grid.add_row()
        kept_together(line)
        for cell, column, said in zip(line.cells, table.columns, row, strict=True):
            _cell(cell, said.text, column.align, "body", said.light)
    spaced(made.add_paragraph(), 10)


def _cell(cell: Any, text: str, align: str, kind: Any, light: str) -> None:
    cell.vertical_alignment = 1
    paragraph = cell.paragraphs[0]
    paragraph.alignment = _ALIGN[align]
    spaced(paragraph, 12, before=2.5, after=2.5, least=True)
    run = _run(paragraph, "" if align == "center" else text)
    if align == "center":
        in_one_line(run, printable(text))
    face(run, kind, 8.5, colour=LIGHT_COLOURS.get(light, ""))


def _charts(made: Any, pictures: Sequence[bytes]) -> None:
    grid = made.add_table(rows=0, cols=2)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    for at in range(0, len(pictures), 2):
        row = grid.add_row()
        kept_together(row)
        for cell, picture in zip(row.cells, pictures[at : at + 2], strict=False):
            paragraph = cell.paragraphs[0]
            spaced(paragraph, 12, before=6, least=True)
            paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(73))
    spaced(made.add_paragraph(), 10)


def _note(made: Any, block: Note) -> None:
    paragraph = made.add_paragraph()
    spaced(paragraph, 16, after=2)
    face(_run(paragraph, block.text), "body", 10.5)


def _properties(made: Any, document: Document) -> None:
    core = made.core_properties
    title, issuer = printable(document.title), printable(document.issuer)
    core.title, core.author, core.subject = title, issuer, document.subtitle
    core.comments, core.keywords, core.last_modified_by = document.stamp, "", issuer
    core.revision = 1
