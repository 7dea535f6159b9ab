"""Charts drawn on the server as SVG: they print, need no script, and weigh a kilobyte.

Lines are stretched to the room there is (`preserveAspectRatio="none"`, strokes keep their width);
marks and words are placed in percent, so that a diamond stays a diamond at every size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shucheng.lib.periods import Period
from shucheng.plan.public import Headline, indicator_name

# The lowest value stands a little above the edge: a diamond on it stays clear of the years below.
_FLOOR, _RISE = 92, 80
_ZERO_LINE = f'<line class="path-axis" x1="0" y1="{_FLOOR}%" x2="100%" y2="{_FLOOR}%"/>'


@dataclass(frozen=True, slots=True)
class Point:
    """A place in percent of the drawing, from its upper left corner."""

    x: float
    y: float


def path_sparkline(headline: Headline) -> SafeString:
    """The target path thin and dashed with a diamond a year, what is known as a solid line."""
    path = headline.path
    if not path:
        return SafeString("")
    moments = [(_moment(f"{target.year}-12"), float(target.value)) for target in path]
    runs_of_values = _runs(headline)
    fans = _fans(headline, runs_of_values)
    values = [
        value for _time, value in (*moments, *(known for run in runs_of_values for known in run))
    ]
    values += [step.median for fan in fans for step in fan]
    base, top = _base(values), max(values)
    # A wide fan is cut at the edge of the drawing: it must not press the rest together.
    top += 0.12 * (top - base)
    place = _scale(path[0].year, path[-1].year + 1, base, top)
    targets = [place(*moment) for moment in moments]
    runs = [[place(*value) for value in run] for run in runs_of_values]
    current = headline.current.year if headline.current else None
    return format_html(
        '<span class="spark"><svg class="spark-plot" role="img" aria-label="{label}">'
        '{axis}<svg viewBox="0 0 100 100" preserveAspectRatio="none">{fans}'
        '<polyline class="path-target" points="{line}"/>{lines}</svg>'
        '{knots}{dot}</svg><svg class="spark-years" aria-hidden="true">{years}</svg></span>',
        label=_description(headline),
        axis=SafeString("" if base else _ZERO_LINE),
        fans=format_html_join("", "{}", ((_drawn(fan, place, base, top),) for fan in fans)),
        line=_points(targets),
        lines=format_html_join(
            "", '<polyline class="path-actual" points="{}"/>', ((_points(run),) for run in runs)
        ),
        knots=format_html_join(
            "",
            '<svg x="{}%" y="{}%" overflow="visible"><rect class="path-knot{}" x="-0.2rem" '
            'y="-0.2rem" width="0.4rem" height="0.4rem" transform="rotate(45)"/></svg>',
            (
                (f"{p.x:.1f}", f"{p.y:.1f}", " path-now" if target.year == current else "")
                for p, target in zip(targets, path, strict=True)
            ),
        ),
        dot=format_html(
            '<circle class="path-dot" cx="{}%" cy="{}%" r="0.21rem"/>',
            f"{runs[-1][-1].x:.1f}",
            f"{runs[-1][-1].y:.1f}",
        )
        if runs
        else "",
        years=format_html_join(
            "",
            '<text class="path-label{}" x="{}%" y="80%" text-anchor="{}">{}</text>',
            (
                (
                    " path-now" if target.year == current else "",
                    f"{p.x:.1f}",
                    _anchor(p),
                    target.year,
                )
                for p, target in zip(targets, path, strict=True)
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Ahead:
    """A moment to come: the median and the edges of the two steps of the fan."""

    moment: float
    median: float
    outer: tuple[float, float]
    inner: tuple[float, float]


def _fans(headline: Headline, runs: list[list[tuple[float, float]]]) -> list[list[Ahead]]:
    """The forecast in pieces that may be joined: from the newest value on, and where a sum starts
    anew each year, a piece a year."""
    outlook = headline.outlook
    if outlook is None or not outlook.steps:
        return []
    fans: list[list[Ahead]] = []
    if runs:
        moment, value = runs[-1][-1]
        fans.append([Ahead(moment, value, (value, value), (value, value))])
    year = headline.latest.year if headline.latest else 0
    for step in outlook.steps:
        if not fans or (headline.measured.restarts_yearly and step.period.year != year):
            fans.append([])
        year = step.period.year
        moment = _moment(str(step.period))
        fans[-1].append(Ahead(moment, step.median, step.bands[80], step.bands[50]))
    return [fan for fan in fans if len(fan) > 1]


def _drawn(
    fan: Sequence[Ahead], place: Callable[[float, float], Point], low: float, high: float
) -> SafeString:
    """The two steps of a fan as areas and its median as a line."""

    def area(edges: Sequence[tuple[float, float, float]]) -> str:
        cut = [(at, min(max(a, low), high), min(max(b, low), high)) for at, a, b in edges]
        ways = [place(at, lower) for at, lower, _upper in cut]
        return _points([*ways, *(place(at, upper) for at, _lower, upper in reversed(cut))])

    return format_html(
        '<polygon class="fan-outer" points="{}"/><polygon class="fan-inner" points="{}"/>'
        '<polyline class="fan-median" points="{}"/>',
        area([(each.moment, *each.outer) for each in fan]),
        area([(each.moment, *each.inner) for each in fan]),
        _points([place(each.moment, each.median) for each in fan]),
    )


def line(
    known: Sequence[tuple[str, Decimal | None]], *, restarts_yearly: bool = False
) -> SafeString:
    """A small line of what is known, its newest value a dot: what became of it, not how much."""
    values = [float(value) for _period, value in known if value is not None]
    if len(values) < 2:
        return SafeString("")
    first, last = _moment(known[0][0]), _moment(known[-1][0])
    low, high = _base(values), max(values)
    runs: list[list[Point]] = [[]]
    year = ""
    for period, value in known:
        if value is None or (restarts_yearly and period[:4] != year):
            runs.append([])
        year = period[:4]
        if value is None:
            continue
        x = 2 + 95 * (_moment(period) - first) / ((last - first) or 1.0)
        runs[-1].append(Point(x, 94 - 88 * (float(value) - low) / ((high - low) or 1.0)))
    joined = [run for run in runs if run]
    end = joined[-1][-1]
    return format_html(
        '<svg class="trend" role="img" aria-label="{label}">'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none">{lines}</svg>'
        '<circle class="path-dot" cx="{x}%" cy="{y}%" r="0.18rem"/></svg>',
        label=_("%(first)s: %(start)s; %(last)s: %(end)s")
        % {
            "first": known[0][0],
            "last": known[-1][0],
            "start": f"{values[0]:,.10g}",
            "end": f"{values[-1]:,.10g}",
        },
        lines=format_html_join(
            "", '<polyline class="path-actual" points="{}"/>', ((_points(r),) for r in joined)
        ),
        x=f"{end.x:.1f}",
        y=f"{end.y:.1f}",
    )


def _runs(headline: Headline) -> list[list[tuple[float, float]]]:
    """Known values of the path's years, in runs that may be joined by a line: a sum since
    January starts anew each year, and a missing value is a gap, not a slope."""
    first = str(headline.path[0].year)
    restarts = headline.measured.restarts_yearly
    runs: list[list[tuple[float, float]]] = []
    year, gap = "", True
    for known in headline.measured.series:
        if known.value is None or known.period[:4] < first:
            gap = True
            continue
        if gap or (restarts and known.period[:4] != year):
            runs.append([])
        runs[-1].append((_moment(known.period), float(known.value)))
        year, gap = known.period[:4], False
    return runs


def _base(values: Sequence[float]) -> float:
    """Zero, unless all values are so far from it that a line above it would say nothing."""
    low, high = min(values), max(values)
    if low == high:
        return min(low, 0.0)  # a path that stays where it is does not lie on the ground
    return low - (high - low) * 0.6 if low > high * 0.6 else min(low, 0.0)


def _scale(start: int, end: int, low: float, high: float) -> Callable[[float, float], Point]:
    """The same years in every drawing, so that a row of them can be compared."""

    def place(time: float, value: float) -> Point:
        return Point(
            x=2 + 95 * (time - start) / (end - start),
            y=_FLOOR - _RISE * (value - low) / ((high - low) or 1.0),
        )

    return place


def _moment(period: str) -> float:
    """The end of a period as a number of years."""
    end = Period.parse(period).end
    return end.year + (end.timetuple().tm_yday / 366)


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{p.x:.1f},{p.y:.1f}" for p in points)


def _anchor(point: Point) -> str:
    if point.x < 10:
        return "start"
    return "end" if point.x > 90 else "middle"


def _description(headline: Headline) -> str:
    path = ", ".join(f"{target.year}: {target.value.normalize():f}" for target in headline.path)
    said = _("Targets of %(name)s: %(path)s") % {
        "name": indicator_name(headline.indicator),
        "path": path,
    }
    if found := headline.chance_now:
        chance = _("probability that the target of %(year)s is met: %(chance)s") % {
            "year": found.year,
            "chance": found.in_percent,
        }
        return f"{said}; {chance}"
    return said
