"""The grade of a set, what it permits, and when a person is asked again."""

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.data.engine.grading.decisions import Decision, review
from shucheng.bays.data.engine.grading.model import Field, Grade, Proposal, Resource
from shucheng.bays.data.engine.grading.propose import Grader
from shucheng.bays.data.engine.grading.rules import FILES, FOLDER, RulesInvalid, read, shipped
from shucheng.bays.data.engine.grading.sets import SetGrade, grade_set, permissions
from shucheng.bays.data.engine.grading.stored import from_data, holding, to_data

from .grading_values import AS_OF


@cache
def grader() -> Grader:
    return Grader(shipped(), AS_OF)


def proposals(*names: str, title: str = "") -> list[Proposal]:
    return [grader().propose(Field(each, resource=Resource(title))) for each in names]


def graded(*names: str, people: int | None = None) -> SetGrade:
    return grade_set(Resource(people=people), proposals(*names), shipped())


def texts(**changed: str) -> dict[str, str]:
    own = {name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in FILES}
    return own | changed


def test_a_set_ranks_as_its_highest_field() -> None:
    assert graded("nd", "qymc").grade is Grade.GENERAL_1
    assert graded("nd", "xingming").grade is Grade.GENERAL_2
    assert graded("nd", "xingming", "sfzh").grade is Grade.GENERAL_3
    assert graded().grade is Grade.GENERAL_2


@pytest.mark.parametrize(
    ("names", "people", "grade", "rules"),
    [
        (["xingming"], 99_999, Grade.GENERAL_2, []),
        (["xingming"], 100_000, Grade.GENERAL_3, ["personal-100000"]),
        (["xingming"], 1_000_000, Grade.GENERAL_4, ["personal-100000", "personal-1000000"]),
        (["zhenduan"], 10_000, Grade.GENERAL_4, ["sensitive-10000"]),
        (
            ["sfzh"],
            10_000_000,
            Grade.IMPORTANT,
            ["personal-100000", "personal-1000000", "personal-10000000"],
        ),
        (["qymc"], 10_000_000, Grade.GENERAL_1, []),
    ],
)
def test_many_persons_raise_a_set(
    names: list[str], people: int, grade: Grade, rules: list[str]
) -> None:
    found = graded(*names, people=people)
    assert found.grade is grade
    assert [each.rule for each in found.reasons] == rules


def test_places_of_persons_are_their_whereabouts() -> None:
    alone = graded("jwd")
    joined = graded("jwd", "sjhm")
    assert "whereabouts" not in alone.categories
    assert "whereabouts" in joined.categories
    assert (joined.fields, joined.grade) == (Grade.GENERAL_3, Grade.GENERAL_4)
    assert [(each.kind, each.rule) for each in joined.reasons] == [
        ("joined", "coordinates-of-a-person")
    ]


def test_the_grade_decides_the_ways_of_delivery() -> None:
    def modes(grade: Grade, *categories: str) -> list[str]:
        return [each.mode for each in permissions(grade, categories, shipped())]

    assert modes(Grade.GENERAL_1) == ["download", "api", "sandbox", "aggregate", "intersection"]
    assert modes(Grade.GENERAL_3) == ["api", "sandbox", "aggregate", "intersection"]
    assert modes(Grade.GENERAL_4) == ["sandbox", "aggregate", "intersection"]
    assert modes(Grade.GENERAL_4, "minor") == ["sandbox", "aggregate"]
    assert modes(Grade.CORE) == []
    ways = [modes(each) for each in Grade]
    assert all(set(higher) <= set(lower) for lower, higher in pairwise(ways))


def test_sensitive_information_adds_an_assessment() -> None:
    conditions = {
        each.mode: each.conditions for each in permissions(Grade.GENERAL_4, ["health"], shipped())
    }
    assert conditions["sandbox"] == ("agreement", "named_approval", "masked", "impact_assessment")
    assert (
        "impact_assessment" not in permissions(Grade.GENERAL_3, ["phone"], shipped())[0].conditions
    )


def test_what_must_not_be_here_is_delivered_in_no_way() -> None:
    found = grade_set(Resource(), [grader().propose(Field("nr", "涉密内容"))], shipped())
    assert found.excluded
    assert found.permitted == ()


# ---- decisions


def proposed(name: str, *samples: str, comment: str = "") -> Proposal:
    return grader().propose(Field(name, comment, "", samples))


def test_a_decision_stays_while_nothing_changed() -> None:
    old = proposed("sfzh")
    lowered = Decision(Grade.GENERAL_2, frozenset({"resident_id"}), old)
    assert review(lowered, proposed("sfzh")).reason == "unchanged"


def test_a_few_other_rows_in_the_sample_ask_nobody() -> None:
    first, second = (
        proposed("f", *rows) for rows in (["13851012345"] * 9, ["15061234567"] * 8 + ["无"])
    )
    decision = Decision(Grade.GENERAL_2, frozenset({"phone"}), first)
    assert review(decision, second).outcome == "keep"


def test_other_rules_that_propose_the_same_ask_nobody() -> None:
    old = proposed("sfzh")
    new = replace(old, rules="other")
    assert review(Decision(Grade.GENERAL_2, frozenset({"resident_id"}), old), new).reason == "seen"
    assert review(Decision(old.grade, old.categories, old), new).reason == "agrees"


def test_a_category_that_nobody_saw_is_shown() -> None:
    old = proposed("memo", "已办结", "已受理")
    new = proposed("memo", "已办结", "申请人32090219900307001X来访", "经核320902199003070010无误")
    found = review(Decision(Grade.GENERAL_2, frozenset(), old), new)
    assert (found.outcome, found.reason) == ("propose", "new-category")
    assert found.categories == {"resident_id"}


def test_higher_and_lower_proposals_are_shown_where_the_person_followed_the_old_one() -> None:
    old = proposed("sfzh")
    follow = Decision(old.grade, old.categories, old)
    assert review(follow, replace(old, grade=Grade.GENERAL_4, rules="other")).reason == "higher"
    assert review(follow, replace(old, grade=Grade.GENERAL_2, rules="other")).reason == "lower"
    stricter = Decision(Grade.GENERAL_4, old.categories, old)
    assert review(stricter, replace(old, grade=Grade.GENERAL_2, rules="other")).reason == "stricter"


def test_a_field_that_became_another_is_shown() -> None:
    old = proposed("f1", comment="年度")
    new = proposed("f1", comment="身份证号")
    assert review(Decision(old.grade, old.categories, old), new).reason == "other-field"


def test_a_secret_is_shown_whatever_was_decided() -> None:
    old = proposed("nr", comment="内容")
    decision = Decision(Grade.CORE, frozenset({"secret"}), old)
    assert review(decision, proposed("nr", comment="涉密内容")).reason == "excluded"


# ---- rules


def test_the_digest_changes_with_any_letter() -> None:
    names = texts()["names"]
    assert read(texts()).digest == shipped().digest
    assert read(texts(names=names + "\n# other\n")).digest != shipped().digest


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("categories", "impact: [personal, general]", "impact: [nobody, general]", "nobody"),
        ("names", "category: resident_id", "category: residents", "residents"),
        ("levels", "unknown: general_2", "unknown: general_9", "general_9"),
        ("levels", "  core: {allow", "  kernel: {allow", "kernel"),
        ("recognisers", "base: 0.97", "base: 1.97", "less than or equal to 1"),
        ("words", "version:", "{version", "YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(file: str, old: str, new: str, told: str) -> None:
    wrong = texts()[file].replace(old, new, 1)
    with pytest.raises(RulesInvalid, match=file) as error:
        read(texts(**{file: wrong}))
    assert told in str(error.value)
    assert error.value.code == "grading-rules-invalid"


def test_a_missing_file_is_told() -> None:
    with pytest.raises(RulesInvalid, match=r"words\.yaml"):
        read({name: text for name, text in texts().items() if name != "words"})


def test_what_no_source_supports_says_so() -> None:
    """A category is confirmed only where the law that names it was read (rules/grading.yaml)."""
    sure = {code for code, each in shipped().categories.items() if not each.unconfirmed}
    assert sure == {
        *(
            "bank_account",
            "biometric",
            "religion",
            "special_identity",
            "health",
            "whereabouts",
            "minor",
        ),
    }
    assert all(shipped().categories[each].source for each in sure)
    assert all(each.unconfirmed for each in shipped().levels.volume)


GRADES = st.sampled_from(list(Grade))
CATEGORIES = st.sets(st.sampled_from(sorted(shipped().categories)))


@given(GRADES, GRADES, CATEGORIES, CATEGORIES)
def test_permitted_ways_never_widen_when_the_grade_rises_or_more_is_found(
    one: Grade, other: Grade, some: set[str], more: set[str]
) -> None:
    low, high = sorted((one, other))
    wide = {each.mode for each in permissions(low, some, shipped())}
    narrow = {each.mode for each in permissions(high, some | more, shipped())}
    assert narrow <= wide


@given(st.lists(st.tuples(GRADES, CATEGORIES), min_size=1, max_size=6), GRADES, CATEGORIES)
def test_another_field_never_lowers_a_set_nor_widens_its_ways(
    fields: list[tuple[Grade, set[str]]], grade: Grade, categories: set[str]
) -> None:
    rules = shipped()
    made = [holding(each, some, rules) for each, some in fields]
    before = grade_set(Resource(people=10**6), made, rules)
    after = grade_set(Resource(people=10**6), [*made, holding(grade, categories, rules)], rules)
    assert after.grade >= before.grade
    assert {each.mode for each in after.permitted} <= {each.mode for each in before.permitted}


ALLOWED: st.SearchStrategy[dict[str, list[str]]] = st.dictionaries(
    st.sampled_from(["download", "api", "sandbox", "aggregate", "intersection"]), st.just([])
)


@settings(max_examples=15)
@given(st.lists(ALLOWED, min_size=6, max_size=6))
def test_rules_by_which_a_higher_grade_permits_more_are_refused(
    tables: list[dict[str, list[str]]],
) -> None:
    document = yaml.safe_load(texts()["levels"])
    for each, allowed in zip(Grade, tables, strict=True):
        document["delivery"][each.code]["allow"] = allowed
    given = texts(levels=yaml.safe_dump(document))
    if any(set(high) - set(low) for low, high in pairwise(tables)):
        with pytest.raises(RulesInvalid) as refused:
            read(given)
        assert refused.value.place == "delivery"
    else:
        assert read(given).levels.delivery["core"].allow == tables[-1]


def test_a_proposal_is_the_same_after_it_was_stored() -> None:
    samples = tuple(f"1391234{n:04}" for n in range(50))
    for made in (*proposals("sfzh", "nd", "bz"), grader().propose(Field("x", samples=samples))):
        again = from_data(json.loads(json.dumps(to_data(made))))
        assert again == made
        assert again.digest == made.digest
        assert samples[0] not in json.dumps(to_data(made))
