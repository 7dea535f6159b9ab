"""The same data as tables: SDMX-CSV 2.0 for programs, a plain CSV for people.

SDMX-CSV 2.0: https://github.com/sdmx-twg/sdmx-csv (data message, field guide of SDMX 3.0): the
columns STRUCTURE, STRUCTURE_ID and ACTION, then dimensions, measure and attributes by their ids.
"""

import io
from collections.abc import Iterable, Sequence

from shucheng.lib.tables import write_rows
from shucheng.plan.open_data.engine import names
from shucheng.plan.open_data.engine.model import DataSet, Series, Value, number


def sdmx_csv(data: DataSet) -> str:
    """An SDMX-CSV 2.0 data message; UTF-8 without a mark, CRLF at the end of lines (RFC 4180).

    Identifiers and numbers are written as they are; text never begins like a formula.
    """
    flow = f"{data.agency}:{names.FLOW}({names.VERSION})"
    head = [
        *("STRUCTURE", "STRUCTURE_ID", "ACTION"),
        *names.DIMENSIONS,
        names.TIME,
        names.MEASURE,
        *names.SERIES_ATTRIBUTES,
        *names.VALUE_ATTRIBUTES,
    ]
    facts = data.by_code()
    rows = [
        [
            *("dataflow", flow, "I"),
            *each.key,
            value.period,
            shown(value),
            facts[each.indicator].unit,
            facts[each.indicator].licence,
            each.updated_at.isoformat(timespec="seconds"),
            value.status,
            value.source,
        ]
        for each, value in _values(data.series)
    ]
    return _written([head, *rows])


def plain_csv(data: DataSet, head: Sequence[str], *, english: bool) -> str:
    """One line a value with names in the reader's language, under a head of eleven words; UTF-8
    with a mark, so that spreadsheet programs read it."""
    facts = data.by_code()
    areas = {area.code: area.name for area in data.areas}
    language = "en" if english else "zh"
    rows = [
        [
            facts[each.indicator].name.localised()[language],
            each.indicator,
            areas[each.area].localised()[language],
            each.area,
            value.period,
            shown(value),
            facts[each.indicator].unit,
            names.STATUS_NAMES[value.status].localised()[language],
            names.SOURCES[value.source].localised()[language],
            facts[each.indicator].licence,
            each.updated_at.isoformat(timespec="seconds"),
        ]
        for each, value in _values(data.series)
    ]
    return "\ufeff" + _written([list(head), *rows])


def shown(value: Value) -> str:
    """The number, or nothing where it is missing."""
    return "" if value.value is None else number(value.value)


def _values(series: Iterable[Series]) -> Iterable[tuple[Series, Value]]:
    for each in series:
        for value in each.values:
            yield each, value


def _written(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    write_rows(text, rows)
    return text.getvalue()
