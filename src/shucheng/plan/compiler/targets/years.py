"""Which year a sentence speaks of, and whether it promises or reports.

Planning text states a year once and lets it carry: `到2027年` holds until another year is
named. Reports of the past (截至2024年底, 目前, 已) are told apart from promises in the same way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.numerals import parse_number
from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.model import Period
from shucheng.plan.compiler.targets.words import BUILD

Basis = Literal["stated", "inherited", "relative", ""]
MarkKind = Literal[
    "year", "years", "each year", "within", "this year", "past", "now", "others", "intent"
]

_YEAR: Final = r"(?:(?:19|20)\d\d|二[〇零][〇零一二三四五六七八九]{2})"
_SMALL: Final = r"(?:[一二两三四五六七八九十]|\d{1,2})"
# 到2027年底, 2026年6月底前, 2025-2027年, 较2024年, 在2024年基础上.
_DATED: Final = re.compile(
    rf"(?P<lead>截至|截止到?|相比于?|相较于?|对比|较之|超过|高于|[到至较从由自与以超]|(?<!占)比)?"
    rf"(?:(?P<first>{_YEAR})年?(?:-|~|至|到))?(?<!\d)(?P<year>{_YEAR})年(?!份的|度计划|版)度?"
    r"(?:上半年|下半年|[一二三四1-4第]{1,2}季度|\d{1,2}月份?(?:\d{1,2}日)?)?"
    r"(?P<late>年?底|年?末|初|中|期末)?(?P<before>之?前)?"
    r"(?P<after>[^，。]{0,12}基础上|以来|起|开始|期间|为基期|相比|同期|的|时)?"
)
# 达到2024年的|2倍: a year that a multiple is held against.
_TIMES_OVER: Final = re.compile(r"[\d.一二两三四五六七八九十百]+倍")
# “十五五”末: five-year plans by their ordinal; the eleventh ended in 2010.
_FIVE_YEARS: Final = re.compile(
    r"“?十(?P<n>[一二三四五六七])五”?"
    r"(?P<part>期间|时期|期末|末期?|以来|规划期|收官之年|中后期|以后|后期|前期|开局)"
)
_WITHIN: Final = re.compile(
    rf"(?P<lead>未来|今后|下一步|力争用?|争取用?|通过|经过|用|利用|在)?"
    rf"(?<![第\d])(?P<n>{_SMALL})(?:到{_SMALL})?年"
    rf"(?P<tail>之?内|左右的?时间|的?时间|的?努力|累计|期间|(?=新增|新建|累计|{BUILD}))?"
)
_EACH: Final = re.compile(
    r"(?:平均)?每年度?均?|逐年(?=新增|培育)"
    r"|(?<![\d一二两三四五六七八九十几近多全往历当今明去本半整])年"
    r"(?=(?:接待|飞行|" + BUILD + r")(?!能力|量|规模|率|费|面积|[额数]|总|强度|业))"
    rf"|年均(?=累计|新增|可|约|不少于|超过?|{BUILD}|\d+[家个项])"
)
_THIS_YEAR: Final = re.compile(
    r"(?<![近多往历同])(?:(?<![\d年-])\d{1,2}月份?(?:[上中下]旬|\d{1,2}日)?[底末]?之?前|全年(?!龄)|年内|今年|本年度?|本年底|当年|年底前|年末前"
    r"|(?<![0-9年上去])年底|上半年|下半年|[一二三四]季度)"
)
_PAST: Final = re.compile(
    r"近年来|近[三五两几]年|过去|去年(?!同)|历年|截至目前|截止目前|迄今|至今|以来"
    r"|连续[三四五六七八九\d]年"
)
# 已 and 现有 report, unless they are the ground a promise stands on (在现有基础上).
_NOW: Final = re.compile(
    r"目前|当前(?!和)|现有(?![^，。]{0,12}基础)|现已|业已|已(?!有?[^，。]{0,8}基础上)|仅有|荣获|"
    + alternation(
        """达 达到 超 超过 突破 增长 提高 提升 实现 建成 完成 培育 下降 形成 引进 集聚 打造 新增
        发布 拥有 降低 获得 获评"""
    )
    + "了"
)
# What a higher plan asks for is not this plan's promise.
_OTHERS: Final = re.compile("(?:国家|国务院|中央|省委|省政府|上级|》)(?:明确)?(?:提出|要求)")
_INTENT: Final = re.compile(
    r"力争|争取|确保|今后|(?<!面向)未来(?!产业|社区|乡村|工厂|城市|学校|科|能源|网络|信息|制造|材料|空间|健康|农场|市场)|(?<![即必])将(?!近|军|来)|目标(?:是|为|:|如下)|下一步"
    r"|计划(?!单列|》|\()(?=[^，。]{0,2}[到新建培引实完达用投在])|努力实现|有望|预计"
    r"|要(?=实现|达到|建成|培育|新增)"
)
# What stands between the start of a clause and a year that governs it.
_CLAUSE_START: Final = re.compile(
    r"(?:^|[，。;:!、(\n“>*-])(?:"
    + alternation(
        """其中 并 且 即 力争 争取 确保 努力 计划 预计 预期 实现 目标 主要目标 总体目标 在 于 我市
        全市 全省 全县"""
    )
    + r"|[一二三四五六七八九]是|第[一二三]步|\d+[.、]|\(\d+\)|[①-⑳])*$"
)
# What follows a year that governs the rest of its clause, even in the middle of one.
_GOVERNS: Final = re.compile(
    f"[，:、前要将全我]|{BUILD}|"
    + alternation("力争 争取 实现 分别 达 突破 超 不少于 不低于 完成 建成 新增")
)


# How many characters may stand before a year that opens its sentence.
_LONGEST_OPENING: Final = 6
_OPENING_REACH: Final = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or phrase of time, where it stands and what it says."""

    span: Span
    kind: MarkKind
    year: int | None = None
    basis: Basis = ""
    # It stands where the sentence begins, or between commas: it is said of more than its clause.
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """What holds at a point of the text."""

    year: int | None = None
    basis: Basis = ""
    # The year opened its sentence: it holds for the sentences after it.
    opens: bool = True
    each_year: bool = False
    # A year, a sentence back or here, that the text reports on instead of planning for.
    past: bool = False
    reported: bool = False
    # The sentence tells what somebody else has set.
    others: bool = False
    # 到2025年、2027年分别达到: the years of a list, in order.
    years: tuple[int, ...] = field(default=())

    def next_sentence(self) -> "Scope":
        """What is left of it after a full stop: the year, now inherited, and the past."""
        year = self.year if self.opens else None
        basis: Basis = "inherited" if year is not None else ""
        if year is not None and self.basis == "relative":
            basis = "relative"
        return replace(
            self, year=year, basis=basis, each_year=False, reported=False, others=False, years=()
        )

    def after(self, mark: Mark) -> "Scope":
        match mark.kind:
            case "year":
                years = (mark.year,) if mark.year else ()
                return Scope(mark.year, mark.basis, mark.opens, others=self.others, years=years)
            case "years" if mark.year is not None:
                return replace(self, year=mark.year, years=(*self.years, mark.year))
            case "within":
                return Scope(mark.year, "relative")
            case "this year" if mark.year is None:
                return replace(self, past=False)
            case "this year":
                return replace(self, year=mark.year, basis=mark.basis, past=False)
            case "each year" | "years":
                return replace(self, each_year=True, past=False, reported=False)
            case "past":
                return replace(self, past=True, each_year=False)
            case "now":
                return replace(self, reported=True)
            case "others":
                return replace(self, others=True)
            case "intent":
                return replace(self, past=False, reported=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The years a plan speaks for; marks of time are read against them."""

    first: int | None
    last: int | None
    work_year: int | None = None

    @classmethod
    def of(cls, period: Period | None, text: str) -> "Calendar":
        """The years of the plan's period; without one, those that the text aims at."""
        if period is not None:
            return cls(period.start, period.end, period.end if period.start == period.end else None)
        # A plan that does not say its years is taken to aim at those it names after 到.
        aims = [int(year) for year in re.findall(r"(?<!截)[到至]\s*(20\d\d)\s*年", text)]
        return cls(min(aims) - 2 if aims else None, max(aims) if aims else None)

    def is_past(self, year: int) -> bool:
        first = self.work_year or self.first
        return first is not None and year < first


def marks(text: str, calendar: Calendar, names: bytes) -> list[Mark]:
    """Every mark of time in reading order."""
    found = [
        *_dated(text, calendar, names),
        *_five_years(text, calendar),
        *_within(text, calendar, names),
        *_this_year(text, calendar, names),
        *_plain(_EACH, "each year", text, names),
        *_plain(_PAST, "past", text, names),
        *_plain(_NOW, "now", text, names),
        *_plain(_OTHERS, "others", text, names),
        *_plain(_INTENT, "intent", text, names),
    ]
    found.sort(key=lambda mark: (mark.span[0], -mark.span[1]))
    kept: list[Mark] = []
    for mark in found:
        # A longer mark that started earlier has read these characters; a list of years shares one.
        if not kept or mark.span[0] >= kept[-1].span[1] or mark.span == kept[-1].span:
            kept.append(mark)
    return kept


def _plain(pattern: re.Pattern[str], kind: MarkKind, text: str, names: bytes) -> Iterator[Mark]:
    for match in pattern.finditer(text):
        if not names[match.start()]:
            yield Mark(match.span(), kind)


def _read_year(text: str) -> int:
    return int(text) if text.isascii() else int(parse_number(text) or 0)


def _dated(text: str, calendar: Calendar, names: bytes) -> Iterator[Mark]:
    previous_end, previous_governs = -9, False
    for match in _DATED.finditer(text):
        if names[match.start("year")]:
            continue
        year = _read_year(match["year"])
        lead, after = match["lead"] or "", match["after"] or ""
        between = text[previous_end : match.start()]
        listed = previous_governs and between in tuple("、和及与，")
        previous_end, previous_governs = match.end(), False
        base = lead[:1] in tuple("比较相对与以超高") or (
            lead in ("从", "由", "自") and after not in ("起", "开始")
        )
        base = base or after.endswith(("基础上", "相比", "为基期", "同期"))
        if base or (after == "的" and _TIMES_OVER.match(text, match.end())):
            continue
        # 截至2024年底 reports, unless it names the year the plan ends in.
        reports = lead.startswith("截") and year != calendar.last
        if reports or calendar.is_past(year) or after == "以来":
            yield Mark(match.span(), "past")
            continue
        head = text[max(0, match.start() - 12) : match.start()]
        tail = text[match.end() : match.end() + 6]
        governs = (
            listed
            or lead != ""
            or match["before"] is not None
            or match["late"] is not None
            or after == "期间"
            or (_CLAUSE_START.search(head) is not None and after != "的")
            or (after == "" and _GOVERNS.match(tail) is not None)
        )
        if governs:
            previous_governs = True
            years = [year]
            if match["first"]:
                # 2025-2027年分别达到: three years for three values.
                years = list(range(_read_year(match["first"]), year + 1))[-9:] or years
            for position, each in enumerate(years):
                kind: MarkKind = "years" if listed or position else "year"
                yield Mark(match.span(), kind, each, "stated", opens=_opens(text, match.span()))


def _five_years(text: str, calendar: Calendar) -> Iterator[Mark]:
    for match in _FIVE_YEARS.finditer(text):
        end = 2000 + 5 * (_parse_int(match["n"]) + 1)
        at_end = match["part"].startswith(("末", "期末"))
        last = calendar.last
        # A plan of 2023-2030 still has most of “十四五” before it.
        under_way = calendar.first is not None and end - calendar.first >= 2
        ahead = last is None or end >= last or under_way
        ahead = ahead or (at_end and not calendar.is_past(end))
        if match["part"] == "以来" or calendar.is_past(end) or not ahead:
            yield Mark(match.span(), "past")
        elif match["part"] not in ("以后", "收官之年", "开局"):
            yield Mark(match.span(), "year", end, "stated", opens=_opens(text, match.span()))


def _opens(text: str, span: Span) -> bool:
    """到2027年, 力争到2027年,…; not 二期2026年底前建成: that year is said of its clause alone."""
    head = re.split("[。;!\n]", text[max(0, span[0] - _OPENING_REACH) : span[0]])[-1]
    if len(re.sub("[^一-鿿]", "", head)) <= _LONGEST_OPENING:
        return True
    return head.endswith(("，", ":")) and text[span[1] : span[1] + 1] == "，"


def _parse_int(text: str) -> int:
    return int(parse_number(text) or 0)


def _within(text: str, calendar: Calendar, names: bytes) -> Iterator[Mark]:
    for match in _WITHIN.finditer(text):
        if names[match.start()] or (match["lead"] is None and match["tail"] is None):
            continue
        if match["tail"] is None and match["lead"] in ("用", "利用", "在", "通过"):
            continue
        years = _parse_int(match["n"])
        year = None
        if calendar.first is not None and calendar.last is not None and years:
            year = min(calendar.first + years - 1, calendar.last)
        yield Mark(match.span(), "within", year, "relative")


def _this_year(text: str, calendar: Calendar, names: bytes) -> Iterator[Mark]:
    for match in _THIS_YEAR.finditer(text):
        if not names[match.start()]:
            yield Mark(match.span(), "this year", calendar.work_year, "stated")
