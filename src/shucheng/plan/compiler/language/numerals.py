"""Numbers as Chinese planning text writes them: 1,200, ３０, 三百, 百分之五, 两万."""

from typing import Final

DIGITS: Final = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
PLACES: Final = {"十": 10, "百": 100, "千": 1000}
MYRIADS: Final = {"万": 10_000, "亿": 100_000_000}
CHINESE_NUMERAL: Final = "".join(DIGITS) + "".join(PLACES)


def parse_number(text: str) -> float | None:
    """The value of a numeral, `None` where the text is not one.

    >>> parse_number("1,200"), parse_number("三百二十"), parse_number("两万"), parse_number("家")
    (1200.0, 320.0, 20000.0, None)
    """
    plain = text.replace(",", "").replace("，", "")
    if plain[:1].isdigit() and plain[:1] not in DIGITS:
        try:
            return float(plain)
        except ValueError:
            return None
    return _parse_chinese(text)


def read_ordinal(text: str) -> int | None:
    """The number of 12, 十二 or 一百零一, as headings count; `None` for any other text."""
    if text.isdecimal():
        return int(text)
    number = _parse_chinese(text)
    return None if number is None else int(number)


def print_number(value: float) -> str:
    """A number as a plan prints it: no grouping, at most four decimals, no trailing zeros.

    >>> print_number(3000.0), print_number(0.5)
    ('3000', '0.5')
    """
    if float(value).is_integer():
        return str(int(value))
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _parse_chinese(text: str) -> float | None:
    if not text:
        return None
    if len(text) > 1 and all(char in DIGITS for char in text):
        # 二〇二七: digits read one by one, as years are.
        return float("".join(str(DIGITS[char]) for char in text))
    total, section, digit = 0, 0, None
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in PLACES:
            section += (1 if digit is None else digit) * PLACES[char]
            digit = None
        elif char in MYRIADS:
            group = section + (digit or 0)
            total = (total + (group or (0 if total else 1))) * MYRIADS[char]
            section, digit = 0, None
        else:
            return None
    return float(total + section + (digit or 0))
