"""What a form asks back: about values, about many items at once, and about its own address."""

from typing import Any

import pytest
from django.test import Client

from shucheng.kernel.public import Actor, Conflict, Invalid
from shucheng.plan.actions import review
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import Decision, Item, ItemKind, PlanVersion
from shucheng.plan.tests.conftest import TEXT, loaded
from shucheng.plan.tests.test_web import office_browser

__all__ = ["office_browser"]


def first_target(version: PlanVersion) -> Item:
    item = version.items.filter(kind=ItemKind.TARGET).first()
    assert item is not None
    return item


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "-5"}, "value"),
        ({"value": "1" * 16}, "value"),
        ({"value": "0.1234567890123456"}, "value"),
        ({"value": "5", "value_max": "1" * 16}, "value_max"),
        ({"unit": "亿圆"}, "unit"),
    ],
)
def test_a_value_that_cannot_be_meant_is_said_at_its_field(
    in_review: PlanVersion, office: Actor, changes: dict[str, str], field: str
) -> None:
    item = first_target(in_review)
    with pytest.raises(Invalid) as refused:
        review.correct_item(item.pk, item.revision, changes, actor=office)
    assert set(refused.value.fields) == {field}
    data = {"subject": "企业", "comparator": ">=", "kind": "level", "value": "5", **changes}
    with pytest.raises(Invalid):
        review.add_item(in_review.pk, "target", data, (0, 0), quote="软件产业", actor=office)


def test_an_indicator_s_year_is_checked_alike(in_review: PlanVersion, office: Actor) -> None:
    item = in_review.items.filter(kind=ItemKind.INDICATOR).first()
    assert item is not None
    changes = {"targets": {**item.data["targets"], "2026": "-1"}}
    with pytest.raises(Invalid) as refused:
        review.correct_item(item.pk, item.revision, changes, actor=office)
    assert set(refused.value.fields) == {"target_2026"}


def test_what_the_text_prints_is_not_asked_about(in_review: PlanVersion, office: Actor) -> None:
    item = first_target(in_review)
    strange = {**item.data, "unit": "亿圆", "value": -5.0}
    Item.objects.filter(pk=item.pk).update(data=strange, compiled=strange)
    changes = {"unit": "亿圆", "value": "-5", "year": "2026"}
    assert review.correct_item(item.pk, item.revision, changes, actor=office).data["year"] == 2026


def test_an_unknown_unit_is_saved_once_it_is_confirmed(
    in_review: PlanVersion, office_browser: Client
) -> None:
    item = first_target(in_review)
    address = f"/plan/items/{item.pk}/correct/"
    form: dict[str, Any] = {"revision": item.revision, "unit": "亿圆"}
    page = office_browser.post(address, form, headers={"HX-Request": "true"}).content.decode()
    assert "“亿圆”不是已知单位" in page
    assert 'name="unit_sure"' in page
    other = office_browser.post(address, {**form, "unit_sure": "亿角"})
    assert other.status_code == 422, "what was confirmed is another unit"
    assert office_browser.post(address, {**form, "unit_sure": "亿圆"}).status_code == 302
    item.refresh_from_db()
    assert item.data["unit"] == "亿圆"
    assert "unit_sure" not in item.data


def test_accepting_all_asks_with_the_number_and_takes_no_other(
    in_review: PlanVersion, office: Actor, office_browser: Client
) -> None:
    page = office_browser.get(f"/plan/{in_review.pk}/review/").content.decode()
    open_now = in_review.items.filter(kind="target").count()
    assert f"全部采纳本页待定项（{open_now}条）…" in page
    assert f"采纳这{open_now}条" in page
    item = first_target(in_review)
    review.accept_item(item.pk, item.revision, actor=office)
    with pytest.raises(Conflict):
        review.accept_open_items(in_review.pk, "target", expected=open_now, actor=office)
    assert in_review.items.filter(decision=Decision.ACCEPTED).count() == 1
    review.accept_open_items(in_review.pk, "target", expected=open_now - 1, actor=office)
    page = office_browser.get(f"/plan/{in_review.pk}/review/").content.decode()
    assert "全部采纳本页待定项" not in page


def test_the_address_of_a_form_leads_back_to_its_page(
    in_review: PlanVersion, office_browser: Client
) -> None:
    pk, item, finding = in_review.pk, first_target(in_review), in_review.findings.first()
    assert finding is not None
    back = {
        "/plan/load/": "/plan/",
        f"/plan/{pk}/remove/": "/plan/",
        f"/plan/{pk}/items/": f"/plan/{pk}/",
        f"/plan/{pk}/accept-open/": f"/plan/{pk}/",
        f"/plan/{pk}/move/": f"/plan/{pk}/",
        f"/plan/items/{item.pk}/correct/": f"/plan/{pk}/review/?tab=target#{item.ref}",
        f"/plan/findings/{finding.pk}/note/": (
            f"/plan/{pk}/review/?tab=findings#finding-{finding.pk}"
        ),
    }
    for address, page in back.items():
        response = office_browser.get(address)
        assert (response.status_code, response["Location"]) == (302, page), address
        assert office_browser.put(address).status_code == 405
        assert office_browser.get(address, follow=True).status_code == 200


def test_the_review_says_what_it_is_a_revision_of_and_lets_it_be_changed(
    published: PlanVersion, office: Actor, office_browser: Client
) -> None:
    own = loaded(TEXT.replace("蓝川市", "江原市"), office)
    page = office_browser.get(f"/plan/{own.pk}/review/").content.decode()
    assert "本稿是单独的计划" in page
    assert f'<option value="{published.plan.code}">' in page
    office_browser.post(f"/plan/{own.pk}/move/", {"plan": published.plan.code})
    page = office_browser.get(f"/plan/{own.pk}/review/").content.decode()
    assert f"本稿是《{published.title}》的修订稿，该计划已发布到第1版" in page
    assert "改为单独的计划" in page
    version = publish_version(own.pk, own.revision + 1, actor=office)
    page = office_browser.get(f"/plan/{version.pk}/review/").content.decode()
    assert "data-filing" not in page
