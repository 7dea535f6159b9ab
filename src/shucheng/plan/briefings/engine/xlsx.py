"""The data behind a briefing as a workbook: every figure with formula, source and moment.

What is text is written as text, whatever it begins with: nothing that somebody typed becomes a
formula in the reader's spreadsheet. Codes are said in words, numbers as rounded as in the document.
The same facts give the same bytes.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from shucheng.lib.tables import cell_text, harmless, printable
from shucheng.plan.briefings.engine.compose import SIMULATED, Edition, title_of
from shucheng.plan.briefings.engine.facts import LIGHTS, BriefingFacts, IndicatorFacts, digest
from shucheng.plan.briefings.engine.numbers import listed, moment_name, period_name, shown
from shucheng.plan.briefings.engine.packages import settled
from shucheng.plan.briefings.engine.sentences import LIGHT_NAMES
from shucheng.plan.briefings.engine.words import METHODS, REASONS, SOURCES, said


@dataclass(frozen=True, slots=True)
class Link:
    """What leads to a page of the platform: where the platform's address is known, by a click."""

    path: str
    address: str
    text: str = ""


Value = str | int | Decimal | date | datetime | bool | Link | None

_HEAD: Final = PatternFill("solid", fgColor="E8EEF4")
_LINKED: Final = Font(color="0563C1", underline="single")
_YES, _NO = "是", "否"
_WIDEST: Final = 60


def write_xlsx(facts: BriefingFacts, edition: Edition, moment: datetime) -> bytes:
    """The workbook; `moment` is what the file says of its making."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _about(book.create_sheet("说明"), facts, edition)
    _sheet(book, "指标", _INDICATOR_HEAD, _indicators(facts, edition.address))
    _sheet(book, "时间序列", _SERIES_HEAD, _series(facts))
    if facts.counties:
        head = ("地区代码", "地区", *LIGHT_NAMES.values(), "合计")
        _sheet(book, "各地灯态", head, _counties(facts))
    if facts.comparisons:
        _sheet(book, "各地指标", _COMPARED_HEAD, _compared(facts, edition.address))
    _sheet(book, "变动来源", ("指标", "单位", "对比期", "来源", "变动"), _drivers(facts))
    if facts.supervision:
        _sheet(book, "督办", _ITEMS_HEAD, _items(facts, edition.address))
    _sheet(book, "修订", _REVISED_HEAD, _revised(facts, edition.address))
    book.properties.title = printable(title_of(facts))
    book.properties.creator = book.properties.lastModifiedBy = printable(edition.issuer)
    out = io.BytesIO()
    book.save(out)
    return settled(out.getvalue(), moment.astimezone(UTC))


def _about(sheet: Worksheet, facts: BriefingFacts, edition: Edition) -> None:
    rule = facts.rule
    rows: list[tuple[Value, ...]] = [
        ("标题", title_of(facts)),
        ("期号", edition.number or "草稿"),
        ("编发单位", edition.issuer),
        ("报告期", period_name(facts.period)),
        ("数据截至", moment_name(facts.as_of)),
        ("行动计划", f"{facts.plan_title} 第{facts.plan_version}版"),
        (
            "红黄绿灯规则",
            f"第{rule.version}版：序时进度{shown(rule.green)}%及以上绿灯，"
            f"{shown(rule.yellow)}%及以上黄灯，其余红灯",
        ),
        ("含模拟数据", _YES if facts.simulated else _NO),
        ("内容指纹", digest(facts)),
    ]
    if facts.simulated:
        rows.insert(0, ("注意", SIMULATED))
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            _write(sheet.cell(at, column), value)
        sheet.cell(at, 1).font = Font(bold=True)
    sheet.column_dimensions["A"].width = 16
    sheet.column_dimensions["B"].width = 90


_INDICATOR_HEAD: Final = (
    *("序号", "指标代码", "指标", "单位", "牵头单位", "报告期", "本期值", "年度", "年度目标"),
    *("当期要求", "完成率（%）", "序时进度（%）", "与要求之差", "灯", "判定原因", "应报日期"),
    *("上一报告期", "上一期灯", "上一期值", "同比基期", "同比基期值", "同比", "同比计量"),
    *("达标概率（%）", "概率方法", "公式", "公式说明", "来源", "记录时间", "所据数据条数"),
    *("模拟数据", "目标为模拟", "目标未确认", "依据", "数据截至"),
)


def _indicators(facts: BriefingFacts, address: str) -> Iterable[tuple[Value, ...]]:
    for each in facts.indicators:
        yield (*_indicator(each), Link(each.explain, address), facts.as_of)


def _indicator(each: IndicatorFacts) -> tuple[Value, ...]:
    year, chance, source = each.year_on_year, each.chance, each.source
    return (
        *(each.no, each.code, each.name, each.unit, listed(each.leads), each.period),
        *(each.value, each.target_year, each.target, each.expected, each.attainment),
        *(each.schedule_progress, each.gap, LIGHT_NAMES[each.light]),
        *(said(REASONS, each.reason), each.due),
        each.before_period,
        LIGHT_NAMES[each.before_light] if each.before_light else None,
        each.before_value,
        *((year.against, year.before, year.amount) if year else (None, None, None)),
        ("%" if year.measure == "percent" else "百分点") if year else None,
        *(
            (chance.percent, said(METHODS, chance.method) or chance.why_not)
            if chance
            else (None, None)
        ),
        *(source.formula, source.formula_words, said(SOURCES, source.source)),
        source.recorded_at,
        source.rests_on,
        *(_yes(each.simulated), _yes(each.target_simulated), _yes(each.target_unconfirmed)),
    )


_SERIES_HEAD: Final = ("指标代码", "指标", "单位", "报告期", "值", "目标路径要求", "模拟数据")


def _series(facts: BriefingFacts) -> Iterable[tuple[Value, ...]]:
    for each in facts.indicators:
        for point in each.series:
            made_up = _yes(each.simulated)
            yield (
                *(each.code, each.name, each.unit, point.period),
                *(point.value, point.expected, made_up),
            )


def _counties(facts: BriefingFacts) -> Iterable[tuple[Value, ...]]:
    for county in facts.counties:
        lights = county.lights
        yield (county.code, county.name, *map(lights.of, LIGHTS), lights.total)


_COMPARED_HEAD: Final = (
    *("指标代码", "指标", "单位", "地区代码", "地区", "报告期", "值", "序时进度（%）", "灯"),
    *("位次", "模拟数据", "依据"),
)


def _compared(facts: BriefingFacts, address: str) -> Iterable[tuple[Value, ...]]:
    for found in facts.comparisons:
        for county in found.counties:
            yield (
                *(found.indicator, found.name, found.unit, county.code, county.name),
                *(county.period, county.value, county.schedule_progress),
                *(LIGHT_NAMES[county.light], county.place, _yes(county.simulated)),
                Link(county.explain, address),
            )


def _drivers(facts: BriefingFacts) -> Iterable[tuple[Value, ...]]:
    for each in facts.indicators:
        for part in each.drivers.parts if each.drivers else ():
            against = each.drivers.against if each.drivers else ""
            yield (each.name, each.unit, against, part.name or "未归到各地", part.value)


_ITEMS_HEAD: Final = ("编号", "事项", "牵头单位", "期限", "逾期工作日")


def _items(facts: BriefingFacts, address: str) -> Iterable[tuple[Value, ...]]:
    for item in facts.supervision.most_overdue if facts.supervision else ():
        number = Link(item.address, address, item.number)
        yield (number, item.title, item.lead, item.deadline, item.overdue_days)


_REVISED_HEAD: Final = ("指标", "单位", "报告期", "原值", "现值", "依据")


def _revised(facts: BriefingFacts, address: str) -> Iterable[tuple[Value, ...]]:
    for each in facts.revised:
        yield (
            each.name,
            each.unit,
            each.period,
            each.before,
            each.after,
            Link(each.explain, address),
        )


def _sheet(
    book: Workbook, title: str, head: Sequence[str], rows: Iterable[tuple[Value, ...]]
) -> None:
    sheet = book.create_sheet(title)
    widths = [_width(name) for name in head]
    for column, name in enumerate(head, 1):
        cell = sheet.cell(1, column)
        _write(cell, name)
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for at, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            _write(sheet.cell(at, column), value)
            widths[column - 1] = max(widths[column - 1], _width(value))
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST)
    sheet.freeze_panes = "A2"


def _write(cell: Cell | MergedCell, value: Value) -> None:
    if isinstance(value, Link):
        _write(cell, _text(value))
        if value.address and value.path:
            cell.hyperlink = value.address + value.path
            cell.font = _LINKED
        return
    if isinstance(value, Decimal):
        value = Decimal(shown(value))
    if isinstance(value, datetime):
        # Excel knows no time zones: the moment in the one it carries.
        cell.value = value.replace(tzinfo=None)
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, str):
        cell.value = cell_text(value)
        cell.data_type = "s"
        cell.quotePrefix = harmless(value) != value
    else:
        cell.value = value


def _width(value: Value) -> float:
    if isinstance(value, datetime):
        return 17
    if isinstance(value, Decimal):
        value = shown(value)
    text = _text(value) if isinstance(value, Link) else "" if value is None else str(value)
    return 2 + sum(2 if ord(sign) > 0x2E7F else 1.05 for sign in text)


def _text(link: Link) -> str:
    return link.text or (link.address + link.path if link.path else "")


def _yes(yes: bool) -> str:
    return _YES if yes else _NO
