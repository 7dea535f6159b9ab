"""Publishing, the next revision, and how what is promised is measured."""

import pytest

from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid, system_actor
from shucheng.plan.actions import review
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import (
    Decision,
    Duty,
    DutyRole,
    Indicator,
    ItemKind,
    PlanVersion,
    VersionState,
)
from shucheng.plan.queries.difference import difference
from shucheng.plan.queries.versions import current_version, versions
from shucheng.plan.tests.conftest import CITIES, TEXT, loaded


def test_kept_items_become_rows_and_rejected_ones_do_not(
    in_review: PlanVersion, office: Actor
) -> None:
    targets = in_review.items.filter(kind=ItemKind.TARGET)
    first = targets[0]
    review.reject_item(first.pk, first.revision, actor=office)
    version = publish_version(in_review.pk, in_review.revision, actor=office)
    assert version.number == 1
    assert version.targets.count() == targets.count() - 1
    assert not version.targets.filter(ref=first.ref).exists()
    assert current_version() == version


def test_a_correction_is_what_is_published(in_review: PlanVersion, office: Actor) -> None:
    item = in_review.items.filter(kind=ItemKind.INDICATOR).first()
    assert item is not None
    review.correct_item(
        item.pk, item.revision, {"targets": {**item.data["targets"], "2027": "320"}}, actor=office
    )
    version = publish_version(in_review.pk, in_review.revision, actor=office)
    assert version.indicators.get(ref=item.ref).path.get(year=2027).value == 320


def test_who_leads_and_who_is_responsible(published: PlanVersion) -> None:
    leads = published.duties.filter(indicator__no=1).values_list("name", "role")
    assert list(leads) == [("市工信局", DutyRole.LEAD)]
    responsible = published.duties.filter(task__number="2").values_list("name", "role")
    assert set(responsible) == {
        ("市数据局", DutyRole.RESPONSIBLE),
        ("市发改委", DutyRole.RESPONSIBLE),
    }


def test_a_work_point_knows_its_targets(published: PlanVersion) -> None:
    point = published.workpoints.get(no=1)
    assert {target.subject for target in point.targets.all()} == {"软件企业", "软件园区"}


def test_publishing_twice_or_an_old_state_is_a_conflict(
    in_review: PlanVersion, office: Actor
) -> None:
    with pytest.raises(Conflict):
        publish_version(in_review.pk, in_review.revision + 1, actor=office)
    publish_version(in_review.pk, in_review.revision, actor=office)
    with pytest.raises(Conflict):
        publish_version(in_review.pk, in_review.revision, actor=office)


def test_nothing_kept_is_nothing_to_publish(in_review: PlanVersion, office: Actor) -> None:
    in_review.items.update(decision=Decision.REJECTED)
    with pytest.raises(Invalid):
        publish_version(in_review.pk, in_review.revision, actor=office)


def test_only_the_plan_office_publishes(in_review: PlanVersion, liaison: Actor) -> None:
    with pytest.raises(Forbidden):
        publish_version(in_review.pk, in_review.revision, actor=liaison)


def test_a_later_revision_shows_what_changed_and_supersedes(
    published: PlanVersion, office: Actor
) -> None:
    text = TEXT.replace("超过300亿元", "超过350亿元").replace(
        "2027年,全市算力规模达到5000P", "2026年,全市算力规模达到5000P"
    )
    later = loaded(text, office, plan_code=published.plan.code)
    found = difference(later, actor=office)
    assert found is not None
    changes = {(str(line.kind), line.what): (line.before, line.now) for line in found.lines}
    raised = next(v for (kind, what), v in changes.items() if "核心产业增加值" in what)
    assert "300" in raised[0]
    assert "350" in raised[1]
    assert any("2027" in before and "2026" in now for before, now in changes.values())
    later = publish_version(later.pk, later.revision, actor=office)
    published.refresh_from_db()
    assert (later.number, later.state) == (2, VersionState.PUBLISHED)
    assert published.state == VersionState.SUPERSEDED


def test_an_indicator_keeps_its_code_over_versions(published: PlanVersion, office: Actor) -> None:
    codes = dict(published.indicators.values_list("name", "code"))
    swapped = TEXT.replace("算力规模(P)", "算力总规模(P)")
    later = loaded(swapped, office, plan_code=published.plan.code)
    later = publish_version(later.pk, later.revision, actor=office)
    again = dict(later.indicators.values_list("name", "code"))
    assert again["数字经济核心产业增加值"] == codes["数字经济核心产业增加值"]
    assert again["算力总规模"] not in codes.values()
    assert Indicator.objects.count() == 4


def test_what_is_under_review_is_not_seen_by_others(
    in_review: PlanVersion, office: Actor, liaison: Actor
) -> None:
    assert list(versions(actor=office)) == [in_review]
    assert list(versions(actor=liaison)) == []


@pytest.mark.django_db
def test_the_city_pack_measures_everything_its_plan_promises(office: Actor) -> None:
    """The restated plan of Yancheng with its pack: every indicator and target has a binding."""
    pack = read_pack(CITIES / "yancheng")
    load_city(pack, actor=system_actor("cli"))
    version = loaded((CITIES / "yancheng" / "plan.txt").read_text("utf-8"), office)
    version = publish_version(version.pk, version.revision, actor=office)
    assert not version.indicators.filter(binding=None).exists()
    assert not version.targets.filter(binding=None).exists()
    unknown = Duty.objects.filter(version=version, organisation=None)
    assert not unknown.exists(), set(unknown.values_list("name", flat=True))


@pytest.mark.django_db
def test_loading_a_city_pack_again_changes_nothing(office: Actor) -> None:
    pack = read_pack(CITIES / "yancheng")
    first = load_city(pack, actor=system_actor("cli"))
    assert load_city(pack, actor=system_actor("cli")) == first


@pytest.mark.django_db
def test_a_number_too_long_to_be_stored_is_named_before_anything_is_written(office: Actor) -> None:
    long = TEXT.replace("软件产业规模达到80亿元", f"软件产业规模达到{'8' * 20}亿元")
    version = loaded(long, office)
    with pytest.raises(Invalid) as refused:
        publish_version(version.pk, version.revision, actor=office)
    assert refused.value.code == "plan.number_too_long"
    assert "软件产业规模" in refused.value.message
    item = version.items.get(data__subject__icontains="软件产业规模")
    review.reject_item(item.pk, item.revision, actor=office)
    assert publish_version(version.pk, version.revision, actor=office).number == 1
