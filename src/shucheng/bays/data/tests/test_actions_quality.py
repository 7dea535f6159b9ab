"""Resources are checked by rules; defects go to the holder, and the next check closes them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shucheng.bays.data.actions.quality import (
    CHECK_JOB,
    accept_defect,
    add_quality_rule,
    answer_defect,
    ask_for_check,
    check_due,
    check_quality,
    set_quality_rules,
    tell_late_defects,
)
from shucheng.bays.data.engine.quality.rules import read
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.quality import Defect, QualityCheck, QualityRules
from shucheng.bays.data.queries.quality import rules_of, suggested
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import add_fields, resource, with_file
from shucheng.kernel.public import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    ShuchengError,
    count_open_alerts,
    run_pending_jobs,
    system_actor,
)
from shucheng.lib.workdays import working_days_between

DAY = date(2026, 3, 2)
RULES = """
version: "1"
rules:
  - {code: name, dimension: completeness, check: present, fields: [qymc]}
  - {code: year, dimension: validity, check: range, fields: [nd], low: 2000, high: 2030}
"""
GOOD = "SELECT '企业' || i AS qymc, '2025' AS nd FROM range(10) t(i)"
BAD = GOOD.replace("'企业' || i", "CASE WHEN i < 2 THEN NULL ELSE '企' || i END").replace(
    "2025", "1900"
)
State = Defect.State


def ruled(cast: Cast, tmp_path: Path, sql: str = BAD, kind: str = "parquet") -> Resource:
    made = resource(cast.holder, "RES-1", "qymc:企业名称", "nd:年度")
    with_file(made, sql, tmp_path, kind)
    set_quality_rules("RES-1", RULES, number=0, actor=cast.holder)
    return made


def defects() -> dict[str, Defect]:
    return {each.rule: each for each in Defect.objects.order_by("pk")}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_check_counts_scores_and_routes_defects_with_a_day_in_working_days(
    cast: Cast, tmp_path: Path, kind: str
):
    ruled(cast, tmp_path, kind=kind)
    check = check_quality("RES-1", as_of=DAY, actor=cast.holder)
    assert check.rows == 10
    assert check.scores == {"completeness": 0.8, "validity": 0.0}
    assert {name: (d.failed, d.judged, d.state) for name, d in defects().items()} == {
        "name": (2, 10, State.OPEN),
        "year": (10, 10, State.OPEN),
    }
    assert working_days_between(DAY, defects()["name"].due) == 10


def test_the_next_check_closes_what_was_mended_and_opens_again_what_was_not(
    cast: Cast, tmp_path: Path
):
    made = ruled(cast, tmp_path)
    check_quality("RES-1", as_of=DAY, actor=cast.holder)
    for each in defects().values():
        answer_defect(each.pk, each.revision, "已改", mended=True, actor=cast.holder)
    assert {each.state for each in defects().values()} == {State.MENDED}
    with_file(made, BAD.replace("'1900'", "'2026'"), tmp_path)
    check_quality("RES-1", as_of=DAY + timedelta(days=30), actor=cast.holder)
    assert defects()["year"].state == State.CLOSED
    assert defects()["name"].state == State.OPEN
    assert defects()["name"].due > DAY + timedelta(days=30)
    with_file(made, GOOD, tmp_path)
    check_quality("RES-1", as_of=DAY + timedelta(days=60), actor=cast.holder)
    assert {each.state for each in defects().values()} == {State.CLOSED}
    assert Defect.objects.count() == 2


def test_an_accepted_explanation_holds_until_more_rows_fail(cast: Cast, tmp_path: Path):
    made = ruled(cast, tmp_path)
    check_quality("RES-1", as_of=DAY, actor=cast.holder)
    found = defects()["name"]
    with pytest.raises(Conflict):  # nothing was explained
        accept_defect(found.pk, found.revision, actor=cast.bureau)
    found = answer_defect(found.pk, found.revision, "历史数据", mended=False, actor=cast.holder)
    with pytest.raises(Forbidden):
        accept_defect(found.pk, found.revision, actor=cast.holder)
    accept_defect(found.pk, found.revision, actor=cast.bureau)
    check_quality("RES-1", as_of=DAY, actor=cast.holder)
    assert defects()["name"].state == State.ACCEPTED
    with_file(made, BAD.replace("i < 2", "i < 5"), tmp_path)
    check_quality("RES-1", as_of=DAY, actor=cast.holder)
    assert (defects()["name"].state, defects()["name"].failed) == (State.OPEN, 5)
    assert Defect.objects.filter(rule="name").count() == 2


def test_only_the_holder_answers_and_only_what_it_saw(cast: Cast, tmp_path: Path):
    ruled(cast, tmp_path)
    check_quality("RES-1", as_of=DAY, actor=cast.holder)
    found = defects()["name"]
    for actor in (cast.other, cast.operator, cast.auditor):
        with pytest.raises(Forbidden):
            answer_defect(found.pk, found.revision, "x", mended=True, actor=actor)
    with pytest.raises(Invalid):
        answer_defect(found.pk, found.revision, " ", mended=True, actor=cast.holder)
    answer_defect(found.pk, found.revision, "改", mended=True, actor=cast.holder)
    with pytest.raises(Conflict):
        answer_defect(found.pk, found.revision, "改", mended=True, actor=cast.holder)


def test_rules_and_checks_are_the_holders_and_the_bureaus(cast: Cast, tmp_path: Path):
    ruled(cast, tmp_path)
    for actor in (cast.other, cast.operator, cast.auditor, cast.leader):
        with pytest.raises(Forbidden):
            set_quality_rules("RES-1", RULES, number=1, actor=actor)
        with pytest.raises(Forbidden):
            check_quality("RES-1", actor=actor)
    with pytest.raises(NotFound):
        check_quality("RES-9", actor=cast.bureau)
    check_quality("RES-1", actor=cast.bureau)
    with pytest.raises(Conflict):
        set_quality_rules("RES-1", RULES, number=0, actor=cast.holder)


@pytest.mark.parametrize(
    "wrong",
    [
        "version: [",
        "version: '1'\nrules: [{code: a, dimension: validity, check: range, fields: [nd]}]",
        "version: '1'\nrules: [{code: a, dimension: validity, check: present, fields: [none]}]",
    ],
)
def test_rules_that_cannot_be_used_say_where(cast: Cast, wrong: str):
    resource(cast.holder, "RES-1", "nd")
    with pytest.raises(Invalid) as refused:
        set_quality_rules("RES-1", wrong, number=0, actor=cast.holder)
    assert refused.value.fields["text"]


def test_a_rule_with_an_open_defect_is_not_dropped_by_the_holder(cast: Cast, tmp_path: Path):
    ruled(cast, tmp_path)
    check_quality("RES-1", as_of=DAY, actor=cast.holder)
    without = RULES.replace("code: year", "code: jahr")
    with pytest.raises(Invalid) as refused:
        set_quality_rules("RES-1", without, number=1, actor=cast.holder)
    assert "year" in refused.value.fields["text"]
    set_quality_rules("RES-1", without, number=1, actor=cast.bureau)
    check_quality("RES-1", as_of=DAY, actor=cast.bureau)
    assert defects()["year"].state == State.CLOSED


def test_schema_and_grades_suggest_rules_that_can_be_used(cast: Cast):
    made = resource(
        cast.holder, "RES-1", "tyshxydm:代码", "yb:邮编", "gxsj:更新时间", "xzqhdm:区划"
    )
    add_fields(made, "je")
    Field.objects.filter(name="tyshxydm").update(categories=["credit_code"], key=True)
    Field.objects.filter(name="je").update(type="decimal(18,2)", nullable=False)
    text = suggested(made)
    checks = {(each.fields[0], each.check) for each in read(text).rules}
    assert checks == {
        ("tyshxydm", "present"),
        ("tyshxydm", "unique"),
        ("tyshxydm", "credit_code"),
        ("yb", "format"),
        ("gxsj", "fresh"),
        ("xzqhdm", "format"),
        ("xzqhdm", "known"),
        ("je", "present"),
        ("je", "type"),
    }
    assert set_quality_rules("RES-1", text, number=0, actor=cast.holder).number == 1


def test_a_rule_told_by_a_form_joins_the_others(cast: Cast, tmp_path: Path):
    made = ruled(cast, tmp_path)
    said: dict[str, Any] = {
        "code": "nd-listed",
        "dimension": "validity",
        "check": "listed",
        "fields": ["nd"],
    }
    with pytest.raises(Invalid):
        add_quality_rule("RES-1", said, number=1, actor=cast.holder)
    add_quality_rule("RES-1", {**said, "values": ["2025"]}, number=1, actor=cast.holder)
    newest = rules_of(made)
    assert newest
    assert [each.code for each in read(newest.text).rules] == ["name", "year", "nd-listed"]


def test_the_first_rule_told_by_a_form_stands_beside_what_is_suggested(cast: Cast):
    made = resource(cast.holder, "RES-1", "tyshxydm:统一社会信用代码", "nd:年度")
    Field.objects.filter(name="tyshxydm").update(key=True, categories=["credit_code"])
    proposed = [each.code for each in read(suggested(made)).rules]
    assert proposed
    said = {"code": "nd-listed", "dimension": "validity", "check": "listed", "fields": ["nd"],
            "values": ["2025"]}  # fmt: skip
    add_quality_rule("RES-1", said, number=0, actor=cast.holder)
    newest = rules_of(made)
    assert newest
    assert [each.code for each in read(newest.text).rules] == [*proposed, "nd-listed"]


def test_areas_are_compared_with_the_official_list(cast: Cast, tmp_path: Path):
    made = resource(cast.holder, "RES-1", "xzqhdm:区划代码")
    with_file(made, "SELECT unnest(['320902', '999999']) AS xzqhdm", tmp_path)
    rules = (
        "version: '1'\nrules: [{code: a, dimension: accuracy, check: known, fields: [xzqhdm], "
        "reference: areas, keys: [code]}]"
    )
    set_quality_rules("RES-1", rules, number=0, actor=cast.holder)
    assert check_quality("RES-1", actor=cast.holder).scores == {"accuracy": 0.5}


def test_examples_are_masked_and_sensitive_fields_have_none(cast: Cast, tmp_path: Path):
    made = resource(cast.holder, "RES-1", "lxdh:电话", "zh:账号")
    Field.objects.filter(name="zh").update(categories=["bank_account"])
    with_file(made, "SELECT '13912345678x' AS lxdh, '6222020000000000' AS zh", tmp_path)
    rules = (
        "version: '1'\nrules:\n"
        "  - {code: p, dimension: validity, check: format, fields: [lxdh], format: mobile}\n"
        "  - {code: b, dimension: validity, check: length, fields: [zh], high: 3}\n"
    )
    set_quality_rules("RES-1", rules, number=0, actor=cast.holder)
    check = check_quality("RES-1", actor=cast.holder)
    told = {each["rule"]: each["examples"] for each in check.profile["outcomes"]}
    assert told["b"] == []
    assert told["p"] == ["139*********"]
    assert "13912345678x" not in str(check.profile)


def test_a_resource_without_rows_here_is_told_so(cast: Cast):
    resource(cast.holder, "RES-1", "nd")
    with pytest.raises(ShuchengError) as refused:
        check_quality("RES-1", actor=cast.holder)
    assert refused.value.code == "quality.no_data"
    with pytest.raises(ShuchengError):
        ask_for_check("RES-1", actor=cast.holder)


def test_a_field_that_the_rows_do_not_have_is_named(cast: Cast, tmp_path: Path):
    made = ruled(cast, tmp_path)
    with_file(made, "SELECT 1 AS nd", tmp_path)
    with pytest.raises(Invalid) as refused:
        check_quality("RES-1", actor=cast.holder)
    assert "qymc" in refused.value.fields["text"]
    assert not QualityCheck.objects.exists()


def test_what_is_due_is_checked_and_who_is_late_is_told(cast: Cast, tmp_path: Path):
    made = ruled(cast, tmp_path)
    clock = system_actor("job")
    assert check_due(actor=clock) == {"checked": 1, "failed": 0}
    assert check_due(actor=clock) == {"checked": 0, "failed": 0}
    with_file(made, BAD.replace("i < 2", "i < 3"), tmp_path)
    assert check_due(actor=clock)["checked"] == 1
    late = defects()["name"].due + timedelta(days=1)
    assert tell_late_defects(actor=clock, today=defects()["name"].due) == 0
    assert tell_late_defects(actor=clock, today=late) == 1
    assert count_open_alerts(actor=cast.holder) == 1
    assert count_open_alerts(actor=cast.other) == 0


def test_a_check_that_was_asked_for_runs_in_the_background(cast: Cast, tmp_path: Path):
    ruled(cast, tmp_path)
    ask_for_check("RES-1", actor=system_actor("job"))
    run_pending_jobs()
    assert QualityCheck.objects.count() == 1
    assert CHECK_JOB == "data.check_quality"


@pytest.mark.django_db(transaction=True)
def test_checks_and_rules_cannot_be_rewritten(cast: Cast, tmp_path: Path):
    ruled(cast, tmp_path)
    check_quality("RES-1", actor=cast.holder)
    for rows in (QualityCheck.objects, QualityRules.objects):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.all().delete()
