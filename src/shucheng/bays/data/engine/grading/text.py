"""Values as the recognisers read them: one width, nothing invisible; and masked to be shown."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 2000
"""Characters of a value that are looked at."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_HAN = re.compile("[\u3400-\u9fff]")
_LONG_DIGITS = re.compile(r"\d(?:[ \-]{0,2}\d){5}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-") | dict.fromkeys("\u3000\u00a0\t", " "))
_PLAIN = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """`text`: normal form (NFKC, upper case); `han`, `digits`: whether it has 汉字, six digits."""

    text: str
    han: bool
    digits: bool


def value_of(raw: object) -> Value:
    """Full-width digits become digits, look-alike dashes one dash, invisible characters nothing."""
    text = clean(str(raw)[:LONGEST])
    return Value(text.upper(), bool(_HAN.search(text)), bool(_LONG_DIGITS.search(text)))


def clean(text: str) -> str:
    """One width, no invisible characters, no blanks around. \\b is no use beside 汉字: it sees none
    between a letter and a 汉字. Recognisers say themselves what may stand beside."""
    if not _PLAIN.fullmatch(text):
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text).translate(_DASHES))
        text = "".join(
            str(unicodedata.decimal(each)) if each.isdecimal() and not each.isascii() else each
            for each in text
        )
    return text.strip()


def masked(text: str) -> str:
    """The first characters and stars: one of a short text, at most three, never a third of it."""
    shown = min(3, len(text) // 4) or (1 if len(text) > 1 else 0)
    return text[:shown] + "*" * min(12, max(1, len(text) - shown))
