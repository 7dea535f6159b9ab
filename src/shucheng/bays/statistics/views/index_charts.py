"""The chart of rank intervals, drawn on the server as SVG."""

from collections.abc import Callable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shucheng.bays.statistics.queries.indexes import AreaLine
from shucheng.bays.statistics.views.prospect_charts import wide

_WIDTH, _RIGHT, _ROW, _TOP = 640, 24, 28, 34


def rank_intervals(lines: Sequence[AreaLine]) -> SafeString:
    """A row an area: the ranks of nine in ten drawn alternatives as a band, their median as a
    tick, the rank by the definition as a dot."""
    shown = [line for line in lines if line.low is not None and line.high is not None]
    if not shown:
        return SafeString("")
    count = len(lines)
    bottom = _TOP + _ROW * len(shown)
    left = max(150, 18 + max(wide(line.name) for line in shown))

    def x(rank: int) -> float:
        return left + (_WIDTH - left - _RIGHT) * (rank - 1) / max(count - 1, 1)

    return format_html(
        '<svg class="outline rank-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        _WIDTH,
        bottom + 6,
        _("Rank intervals of the areas"),
        format_html_join(
            "",
            '<line class="rank-grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
            '<text class="rank-tick" x="{0}" y="{3}">{4}</text>',
            ((f"{x(n):.1f}", _TOP - 8, bottom, _TOP - 20, n) for n in range(1, count + 1)),
        ),
        format_html_join(
            "",
            '<text class="rank-name" x="{}" y="{}">{}</text>'
            '<rect class="rank-band" x="{}" y="{}" width="{}" height="10" rx="5"/>'
            '<rect class="rank-middle" x="{}" y="{}" width="2" height="14"/>'
            '<circle class="rank-dot" cx="{}" cy="{}" r="5"><title>{}</title></circle>',
            (_row(line, _TOP + _ROW * at + _ROW / 2 - 4, left, x) for at, line in enumerate(shown)),
        ),
    )


def _row(line: AreaLine, y: float, left: int, x: Callable[[int], float]) -> tuple[object, ...]:
    low, middle, high = line.low or 1, line.middle or 1, line.high or 1
    said = _("%(name)s: rank %(rank)s, nine in ten between %(low)s and %(high)s") % {
        "name": line.name,
        "rank": line.rank,
        "low": low,
        "high": high,
    }
    return (
        *(left - 14, y, line.name),
        *(f"{x(low) - 5:.1f}", y - 5, f"{x(high) - x(low) + 10:.1f}"),
        *(f"{x(middle) - 1:.1f}", y - 7),
        *(f"{x(line.rank):.1f}", y, said),
    )
