"""A proposed metric and indicator for every promise of a compiled plan.

Rows and targets that measure one thing share a metric: the annex row 累计建成智能工厂, the
sentence 建成智能工厂60家 and 每年新建智能工厂20家 become one group with up to three indicators.
"""

import re
from dataclasses import dataclass, field

from shucheng.lib import units
from shucheng.plan.city.model import (
    AnnexRow,
    Binding,
    Direction,
    Measure,
    Metric,
    OverAreas,
    OverTime,
    TargetClause,
    TargetSort,
)
from shucheng.plan.city.proposal.leads import Leads
from shucheng.plan.city.resolving import sort_of
from shucheng.plan.compiler.language.numerals import print_number
from shucheng.plan.compiler.matching import Lexicon, Name, name_of
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Target

_NEW_ONLY = re.compile(
    r"新增|新建|新培育|新认定|^新|引进|引育|引培|招引|[一二三四五两]年内|规划期内|期间"
)
_PER_HEAD = re.compile(r"每[万百千]|人均|户均|亩均|平均|均|单位|时延|时长|时限|时间|PUE|密度|强度")
_YEARLY_FLOW = re.compile(
    r"收入|增加值|产值|产出|交易额|进出口|零售额|销售额|营收|规模|投资|出口额|发放|用量|总额|额$"
)
_DOWN = re.compile(
    r"降低|降至|降到|下降|减少|压减|压缩|缩短|低于|不超过|控制在|小于|降幅|能耗|成本|PUE|漏损|时延"
)
# Money that is there, not made anew each year.
_FUND = re.compile(r"基金|存量|余额|总投资|估值|市值")
_COUNTED = ("count", "people", "computing", "power", "data", "bandwidth", "area", "length")
_FLOWS = (
    "visits", "firm_visits", "energy", "card_hours", "core_hours", "class_hours", "containers",
    "area_treated",
)  # fmt: skip
_NO_LEVEL = (units.RATIO, units.POINTS, units.INDEX)


_UNKNOWN_UNIT = "单位不认识,没有提出数据项和指标;换成认识的单位后自己补上"
_SAME_ITEM = "正文的这句话与附件的这一行是同一项吗?暂按同一项"
_NO_LEAD = "计划没有写明牵头单位,由谁报送?暂由平台管理单位报送"
_SINCE_START = "累计从哪年算起?暂只算计划开始以后新增的"
_RUNNING_TOTAL = "累计从哪年算起?暂由报送单位报期末累计数"
_GROWTH_BASE = "与上年同期比还是与基年比?暂按与上年同期比"
_CHANGE_ONLY = "计划只给出变化的幅度:与哪年比?能报水平值就改为由水平值计算"
_TWO_VALUES = "同一年有两个目标值:以哪个为准,还是不同的两项?"


@dataclass(frozen=True, slots=True)
class Decision:
    """Something a person must still decide about one entry."""

    file: str
    entry: str
    name: str
    question: str


@dataclass(slots=True)
class Proposals:
    """What is proposed for a plan, and what a person must still decide about it."""

    metrics: list[Metric] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def ask(self, file: str, entry: str, name: str, question: str) -> None:
        self.decisions.append(Decision(file, entry, name, question))


@dataclass(slots=True)
class _Group:
    """What measures one thing: its annex row, and its targets by sort."""

    code: str
    wording: Name
    unit: str
    row: Indicator | None = None
    targets: list[Target] = field(default_factory=list)

    def of(self, sort: TargetSort) -> list[Target]:
        return [target for target in self.targets if sort_of(target) == sort]

    @property
    def name(self) -> str:
        return self.row.name if self.row else self.targets[0].subject

    @property
    def first(self) -> Indicator | Target:
        return self.row or self.targets[0]


def propose(compiled: CompiledPlan, leads: Leads, owner: str, by_area: bool) -> Proposals:
    """Metrics and bindings for all annex rows and targets of a plan.

    `owner` answers where the plan names nobody; `by_area` says whether the place has areas
    below it. What cannot be proposed (a unit nobody knows) becomes a decision.
    """
    proposals = Proposals()
    for group in _groups(compiled, proposals):
        _Proposer(group, proposals, leads, owner, by_area).propose()
    return proposals


def _groups(compiled: CompiledPlan, proposals: Proposals) -> list[_Group]:
    wordings = [each.name for each in compiled.indicators]
    lexicon = Lexicon(map(name_of, wordings + [each.subject for each in compiled.targets]))
    groups: list[_Group] = []
    for indicator in compiled.indicators:
        if _unit_known(indicator.unit, "indicator", indicator.name, proposals):
            code = f"i{indicator.no:02}"
            wording = name_of(indicator.name)
            groups.append(_Group(_free(code, groups), wording, indicator.unit, indicator))
    # Growth comes last: it joins the group of the level that grows.
    for target in sorted(compiled.targets, key=lambda each: sort_of(each) == "growth"):
        if not _unit_known(target.unit, "target", target.quote, proposals):
            continue
        group = _group_of(target, groups, lexicon)
        if group is None:
            group = _Group(_free(target.id, groups), name_of(target.subject), target.unit)
            groups.append(group)
        group.targets.append(target)
    return groups


def _unit_known(unit: str, what: str, text: str, proposals: Proposals) -> bool:
    if units.known(unit):
        return True
    proposals.ask("bindings.toml", what, f"{text}(单位 {unit})", _UNKNOWN_UNIT)
    return False


def _group_of(target: Target, groups: list[_Group], lexicon: Lexicon) -> _Group | None:
    wording = name_of(target.subject)
    scored = [
        (_sameness(target, wording, group, lexicon), group)
        for group in groups
        if _joins(target, group)
    ]
    score, best = max(scored, key=lambda each: each[0], default=(0.0, None))
    return best if score > 0 else None


def _sameness(target: Target, wording: Name, group: _Group, lexicon: Lexicon) -> float:
    """Above nought where the target belongs to the group.

    The annex and the text word one thing differently, so an annex row is given more room, and
    most where both print the same figure; two sentences must say just the same.
    """
    if not group.row:
        equal = group.wording.core == wording.core and group.wording.grades == wording.grades
        return float(equal)
    year = target.year or target.implied_year
    printed = group.row.targets.get(str(year))
    if printed == target.value and sort_of(target) == "level":
        return lexicon.same(group.wording, wording, corroborated=True)
    if group.wording.grades != wording.grades:
        return 0.0
    return lexicon.same(group.wording, wording)


def _joins(target: Target, group: _Group) -> bool:
    if sort_of(target) == "growth":
        dimension = units.unit(group.unit).dimension
        return dimension == units.unit(target.unit).dimension or dimension not in _NO_LEVEL
    return units.compatible(target.unit, group.unit)


def _free(code: str, groups: list[_Group]) -> str:
    taken = {group.code for group in groups}
    code = re.sub(r"[^a-z0-9]", "", code.lower()) or "x"
    return next(
        each for each in (code, *(f"{code}x{n}" for n in range(2, 999))) if each not in taken
    )


@dataclass(slots=True)
class _Proposer:
    """Writes the metrics and bindings of one group."""

    group: _Group
    proposals: Proposals
    leads: Leads
    owner: str
    by_area: bool

    def propose(self) -> None:
        level, annual = self.group.of("level"), self.group.of("annual")
        level_metric = None
        if self.group.row or level:
            level_metric = self._level(level, bool(annual))
        if annual:
            self._annual(annual, level_metric)
        self._growth(self.group.of("growth"), level_metric)

    def _level(self, targets: list[Target], also_annual: bool) -> Metric:
        group = self.group
        measure = self._measure(targets, also_annual)
        metric = self._metric(group.code, group.name, group.unit, measure, group.first)
        new_only = measure == "flow" and not self._is_yearly()
        function = "last" if measure != "flow" else "cumulative" if new_only else "ytd"
        self._bind(group.code, group.name, f"{function}({metric.code})", group.row, targets)
        counted = (group.row and group.row.cumulative) or any(
            each.kind == "cumulative" for each in targets
        )
        if counted:
            question = _SINCE_START if new_only else _RUNNING_TOTAL
            self.proposals.ask("metrics.toml", metric.code, metric.name, question)
        self._ask_values(targets)
        return metric

    def _annual(self, targets: list[Target], level: Metric | None) -> None:
        group = self.group
        metric = level if level and level.measure == "flow" else None
        name = targets[0].subject
        if metric is None:
            flows = units.unit(targets[0].unit).dimension not in _NO_LEVEL
            measure: Measure = "flow" if flows else "rate"
            code = f"{group.code}_new" if level else group.code
            name = f"新增{name}" if level else name
            metric = self._metric(code, name, targets[0].unit, measure, targets[0])
        function = "ytd" if metric.measure == "flow" else "last"
        code = f"{group.code}-annual"
        self._bind(code, f"每年{name}", f"{function}({metric.code})", None, targets)

    def _growth(self, targets: list[Target], level: Metric | None) -> None:
        by_dimension: dict[tuple[str, bool], list[Target]] = {}
        for target in targets:
            key = (units.unit(target.unit).dimension, bool(_DOWN.search(target.quote)))
            by_dimension.setdefault(key, []).append(target)
        for number, ((dimension, falls), same) in enumerate(by_dimension.items(), 1):
            suffix = "growth" if number == 1 else f"growth{number}"
            code = f"{self.group.code}-{suffix}"
            # A plan prints a fall as a positive number: 下降8% is a fall of 8.
            name = f"{same[0].subject}{'降幅' if falls else '增长'}"
            if dimension == units.RATIO and level and level.unit != same[0].unit:
                inner = "ytd" if level.measure == "flow" else "last"
                formula = f"{'0 - ' if falls else ''}yoy({inner}({level.code}))"
                self._bind(code, name, formula, None, same)
                self.proposals.ask("bindings.toml", code, name, _GROWTH_BASE)
                continue
            metric_code = f"{self.group.code}_{suffix}"
            metric = self._metric(metric_code, name, same[0].unit, "rate", same[0])
            self._bind(code, name, f"last({metric.code})", None, same)
            self.proposals.ask("metrics.toml", metric.code, name, _CHANGE_ONLY)

    def _measure(self, targets: list[Target], also_annual: bool) -> Measure:
        group, dimension = self.group, units.unit(self.group.unit).dimension
        if dimension == units.INDEX:
            return "index"
        if dimension in (*_NO_LEVEL, "duration", "months") or "/" in dimension:
            return "rate"
        if _PER_HEAD.search(group.name):
            return "rate"
        if dimension in _FLOWS or self._is_yearly():
            return "flow"
        if dimension in _COUNTED:
            # 累计 of an annex row is a running total as reported; a sentence says 新 itself.
            texts = [target.quote for target in targets]
            new = bool(texts) and all(map(_NEW_ONLY.search, texts))
            cumulative = all(each.kind == "cumulative" for each in targets)
            return "flow" if cumulative and (new or (also_annual and texts)) else "stock"
        return (
            "flow" if dimension.startswith("money") and self._all_cumulative(targets) else "stock"
        )

    def _all_cumulative(self, targets: list[Target]) -> bool:
        return bool(targets) and all(each.kind == "cumulative" for each in targets)

    def _is_yearly(self) -> bool:
        """A size made anew each year (营业收入, 交易额), unlike a number of things."""
        money = units.unit(self.group.unit).dimension.startswith("money")
        cumulative = self._all_cumulative(self.group.of("level"))
        yearly = _YEARLY_FLOW.search(self.group.name) and not _FUND.search(self.group.name)
        return money and not cumulative and bool(yearly)

    def _metric(
        self, code: str, name: str, unit: str, measure: Measure, source: Indicator | Target
    ) -> Metric:
        adds = measure in ("stock", "flow")
        over_time: OverTime = "sum" if measure == "flow" else "last"
        over_areas: OverAreas = "sum" if adds else "none"
        owners = self.leads(source)
        metric = Metric(
            code=code,
            name=name,
            name_en="",
            unit=unit,
            measure=measure,
            frequency="A" if measure == "index" else "Q",
            over_areas=over_areas,
            over_time=over_time,
            weight=None,
            definition=f"{name}。计划未给出口径,待确认。",
            owner=owners[0] if owners else self.owner,
            origin="reported",
            figure="",
            by_area=adds and self.by_area,
            unconfirmed=True,
        )
        if not owners:
            self.proposals.ask("metrics.toml", code, name, _NO_LEAD)
        self.proposals.metrics.append(metric)
        return metric

    def _bind(
        self, code: str, name: str, formula: str, row: Indicator | None, targets: list[Target]
    ) -> None:
        source: Indicator | Target = row or targets[0]
        clause = TargetClause(
            subjects=tuple(dict.fromkeys(target.subject for target in targets)),
            unit=targets[0].unit if targets else "",
            year=None,
            kind=sort_of(targets[0]) if targets else "level",
        )
        unit = row.unit if row else targets[0].unit
        binding = Binding(
            code=code,
            name=name,
            name_en="",
            formula=formula,
            unit=unit,
            direction=_direction(row, targets),
            lead=tuple(self.leads(source)) or (self.owner,),
            clause=_clause(row, targets),
            indicator=AnnexRow(row.no, row.name) if row else None,
            targets=(clause,) if targets else (),
            note="",
        )
        self.proposals.bindings.append(binding)
        for target in targets if row else ():
            wording = name_of(target.subject)
            if (wording.core, wording.grades) == (
                self.group.wording.core,
                self.group.wording.grades,
            ):
                continue
            self.proposals.ask("bindings.toml", code, f"{name}:“{target.quote}”", _SAME_ITEM)

    def _ask_values(self, targets: list[Target]) -> None:
        """One year with two values, in the text or against the annex row."""
        seen: dict[int, set[float]] = {}
        if self.group.row:
            for printed, value in self.group.row.targets.items():
                seen.setdefault(int(printed), set()).add(value)
        for target in targets:
            year = target.year or target.implied_year
            if year and units.unit(target.unit).factor == units.unit(self.group.unit).factor:
                seen.setdefault(year, set()).add(target.value)
        for year, values in sorted(seen.items()):
            if len(values) > 1:
                figures = "、".join(print_number(value) for value in sorted(values))
                text = f"{self.group.name}:{year}年 {figures}"
                self.proposals.ask("bindings.toml", self.group.code, text, _TWO_VALUES)


def _direction(row: Indicator | None, targets: list[Target]) -> Direction:
    comparators = {row.comparator} if row else {target.comparator for target in targets}
    if comparators & {"<", "<="}:
        return "down"
    values = [row.targets[year] for year in sorted(row.targets)] if row else []
    return "down" if len(values) > 1 and values[-1] < values[0] else "up"


def _clause(row: Indicator | None, targets: list[Target]) -> str:
    quotes = [f"“{target.quote}”" for target in targets]
    return ";".join(([f"指标表第{row.no}项"] if row else []) + quotes)
