"""Charts drawn on the server as SVG: they print, need no script, and weigh a kilobyte."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shucheng.lib.periods import Period
from shucheng.plan.public import Headline

WIDTH, HEIGHT, PAD = 240.0, 56.0, 12.0


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


def path_sparkline(headline: Headline) -> SafeString:
    """The target path thin and dashed with a diamond a year, what is known as a solid line."""
    path = headline.path
    if not path:
        return SafeString("")
    moments = [(_moment(f"{target.year}-12"), float(target.value)) for target in path]
    runs_of_values = _runs(headline)
    place = _scale([*moments, *(value for run in runs_of_values for value in run)])
    targets = [place(*moment) for moment in moments]
    runs = [[place(*value) for value in run] for run in runs_of_values]
    return format_html(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<line class="path-axis" x1="0" y1="{base}" x2="{w}" y2="{base}"/>'
        '<polyline class="path-target" points="{line}"/>{knots}'
        "{lines}{dot}{years}</svg>",
        w=WIDTH,
        h=HEIGHT,
        base=HEIGHT - PAD,
        label=_description(headline),
        line=_points(targets),
        knots=format_html_join(
            "",
            '<path class="path-knot" d="M{} {}l3.5 3.5-3.5 3.5-3.5-3.5z"/>',
            ((f"{p.x:.1f}", f"{p.y - 3.5:.1f}") for p in targets),
        ),
        lines=format_html_join(
            "", '<polyline class="path-actual" points="{}"/>', ((_points(run),) for run in runs)
        ),
        dot=format_html(
            '<circle class="path-dot" cx="{}" cy="{}" r="2.5"/>',
            f"{runs[-1][-1].x:.1f}",
            f"{runs[-1][-1].y:.1f}",
        )
        if runs
        else "",
        years=format_html_join(
            "",
            '<text class="path-label" x="{}" y="{}" text-anchor="{}">{}</text>',
            (
                (f"{p.x:.1f}", HEIGHT - 1, _anchor(p), target.year)
                for p, target in zip(targets, path, strict=True)
            ),
        ),
    )


def _runs(headline: Headline) -> list[list[tuple[float, float]]]:
    """Known values in runs that may be joined by a line: a sum since January starts anew each
    year, and a missing value is a gap, not a slope."""
    restarts = headline.measured.restarts_yearly
    runs: list[list[tuple[float, float]]] = []
    year, gap = "", True
    for known in headline.measured.series:
        if known.value is None:
            gap = True
            continue
        if gap or (restarts and known.period[:4] != year):
            runs.append([])
        runs[-1].append((_moment(known.period), float(known.value)))
        year, gap = known.period[:4], False
    return runs


def _scale(points: Sequence[tuple[float, float]]) -> Callable[[float, float], Point]:
    times, values = [t for t, _v in points], [v for _t, v in points]
    first, span = min(times), (max(times) - min(times)) or 1.0
    low, high = min(0.0, *values), max(values) or 1.0

    def place(time: float, value: float) -> Point:
        x = 6 + (WIDTH - 12) * (time - first) / span
        y = (HEIGHT - PAD) - (HEIGHT - PAD - 8) * (value - low) / ((high - low) or 1.0)
        return Point(x, y)

    return place


def _moment(period: str) -> float:
    """The end of a period as a number of years."""
    end = Period.parse(period).end
    return end.year + (end.timetuple().tm_yday / 366)


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{p.x:.1f},{p.y:.1f}" for p in points)


def _anchor(point: Point) -> str:
    if point.x < WIDTH * 0.1:
        return "start"
    return "end" if point.x > WIDTH * 0.9 else "middle"


def _description(headline: Headline) -> str:
    path = ", ".join(f"{target.year}: {target.value.normalize():f}" for target in headline.path)
    return _("Targets of %(name)s: %(path)s") % {"name": headline.indicator.name, "path": path}
