"""The chart of stages by industry, drawn on the server as SVG."""

from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shucheng.bays.statistics.queries.prospects import IndustryStages

_WIDTH, _RIGHT, _TOP, _ROW, _BAR = 760, 40, 34, 28, 16


def stages_by_industry(lines: Sequence[IndustryStages], stages: Sequence[str]) -> SafeString:
    """A row an industry: its firms from the first stage (light) to the last (dark), and their
    number; the key above."""
    if not lines:
        return SafeString("")
    left = 12 + max(wide(line.name) for line in lines)
    unit = (_WIDTH - left - _RIGHT) / max(sum(line.numbers) for line in lines)
    step = _WIDTH / len(stages)
    return format_html(
        '<svg class="outline stage-chart" viewBox="0 0 {} {}" role="img" '
        'aria-label="{}">{}{}{}</svg>',
        _WIDTH,
        _TOP + _ROW * len(lines),
        _("Stages by industry of the plan"),
        format_html_join(
            "",
            '<rect class="stage-{}" x="{}" y="4" width="14" height="10"/>'
            '<text class="stage-key" x="{}" y="10">{}</text>',
            ((at, round(step * at), round(step * at) + 19, name) for at, name in enumerate(stages)),
        ),
        format_html_join(
            "",
            '<text class="stage-name" x="{}" y="{}">{}</text>'
            '<text class="stage-sum" x="{}" y="{}">{}</text>',
            (_named(line, _middle(at), left, unit) for at, line in enumerate(lines)),
        ),
        format_html_join(
            "",
            '<rect class="stage-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
            (
                part
                for at, line in enumerate(lines)
                for part in _parts(line, _middle(at), left, unit, stages)
            ),
        ),
    )


def _named(line: IndustryStages, y: float, left: int, unit: float) -> tuple[object, ...]:
    whole = sum(line.numbers)
    return left - 12, y, line.name, round(left + unit * whole + 8, 1), y, whole


def _parts(
    line: IndustryStages, y: float, left: int, unit: float, stages: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    """The stages that have firms, one beside the other."""
    x = float(left)
    for stage, number in enumerate(line.numbers):
        if number:
            said = f"{line.name} · {stages[stage]} {number}"
            yield stage, round(x, 1), y - _BAR / 2, round(unit * number - 1, 1), _BAR, said
            x += unit * number


def wide(name: str) -> int:
    """About how wide a name is drawn: a Chinese character is twice a letter."""
    return sum(13 if ord(each) > 255 else 7 for each in name)


def _middle(row: int) -> float:
    return _TOP + _ROW * (row + 0.5)
