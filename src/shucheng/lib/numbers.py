"""Numbers as people write them and browsers send them."""

import re
from decimal import Decimal

# Full-width digits and signs, the true minus, and the blanks that group digits.
_NARROW = str.maketrans(
    "０１２３４５６７８９．，＋－−\u3000\u00a0\u2009\u202f", "0123456789.,+--    "
)
_GROUPED = r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+"
_WRITTEN = re.compile(
    rf"[+-]?(?:(?:\d+|{_GROUPED})(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{{1,4}})?", re.ASCII
)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,6})?", re.ASCII)


def whole_number(text: str) -> int | None:
    """A whole number from 0 that a database column holds; None for anything else.

    `int` takes more: signs, blanks and other scripts' digits; and it refuses what `str.isdigit`
    lets through, such as ² or five thousand nines.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def written_number(text: str) -> str | None:
    """A number as people write it, in its bare form; None for anything else, so nothing is guessed.

    `1,200.5`, `1 200.5` and `１２００．５` → `1200.5`. Digits stand in groups of exactly three or
    in none: `12,5` may mean 12.5 and `41 2` two numbers, so neither is one.
    """
    narrow = text.strip().translate(_NARROW)
    if not _WRITTEN.fullmatch(narrow):
        return None
    return narrow.removeprefix("+").replace(",", "").replace(" ", "")


def decimal_number(text: str) -> Decimal | None:
    """A number with at most six decimals as people write it (1,200.5); None for anything else."""
    written = written_number(text) or ""
    return Decimal(written) if _DECIMAL.fullmatch(written) else None
