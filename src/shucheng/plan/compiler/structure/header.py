"""What a plan says of itself: its title, who issued it and when, and the years it covers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shucheng.plan.compiler.document import Document, Span
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.language.numerals import read_ordinal
from shucheng.plan.compiler.model import Period
from shucheng.plan.compiler.structure.outline import PREAMBLE, Outline

_KIND = (
    r"(?:规划|计划|方案|纲要|意见|措施|办法|要点|清单|举措|行动|策略|指南|政策|规定|实施细则|任务)"
)
_TITLE = re.compile(rf"[^。;!?]{{4,80}}{_KIND}(?:\((?:[^()]|\([^()]*\))*\)|[“”\s])*$")
_BRACKET_ONLY = re.compile(r"\((?:20\d\d|征求|试行|修订|送审|公开|“).{0,30}\)")
_WRAPPED = re.compile(
    rf"(?:(?P<issuer>[^《》]*?)\s*(?:关于)?(?:印发|发布|公布|转发|下发)\s*)《?(?P<title>[^《》]+?{_KIND}[^《》]*?)》?\s*的?\s*通\s*知"
)
_NAMED = re.compile(
    rf"《(?P<title>[^《》]{{4,80}}?{_KIND}(?:\([^()]*\))?)》[^。]{{0,60}}(?:印发|现将|同意|审议)"
)
_DATE = re.compile(r"(20\d\d)\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*日?")
_HANZI_DATE = re.compile(
    r"([二][〇零OoО0一二三四五六七八九]{3})\s*年\s*([一二三四五六七八九十]{1,2})\s*月\s*([一二三四五六七八九十]{1,3})\s*日"
)
# The zero of 二〇二五 as others type it: an Arabic one, or the letter O, Latin or Cyrillic.
_ZERO = re.compile("[0oOО]")
_DATED = re.compile(r"(?:成文|印发|发文|发布|公布|生成)(?:日期|时间)\s*:?\s*")
_ORGANISATION_LINE = re.compile(
    r"[^,。、;:()《》\d]{3,40}(?:政府|办公室|办公厅|委员会|局|厅|部|委|办|院|组|会|管委会|集团|公司|中心)"
)
_SIGNATORY = re.compile(_ORGANISATION_LINE.pattern + r"(?:等[一二三四五六七八九十]+(?:部门|单位))?")
_LETTERHEAD = re.compile(r"(?:文件|通知|函)$")
_YEARS = re.compile(r"(20\d\d)\s*年?\s*[-~至到]+\s*(20\d\d)\s*年?")
_FIVE_YEAR = {
    "十二": (2011, 2015),
    "十三": (2016, 2020),
    "十四": (2021, 2025),
    "十五": (2026, 2030),
    "十六": (2031, 2035),
}
_FIVE_YEAR_NAME = re.compile(r"[“\"]?(十[二三四五六])(?:五[”\"]?|个五年)")
_YEAR_PLAN = re.compile(r"([一二两三四五]|\d)年(?:攻坚)?(?:专项)?(?:行动|攻坚|发展|建设|工作|实施)")
_SCOPE = re.compile(
    r"(?:规划|实施|行动|计划|建设|工作|本(?:规划|方案|计划))?(?:期限?|时间|周期|年限)为?\s*:?为?\s*(20\d\d)\s*年?\s*[-~至到]+\s*(20\d\d)\s*年?"
)
_BY_YEAR = re.compile(r"(?:到|至|截至)\s*(20\d\d)\s*年|(20\d\d)\s*年(?:底|末)")
_AIMED = re.compile(r"(?<!截)[到至]\s*(20\d\d)\s*年")
_LOOKED_BACK = re.compile(r"(?:截至|截止|较|比|从|由|在)\s*(20\d\d)\s*年")
_USUAL_SPAN = 3
_FAR_AHEAD = re.compile(r"展望|远景|愿景")
_LONGEST_PLAN = 6
_SINGLE_YEAR = re.compile(r"(?<![\d\-~])(20\d\d)\s*年?(?:度)?(?![\d\-~])")
_PLACE = re.compile(r"([一-鿿]{2,10}?(?:自治区|自治州|自治县|省|市|州|盟|县|区|旗))")


@dataclass(frozen=True, slots=True)
class Header:
    """`title_span` is where the text of the plan itself begins (after the notice)."""

    title: str
    title_span: Span | None
    issuer: str
    published: str | None
    period: Period | None
    place: str


def read_header(document: Document, outline: Outline) -> Header:
    """Title, issuer, date and period of a plan; what the text does not say stays empty."""
    lines = [(line.span, document.slice(line.span).strip()) for line in outline.lines]
    opening = [
        (line.span, unwrap(document.slice(line.span)))
        for line in outline.lines
        if line.section == PREAMBLE
    ]
    title, title_span = _title(opening)
    signed_on, issuer = _signature(lines)
    wrapped_issuer = _wrapped(opening)[0]
    published = signed_on or _labelled_date([text for _, text in opening])
    issuer = issuer or wrapped_issuer or _letterhead(opening)
    period = _period(title, published, document, outline)
    return Header(title, title_span, issuer, published, period, _place(title, issuer))


def _title(
    opening: Sequence[tuple[Span, str]],
) -> tuple[str, Span | None]:
    """The line over the plan's own text, else the name that the notice gives it."""
    wrapped = _wrapped(opening)[1]
    found: tuple[str, Span] | None = None
    for index, (span, _) in enumerate(opening):
        whole, end = _joined(opening, index)
        if _is_title(whole) and not (found and span[0] < found[1][1]):
            found = (whole, (span[0], end))
    if found and (not wrapped or _alike(found[0], wrapped) or not _is_reference(found[0])):
        return _tidy(found[0]), found[1]
    if wrapped:
        return wrapped, None
    named = next((match for _, text in opening if (match := _NAMED.search(fold(text)))), None)
    if named:
        return _tidy(named["title"]), None
    first = opening[0][1] if opening else ""
    return (_tidy(first) if len(first) <= 60 and not _ends_like_issuer(first) else ""), None


def _joined(opening: Sequence[tuple[Span, str]], index: int) -> tuple[str, int]:
    """A title with the lines that go on with it: a bracket of years, or its second half."""
    span, text = opening[index]
    end = span[1]
    for next_span, following in opening[index + 1 : index + 3]:
        folded = fold(following).strip()
        goes_on = _BRACKET_ONLY.fullmatch(folded) or (
            not _TITLE.fullmatch(fold(text)) and len(text) <= 40 and len(folded) <= 40
            and _TITLE.fullmatch(fold(text) + folded) and not re.search(r"[::,。]", fold(text))
            and not _ends_like_issuer(text)
        )  # fmt: skip
        if not goes_on:
            break
        text, end = text + following.strip(), next_span[1]
    return text, end


def _ends_like_issuer(text: str) -> bool:
    folded = fold(text)
    return bool(_ORGANISATION_LINE.fullmatch(folded) or _whole_date(folded) or "号" in folded[-2:])


def _is_title(text: str) -> bool:
    folded = fold(text).strip()
    if len(folded) > 120 or not _TITLE.fullmatch(folded) or re.search(r"[:;。]|印发|通知", folded):
        return False
    return not folded.startswith(("附件", "各", "《", "现", "为", "根据", "("))


def _is_reference(text: str) -> bool:
    return len(text) < 8


def _alike(one: str, other: str) -> bool:
    shared = set(fold(one)) & set(fold(other))
    return len(shared) * 2 >= min(len(set(one)), len(set(other)))


def _wrapped(opening: Sequence[tuple[Span, str]]) -> tuple[str, str]:
    """Issuer and title of `市政府办公室关于印发《…计划》的通知`, also over two or three lines."""
    texts = [" ".join(text.split()) for _, text in opening[:12]]
    for index in range(len(texts)):
        for size in (1, 2, 3):
            joined = " ".join(texts[index : index + size])
            match = _WRAPPED.fullmatch(fold(joined)) if len(joined) <= 200 else None
            if not match:
                continue
            issuer = joined[slice(*match.span("issuer"))].strip().removesuffix("关于").strip()
            if not issuer or _SIGNATORY.fullmatch(fold(issuer)):
                return issuer, _tidy(joined[slice(*match.span("title"))])
    return "", ""


def _tidy(title: str) -> str:
    return unwrap(title).strip("《》 。")


def _signature(lines: Sequence[tuple[Span, str]]) -> tuple[str | None, str]:
    """The date that stands alone on a line, and the organisations signed above it."""
    for index, (_, text) in enumerate(lines):
        day = _whole_date(fold(text))
        if not day:
            continue
        signed: list[str] = []
        for _, above in reversed(lines[max(0, index - 8) : index]):
            if not _ORGANISATION_LINE.fullmatch(fold(above).strip()):
                break
            signed.insert(0, " ".join(above.split()))
        if signed:
            return day, " ".join(signed)
    for _, text in lines[:15]:
        day = _whole_date(fold(text))
        if day:
            return day, ""
    return None, ""


def _whole_date(folded: str) -> str | None:
    text = folded.strip().strip("()")
    match = _DATE.fullmatch(text)
    if match:
        return _iso(*(int(part) for part in match.groups()))
    match = _HANZI_DATE.fullmatch(text)
    return _hanzi_iso(match) if match else None


def _labelled_date(texts: Sequence[str]) -> str | None:
    """成文日期:2024-05-30, else the first date of the notice that is said to be its own."""
    for text in texts:
        folded = fold(text)
        label = _DATED.search(folded)
        if not label:
            continue
        match = _DATE.match(folded, label.end())
        if match:
            return _iso(*(int(part) for part in match.groups()))
        hanzi = _HANZI_DATE.match(folded, label.end())
        if hanzi:
            return _hanzi_iso(hanzi)
    for text in texts:
        match = re.search(_DATE.pattern + r"\s*(?:印发|发布|公布)", fold(text))
        if match:
            return _iso(*(int(part) for part in match.groups()))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _hanzi_iso(match: re.Match[str]) -> str | None:
    year = read_ordinal(_ZERO.sub("〇", match[1])) or 0
    return _iso(year, read_ordinal(match[2]) or 0, read_ordinal(match[3]) or 0)


def _letterhead(opening: Sequence[tuple[Span, str]]) -> str:
    """`盐城市人民政府办公室文件` over the notice."""
    for _, text in opening[:4]:
        name = _LETTERHEAD.sub("", fold(text).strip())
        if _ORGANISATION_LINE.fullmatch(name) and len(name) <= 30:
            return name
    return ""


def _period(
    title: str, published: str | None, document: Document, outline: Outline
) -> Period | None:
    """Years from the title (2025-2027年, 三年行动, “十四五”), else from the text."""
    folded = fold(title)
    issued = int(published[:4]) if published else None
    stated = _YEARS.search(folded)
    if stated:
        return Period(int(stated[1]), int(stated[2]))
    text = fold(document.text[:200_000])
    five = _FIVE_YEAR_NAME.search(folded)
    if five:
        scope = _SCOPE.search(text)
        return Period(*(map(int, scope.groups()) if scope else _FIVE_YEAR[five[1]]))
    scope = _SCOPE.search(text)
    if scope:
        return Period(int(scope[1]), int(scope[2]))
    single = _SINGLE_YEAR.search(folded)
    if single and not re.search(rf"到{single[1]}|{single[1]}年?(?:目标|愿景)", folded):
        return Period(int(single[1]), int(single[1]))
    end = _last_year(text, outline, issued)
    many = _YEAR_PLAN.search(folded)
    if many:
        length = read_ordinal(many[1]) or 3
        if issued and not (end and abs(end - (issued + length - 1)) == 1):
            return Period(issued, issued + length - 1)
        if end:
            return Period(end - length + 1, end)
    if end:
        return Period(min(issued or _first_year(text, end), end), end)
    return Period(issued, issued) if issued and "工作要点" in title else None


def _first_year(text: str, end: int) -> int:
    """The year after the last that the text looks back on (较2024年); it has no date of its own."""
    aims = [int(year) for year in _AIMED.findall(text)]
    first = min([year for year in aims if year <= end], default=end)
    past = [int(year) for year in _LOOKED_BACK.findall(text) if int(year) < first]
    return max(past) + 1 if past else first - _USUAL_SPAN + 1


def _last_year(text: str, outline: Outline, issued: int | None) -> int | None:
    """The year that the plan runs to: the last stage of its chapter of aims, without any look
    further ahead (展望2035年); where no chapter sets a year, the one most often written."""
    aims = [s.span for s in outline.sections if "目标" in s.title and s.level <= 2]
    staged = {year for start, end in aims for year in _years_in(text[start:end], issued)}
    if staged:
        return max(staged)
    years = Counter(_years_in(text, issued))
    return max(years, key=lambda year: (years[year], year)) if years else None


def _years_in(text: str, issued: int | None) -> Iterator[int]:
    for match in _BY_YEAR.finditer(text):
        year = int(match[1] or match[2])
        ahead = _FAR_AHEAD.search(text, max(0, match.start() - 8), match.start())
        if not ahead and (issued is None or issued <= year <= issued + _LONGEST_PLAN):
            yield year


def _place(title: str, issuer: str) -> str:
    """The area that the plan is for: 盐城市 of 盐城市人民政府办公室 or of the title."""
    for text in (issuer, title):
        match = _PLACE.match(fold(text))
        if match and len(match[1]) >= 3:
            return match[1]
    return ""
