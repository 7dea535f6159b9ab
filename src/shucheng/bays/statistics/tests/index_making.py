"""Definitions and values for the tests of indexes, written short."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import yaml

from shucheng.lib.indexes.definition import Index, read_index
from shucheng.lib.indexes.score import Scored, score
from shucheng.lib.indexes.values import Values, values_from


def indicator(code: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": {"zh": code, "en": code},
        "unit": "1",
        "direction": "up",
        "source": {"metric": code},
    } | more


def node(code: str, *children: Any, **more: Any) -> dict[str, Any]:
    """A node; a child given by its name alone is an indicator."""
    parts = [indicator(child) if isinstance(child, str) else child for child in children]
    return {"code": code, "name": {"zh": code, "en": code}, "children": parts} | more


def index(tree: dict[str, Any], **more: Any) -> Index:
    data = {
        "schema": "shucheng.index/1",
        "code": "sample",
        "version": "1",
        "name": {"zh": "样例", "en": "Sample"},
        "tree": tree,
    } | more
    return read_index(yaml.safe_dump(data, allow_unicode=True))


def values(of: Index, rows: Any) -> Values:
    raw = np.array(rows, dtype=np.float64)
    return Values(tuple(f"area {number}" for number in range(raw.shape[1])), raw)


def scored(of: Index, rows: Any) -> Scored:
    return score(of, values(of, rows))


def scored_of(of: Index, metrics: Mapping[str, Mapping[str, float | None]]) -> Scored:
    areas = list(dict.fromkeys(area for column in metrics.values() for area in column))
    return score(of, values_from(of, areas, metrics))
