"""The definitions that come with the package, and how a questionnaire gives a level."""

import re

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.statistics.engine.indexes.shipped import read, shipped
from shucheng.lib.indexes.definition import Index
from shucheng.lib.indexes.errors import IndexRefused
from shucheng.lib.indexes.questionnaire import (
    Questionnaire,
    assess,
    read_questionnaire,
)
from shucheng.lib.indexes.score import score
from shucheng.lib.indexes.sensitivity import sensitivity
from shucheng.lib.indexes.uncertainty import uncertainty
from shucheng.lib.indexes.values import Values

DCMM = shipped()["data_management_maturity"]
FACTORY = shipped()["smart_factory_maturity"]


def test_all_four_are_there_and_readable() -> None:
    kinds = {code: type(read(text)) for code, text in shipped().items()}
    assert kinds == {
        "convergence": Index,
        "county_digital_economy": Index,
        "data_management_maturity": Questionnaire,
        "smart_factory_maturity": Questionnaire,
    }
    assert all(read(text).code == code for code, text in shipped().items())
    assert all(read(text).unconfirmed and read(text).sources for text in shipped().values())


@pytest.mark.parametrize("code", ["county_digital_economy", "convergence"])
def test_a_shipped_index_is_scored_with_uncertainty(code: str) -> None:
    index = read(shipped()[code])
    assert isinstance(index, Index)
    raw = np.random.default_rng(3).uniform(1, 90, (len(index.indicators), 11))
    if code == "convergence":
        raw[-1] = np.linspace(0.2, 1.5, 11)
    found = score(index, Values(tuple(f"3209{n:02d}" for n in range(11)), raw))
    assert index.scale[0] <= found.scores.min() < found.scores.max() <= index.scale[1]
    for area in found.areas:
        whole, parts = found.explained(area)
        assert sum(parts.values()) == whole
    assert all(judged.consistency_ratio < 0.1 for judged in found.judged.values())
    assert uncertainty(found, 500).stability.shape == (11,)
    assert len(sensitivity(found, 64).factors) >= 4


def test_data_management_has_the_standard_s_domains_items_and_levels() -> None:
    """GB/T 36073-2018: eight domains of 3, 3, 4, 3, 3, 4, 4 and 4 items, five levels."""
    found = read_questionnaire(DCMM)
    assert {domain.name.zh: len(domain.items) for domain in found.domains} == {
        "数据战略": 3,
        "数据治理": 3,
        "数据架构": 4,
        "数据应用": 3,
        "数据安全": 3,
        "数据质量": 4,
        "数据标准": 4,
        "数据生存周期": 4,
    }
    assert [level.name.zh for level in found.levels] == [
        *("初始级", "受管理级", "稳健级", "量化管理级", "优化级")
    ]


def answers(text: str, level: int) -> dict[str, object]:
    return {item.code: level for item in read_questionnaire(text).items}


@pytest.mark.parametrize("text", [DCMM, FACTORY])
@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_the_same_answer_everywhere_is_that_level(text: str, level: int) -> None:
    found = assess(read_questionnaire(text), answers(text, level))
    assert found.level == level
    assert found.score == pytest.approx(level)
    assert sum(found.contributions.values()) == pytest.approx(found.score)


def test_one_weak_domain_holds_the_level_back_and_is_named() -> None:
    given = answers(DCMM, 4) | {"security_policy": 1, "security_management": 1, "security_audit": 2}
    found = assess(read_questionnaire(DCMM), given)
    assert found.score == pytest.approx(4 - (3 + 3 + 2) / 3 / 8)
    assert found.level == 1
    assert list(found.lacking) == ["security"]
    assert found.lacking["security"] == pytest.approx((4 / 3, 1.5))


def test_an_item_that_does_not_apply_leaves_its_weight_to_the_others() -> None:
    given = answers(DCMM, 3) | {"data_services": "n/a", "data_analysis": 5}
    found = assess(read_questionnaire(DCMM), given)
    assert found.domains["application"] == pytest.approx(4)
    assert "data_services" not in found.contributions
    assert sum(found.contributions.values()) == pytest.approx(found.score)


@given(st.lists(st.integers(1, 5), min_size=28, max_size=28), st.integers(0, 27))
def test_a_better_answer_never_lowers_the_level(levels: list[int], place: int) -> None:
    questionnaire = read_questionnaire(DCMM)
    codes = [item.code for item in questionnaire.items]
    before = assess(questionnaire, dict(zip(codes, levels, strict=True)))
    levels[place] = min(5, levels[place] + 1)
    after = assess(questionnaire, dict(zip(codes, levels, strict=True)))
    assert after.score >= before.score - 1e-9
    assert after.level >= before.level


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({"metadata": None}, "index.unanswered", "metadata"),
        ({"metadata": "n/a"}, "index.unanswered", "metadata"),
        ({"metadata": 6}, "index.answer", "6, not a whole number from 1 to 5"),
        ({"metadata": 2.5}, "index.answer", "2.5"),
        ({"metadata": True}, "index.answer", "True"),
        ({"nonsense": 3}, "index.unknown_item", "nonsense"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    change: dict[str, object], code: str, named: str
) -> None:
    with pytest.raises(IndexRefused, match=named) as refused:
        assess(read_questionnaire(DCMM), answers(DCMM, 3) | change, "Firm A")
    assert refused.value.code == code
    assert "Firm A" in refused.value.message


def test_a_domain_that_does_not_apply_at_all_is_refused() -> None:
    data = yaml.safe_load(FACTORY)
    for item in data["domains"][1]["items"]:
        item["may_not_apply"] = True
    questionnaire = read_questionnaire(yaml.safe_dump(data))
    given = answers(FACTORY, 3) | {"product_design": "n/a", "process_design": "n/a"}
    with pytest.raises(IndexRefused, match="development") as refused:
        assess(questionnaire, given)
    assert refused.value.code == "index.nothing_applies"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("code: metadata", "code: data_model", "twice: data_model"),
        ("level: 2\n", "level: 7\n", "numbered"),
        ("at_least: 3.0", "at_least: 1.5", "no less"),
        ("at_least: 1.0", "at_least: 1.5", "no less"),
    ],
)
def test_a_questionnaire_that_contradicts_itself_is_refused(old: str, new: str, named: str) -> None:
    assert old in DCMM
    with pytest.raises(IndexRefused, match=named) as refused:
        read_questionnaire(re.sub(re.escape(old), new, DCMM, count=1))
    assert refused.value.code == "index.malformed"
