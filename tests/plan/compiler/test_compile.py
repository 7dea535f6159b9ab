"""A whole plan, compiled: header, period, passages and JSON (accuracy: `test_accuracy.py`)."""

import json

import pytest
from tests.plan.compiler.documents import compiled, document
from tests.plan.compiler.labelled import OFFICIAL, OURS, Labelled

from shucheng.plan.compiler.compile import compile_document
from shucheng.plan.compiler.model import Period, plan_from_json


@pytest.mark.parametrize("plan", [OFFICIAL, OURS], ids=str)
def test_every_span_quotes_the_text(plan: Labelled) -> None:
    read, found = plan.compiled()
    for section in found.sections:
        printed = read.slice(section.span)
        assert printed.startswith(section.number)
        assert section.title in printed
    for point in found.work_points:
        assert point.text[:8] in read.slice(point.span)
    for mention in found.organisations:
        forms = {mention.name, *mention.aliases}
        assert {read.slice(span) for span in mention.spans} <= forms
        assert mention.mentions == len(mention.spans)


def test_the_official_notice_says_who_issued_the_plan_and_when() -> None:
    _, plan = OFFICIAL.compiled()
    assert (plan.issuer, plan.published) == ("盐城市人民政府办公室", "2025-09-09")


HEAD = (
    "各县人民政府:\n现印发给你们。\n{issuer}\n{date}\n{title}\n"
    "为加快发展,制定本方案。\n一、目标\n做强。"
)


@pytest.mark.parametrize(
    ("title", "date", "period"),
    [
        ("江北市行动计划(2025-2027年)", "2025年3月1日", (2025, 2027)),
        ("江北市行动计划（2025—2027年）", "二〇二五年三月一日", (2025, 2027)),
        ("江北市行动计划(2025年至2027年)", "2025年3月1日", (2025, 2027)),
        ("江北市数字经济三年行动计划", "2025年3月1日", (2025, 2027)),
        ("江北市“十四五”数字经济发展规划", "2021年11月3日", (2021, 2025)),
        ("江北市“十五五”数字经济发展规划", "2026年3月1日", (2026, 2030)),
        ("江北市国民经济和社会发展第十五个五年规划纲要", "2026年3月1日", (2026, 2030)),
        ("江北市2025年数字经济工作要点", "2025年3月1日", (2025, 2025)),
    ],
)
def test_the_period_comes_from_the_title(title: str, date: str, period: tuple[int, int]) -> None:
    plan = compiled(HEAD.format(issuer="江北市人民政府", date=date, title=title))
    assert plan.title == title
    assert plan.period == Period(*period)
    assert plan.issuer == "江北市人民政府"


@pytest.mark.parametrize(
    ("sentence", "period"),
    [
        ("到2027年,建成中心10个。到2027年,培育企业5家。展望2035年,全面建成。", (2025, 2027)),
        ("规划期限为2024年到2028年。到2035年,全面建成。", (2024, 2028)),
        ("力争到2026年底,建成中心10个。", (2025, 2026)),
        ("到2026年,建成中心10个。到2028年,建成中心20个。到2035年,全面建成。", (2025, 2028)),
    ],
)
def test_the_period_comes_from_the_text_where_the_title_has_none(
    sentence: str, period: tuple[int, int]
) -> None:
    head = HEAD.format(issuer="江北市人民政府", date="2025年3月1日", title="江北市数字经济实施方案")
    assert compiled(f"{head}{sentence}").period == Period(*period)


@pytest.mark.parametrize(
    ("sentence", "period"),
    [
        ("到2027年,渔港监测率比2023年提高5个百分点;到2030年,达到90%。", (2024, 2030)),
        ("到2027年,渔港监测率达到80%;到2030年,达到90%。", (2025, 2030)),
    ],
)
def test_a_plan_without_a_date_begins_after_what_it_looks_back_on(
    sentence: str, period: tuple[int, int]
) -> None:
    plan = compiled(f"江北市数字渔业实施意见\n\n一、目标\n{sentence}")
    assert plan.period == Period(*period)
    assert [target.year for target in plan.targets] == [2027, 2030]


@pytest.mark.parametrize(
    "opening",
    [
        "江北市人民政府办公室关于印发《江北市行动方案(2025-2027年)》的通知",
        "江北市人民政府办公室关于印发江北市行动方案(2025-2027年)的通知",
        "江北市人民政府办公室文件\n江政办发〔2025〕3号\n江北市人民政府办公室\n关于印发江北市行动方案\n(2025-2027年)的通知",
        "江北市人民政府办公室\n2025年3月1日\n江北市行动方案\n(2025-2027年)",
    ],
)
def test_the_title_is_the_plan_s_not_the_notice_s(opening: str) -> None:
    body = "坚持统筹推进、重点突破,以数据要素为驱动,做强做优做大数字经济。" * 5
    plan = compiled(f"{opening}\n一、目标\n{body}")
    assert plan.title == "江北市行动方案(2025-2027年)"
    assert plan.issuer == "江北市人民政府办公室"


def test_issuers_that_sign_together_are_all_named() -> None:
    plan = compiled(
        HEAD.format(
            issuer="江北市数据局\n江北市财政局", date="2025年3月1日", title="江北市行动计划"
        )
    )
    assert plan.issuer == "江北市数据局 江北市财政局"
    assert plan.published == "2025-03-01"


def test_an_impossible_date_is_no_date() -> None:
    plan = compiled(
        HEAD.format(issuer="江北市数据局", date="2025年2月31日", title="江北市行动计划")
    )
    assert plan.published is None


def test_the_json_reads_back_and_prints_whole_numbers_as_such() -> None:
    plan = compiled(
        "江北市行动计划(2025-2027年)\n一、目标\n到2027年,增加值达到900亿元,渗透率达到45.5%。\n附件\n主要指标\n"
        "指标 | 2027年 |\n增加值(亿元) | 900 |"
    )
    document = plan.as_json()
    printed = json.dumps(document, ensure_ascii=False)
    assert json.loads(printed) == document
    assert '"value": 900,' in printed
    assert '"value": 45.5,' in printed
    assert document["schema"] == "shucheng.plan/1"
    assert document["indicators"][0]["targets"] == {"2027": 900}
    assert plan_from_json(json.loads(printed)).targets == plan.targets


@pytest.mark.parametrize(
    "text",
    [
        "一、发展基础\n建成5G基站1万个。\n二、发展目标\n到2027年,建成5G基站2万个。",
        "一、基础与总体要求\n(一)发展基础\n建成5G基站1万个。\n(二)目标\n到2027年,建成5G基站2万个。",
        "一、“十四五”发展成效\n建成5G基站1万个。\n二、总体要求\n到2027年,建成5G基站2万个。",
        "一、江北数字经济发展现状\n建成5G基站1万个。\n二、夯实数字经济发展基础\n到2027年,建成5G基站2万个。",
    ],
)
def test_what_looks_back_holds_no_targets(text: str) -> None:
    plan = compiled(f"江北市行动计划(2025-2027年)\n{text}")
    assert [target.value for target in plan.targets] == [2]


def test_the_year_of_a_work_list_is_its_own() -> None:
    plan = compiled(
        "江北市行动计划(2025-2027年)\n一、目标\n做强。\n附件1\n2026年重点工作清单\n1.新建中心3个。(市数据局)"
    )
    (target,) = plan.targets
    assert (target.year, target.kind) == (2026, "annual")
    assert plan.work_points[0].targets == (target.id,)


def test_a_plan_wrapped_at_a_fixed_width_compiles_like_one_that_is_not() -> None:
    filling = "推动产业集聚发展,支持企业技术改造,完善配套服务体系,优化要素保障机制。"
    whole = f"一、重点任务\n1.做强产业。{filling * 6}(市工信局、市发改委等按职责分工负责)"
    width = 30
    wrapped = "\n".join(
        line[at : at + width] for line in whole.split("\n") for at in range(0, len(line), width)
    )
    (one,), (other,) = compiled(whole).tasks, compiled(wrapped).tasks
    assert (one.title, one.responsible, one.open) == (other.title, other.responsible, other.open)


def test_a_city_pack_s_names_bring_aliases_together() -> None:
    text = "一、重点任务\n1.筹资。黄海金控集团设立基金,由黄海金控负责管理。"
    known = {"黄海金控集团": "黄海金控集团", "黄海金控": "黄海金控集团"}
    plan = compile_document(document(text), known)
    assert [mention.mentions for mention in plan.organisations] == [2]


@pytest.mark.parametrize("text", ["计划", "一、目标", "附件1", "指标 | 2025年 |", "(市工信局牵头"])
def test_scraps_compile_without_complaint(text: str) -> None:
    assert compiled(text).work_points == ()
