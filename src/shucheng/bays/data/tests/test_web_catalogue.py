"""The catalogue's pages, as holder, bureau and market participant open them."""

import pytest
from django.test import Client

from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.simulation.catalogue import simulate_catalogue
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Actor, Area, Person


@pytest.fixture
def city(cast: Cast, transactional_db: None) -> Cast:
    Area.objects.create(code="320900", name="盐城市", kind="city")
    assert simulate_catalogue("320900") == 6
    return cast


def page(actor: Actor, path: str = "", **asked: str) -> str:
    client = signed_in(actor)
    response = client.get(f"/data-elements/catalogue/{path}", asked)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def test_who_only_trades_searches_the_catalogue_and_sees_it_is_simulated(city: Cast):
    html = page(city.buyer, q="企业登记")
    assert "企业登记信息" in html
    assert "模拟数据" in html
    assert "描述资源" not in html


def test_a_facet_narrows_and_can_be_taken_back(city: Cast):
    html = page(city.buyer, theme="卫生健康")
    assert "门诊就诊记录" in html
    assert "企业登记信息" not in html
    assert "卫生健康 ×" in html


def test_a_search_without_a_hit_says_what_to_do(city: Cast):
    assert "目录中没有这样的资源" in page(city.buyer, q="不存在的词语甲乙丙")


def test_a_resource_shows_items_terms_and_lineage_to_everybody_and_steps_to_its_holder(city: Cast):
    code = Resource.objects.get(title="企业登记信息").code
    seen = page(city.buyer, f"{code}/")
    for text in ("法定代表人姓名", "市场主体登记管理条例", "有条件"):
        assert text in seen
    assert "撤出目录" not in seen
    assert "撤出目录" in page(city.holder, f"{code}/")
    assert "撤出目录" not in page(city.other, f"{code}/")
    assert '<option value="RES-' in page(city.holder, f"{code}/"), "what it may be made from"
    assert '<option value="RES-' not in seen


def test_the_holder_describes_a_resource_by_form_and_is_told_what_is_missing(city: Cast):
    client = signed_in(city.holder)
    sent = {
        "title": "广告发布登记",
        "summary": "广告发布单位的登记。",
        "kind": "table",
        "frequency": "MONTHLY",
        "area": "320900",
        "sharing": "conditional",
        "opening": "none",
        "fields": "*ad_no, 登记编号, string\nname\t发布单位",
    }
    answer = client.post("/data-elements/catalogue/new/", sent)
    one = Resource.objects.get(title="广告发布登记")
    assert answer["Location"] == f"/data-elements/catalogue/{one.code}/"
    assert list(one.fields.values_list("name", "title", "key")) == [
        ("ad_no", "登记编号", True),
        ("name", "发布单位", False),
    ]
    assert "没有写明条件" in page(city.holder, f"{one.code}/")
    assert page(city.holder, f"{one.code}/change/").count("*ad_no, 登记编号, string") == 1


def test_a_wrong_choice_keeps_what_was_typed(city: Cast):
    client = signed_in(city.holder)
    answer = client.post(
        "/data-elements/catalogue/new/",
        {"title": "甲", "kind": "x", "sharing": "none", "opening": "none", "since": "昨天"},
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="甲"' in html
    assert "请从列表中选择" in html


@pytest.mark.parametrize("path", ["new/", "{code}/change/"])
def test_who_holds_nothing_describes_nothing(city: Cast, path: str):
    code = Resource.objects.get(title="企业登记信息").code
    for actor in (city.buyer, city.operator):
        answer = signed_in(actor).get(f"/data-elements/catalogue/{path.format(code=code)}")
        assert answer.status_code == 403


def test_a_draft_of_another_department_is_not_there(city: Cast):
    one = Resource.objects.get(title="企业登记信息")
    Resource.objects.filter(pk=one.pk).update(state=Resource.State.DRAFT)
    assert signed_in(city.other).get(f"/data-elements/catalogue/{one.code}/").status_code == 404
    assert "企业登记信息" in page(city.holder, f"{one.code}/")


def test_a_search_leaves_as_a_file_with_what_one_may_see(city: Cast) -> None:
    asked = {"theme": "卫生健康"}
    answer = signed_in(city.buyer).get("/data-elements/catalogue/catalogue.csv", asked)
    text = answer.content.decode("utf-8-sig")
    assert "门诊就诊记录" in text
    assert "企业登记信息" not in text
    assert "模拟数据" in text
    assert signed_in(city.buyer).get("/data-elements/catalogue/catalogue.exe").status_code == 404
