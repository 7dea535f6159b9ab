"""Django looks for tables here; each file is one room of the bay."""

from shucheng.bays.data.models import (
    authority,
    cases,
    catalogue,
    delivery,
    evidence,
    grading,
    market,
    money,
    quality,
)

__all__ = [
    "authority",
    "cases",
    "catalogue",
    "delivery",
    "evidence",
    "grading",
    "market",
    "money",
    "quality",
]
