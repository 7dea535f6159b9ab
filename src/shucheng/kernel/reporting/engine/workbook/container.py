"""An uploaded workbook looked through before anything reads it, within what a form may be."""

from shucheng.kernel.reporting.engine.workbook.layout import (
    MOST_COLUMNS,
    MOST_MERGED,
    MOST_PARTS,
    MOST_ROWS,
    MOST_SHEETS,
    MOST_UNPACKED,
)
from shucheng.lib import workbooks
from shucheng.lib.workbooks import Limits, Refused, Traits

__all__ = ["Refused", "Traits", "examine"]


def examine(data: bytes) -> dict[str, Traits]:
    """Sheet name → traits. Raises `Refused`."""
    limits = Limits(
        rows=MOST_ROWS,
        columns=MOST_COLUMNS,
        sheets=MOST_SHEETS,
        parts=MOST_PARTS,
        unpacked=MOST_UNPACKED,
        merged=MOST_MERGED,
    )
    return workbooks.examine(data, limits)
