"""From facts, and what people wrote, to the document.

The facts say what stands in it; `Edition` says what an office adds: its number, who issues it, the
paragraphs that people wrote. The same two give the same document.
"""

from dataclasses import dataclass
from datetime import date

from shucheng.plan.briefings.engine import sentences as say
from shucheng.plan.briefings.engine import tables
from shucheng.plan.briefings.engine.charts import county_charts, path_charts
from shucheng.plan.briefings.engine.content import (
    Block,
    Charts,
    Document,
    Heading,
    Note,
    Paragraph,
    Run,
    Sentence,
)
from shucheng.plan.briefings.engine.facts import BriefingFacts, IndicatorFacts
from shucheng.plan.briefings.engine.numbers import day_name, moment_name, period_name, shown

KIND_NAMES = {"month": "月报", "quarter": "季报", "year": "年报"}
SIMULATED = "本期简报含模拟数据，仅供演示，不代表真实情况。"
DRAFT = "草稿"
_ORDINALS = "一二三四五六七八九十"
_MOST_DRIVEN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What an office adds to the facts. A draft has no number and no day of issue.

    `instructions` (领导要求) and `next_steps` (下步工作) are written by people, a paragraph a line.
    `address` is where the platform is reached (https://...): what the workbook's links begin with.
    """

    issuer: str
    red_head: bool = True
    number: str = ""
    issued_on: date | None = None
    instructions: str = ""
    next_steps: str = ""
    replaces: str = ""
    reason: str = ""
    address: str = ""

    @property
    def draft(self) -> bool:
        return self.issued_on is None


def title_of(facts: BriefingFacts) -> str:
    place = facts.scope_name
    return f"{place}数字经济发展情况{KIND_NAMES[facts.kind]}（{period_name(facts.period)}）"


def compose(facts: BriefingFacts, edition: Edition) -> Document:
    """The whole document; parts without content say so or are left out."""
    sections = (
        ("总体情况", _overall(facts)),
        ("指标进展", _progress(facts)),
        ("变化与成因", _changes(facts)),
        ("滞后指标", _lagging(facts)),
        ("县（市、区）比较", _counties(facts)),
        ("督查督办", _supervision(facts)),
        ("数据质量", _quality(facts)),
        ("领导要求", _written(edition.instructions)),
        ("下步工作", _written(edition.next_steps)),
    )
    blocks: list[Block] = []
    if edition.replaces:
        reason = edition.reason.rstrip("。")
        blocks.append(_paragraph((_plain(f"本期更正并替代{edition.replaces}。原因：{reason}。"),)))
    at = 0
    for heading, found in sections:
        if found:
            blocks += [Heading(f"{_ORDINALS[at]}、{heading}"), *found]
            at += 1
    blocks += _notes(facts)
    stamps = [DRAFT] * edition.draft + ["模拟数据，仅供演示"] * facts.simulated
    return Document(
        title=title_of(facts),
        subtitle=f"数据截至{moment_name(facts.as_of)}",
        masthead=f"{facts.city}数字经济发展简报" if edition.red_head else "",
        number=edition.number,
        issuer=edition.issuer,
        issued_on=day_name(edition.issued_on) if edition.issued_on else "",
        stamp=" · ".join(stamps),
        blocks=tuple(blocks),
        words=_words(facts, edition),
    )


def _overall(facts: BriefingFacts) -> list[Block]:
    opening = (say.standing(facts), say.standing_against_before(facts), say.chances(facts))
    return [_paragraph(*opening), tables.light_table(facts)]


def _progress(facts: BriefingFacts) -> list[Block]:
    if not facts.indicators:
        return []
    return [tables.indicator_table(facts)]


def _changes(facts: BriefingFacts) -> list[Block]:
    turned = [each for each in facts.indicators if say.turned(each)]
    found: list[Block] = [
        _paragraph(say.turned(each), say.driven(each), lead=f"{each.name}：") for each in turned
    ]
    if not turned:
        found.append(_paragraph((_plain("本期没有指标的灯态发生变化。"),)))
    moved = [each for each in facts.indicators if each not in turned and say.driven(each)]
    found += [_paragraph(say.driven(each), lead=f"{each.name}：") for each in moved[:_MOST_DRIVEN]]
    return found


def _lagging(facts: BriefingFacts) -> list[Block]:
    lagging = facts.lagging
    if not lagging:
        return [_paragraph((_plain("本期没有红灯、黄灯指标。"),))]
    found: list[Block] = []
    for at, each in enumerate(lagging, 1):
        leads = f"（牵头单位：{'、'.join(each.leads)}）" if each.leads else ""
        light = say.LIGHT_NAMES[each.light]
        found.append(
            _paragraph(
                (_plain(f"{light}{leads}。"),),
                *_told(each),
                lead=f"{at}．{each.name}：",
            )
        )
    if charts := path_charts(lagging):
        found.append(Charts(charts))
    return found


def _told(each: IndicatorFacts) -> tuple[Sentence, ...]:
    return (
        say.value_of(each),
        say.compared(each),
        say.needed(each),
        say.chance(each),
        say.ranked(each),
        say.target_doubts(each),
    )


def _counties(facts: BriefingFacts) -> list[Block]:
    if facts.scope == "area":
        ranked = [each for each in facts.indicators if each.rank is not None]
        return [tables.rank_table(facts.scope_name, ranked)] if ranked else []
    if not facts.counties:
        return []
    found: list[Block] = [tables.county_table(facts)]
    if charts := county_charts(facts):
        found.append(Charts(charts))
    return found


def _supervision(facts: BriefingFacts) -> list[Block]:
    if facts.supervision is None:
        return []
    found: list[Block] = [_paragraph(say.supervised(facts.supervision))]
    if facts.supervision.most_overdue:
        found.append(tables.overdue_table(facts.supervision))
    return found


def _quality(facts: BriefingFacts) -> list[Block]:
    return [
        _paragraph(say.lateness(facts.late)),
        _paragraph(say.missing(facts.missing)),
        _paragraph(say.revised(facts)),
    ]


def _written(text: str) -> list[Block]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [Paragraph(((_plain(line),),), written_by="person") for line in lines]


def _notes(facts: BriefingFacts) -> list[Block]:
    rule = facts.rule
    lines = [
        f"本期依据《{facts.plan_title}》第{facts.plan_version}版；"
        f"所载数据为{moment_name(facts.as_of)}所知，此后的更正不在其内。",
        f"红黄绿灯规则第{rule.version}版：序时进度{shown(rule.green)}%及以上为绿灯，"
        f"{shown(rule.yellow)}%及以上为黄灯，其余为红灯；"
        f"应报日期过后{rule.late_after_days}天仍无数据为数据迟报。",
        "完成率为指标值与年度目标之比，序时进度为指标值与目标路径当期要求之比，越低越好的指标取其倒数。"
        "同比为与上年同期相比，表中“点”为百分点。各指标的公式、来源和记录时间见附表（xlsx）。",
        "除“领导要求”“下步工作”由人工撰写外，其余内容由平台按已审核数据生成。",
    ]
    if facts.simulated:
        lines.insert(0, SIMULATED)
    return [Heading("说明", 2), *(Note(line) for line in lines)]


def _words(facts: BriefingFacts, edition: Edition) -> dict[str, str]:
    opening = (say.standing(facts), say.standing_against_before(facts), say.chances(facts))
    return {
        "city": facts.city,
        "scope": facts.scope_name,
        "kind": KIND_NAMES[facts.kind],
        "period": period_name(facts.period),
        "as_of": moment_name(facts.as_of),
        "rule": f"第{facts.rule.version}版",
        "plan": facts.plan_title,
        "summary": "".join(run.text for sentence in opening for run in sentence),
        "simulated_note": SIMULATED if facts.simulated else "",
        "draft_note": DRAFT if edition.draft else "",
        "instructions": edition.instructions.strip(),
        "next_steps": edition.next_steps.strip(),
        "replaces": edition.replaces,
    }


def _plain(text: str) -> Run:
    return Run(text)


def _paragraph(*sentences: Sentence, lead: str = "") -> Paragraph:
    return Paragraph(tuple(sentence for sentence in sentences if sentence), lead)
