"""The facts of simulated firms: what the largest of the core tell of themselves each year."""

import numpy as np
from numpy.typing import NDArray

from .population import Firms
from .registrations import Columns
from .settings import OPENING, Settings


def facts(
    settings: Settings,
    firms: Firms,
    codes: NDArray[np.object_],
    seed: int,
    opening: int,
    last: int,
) -> Columns:
    """Firm, item, value and day (the end of the year before) of each year until `last`, and the
    month in which they are told."""
    rule = settings.facts
    wanted = round(rule.firms * opening / OPENING)
    found: dict[str, list[NDArray[np.generic]]] = {
        name: [] for name in ("firm", "item", "value", "since", "told")
    }
    for year in range(settings.first, last + 1):
        rng = np.random.default_rng([seed, year, 8])
        month = year * 100 + rule.month
        able = np.flatnonzero(firms.core & firms.is_above(month))
        at = able[np.argsort(-firms.revenue[able], kind="stable")][:wanted]
        for item, (least, most, places) in rule.measures.items():
            found["firm"].append(codes[at])
            found["item"].append(np.full(len(at), item, dtype=object))
            found["value"].append(np.round(rng.uniform(least, most, len(at)), places))
            found["since"].append(np.full(len(at), f"{year - 1}-12-31", dtype=object))
            found["told"].append(np.full(len(at), month))
    return {name: np.concatenate(parts) for name, parts in found.items()}
