"""A forecast on an indicator's chart: the two steps of the fan and its median, year by year."""

from typing import Any

from django.utils.translation import gettext as _

from shucheng.plan.queries.forecasts import Outlook
from shucheng.plan.queries.items import IndicatorPage

Run = list[float | None]


def with_fan(chart: dict[str, Any], page: IndicatorPage, ahead: Outlook | None) -> dict[str, Any]:
    """The chart's data with the forecast in it: edges and median at every period, in runs that may
    be joined by a line; each begins at the newest value or, where a sum starts anew, in January."""
    if ahead is None or not ahead.steps:
        return chart
    periods: list[str] = chart["periods"]
    later = [str(step.period) for step in ahead.steps if str(step.period) not in periods]
    if later:
        chart = _longer(chart, later)
        periods = chart["periods"]
    place = {period: at for at, period in enumerate(periods)}
    fans: list[dict[str, Run]] = []
    latest = page.measured.latest
    year = 0
    if latest and latest.value is not None and latest.period in place:
        year = latest.year
        fans.append(_empty(len(periods)))
        _put(fans[-1], place[latest.period], [float(latest.value)] * 5)
    for step in ahead.steps:
        if not fans or (page.measured.restarts_yearly and step.period.year != year):
            fans.append(_empty(len(periods)))
        year = step.period.year
        outer, inner = step.bands[80], step.bands[50]
        values = [step.median, outer[0], inner[0], inner[1], outer[1]]
        _put(fans[-1], place[str(step.period)], values)
    words = {"forecast": _("Forecast, median"), "fan": _("Outer edge: 80%, inner: 50%")}
    said = [
        f"{_('Target of %(year)s') % {'year': each.year}}: "
        f"{_('Probability that the target is met')} {each.in_percent}"
        for each in ahead.chances
    ]
    caption = " · ".join([chart["caption"], *said])
    return chart | {"fans": fans, "labels": chart["labels"] | words, "caption": caption}


_NAMES = ("median", "low", "lower", "upper", "high")


def _empty(length: int) -> dict[str, Run]:
    return {name: [None] * length for name in _NAMES}


def _put(fan: dict[str, Run], at: int, values: list[float]) -> None:
    for name, value in zip(_NAMES, values, strict=True):
        fan[name][at] = value


def _longer(chart: dict[str, Any], later: list[str]) -> dict[str, Any]:
    """The same chart over further periods."""
    more: Run = [None] * len(later)
    return chart | {
        "periods": [*chart["periods"], *later],
        "target": [*chart["target"], *more],
        **{
            name: [[*run, *more] for run in chart[name]]
            for name in ("runs", "expected", "vintages")
        },
    }
