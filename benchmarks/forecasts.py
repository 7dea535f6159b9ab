"""How honest forecasts are, and how long they take: coverage of the 80 % band, the Brier score of
the probability that a target is met, and the error of the median, on families of generated
series, beside the naive forecast and the drift with their textbook normal intervals.

    python benchmarks/forecasts.py [--quick] [--json FILE]

The series are generated here from a seed and imitate what a city reports; none is real.
"""

import sys

# What lies beside this file is not what others mean by `statistics`.
sys.path.pop(0)

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, pi, sin, sqrt
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any

from shucheng.lib.periods import Period
from shucheng.plan.forecast.forecast import forecast
from shucheng.plan.forecast.model import Forecast, Series, chance
from shucheng.plan.judgement.path import Shape

# The 80 % band is honest where it holds about that share; a band twice as wide would hold more.
BAR_COVERAGE = (0.72, 0.90)
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Family:
    """Series of one kind: values for that many periods from January, drawn with a chance."""

    name: str
    draw: Callable[[Random, int], list[float]]
    frequency: str = "M"
    shape: Shape = "stock"
    upper: float | None = None
    whole: bool = False


def walk(chance_: Random, n: int) -> list[float]:
    level, step, found = chance_.uniform(80, 300), chance_.uniform(-0.5, 2), []
    for _ in range(n):
        level = max(level + step + chance_.gauss(0, 3), 0.0)
        found.append(level)
    return found


def line(chance_: Random, n: int) -> list[float]:
    level, step, noise = chance_.uniform(80, 300), chance_.uniform(-0.5, 3), chance_.uniform(2, 12)
    return [max(level + step * at + chance_.gauss(0, noise), 0.0) for at in range(n)]


def saturating(chance_: Random, n: int) -> list[float]:
    """A share on its way to a hundred percent."""
    start, speed = chance_.uniform(-1.5, 1), chance_.uniform(0.01, 0.05)
    found, wander = [], 0.0
    for at in range(n):
        wander += chance_.gauss(0, 0.03)
        found.append(100 / (1 + exp(-(start + speed * at + wander))))
    return found


def flow(chance_: Random, n: int) -> list[float]:
    """Money a month with seasons and growth, as a sum since January."""
    level, growth = chance_.uniform(50, 250), chance_.uniform(0.0, 0.15)
    swing, noise = chance_.uniform(0, 0.25), chance_.uniform(0.02, 0.1)
    added = [
        level
        * exp(log(1 + growth) * at / 12 + chance_.gauss(0, noise))
        * (1 + swing * sin(2 * pi * at / 12))
        for at in range(n)
    ]
    return _since_january(added)


def few(chance_: Random, n: int) -> list[float]:
    """A few new things a month, counted since January."""
    rate = chance_.uniform(0.5, 8)
    return _since_january([_poisson(chance_, rate) for _ in range(n)])


def few_since_start(chance_: Random, n: int) -> list[float]:
    rate, found, total = chance_.uniform(0.5, 8), [], 0.0
    for _ in range(n):
        total += _poisson(chance_, rate)
        found.append(total)
    return found


def yearly(chance_: Random, n: int) -> list[float]:
    """A stock counted once a year that grows by a tenth or so."""
    level, growth, found = chance_.uniform(500, 3000), chance_.uniform(0.0, 0.2), []
    for _ in range(n):
        level *= exp(log(1 + growth) + chance_.gauss(0, 0.05))
        found.append(level)
    return found


FAMILIES = (
    Family("random walk", walk),
    Family("line with noise", line),
    Family("share", saturating, upper=100.0),
    Family("money, since January", flow, shape="year_to_date"),
    Family("few things, since January", few, shape="year_to_date", whole=True),
    Family("few things, since start", few_since_start, shape="since_start", whole=True),
    Family("yearly stock", yearly, frequency="A"),
)
LENGTHS = {"M": (3, 6, 12, 22, 34, 58), "A": (2, 3, 5, 8)}
HORIZON = {"M": 14, "A": 2}


@dataclass(slots=True)
class Tally:
    """What one forecaster did on a family."""

    inside: list[bool]
    brier: list[float]
    error: list[float]

    @classmethod
    def empty(cls) -> "Tally":
        return cls([], [], [])

    def add(
        self,
        band: tuple[float, float],
        median: float,
        said: float,
        goal: float,
        was: float,
        unit: float,
    ) -> None:
        self.inside.append(band[0] <= was <= band[1])
        self.brier.append((said - (was >= goal)) ** 2)
        self.error.append(abs(median - was) / unit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="15 series a family and length")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = calibration(15 if options.quick else 120)
    rows.append(speed(3 if options.quick else 15))
    held = all(row.get("holds", True) for row in rows)
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))
    raise SystemExit(0 if held else 1)


def calibration(series: int) -> list[dict[str, Any]]:
    """Each family at each length: what came `HORIZON` periods later against what was said."""
    print(
        f"{'family':28}{'known':>6}{'none':>6} | {'coverage of 80 %':^23} | {'Brier score':^23} | "
        f"{'error of median':^23}"
    )
    print(f"{'':40} | " + " | ".join([f"{'ours':>7}{'naive':>8}{'drift':>8}"] * 3))
    rows: list[dict[str, Any]] = []
    whole = [Tally.empty() for _ in range(3)]
    for family in FAMILIES:
        for known in LENGTHS[family.frequency]:
            tallies = [Tally.empty() for _ in range(3)]
            missing = measure(family, known, series, tallies)
            for all_, each in zip(whole, tallies, strict=True):
                all_.inside += each.inside
                all_.brier += each.brier
                all_.error += each.error
            _say(f"{family.name:28}{known:6}{missing:6}", tallies)
    _say(f"{'all':40}", whole)
    ours, naive, drift = whole
    coverage = statistics.mean(ours.inside)
    rows.append(
        {
            "name": "coverage of the 80 % band",
            "value": coverage,
            "unit": "share",
            "peer": "drift",
            "peer_value": statistics.mean(drift.inside),
            "bar": list(BAR_COVERAGE),
            "ratio": coverage / 0.8,
            "holds": BAR_COVERAGE[0] <= coverage <= BAR_COVERAGE[1],
        }
    )
    for name, peer in (("naive", naive), ("drift", drift)):
        for what in ("brier", "error"):
            value, other = (statistics.mean(getattr(t, what)) for t in (ours, peer))
            rows.append(
                {
                    "name": f"{what} against {name}",
                    "value": value,
                    "unit": "1",
                    "peer": name,
                    "peer_value": other,
                    "ratio": value / other,
                    "bar": 1.0,
                    "holds": value <= other,
                }
            )
            print(f"{rows[-1]['name']:28} {value:8.4f} {other:8.4f} {value / other:6.2f}x")
    return rows


def measure(family: Family, known: int, series: int, tallies: Sequence[Tally]) -> int:
    """Fill the tallies; returns for how many series nothing could be said."""
    horizon, missing = HORIZON[family.frequency], 0
    first = Period.parse("2024-01" if family.frequency == "M" else "2020")
    chance_ = Random(f"{family.name} {known}")
    for _ in range(series):
        values = family.draw(chance_, known + horizon)
        periods = [first.shift(at) for at in range(known + horizon)]
        was = values[-1]
        given = Series(
            dict(zip(periods[:known], values[:known], strict=True)),
            family.shape,
            lower=0.0,
            upper=family.upper,
            whole=family.whole,
        )
        made = forecast(given, periods[-1], paths=400)
        if not isinstance(made, Forecast):
            missing += 1
            continue
        added = _added(values, periods, family.shape)
        base = _base(values, periods, known, family.shape)
        changes = [b - a for a, b in pairwise(added[:known])]
        spread = sqrt(sum(c * c for c in changes) / max(len(changes), 1)) or 1.0
        # A goal as plans set them: somewhat above or below what a knowing eye would expect.
        goal = was + chance_.gauss(0, 1) * spread * sqrt(horizon)
        unit = spread * sqrt(horizon)
        last = made.steps[-1]
        tallies[0].add(last.bands[80], last.median, _said(made, goal), goal, was, unit)
        for tally, step in zip(
            tallies[1:], (0.0, statistics.mean(changes) if changes else 0.0), strict=True
        ):
            middle, width = _textbook(added[:known], changes, step, horizon, base, family, periods)
            tally.add(
                (middle - 1.2816 * width, middle + 1.2816 * width),
                middle,
                1 - _NORMAL.cdf((goal - middle) / (width or 1e-9)),
                goal,
                was,
                unit,
            )
    return missing


def _said(made: Forecast, goal: float) -> float:
    """P(last value >= goal); the ends of years are kept, other periods are read off the fan."""
    last = made.steps[-1]
    if last.period in made.ends:
        return chance(made.ends[last.period], ">=", goal)
    points = [
        (0.025, last.bands[95][0]),
        (0.1, last.bands[80][0]),
        (0.25, last.bands[50][0]),
        (0.5, last.median),
        (0.75, last.bands[50][1]),
        (0.9, last.bands[80][1]),
        (0.975, last.bands[95][1]),
    ]
    if goal <= points[0][1]:
        return 0.99
    for (low_share, low), (high_share, high) in pairwise(points):
        if goal <= high:
            part = (goal - low) / (high - low) if high > low else 1.0
            return 1 - (low_share + (high_share - low_share) * part)
    return 0.01


def _textbook(
    numbers: Sequence[float],
    changes: Sequence[float],
    step: float,
    horizon: int,
    base: float,
    family: Family,
    periods: Sequence[Period],
) -> tuple[float, float]:
    """Naive or drift with a normal interval, summed up where values are sums."""
    free = max(len(changes) - (1 if step else 0), 1)
    spread = sqrt(sum((c - step) ** 2 for c in changes) / free)
    n = len(numbers)
    widen = sqrt(1 + horizon / n) if step else 1.0
    if family.shape in ("stock", "constant"):
        return numbers[-1] + step * horizon, spread * sqrt(horizon) * widen
    summed = horizon
    if family.shape == "year_to_date":
        summed = sum(p.year == periods[-1].year for p in periods[n:])
    ahead = range(horizon - summed + 1, horizon + 1)
    middle = base + sum(numbers[-1] + step * h for h in ahead)
    # The sum of a random walk's steps: each shock counts in all that follow.
    variance = sum(sum(h >= at for h in ahead) ** 2 for at in range(1, horizon + 1))
    return middle, spread * sqrt(variance) * widen


def _added(values: Sequence[float], periods: Sequence[Period], shape: Shape) -> list[float]:
    if shape == "stock":
        return list(values)
    before = [0.0, *values[:-1]]
    return [
        now if shape == "year_to_date" and p.start.month == 1 else now - then
        for now, then, p in zip(values, before, periods, strict=True)
    ]


def _base(values: Sequence[float], periods: Sequence[Period], known: int, shape: Shape) -> float:
    if shape == "since_start":
        return values[known - 1]
    same = periods[known - 1].year == periods[-1].year
    return values[known - 1] if shape == "year_to_date" and same else 0.0


def speed(indicators: int) -> dict[str, Any]:
    """15 indicators in 15 areas, 34 months each, to the end of the plan."""
    chance_, first, until = Random(1), Period.parse("2024-01"), Period.parse("2027-12")
    given = []
    for at in range(indicators * 15):
        family = FAMILIES[at % 6]
        values = family.draw(chance_, 34)
        given.append(
            Series(
                {first.shift(i): v for i, v in enumerate(values)},
                family.shape,
                lower=0.0,
                upper=family.upper,
                whole=family.whole,
            )
        )
    started = time.perf_counter()
    for series in given:
        forecast(series, until)
    taken = (time.perf_counter() - started) * 1000
    each = taken / len(given)
    print(f"{len(given)} forecasts (15 areas): {taken:.0f} ms, {each:.1f} ms each")
    return {
        "name": f"{len(given)} forecasts",
        "value": taken,
        "unit": "ms",
        "peer": "one of them",
        "peer_value": each,
        "ratio": float(len(given)),
        "bar": None,
    }


def _say(start: str, tallies: Sequence[Tally]) -> None:
    parts = []
    for what in ("inside", "brier", "error"):
        found = [getattr(tally, what) for tally in tallies]
        parts.append("".join(f"{statistics.mean(f):8.3f}" if f else f"{'-':>8}" for f in found)[1:])
    print(f"{start} | " + " | ".join(parts))


def _since_january(added: Sequence[float]) -> list[float]:
    found, total = [], 0.0
    for at, number in enumerate(added):
        total = number if at % 12 == 0 else total + number
        found.append(total)
    return found


def _poisson(chance_: Random, rate: float) -> int:
    limit, count, product = exp(-rate), 0, chance_.random()
    while product > limit:
        count, product = count + 1, product * chance_.random()
    return count


if __name__ == "__main__":
    main()
