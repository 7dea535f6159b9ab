"""Numbers as browsers send them."""

import re
from decimal import Decimal

# 1,200 is written with either comma.
_COMMAS = str.maketrans("", "", ",\uff0c")
_DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d{1,6})?", re.ASCII)


def whole_number(text: str) -> int | None:
    """A whole number from 0 that a database column holds; None for anything else.

    `int` takes more: signs, blanks and other scripts' digits; and it refuses what `str.isdigit`
    lets through, such as ² or five thousand nines.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def decimal_number(text: str) -> Decimal | None:
    """A number with at most six decimals as people write it (1,200.5); None for anything else."""
    written = text.strip().translate(_COMMAS)
    return Decimal(written) if _DECIMAL.fullmatch(written) else None
