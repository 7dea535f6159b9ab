"""Charts of quality, drawn on the server as SVG."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shucheng.bays.data.models.quality import QualityCheck
from shucheng.bays.data.queries.quality_words import per_cent

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 220, 48, 60, 16, 28
_STEPS = 4


def score_over_time(checks: Sequence[QualityCheck]) -> SafeString:
    """The score of each check by its day. The scale begins at the tenth below the lowest score, and
    its ends are written out."""
    known = [(each.as_of, each.score) for each in checks if each.score is not None]
    if len(known) < 2:
        return SafeString("")
    floor = int(min(score for _day, score in known) * 10) / 10
    floor = min(floor, 0.9)
    first, last = known[0][0].toordinal(), known[-1][0].toordinal()
    span = max(last - first, 1)

    def x(day: int) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - first) / span, 1)

    def y(score: float) -> float:
        height = _HEIGHT - _TOP - _BOTTOM
        return round(_TOP + height * (1 - (score - floor) / (1 - floor)), 1)

    points = [(x(day.toordinal()), y(score), day, score) for day, score in known]
    levels = [floor + (1 - floor) * step / _STEPS for step in range(_STEPS + 1)]
    end = points[-1]
    return format_html(
        '<svg class="outline rank-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '{}<polyline class="path-actual" points="{}"/>{}{}'
        '<text class="rank-label" x="{}" y="{}">{}</text></svg>',
        _WIDTH,
        _HEIGHT,
        _("Score over time: %(first)s %(start)s, %(last)s %(end)s")
        % {
            "first": known[0][0],
            "start": per_cent(known[0][1]),
            "last": known[-1][0],
            "end": per_cent(known[-1][1]),
        },
        format_html_join(
            "",
            '<line class="rank-grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text class="rank-name rank-tick" x="{}" y="{}">{}</text>',
            (
                (_LEFT, _WIDTH - _RIGHT, y(at), y(at), _LEFT - 8, y(at), f"{at * 100:.4g}%")
                for at in levels
            ),
        ),
        " ".join(f"{px},{py}" for px, py, _day, _score in points),
        format_html_join(
            "",
            '<circle class="rank-dot" cx="{}" cy="{}" r="4"><title>{} {}</title></circle>',
            ((px, py, day, per_cent(score)) for px, py, day, score in points),
        ),
        format_html_join(
            "",
            '<text class="rank-tick" x="{}" y="{}">{}</text>',
            ((px, _HEIGHT - 8, str(day)[:7]) for px, day in _labelled(points)),
        ),
        end[0] + 32,
        end[1],
        per_cent(end[3]),
    )


def _labelled(points: Sequence[tuple[float, float, object, float]]) -> list[tuple[float, object]]:
    """Days that are written under the chart: so far apart that they do not touch."""
    found: list[tuple[float, object]] = []
    for px, _py, day, _score in points:
        if not found or px - found[-1][0] > 70:
            found.append((px, day))
    return found
