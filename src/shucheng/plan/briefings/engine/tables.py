"""The tables of a briefing."""

from collections.abc import Sequence
from decimal import Decimal

from shucheng.plan.briefings.engine.content import Cell, Column, Table
from shucheng.plan.briefings.engine.facts import (
    LIGHTS,
    BriefingFacts,
    IndicatorFacts,
    Light,
    SupervisionFacts,
)
from shucheng.plan.briefings.engine.numbers import (
    NOTHING,
    amount,
    day_name,
    period_name,
    share,
    shown,
)
from shucheng.plan.briefings.engine.sentences import LIGHT_NAMES, growth_cell
from shucheng.plan.forecast.words import percent_said

# A light is told by its shape as well, as on every page.
SHAPES: dict[Light, str] = {"green": "●", "yellow": "▲", "red": "■", "blue": "◆", "grey": "○"}
SHORT: dict[Light, str] = {
    "green": "绿",
    "yellow": "黄",
    "red": "红",
    "blue": "迟报",
    "grey": "无",
}


def light_cell(light: Light) -> Cell:
    return Cell(f"{SHAPES[light]}{SHORT[light]}", light)


def light_table(facts: BriefingFacts) -> Table:
    """How many have each light, now and at the period before."""
    columns = (
        Column("报告期", width=1.6),
        *(Column(LIGHT_NAMES[light], "center") for light in LIGHTS),
        Column("合计", "center"),
    )
    rows = tuple(
        (
            Cell(period_name(period) or "各指标上一报告期"),
            *(Cell(str(counts.of(light))) for light in LIGHTS),
            Cell(str(counts.total)),
        )
        for period, counts in (
            (facts.period, facts.counts),
            (facts.before_period, facts.counts_before),
        )
    )
    return Table("红黄绿灯项数（单位：项）", columns, rows)


def indicator_table(facts: BriefingFacts) -> Table:
    """Every indicator: value, target, attainment, schedule progress, light, year on year."""
    columns = (
        Column("序号", "center", 0.75),
        Column("指标（单位）", width=2.9),
        Column("报告期", "center", 1.45),
        Column("本期值", "right", 1.35),
        Column("年度目标", "right", 1.35),
        Column("完成率", "right", 1.35),
        Column("序时进度", "right", 1.4),
        Column("灯", "center", 1.35),
        Column("同比", "right", 1.3),
        Column("达标概率", "right", 1.05),
    )
    return Table("行动计划指标进展", columns, tuple(map(_indicator_row, facts.indicators)))


def _indicator_row(each: IndicatorFacts) -> tuple[Cell, ...]:
    known = each.chance.percent if each.chance else None
    unit = f"（{each.unit}）" if each.unit else ""
    return (
        Cell(str(each.no)),
        Cell(f"{each.name}{unit}"),
        Cell(each.period or NOTHING),
        Cell(amount(each.value), explain=each.explain if each.value is not None else ""),
        Cell(amount(each.target), explain=each.explain_target if each.target is not None else ""),
        Cell(share(each.attainment)),
        Cell(share(each.schedule_progress)),
        light_cell(each.light),
        Cell(growth_cell(each.year_on_year)),
        Cell(NOTHING if known is None else _chance(known)),
    )


def _chance(share: Decimal) -> str:
    """As short as the column is narrow."""
    return percent_said(int(shown(share, 0)))


def county_table(facts: BriefingFacts) -> Table:
    """How many of each county's indicators have which light."""
    columns = (
        Column("地区", width=2),
        *(Column(LIGHT_NAMES[light], "center") for light in LIGHTS),
        Column("合计", "center"),
    )
    rows = tuple(
        (
            Cell(county.name),
            *(Cell(str(county.lights.of(light))) for light in LIGHTS),
            Cell(str(county.lights.total)),
        )
        for county in facts.counties
    )
    return Table("各地有数据或有目标的指标灯态（单位：项）", columns, rows)


def rank_table(name: str, ranked: Sequence[IndicatorFacts]) -> Table:
    columns = (
        Column("指标（单位）", width=3),
        Column("报告期", "center"),
        Column("本期值", "right"),
        Column("序时进度", "right"),
        Column("位次", "right"),
    )
    rows = tuple(
        (
            Cell(f"{each.name}（{each.unit}）" if each.unit else each.name),
            Cell(each.period),
            Cell(amount(each.value), explain=each.explain),
            Cell(share(each.schedule_progress)),
            Cell(f"{each.rank.place}/{each.rank.of}" if each.rank else NOTHING),
        )
        for each in ranked
    )
    return Table(f"{name}在可比地区中的位次（第几位/共几个）", columns, rows)


def overdue_table(found: SupervisionFacts) -> Table:
    columns = (
        Column("编号", width=1.7),
        Column("事项", width=3),
        Column("牵头单位", width=1.5),
        Column("期限", "center", 1.9),
        Column("逾期（工作日）", "right", 1),
    )
    rows = tuple(
        (
            Cell(each.number, explain=each.address),
            Cell(each.title),
            Cell(each.lead),
            Cell(day_name(each.deadline) if each.deadline else NOTHING),
            Cell(str(each.overdue_days)),
        )
        for each in found.most_overdue
    )
    return Table("逾期最久的督办事项", columns, rows)
