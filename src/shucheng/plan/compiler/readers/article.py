"""Where the article stands in a web page, by the density of its running text."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from lxml.html import HtmlElement

from shucheng.plan.compiler.readers.assemble import tidy

# An element that holds so much of its parent's running text is the article or holds it whole.
_SHARE = 0.75
# What is called a menu is a menu only while it holds little of the page's running text.
_CHROME_SHARE = 0.15
# A box of so many links that is nearly nothing else is a list of other pages.
_LINKS, _LINK_SHARE = 5, 0.7
_LEAST_TEXT = 20

_NEVER_SHOWN = frozenset(
    "script style noscript template iframe object embed nav footer button select input textarea"
    " svg canvas video audio map head".split()
)
_CHROME_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|bread\w*|crumbs?|share\w*|bdshare\w*|bshare\w*|social\w*"
    r"|foot\w*|sidebar\w*|toolbar\w*|tools?|print\w*|dayin|related\w*|recommend\w*|comments?"
    r"|qrcode\w*|ewm|pagination|pager|search\w*|login\w*|copyright\w*|dqwz|weizhi|mbx|fenxiang"
    r"|header|head|top|banner|logo|aside|friend\w*|links?|ads?|advert\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNITS = frozenset("p div td th li h1 h2 h3 h4 h5 h6 section article body dd dt blockquote".split())
_SENTENCE_MARK = re.compile(r"[，。；：、,;]")
_SITE_NAME = re.compile(r"\s*[_|｜]\s*|\s+[-—–]\s*|\s*[-—–]\s+|[-—–](?=[^-—–]*(?:网|政府|门户))")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Page(NamedTuple):
    title: str
    article: HtmlElement


def article_of(root: HtmlElement) -> Page | None:
    """The smallest element that holds the page's running text, and the page's title.

    None where the page has no running text. Menus and the like are removed from the tree.
    """
    title = _title(root)
    body = root.find("body")
    body = root if body is None else body
    _remove(node for node in body.iter() if node.tag in _NEVER_SHOWN or _is_hidden(node))
    density = _densities(body)
    little = _CHROME_SHARE * density[body]
    _remove(node for node in body.iter() if _is_chrome(node) and density[node] < little)
    _remove(node for node in body.iter("ul", "div", "td", "table", "dl") if _is_link_box(node))
    density = _densities(body)
    if density[body] < _LEAST_TEXT:
        return None
    article = body
    while True:
        densest = max(article, key=lambda child: density[child], default=None)
        if densest is None or density[densest] < _SHARE * density[article]:
            break
        if densest.tag not in _UNITS | {"table", "tbody", "tr", "form", "main", "center"}:
            break
        if densest.tag == "p" or (densest.tag == "table" and is_data_table(densest)):
            break
        article = densest
    return Page(title, article)


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


def _densities(body: HtmlElement) -> defaultdict[HtmlElement, int]:
    """For each element, how many characters of running text stand in it (links left out)."""
    nodes = list(body.iter())
    unit = {body: body}
    linked: set[HtmlElement] = set()
    length: defaultdict[HtmlElement, int] = defaultdict(int)
    links: defaultdict[HtmlElement, int] = defaultdict(int)
    marked: set[HtmlElement] = set()
    for node in nodes:
        parent = node.getparent()
        if node is not body:
            unit[node] = node if node.tag in _UNITS else unit[parent]
            if node.tag == "a" or parent in linked:
                linked.add(node)
        outside = [] if node is body else [(parent, node.tail)]
        for holder, text in [(node, node.text), *outside]:
            if text and (size := len("".join(text.split()))):
                length[unit[holder]] += size
                links[unit[holder]] += size if holder in linked else 0
                if _SENTENCE_MARK.search(text):
                    marked.add(unit[holder])
    density: defaultdict[HtmlElement, int] = defaultdict(int)
    for node in reversed(nodes):
        runs_on = node in marked or node.tag in ("td", "th") or length[node] >= _LEAST_TEXT
        if runs_on and links[node] < 0.5 * length[node]:
            density[node] += length[node]
        if node is not body:
            density[node.getparent()] += density[node]
    return density


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


def _is_link_box(node: HtmlElement) -> bool:
    anchors = list(node.iter("a"))
    if len(anchors) < _LINKS:
        return False
    linked = sum(len("".join(str(anchor.text_content()).split())) for anchor in anchors)
    return linked > _LINK_SHARE * len("".join(str(node.text_content()).split()))
