"""Reading a city pack: a good one is understood, a bad one is refused with all its faults."""

import shutil
from pathlib import Path
from typing import get_args

import pytest
from tests.plan.city.plans import CITIES

from shucheng.plan.city import model
from shucheng.plan.city.model import PackInvalid
from shucheng.plan.city.pack import read_pack

MODELS = (
    *(model.City, model.PlanReference, model.Organisation, model.Area, model.Metric),
    *(model.Binding, model.TargetClause, model.Series, model.Share, model.Simulation),
    *(model.Reporting, model.FormChange),
)
WORDS = (
    *(model.OrganisationKind, model.AreaKind, model.Measure, model.MetricFrequency),
    *(model.OverAreas, model.OverTime, model.Origin, model.Direction, model.TargetSort),
    *(model.FormKind, model.RuleKind),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of Yancheng's pack to spoil."""
    copy = tmp_path / "yancheng"
    shutil.copytree(CITIES / "yancheng", copy)
    return copy


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    with pytest.raises(PackInvalid) as refusal:
        read_pack(folder)
    return [str(problem) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("metrics.toml", 'owner = "data"', 'owner = "date"', "Did you mean 'data'"),
        ("metrics.toml", 'unit = "亿元"', 'unit = "亿圆"', "unit '亿圆' is not known"),
        ("metrics.toml", 'measure = "flow"', 'measure = "stock"', "does not add up over time"),
        ("metrics.toml", 'frequency = "M"', 'frequency = "W"', "one of A, S, Q, M, D"),
        ("metrics.toml", "by_area = true", 'by_area = "yes"', "true or false"),
        ("metrics.toml", 'code = "core_revenue"\n', "", "'code' is missing"),
        ("metrics.toml", "definition =", "definitoin =", "Did you mean 'definition'"),
        ("bindings.toml", "ytd(core_revenue)", "ytd(core_revenu)", "'core_revenue'"),
        ("bindings.toml", "ytd(core_revenue)", "total(core_revenue)", "total is no function"),
        ("bindings.toml", "ytd(core_revenue)", "ytd(core_revenue", "A bracket is not closed"),
        (
            "bindings.toml",
            "ytd(core_revenue)",
            "last(core_firms)",
            "gives 家, the indicator is in 亿元",
        ),
        ("bindings.toml", 'lead = ["industry"]', 'lead = ["industri"]', "'industry'"),
        (
            "bindings.toml",
            'no = 2, name = "数字经济核心产业增加值"',
            'no = 1, name = "数字经济核心产业营业收入"',
            "annex row 1 数字经济核心产业营业收入 is answered",
        ),
        ("organisations.toml", '"市工业和信息化局"', '"市发改委"', "belongs to"),
        ("organisations.toml", 'parent = "government"', 'parent = "governor"', "parent names"),
        ("organisations.toml", 'kind = "company"', 'kind = "firm"', "one of department"),
        ("areas.toml", 'parent = "320900"', 'parent = "320902"', "own ancestor"),
        ("areas.toml", 'code = "320903"', 'code = "320902"', "stands there 2 times"),
        ("areas.toml", "outline = false", "outline = true", "six-digit code"),
        ("simulation.toml", 'first = "2024-01"', 'first = "2024-1"', "2025-Q3"),
        ("metrics.toml", 'figure = "statistics.core_revenue"\n', "", "which figure of a bay"),
        ("simulation.toml", 'metric = "core_revenue"', 'metric = "revenue"', "not there"),
        ("simulation.toml", 'area = "320902"', 'area = "320900"', "has no share"),
        ("simulation.toml", 'area = "320902"', 'area = "320999"', "not there"),
        ("simulation.toml", "weight = 14", "weight = 0", "above zero"),
        ("simulation.toml", "count = 50_000", "count = 0", "count must be"),
        ("simulation.toml", 'revenue = "core_revenue"', 'revenue = "revenue"', "names 'revenue'"),
        ("simulation.toml", "start = 165", 'start = "165"', "a number without quotation marks"),
        ("reporting.toml", "M = 10", "W = 10", "unknown field 'W'"),
        ("reporting.toml", "M = 10", "M = 1000", "from 0 to 200"),
        ("reporting.toml", 'sign = "<="', 'sign = "<"', "one of <=, >=, ="),
        ("reporting.toml", 'scenes_provincial"]\nsign', 'high"]\nsign', "not there"),
        ("reporting.toml", "least = 0", "leats = 0", "Did you mean 'least'"),
        ("reporting.toml", "jump:core_revenue_flash", "range:convergence_index", "stands twice"),
        ("city.toml", 'adcode = "320900"', 'adcode = "320901"', "not among the areas"),
        ("city.toml", 'file = "plan.txt"', 'file = "../plan.txt"', "not in the pack"),
        ("city.toml", "start = 2025", "start = 2028", "ends (2027) before it starts"),
        ("city.toml", "[plan]", "[plan", "not valid TOML"),
    ],
)
def test_a_fault_is_named_with_its_file_and_the_way_out(
    folder: Path, file: str, old: str, new: str, expected: str
) -> None:
    spoil(folder, file, old, new)
    found = faults(folder)
    assert any(fault.startswith(file) and expected in fault for fault in found), found


def test_all_faults_are_listed_at_once(folder: Path) -> None:
    spoil(folder, "metrics.toml", 'owner = "data"', 'owner = "date"')
    spoil(folder, "bindings.toml", "ytd(core_revenue)", "ytd(revenue)")
    spoil(folder, "organisations.toml", '"市工业和信息化局"', '"市发改委"')
    assert {fault.split(",")[0] for fault in faults(folder)} == {
        "metrics.toml",
        "bindings.toml",
        "organisations.toml",
    }


def test_a_fault_names_the_line_of_its_entry(folder: Path) -> None:
    spoil(folder, "metrics.toml", 'frequency = "M"', 'frequency = "W"')
    lines = (folder / "metrics.toml").read_text(encoding="utf-8").splitlines()
    header = lines.index("[[metric]]") + 1
    assert f"(line {header})" in faults(folder)[0]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "areas.toml").unlink()
    assert any("areas.toml: the file is missing" in fault for fault in faults(folder))


def test_a_file_saved_in_another_encoding_is_told_apart(folder: Path) -> None:
    path = folder / "areas.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert any("UTF-8" in fault for fault in faults(folder))


def test_a_file_saved_by_a_windows_editor_is_read(folder: Path) -> None:
    path = folder / "areas.toml"
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_pack(folder).areas == read_pack(CITIES / "yancheng").areas


def test_a_pack_without_simulation_is_whole(folder: Path) -> None:
    (folder / "simulation.toml").unlink()
    assert read_pack(folder).simulation is None


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "not a folder" in faults(tmp_path / "nowhere")[0]


@pytest.mark.parametrize(
    ("formula", "fault"),
    [
        ("ytd(core_revenue) +", "not understood"),
        ("median(core_revenue)", "no function"),
        ("ytd(core_firms)", "do not add up over time"),
        ("last(core_firms)", "亿元"),
        ("ytd(nothing_such)", "nothing_such"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_a_fault(
    folder: Path, formula: str, fault: str
) -> None:
    path = folder / "bindings.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"ytd(core_revenue)"', f'"{formula}"'), encoding="utf-8")
    found = [line for line in faults(folder) if "core-revenue" in line]
    assert any(fault in line for line in found), found


def test_a_pack_says_what_is_different_about_its_forms(folder: Path) -> None:
    path = folder / "reporting.toml"
    form = '[[form]]\nowner = "industry"\nfrequency = "M"\nkind = "area"\ndue_days = 8\n'
    path.write_text(path.read_text(encoding="utf-8") + form, encoding="utf-8")
    reporting = read_pack(folder).reporting
    assert [(each.owner, each.due_days) for each in reporting.forms] == [("industry", 8)]
    assert reporting.due_days == {"M": 10, "Q": 15, "A": 30}
    spoil(folder, "reporting.toml", 'frequency = "M"', 'frequency = "D"')
    assert any("no metric asks for it" in fault for fault in faults(folder))


def test_a_pack_without_reporting_settings_is_whole(folder: Path) -> None:
    (folder / "reporting.toml").unlink()
    assert read_pack(folder).reporting.rules == ()


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_guide_names_every_field_word_and_function(readme: str) -> None:
    text = (CITIES / readme).read_text(encoding="utf-8")
    words = {name for each in MODELS for name in each.__dataclass_fields__}
    words |= {word for literal in WORDS for word in get_args(literal)}
    words -= {
        "path",
        "forms",
        "rules",
        "series",
        "shares",
        "firms",
        "subjects",
        "simulation",
        "bindings",
        "metrics",
        "areas",
        "organisations",
    }
    assert {word for word in words if f"`{word}" not in text and f"{word} =" not in text} == set()
