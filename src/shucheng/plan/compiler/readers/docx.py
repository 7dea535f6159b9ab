"""Word files: headings, automatic numbers, merged cells, tracked changes as if accepted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.readers.assemble import (
    Grid,
    GridCell,
    Paragraph,
    Part,
    assemble,
    tidy,
)
from shucheng.plan.compiler.readers.furniture import is_contents_line
from shucheng.plan.compiler.readers.numbering import Numbering
from shucheng.plan.compiler.readers.package import Package
from shucheng.plan.compiler.readers.sniff import refuse_foreign_zip
from shucheng.plan.compiler.readers.wordml import (
    child,
    children,
    is_on,
    name_of,
    parse,
    stream_body,
    value,
    value_of,
)

_MAX_SPAN = 100
_BODY_LEVEL = 9
_HEADING_NAME = re.compile(r"(?:heading|标题)\s*([1-9])\Z", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"(?:toc|目录)\s*(?:\d|heading)", re.IGNORECASE)
# Deleted or moved away, drawn beside the text, or only an instruction to Word.
_UNREAD_NAMES = """
    del moveFrom pPr rPr tblPr tblGrid trPr tcPr sectPr sdtPr sdtEndPr instrText delText
    delInstrText drawing pict object txbxContent footnoteReference endnoteReference
    commentReference annotationRef rt Fallback
"""
_UNREAD = frozenset(_UNREAD_NAMES.split())
_SIGNS = {"tab": " ", "ptab": " ", "noBreakHyphen": "-", "br": "\n", "cr": "\n"}


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph inherits: heading level (0 for a title), list, level in it."""

    level: int | None = None
    list_number: str = ""
    list_level: int | None = None
    contents: bool = False


def read_docx(package: Package, name: str = "") -> Document:
    """A document of the text as it reads with all tracked changes accepted."""
    part = document_part(package)
    body = package.read_xml(part) if part else None
    if body is None:
        refuse_foreign_zip(package.names)
        raise PlanUnreadable("plan.docx_damaged", reason="it has no document part")
    folder = part.rpartition("/")[0]
    reader = _Reader(
        styles=_styles(_part(package, f"{folder}/styles.xml")),
        numbering=Numbering.of(_part(package, f"{folder}/numbering.xml")),
    )
    return assemble(reader.parts(stream_body(body, part)), name, "docx")


def document_part(package: Package) -> str:
    """The main part's name; empty where the package is no Word document."""
    if "word/document.xml" in package.names:
        return "word/document.xml"
    root = _part(package, "_rels/.rels")
    for relation in root if root is not None else ():
        target = value(relation, "Target").lstrip("/")
        if value(relation, "Type").endswith("/officeDocument") and target.startswith("word/"):
            return target
    return ""


def _part(package: Package, name: str) -> _Element | None:
    data = package.read_xml(name)
    return None if data is None else parse(data, name)


def _styles(root: _Element | None) -> dict[str, Style]:
    """Every paragraph style with what it inherits; the style "" is the default one."""
    nodes = (
        {value(node, "styleId"): node for node in children(root, "style")}
        if root is not None
        else {}
    )
    styles: dict[str, Style] = {}
    for key, node in nodes.items():
        styles[key] = _style(node, nodes)
        if value(node, "default") in ("1", "true") and value(node, "type") == "paragraph":
            styles[""] = styles[key]
    return styles


def _style(node: _Element, nodes: dict[str, _Element]) -> Style:
    level: int | None = None
    list_number, list_level, contents = "", None, False
    seen: set[str] = set()
    at: _Element | None = node
    while at is not None and value(at, "styleId") not in seen:
        seen.add(value(at, "styleId"))
        style_name = value_of(at, "name")
        properties = child(at, "pPr")
        level = _outline(properties, style_name) if level is None else level
        listed = child(properties, "numPr")
        if listed is not None and not list_number:
            list_number = value_of(listed, "numId")
            list_level = _small(value_of(listed, "ilvl")) if list_level is None else list_level
        contents = contents or bool(_CONTENTS_NAME.match(style_name))
        at = nodes.get(value_of(at, "basedOn"))
    return Style(None if level == _BODY_LEVEL else level, list_number, list_level, contents)


def _outline(properties: _Element | None, style_name: str) -> int | None:
    """The outline level: 1 for the first, 0 for a title, 9 where it is set to body text."""
    written = value_of(properties, "outlineLvl")
    if written.isdecimal():
        return int(written) + 1 if int(written) < _BODY_LEVEL else _BODY_LEVEL
    heading = _HEADING_NAME.match(style_name)
    if heading:
        return int(heading.group(1))
    return 0 if style_name.lower() == "title" else None


def _small(written: str) -> int | None:
    return int(written) if written.isdecimal() and len(written) == 1 else None


class _Reader:
    """Walks the body in reading order; numbers count as it goes."""

    def __init__(self, styles: dict[str, Style], numbering: Numbering) -> None:
        self.styles = styles
        self.numbering = numbering
        # Text of paragraphs whose mark was deleted: it runs on into the next paragraph.
        self.carried = ""

    def parts(self, nodes: Iterable[_Element]) -> Iterator[Part]:
        for node in nodes:
            kind = name_of(node)
            if kind == "p":
                yield from self._paragraph(node)
            elif kind == "tbl":
                yield from self._table(node)
            elif kind == "AlternateContent":
                yield from self.parts(children(node, "Choice"))
            elif kind not in _UNREAD and not _is_contents(node):
                yield from self.parts(node)

    def _paragraph(self, node: _Element) -> Iterator[Paragraph]:
        properties = child(node, "pPr")
        style = self.styles.get(value_of(properties, "pStyle")) or self.styles.get("", Style())
        text = self.carried + _text(node)
        if child(child(properties, "rPr"), "del") is not None:
            self.carried = text
            return
        self.carried = ""
        number = self._number(properties, style) if tidy(text) else ""
        if style.contents:
            return
        level = _outline(properties, "")
        level = style.level if level is None else level
        level = None if level == _BODY_LEVEL else level
        for position, line in enumerate(text.split("\n")):
            if not is_contents_line(tidy(line)):
                yield Paragraph(line if position else number + line.lstrip(), level)

    def _number(self, properties: _Element | None, style: Style) -> str:
        listed = child(properties, "numPr")
        number = value_of(listed, "numId") or style.list_number
        level = _small(value_of(listed, "ilvl"))
        level = style.list_level if level is None else level
        if level is None:
            level = self.numbering.level_of_style(number, value_of(properties, "pStyle"))
        return self.numbering.next(number, level)

    def _table(self, table: _Element) -> Iterator[Part]:
        rows: list[tuple[GridCell, ...]] = []
        columns: dict[int, tuple[int, int]] = {}
        for row in _rows(table):
            rows.append(tuple(self._row(row, len(rows), columns)))
        cells = [cell for row in rows for cell in row if cell.owner is None]
        if len(cells) == 1:
            # A frame around text, not a table of data.
            yield from (Paragraph(line) for line in cells[0].text.split("\n"))
        elif cells:
            yield Grid(tuple(rows))

    def _row(
        self, row: _Element, number: int, columns: dict[int, tuple[int, int]]
    ) -> Iterator[GridCell]:
        """The row's cells; `columns` keeps which cell a vertical merge continues."""
        column = 0
        for _ in range(_span(child(row, "trPr"), "gridBefore", 0)):
            yield GridCell("")
            column += 1
        for cell in _within(row, "tc"):
            properties = child(cell, "tcPr")
            text = "\n".join(self._cell_lines(cell))
            merge = child(properties, "vMerge")
            continues = merge is not None and value(merge, "val") != "restart"
            owner = columns.get(column) if continues else None
            if owner is None:
                yield GridCell(text)
            else:
                yield GridCell("", owner)
            owner = owner or (number, column)
            for across in range(column, column + _span(properties, "gridSpan", 1)):
                if across > column:
                    yield GridCell("", owner)
                columns[across] = owner
            column += _span(properties, "gridSpan", 1)

    def _cell_lines(self, cell: _Element) -> Iterator[str]:
        for part in self.parts(cell):
            if isinstance(part, Paragraph):
                if part.text.strip():
                    yield part.text
            else:
                yield from (inner.text for row in part.rows for inner in row if inner.text.strip())


def _text(node: _Element) -> str:
    """The paragraph's text; line breaks in it as line feeds."""
    pieces: list[str] = []
    stack = [iter(node)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            continue
        kind = name_of(found)
        if kind == "t":
            pieces.append(found.text or "")
        elif kind in _SIGNS:
            pieces.append(_SIGNS[kind])
        elif kind == "r" and is_on(child(found, "rPr"), "vanish"):
            continue
        elif kind not in _UNREAD:
            stack.append(iter(found))
    return "".join(pieces)


def _rows(table: _Element) -> Iterator[_Element]:
    for row in _within(table, "tr"):
        if child(child(row, "trPr"), "del") is None:
            yield row


def _within(node: _Element, name: str) -> Iterator[_Element]:
    """Children of that name, also inside content controls and the like."""
    for found in node:
        kind = name_of(found)
        if kind == name:
            yield found
        elif kind in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _within(found, name)


def _span(properties: _Element | None, name: str, otherwise: int) -> int:
    written = value_of(properties, name)
    return min(int(written), _MAX_SPAN) if written.isdecimal() and len(written) < 5 else otherwise


def _is_contents(node: _Element) -> bool:
    """A content control that holds a table of contents."""
    gallery = child(child(node, "sdtPr"), "docPartObj")
    return value_of(gallery, "docPartGallery") == "Table of Contents"
