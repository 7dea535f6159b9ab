"""An indicator's path and known values as a chart and as a file; each says where it comes from."""

import csv
import re
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shucheng.plan.queries.items import IndicatorPage
from shucheng.plan.queries.names import indicator_name
from shucheng.plan.templatetags.plan_text import source_label

# What a spreadsheet program would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def chart_of(page: IndicatorPage) -> dict[str, Any]:
    """What is drawn, and what a picture of it must carry when it is taken along."""
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
        "runs": page.chart.runs,
        "labels": {"target": _("Target path"), "actual": _("Known so far")},
        "title": indicator_name(page.indicator),
        "caption": caption + known,
        "plan": str(page.indicator.version),
        "mark": _("Simulated data, not of the real city") if page.simulated else "",
        "file": file_name(page),
    }


def file_name(page: IndicatorPage) -> str:
    """`指标名-期间`, without what a file system refuses."""
    latest = page.measured.latest
    name = indicator_name(page.indicator)
    name = f"{name}-{latest.period}" if latest else name
    return re.sub(r'[\\/:*?"<>|\s]+', " ", name).strip()


def csv_of(page: IndicatorPage) -> HttpResponse:
    """The chart's numbers: period, target, known value, unit, source."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    named = content_disposition_header(as_attachment=True, filename=f"{file_name(page)}.csv")
    response["Content-Disposition"] = named or ""
    response.write("\ufeff")  # spreadsheet programs then read it as UTF-8
    sources = {found.period: source_label(found.source) for found in page.measured.series}
    unit = page.indicator.unit
    if unit.startswith(_FORMULA):
        unit = f"'{unit}"
    writer = csv.writer(response)
    writer.writerow([_("Period"), _("Target"), _("Known so far"), _("Unit"), _("Source")])
    for period, target, actual in zip(
        page.chart.periods, page.chart.target, page.chart.actual, strict=True
    ):
        writer.writerow([period, target, actual, unit, sources.get(period, "")])
    return response
