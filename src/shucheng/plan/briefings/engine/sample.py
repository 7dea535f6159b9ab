"""Facts of an invented city: what a template is tried with, and what tests are made of."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from shucheng.plan.briefings.engine.compose import Edition
from shucheng.plan.briefings.engine.facts import (
    BriefingFacts,
    ChanceFacts,
    ComparisonFacts,
    CountyFacts,
    CountyValueFacts,
    DriverFacts,
    DriversFacts,
    IndicatorFacts,
    Light,
    PaceFacts,
    PointFacts,
    RevisedFacts,
    RuleFacts,
    SourceFacts,
    SupervisionFacts,
    SupervisionItemFacts,
    change,
    count_lights,
)

CHINA = timezone(timedelta(hours=8))
AS_OF = datetime(2026, 10, 28, 9, 30, tzinfo=CHINA)
COUNTIES = (
    "东台市",
    "建湖县",
    "射阳县",
    "阜宁县",
    "滨海县",
    "响水县",
    "亭湖区",
    "盐都区",
    "大丰区",
)

_ROWS: tuple[tuple[str, str, str | None, str, str, Light, Light], ...] = (
    ("数字经济核心产业营业收入", "亿元", "1890.2", "2600", "1950", "yellow", "green"),
    ("规模以上工业企业数字化转型覆盖率", "%", "78.5", "85", "83", "red", "red"),
    ("=全市算力规模", "PFLOPS", "1460", "1500", "1400", "green", "yellow"),
    ("数据要素型企业数量", "家", None, "300", "270", "blue", "green"),
    ("公共数据授权运营场景数", "个", None, "30", "25", "grey", "grey"),
    ("单位工业增加值能耗累计下降率", "%", "9.1", "12", "9", "green", "green"),
)


def indicator(
    no: int,
    name: str,
    unit: str,
    value: str | None,
    target: str,
    expected: str,
    light: Light,
    before: Light,
) -> IndicatorFacts:
    known = Decimal(value) if value is not None else None
    wanted, due_now = Decimal(target), Decimal(expected)
    return IndicatorFacts(
        code=f"ind-{no}",
        no=no,
        name=name,
        unit=unit,
        leads=("市工信局", "市数据局")[: 1 + no % 2],
        direction="up",
        period="" if light == "grey" else "2026-09",
        value=known,
        last_period="2026-08" if light == "blue" else "",
        last_value=Decimal("251") if light == "blue" else None,
        target=wanted,
        target_year=2026,
        expected=due_now,
        attainment=(known / wanted * 100).quantize(Decimal("0.01")) if known else None,
        schedule_progress=(known / due_now * 100).quantize(Decimal("0.01")) if known else None,
        gap=known - due_now if known else None,
        light=light,
        reason="behind",
        due=date(2026, 10, 27),
        before_period="" if before == "grey" else "2026-08",
        before_light=before,
        before_value=known * Decimal("0.9") if known else None,
        year_on_year=change(known, known * Decimal("0.93") if known else None, "2025-09", unit),
        pace=PaceFacts(
            made=known / 9, needed=(wanted - known) / 3, gone=9, left=3, ratio=Decimal("1.13")
        )
        if known
        else None,
        chance=ChanceFacts(percent=Decimal(34), year=2026, method="drift", points=33)
        if known
        else ChanceFacts(percent=None, year=2026, why_not="历史数据不足"),
        drivers=DriversFacts(
            against="2026-08",
            amount=Decimal("189.02"),
            parts=(
                DriverFacts(name="大丰区", value=Decimal("101.5")),
                DriverFacts(name="东台市", value=Decimal("-12.25")),
                DriverFacts(name="", value=Decimal("99.77")),
            ),
        )
        if no == 1
        else None,
        series=tuple(
            PointFacts(
                period=f"2026-{month:02}",
                value=known / 9 * month if known and month <= 9 else None,
                expected=due_now / 9 * month,
            )
            for month in range(1, 13)
        ),
        source=SourceFacts(
            formula="ytd(core_revenue)",
            formula_words="核心产业营业收入的当年累计",
            source="simulation",
            recorded_at=datetime(2026, 10, 20, 15, 0, tzinfo=CHINA),
            rests_on=9,
        ),
        simulated=True,
        target_unconfirmed=no == 2,
        explain=f"/explain/value/ind-{no}/2026-09/",
        explain_target=f"/explain/indicator/ind-{no}/2026/",
    )


def sample_facts() -> BriefingFacts:
    indicators = tuple(indicator(no, *row) for no, row in enumerate(_ROWS, 1))
    progress = [Decimal(110) - 4 * at for at in range(len(COUNTIES))]
    return BriefingFacts(
        kind="month",
        scope="city",
        scope_code="000000",
        scope_name="全市",
        city="某市",
        plan_title="某市数字经济高质量发展三年行动计划",
        plan_version=1,
        period="2026-09",
        before_period="2026-08",
        as_of=AS_OF,
        judged_on=date(2026, 10, 28),
        rule=RuleFacts(
            code="schedule",
            version=1,
            green=Decimal(100),
            yellow=Decimal(90),
            late_after_days=0,
        ),
        counts=count_lights([each.light for each in indicators]),
        counts_before=count_lights([each.before_light or "grey" for each in indicators]),
        indicators=indicators,
        counties=tuple(
            CountyFacts(
                code=f"3209{at:02}", name=name, lights=count_lights(["green", "red", "yellow"])
            )
            for at, name in enumerate(COUNTIES)
        ),
        comparisons=(
            ComparisonFacts(
                indicator="ind-1",
                name="数字经济核心产业营业收入",
                unit="亿元",
                counties=tuple(
                    CountyValueFacts(
                        code=f"3209{at:02}",
                        name=name,
                        period="2026-09",
                        value=Decimal(200 - 10 * at),
                        schedule_progress=progress[at],
                        light="green" if progress[at] >= 100 else "yellow",
                        place=at + 1,
                        simulated=True,
                    )
                    for at, name in enumerate(COUNTIES)
                ),
            ),
        ),
        supervision=SupervisionFacts(
            since=date(2026, 9, 1),
            until=date(2026, 9, 30),
            open=7,
            overdue=1,
            due_soon=2,
            raised=3,
            closed=4,
            most_overdue=(
                SupervisionItemFacts(
                    number="DB-2026-0007",
                    title="加快规上工业企业数字化转型",
                    lead="市工信局",
                    deadline=date(2026, 10, 15),
                    overdue_days=9,
                ),
            ),
            simulated=True,
        ),
        previous="〔2026〕第8期",
        revised=(
            RevisedFacts(
                name="全市算力规模",
                unit="PFLOPS",
                period="2026-08",
                before=Decimal(1380),
                after=Decimal(1395),
            ),
        ),
    )


EDITION = Edition(
    issuer="某市数据局",
    number="〔2026〕第9期",
    issued_on=date(2026, 10, 29),
    instructions="各牵头单位要对照红灯指标逐项分析原因。",
    next_steps="一是抓紧补报逾期数据。\n二是对滞后指标开展现场调研。",
)
