"""How Chinese plans number their headings: 第一章, 一、, (一), 1., (1), ①, 一是, 附件1, 专栏1.

A marker says which style a line opens with and how deep that style stands; whether the
line really is a heading is decided by `structure`, which knows what came before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shucheng.plan.compiler.language.numerals import read_ordinal

HANZI = "[一二三四五六七八九十百]{1,5}"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

ANNEX_RANK = 0.0
BOX_RANK = 20.0


@dataclass(frozen=True, slots=True)
class Marker:
    """The number a line opens with; `end` is where the words after it begin."""

    style: str
    rank: float
    number: int
    printed: tuple[int, int]
    end: int


class FreeNumbers:
    """The numbers of one list, each given once: the printed one where it is free, else the next."""

    def __init__(self, taken: Iterable[int] = ()) -> None:
        self._taken = set(taken)
        self._highest = max(self._taken, default=0)

    def take(self, printed: int | None) -> int:
        """A number that no other entry has; `printed` is None or 0 where the text has none."""
        number = printed if printed and printed not in self._taken else self._highest + 1
        self._taken.add(number)
        self._highest = max(self._highest, number)
        return number


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    rank: float
    pattern: re.Pattern[str]


def _style(name: str, rank: float, pattern: str) -> _Style:
    return _Style(name, rank, re.compile(pattern))


# `p` is the number as printed, `n` what is counted. Order matters: the first that fits wins.
_STYLES = (
    _style(
        "part", 1, rf"(?P<p>第\s*(?P<n>{HANZI}|\d{{1,2}})\s*(?:篇|编|部分))(?![^\s:、.])[\s:、.]*"
    ),
    _style("chapter", 2, rf"(?P<p>第\s*(?P<n>{HANZI}|\d{{1,2}})\s*章)[\s:、.]*"),
    _style("section", 3, rf"(?P<p>第\s*(?P<n>{HANZI}|\d{{1,2}})\s*节)[\s:、.]*"),
    # 一、二、三产业 and 一、二级 are words of a sentence.
    _style("hanzi", 4, rf"(?P<p>(?P<n>{HANZI}))\s*[、.](?!\s*{HANZI}(?:、|产|级|线|期|类))\s*"),
    _style("article", 5, rf"(?P<p>第\s*(?P<n>{HANZI}|\d{{1,3}})\s*条)(?:[\s:、.]+|$)"),
    _style("paren-hanzi", 6, rf"(?P<p>\(\s*(?P<n>{HANZI})\s*\))(?!\s*[、和至到及项款])\s*[.]?\s*"),
    _style(
        "labelled",
        6.5,
        rf"(?P<p>(?:任务|行动|工程|举措|专项行动|措施)\s*(?P<n>{HANZI}|\d{{1,2}}))\s*[:、.]\s*",
    ),
    _style("paren-digit", 8, r"(?P<p>\(\s*(?P<n>\d{1,2})\s*\))(?!\s*[、和至到及项款])\s*[.]?\s*"),
    _style("digit-paren", 8.5, r"(?P<p>(?P<n>\d{1,2})\))\s*"),
    # 1.1 and 1.1.1; not 1.1万亿元.
    _style(
        "decimal-2",
        7.1,
        r"(?P<p>\d{1,2}\.(?P<n>\d{1,2}))(?:\s*[、.]\s*|\s+|(?=[一-鿿“《]))(?![\d万亿千百倍个家项%P元])",
    ),
    _style(
        "decimal-3",
        7.2,
        r"(?P<p>\d{1,2}\.\d{1,2}\.(?P<n>\d{1,2}))(?:\s*[、.]\s*|\s+|(?=[一-鿿“《]))(?![\d%])",
    ),
    # A digit after the point is a decimal, unless it opens a year, 5G or 3D.
    _style(
        "decimal",
        7,
        r"(?P<p>(?P<n>\d{1,3}))\s*(?:[.、]\s*(?!\d)|[.]\s*(?=20\d\d|[1-9][GD])|、(?=\d))",
    ),
    _style("bare", 7, r"(?P<p>(?P<n>\d{1,2}))\s+(?=[一-鿿“《])"),
    _style("circled", 9, rf"(?P<p>(?P<n>[{_CIRCLED}]))\s*"),
    _style("first-is", 10, rf"(?P<p>(?P<n>{HANZI})是)\s*[:,]?\s*"),
    _style("box", BOX_RANK, rf"(?P<p>专\s?栏\s*(?P<n>{HANZI}|\d{{1,2}}))[\s:、.]*"),
)

_ANNEX = re.compile(
    rf"附\s*(?:件|表|录)(?P<gap>\s*)(?P<n>\d{{1,2}}(?:-\d{{1,2}})?|{HANZI})?\s*(?P<sep>[:.、]?)\s*"
)


def read_marker(folded: str) -> Marker | None:
    """The numbering that a folded line opens with, or None."""
    start = len(folded) - len(folded.lstrip())
    for style in _STYLES:
        found = style.pattern.match(folded, start)
        if not found:
            continue
        counted = found["n"]
        number = _CIRCLED.index(counted) + 1 if counted in _CIRCLED else read_ordinal(counted)
        if not number:
            continue
        return Marker(style.name, style.rank, number, found.span("p"), found.end())
    return None


def read_annex(folded: str) -> tuple[Marker, bool] | None:
    """The annex that a line opens (附件1, 附表2:…), and whether a colon follows without number.

    附件:1.… names the annexes of a document; it opens none.
    """
    start = len(folded) - len(folded.lstrip())
    found = _ANNEX.match(folded, start)
    if not found or len(folded) - start > 70:
        return None
    number = read_ordinal(found["n"].split("-")[-1]) if found["n"] else 0
    printed_end = found.end("n") if found["n"] else found.start("sep")
    listed = not found["n"] and found["sep"] == ":"
    rest = folded[found.end() :]
    if not found["n"] and not found["sep"] and not found["gap"] and rest.strip():
        return None
    if rest.rstrip().endswith(("。", ";")):
        return None
    printed = (start, len(folded[:printed_end].rstrip()))
    return Marker("annex", ANNEX_RANK, number or 0, printed, found.end()), listed
