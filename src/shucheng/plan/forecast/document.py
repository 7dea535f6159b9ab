"""A forecast as JSON and back, for whoever keeps one."""

from collections.abc import Mapping, Sequence
from typing import Any

from shucheng.lib.periods import Period
from shucheng.plan.forecast.model import BANDS, Forecast, Insufficient, Score, Step

_DIGITS = 6


def to_document(made: Forecast | Insufficient) -> dict[str, Any]:
    """A JSON document; numbers keep six significant digits."""
    if isinstance(made, Insufficient):
        return {"reason": made.reason, "values": dict(made.values)}
    return {
        "method": made.method,
        "steps": [
            [str(step.period), _short(step.median)]
            + [_short(edge) for band in BANDS for edge in step.bands[band]]
            for step in made.steps
        ],
        "ends": {str(period): [_short(v) for v in values] for period, values in made.ends.items()},
        "backtest": [
            [score.method, score.mase, score.origins, score.errors, score.coverage]
            for score in made.backtest
        ],
        "points": made.points,
        "filled": made.filled,
    }


def from_document(document: Mapping[str, Any]) -> Forecast | Insufficient:
    """What `to_document` wrote."""
    if "reason" in document:
        return Insufficient(document["reason"], document["values"])
    return Forecast(
        method=document["method"],
        steps=tuple(_step(*entry) for entry in document["steps"]),
        ends={Period.parse(period): tuple(v) for period, v in document["ends"].items()},
        backtest=tuple(Score(*entry) for entry in document["backtest"]),
        points=document["points"],
        filled=document["filled"],
    )


def _step(period: str, median: float, *edges: float) -> Step:
    pairs: Sequence[tuple[float, float]] = list(zip(edges[::2], edges[1::2], strict=True))
    return Step(Period.parse(period), median, dict(zip(BANDS, pairs, strict=True)))


def _short(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
