"""Grades are proposed by rules in bulk and decided by people, and no decision changes by itself."""

import random
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shucheng.bays.data.actions.grading import Answer, decide_grades, grade_resources
from shucheng.bays.data.actions.grading_proposals import Graded
from shucheng.bays.data.actions.grading_rules import decide_rules, propose_rules
from shucheng.bays.data.engine.grading.model import grade as grade_of
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.grading import GradeDecision, GradeProposal, RulesProposal
from shucheng.bays.data.queries.data_files import samples_of
from shucheng.bays.data.queries.grading import modes_of, standing_of
from shucheng.bays.data.queries.grading_rules import preview, rules_in_force, texts_in_force
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import FIRMS, PEOPLE, add_fields, resource, with_file
from shucheng.kernel.public import Conflict, Forbidden, Invalid, NotFound, run_pending_jobs

State = GradeProposal.State


def proposals(of: Resource) -> dict[str, GradeProposal]:
    rows = GradeProposal.objects.filter(field__resource=of).select_related("field")
    return {row.field.name: row for row in rows}


def accepting(of: Resource, **more: Any) -> list[Answer]:
    return [Answer(row.field_id, row.digest, **more) for row in proposals(of).values()]


def test_fields_are_proposed_by_name_and_only_what_changed_is_proposed_again(cast: Cast):
    made = resource(cast.holder, "RES-1", *PEOPLE)
    assert grade_resources(actor=cast.holder) == Graded(4, 4, 0)
    assert {name: row.grade for name, row in proposals(made).items()} == {
        "xingming": "general_2",
        "sfzh": "general_3",
        "lxdh": "general_3",
        "nd": "general_1",
    }
    assert grade_resources(actor=cast.holder) == Graded(0, 4, 0)
    Field.objects.filter(resource=made, name="nd").update(title="诊断结果")
    assert grade_resources(actor=cast.holder).proposed == 1
    assert proposals(made)["nd"].categories == ["health"]


def test_a_department_has_its_own_resources_proposed_and_no_other(cast: Cast):
    resource(cast.holder, "RES-1")
    resource(cast.other, "RES-2")
    assert grade_resources(actor=cast.holder).looked == len(FIRMS)
    assert grade_resources(["RES-2"], actor=cast.holder).looked == 0
    assert grade_resources(actor=cast.bureau).looked == 2 * len(FIRMS)


def test_values_that_were_looked_at_are_kept_nowhere_and_count_for_more_than_a_name(
    cast: Cast, tmp_path: Path
):
    made = resource(cast.holder, "RES-1", "bz:备注")
    number = "320902199001011236"
    with_file(made, "SELECT '320902199001011236' AS bz FROM range(50)", tmp_path)
    grade_resources(actor=cast.bureau)
    assert not proposals(made)["bz"].sampled
    grade_resources(actor=cast.bureau, samples=samples_of)
    row = proposals(made)["bz"]
    assert row.sampled
    assert "resident_id" in row.categories
    assert number not in str(row.content)
    # The file is out of reach for once: what was seen in it still counts.
    assert grade_resources(actor=cast.bureau).proposed == 0
    assert proposals(made)["bz"].sampled


def test_what_is_accepted_becomes_the_grade_of_field_and_resource_and_leaves_a_leaf(cast: Cast):
    made = resource(cast.holder, "RES-1", *PEOPLE)
    grade_resources(actor=cast.holder)
    assert not modes_of(made).decided
    assert decide_grades(accepting(made), actor=cast.reviewer) == 4
    made.refresh_from_db()
    assert made.grade == "general_3"
    assert [each["mode"] for each in made.modes] == ["api", "sandbox", "aggregate", "intersection"]
    assert modes_of(made).decided
    assert modes_of(made).condition_of("download") is None
    assert "masked" in (modes_of(made).condition_of("api") or ())
    assert Field.objects.get(name="sfzh").grade == "general_3"
    leaf = EvidenceEvent.objects.get(kind="grading.decided")
    assert (leaf.about, leaf.content["fields"], leaf.content["grade"]) == ("RES-1", 4, "general_3")


def test_to_decide_otherwise_takes_a_reason(cast: Cast):
    made = resource(cast.holder, "RES-1", "nd:年度")
    grade_resources(actor=cast.holder)
    higher = accepting(made, grade="general_4")
    with pytest.raises(Invalid) as refused:
        decide_grades(higher, actor=cast.reviewer)
    assert set(refused.value.fields) == {"reason"}
    assert not GradeDecision.objects.exists()
    decide_grades(higher, reason="内部编号规则可推断个人", actor=cast.reviewer)
    made.refresh_from_db()
    assert made.grade == "general_4"


@pytest.mark.parametrize("wrong", [{"grade": "secret"}, {"categories": ["nonsense"]}])
def test_grades_and_categories_are_those_of_the_rules(cast: Cast, wrong: dict[str, Any]):
    made = resource(cast.holder)
    grade_resources(actor=cast.holder)
    with pytest.raises(Invalid):
        decide_grades(accepting(made, **wrong), reason="x", actor=cast.reviewer)


def test_only_a_reviewer_of_the_holder_and_the_bureau_decide(cast: Cast):
    made = resource(cast.holder)
    grade_resources(actor=cast.holder)
    for actor in (cast.holder, cast.other, cast.operator, cast.auditor, cast.leader):
        with pytest.raises(Forbidden):
            decide_grades(accepting(made), actor=actor)
    theirs = resource(cast.other, "RES-2")
    grade_resources(actor=cast.bureau)
    with pytest.raises(Forbidden):  # all or none: one of them is another's
        decide_grades([*accepting(made), *accepting(theirs)], actor=cast.reviewer)
    assert not GradeDecision.objects.exists()
    assert decide_grades([*accepting(made), *accepting(theirs)], actor=cast.bureau) == 6


def test_who_looked_at_an_older_proposal_is_told_so(cast: Cast):
    made = resource(cast.holder, "RES-1", "nd:年度")
    grade_resources(actor=cast.holder)
    seen = accepting(made)
    Field.objects.update(title="诊断结果")
    grade_resources(actor=cast.holder)
    with pytest.raises(Conflict):
        decide_grades(seen, actor=cast.reviewer)
    with pytest.raises(NotFound):
        decide_grades([Answer(10**9, "x")], actor=cast.reviewer)
    with pytest.raises(Invalid):
        decide_grades([], actor=cast.reviewer)


def test_a_decision_is_asked_for_again_and_never_changed_by_a_run(cast: Cast):
    made = resource(cast.holder, "RES-1", "nd:年度")
    grade_resources(actor=cast.holder)
    decide_grades(accepting(made), actor=cast.reviewer)
    Field.objects.update(title="诊断结果")
    assert grade_resources(actor=cast.holder).again == 1
    field, row = Field.objects.get(), proposals(made)["nd"]
    assert (field.grade, field.categories) == ("general_1", ["public"])
    assert (row.state, row.why_again) == (State.AGAIN, "other-field")
    # Until a person decides, the higher of both decides how it may be delivered.
    assert standing_of(made).of.grade.code == "general_4"
    made.refresh_from_db()
    assert "download" not in [each["mode"] for each in made.modes]
    decide_grades(accepting(made), actor=cast.reviewer)
    assert [each.grade for each in GradeDecision.objects.all()] == ["general_1", "general_4"]
    assert proposals(made)["nd"].state == State.DECIDED


def test_a_decision_that_still_stands_is_not_asked_for(cast: Cast):
    made = resource(cast.holder, "RES-1", "nd:年度")
    grade_resources(actor=cast.holder)
    decide_grades(accepting(made, grade="general_3"), reason="从严", actor=cast.reviewer)
    Field.objects.update(type="integer")  # seen anew, and nothing new is found
    assert grade_resources(actor=cast.holder) == Graded(1, 1, 0 + 1)
    row = proposals(made)["nd"]
    assert row.why_again == "other-field"
    decide_grades(accepting(made, grade="general_3"), reason="从严", actor=cast.reviewer)
    assert grade_resources(actor=cast.holder) == Graded(0, 1, 0)


def test_a_field_that_nobody_graded_ranks_as_an_unknown(cast: Cast):
    made = resource(cast.holder, "RES-1", "nd:年度")
    grade_resources(actor=cast.holder)
    decide_grades(accepting(made), actor=cast.reviewer)
    add_fields(made, "new")
    stands = standing_of(made)
    assert (stands.of.grade.code, stands.open) == (rules_in_force().levels.unknown, 1)


def test_rules_are_proposed_by_one_and_published_by_another_and_everything_is_proposed_anew(
    cast: Cast, second_bureau: Any
):
    made = resource(cast.holder, "RES-1", "nd:年度")
    grade_resources(actor=cast.holder)
    decide_grades(accepting(made), actor=cast.reviewer)
    number, texts = texts_in_force()
    harsher = texts["categories"].replace(
        "code: public, zh: 公开或管理字段, en: Published or administrative field, "
        "subject: public, impact: [organisation, none]",
        "code: public, zh: 公开或管理字段, en: Published or administrative field, "
        "subject: public, impact: [organisation, serious]",
    )
    shown = preview({**texts, "categories": harsher}, actor=cast.bureau)
    assert [(m.before.code, m.after.code, m.fields) for m in shown.moved] == [
        ("general_1", "general_3", 1)
    ]
    assert "+  - {code: public" in shown.lines
    proposed = propose_rules({"categories": harsher}, number=number, reason="试", actor=cast.bureau)
    with pytest.raises(Forbidden):
        decide_rules(proposed.pk, 0, publish=True, reason="好", actor=cast.bureau)
    decided = decide_rules(proposed.pk, 0, publish=True, reason="好", actor=second_bureau)
    assert (decided.state, texts_in_force()[0]) == (RulesProposal.State.PUBLISHED, 1)
    run_pending_jobs()
    row = proposals(made)["nd"]
    assert (row.state, row.why_again, row.grade) == (State.AGAIN, "higher", "general_3")
    assert Field.objects.get().grade == "general_1"


def test_rules_that_cannot_be_used_name_file_and_place(cast: Cast):
    number, texts = texts_in_force()
    for file, text, place in (
        (
            "levels",
            texts["levels"].replace("unknown: general_2", "unknown: general_9"),
            "general_9",
        ),
        ("names", "version: [", "names.yaml"),
        (  # a higher grade that permits more
            "levels",
            texts["levels"].replace("core: {allow: {}", "core: {allow: {download: []}"),
            "core permits download",
        ),
    ):
        with pytest.raises(Invalid) as refused:
            propose_rules({file: text}, number=number, reason="试", actor=cast.bureau)
        assert place in refused.value.fields[file]


def test_a_category_that_was_decided_stays_in_the_rules(cast: Cast):
    made = resource(cast.holder, "RES-1", "nd:年度")
    grade_resources(actor=cast.holder)
    answer = accepting(made, categories=["email"])
    decide_grades(answer, reason="实为邮箱", actor=cast.reviewer)
    number, texts = texts_in_force()
    kept = [line for line in texts["categories"].splitlines() if "code: email" not in line]
    others = {
        name: "\n".join(each for each in texts[name].splitlines() if "category: email" not in each)
        for name in ("names", "recognisers")
    }
    with pytest.raises(Invalid) as refused:
        propose_rules(
            {"categories": "\n".join(kept), **others}, number=number, reason="试", actor=cast.bureau
        )
    assert "email" in refused.value.fields["categories"]


def test_rules_are_the_bureaus_and_an_outdated_proposal_is_refused(cast: Cast, second_bureau: Any):
    number, texts = texts_in_force()
    changed = {"words": texts["words"] + "\n# 注\n"}
    for actor in (cast.holder, cast.reviewer, cast.operator, cast.auditor):
        with pytest.raises(Forbidden):
            propose_rules(changed, number=number, reason="试", actor=actor)
    with pytest.raises(Invalid):
        propose_rules(changed, number=number, reason=" ", actor=cast.bureau)
    with pytest.raises(Invalid):
        propose_rules(texts, number=number, reason="试", actor=cast.bureau)
    one = propose_rules(changed, number=number, reason="试", actor=cast.bureau)
    two = propose_rules(changed, number=number, reason="又", actor=cast.bureau)
    decide_rules(one.pk, 0, publish=True, reason="好", actor=second_bureau)
    with pytest.raises(Conflict):
        decide_rules(two.pk, 0, publish=True, reason="好", actor=second_bureau)
    decide_rules(two.pk, 0, publish=False, reason="过时", actor=second_bureau)
    with pytest.raises(Conflict):
        propose_rules(changed, number=number, reason="试", actor=cast.bureau)


@pytest.mark.django_db(transaction=True)
def test_decisions_cannot_be_rewritten(cast: Cast):
    made = resource(cast.holder)
    grade_resources(actor=cast.holder)
    decide_grades(accepting(made), actor=cast.reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        GradeDecision.objects.update(grade="general_1")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_and_however_often_it_runs_the_newest_decision_holds(
    cast: Cast, seed: int
):
    rng = random.Random(seed)
    made = resource(cast.holder, "RES-1", *PEOPLE)
    titles = ("年度", "诊断结果", "手机号", "备注", "身份证号")
    last: dict[int, str] = {}
    for _step in range(25):
        field = rng.choice(list(Field.objects.filter(resource=made)))
        what = rng.choice(("rename", "run", "run", "accept", "otherwise"))
        if what == "rename":
            Field.objects.filter(pk=field.pk).update(title=rng.choice(titles))
        elif what == "run":
            values = rng.choice(((), ("13912345678",) * 30))
            grade_resources(
                actor=cast.holder, samples=lambda _r, names, _n, v=values: dict.fromkeys(names, v)
            )
        elif (row := GradeProposal.objects.filter(field=field).first()) is not None:
            grade = row.grade if what == "accept" else rng.choice(("general_1", "important"))
            answer = Answer(field.pk, row.digest, grade)
            decide_grades([answer], reason="试", actor=cast.reviewer)
            last[field.pk] = grade
        for each in Field.objects.filter(resource=made):
            assert each.grade == last.get(each.pk, "")
            held = GradeProposal.objects.filter(field=each).first()
            if held and held.state == State.DECIDED:
                assert each.pk in last
        stands, highest = standing_of(made), max((grade_of(g) for g in last.values()), default=None)
        assert highest is None or stands.of.grade >= highest
