"""From a file to a version that can be reviewed."""

import pytest

from shucheng.kernel.public import Actor, Forbidden, Invalid, run_pending_jobs
from shucheng.plan.actions.load import compile_version, discard_version, load_plan
from shucheng.plan.models import Item, ItemKind, Plan, PlanVersion, VersionState
from shucheng.plan.tests.conftest import TEXT, loaded


def test_everything_found_is_laid_out_for_review(in_review: PlanVersion) -> None:
    assert in_review.state == VersionState.REVIEW
    assert in_review.title == "蓝川市数字经济发展三年行动计划(2025-2027年)"
    assert (in_review.period_start, in_review.period_end) == (2025, 2027)
    count = {kind: in_review.items.filter(kind=kind).count() for kind in ItemKind.values}
    assert count["indicator"] == 2
    assert count["work_point"] == 2
    assert count["task"] == 2
    assert count["target"] == 7
    for item in in_review.items.all():
        assert 0 <= item.span_start < item.span_end <= len(in_review.text)


def test_the_text_is_kept_as_it_was_handed_in(in_review: PlanVersion) -> None:
    assert in_review.text == TEXT


def test_each_target_quotes_the_text(in_review: PlanVersion) -> None:
    for item in in_review.items.filter(kind=ItemKind.TARGET):
        assert in_review.text[item.span_start : item.span_end] == item.data["quote"]


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(office: Actor) -> None:
    version = loaded("   \n \n", office)
    assert version.state == VersionState.FAILED
    assert version.error["code"]
    assert version.error["message"]
    assert version.error["hint"]
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_an_empty_upload_is_refused_at_once(office: Actor) -> None:
    with pytest.raises(Invalid):
        load_plan("计划.txt", b"", actor=office)
    assert not Plan.objects.exists()


@pytest.mark.django_db
def test_only_the_plan_office_loads_plans(liaison: Actor) -> None:
    with pytest.raises(Forbidden):
        load_plan("计划.txt", TEXT.encode(), actor=liaison)


def test_compiling_twice_changes_nothing(in_review: PlanVersion, office: Actor) -> None:
    before = list(in_review.items.values_list("pk", "data"))
    compile_version(in_review.pk, actor=office)
    run_pending_jobs()
    assert list(in_review.items.values_list("pk", "data")) == before


def test_a_discarded_version_stays_readable_and_is_not_in_force(
    in_review: PlanVersion, office: Actor
) -> None:
    version = discard_version(in_review.pk, actor=office)
    assert version.state == VersionState.DISCARDED
    assert version.text


def test_a_second_plan_of_the_same_name_gets_a_code_of_its_own(
    in_review: PlanVersion, office: Actor
) -> None:
    other = loaded(TEXT, office)
    assert other.plan_id != in_review.plan_id
    assert other.plan.code != in_review.plan.code
