"""How a cell of each kind is read: DuckDB expressions from normalised text to the typed value.

A cell that says nothing (empty, -, —, /, 无) is null; one that says something its kind cannot be
makes the value null too, and the rule of the kind reports it.
"""

# ruff: noqa: S608 - the names in SQL are this package's own

import re
from collections.abc import Iterable, Mapping

from ..frames import INDUSTRY
from ..ladder.facts import known_facts

_BLANKS = {"\u3000": " ", "\u00a0": " "}
_WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | _BLANKS
# The more frequent first; each is looked for before it is replaced.
_GROUPS = ("（），\u3000\u00a0", "０-９", "Ａ-Ｚａ-ｚ", "！-～")

NOTHING = "('', '-', '--', '—', '——', '/', '\\', '…')"

_SIZES = {
    "large": ("大型", "大", "大型企业", "1"),
    "medium": ("中型", "中", "中型企业", "2"),
    "small": ("小型", "小", "小型企业", "3"),
    "micro": ("微型", "微", "微型企业", "4"),
}
_TRUE = ("是", "有", "1", "y", "yes", "true", "√", "规上")
_FALSE = ("否", "无", "0", "n", "no", "false", "×", "规下")
_OPEN = ("存续", "在业", "开业", "在营", "营业", "正常", "正常营业", "正常运营", "true", "1", "是")
_CLOSED = (
    "注销", "吊销", "吊销未注销", "关闭", "停业", "破产", "当年注销", "当年关闭", "当年破产",
    "当年吊销", "停业(歇业)", "false", "0", "否",
)  # fmt: skip
_KINDS = {
    "high_tech": ("高新技术企业", "国家高新技术企业", "高企", "高新"),
    "srdi": ("专精特新", "专精特新企业", "专精特新中小企业", "省级专精特新中小企业"),
    "little_giant": (
        "小巨人", "小巨人企业", "专精特新小巨人", "专精特新小巨人企业", "国家专精特新小巨人企业",
        "国家级专精特新小巨人企业",
    ),
    "gazelle": ("瞪羚", "瞪羚企业"),
    "unicorn": ("独角兽", "独角兽企业"),
    "listed": ("上市", "上市企业", "上市公司"),
    "smart_factory_basic": ("智能工厂(基础级)", "基础级智能工厂", "基础级"),
    "smart_factory_advanced": ("智能工厂(先进级)", "先进级智能工厂", "先进级"),
    "smart_factory_excellent": ("智能工厂(卓越级)", "卓越级智能工厂", "卓越级"),
    "smart_factory_leading": ("智能工厂(领航级)", "领航级智能工厂", "领航级"),
}  # fmt: skip
_WITHDRAWN = ("撤销", "取消", "摘牌", "已撤销", "已取消", "被撤销", "失效", "是", "true", "1", "y")
_VALID = ("有效", "正常", "在有效期", "有效期内", "否", "false", "0", "n")
_STATUSES = {
    "reported": ("已报", "上报", "报送"),
    "estimated": ("估计", "估报", "估算"),
    "imputed": ("推算", "插补"),
}
_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
)  # fmt: skip


def half_width(names: Iterable[str], kept: str, query: str) -> str:
    """The query with full-width letters, digits and signs of the columns `names` as half-width
    ones, trimmed. In layers: DuckDB's translate() costs a hundred times what most cells need."""
    names = list(names)
    for group in _GROUPS:
        inside = re.compile(f"[{group}]")
        signs = [wide for wide in _WIDE if inside.match(wide)]
        cells = [
            f"CASE WHEN strlen({name}) > length({name}) AND regexp_matches({name}, '[{group}]')"
            f" THEN {_replaced(name, signs)} ELSE {name} END AS {name}"
            for name in names
        ]
        query = f"SELECT {kept}, {', '.join(cells)} FROM ({query})"
    return f"SELECT {kept}, {', '.join(f'trim({name}) AS {name}' for name in names)} FROM ({query})"


def said(text: str) -> str:
    """Null where the cell says nothing."""
    return f"CASE WHEN {text} IN {NOTHING} THEN NULL ELSE {text} END"


def _replaced(text: str, signs: Iterable[str]) -> str:
    for wide in signs:
        text = f"replace({text}, '{wide}', '{_quoted(_WIDE[wide])}')"
    return text


def typed(kind: str, text: str, factor: str = "1") -> str:
    """The expression that reads normalised `text` as a value of `kind`."""
    match kind:
        case "code":
            return f"upper(replace({text}, ' ', ''))"
        case "industry":
            return f"nullif(regexp_extract({text}, '^[A-Ta-t]?({INDUSTRY})$', 1), '')"
        case "area":
            return (
                f"coalesce(nullif(regexp_extract({text}, '^([0-9]{{6}})(000000|[0-9]{{6}})?$', 1),"
                f" ''), getvariable('areas')[{text}])"
            )
        case "size":
            return _words(text, _SIZES)
        case "status":
            return _words(text, _STATUSES)
        case "kind":
            return _words(f"regexp_replace({text}, '[ “”\"‘’]', '', 'g')", _KINDS)
        case "measure":
            return _words(text, _measures())
        case "fact":
            return _fact(text)
        case "withdrawn":
            return _either(text, _WITHDRAWN, _VALID)
        case "bool":
            return _either(text, _TRUE, _FALSE)
        case "open":
            return _either(text, _OPEN, _CLOSED)
        case "list":
            return f"list_filter(string_split_regex({text}, '\\s*[、;,|]\\s*'), lambda x: x <> '')"
        case "month":
            return _month(text)
        case "date":
            return _day(text)
        case "honour":
            words = _listed((*_FALSE, *_TRUE))
            return f"(CASE WHEN lower({text}) IN {words} THEN NULL ELSE {_honour_day(text)} END)"
        case "money":
            return _money(text, factor)
        case "people":
            plain = f"replace(replace({text}, ',', ''), ' ', '')"
            number = f"try_cast({plain} AS DECIMAL(18, 3))"
            return f"(CASE WHEN {number} % 1 = 0 THEN try_cast({number} AS BIGINT) END)"
        case _:
            return text


def accepted(kind: str, text: str, value: str) -> str:
    """Whether a cell that says something was understood."""
    if kind == "honour":
        return f"({value} IS NOT NULL OR lower({text}) IN {_listed((*_FALSE, *_TRUE))})"
    return f"({value} IS NOT NULL)"


def has_honour(text: str, value: str) -> str:
    """Whether an honour's cell says yes, by word or by day; nothing where it is empty."""
    return f"(lower({text}) IN {_listed(_TRUE)} OR {value} IS NOT NULL)"


def _measures() -> dict[str, tuple[str, ...]]:
    """The names of facts as normalised cells are compared with them."""
    wide = str.maketrans(_WIDE)
    return {
        code: tuple(each.translate(wide).lower() for each in fact.spellings)
        for code, fact in known_facts().items()
    }


def _fact(text: str) -> str:
    """A number of at most four places, a percentage, or yes (1) and no (0)."""
    plain = f"replace(replace({text}, ',', ''), ' ', '')"
    number = (
        f"(CASE WHEN ends_with({plain}, '%')"
        f" THEN try_cast(rtrim({plain}, '%') AS DECIMAL(24, 8)) * 0.01"
        f" ELSE try_cast({plain} AS DECIMAL(24, 8)) END)"
    )
    return (
        f"(CASE WHEN lower({text}) IN {_listed(_TRUE)} THEN 1"
        f" WHEN lower({text}) IN {_listed(_FALSE)} THEN 0"
        f" WHEN {number} % 0.0001 = 0 THEN try_cast({number} AS DECIMAL(18, 4)) END)"
    )


def _money(text: str, factor: str) -> str:
    plain = f"replace(replace({text}, ',', ''), ' ', '')"
    # An accountant's (123) is minus 123; a double's 1.2E5 is a number.
    minus = f"'-' || substr({plain}, 2, length({plain}) - 2)"
    bracketed = f"starts_with({plain}, '(') AND ends_with({plain}, ')')"
    plain = f"(CASE WHEN {bracketed} THEN {minus} ELSE {plain} END)"
    number = f"try_cast({plain} AS DECIMAL(18, 6))"
    scaled = f"({number} / 1000.0)" if factor == "1/1000" else f"({number} * {int(factor)})"
    if factor == "1":
        scaled = number
    return f"try_cast(round({scaled}, 0) AS BIGINT)"


def _month(text: str) -> str:
    # 2025年1-9月 is year to date: its last month.
    found = (
        f"regexp_extract({text},"
        " '^([0-9]{4})[-/.年]?(?:(?:0?1[-~—至])?([0-9]{1,2}))(?:月|[-/.月][0-9]{1,2}日?)?$',"
        " ['year', 'month'])"
    )
    value = f"try_cast({found}.year || lpad({found}.month, 2, '0') AS INTEGER)"
    return f"(CASE WHEN {value} % 100 BETWEEN 1 AND 12 AND {value} >= 190000 THEN {value} END)"


def _day(text: str) -> str:
    formats = ", ".join(f"'{each}'" for each in _DAYS)
    return f"CAST(try_strptime({text}, [{formats}]) AS DATE)"


def _honour_day(text: str) -> str:
    year = f"make_date(try_cast(left({text}, 4) AS INTEGER), 1, 1)"
    only_year = f"regexp_full_match({text}, '(19|20)[0-9]{{2}}年?')"
    return f"(CASE WHEN {only_year} THEN {year} ELSE {_day(text)} END)"


def _words(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    cases = " ".join(
        f"WHEN lower({text}) IN {_listed((name, *ways))} THEN '{name}'"
        for name, ways in words.items()
    )
    return f"(CASE {cases} END)"


def _either(text: str, yes: tuple[str, ...], no: tuple[str, ...]) -> str:
    return (
        f"(CASE WHEN lower({text}) IN {_listed(yes)} THEN true"
        f" WHEN lower({text}) IN {_listed(no)} THEN false END)"
    )


def _listed(words: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{_quoted(each)}'" for each in words) + ")"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
