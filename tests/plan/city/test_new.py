"""A second city: a whole pack from any plan, and an honest list of what is left to decide."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.city.plans import PLANS, corpus, indicator, plan, target

from shucheng.plan.city.new import NewPack, PackExists, new_city_pack
from shucheng.plan.city.pack import read_pack
from shucheng.plan.city.proposal.place import kind_of
from shucheng.plan.city.proposal.toml_text import value_text
from shucheng.plan.city.resolving import resolve_bindings

NAMES = sorted(path.stem for path in PLANS.glob("*.txt") if path.with_suffix(".json").exists())


@pytest.fixture
def lanchuan(tmp_path: Path) -> NewPack:
    compiled, text = corpus("01-lanchuan-digital-economy")
    return new_city_pack("lanchuan", compiled, text, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_promise_of_a_plan_is_bound_or_left_to_a_person(name: str, tmp_path: Path) -> None:
    compiled, text = corpus(name)
    new = new_city_pack("second", compiled, text, tmp_path)
    resolved, unresolved = resolve_bindings(read_pack(new.pack.path).bindings, compiled)
    bound = sum(len(each.targets) for each in resolved)
    assert bound + sum(each.what == "target" for each in unresolved) == len(compiled.targets)
    assert bound >= 0.95 * len(compiled.targets)
    assert sum(each.indicator is not None for each in resolved) == len(compiled.indicators)
    decide = (new.pack.path / "DECIDE.md").read_text(encoding="utf-8")
    assert all(each.text in decide for each in unresolved)


def test_the_pack_belongs_to_its_city(lanchuan: NewPack) -> None:
    pack = lanchuan.pack
    assert (pack.city.code, pack.city.name) == ("lanchuan", "澜川市")
    assert (pack.plan.start, pack.plan.end) == (2024, 2026)
    assert pack.path.name == "lanchuan"


def test_organisations_come_with_full_names_and_kinds(lanchuan: NewPack) -> None:
    known = {name: each for each in lanchuan.pack.organisations for name in each.names}
    bureau = known["市经济和信息化局"]
    assert (bureau.code, bureau.kind) == ("industry", "department")
    assert bureau.full_name == "澜川市经济和信息化局"


def test_the_lead_of_an_annex_row_owns_the_metric(lanchuan: NewPack) -> None:
    metrics = {each.name: each.owner for each in lanchuan.pack.metrics}
    assert metrics["数字经济核心产业增加值"] == "statistics"
    assert metrics["农业生产信息化率"] == "agriculture"


def test_an_invented_city_has_only_itself_and_the_list_says_so(lanchuan: NewPack) -> None:
    assert [each.name for each in lanchuan.pack.areas if each.kind != "functional_zone"] == [
        "澜川市"
    ]
    decide = (lanchuan.pack.path / "DECIDE.md").read_text(encoding="utf-8")
    assert "没有找到有 GB/T 2260 代码的地方" in decide


def test_a_real_city_gets_its_counties_and_their_governments(tmp_path: Path) -> None:
    small = plan(target("软件产业规模", 100, "亿元"), title="苏州市数字经济行动计划")
    pack = new_city_pack("suzhou", small, "软件产业规模达到100亿元", tmp_path).pack
    assert pack.city.adcode == "320500"
    assert {"昆山市", "姑苏区"} <= {each.name for each in pack.areas}
    governments = {each.name for each in pack.organisations if each.kind == "county_government"}
    assert {"昆山市", "姑苏区"} <= governments
    assert all(each.by_area for each in pack.metrics)


def test_a_code_settles_which_city_is_meant(tmp_path: Path) -> None:
    small = plan(target("软件产业规模", 100, "亿元"), title="数字经济行动计划")
    pack = new_city_pack("nantong", small, "", tmp_path, adcode="320600").pack
    assert pack.city.name == "南通市"


def test_a_code_of_no_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="329999"):
        new_city_pack("x", plan(), "", tmp_path, adcode="329999")


def test_the_annex_and_the_text_share_a_metric_and_yearly_numbers_add_up(tmp_path: Path) -> None:
    small = plan(
        target("先进级智能工厂", 400, "家", kind="cumulative", quote="新培育先进级智能工厂400家"),
        target("先进级智能工厂", 100, "家", kind="annual", year=None, number=2),
        indicators=(indicator(1, "累计培育先进级以上智能工厂", "个", y2025=130, y2027=400),),
        title="甲市行动计划",
    )
    pack = new_city_pack("jia", small, "", tmp_path).pack
    formulas = {each.code: each.formula for each in pack.bindings}
    assert formulas["i01"] == "cumulative(i01)"
    assert len(formulas) == 2


def test_two_tables_that_both_count_from_one_are_kept_apart(tmp_path: Path) -> None:
    rows = (
        indicator(1, "软件产业规模", "亿元", y2027=100),
        indicator(1, "算力规模", "P", y2027=9),
    )
    pack = new_city_pack("jia", plan(indicators=rows, title="甲市计划"), "", tmp_path).pack
    assert {each.name for each in pack.bindings} == {"软件产业规模", "算力规模"}


def test_a_fall_is_measured_as_a_fall(tmp_path: Path) -> None:
    falls = target("单位能耗", 8, "%", kind="growth", quote="单位能耗下降8%")
    limit = target("时延", 5, "毫秒", comparator="<=", number=2)
    pack = new_city_pack("jia", plan(falls, limit, title="甲市计划"), "", tmp_path).pack
    directions = {each.name: each.direction for each in pack.bindings}
    assert directions == {"时延": "down", "单位能耗降幅": "up"}


def test_two_figures_for_one_year_are_left_to_a_person(tmp_path: Path) -> None:
    twice = plan(
        target("算力规模", 20000, "P"), target("算力规模", 30000, "P", number=2), title="甲市计划"
    )
    new = new_city_pack("jia", twice, "", tmp_path)
    decide = (new.pack.path / "DECIDE.md").read_text(encoding="utf-8")
    assert "2027年 20000、30000" in decide


def test_an_unknown_unit_is_left_to_a_person(tmp_path: Path) -> None:
    odd = plan(target("某物", 3, "咕噜"), target("算力规模", 9, "P", number=2), title="甲市计划")
    new = new_city_pack("jia", odd, "", tmp_path)
    assert [each.text for each in new.unresolved] == ["某物达到3咕噜"]
    assert "咕噜" in (new.pack.path / "DECIDE.md").read_text(encoding="utf-8")


def test_a_pack_that_is_there_is_not_overwritten(lanchuan: NewPack) -> None:
    compiled, text = corpus("01-lanchuan-digital-economy")
    before = (lanchuan.pack.path / "metrics.toml").read_bytes()
    with pytest.raises(PackExists, match="choose another name"):
        new_city_pack("lanchuan", compiled, text, lanchuan.pack.path.parent)
    assert (lanchuan.pack.path / "metrics.toml").read_bytes() == before


@pytest.mark.parametrize("name", ["", "../x", "Yan Cheng", "盐城", "-a"])
def test_a_name_that_is_no_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="small letters"):
        new_city_pack(name, plan(target("算力规模", 9, "P")), "", tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_plans_text_is_kept_to_the_letter(tmp_path: Path) -> None:
    text = "甲市计划\r\n算力规模达到9P\n末行"
    pack = new_city_pack("jia", plan(target("算力规模", 9, "P"), title="甲市"), text, tmp_path).pack
    assert pack.plan.file is not None
    assert pack.plan.file.read_bytes() == text.encode()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("市工信局", "department"),
        ("市委网信办", "department"),
        ("盐南高新区管委会", "functional_zone"),
        ("黄海新区", "functional_zone"),
        ("市大数据集团", "company"),
        ("人民银行盐城市分行", "company"),
        ("盐城大数据产业园", "park"),
        ("盐城海洋智算中心", "centre"),
        ("联席会议", "other"),
    ],
)
def test_a_kind_is_guessed_from_the_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@given(st.text())
def test_any_text_survives_being_written_as_toml(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert tomllib.loads(f"x = {value_text(text)}")["x"] == text
