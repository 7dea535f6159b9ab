"""A saved web page: its article without menus, share buttons, footers and print marks."""

import re
from collections.abc import Iterator
from email import message_from_bytes

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.readers.article import article_of, is_data_table, rows_of
from shucheng.plan.compiler.readers.assemble import Paragraph, Part, assemble, grid_of, tidy
from shucheng.plan.compiler.readers.furniture import is_page_mark, is_page_record

MAX_TAGS = 1_000_000
_MAX_COLSPAN, _MAX_ROWSPAN = 100, 5_000

_BLOCKS_NAMES = """
    address article aside blockquote body center dd details div dl dt fieldset figcaption
    figure form h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table
    tbody td tfoot th thead tr ul caption
"""
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.I
)
_NUMBERED = re.compile(
    r"[\d一二三四五六七八九十]+\s*[、.．)）]|[(（]\w{1,3}[)）]|第\w{1,4}[章节条]"
)


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the page's head names."""
    match = _DECLARED.search(data[:4096])
    return match.group(1).decode("ascii") if match else None


def page_of_mhtml(data: bytes) -> tuple[bytes, str | None]:
    """The page in a file that a browser saved with everything in it, and its encoding."""
    for part in message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload, part.get_content_charset()
    raise PlanUnreadable("plan.html_damaged", reason="the saved page holds no HTML")


def read_html(text: str, name: str = "") -> Document:
    """A document of the page's article, its title first."""
    root = _parse(text)
    page = article_of(root)
    if page is None:
        raise PlanUnreadable("plan.html_no_article")
    parts = [part for part in _parts(page.article) if not _is_mark(part)]
    title = page.title
    shown = "".join(tidy(part.text) for part in parts[:30] if isinstance(part, Paragraph))
    if title and "".join(title.split()) not in "".join(shown.split()):
        parts.insert(0, Paragraph(title, 1))
    return assemble(parts, name, "html")


def table_parts(text: str) -> Iterator[Part]:
    """The parts of an HTML table that stands inside another format."""
    yield from _parts(_parse(text))


def _parse(text: str) -> HtmlElement:
    if text.count("<") > MAX_TAGS:
        raise PlanUnreadable("plan.too_complex", reason=f"more than {MAX_TAGS} tags")
    parser = HTMLParser(remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
    try:
        # Surrogates cannot be written as UTF-8; they mean nothing in a text.
        root: HtmlElement = document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise PlanUnreadable("plan.html_damaged", reason="no element found") from error
    return root


def _is_mark(part: Part) -> bool:
    if isinstance(part, Paragraph):
        return is_page_mark(tidy(part.text))
    return is_page_record(cell.text for row in part.rows for cell in row)


class _Lines:
    """Gathers running text and gives it out at every block's edge."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def add(self, text: str | None) -> None:
        if text:
            self.pieces.append(text)

    @property
    def unfinished(self) -> bool:
        """Whether a line break here stands inside a sentence."""
        return "".join(self.pieces[-1:]).rstrip().endswith(("，", "、", ","))

    def take(self, level: int | None = None) -> Iterator[Part]:
        text = "".join(self.pieces)
        self.pieces.clear()
        if text.strip():
            yield Paragraph(text, level)


def _parts(node: HtmlElement) -> Iterator[Part]:
    lines = _Lines()
    yield from _walk(node, lines, None)
    yield from lines.take()


def _walk(node: HtmlElement, lines: _Lines, level: int | None) -> Iterator[Part]:
    lines.add(node.text)
    for position, child in enumerate(node):
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag == "br":
            yield from () if lines.unfinished else lines.take(level)
        elif tag == "table" and is_data_table(child):
            yield from lines.take(level)
            yield grid_of(_rows(child))
        elif tag in _BLOCKS:
            yield from lines.take(level)
            inner = _HEADINGS.get(tag, level)
            if tag == "li":
                lines.add(_list_number(child, position))
            yield from _walk(child, lines, inner)
            yield from lines.take(inner)
        else:
            yield from _walk(child, lines, level)
        lines.add(child.tail)


def _list_number(item: HtmlElement, position: int) -> str:
    """The number that a browser would draw before the item of a numbered list."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol" or _NUMBERED.match("".join(item.itertext()).strip()):
        return ""
    start = parent.get("start", "1")
    return f"{int(start) + position if start.isdecimal() else position + 1}."


def _rows(table: HtmlElement) -> list[list[tuple[str, int, int]]]:
    rows = []
    found = list(rows_of(table))
    for number, row in enumerate(found):
        left = len(found) - number
        rows.append(
            [
                (
                    _cell_text(cell),
                    _span(cell, "colspan", _MAX_COLSPAN),
                    min(_span(cell, "rowspan", _MAX_ROWSPAN) or left, left),
                )
                for cell in row
                if cell.tag in ("td", "th")
            ]
        )
    return rows


def _span(cell: HtmlElement, attribute: str, most: int) -> int:
    written = (cell.get(attribute) or "1").strip()
    value = int(written) if written.isdecimal() and len(written) < 6 else 1
    return max(0 if attribute == "rowspan" else 1, min(value, most))


def _cell_text(cell: HtmlElement) -> str:
    return " ".join(tidy(part.text) for part in _parts(cell) if isinstance(part, Paragraph))
