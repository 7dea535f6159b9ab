"""The same data as tables: SDMX-CSV 2.0 for programs, a plain CSV for people."""

import io
from collections.abc import Iterable, Sequence

from shucheng.lib.sdmx import tables
from shucheng.lib.sdmx.codes import SOURCES, STATUSES
from shucheng.lib.sdmx.model import number
from shucheng.lib.tables import write_rows
from shucheng.plan.open_data.engine.messages import message_of
from shucheng.plan.open_data.engine.model import DataSet, Series, Value


def sdmx_csv(data: DataSet) -> str:
    """An SDMX-CSV 2.0 data message."""
    return tables.sdmx_csv(message_of(data))


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
            STATUSES[value.status].localised()[language],
            SOURCES[value.source].localised()[language],
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
