"""The plan's pages: what they cost, and what they say when something is wrong."""

import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shucheng.kernel.public import (
    Actor,
    Organisation,
    Person,
    Role,
    create_person,
    grant_role,
    system_actor,
)
from shucheng.plan.actions.load import load_plan
from shucheng.plan.models import ItemKind, PlanVersion
from shucheng.plan.tests.conftest import TEXT, loaded


def client_of(role: Role) -> Client:
    """A browser in which somebody of that role has signed in."""
    actor = system_actor("cli")
    office, _made = Organisation.objects.get_or_create(
        code="office", defaults={"name": "市数据局", "kind": "department"}
    )
    person, _once = create_person(f"test-{role}", str(role), actor=actor)
    grant_role(person.pk, office.pk, role, actor=actor)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


@pytest.fixture
def office_browser(db: None, settings: object) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    return client_of(Role.PLAN_OFFICE)


# A page may cost this many queries however long the plan is.
QUERIES = {
    "/": 32,
    "/plan/": 15,
    "/findings/": 15,
    "/duties/": 15,
    "/duties/市数据局/": 22,
    "/search/?q=算力": 20,
}


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_costs_few_queries(
    published: PlanVersion, office_browser: Client, address: str
) -> None:
    office_browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = office_browser.get(address)
    assert response.status_code == 200
    assert len(queries) <= QUERIES[address], [q["sql"][:120] for q in queries]


@pytest.mark.parametrize("tab", [*ItemKind.values, "findings"])
def test_the_review_costs_as_many_queries_for_many_items(
    in_review: PlanVersion, office_browser: Client, tab: str
) -> None:
    address = f"/plan/{in_review.pk}/review/?tab={tab}"
    office_browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert office_browser.get(address).status_code == 200
    assert len(queries) <= 16, [q["sql"][:120] for q in queries]


def test_what_is_not_there_says_so(published: PlanVersion, office_browser: Client) -> None:
    for address in ("/explain/target/999999/", "/indicators/none/", "/plan/999999/", "/areas/0/"):
        response = office_browser.get(address)
        assert response.status_code == 404, address
        assert "not_found" in response.content.decode()


def test_a_decision_without_a_revision_is_told_what_is_missing(
    in_review: PlanVersion, office_browser: Client
) -> None:
    item = in_review.items.first()
    assert item is not None
    response = office_browser.post(f"/plan/items/{item.pk}/accept/")
    assert response.status_code == 422
    assert "request.incomplete" in response.content.decode()


def test_a_wrong_field_is_said_beside_it_and_what_was_typed_stays(
    in_review: PlanVersion, office_browser: Client
) -> None:
    item = in_review.items.filter(kind=ItemKind.TARGET).first()
    assert item is not None
    form = {"revision": item.revision, "value": "很多", "unit": "万亿元", "note": "会议纪要"}
    address = f"/plan/items/{item.pk}/correct/"
    for headers in ({}, {"HX-Request": "true"}):
        response = office_browser.post(address, form, headers=headers)
        page = response.content.decode()
        assert response.status_code == 422
        assert f'id="{item.ref}-value-error"' in page
        assert "不是数字" in page
        assert "Input should be" not in page
        for typed in ("很多", "万亿元", "会议纪要"):
            assert f'value="{typed}"' in page
    assert "hx-swap-oob" in page, "the row itself is replaced, not only the message"
    office_browser.get("/language/?to=en&next=/")
    assert "Not a number" in office_browser.post(address, form).content.decode()


def test_an_indicator_a_task_and_a_work_point_name_their_wrong_field(
    in_review: PlanVersion, office_browser: Client
) -> None:
    wrong = {"indicator": ("target_2026", "x"), "task": ("title", ""), "work_point": ("text", " ")}
    for kind, (field, value) in wrong.items():
        item = in_review.items.filter(kind=kind).first()
        assert item is not None
        form = {"revision": item.revision, field: value}
        response = office_browser.post(f"/plan/items/{item.pk}/correct/", form)
        assert response.status_code == 422
        assert f'id="{item.ref}-{field}-error"' in response.content.decode()


def test_a_stale_row_comes_back_as_it_is_now_with_a_note(
    in_review: PlanVersion, office_browser: Client
) -> None:
    item = in_review.items.filter(kind=ItemKind.TARGET).first()
    assert item is not None
    seen = {"revision": item.revision}
    office_browser.post(f"/plan/items/{item.pk}/accept/", seen)
    for headers in ({"HX-Request": "true"}, {}):
        response = office_browser.post(f"/plan/items/{item.pk}/reject/", seen, headers=headers)
        page = response.content.decode()
        assert response.status_code == 409
        assert "您的决定没有保存" in page
        assert f'name="revision" value="{item.revision + 1}"' in " ".join(page.split())
    item.refresh_from_db()
    assert item.decision == "accepted"


def test_the_review_is_done_without_scripts(in_review: PlanVersion, office_browser: Client) -> None:
    address = f"/plan/{in_review.pk}/review/"
    item = in_review.items.filter(kind=ItemKind.TARGET).first()
    assert item is not None
    page = office_browser.get(address).content.decode()
    for decision in ("accept", "reject"):
        assert f'action="/plan/items/{item.pk}/{decision}/"' in page
    assert f"?tab=target&amp;item={item.ref}#{item.ref}" in page
    opened = office_browser.get(f"{address}?tab=target&item={item.ref}").content.decode()
    assert f'action="/plan/items/{item.pk}/correct/"' in opened
    edited = office_browser.get(f"/plan/items/{item.pk}/edit/")
    assert edited["Location"].endswith(f"?tab=target&item={item.ref}#{item.ref}")
    form = {"revision": item.revision, "value": "310"}
    saved = office_browser.post(f"/plan/items/{item.pk}/correct/", form)
    assert saved["Location"].endswith(f"?tab=target#{item.ref}")
    words = {"item": "target", "quote": "没有的话", "subject": "软件企业", "value": "5"}
    refused = office_browser.post(f"/plan/{in_review.pk}/items/", words)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "原文中没有这段话" in page
    assert "没有的话</textarea>" in page
    words |= {"quote": "引进培育软件企业", "comparator": ">=", "kind": "annual"}
    assert office_browser.post(f"/plan/{in_review.pk}/items/", words).status_code == 302


def test_publishing_asks_first_and_the_second_to_publish_is_told(
    in_review: PlanVersion, office_browser: Client
) -> None:
    address = f"/plan/{in_review.pk}/publish/"
    page = office_browser.get(address).content.decode()
    assert "将要发布的内容" in page
    in_review.refresh_from_db()
    assert in_review.state == "review", "asking publishes nothing"
    seen = {
        name: re.findall(rf'name="{name}"\s+value="(\d+)"', page)[0]
        for name in ("revision", "decisions")
    }
    item = in_review.items.first()
    assert item is not None
    office_browser.post(f"/plan/items/{item.pk}/accept/", {"revision": item.revision})
    late = office_browser.post(address, seen)
    assert late.status_code == 409
    assert "没有发布" in late.content.decode()
    other = office_browser.post(f"/plan/{in_review.pk}/in-force/")
    assert "已有人先一步处理" in other.content.decode()
    seen["decisions"] = str(int(seen["decisions"]) + 1)
    done = office_browser.post(address, seen, follow=True)
    assert f"《{in_review.title}》第1版已发布" in done.content.decode()
    second = office_browser.post(address, seen)
    page = second.content.decode()
    assert second.status_code == 409
    for said in ("已有人先一步处理", "发布为第1版", "<code>conflict</code>", "查看版本列表"):
        assert said in page
    words = {"item": "target", "quote": "引进培育软件企业", "subject": "企业", "value": "5"}
    late_clicks = {"discard": {}, "accept-open": {}, "move": {}, "remove": {}, "items": words}
    for name, form in late_clicks.items():
        late = office_browser.post(f"/plan/{in_review.pk}/{name}/", form)
        assert late.status_code == 409, name
        assert "已有人先一步处理" in late.content.decode(), name


def test_the_list_says_which_plan_is_in_force(
    published: PlanVersion, office_browser: Client
) -> None:
    page = office_browser.get("/plan/").content.decode()
    assert f"现行：《{published.title}》第1版" in page
    office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))
    loaded(TEXT, office, plan_code=published.plan.code)
    page = office_browser.get("/plan/").content.decode()
    assert "审阅中" in page
    PlanVersion.objects.filter(pk=published.pk).update(state="superseded")
    page = office_browser.get("/plan/").content.decode()
    assert "历史" in page
    address = f"/plan/{published.pk}/in-force/"
    assert address in page
    assert "设为现行" in office_browser.get(address).content.decode()
    office_browser.post(address)
    published.refresh_from_db()
    assert published.state == "published"


def test_a_file_that_is_no_plan_is_explained_on_its_page_and_in_the_list(
    office_browser: Client,
) -> None:
    office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))
    version = loaded(" \n", office)
    for address in (f"/plan/{version.pk}/", "/plan/"):
        page = office_browser.get(address).content.decode()
        assert "文件是空的，或只有空白" in page
        assert f'action="/plan/{version.pk}/remove/"' in page
        assert "<progress" not in page
    office_browser.post(f"/plan/{version.pk}/remove/")
    assert "空白" not in office_browser.get("/plan/").content.decode()
    upload = SimpleUploadedFile("表.csv", b"a,b")
    refused = office_browser.post("/plan/load/", {"file": upload})
    assert refused.status_code == 422
    assert "plan.file_kind" in refused.content.decode()


def test_a_job_that_broke_off_is_said_and_can_be_removed(office_browser: Client) -> None:
    office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))
    version = load_plan("计划.txt", TEXT.encode(), actor=office)
    assert version.job is not None
    type(version.job).objects.filter(pk=version.job.pk).update(state="failed")
    page = office_browser.get(f"/plan/{version.pk}/").content.decode()
    assert "plan.compile_failed" in page
    office_browser.post(f"/plan/{version.pk}/remove/")
    assert not PlanVersion.objects.exists()


def test_the_chart_is_there_as_data(published: PlanVersion, office_browser: Client) -> None:
    indicator = published.indicators.get(no=1)
    response = office_browser.get(f"/indicators/{indicator.code}/data.csv")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "报告期,目标,序时目标,目前已知,预测中位数,预测50%区间下限,预测50%区间上限,"
        "预测80%区间下限,预测80%区间上限,预测95%区间下限,预测95%区间上限,单位,来源"
    )
    assert "2027,300.0,,,,,,,,,,亿元," in lines
    assert quote(f"{indicator.name}.csv") in response["Content-Disposition"]
    published.indicators.filter(no=1).update(unit="=1+1")
    text = office_browser.get(f"/indicators/{indicator.code}/data.csv").content.decode()
    assert ",=1+1" not in text, "a spreadsheet would compute it"
    assert ",'=1+1" in text


def test_the_api_gives_the_plan_in_force(published: PlanVersion, office_browser: Client) -> None:
    plan = office_browser.get("/api/v1/plan").json()
    assert plan["period_end"] == 2027
    targets = office_browser.get("/api/v1/plan/targets").json()
    assert len(targets) == published.targets.count()
    indicators = office_browser.get("/api/v1/plan/indicators").json()
    assert indicators[0]["targets"] == {"2025": 200.0, "2026": 250.0, "2027": 300.0}
    duties = office_browser.get("/api/v1/plan/duties").json()
    assert {duty["organisation"] for duty in duties} == {"市工信局", "市数据局", "市发改委"}
    assert Client().get("/api/v1/plan").status_code == 401


def test_an_english_reader_gets_english(published: PlanVersion, office_browser: Client) -> None:
    office_browser.get("/language/?to=en&next=/")
    page = office_browser.get("/findings/").content.decode()
    assert "Findings" in page
    office_browser.get("/language/?to=zh-hans&next=/")
    assert "检查发现" in office_browser.get("/findings/").content.decode()


def test_the_language_link_leads_nowhere_else(db: None) -> None:
    response = Client().get("/language/?to=en&next=//example.org/")
    assert response["Location"] == "/"


@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_what_is_no_number_is_no_defect(
    in_review: PlanVersion, office_browser: Client, number: str
) -> None:
    address = f"/plan/{in_review.pk}/"
    text = office_browser.get(f"{address}text/", {"start": number, "end": "9"})
    assert text.status_code == 200
    assert office_browser.post(f"{address}publish/", {"revision": number}).status_code == 409
    added = {"item": ItemKind.TARGET, "span_start": number, "span_end": number}
    assert office_browser.post(f"{address}items/", added).status_code == 422
    assert office_browser.post("/account/acting/", {"membership": number}).status_code == 404
