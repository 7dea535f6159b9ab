"""Tasks, who is responsible for them, who leads, and what is to be done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.compiler.documents import compiled, only_task

from shucheng.plan.compiler.model import Task
from shucheng.plan.compiler.organisations.responsibility import (
    find_responsibility,
    read_responsibility,
)

THREE = ("市工信局", "市发改委", "市科技局")


def task_saying(statement: str) -> Task:
    return only_task(f"一、重点任务\n1.做强产业。建设平台。{statement}")


@pytest.mark.parametrize(
    ("statement", "responsible", "lead", "is_open"),
    [
        ("(市工信局、市发改委、市科技局等按职责分工负责)", THREE, (), True),
        ("（市工信局、市发改委、市科技局按职责分工负责）", THREE, (), False),
        ("(市工信局、市发改委、市科技局等按职责分工负责,所有重点任务均需各地落实,不再单独列出)",
         THREE, (), True),
        ("(责任单位:市工信局、市发改委、市科技局)", THREE, (), False),
        ("（牵头单位：市工信局；责任单位：市发改委、市科技局）", THREE, THREE[:1], False),
        ("【牵头单位:市工信局,配合单位:市发改委、市科技局】", THREE, THREE[:1], False),
        ("(市工信局牵头,市发改委、市科技局配合)", THREE, THREE[:1], False),
        ("(市工信局、市发改委牵头,市科技局等部门参与)", THREE, THREE[:2], True),
        ("(由市工信局牵头负责,会同市发改委、市科技局落实)", THREE, THREE[:1], False),
        ("(市工信局会同市发改委、市科技局负责)", THREE, (), False),
        ("(市工信局、市发改委、市科技局)", THREE, (), False),
        ("\n责任单位:市工信局、市发改委、市科技局", THREE, (), False),
        ("\n牵头单位：市工信局\n责任单位：市发改委、市科技局", THREE, THREE[:1], False),
        ("\n(市工信局 市发改委 市科技局按职责分工负责)", THREE, (), False),
        ("由市工信局牵头,市发改委、市科技局配合。", THREE, THREE[:1], False),
        ("\n牵头单位：市工信局\n责任单位：市发改委、市科技局\n完成时限：2025年12月",
         THREE, THREE[:1], False),
        ("责任部门:市工信局、市发改委、市科技局。", THREE, (), False),
        ("(责任领导:张三;责任单位:市工信局、市发改委、市科技局;完成时限:2025年12月)",
         THREE, (), False),
        ("(市工信局、市发改委、市科技局分工负责,2025年12月底前完成)", THREE, (), False),
        ("(2025年底前完成;市工信局、市发改委、市科技局)", THREE, (), False),
        ("(市工信局统筹,市发改委、市科技局抓落实)", THREE, (), False),
        ("(市工信局牵头", THREE[:1], THREE[:1], False),
        ("(省科技厅、工业和信息化厅按职责分工负责,各地级以上市人民政府结合实际落实)",
         ("省科技厅", "工业和信息化厅", "各地级以上市人民政府"), (), False),
        ("(工业和信息化部、公安部、市场监管总局等按职责分工负责)",
         ("工业和信息化部", "公安部", "市场监管总局"), (), True),
        ("(市工信局牵头、市发改委(能源局)、各区县政府按职责分工负责)",
         ("市工信局", "市发改委(能源局)", "各区县政府"), ("市工信局",), False),
        ("(牵头单位:市教育局;责任单位:市直有关部门,开发区管委。以下任务均需各区落实,不再一一列出)",
         ("市教育局", "市直有关部门", "开发区管委"), ("市教育局",), False),
        ("(市工信局、市直有关部门按职责分工负责)", ("市工信局", "市直有关部门"), (), False),
        ("(责任单位：市商务局，各县（市、区）人民政府)",
         ("市商务局", "各县（市、区）人民政府"), (), False),
    ],
)  # fmt: skip
def test_every_way_of_naming_who_is_responsible(
    statement: str, responsible: tuple[str, ...], lead: tuple[str, ...], is_open: bool
) -> None:
    task = task_saying(statement)
    assert (task.responsible, task.lead, task.open) == (responsible, lead, is_open)
    assert task.actions == ("建设平台。",)


@pytest.mark.parametrize(
    "sentence",
    [
        "建设50个智慧农场(牧场、渔场)。",
        "培育产业园区(集聚区)10家。",
        "支持龙头企业牵头组建联合体(含产业链上下游)。",
        "推进中国(盐城)跨境电子商务综合试验区建设。",
        "坚持谁提供谁负责、谁使用谁负责。",
        "依托牵头部门(单位)建立机制。",
    ],
)
def test_other_brackets_and_sentences_make_nobody_responsible(sentence: str) -> None:
    assert not find_responsibility(sentence)[0]


def test_actions_are_sentences_without_title_bracket_and_dated_aim() -> None:
    task = only_task(
        "一、重点任务\n1.强化数据管理。推进授权运营;建设平台。到2027年,指数超过80。探索入表。(市数据局)"
    )
    assert task.title == "强化数据管理"
    assert task.actions == ("推进授权运营;", "建设平台。", "探索入表。")


def test_a_task_of_one_sentence_is_its_own_action() -> None:
    task = only_task("一、重点任务\n(一)建成数据标注基地2个。(市数据局)")
    assert (task.number, task.title, task.actions) == (
        "(一)",
        "建成数据标注基地2个",
        ("建成数据标注基地2个。",),
    )


def test_tasks_stand_in_text_order_in_their_section() -> None:
    plan = compiled(
        "一、目标\n做强。\n二、重点任务\n(一)甲行动\n1.建网络。铺设光缆。(市通管办)\n"
        "2.建中心。建设机房。(市数据局)\n(二)乙行动\n1.育人才。办好学校。(市教育局)\n三、保障措施\n加强领导。"
    )
    assert [(task.id, task.section, task.title) for task in plan.tasks] == [
        ("k1", "s2.1", "建网络"),
        ("k2", "s2.1", "建中心"),
        ("k3", "s2.2", "育人才"),
    ]


def test_items_without_a_bracket_take_it_from_the_heading_above() -> None:
    plan = compiled(
        "一、重点任务\n(一)强基行动(市工信局牵头,市数据局配合)\n1.建网络。铺设光缆。\n2.建中心。建设机房。"
    )
    assert [task.responsible for task in plan.tasks] == [("市工信局", "市数据局")] * 2
    assert plan.sections[1].title == "强基行动"


def test_a_line_after_the_last_item_speaks_for_the_whole_section() -> None:
    task = only_task(
        "一、重点任务\n(一)强基行动\n1.建网络。铺设光缆。\n2.建中心。建设机房。\n(责任单位:市数据局、市通管办)"
    )
    assert (task.title, task.responsible) == ("强基行动", ("市数据局", "市通管办"))
    assert "铺设光缆。" in task.actions


def test_small_items_belong_to_their_task() -> None:
    task = only_task("一、重点任务\n1.建网络。\n(1)铺设光缆。\n(2)新建基站。(市通管办牵头)")
    assert (task.title, task.lead) == ("建网络", ("市通管办",))
    assert len(task.actions) == 2


def test_a_plan_without_responsibilities_still_has_tasks() -> None:
    plan = compiled(
        "一、目标\n(一)总体目标。做强。\n二、主要任务\n(一)建网络。铺设光缆。\n(二)建中心。建机房。"
    )
    assert [task.title for task in plan.tasks] == ["建网络", "建中心"]


def test_measures_of_support_are_tasks_only_where_a_bracket_says_who() -> None:
    plan = compiled(
        "一、重点任务\n1.建网络。铺设光缆。(市通管办)\n二、保障措施\n(一)加强领导。由市数据局牵头,建立机制。\n"
        "(二)强化投入。设立基金。(责任单位:市财政局)"
    )
    assert [task.title for task in plan.tasks] == ["建网络", "强化投入"]


def test_a_box_inside_a_task_is_no_task() -> None:
    plan = compiled(
        "一、重点任务\n1.建网络。铺设光缆。(市通管办)\n专栏1 重大工程\n光网工程:新建光缆100公里。"
    )
    assert [task.title for task in plan.tasks] == ["建网络"]


_ORGANISATIONS = (
    "市工信局",
    "市发改委",
    "市委网信办",
    "市大数据集团",
    "各县(市、区)",
    "市供电公司",
)


@given(st.lists(st.sampled_from(_ORGANISATIONS), min_size=1, unique=True), st.data())
def test_planted_leads_and_helpers_are_told_apart(names: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(names)))
    lead, others = names[:cut], names[cut:]
    text = "、".join(lead) + "牵头" + (f",{'、'.join(others)}配合" if others else "")
    said = read_responsibility(text)
    assert (said.lead, said.responsible) == (tuple(lead), tuple(names))
