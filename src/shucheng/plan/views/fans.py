"""A forecast on a chart: the two steps of the fan and its median, year by year."""

from django.utils.translation import gettext as _

from shucheng.plan.queries.courses import Course, Values

Fan = dict[str, Values]

_NAMES = ("median", "low", "lower", "upper", "high")


def fans_of(course: Course) -> list[Fan]:
    """Edges and median at every period, in runs that may be joined by a line; each begins at the
    newest value or, where a sum starts anew, in January."""
    place = {period: at for at, period in enumerate(course.periods)}
    fans: list[Fan] = []
    latest = course.latest
    year = 0
    if course.steps and latest and latest.value is not None:
        year = latest.year
        fans.append(_empty(len(place)))
        _put(fans[-1], place[latest.period], [float(latest.value)] * 5)
    for period, step in course.steps.items():
        if not fans or (course.restarts_yearly and step.period.year != year):
            fans.append(_empty(len(place)))
        year = step.period.year
        outer, inner = step.bands[80], step.bands[50]
        _put(fans[-1], place[period], [step.median, outer[0], inner[0], inner[1], outer[1]])
    return fans


def chances_said(course: Course) -> list[str]:
    """The chance that each target is met, as a picture of the chart says it."""
    return [
        _("Probability that the target of %(year)s is met: %(chance)s")
        % {"year": each.year, "chance": each.in_percent}
        for each in (course.ahead.chances if course.ahead else ())
    ]


def _empty(length: int) -> Fan:
    return {name: [None] * length for name in _NAMES}


def _put(fan: Fan, at: int, values: list[float]) -> None:
    for name, value in zip(_NAMES, values, strict=True):
        fan[name][at] = value
