"""Chinese sentences, each from typed facts: they state what the numbers say and nothing more.

No adjective without a rule. A word of direction (增长, 下降, 持平; 增加, 减少) follows the sign of
the rounded number beside it. A comparison that is not defined is not made; what is late, missing,
simulated or not agreed is said to be.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shucheng.lib.periods import Frequency, Period
from shucheng.plan.briefings.engine.content import Run, Sentence
from shucheng.plan.briefings.engine.facts import (
    LIGHTS,
    BriefingFacts,
    Change,
    IndicatorFacts,
    Light,
    RevisedFacts,
    SupervisionFacts,
)
from shucheng.plan.briefings.engine.numbers import (
    chance_words,
    day_name,
    listed,
    percent,
    period_name,
    quantity,
    shown,
)
from shucheng.plan.judgement.judge import reached

LIGHT_NAMES: Final[dict[Light, str]] = {
    "green": "绿灯",
    "yellow": "黄灯",
    "red": "红灯",
    "blue": "数据迟报",
    "grey": "无法判定",
}
_STEPS: Final[dict[Frequency, str]] = {"A": "年", "S": "半年", "Q": "季度", "M": "月", "D": "日"}
_COUNTED: Final[dict[Frequency, str]] = {
    "A": "年",
    "S": "个半年",
    "Q": "个季度",
    "M": "个月",
    "D": "天",
}


def text(words: str) -> Run:
    return Run(words)


def figure(words: str, explain: str = "", *, simulated: bool = False) -> Run:
    return Run(words, explain, figure=True, simulated=simulated)


def moved(value: Decimal, up: str, down: str, same: str, unit: str, places: int = 2) -> str:
    """更多/更少 with how much, by the sign of the rounded number; `same` where it rounds to 0."""
    number = shown(abs(value), places)
    if number == "0":
        return same
    apart = quantity(Decimal(number), unit)
    return f"{up if value > 0 else down}{apart}"


def unit_of_change(unit: str) -> str:
    """Shares differ by percentage points."""
    return "个百分点" if unit == "%" else unit


# -- how all of them stand ------------------------------------------------------------------------


def standing(facts: BriefingFacts) -> Sentence:
    """How many indicators have which light."""
    counts, rule = facts.counts, facts.rule
    parts = [f"{LIGHT_NAMES[light]}{counts.of(light)}项" for light in LIGHTS if counts.of(light)]
    opening = f"截至{period_name(facts.period)}，{_whose(facts)}"
    if not counts.total:
        return (text(f"{opening}没有可列出的指标。"),)
    return (
        text(f"{opening}共"),
        figure(f"{counts.total}项"),
        text(f"，按红黄绿灯规则第{rule.version}版判定，其中{listed(parts)}。"),
    )


def _whose(facts: BriefingFacts) -> str:
    if facts.scope == "city":
        return "行动计划指标"
    if facts.scope == "area":
        return f"{facts.scope_name}有数据或有目标的行动计划指标"
    return f"{facts.scope_name}牵头的行动计划指标"


def standing_against_before(facts: BriefingFacts) -> Sentence:
    """The change of each light's count against the period before."""
    against = period_name(facts.before_period) or "各指标上一报告期"
    changed = [
        moved(Decimal(delta), f"{LIGHT_NAMES[light]}增加", f"{LIGHT_NAMES[light]}减少", "", "项")
        for light in LIGHTS
        if (delta := facts.counts.of(light) - facts.counts_before.of(light))
    ]
    if not changed:
        return (text(f"与{against}相比，各灯态的项数均持平。"),)
    return (text(f"与{against}相比，"), figure(listed(changed)), text("。"))


def chances(facts: BriefingFacts) -> Sentence:
    """For how many there is a probability, and how many lie on which side of a half."""
    known = [
        each.chance.percent
        for each in facts.indicators
        if each.chance is not None and each.chance.percent is not None
    ]
    if not known:
        return (text("各指标的历史数据不足，暂不能给出年度目标达标概率。"),)
    high = sum(value >= 80 for value in known)
    low = sum(value < 50 for value in known)
    rest = len(facts.indicators) - len(known)
    words = [
        text("能够给出年度目标达标概率的"),
        figure(f"{len(known)}项"),
        text(f"，其中概率在80%及以上的{high}项，低于50%的{low}项"),
    ]
    if rest:
        words.append(text(f"；另有{rest}项不能给出"))
    return (*words, text("。"))


# -- one indicator --------------------------------------------------------------------------------


def value_of(each: IndicatorFacts) -> Sentence:
    """Where it stands: value, attainment, schedule progress, gap; or that it is late or missing."""
    if each.value is None:
        return _without_value(each)
    words = [
        text(f"{period_name(each.period)}为"),
        _value(each, each.value),
    ]
    if each.target is not None and each.attainment is not None:
        words += [
            text(f"，完成{each.target_year}年目标"),
            _target(each, each.target),
            text(f"的{percent(each.attainment)}"),
        ]
    elif each.target is not None:
        words += [text(f"，{each.target_year}年目标为"), _target(each, each.target)]
    else:
        words.append(text(f"，{each.target_year}年没有目标"))
    if each.schedule_progress is not None:
        words.append(text(f"，序时进度{percent(each.schedule_progress)}"))
    if each.gap is not None:
        apart = quantity(abs(each.gap), unit_of_change(each.unit))
        ahead, behind = f"，优于序时要求{apart}", f"，距序时要求差{apart}"
        if shown(abs(each.gap)) == "0":
            behind, ahead = "，略低于序时要求", "，与序时要求持平"
        words.append(text(ahead if each.gap >= 0 else behind))
    return (*words, text("。"))


def _without_value(each: IndicatorFacts) -> Sentence:
    if each.light == "blue" and each.due is not None:
        words = [text(f"{period_name(each.period)}数据应于{day_name(each.due)}前报送，逾期未报")]
    else:
        words = [text("暂无数据" if not each.period else f"{period_name(each.period)}暂无数据")]
    if each.last_value is not None:
        words += [text(f"，最近一期（{period_name(each.last_period)}）为")]
        words.append(_value(each, each.last_value))
    return (*words, text("。"))


def compared(each: IndicatorFacts) -> Sentence:
    """同比 and 环比, where they are defined; nothing where neither is."""
    found = []
    if each.year_on_year is not None:
        found.append(f"同比{_growth(each.year_on_year)}")
    if each.period_on_period is not None:
        against = period_name(each.period_on_period.against)
        found.append(f"比{against}{_growth(each.period_on_period)}")
    return (figure("，".join(found)), text("。")) if found else ()


def _growth(change: Change) -> str:
    if change.measure == "points":
        return moved(change.amount, "提高", "降低", "持平", "个百分点", 1)
    return moved(change.amount, "增长", "下降", "持平", "%", 1)


def growth_cell(change: Change | None) -> str:
    """With its sign, for a table; 点 are percentage points."""
    if change is None:
        return "—"
    number = f"{abs(change.amount).quantize(Decimal('0.1'), ROUND_HALF_UP):f}"
    sign = "" if number == "0.0" else "+" if change.amount > 0 else "-"
    return f"{sign}{number}{'%' if change.measure == 'percent' else '点'}"


def needed(each: IndicatorFacts) -> Sentence:
    """The pace that the year's target still asks for."""
    pace = each.pace
    if pace is None or each.target is None or each.value is None or not each.period:
        return ()
    if each.reason == "nothing_asked":
        return ()
    if _reached(each):
        return (text("年度目标已经达到。"),)
    frequency = Period.parse(each.period).frequency
    step, counted = _STEPS[frequency], _COUNTED[frequency]
    unit = unit_of_change(each.unit)
    word = "增加" if pace.needed > 0 else "减少"
    words = [
        text(f"要达到年度目标，余下{pace.left}{counted}平均每{step}需{word}"),
        figure(quantity(abs(pace.needed), unit)),
    ]
    if pace.made is not None:
        made = moved(pace.made, "增加", "减少", "持平", unit)
        words.append(text(f"，前{pace.gone}{counted}平均每{step}{made}"))
    if pace.ratio is not None:
        words.append(text(f"，所需为已有的{shown(pace.ratio)}倍"))
    return (*words, text("。"))


def _reached(each: IndicatorFacts) -> bool:
    if each.value is None or each.target is None:
        return False
    return reached(each.value, each.target, each.direction, strict=each.strict)


def chance(each: IndicatorFacts) -> Sentence:
    found = each.chance
    if found is None:
        return ()
    if found.percent is None:
        why = f"（{found.why_not}）" if found.why_not else ""
        return (text(f"不能给出{found.year}年目标的达标概率{why}。"),)
    return (
        text(f"按{found.points}期历史数据推算，{found.year}年目标的达标概率为"),
        figure(chance_words(found.percent)),
        text("。"),
    )


def ranked(each: IndicatorFacts) -> Sentence:
    if each.rank is None:
        return ()
    return (text(f"在{each.rank.of}个可比地区中列第{each.rank.place}位。"),)


def target_doubts(each: IndicatorFacts) -> Sentence:
    if each.target_simulated:
        return (text("所用目标为演示而设，不是正式下达的目标。"),)
    words = []
    if each.target_unconfirmed:
        words.append(text("所用目标尚未与有关地区确认。"))
    if each.target_outdated:
        words.append(text("所用目标按全市原目标分解，全市目标已调整。"))
    return tuple(words)


# -- what changed ---------------------------------------------------------------------------------


def turned(each: IndicatorFacts) -> Sentence:
    """From which light to which; nothing where it is the same, or was not judged before."""
    if each.before_light is None or each.before_light == each.light:
        return ()
    before, now = LIGHT_NAMES[each.before_light], LIGHT_NAMES[each.light]
    return (text(f"由{before}（{period_name(each.before_period)}）转为{now}。"),)


def driven(each: IndicatorFacts, most: int = 3) -> Sentence:
    """What the change was, and the parts that moved most, by size."""
    found = each.drivers
    if found is None:
        return ()
    unit = unit_of_change(each.unit)
    total = moved(found.amount, "增加", "减少", "持平", unit)
    words = [text(f"比{period_name(found.against)}"), figure(total)]
    largest = sorted((p for p in found.parts if p.name), key=lambda p: (-abs(p.value), p.name))
    told = [
        f"{part.name}{moved(part.value, '增加', '减少', '持平', unit)}"
        for part in largest[:most]
        if shown(abs(part.value)) != "0"
    ]
    if told:
        words += [text("，按变动大小依次为"), figure(listed(told))]
    rest = [part.value for part in found.parts if not part.name]
    if rest and shown(abs(rest[0])) != "0":
        words.append(text(f"，未归到各地的{moved(rest[0], '增加', '减少', '', unit)}"))
    return (*words, text("。"))


# -- supervision, quality -------------------------------------------------------------------------


def supervised(found: SupervisionFacts) -> Sentence:
    span = f"{day_name(found.since)}至{day_name(found.until)}"
    return (
        text("在办督办事项"),
        figure(f"{found.open}项"),
        text(
            f"，其中逾期{found.overdue}项、临近期限{found.due_soon}项；"
            f"{span}新下发{found.raised}项、办结{found.closed}项。"
        ),
    )


def lateness(late: Sequence[IndicatorFacts]) -> Sentence:
    if not late:
        return (text("没有逾期未报的指标数据。"),)
    told = (
        f"{each.name}（{period_name(each.period)}"
        + (f"，应于{day_name(each.due)}前报送）" if each.due else "）")
        for each in late
    )
    return (text("逾期未报"), figure(f"{len(late)}项"), text(f"：{'；'.join(told)}。"))


def missing(found: Sequence[IndicatorFacts]) -> Sentence:
    if not found:
        return (text("没有缺数据或缺目标的指标。"),)
    names = listed(each.name for each in found)
    return (text("因缺数据或缺目标不能判定"), figure(f"{len(found)}项"), text(f"：{names}。"))


def revised(facts: BriefingFacts) -> Sentence:
    if not facts.previous:
        return (text("没有更早报告期的有效简报可比，不作修订比较。"),)
    if not facts.revised:
        return (text(f"上一期简报（{facts.previous}）所载数据没有修订。"),)
    told = "；".join(map(_revision, facts.revised))
    return (
        text(f"上一期简报（{facts.previous}）所载数据有"),
        figure(f"{len(facts.revised)}项"),
        text(f"修订：{told}。"),
    )


def _revision(each: RevisedFacts) -> str:
    before, after = quantity(each.before, each.unit), quantity(each.after, each.unit)
    return f"{each.name}{period_name(each.period)}由{before}修订为{after}"


def _value(each: IndicatorFacts, value: Decimal) -> Run:
    return figure(quantity(value, each.unit), each.explain, simulated=each.simulated)


def _target(each: IndicatorFacts, value: Decimal) -> Run:
    simulated = each.target_simulated
    return figure(quantity(value, each.unit), each.explain_target, simulated=simulated)
