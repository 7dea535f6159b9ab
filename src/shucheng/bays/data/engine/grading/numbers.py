"""Identifiers with a form or a check: numbers of people, cards, telephones, plates, nets, places.

A recogniser takes a value and says how many strings of the right form it holds and which of them
pass the check: both count, because what passes by chance (one card number of ten, one identity
number of a thousand) passes rarely, and what is real passes nearly always.

Sources: GB 11643-1999 (identity number, ISO 7064 MOD 11-2), GB 32100-2015 (credit code), ISO/IEC
7812-1 (Luhn), GA 36-2018 (plates), GB/T 2260 (divisions).
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from shucheng.lib import credit_code

from .rules import Rules
from .text import Value


class Seen(NamedTuple):
    """In one value: strings of the form, those of them that pass, birth dates they tell."""

    candidates: int
    passed: list[str]
    births: list[date] = []


NOTHING = Seen(0, [])
Look = Callable[[Value], Seen]

_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
# Blanks and dashes may stand between; a digit or letter beside means another, longer number.
_ID = re.compile(r"(?<![\d.])(?=((?:\d[ \-]{0,2}){17}[\dX])(?![\d]))")
_ID_15 = re.compile(r"\d{15}")
_C = "[0-9A-HJ-NPQRTUWXY]"
_CREDIT = re.compile(
    rf"(?<![0-9A-Z])(?=([1-9ANY]{_C} ?\d{{6}} ?{_C}{{8}}-?{_C} ?{_C})(?![0-9A-Z]))"
)
_CARD = re.compile(r"(?<![\d.\-])(?=((?:\d[ \-]?){15,18}\d)(?![ \-]?\d))")
_MOBILE = re.compile(
    r"(?<![\d.])(?:\+?86[ \-]?|0086[ \-]?)?"
    r"(1[ \-]?\d\d[ \-]?\d{4}[ \-]?\d{4}|1\d{2}[ \-]\d{3}[ \-]\d{5})(?!\.?\d)"
)
_LANDLINE = re.compile(
    r"(?<![\d.\-])(?:\(0\d{2,3}\) ?|0\d{2,3}[ \-])[2-8]\d{6,7}(?:-\d{1,5})?(?![\d.\-])"
)
_PASSPORT = re.compile(r"(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7}|(?:DE|SE|PE|MA)\d{7}|[DSPKH]\d{7,8})")
_PASSPORT_TEXT = re.compile(
    r"(?:护照|PASSPORT)[^0-9A-Z]{0,6}(?:NO\.? ?)?([A-Z]{1,2} ?\d{7,8})(?![0-9A-Z])"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"(?:[{_PROVINCES}][A-HJ-NP-Z][·•.\- ]?(?:[A-HJ-K][A-HJ-NP-Z0-9]\d{{4}}|\d{{5}}[A-HJ-K]"
    r"|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳试超])|[使领] ?\d{6}|\d{6}[使领])(?![0-9A-Z])"
)
_EMAIL = re.compile(
    r"(?<![A-Z0-9._%+\-])[A-Z0-9._%+\-]{1,64}@"
    r"(?:[A-Z0-9](?:[A-Z0-9\-]{0,62}[A-Z0-9])?\.)+[A-Z]{2,24}(?![A-Z0-9\-])"
)
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)")
_IPV6 = re.compile(r"(?<![0-9A-F:])(?:[0-9A-F]{0,4}:){2,7}[0-9A-F]{0,4}(?![0-9A-F:])")
_NUMBER = r"(\d{1,3}\.\d{3,})"
_PAIR = re.compile(rf"(?<![\d.]){_NUMBER}°?[EN]?\s*[,;/ ]\s*{_NUMBER}(?![\d])")
_DEGREES = re.compile(r"(\d{2,3})[°度]\s*\d{1,2}['′分]\s*[\d.]*[\"″秒]?\s*[EN]?")


def recognisers(rules: Rules, as_of: date) -> dict[str, Look]:
    """The recognisers of this module by their code in recognisers.yaml."""
    provinces = frozenset(f"{each:02}" for each in rules.recognisers.provinces)
    prefixes = {k: frozenset(v) for k, v in rules.recognisers.card_prefixes.items()}

    def resident_id(value: Value) -> Seen:
        bare = [re.sub("[ -]", "", each) for each in _ID.findall(value.text)]
        births = {each: birth_of(each, provinces, as_of) for each in bare}
        passed = [each for each in bare if births[each]]
        return Seen(len(bare), passed, [birth for each in passed if (birth := births[each])])

    def resident_id_15(value: Value) -> Seen:
        text = value.text
        if not _ID_15.fullmatch(text):
            return NOTHING
        plausible = text[:2] in provinces and _date(f"19{text[6:12]}", as_of)
        return Seen(1, [text] if plausible else [])

    def bank_card(value: Value) -> Seen:
        bare = [re.sub("[ -]", "", each) for each in _CARD.findall(value.text)]
        cards = [each for each in bare if _is_card(each, prefixes)]
        return Seen(len(cards), [each for each in cards if luhn(each)])

    return {
        "resident_id": resident_id,
        "resident_id_15": resident_id_15,
        "credit_code": _credit_code,
        "bank_card": bank_card,
        "phone": _phone,
        "passport": _passport,
        "passport_text": _passport_text,
        "plate": lambda value: _all(_PLATE, value.text),
        "email": lambda value: _all(_EMAIL, value.text) if "@" in value.text else NOTHING,
        "ip": _ip,
        "coordinates": _coordinates,
    }


def birth_of(number: str, provinces: frozenset[str], as_of: date) -> date | None:
    """The birth date in an 18-digit number of a resident (GB 11643-1999) or of a foreigner with
    permanent residence (first digit 9), or None: check character (ISO 7064 MOD 11-2), division
    or date do not hold. Divisions are checked to the province: old ones below it are gone."""
    division = number[1:3] if number[0] == "9" else number[:2]
    if division not in provinces or number[17] != id_check(number[:17]):
        return None
    if number[0] != "9" and number[0] != "8" and number[2:4] > "90":
        return None
    return _date(number[6:14], as_of)


def id_check(body: str) -> str:
    """The check character of 17 digits: 0 to 9 or X."""
    total = sum(int(each) * weight for each, weight in zip(body, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def luhn(digits: str) -> bool:
    """The last digit completes the doubled-digit sum to a multiple of ten (ISO/IEC 7812-1)."""
    doubled = (int(each) * 2 for each in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def age(birth: date, as_of: date) -> int:
    """Completed years."""
    return as_of.year - birth.year - ((as_of.month, as_of.day) < (birth.month, birth.day))


def _date(digits: str, as_of: date) -> date | None:
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return found if date(1900, 1, 1) <= found <= as_of else None


def _is_card(digits: str, prefixes: dict[str, frozenset[int]]) -> bool:
    return len(set(digits)) > 3 and any(
        digits.startswith(start) and len(digits) in lengths for start, lengths in prefixes.items()
    )


def _credit_code(value: Value) -> Seen:
    found = [re.sub("[ -]", "", each) for each in _CREDIT.findall(value.text)]
    return Seen(len(found), [each for each in found if credit_code.is_valid(each)])


def _phone(value: Value) -> Seen:
    text = value.text
    mobile = [re.sub("[ -]", "", each) for each in _MOBILE.findall(text)]
    passed = [each for each in mobile if each[1] in "3456789" and len(set(each)) > 2]
    lines = _LANDLINE.findall(text) or re.findall(r"^0\d{2,3}[2-8]\d{6,7}$", text)
    if not mobile and not lines and re.fullmatch(r"[02-9]\d{10}", text):
        return Seen(1, [])
    return Seen(len(mobile) + len(lines), passed + lines)


def _passport(value: Value) -> Seen:
    """No check character: whole values only."""
    if not 8 <= len(value.text) <= 9 or value.text.isdigit():
        return NOTHING
    return Seen(1, [value.text] if _PASSPORT.fullmatch(value.text) else [])


def _passport_text(value: Value) -> Seen:
    if "护照" not in value.text and "PASSPORT" not in value.text:
        return NOTHING
    return _all(_PASSPORT_TEXT, value.text)


def _ip(value: Value) -> Seen:
    text = value.text
    found: list[str] = []
    if text.count(".") >= 3:
        found += _IPV4.findall(text)
    if text.count(":") >= 2:
        found += [each for each in _IPV6.findall(text) if _is_ipv6(each)]
    return Seen(len(found), [each for each in found if _is_address(each)])


def _is_ipv6(text: str) -> bool:
    """A time of day (08:30:00) has the look of one."""
    return "::" in text or text.count(":") == 7


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return text not in ("::", "0.0.0.0")  # noqa: S104 - a comparison, nothing is bound


def _coordinates(value: Value) -> Seen:
    """A pair within China's bounds, longitude first or last, or degrees and minutes."""
    text = value.text
    if "." in text and (pairs := list(_pairs(text))):
        return Seen(len(pairs), [each for each, inside in pairs if inside])
    if "°" in text or "度" in text:
        return _all(_DEGREES, text)
    return NOTHING


def _pairs(text: str) -> Iterator[tuple[str, bool]]:
    for match in _PAIR.finditer(text):
        one, other = sorted(map(float, match.groups()))
        yield match.group(), 3 <= one <= 54 and 73 <= other <= 136


def _all(pattern: re.Pattern[str], text: str) -> Seen:
    found = [each.group() for each in pattern.finditer(text)]
    return Seen(len(found), found)
