"""Numbers as a briefing prints them.

A word of direction is chosen by the rounded number that stands beside it: nothing grows by 0.0.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from shucheng.lib.periods import Period
from shucheng.plan.forecast.words import percent_said

NOTHING = "—"
_HUNDREDTH = Decimal("0.01")


def shown(value: Decimal, places: int = 2) -> str:
    """Rounded half up to at most so many decimals, without zeros at the end."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).normalize() + 0
    return f"{rounded:f}"


def quantity(value: Decimal, unit: str) -> str:
    """1380 PFLOPS, 1890.2亿元: a Latin unit stands apart."""
    apart = " " if unit[:1].isascii() and unit[:1].isalpha() else ""
    return f"{shown(value)}{apart}{unit}"


def percent(value: Decimal) -> str:
    """To two decimals, as on every page."""
    return f"{shown(value)}%"


def amount(value: Decimal | None) -> str:
    return NOTHING if value is None else shown(value)


def share(value: Decimal | None) -> str:
    """For a column of a table: always two decimals, so that they stand below one another."""
    return NOTHING if value is None else f"{value.quantize(_HUNDREDTH, ROUND_HALF_UP):f}%"


def chance_words(share: Decimal) -> str:
    """Nothing that is to come is certain."""
    return percent_said(int(shown(share, 0)), "低于", "高于")


def period_name(text: str) -> str:
    """2026-09 → 2026年9月; empty stays empty."""
    return Period.parse(text).title_zh() if text else ""


def day_name(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def moment_name(moment: datetime) -> str:
    """In the time zone that it carries."""
    return f"{day_name(moment)}{moment:%H:%M}"


def listed(names: Iterable[str]) -> str:
    return "、".join(names)
