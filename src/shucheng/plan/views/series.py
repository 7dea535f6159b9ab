"""An indicator's path and known values as a chart and as a file; each says where it comes from."""

import re
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shucheng.lib.tables import write_rows
from shucheng.plan.queries.items import IndicatorPage
from shucheng.plan.queries.names import indicator_name
from shucheng.plan.queries.standing import Standing, expected_of
from shucheng.plan.templatetags.plan_text import source_label


def chart_of(page: IndicatorPage, found: Standing | None = None) -> dict[str, Any]:
    """What is drawn, and what a picture of it must carry when it is taken along; with the path's
    course and earlier vintages where it is judged."""
    latest = page.measured.latest
    unit = page.indicator.unit
    caption = _("Unit: %(unit)s") % {"unit": unit} + " · " if unit else ""
    known = _("Nothing is known yet")
    if latest:
        sources = dict.fromkeys(source_label(found.source) for found in page.measured.series)
        known = _("Up to %(period)s, as known on %(day)s · source: %(source)s") % {
            "period": latest.period,
            "day": f"{timezone.localdate():%Y-%m-%d}",
            "source": _(", ").join(sources),
        }
    return {
        "periods": page.chart.periods,
        "unit": unit,
        "target": page.chart.target,
        "expected": _expected_runs(page, found),
        "vintages": [
            [_known(vintage.values.get(period)) for period in page.chart.periods]
            for vintage in (found.vintages if found else ())
        ],
        "runs": page.chart.runs,
        "labels": {
            "target": _("Target path"),
            "actual": _("Known so far"),
            "vintage": _("As known before corrections"),
        },
        "title": indicator_name(page.indicator),
        "caption": caption + known,
        "plan": str(page.indicator.version),
        "mark": _("Simulated data, not of the real city") if page.simulated else "",
        "file": file_name(page),
    }


def _expected_runs(page: IndicatorPage, found: Standing | None) -> list[list[float | None]]:
    """What the path expects at every period, a line a year where a sum starts anew in January."""
    periods = page.chart.periods
    expected = expected_of(found.now if found else None, periods)
    if not any(value is not None for value in expected):
        return []
    if not page.measured.restarts_yearly:
        return [expected]
    years = sorted({period[:4] for period in periods})
    runs = [
        [v if p.startswith(year) else None for p, v in zip(periods, expected, strict=True)]
        for year in years
    ]
    return [run for run in runs if any(value is not None for value in run)]


def _known(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def file_name(page: IndicatorPage) -> str:
    """`指标名-期间`, without what a file system refuses."""
    latest = page.measured.latest
    name = indicator_name(page.indicator)
    name = f"{name}-{latest.period}" if latest else name
    return re.sub(r'[\\/:*?"<>|\s]+', " ", name).strip()


def csv_of(page: IndicatorPage, found: Standing | None = None) -> HttpResponse:
    """The chart's numbers: period, target, what the path expects, known value, unit, source."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    named = content_disposition_header(as_attachment=True, filename=f"{file_name(page)}.csv")
    response["Content-Disposition"] = named or ""
    response.write("\ufeff")  # spreadsheet programs then read it as UTF-8
    sources = {found.period: source_label(found.source) for found in page.measured.series}
    unit = page.indicator.unit
    expected = expected_of(found.now if found else None, page.chart.periods)
    head = [_("Period"), _("Target"), _("Expected"), _("Known so far"), _("Unit"), _("Source")]
    rows = zip(page.chart.periods, page.chart.target, expected, page.chart.actual, strict=True)
    write_rows(response, [head, *([*row, unit, sources.get(row[0], "")] for row in rows)])
    return response
