"""One version is in force for the city; what is a revision of what; what can be taken back."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import translation

from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid, run_pending_jobs
from shucheng.plan.actions import review
from shucheng.plan.actions.force import make_current, move_version
from shucheng.plan.actions.load import discard_version, load_plan, remove_upload
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.compiler.errors import REASONS, PlanUnreadable
from shucheng.plan.models import Plan, PlanVersion, VersionState
from shucheng.plan.queries.explain import indicator_of
from shucheng.plan.queries.plans import (
    comparable,
    filing,
    read_plans,
)
from shucheng.plan.queries.publication import publication
from shucheng.plan.queries.unreadable import DETAILS, TEXTS, unreadable
from shucheng.plan.queries.versions import current_version
from shucheng.plan.tests.conftest import TEXT, loaded

OTHER = TEXT.replace("蓝川市数字经济发展三年行动计划", "蓝川市算力发展三年行动计划").replace(
    "300亿元", "400亿元"
)


def published_version(text: str, office: Actor, plan_code: str = "") -> PlanVersion:
    version = loaded(text, office, plan_code=plan_code)
    return publish_version(version.pk, version.revision, actor=office)


def audited(code: str) -> list[str]:
    """What the audit log says of an action: the ids of the objects it was done to."""
    entries = apps.get_model("audit", "AuditEntry").objects.filter(code=code, success=True)
    return list(entries.values_list("object_id", flat=True))


@pytest.mark.django_db
def test_of_two_who_load_files_of_one_name_at_once_the_second_takes_the_next_code(
    office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_plan("草案.txt", TEXT.encode(), actor=office).plan
    # What the second saw before the first was committed.
    monkeypatch.setattr(Plan.objects, "filter", lambda **_: Plan.objects.none())
    second = load_plan("草案.txt", TEXT.encode(), actor=office).plan
    assert (first.code, second.code) == ("plan", "plan-2")


# -- in force ------------------------------------------------------------------------------------


def test_publishing_another_plan_takes_the_first_out_of_force(
    published: PlanVersion, office: Actor
) -> None:
    other = published_version(OTHER, office)
    published.refresh_from_db()
    assert published.state == VersionState.SUPERSEDED
    assert current_version() == other
    assert PlanVersion.objects.filter(state=VersionState.PUBLISHED).count() == 1


def test_the_database_itself_refuses_a_second_version_in_force(
    published: PlanVersion, office: Actor
) -> None:
    other = loaded(OTHER, office)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanVersion.objects.filter(pk=other.pk).update(state=VersionState.PUBLISHED)


def test_a_former_version_is_put_in_force_again_and_its_indicators_with_it(
    published: PlanVersion, office: Actor
) -> None:
    code = published.indicators.get(no=1).code
    raised = TEXT.replace("200 | 250 | 300", "200 | 250 | 320")
    later = published_version(raised, office, published.plan.code)
    assert indicator_of(code).path.get(year=2027).value == 320
    again = make_current(published.pk, actor=office)
    assert (again.state, current_version()) == (VersionState.PUBLISHED, again)
    later.refresh_from_db()
    assert later.state == VersionState.SUPERSEDED
    assert indicator_of(code).path.get(year=2027).value == 300
    assert audited("plan.version.put_in_force") == [str(published.pk)]


def test_only_the_plan_office_puts_in_force_and_only_what_was_published(
    in_review: PlanVersion, office: Actor, liaison: Actor
) -> None:
    with pytest.raises(Forbidden):
        make_current(in_review.pk, actor=liaison)
    with pytest.raises(Conflict):
        make_current(in_review.pk, actor=office)


# -- a revision of what --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("甲市行动计划(2025-2027年)", "甲市行动计划（2025—2027年）", True),
        ("甲市行动计划(2025-2027年)", "《甲市行动计划 (2025-2027年)》", True),
        ("甲市行动计划", "甲市行动计划(征求意见稿)", True),
        ("甲市行动计划", "甲市行动计划（2026年修订）", True),
        ("甲市行动计划(2025-2027年)", "甲市行动计划(2028-2030年)", False),
        ("甲市行动计划", "乙市行动计划", False),
    ],
)
def test_titles_that_say_the_same(left: str, right: str, same: bool) -> None:
    assert (comparable(left) == comparable(right)) is same


def test_a_text_becomes_a_revision_of_the_plan_that_bears_its_title(
    published: PlanVersion, office: Actor
) -> None:
    version = load_plan("新稿.txt", TEXT.encode(), by_title=True, actor=office)
    placeholder = version.plan
    run_pending_jobs()
    version.refresh_from_db()
    assert version.plan == published.plan
    assert not Plan.objects.filter(pk=placeholder.pk).exists()
    other = load_plan("别的.txt", OTHER.encode(), by_title=True, actor=office)
    run_pending_jobs()
    other.refresh_from_db()
    assert other.plan != published.plan


def test_a_text_loaded_as_new_is_told_that_its_title_is_known(
    published: PlanVersion, office: Actor
) -> None:
    version = loaded(TEXT, office)
    own = version.plan
    filed = filing(version, actor=office)
    assert filed is not None
    assert filed.bears_title_of == published.plan
    version = move_version(version.pk, published.plan.code, actor=office)
    assert version.plan == published.plan
    assert not Plan.objects.filter(pk=own.pk).exists()
    filed = filing(version, actor=office)
    assert filed is not None
    assert filed.bears_title_of is None
    version = publish_version(version.pk, version.revision, actor=office)
    assert version.number == 2
    codes = set(published.indicators.values_list("code", flat=True))
    assert set(version.indicators.values_list("code", flat=True)) == codes


def test_a_revision_with_another_title_can_become_a_plan_of_its_own(
    published: PlanVersion, office: Actor
) -> None:
    version = loaded(OTHER, office, plan_code=published.plan.code)
    filed = filing(version, actor=office)
    assert filed is not None
    assert filed.another_title
    version = move_version(version.pk, actor=office)
    assert version.plan != published.plan
    assert version.plan.title == version.title
    filed = filing(version, actor=office)
    assert filed is not None
    assert not filed.another_title


def test_a_published_version_is_not_moved(published: PlanVersion, office: Actor) -> None:
    with pytest.raises(Conflict):
        move_version(published.pk, actor=office)


# -- files that are no plans ---------------------------------------------------------------------


@pytest.mark.django_db
def test_a_failed_upload_is_no_plan_to_revise_and_can_be_removed(
    office: Actor, liaison: Actor
) -> None:
    version = loaded("  \n", office)
    assert version.state == VersionState.FAILED
    assert read_plans(actor=office) == []
    with pytest.raises(Forbidden):
        remove_upload(version.pk, actor=liaison)
    assert remove_upload(version.pk, actor=office) == "计划.txt"
    assert not PlanVersion.objects.exists()
    assert not Plan.objects.exists()
    assert len(audited("plan.version.removed")) == 1


def test_what_could_be_read_is_laid_aside_and_never_removed(
    in_review: PlanVersion, office: Actor
) -> None:
    with pytest.raises(Conflict):
        remove_upload(in_review.pk, actor=office)
    discard_version(in_review.pk, actor=office)
    with pytest.raises(Conflict):
        remove_upload(in_review.pk, actor=office)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["表.csv", "数据.xlsx", "图.png", "无后缀"])
def test_only_kinds_of_plans_are_taken_and_named(office: Actor, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        load_plan(name, b"a,b\n1,2\n", actor=office)
    assert refused.value.code == "plan.file_kind"
    for kind in ("xlsx", "csv", "png", "parquet"):
        assert kind not in refused.value.next_step


@pytest.mark.django_db
def test_a_broken_word_file_is_told_only_kinds_of_plans(office: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        load_plan("坏.docx", b"PK\x03\x04 nothing", actor=office)
    assert ".docx" in refused.value.next_step
    assert "xlsx" not in refused.value.next_step


def test_each_reason_of_the_compiler_has_its_sentence_in_the_language_of_the_reader() -> None:
    with translation.override("en"):
        said = {code: tuple(map(str, texts)) for code, texts in TEXTS.items()}
    assert said == {code: tuple(reason) for code, reason in REASONS.items()}
    with translation.override("zh-hans"):
        for code in REASONS:
            values = {"reason": "no zip directory", "what": "an Excel workbook"}
            found = unreadable({"code": code, "values": {**values, "limit": 9, "limit_mb": 9}})
            for text in (found.message, found.next_step):
                assert any("一" <= sign <= "鿿" for sign in text), text
                assert "{" not in text
                assert "archive" not in text


def test_details_are_translated_too() -> None:
    error = PlanUnreadable("plan.docx_bomb", reason="word/document.xml has over 9 tags")
    stored = {"code": error.code, "values": error.values}
    with translation.override("zh-hans"):
        assert "word/document.xml超过9个标签" in unreadable(stored).message
        untranslated = {text for text in DETAILS if translation.gettext(text) == text}
    assert not untranslated


# -- before publishing ---------------------------------------------------------------------------


def test_what_publishing_will_do_is_counted_by_kind(in_review: PlanVersion, office: Actor) -> None:
    first, second, third, *_rest = in_review.items.filter(kind="target")
    review.accept_item(first.pk, first.revision, actor=office)
    review.reject_item(second.pk, second.revision, actor=office)
    review.correct_item(third.pk, third.revision, {"value": "5"}, actor=office)
    found = publication(in_review.pk, actor=office)
    targets = found.kinds[0]
    assert (targets.accepted, targets.rejected, targets.corrected, targets.undecided) == (
        *(1, 1, 1),
        4,
    )
    assert targets.published == 6
    assert found.undecided == in_review.items.count() - 3
    assert (found.number, found.in_force, found.difference) == (1, None, None)
    version = publish_version(
        in_review.pk, in_review.revision, decisions=found.decisions, actor=office
    )
    assert version.targets.count() == targets.published


def test_the_difference_is_to_what_is_in_force(published: PlanVersion, office: Actor) -> None:
    other = loaded(OTHER, office)
    found = publication(other.pk, actor=office)
    assert found.in_force == published
    assert found.replaces_another_plan
    assert found.difference is None, "of two plans nothing is raised or lowered"
    again = loaded(TEXT, office)
    found = publication(again.pk, actor=office)
    assert found.replaces_another_plan
    assert found.difference is not None, "the same plan, filed apart"
    revision = loaded(TEXT, office, plan_code=published.plan.code)
    found = publication(revision.pk, actor=office)
    assert not found.replaces_another_plan
    assert found.number == 2
    assert found.difference is not None
    assert found.difference.lines == ()


def test_a_decision_taken_after_looking_is_a_conflict(
    in_review: PlanVersion, office: Actor
) -> None:
    looked = publication(in_review.pk, actor=office).decisions
    item = in_review.items.first()
    assert item is not None
    review.accept_item(item.pk, item.revision, actor=office)
    with pytest.raises(Conflict):
        publish_version(in_review.pk, in_review.revision, decisions=looked, actor=office)


def test_publishing_is_asked_anew_when_the_version_was_filed_elsewhere(
    published: PlanVersion, office: Actor
) -> None:
    version = loaded(OTHER, office)
    asked = publication(version.pk, actor=office).version.revision
    move_version(version.pk, published.plan.code, actor=office)
    with pytest.raises(Conflict):
        publish_version(version.pk, asked, actor=office)


@pytest.mark.django_db
def test_a_placeholder_that_holds_another_upload_stays(
    published: PlanVersion, office: Actor
) -> None:
    version = load_plan("新稿.txt", TEXT.encode(), by_title=True, actor=office)
    placeholder = version.plan
    load_plan("又稿.txt", TEXT.encode(), plan_code=placeholder.code, actor=office)
    run_pending_jobs()
    version.refresh_from_db()
    assert version.plan == published.plan
    assert placeholder.versions.count() == 1
