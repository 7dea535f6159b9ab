"""How long formulas take: every indicator for all areas and periods, against reading the same rows
and summing them once, and against the plain way through Python objects.

    python benchmarks/formulas.py [--quick] [--json FILE]

The engine alone, in memory: 40 metrics, 14 areas, 60 months (`--quick`: 12 metrics, 36 months),
three formulas a metric: a sum since January, its growth, a share of the city.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from shucheng.lib.periods import Period
from shucheng.plan.formula.proof import Formula, MetricFacts, prove
from shucheng.plan.formula.run import Panel, PanelRow

CITY = "000"
AREAS = {CITY: ""} | {f"{number:03}": CITY for number in range(1, 14)}
FIRST = Period.parse("2022-01")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = measured(*((12, 36) if options.quick else (40, 60)))
    print(f"{'':44} {'ours':>10} {'peer':>10} {'ratio':>8}  peer")
    for row in rows:
        print(
            f"{row['name']:44} {row['value']:8.4f} s {row['peer_value']:8.4f} s "
            f"{row['ratio']:8.3f}  {row['peer']}"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))
    return 0


def measured(metrics: int, months: int) -> list[dict[str, Any]]:
    facts = {f"m{n}": MetricFacts(f"m{n}", "亿元", "M") for n in range(metrics)}
    chance = random.Random(7)
    values = [
        PanelRow(code, area, FIRST.shift(month), Decimal(chance.randint(1, 10**6)) / 100)
        for code in facts
        for area in AREAS
        for month in range(months)
    ]
    formulas = [
        prove(text.format(m=code), facts)
        for code in facts
        for text in ("ytd({m})", "yoy(ytd({m}))", "share({m}, city({m}))")
    ]
    name = f"{len(formulas)} formulas over {len(values):,} rows"
    with Panel(values, AREAS) as panel:
        engine = seconds(lambda: [panel.evaluate(f, first_year=2022) for f in formulas])
        one = seconds(lambda: panel.evaluate(formulas[0], first_year=2022))
    loading = seconds(lambda: Panel(values, AREAS).close(), times=1)
    return [
        row(name, engine, "one scan and sum in DuckDB", scan(values)),
        row(name, engine, "Python objects, formula by formula", plainly(values, formulas)),
        row("one formula of them, all areas and periods", one, "all of them", engine),
        row("filling the engine", loading, "one scan and sum in DuckDB", scan(values)),
    ]


def row(name: str, value: float, peer: str, peer_value: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": "s",
        "peer": peer,
        "peer_value": peer_value,
        "ratio": value / peer_value,
    }


def seconds(work: Callable[[], object], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def scan(values: list[PanelRow]) -> float:
    """Reading every row once and summing by metric, area and month: what nobody can avoid."""
    with Panel(values, AREAS) as panel:
        engine = panel._engine
        query = "SELECT metric, area, month, SUM(value) FROM panel GROUP BY ALL"
        return seconds(lambda: engine.execute(query).fetchall())


def plainly(values: list[PanelRow], formulas: list[Formula]) -> float:
    """The way a page would do it from rows of the ORM: dictionaries, loops, decimals."""

    def compute() -> int:
        known = {(v.metric, v.area, v.period): v.value or Decimal(0) for v in values}
        found = 0
        for formula in formulas:
            (metric,) = formula.metrics
            for area in AREAS:
                running: dict[Period, Decimal] = {}
                for (code, where, period), value in known.items():
                    if (code, where) != (metric, area):
                        continue
                    before = running.get(period.previous(), Decimal(0))
                    fresh = period.start.month == 1
                    running[period] = value + (Decimal(0) if fresh else before)
                for period, total in running.items():
                    past = running.get(period.year_before())
                    found += bool(past and total / past)
        return found

    return seconds(compute, times=1)


if __name__ == "__main__":
    raise SystemExit(main())
