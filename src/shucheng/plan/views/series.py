"""The course of an indicator as a chart and as a file; each says where it comes from."""

import re
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shucheng.lib.tables import Value, write_rows
from shucheng.plan.forecast.model import BANDS, Step
from shucheng.plan.queries.courses import Course
from shucheng.plan.queries.forecasts import Outlook
from shucheng.plan.queries.items import IndicatorPage
from shucheng.plan.queries.names import indicator_name
from shucheng.plan.queries.standing import Standing
from shucheng.plan.templatetags.plan_text import source_label, source_labels
from shucheng.plan.views.fans import chances_said, fans_of


def course_of(page: IndicatorPage, found: Standing | None, ahead: Outlook | None) -> Course:
    """The city's, with the path's course and earlier vintages where it is judged."""
    return Course(
        title=indicator_name(page.indicator),
        place="",
        unit=page.indicator.unit,
        plan=str(page.indicator.version),
        series=page.measured.series,
        restarts_yearly=page.measured.restarts_yearly,
        targets={target.year: target.value for target in page.path},
        path=found.now.path if found else None,
        ahead=ahead,
        vintages=found.vintages if found else (),
    )


def chart_of(course: Course) -> dict[str, Any]:
    """What is drawn, and what a picture of it must carry when it is taken along."""
    periods, expected = course.periods, course.expected
    on_path = any(value is not None for value in expected)
    return {
        "periods": periods,
        "unit": course.unit,
        "target": course.target,
        "expected": course.runs(expected) if on_path else [],
        "vintages": [run for values in course.earlier for run in course.runs(values)],
        "runs": course.runs(course.actual),
        "fans": fans_of(course),
        "labels": {
            "target": _("Target path"),
            "actual": _("Known so far"),
            "vintage": _("As known before corrections"),
            "forecast": _("Forecast, median"),
            "fan": _("Outer edge: 80%, inner: 50%"),
        },
        "title": _title(course),
        "caption": " · ".join(_caption(course)),
        "chances": " · ".join(chances_said(course)),
        "plan": course.plan,
        "mark": _("Simulated data, not of the real city") if course.simulated else "",
        "file": file_name(course),
    }


def _title(course: Course) -> str:
    return f"{course.place} · {course.title}" if course.place else course.title


def _caption(course: Course) -> list[str]:
    unit = [_("Unit: %(unit)s") % {"unit": course.unit}] if course.unit else []
    if course.latest is None:
        return [*unit, _("Nothing is known yet")]
    known = _("Up to %(period)s, as known on %(day)s · source: %(source)s") % {
        "period": course.latest.period,
        "day": f"{timezone.localdate():%Y-%m-%d}",
        "source": source_labels(found.source for found in course.series),
    }
    return [*unit, known]


def file_name(course: Course) -> str:
    """`指标名-期间`, the area before it, without what a file system refuses."""
    parts = (course.place, course.title, course.latest.period if course.latest else "")
    name = "-".join(part for part in parts if part)
    return re.sub(r'[\\/:*?"<>|\s]+', " ", name).strip()


def csv_of(course: Course) -> HttpResponse:
    """The chart's numbers, a row a period: target, what the path expects, known value, the
    forecast's median and bands, unit, source."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    named = content_disposition_header(as_attachment=True, filename=f"{file_name(course)}.csv")
    response["Content-Disposition"] = named or ""
    response.write("\ufeff")  # spreadsheet programs then read it as UTF-8
    sources = {found.period: source_label(found.source) for found in course.series}
    forecast = _("Forecast from simulated data") if course.simulated else _("Forecast")
    sources |= dict.fromkeys(course.steps, forecast)
    head = [
        _("Period"),
        _("Target"),
        _("Expected by the path"),
        _("Known so far"),
        *_forecast_headings(),
        _("Unit"),
        _("Source"),
    ]
    rows = zip(course.periods, course.target, course.expected, course.actual, strict=True)
    lines = (
        [*row, *_forecast(course.steps.get(row[0])), course.unit, sources.get(row[0], "")]
        for row in rows
    )
    write_rows(response, [head, *lines])
    return response


def _forecast_headings() -> list[str]:
    bands = [
        said % {"percent": band}
        for band in BANDS
        for said in (
            _("Forecast, lower bound of the %(percent)s%% band"),
            _("Forecast, upper bound of the %(percent)s%% band"),
        )
    ]
    return [_("Forecast, median"), *bands]


def _forecast(step: Step | None) -> list[Value]:
    if step is None:
        return [None] * (1 + 2 * len(BANDS))
    edges = [edge for band in BANDS for edge in step.bands[band]]
    # An estimate has no more than six digits, whatever unit it was brought to.
    return [float(f"{value:.6g}") for value in (step.median, *edges)]
