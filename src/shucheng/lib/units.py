"""The units of Chinese statistics and plans: what measures the same, and how they convert.

A unit is a symbol as printed (亿元, 万千瓦时, 家, %, 元/人). Its dimension says what it measures;
two units of one dimension convert and add, others never do. Number words (万, 亿) in front and a
slash between two units are understood by rule; everything else is a row of `_BASE`.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

COUNT = "count"
RATIO = "ratio"
POINTS = "percentage_points"
INDEX = "index"


class UnitUnknown(ValueError):
    """A text that is no unit of the registry."""

    code = "unit-unknown"

    def __init__(self, symbol: str) -> None:
        super().__init__(
            f"{symbol!r} is not a known unit; use a unit of shucheng.lib.units, "
            "such as 亿元, 家, %, 万千瓦时"
        )
        self.symbol = symbol


class UnitsDiffer(ValueError):
    """Two units that measure different things were to be added or converted."""

    code = "units-differ"

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            f"{left or 'an index'} measures {unit(left).dimension} and {right or 'an index'} "
            f"measures {unit(right).dimension}: they neither convert nor add"
        )
        self.left, self.right = left, right


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `factor` base units of its dimension make one of it."""

    symbol: str
    dimension: str
    factor: Fraction


# Words that count things. They convert one to one: 3家 and 3个 are three.
_COUNT_WORDS = (
    *"个家项件户条台套座处款种类所辆艘批期只支场门册份宗例次组片幅张站对枚部篇架间栋村镇校园届轮单笔起颗",
    *"株头口眼列根杆孔幢块盏段本面羽尾床卷柄桩枪艇匹棵路",
    *("台套", "台(套)", "个(套)", "场次", "批次", "架次", "班次", "车次", "件次", "个次", "项次"),
    *("轨次", "标段", "席位", "车位", "泊位", "床位", "标准机架", "个标准机架", "机架", "机柜"),
    *("端口", "站点", "节点", "核", "航次", "艘次", "门次", "趟"),
)

# dimension: symbol -> factor to the dimension's base unit (the row with 1).
_BASE: dict[str, dict[str, str]] = {
    "money": {"元": "1", "人民币元": "1"},
    "money_usd": {"美元": "1"},
    "money_eur": {"欧元": "1"},
    "money_hkd": {"港元": "1"},
    "people": {"人": "1", "名": "1", "位": "1"},
    "visits": {"人次": "1"},
    # One firm served twice is two of these, and one 家.
    "firm_visits": {"家次": "1", "家(次)": "1", "户次": "1"},
    RATIO: {"%": "0.01", "‰": "0.001", "倍": "1", "成": "0.1"},
    POINTS: {"个百分点": "1", "百分点": "1", "个千分点": "0.1", "个基点": "0.01"},
    INDEX: {"": "1", "分": "1", "点": "1"},
    "rank": {"位次": "1"},
    # 翻两番 is twice doubled: no factor of a ratio, so it stands alone.
    "doublings": {"番": "1"},
    "card_hours": {"卡时": "1"},
    "core_hours": {"核时": "1"},
    "class_hours": {"学时": "1", "课时": "1"},
    "credits": {"学分": "1"},
    "age": {"岁": "1"},
    "tokens": {"Token": "1", "token": "1", "词元": "1"},
    "vehicle_kilometres": {"车公里": "1"},
    "computing": {
        "FLOPS": "1",
        "TFLOPS": "1e12",
        "PFLOPS": "1e15",
        "P": "1e15",
        "EFLOPS": "1e18",
        "E": "1e18",
    },
    "frequency": {"Hz": "1", "MHz": "1e6", "GHz": "1e9"},
    "power": {
        "瓦": "1",
        "W": "1",
        "kW": "1e3",
        "MW": "1e6",
        "兆瓦": "1e6",
        "GW": "1e9",
        "吉瓦": "1e9",
    },
    "apparent_power": {"伏安": "1", "kVA": "1e3", "MVA": "1e6", "兆伏安": "1e6"},
    "energy": {
        "瓦时": "1",
        "Wh": "1",
        "度": "1e3",
        "kWh": "1e3",
        "MWh": "1e6",
        "兆瓦时": "1e6",
        "GWh": "1e9",
        "TWh": "1e12",
    },
    "heat": {"焦": "1", "J": "1", "MJ": "1e6", "GJ": "1e9", "吉焦": "1e9", "TJ": "1e12"},
    "standard_coal": {"吨标准煤": "1", "吨标煤": "1", "tce": "1", "千克标准煤": "1e-3"},
    "carbon": {
        "吨二氧化碳": "1",
        "吨二氧化碳当量": "1",
        "tCO2": "1",
        "tCO2e": "1",
        "kgCO2": "1e-3",
        "kgCO2e": "1e-3",
    },
    "mass": {
        "吨": "1",
        "t": "1",
        "公斤": "1e-3",
        "kg": "1e-3",
        "斤": "5e-4",
        "克": "1e-6",
        "毫克": "1e-9",
        "微克": "1e-12",
    },
    "tonnage": {"载货吨": "1"},
    "length": {
        "米": "1",
        "m": "1",
        "公里": "1e3",
        "km": "1e3",
        "里": "500",
        "芯公里": "1e3",
        "海里": "1852",
        "厘米": "1e-2",
        "毫米": "1e-3",
        "微米": "1e-6",
        "纳米": "1e-9",
    },
    "area": {
        "平方米": "1",
        "m²": "1",
        "平方公里": "1e6",
        "km²": "1e6",
        "公顷": "1e4",
        "亩": "2000/3",
    },
    "area_treated": {"亩次": "2000/3"},
    "volume": {"立方米": "1", "m³": "1", "升": "1e-3", "方": "1"},
    "containers": {"标箱": "1", "标准箱": "1", "TEU": "1"},
    "duration": {
        "秒": "1",
        "s": "1",
        "毫秒": "1e-3",
        "ms": "1e-3",
        "微秒": "1e-6",
        "μs": "1e-6",
        "ns": "1e-9",
        "分钟": "60",
        "小时": "3600",
        "天": "86400",
        "日": "86400",
        "个工作日": "86400",
        "工作日": "86400",
        "周": "604800",
    },
    "months": {"个月": "1", "月": "1", "年": "12"},
    "data": {
        "字节": "1",
        "B": "1",
        "KB": "1e3",
        "MB": "1e6",
        "GB": "1e9",
        "TB": "1e12",
        "PB": "1e15",
        "EB": "1e18",
        "ZB": "1e21",
        "比特": "0.125",
    },
    "bandwidth": {
        "bps": "1",
        "Kbps": "1e3",
        "Mbps": "1e6",
        "M": "1e6",
        "Gbps": "1e9",
        "G": "1e9",
        "Tbps": "1e12",
        "T": "1e12",
    },
}

_NUMBERS = {
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
}

# Longest first, so that 万亿元 is not read as 万 of an unknown 亿元.
_NUMBER_WORDS = sorted(_NUMBERS, key=len, reverse=True)

_REGISTRY: dict[str, Unit] = {
    symbol: Unit(symbol, dimension, Fraction(factor))
    for dimension, symbols in _BASE.items()
    for symbol, factor in symbols.items()
} | {word: Unit(word, COUNT, Fraction(1)) for word in _COUNT_WORDS}

# Another spelling, once full-width and square forms (％, ㎡) are folded, and the registry's.
_SPELLINGS = {
    "m2": "m²",
    "km2": "km²",
    "平方千米": "平方公里",
    "千米": "公里",
    "KW": "kW",
    "KWh": "kWh",
    "吨CO2": "吨二氧化碳",
    "个小时": "小时",
    "个自然日": "日",
    "日内": "日",
}
# EFlops, PFLOPs, Eflops: the letters after the prefix are written as everybody likes.
_FLOPS = re.compile(r"(?<=[TPE])flops", re.IGNORECASE)


@lru_cache(maxsize=1024)
def unit(symbol: str) -> Unit:
    """The unit a symbol stands for; the empty symbol is an index without unit.

    Raises `UnitUnknown`.
    """
    text = _FLOPS.sub("FLOPS", unicodedata.normalize("NFKC", symbol).strip())
    text = _SPELLINGS.get(text, text)
    if text in _REGISTRY:
        return _REGISTRY[text]
    top, slash, bottom = text.partition("/")
    if slash and top and bottom:
        upper, lower = unit(top), unit(bottom)
        return Unit(text, f"{upper.dimension}/{lower.dimension}", upper.factor / lower.factor)
    for word in _NUMBER_WORDS:
        if text == word:
            return Unit(text, COUNT, Fraction(_NUMBERS[word]))
        if text.startswith(word):
            base = unit(text.removeprefix(word))
            if base.dimension not in (RATIO, POINTS, INDEX):
                return Unit(text, base.dimension, base.factor * _NUMBERS[word])
    raise UnitUnknown(symbol)


def known(symbol: str) -> bool:
    """Whether the registry understands the symbol."""
    try:
        unit(symbol)
    except UnitUnknown:
        return False
    return True


def compatible(left: str, right: str) -> bool:
    """Whether values in the two units may be converted, compared and added.

    亿元 and 万元 are; 家 and 个 are; 家 and 亿元, % and 个百分点 are not. Raises `UnitUnknown`.
    """
    return unit(left).dimension == unit(right).dimension


def convert(value: Decimal, source: str, target: str) -> Decimal:
    """The value in another unit of the same dimension, to 28 significant digits.

    Raises `UnitUnknown`, `UnitsDiffer`.
    """
    if not compatible(source, target):
        raise UnitsDiffer(source, target)
    factor = unit(source).factor / unit(target).factor
    if factor == 1:
        return value
    with localcontext() as context:
        context.prec = 60
        exact = value * factor.numerator / factor.denominator
    with localcontext() as context:
        context.prec = 28
        return +exact
