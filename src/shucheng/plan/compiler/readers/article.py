"""Where the article stands in a web page, by the density of its running text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lxml.html import HtmlElement

from shucheng.plan.compiler.readers.assemble import tidy

# An element that holds so much of its parent's running text is the article or holds it whole.
_SHARE = 0.75
# What is called a menu is a menu only while it holds little of the page's running text.
_CHROME_SHARE = 0.15
_CHROME_TEXT, _CHROME_MOST = 100, 0.4
# A box of so many links that is nearly nothing else is a list of other pages.
_LINKS, _LINK_SHARE = 5, 0.7
_LEAST_TEXT = 20

_NEVER_SHOWN_NAMES = """
    script style noscript template iframe object embed nav footer button select input
    textarea svg canvas video audio map head
"""
_NEVER_SHOWN = frozenset(_NEVER_SHOWN_NAMES.split())
_CHROME_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|bread\w*|crumbs?|share\w*|bdshare\w*|bshare\w*|social\w*"
    r"|foot\w*|sidebar\w*|toolbar\w*|tools?|print\w*|dayin|related\w*|recommend\w*|comments?"
    r"|qrcode\w*|ewm|pagination|pager|search\w*|login\w*|copyright\w*|dqwz|weizhi|mbx|fenxiang"
    r"|header|head|top|banner|logo|aside|friend\w*|links?|ads?|advert\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNITS_NAMES = """
    p div td th li h1 h2 h3 h4 h5 h6 section article body dd dt blockquote
"""
_UNITS = frozenset(_UNITS_NAMES.split())
_HOLDERS = _UNITS | {"table", "tbody", "tr", "form", "main", "center"}
_BOXES = ("ul", "div", "td", "table", "dl")
_SENTENCE_MARK = re.compile(r"[，。；：、,;]")
_SITE_NAME = re.compile(r"\s*[_|｜]\s*|\s+[-—–]\s*|\s*[-—–]\s+|[-—–](?=[^-—–]*(?:网|政府|门户))")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Page(NamedTuple):
    title: str
    article: HtmlElement


@dataclass(slots=True)
class Measure:
    """How much text stands in an element: its own, then with all that it holds."""

    tag: str
    own: int = 0
    own_linked: int = 0
    has_sentence: bool = False
    text: int = 0
    linked: int = 0
    links: int = 0
    running: int = 0

    def count(self, text: str | None, *, linked: bool) -> None:
        if text and (size := len("".join(text.split()))):
            self.own += size
            self.own_linked += size if linked else 0
            self.has_sentence = self.has_sentence or bool(_SENTENCE_MARK.search(text))

    def close(self) -> None:
        """Add the element's own text to what it holds."""
        self.text += self.own
        self.linked += self.own_linked
        self.links += self.tag == "a"
        runs_on = self.has_sentence or self.tag in ("td", "th") or self.own >= _LEAST_TEXT
        if runs_on and self.own_linked < 0.5 * self.own:
            self.running += self.own

    def hold(self, inner: "Measure") -> None:
        self.text += inner.text
        self.linked += inner.linked
        self.links += inner.links
        self.running += inner.running

    def is_list_of_links(self) -> bool:
        boxed = self.tag in _BOXES and self.links >= _LINKS
        return boxed and self.linked > _LINK_SHARE * self.text


def article_of(root: HtmlElement) -> Page | None:
    """The smallest element that holds the page's running text, and the page's title.

    None where the page has no running text. Menus and the like are removed from the tree.
    """
    title = _title(root)
    body = root.find("body")
    body = root if body is None else body
    _remove(node for node in body.iter() if node.tag in _NEVER_SHOWN or _is_hidden(node))
    measured = _measures(body)
    whole = measured[body].running
    little = max(_CHROME_SHARE * whole, min(_CHROME_TEXT, _CHROME_MOST * whole))
    _remove(
        node
        for node, measure in measured.items()
        if measure.running < little and (measure.is_list_of_links() or _is_chrome(node))
    )
    measured = _measures(body)
    if measured[body].running < _LEAST_TEXT:
        return None
    return Page(title, _descend(body, measured))


def _descend(body: HtmlElement, measured: dict[HtmlElement, Measure]) -> HtmlElement:
    article = body
    while True:
        densest = max(article, key=lambda child: measured[child].running, default=None)
        if densest is None or measured[densest].running < _SHARE * measured[article].running:
            return article
        if densest.tag == "p" or densest.tag not in _HOLDERS:
            return article
        if densest.tag == "table" and is_data_table(densest):
            return article
        article = densest


def is_data_table(table: HtmlElement) -> bool:
    """Whether a table holds data; old sites lay whole pages out with tables."""
    rows = list(rows_of(table))
    cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
    if len(rows) < 2 or len(cells) <= len(rows) or table.find(".//table") is not None:
        return False
    lengths = [len(tidy(str(cell.text_content()))) for cell in cells]
    return max(lengths) < max(600, 0.5 * sum(lengths))


def rows_of(table: HtmlElement) -> Iterator[HtmlElement]:
    """The table's own rows, without those of tables inside its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _title(root: HtmlElement) -> str:
    """What the page's head or its first heading calls the article."""
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() == "articletitle":
            return tidy(meta.get("content") or "")
    for heading in root.iter("h1"):
        text = tidy(str(heading.text_content()))
        if len(text) > 6 and not _is_hidden(heading):
            return text
    for title in root.iter("title"):
        names = (tidy(name) for name in _SITE_NAME.split(tidy(title.text or "")))
        return max((name for name in names if _CHINESE.search(name)), key=len, default="")
    return ""


def _measures(body: HtmlElement) -> dict[HtmlElement, Measure]:
    """What stands in each element. Text counts for the paragraph-like element around it."""
    nodes = list(body.iter())
    measured = {node: Measure(node.tag) for node in nodes}
    unit = {body: body}
    linked = {body: body.tag == "a"}
    for node in nodes:
        parent = node.getparent()
        if node is not body:
            unit[node] = node if node.tag in _UNITS else unit[parent]
            linked[node] = linked[parent] or node.tag == "a"
            measured[unit[parent]].count(node.tail, linked=linked[parent])
        measured[unit[node]].count(node.text, linked=linked[node])
    for node in reversed(nodes):
        measured[node].close()
        if node is not body:
            measured[node.getparent()].hold(measured[node])
    return measured


def _remove(nodes: Iterator[HtmlElement]) -> None:
    for node in list(nodes):
        if node.getparent() is not None:
            node.drop_tree()


def _is_hidden(node: HtmlElement) -> bool:
    return "hidden" in node.attrib or bool(_HIDDEN.search(node.get("style") or ""))


def _is_chrome(node: HtmlElement) -> bool:
    if node.tag in ("body", "h1", "h2", "h3", "p", "a"):
        return False
    return any(_CHROME_NAME.search(node.get(key) or "") for key in ("class", "id", "role"))
