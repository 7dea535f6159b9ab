"""A revision takes over what was decided in the version before, where the text is the same."""

import pytest
from django.apps import apps
from django.test import Client

from shucheng.kernel.public import Actor
from shucheng.plan.actions import review
from shucheng.plan.actions.force import move_version
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import Decision, Item, ItemKind, PlanVersion
from shucheng.plan.queries.difference import difference
from shucheng.plan.tests.conftest import TEXT, loaded
from shucheng.plan.tests.test_web import office_browser

__all__ = ["office_browser"]

REVISED = TEXT.replace("全市算力规模达到5000P。", "全市算力规模达到6000P。")


def target(version: PlanVersion, words: str) -> Item:
    return version.items.get(kind=ItemKind.TARGET, data__quote__icontains=words)


@pytest.fixture
def decided(in_review: PlanVersion, office: Actor) -> PlanVersion:
    """Version 1: one corrected, one rejected, one added, one accepted, a finding noted."""
    corrected = target(in_review, "80亿元")
    review.correct_item(corrected.pk, 0, {"value": "90"}, "会议纪要", actor=office)
    rejected = target(in_review, "软件园区3个")
    review.reject_item(rejected.pk, 0, "背景", actor=office)
    accepted = target(in_review, "300亿元")
    review.accept_item(accepted.pk, 0, actor=office)
    data = {"subject": "软件企业引进", "comparator": ">=", "value": "5", "kind": "annual"}
    review.add_item(in_review.pk, "target", data, (0, 0), quote="引进培育软件企业", actor=office)
    finding = in_review.findings.first()
    assert finding is not None
    review.note_finding(finding.pk, "以附件为准", actor=office)
    return publish_version(in_review.pk, in_review.revision, actor=office)


def test_decisions_hold_on_where_the_sentence_and_what_is_found_are_the_same(
    decided: PlanVersion, office: Actor
) -> None:
    later = loaded(REVISED, office, plan_code=decided.plan.code)
    corrected = target(later, "80亿元")
    assert (corrected.decision, corrected.data["value"]) == (Decision.CORRECTED, 90)
    assert (corrected.compiled["value"], corrected.note) == (80, "会议纪要")
    assert target(later, "软件园区3个").decision == Decision.REJECTED
    assert target(later, "300亿元").decision == Decision.ACCEPTED
    added = later.items.get(compiled__isnull=True)
    assert (added.decision, added.data["subject"]) == (Decision.ADDED, "软件企业引进")
    assert later.text[added.span_start : added.span_end] == "引进培育软件企业"
    assert target(later, "6000P").decision == Decision.OPEN
    first = decided.findings.exclude(noted="").get()
    again = later.findings.get(rule=first.rule, message_zh=first.message_zh)
    assert (again.noted, again.carried) == ("以附件为准", 1)
    carried = later.items.exclude(carried=None)
    assert set(carried.values_list("carried", flat=True)) == {1}
    assert carried.count() == 4


def test_who_decided_and_when_is_kept_and_said_and_audited_once(
    decided: PlanVersion, office: Actor, office_browser: Client
) -> None:
    entries = apps.get_model("audit", "AuditEntry").objects.all()
    decided_before = entries.filter(code__startswith="plan.item").count()
    later = loaded(REVISED, office, plan_code=decided.plan.code)
    before, now = target(decided, "80亿元"), target(later, "80亿元")
    assert (now.decided_at, now.decided_by_id) == (before.decided_at, before.decided_by_id)
    page = office_browser.get(f"/plan/{later.pk}/review/").content.decode()
    assert page.count("沿用第1版：") == 4
    assert "第1版的审阅决定在原文未变处沿用" in page
    compiled = entries.get(code="plan.version.compiled", object_id=str(later.pk))
    assert "corrected" in compiled.changes + compiled.facts
    assert entries.filter(code__startswith="plan.item").count() == decided_before


def test_what_is_carried_is_undone_like_any(decided: PlanVersion, office: Actor) -> None:
    later = loaded(REVISED, office, plan_code=decided.plan.code)
    item = target(later, "80亿元")
    item = review.reopen_item(item.pk, item.revision, actor=office)
    assert (item.decision, item.data["value"], item.carried) == (Decision.OPEN, 80, None)


def test_what_cannot_be_carried_is_listed(
    decided: PlanVersion, office: Actor, office_browser: Client
) -> None:
    text = TEXT.replace("80亿元", "85亿元").replace("引进培育软件企业,", "")
    later = loaded(text, office, plan_code=decided.plan.code)
    assert target(later, "85亿元").decision == Decision.OPEN
    assert not later.items.filter(compiled__isnull=True).exists()
    labels = {entry["label"] for entry in later.carried["left"]}
    assert labels == {target(decided, "80亿元").label, "软件企业引进"}
    page = office_browser.get(f"/plan/{later.pk}/review/").content.decode()
    assert "2条未能沿用" in page


def test_filing_it_as_a_revision_carries_and_filing_it_apart_takes_back(
    decided: PlanVersion, office: Actor
) -> None:
    version = loaded(REVISED, office)
    own = version.items.get(ref="t3")
    review.accept_item(own.pk, own.revision, actor=office)
    assert not version.items.exclude(carried=None).exists()
    version = move_version(version.pk, decided.plan.code, actor=office)
    assert version.items.exclude(carried=None).count() == 4
    assert version.carried["counts"]["corrected"] == 1
    version = move_version(version.pk, actor=office)
    assert not version.items.exclude(carried=None).exists()
    assert not version.items.filter(compiled__isnull=True).exists()
    assert target(version, "80亿元").data["value"] == 80
    assert not version.findings.exclude(noted="").exists()
    own.refresh_from_db()
    assert own.decision == Decision.ACCEPTED


def test_what_is_added_after_one_was_taken_back_has_a_name_of_its_own(
    decided: PlanVersion, office: Actor
) -> None:
    version = loaded(REVISED, office, plan_code=decided.plan.code)
    data = {"subject": "园区", "comparator": ">=", "value": "1", "kind": "level"}
    own = review.add_item(version.pk, "target", data, (0, 0), quote="建成软件园区", actor=office)
    version = move_version(version.pk, actor=office)
    next_one = review.add_item(version.pk, "target", data, (0, 0), quote="二、", actor=office)
    assert (own.ref, next_one.ref) == ("x2", "x3")


def test_where_nothing_was_decided_nothing_is_said(
    published: PlanVersion, office: Actor, office_browser: Client
) -> None:
    later = loaded(REVISED, office, plan_code=published.plan.code)
    assert later.carried == {}
    page = office_browser.get(f"/plan/{later.pk}/review/").content.decode()
    assert "data-carried" not in page


def test_a_row_above_moves_nothing_that_was_decided(published: PlanVersion, office: Actor) -> None:
    version = loaded(TEXT, office, plan_code=published.plan.code)
    row = version.items.get(kind=ItemKind.INDICATOR, data__name__icontains="算力")
    changes = {"targets": {**row.data["targets"], "2027": "5500"}}
    review.correct_item(row.pk, row.revision, changes, actor=office)
    version = publish_version(version.pk, version.revision, actor=office)
    text = TEXT.replace(
        "2 | 算力规模(P)", "2 | 软件企业(家) | 20 | 40 | 60 | 市工信局 |\n3 | 算力规模(P)"
    )
    later = loaded(text, office, plan_code=version.plan.code)
    again = later.items.get(kind=ItemKind.INDICATOR, data__name__icontains="算力")
    assert (again.data["no"], again.data["targets"]["2027"]) == (3, 5500)


def test_changes_of_the_text_stand_apart_from_those_that_were_decided(
    decided: PlanVersion, office: Actor
) -> None:
    later = loaded(REVISED, office, plan_code=decided.plan.code)
    found = difference(later, actor=office)
    assert found is not None
    assert [line.what for line in found.text_lines] == ["全市算力规模"]
    assert found.decided_lines == ()
    item = target(later, "80亿元")
    review.reopen_item(item.pk, item.revision, actor=office)
    found = difference(later, actor=office)
    assert found is not None
    assert [line.what for line in found.text_lines] == ["全市算力规模"]
    assert [(line.status, line.what) for line in found.decided_lines] == [
        ("lowered", "软件产业规模")
    ]
