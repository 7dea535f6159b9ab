"""Lists of organisations come apart at the right places, and one body keeps one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.compiler.organisations.mentions import find_organisations
from shucheng.plan.compiler.organisations.names import (
    canonical,
    expand_organisations,
    is_collective,
    is_government_body,
    is_organisation,
    names_nobody,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市工信局、市发改委、市科技局", ["市工信局", "市发改委", "市科技局"]),
        ("市数据局 市商务局", ["市数据局", "市商务局"]),
        ("市农业 农村局", ["市农业农村局"]),
        ("市自然资源 和规划局", ["市自然资源和规划局"]),
        ("市委 组织部 市数据局", ["市委组织部", "市数据局"]),
        ("滨海港工业园区 市发改委 市工信局", ["滨海港工业园区", "市发改委", "市工信局"]),
        ("市工信局 黄海金控集团", ["市工信局", "黄海金控集团"]),
        ("市发改委(能源局)、各区县政府", ["市发改委(能源局)", "各区县政府"]),
        ("市商务局，各县（市、区）人民政府", ["市商务局", "各县（市、区）人民政府"]),
        ("市发改委和市工信局", ["市发改委", "市工信局"]),
        ("市工业和信息化局及市卫生健康委", ["市工业和信息化局", "市卫生健康委"]),
        ("市人力资源和社会保障局", ["市人力资源和社会保障局"]),
        ("市交通委（市道运局）、市交警总队", ["市交通委（市道运局）", "市交警总队"]),
        ("", []),
    ],
)
def test_a_list_is_split_into_its_names(text: str, expected: list[str]) -> None:
    assert expand_organisations(text) == expected


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("市工信局", "市工业和信息化局"),
        ("省工信厅", "省工业和信息化厅"),
        ("市发改委", "市发展和改革委员会"),
        ("省发展改革委", "省发展和改革委员会"),
        ("市委网信办", "市委网络安全和信息化委员会办公室"),
        ("县卫健局", "县卫生健康局"),
        ("区文广旅局", "区文化广电和旅游局"),
        ("市市场监管局", "市市场监督管理局"),
        ("市政府办", "市人民政府办公室"),
        ("县政府", "县人民政府"),
        ("市委编办", "市委机构编制委员会办公室"),
        ("市住建局", "市住房和城乡建设局"),
    ],
)
def test_short_and_full_names_are_one_body(short: str, full: str) -> None:
    assert canonical(short) == canonical(full) == full


def test_the_plan_s_own_place_is_left_out_of_the_key() -> None:
    assert canonical("盐城市工业和信息化局", "盐城市") == canonical("市工信局", "盐城市")
    assert canonical("南通市工业和信息化局", "盐城市") != canonical("市工信局", "盐城市")


def test_bodies_of_different_levels_stay_apart() -> None:
    assert len({canonical(name) for name in ("市工信局", "省工信厅", "县工信局")}) == 3


@pytest.mark.parametrize(
    "name", ["市工信局", "各县(市、区)", "人民银行盐城市分行", "市大数据集团", "海关"]
)
def test_names_of_organisations_are_known_by_their_form(name: str) -> None:
    assert is_organisation(name)


@pytest.mark.parametrize(
    "clause",
    ["所有重点任务均需各地落实", "不再单独列出", "推动产业集聚区", "各有关部门", "的局", "局"],
)
def test_clauses_and_open_ends_are_no_organisations(clause: str) -> None:
    assert not is_organisation(clause)


def test_some_names_stand_for_many_or_for_nobody() -> None:
    assert is_collective("各县(市、区)")
    assert not is_collective("市数据局")
    assert names_nobody("市有关部门")
    assert not names_nobody("市数据局")


@pytest.mark.parametrize(
    "name", ["市数据局", "公安部", "市场监管总局", "省委宣传部", "工业和信息化厅"]
)
def test_government_bodies_are_known_for_sure(name: str) -> None:
    assert is_government_body(name)


@pytest.mark.parametrize("name", ["市", "牧场", "区", "园区", "集聚区"])
def test_ordinary_words_are_no_government_bodies(name: str) -> None:
    assert not is_government_body(name)


def test_mentions_are_counted_under_the_name_most_often_printed() -> None:
    text = "盐城市工业和信息化局制定方案。由市工信局牵头,市工信局每季度报告,市数据局配合。"
    first, second = find_organisations(text, ["市工信局", "市数据局"], "盐城市")
    assert (first.name, first.mentions) == ("市工信局", 3)
    assert "盐城市工业和信息化局" in first.aliases
    assert [text[slice(*span)] for span in first.spans] == [
        "盐城市工业和信息化局",
        "市工信局",
        "市工信局",
    ]
    assert (second.name, second.mentions) == ("市数据局", 1)


@pytest.mark.parametrize(
    "text", ["各市教育部门要抓好落实。", "推动县域商务局面好转。", "实现全市数据办理事项全覆盖。"]
)
def test_words_that_begin_like_a_body_are_not_counted(text: str) -> None:
    assert find_organisations(text, []) == ()


def test_the_known_names_of_a_city_pack_bring_their_aliases_together() -> None:
    known = {"黄海金控集团": "黄海金控集团", "黄海金控": "黄海金控集团"}
    (mention,) = find_organisations("黄海金控集团出资,黄海金控负责运营。", [], "", known)
    assert mention.mentions == 2


_NAMES = (
    "市工信局",
    "市发改委",
    "市委网信办",
    "市大数据集团",
    "各县(市、区)",
    "市自然资源和规划局",
)


@given(st.lists(st.sampled_from(_NAMES), unique=True), st.sampled_from("、,，;；/"))
def test_joining_names_and_splitting_them_gives_them_back(names: list[str], mark: str) -> None:
    assert expand_organisations(mark.join(names)) == names
