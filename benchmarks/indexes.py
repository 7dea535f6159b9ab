"""How long the uncertainty of a composite index takes: 10,000 draws of a 20-indicator index over
100 areas, against a bar of 2 s and against the same draws computed one by one in NumPy.

    python benchmarks/indexes.py [--quick] [--json FILE]

Every draw chooses normalisation, weighting and aggregation anew, moves all weights, leaves one
indicator out and puts an error on each of the 2,000 values. The plain way is measured on a part of
the draws and scaled, and said so; both ways' scores are compared before a figure is given.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]
BAR = 2.0
PLAIN_DRAWS = 200
BASE = 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = index_rows(options.quick)
    print(f"{'':66} {'ours':>10} {'peer':>10} {'ratio':>8}  bar       peer")
    for row in rows:
        bar = "" if row["bar"] is None else f"{row['bar']:.2f} {'ok' if holds(row) else 'MISSED'}"
        print(
            f"{row['name']:66} {row['value']:8.3f} s {row['peer_value']:8.3f} s"
            f" {row['ratio']:8.4f}  {bar:9} {row['peer']}"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))
    return 0 if all(map(holds, rows)) else 1


def index_rows(quick: bool = False) -> list[dict[str, Any]]:
    """The rows of this part; `quick` is a tenth of the draws, and a tenth of the bar."""
    from shucheng.bays.statistics.tests.index_plain import plain_draws
    from shucheng.lib.indexes.definition import read_index
    from shucheng.lib.indexes.score import score
    from shucheng.lib.indexes.sensitivity import sensitivity
    from shucheng.lib.indexes.study import trial
    from shucheng.lib.indexes.uncertainty import uncertainty
    from shucheng.lib.indexes.values import Values

    draws, bar = (1_000, BAR / 10) if quick else (10_000, BAR)
    raw = np.random.default_rng(2025).gamma(8, size=(20, 100))
    index = read_index(json.dumps(definition()))
    scored = score(index, Values(tuple(f"area {n}" for n in range(100)), raw))
    found = trial(scored)
    part = found.draw(PLAIN_DRAWS, np.random.default_rng(1))
    plain, expected = best_of(lambda: plain_draws(index, raw, part), 1)
    if not np.allclose(found.scores(part), expected, rtol=1e-9):
        raise SystemExit("the two ways do not give the same scores")
    whole, _ = best_of(lambda: uncertainty(scored, draws))
    share, _ = best_of(lambda: sensitivity(scored, BASE // 10 if quick else BASE))
    runs = (BASE // 10 if quick else BASE) * (len(found.varied) + 2)
    by_one = plain / PLAIN_DRAWS
    name = f"{draws:,} draws of 20 indicators over 100 areas, ranks and chances"
    return [
        row(name, whole, f"the bar, {bar:g} s", bar, bar=1.0),
        row("the same", whole, f"draw by draw, {PLAIN_DRAWS} draws' time scaled", by_one * draws),
        row(f"Sobol' indices, {runs:,} runs", share, "draw by draw, scaled", by_one * runs),
    ]


def definition() -> dict[str, Any]:
    def named(code: str) -> dict[str, Any]:
        return {"code": code, "name": {"zh": code, "en": code}}

    def indicator(group: int, place: int) -> dict[str, Any]:
        code = f"i{group}{place}"
        more = {"unit": "1", "source": {"metric": code}, "log": place == 2}
        return named(code) | more | {"direction": "down" if place == 0 else "up"}

    groups = [
        named(f"g{group}") | {"children": [indicator(group, place) for place in range(5)]}
        for group in range(4)
    ]
    return {
        "schema": "shucheng.index/1",
        "version": "1",
        **named("bench"),
        "scale": [1, 100],
        "tree": named("whole") | {"aggregation": "geometric", "children": groups},
        "uncertainty": {
            "normalisations": ["as_defined", "z_score", "rank"],
            "weightings": ["as_defined", "entropy", "critic"],
            "aggregations": ["as_defined", "arithmetic"],
            "weight_spread": 0.25,
            "data_error": 0.02,
            "drop_one": True,
        },
    }


def best_of(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """The shortest of some runs, and what the last one gave."""
    found, took = None, []
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - start)
    return min(took), found


def row(
    name: str, value: float, peer: str, peer_value: float, bar: float | None = None
) -> dict[str, Any]:
    ratio = value / peer_value
    figures = {"value": value, "unit": "s", "peer": peer, "peer_value": peer_value}
    return {"name": name, **figures, "ratio": ratio, "bar": bar}


def holds(row: dict[str, Any]) -> bool:
    return row["bar"] is None or row["ratio"] <= row["bar"]


if __name__ == "__main__":
    sys.exit(main())
