"""Word's automatic numbers as text: 一、 (一) 1. 第一章."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from shucheng.plan.compiler.readers.wordml import child, children, value, value_of

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_CLOSED = tuple("、.．)）:：】]")
_PLACEHOLDER = re.compile(r"%([1-9])")
_MAX_NUMBER = 9_999


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered. `style` is the paragraph style bound to it."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    # The level (from 1) whose number makes this one begin again; None: any higher, 0: none.
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    # Lists over the same definition count on where the other stopped ...
    definition: dict[str, str] = field(default_factory=dict)
    counts: defaultdict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    # ... but for the levels that a list begins anew, once.
    anew: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: _Element | None) -> "Numbering":
        numbering = cls()
        if root is None:
            return numbering
        abstract: dict[str, dict[int, Level]] = {}
        links: dict[str, str] = {}
        named: dict[str, str] = {}
        for node in children(root, "abstractNum"):
            key = value(node, "abstractNumId")
            abstract[key] = dict(_levels(node))
            links[key] = value_of(node, "numStyleLink")
            named[value_of(node, "styleLink")] = key
        for node in children(root, "num"):
            key = value_of(node, "abstractNumId")
            key = named.get(links.get(key, ""), key) if links.get(key) else key
            levels = dict(abstract.get(key, {}))
            number = value(node, "numId")
            numbering.anew[number] = _override(levels, node)
            numbering.lists[number] = levels
            numbering.definition[number] = key
        return numbering

    def level_of_style(self, number: str, style: str) -> int:
        """The level that a list binds to a paragraph style; 0 where it binds none."""
        levels = self.lists.get(number, {})
        return next((at for at, level in levels.items() if style and level.style == style), 0)

    def next(self, number: str, at: int) -> str:
        """Count one paragraph on level `at` of list `number`, and the number it gets."""
        levels = self.lists.get(number)
        if levels is None or at not in levels:
            return ""
        counts = self.counts[self.definition[number]]
        for restarted in self.anew.pop(number, ()):
            counts.pop(restarted, None)
        counts[at] = counts.get(at, levels[at].start - 1) + 1
        for deeper in [other for other in counts if other > at]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart > 0 and at < restart):
                del counts[deeper]
        return self._written(levels, counts, at)

    def _written(self, levels: dict[int, Level], counts: dict[int, int], at: int) -> str:
        level = levels[at]
        if level.form in ("bullet", "none") and "%" not in level.text:
            return ""

        def number(match: re.Match[str]) -> str:
            other = int(match.group(1)) - 1
            shown = levels.get(other, Level())
            form = "decimal" if level.legal else shown.form
            return written_number(counts.get(other, shown.start), form)

        text = _PLACEHOLDER.sub(number, level.text)
        return text if not text or text.endswith(_CLOSED) else f"{text} "


def written_number(number: int, form: str) -> str:
    """`number` as Word's number format `form` writes it."""
    number = max(0, min(number, _MAX_NUMBER))
    if form in _FORMS:
        return _FORMS[form](number)
    return "" if form in ("none", "bullet") else str(number)


def chinese_number(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """12 as 十二, 105 as 一百零五."""
    if number == 0:
        return digits[0]
    written = ""
    zero = False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            written += ("零" if zero else "") + digits[digit] + (units[power - 1] if power else "")
            zero = False
        elif written:
            zero = True
    return written[1:] if digits == _DIGITS and 10 <= number < 20 else written


def _levels(node: _Element) -> Iterator[tuple[int, Level]]:
    for level in children(node, "lvl"):
        yield _integer(value(level, "ilvl"), 0), _level(level)


def _override(levels: dict[int, Level], node: _Element) -> set[int]:
    """Apply what a list changes of its definition; the levels that it begins anew."""
    anew: set[int] = set()
    for override in children(node, "lvlOverride"):
        at = _integer(value(override, "ilvl"), 0)
        own = child(override, "lvl")
        if own is not None:
            levels[at] = _level(own)
        start = child(override, "startOverride")
        if start is not None:
            levels[at] = replace(levels.get(at, Level()), start=_integer(value(start, "val"), 1))
            anew.add(at)
    return anew


def _level(node: _Element) -> Level:
    restart = child(node, "lvlRestart")
    return Level(
        form=value_of(node, "numFmt") or "decimal",
        text=value_of(node, "lvlText"),
        start=_integer(value_of(node, "start"), 1),
        restart=None if restart is None else _integer(value(restart, "val"), 0),
        legal=child(node, "isLgl") is not None,
        style=value_of(node, "pStyle"),
    )


def _integer(written: str, otherwise: int) -> int:
    plain = written.isascii() and written.isdecimal() and len(written) < 6
    return int(written) if plain else otherwise


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number else ""


def _roman(number: int) -> str:
    written = ""
    for worth, letters in _ROMAN:
        times, number = divmod(number, worth)
        written += letters * times
    return written


def _from(signs: str, number: int) -> str:
    return signs[number - 1] if 1 <= number <= len(signs) else str(number)


_CIRCLED = "".join(map(chr, range(0x2460, 0x2474)))
_IN_BRACKETS = "".join(map(chr, range(0x2474, 0x2488)))
_WITH_STOP = "".join(map(chr, range(0x2488, 0x249C)))
_CIRCLED_CHINESE = "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

_FORMS: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese_number,
    "chineseCountingThousand": chinese_number,
    "taiwaneseCounting": chinese_number,
    "taiwaneseCountingThousand": chinese_number,
    "japaneseCounting": chinese_number,
    "koreanCounting": chinese_number,
    "chineseLegalSimplified": lambda number: chinese_number(number, _LEGAL, "拾佰仟"),
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "ideographTraditional": lambda number: _from(_STEMS, number),
    "ideographZodiac": lambda number: _from(_BRANCHES, number),
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalFullWidth2": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalEnclosedCircle": lambda number: _from(_CIRCLED, number),
    "decimalEnclosedCircleChinese": lambda number: _from(_CIRCLED, number),
    "decimalEnclosedParen": lambda number: _from(_IN_BRACKETS, number),
    "decimalEnclosedFullstop": lambda number: _from(_WITH_STOP, number),
    "ideographEnclosedCircle": lambda number: _from(_CIRCLED_CHINESE, number),
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerLetter": _letters,
}
