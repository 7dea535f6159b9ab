"""The forecast of a series to a horizon: prepared, tried on the past, simulated, summed up."""

from shucheng.lib.periods import Period, iterate
from shucheng.plan.forecast.backtest import choose
from shucheng.plan.forecast.methods import simplest
from shucheng.plan.forecast.model import BANDS, KEPT, Forecast, Insufficient, Series, Step
from shucheng.plan.forecast.paths import quantile, simulate
from shucheng.plan.forecast.preparing import history_of
from shucheng.plan.forecast.scales import Scale

# Named beside every stored forecast; raised when the same values would give another one.
ENGINE = "forecast/2"
_PATHS = 1000
_HORIZON_TESTED = 12


def forecast(series: Series, until: Period, *, paths: int = _PATHS) -> Forecast | Insufficient:
    """The fan of a series for every period after its last up to `until`, or why there is none.

    `until` has the frequency of the series. The method is the one that did best on the series'
    own past (see `backtest.choose`). The same series gives the same forecast.
    """
    history = history_of(series)
    if isinstance(history, Insufficient):
        return history
    ahead = list(iterate(history.last.next(), until))
    if not ahead:
        return Insufficient("period_over")
    length = len(Period("A", until.year).split(until.frequency))
    scale = Scale.of(history.numbers, series.lower, _upper(series), whole=series.whole)
    tested = choose(
        history.numbers,
        length,
        min(len(ahead), _HORIZON_TESTED),
        scale,
        summed=history.adds_up,
    )
    method = tested.method if tested else simplest(counts=scale.whole and history.adds_up)
    fitted = method.fitted(scale.inward(history.numbers), length, relative=scale.relative)
    restarts = history.restarts(len(ahead))
    futures = [
        history.shown(path, restarts) for path in simulate(fitted, len(ahead), scale, paths=paths)
    ]
    ordered = [sorted(values) for values in zip(*futures, strict=True)]
    return Forecast(
        method=method.code,
        steps=tuple(map(_step, ahead, ordered)),
        ends={
            period: tuple(quantile(values, (at + 0.5) / KEPT) for at in range(KEPT))
            for period, values in zip(ahead, ordered, strict=True)
            if period.end.month == 12 and period.end.day == 31
        },
        backtest=tested.scores if tested else (),
        points=history.points,
        filled=history.filled,
    )


def _upper(series: Series) -> float | None:
    """What a period adds to a sum has no upper bound of its own."""
    return series.upper if series.shape in ("stock", "constant") else None


def _step(period: Period, ordered: list[float]) -> Step:
    return Step(
        period,
        quantile(ordered, 0.5),
        {
            band: (quantile(ordered, 0.5 - band / 200), quantile(ordered, 0.5 + band / 200))
            for band in BANDS
        },
    )
