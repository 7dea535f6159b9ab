"""Deciding on items: every decision is audited, none is lost, nobody overwrites another."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for

import pytest
from django.db import connection, transaction

from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid
from shucheng.plan.actions import review
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import Decision, Item, ItemKind, PlanVersion
from shucheng.plan.queries.versions import pieces
from shucheng.plan.queries.versions import review as review_page


def first_target(version: PlanVersion) -> Item:
    item = version.items.filter(kind=ItemKind.TARGET).first()
    assert item is not None
    return item


def test_accept_then_undo(in_review: PlanVersion, office: Actor) -> None:
    item = first_target(in_review)
    item = review.accept_item(item.pk, item.revision, actor=office)
    assert item.decision == Decision.ACCEPTED
    item = review.reopen_item(item.pk, item.revision, actor=office)
    assert item.decision == Decision.OPEN


def test_a_correction_keeps_what_was_compiled(in_review: PlanVersion, office: Actor) -> None:
    item = first_target(in_review)
    before = item.data["value"]
    item = review.correct_item(item.pk, item.revision, {"value": "310"}, "会议纪要", actor=office)
    assert item.decision == Decision.CORRECTED
    assert item.data["value"] == 310
    assert item.compiled["value"] == before
    item = review.reopen_item(item.pk, item.revision, actor=office)
    assert item.data["value"] == before


def test_two_people_cannot_decide_on_the_same_state(in_review: PlanVersion, office: Actor) -> None:
    item = first_target(in_review)
    review.accept_item(item.pk, item.revision, actor=office)
    with pytest.raises(Conflict):
        review.reject_item(item.pk, item.revision, actor=office)
    item.refresh_from_db()
    assert item.decision == Decision.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "many"}, "value"),
        ({"value": "inf"}, "value"),
        ({"year": "99999"}, "year"),
        ({"comparator": "!!"}, "comparator"),
        ({"subject": ""}, "subject"),
        ({"value": "5", "value_max": "3"}, "value_max"),
    ],
)
def test_a_wrong_correction_names_the_field(
    in_review: PlanVersion, office: Actor, changes: dict[str, str], field: str
) -> None:
    item = first_target(in_review)
    with pytest.raises(Invalid) as refused:
        review.correct_item(item.pk, item.revision, changes, actor=office)
    assert field in refused.value.fields
    item.refresh_from_db()
    assert item.decision == Decision.OPEN


def test_a_target_is_added_with_the_words_that_say_it(
    in_review: PlanVersion, office: Actor
) -> None:
    start = in_review.text.index("引进培育软件企业")
    item = review.add_item(
        in_review.pk,
        ItemKind.TARGET,
        {"subject": "软件企业", "comparator": ">=", "value": 5, "unit": "家", "kind": "annual"},
        (start, start + 8),
        actor=office,
    )
    assert item.decision == Decision.ADDED
    assert item.data["quote"] == "引进培育软件企业"
    order = list(in_review.items.values_list("span_start", flat=True))
    assert order == sorted(order)


@pytest.mark.parametrize("span", [(0, 0), (5, 2), (0, 10**9), (-3, 4)])
def test_an_item_without_words_of_the_plan_is_refused(
    in_review: PlanVersion, office: Actor, span: tuple[int, int]
) -> None:
    with pytest.raises(Invalid):
        review.add_item(in_review.pk, ItemKind.TARGET, {}, span, actor=office)


def test_all_open_items_are_accepted_at_once_and_decided_ones_stay(
    in_review: PlanVersion, office: Actor
) -> None:
    item = first_target(in_review)
    review.reject_item(item.pk, item.revision, "背景数字", actor=office)
    accepted = review.accept_open_items(in_review.pk, ItemKind.TARGET, actor=office)
    assert accepted == in_review.items.filter(kind=ItemKind.TARGET).count() - 1
    item.refresh_from_db()
    assert item.decision == Decision.REJECTED


def test_a_liaison_cannot_decide(in_review: PlanVersion, liaison: Actor) -> None:
    item = first_target(in_review)
    with pytest.raises(Forbidden):
        review.accept_item(item.pk, item.revision, actor=liaison)


def test_the_marked_text_is_the_text(in_review: PlanVersion, office: Actor) -> None:
    page = review_page(in_review.pk, "target", actor=office)
    assert "".join(piece.text for piece in page.pieces) == in_review.text
    refs = {piece.ref for piece in page.pieces if piece.ref}
    assert refs == {item.ref for item in page.items}


def test_overlapping_items_do_not_double_the_text() -> None:
    items = [
        Item(ref="t1", kind="target", span_start=0, span_end=6),
        Item(ref="t2", kind="target", span_start=3, span_end=9),
    ]
    assert "".join(p.text for p in pieces("一二三四五六七八九十", items)) == "一二三四五六七八九十"


def test_a_finding_is_noted_in_a_sentence(in_review: PlanVersion, office: Actor) -> None:
    finding = in_review.findings.first()
    assert finding is not None, "the small plan leaves lint something to say"
    with pytest.raises(Invalid):
        review.note_finding(finding.pk, "  ", actor=office)
    noted = review.note_finding(finding.pk, "以附件为准", actor=office)
    assert noted.noted == "以附件为准"


def test_a_target_is_added_by_its_words_alone(in_review: PlanVersion, office: Actor) -> None:
    data = {"subject": "软件企业", "comparator": ">=", "value": "1,200", "kind": "annual"}
    item = review.add_item(
        in_review.pk, "target", data, (0, 0), quote="引进培育\n软件企业", actor=office
    )
    assert in_review.text[item.span_start : item.span_end] == "引进培育软件企业"
    assert item.data["value"] == 1200
    with pytest.raises(Invalid) as refused:
        review.add_item(in_review.pk, "target", data, (0, 0), quote="并无此话", actor=office)
    assert "quote" in refused.value.fields


def test_numbers_are_taken_as_people_type_them(in_review: PlanVersion, office: Actor) -> None:
    item = first_target(in_review)
    changes = {"value": " 1,２00.5", "year": "２０２６"}
    item = review.correct_item(item.pk, item.revision, changes, actor=office)
    assert (item.data["value"], item.data["year"]) == (1200.5, 2026)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_who_decides_while_it_is_published_comes_too_late(
    in_review: PlanVersion, office: Actor
) -> None:
    item = first_target(in_review)

    def decide() -> None:
        try:
            review.correct_item(item.pk, item.revision, {"value": "310"}, actor=office)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            publish_version(in_review.pk, in_review.revision, actor=office)
            decided = elsewhere.submit(decide)
            assert not wait_for([decided], timeout=0.5).done, "it waits for the publication"
        with pytest.raises(Conflict):
            decided.result(timeout=20)
    item.refresh_from_db()
    assert item.decision == Decision.OPEN
