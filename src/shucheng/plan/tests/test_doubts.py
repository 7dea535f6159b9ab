"""Before another city's plan, or one whose years are over, replaces the one in force."""

import pytest
from django.test import Client

from shucheng.kernel.public import Actor, Invalid
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.publication import publication
from shucheng.plan.tests.conftest import TEXT, loaded
from shucheng.plan.tests.test_web import office_browser

__all__ = ["office_browser"]

ELSEWHERE = TEXT.replace("蓝川市", "江原市")
OLD = TEXT.replace("2025-2027", "2019-2021").replace("2027年", "2021年")


def codes(version: PlanVersion, office: Actor) -> list[str]:
    return [doubt.code for doubt in publication(version.pk, actor=office).doubts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, []),
        (TEXT.replace("人民政府办公室", "人民政府"), []),
        (ELSEWHERE, ["title", "issuer"]),
        (OLD, ["title", "over", "apart"]),
    ],
)
def test_what_speaks_against_it_is_said(
    published: PlanVersion, office: Actor, august: None, text: str, expected: list[str]
) -> None:
    assert codes(loaded(text, office), office) == expected


def test_a_revision_under_another_title_is_doubted_as_well(
    published: PlanVersion, office: Actor, august: None
) -> None:
    version = loaded(ELSEWHERE, office, plan_code=published.plan.code)
    assert codes(version, office) == ["title", "issuer"]


def test_who_does_not_confirm_publishes_nothing(
    published: PlanVersion, office: Actor, august: None
) -> None:
    version = loaded(ELSEWHERE, office)
    with pytest.raises(Invalid) as refused:
        publish_version(version.pk, version.revision, sure=False, actor=office)
    assert refused.value.code == "plan.publish_unsure"
    revision = loaded(TEXT, office, plan_code=published.plan.code)
    publish_version(revision.pk, revision.revision, sure=False, actor=office)


def test_the_page_warns_asks_for_the_tick_and_lists_no_raised_targets(
    published: PlanVersion, office: Actor, office_browser: Client, august: None
) -> None:
    version = loaded(ELSEWHERE.replace("300亿元", "900亿元"), office)
    address = f"/plan/{version.pk}/publish/"
    page = office_browser.get(address).content.decode()
    for said in ("发布前请再次核对", "江原市人民政府办公室", "我确认", 'name="sure"'):
        assert said in page
    assert "提高" not in page
    form = {
        "revision": version.revision,
        "decisions": publication(version.pk, actor=office).decisions,
    }
    refused = office_browser.post(address, form)
    assert refused.status_code == 422
    assert "plan.publish_unsure" in refused.content.decode()
    version.refresh_from_db()
    assert version.state == "review"
    assert office_browser.post(address, {**form, "sure": "1"}).status_code == 302
    version.refresh_from_db()
    assert version.state == "published"


def test_an_ordinary_revision_is_not_asked(
    published: PlanVersion, office: Actor, office_browser: Client, august: None
) -> None:
    version = loaded(TEXT, office, plan_code=published.plan.code)
    page = office_browser.get(f"/plan/{version.pk}/publish/").content.decode()
    assert 'name="sure"' not in page
