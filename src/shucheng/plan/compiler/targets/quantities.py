"""Numbers of a text with their units, and which of them cannot be a quantity at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.comparators import LIMIT, LIMIT_OF_TIME
from shucheng.plan.compiler.language.numerals import CHINESE_NUMERAL, DIGITS, parse_number
from shucheng.plan.compiler.language.units import (
    MAGNITUDE,
    RANK_UNIT,
    UNIT,
    Dimension,
    dimension_of,
)

_ARABIC: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
_NUMERAL: Final = f"(?:{_ARABIC}|[{CHINESE_NUMERAL}]+)"
_QUANTITY: Final = re.compile(
    rf"(?:百分之(?P<percent>[{CHINESE_NUMERAL}]+(?:点[{''.join(DIGITS)}]+)?)"
    r"|(?P<parts>[二三四五六七八九十])分之(?P<part>[一二两三四五六七八九])|(?P<half>一半|半数)"
    rf"|(?P<number>{_NUMERAL}|(?=万亿|亿|万)(?<![{CHINESE_NUMERAL}万亿数几\d])|(?<=翻)(?=番))"
    rf"(?:(?P<unit1>{MAGNITUDE}?{UNIT}|{MAGNITUDE})?(?:-|~|至|到)(?P<number2>{_NUMERAL}))?"
    rf"(?P<odd>多|余|\+(?=[一-鿿]))?(?P<magnitude>{MAGNITUDE})?(?P<odd2>多|余)?(?P<unit>{UNIT})?)"
    rf"(?P<bound>多|余)?(?P<limit>{LIMIT}|{LIMIT_OF_TIME})?"
)
_RANK: Final = re.compile(rf"前(?:列)?(?P<number>\d+|[{CHINESE_NUMERAL}]+)(?P<unit>{RANK_UNIT})?")

# A Chinese numeral counts only in front of these: 三百家 is a number, 三类 and 两化 are words.
_PLAIN_COUNTS: Final = (
    *("家", "个", "项", "件", "名", "人", "户", "座", "条", "款", "台", "套", "所", "处", "辆"),
    *("场", "种", "亩", "吨", "公里", "人次", "千瓦", "平方公里", "%"),
)
# Words that make the numeral after them part of a word: 第三届, 每一个, 同一家, 数百家.
_WORD_BEFORE: Final = "第每同统唯任某逐各几数这那哪单专首另整全零星之其近年初"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; `span` runs to the end of the words that limit it (以上, 左右)."""

    span: Span
    value: float
    value_max: float | None
    unit: str
    dimension: Dimension
    # The word that follows and limits it: 以上, 以下, 以内, 左右, 余; "" where none does.
    limit: str = ""
    # Where the unit stands, for printing it as the document does.
    unit_span: Span = (0, 0)
    # 千亿元, 百家: a size named by its magnitude alone; it needs a comparator to be a number.
    bare_magnitude: bool = False
    chinese: bool = False


def quantities(text: str, start: int, end: int, names: bytes) -> Iterator[Quantity]:
    """Every quantity of folded text in reading order; numbers inside names are left out."""
    for match in _QUANTITY.finditer(text, start, end):
        if match.end() == match.start() or names[match.start()]:
            continue
        found = _quantity(text, match)
        if found is not None:
            yield found


def ranks(text: str, start: int, end: int, names: bytes) -> Iterator[Quantity]:
    """前10位, 前三, 前50强: places in a ranking."""
    for match in _RANK.finditer(text, start, end):
        value = parse_number(match["number"])
        follows = text[match.end() : match.end() + 1]
        named = names[match.start()] or follows in "年月个期次季批阶步级%届条项款代瞻"
        if value is None or (named and follows) or (value == 1 and not match["unit"]):
            continue
        unit = match["unit"] or "位"
        unit_span = match.span("unit") if match["unit"] else (match.end(), match.end())
        yield Quantity(match.span(), value, None, unit, "rank", unit_span=unit_span)


def with_shared_units(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """分别提高3个、4个百分点: the first is said in 百分点 as well."""
    shared = list(found)
    for at in range(len(shared) - 2, -1, -1):
        one, other = shared[at], shared[at + 1]
        joined = text[one.span[1] : other.span[0]] in ("、", "和", "及", "与")
        if (
            joined
            and one.unit in ("", "个")
            and other.unit.startswith("个")
            and len(other.unit) > 1
        ):
            shared[at] = replace(
                one, unit=other.unit, dimension=other.dimension, unit_span=other.unit_span
            )
    return shared


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    limit = match["limit"] or match["bound"] or match["odd2"] or match["odd"] or ""
    if match["number"] is None:
        share = _share_in_words(match)
        return None if share is None else Quantity(match.span(), share, None, "%", "share", limit)
    number, number2 = match["number"], match["number2"]
    if not _stands_alone(text, match):
        return None
    unit = (match["magnitude"] or "") + (match["unit"] or "")
    chinese = not number[:1].isascii() or not number
    found = Quantity(
        match.span(),
        value=parse_number(number) or 0.0 if number else 1.0,
        value_max=None,
        unit=unit,
        dimension=dimension_of(unit),
        limit=limit,
        unit_span=_unit_span(match),
        bare_magnitude=(not number and unit != "番") or number in ("百", "千"),
        chinese=chinese,
    )
    if chinese and not _counts_in_chinese(text, match, found):
        return None
    if number2 is not None:
        value_max = parse_number(number2)
        if value_max is None or value_max <= found.value or number2[:1].isascii() == chinese:
            return None
        found = replace(found, value_max=value_max)
    return found


def _share_in_words(match: re.Match[str]) -> float | None:
    """百分之九十五点五, 三分之一 (33.3) and 一半 (50), in percent."""
    if match["half"]:
        return 50.0
    if match["parts"]:
        return round(100 * DIGITS[match["part"]] / (parse_number(match["parts"]) or 1), 1)
    whole, _, fraction = match["percent"].partition("点")
    value = parse_number(whole)
    if value is not None:
        value += sum(DIGITS[digit] / 10**place for place, digit in enumerate(fraction, start=1))
    return value


def _unit_span(match: re.Match[str]) -> Span:
    if match["magnitude"] and match["unit"]:
        # 100万余户: the word between is not part of the unit, which is then taken as folded.
        return (0, 0) if match["odd2"] else (match.start("magnitude"), match.end("unit"))
    group = "magnitude" if match["magnitude"] else "unit"
    return match.span(group) if match[group] else (match.end(), match.end())


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Not a piece of a name, a date, an ordinal, a formula or a document number."""
    start, end = match.span()
    before, before2 = text[start - 1 : start], text[max(start - 2, 0) : start]
    after = text[end : end + 1]
    if re.match(r"[A-Za-z第前.×*/]", before) or re.match(r"[0-9A-Za-zNn][-+:]", before2):
        return False
    if before == "+" or before2 in ("国道", "省道", "编号"):
        return False
    if re.match(r":\d", text[end : end + 2]):
        return False  # 5:40:55
    last = match["unit"] or match["magnitude"] or match["odd"] or ""
    if not last:
        # 2027年, 12号, 5.0版, 3月: no unit that a target could have.
        return after not in "年月日号时版届期代级线路" or not after
    small = match["unit"] in ("G", "T", "M", "W", "E") and not match["magnitude"]
    if small and (parse_number(match["number"]) or 0) < 10:
        return False  # 5G, 6G
    return after not in "级" or not after  # 百亿级, 千亿元级


def _counts_in_chinese(text: str, match: re.Match[str], found: Quantity) -> bool:
    number = match["number"]
    before = text[match.start() - 1 : match.start()]
    if before and before in _WORD_BEFORE:
        return before == "近" and (found.bare_magnitude or found.dimension == "money")
    if number and all(char in DIGITS for char in number) and len(number) > 1:
        return False  # 三五家, 一二三产
    bare_unit = re.sub(f"^{MAGNITUDE}", "", found.unit)
    if found.unit in ("番", "倍"):
        return before in "翻长加高" or found.value >= 2
    if found.unit == "成":
        return found.value >= 1
    if found.dimension == "money" or (match["magnitude"] and bare_unit):
        return found.dimension in ("money", "count", "amount")
    return bare_unit in _PLAIN_COUNTS and (found.value >= 2 or found.bare_magnitude)
