"""The pages of requests for data, as asker, holder and data office open them."""

from typing import Any

import pytest
from django.test import Client

from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import resource
from shucheng.kernel.public import Actor, Person

ROOM = "/data-elements/requests/"
SENT = {
    "title": "企业登记信息",
    "items": "企业名称，2026年",
    "purpose": "核验执业登记",
    "legal_basis": "医疗机构管理条例",
    "security_measures": "政务外网内使用",
    "security_contact": "张三 0515-1234",
    "resource": "RES-1",
}


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = False


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def page(actor: Actor, path: str) -> str:
    answer = signed_in(actor).get(path)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def filed(cast: Cast) -> Case:
    resource(cast.holder, title="企业登记")
    answer = signed_in(cast.other).post(f"{ROOM}new/", SENT)
    case = Case.objects.get()
    assert answer["Location"] == f"{ROOM}{case.code}/"
    return case


def test_a_department_asks_from_the_page_of_a_resource(cast: Cast) -> None:
    resource(cast.holder, title="企业登记")
    assert "申请使用该数据" in page(cast.other, "/data-elements/catalogue/RES-1/")
    assert "申请使用该数据" not in page(cast.holder, "/data-elements/catalogue/RES-1/")
    assert "申请使用该数据" not in page(cast.buyer, "/data-elements/catalogue/RES-1/")
    assert "企业登记" in page(cast.other, f"{ROOM}new/?resource=RES-1")


def test_an_incomplete_request_keeps_what_was_typed_and_says_what_is_missing(cast: Cast) -> None:
    resource(cast.holder)
    answer = signed_in(cast.other).post(f"{ROOM}new/", SENT | {"purpose": ""})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "医疗机构管理条例" in html
    assert "请填写。" in html


def test_the_office_passes_it_on_and_sees_the_clock_marked_unconfirmed(cast: Cast) -> None:
    case = filed(cast)
    html = page(cast.bureau, f"{ROOM}{case.code}/")
    assert "需求审核期限" in html
    assert "tag-watch" in html
    sent = {
        "event": "assign_conditional",
        "revision": case.revision,
        "text-catalogue_entry": "RES-1",
    }
    answer = signed_in(cast.bureau).post(f"{ROOM}{case.code}/step/", sent)
    assert answer.status_code == 302
    assert "有条件共享答复期限" in page(cast.holder, f"{ROOM}{case.code}/")


def test_a_step_without_its_evidence_says_what_lacks(cast: Cast) -> None:
    case = filed(cast)
    sent = {"event": "assign_conditional", "revision": case.revision}
    answer = signed_in(cast.bureau).post(f"{ROOM}{case.code}/step/", sent)
    assert answer.status_code == 422
    assert "对应目录" in answer.content.decode()


def test_who_is_in_no_part_of_it_sees_neither_page_nor_contact(cast: Cast) -> None:
    case = filed(cast)
    assert signed_in(cast.buyer).get(f"{ROOM}{case.code}/").status_code == 403
    assert signed_in(cast.buyer).get(ROOM).status_code == 403
    assert "张三" in page(cast.holder, f"{ROOM}{case.code}/")


def test_the_list_has_filters_and_leaves_as_csv(cast: Cast) -> None:
    case = filed(cast)
    assert case.code in page(cast.other, f"{ROOM}?which=asked")
    assert case.code not in page(cast.holder, f"{ROOM}?which=asked")
    answer = signed_in(cast.holder).get(f"{ROOM}requests.csv", {"which": "asking"})
    assert case.code in answer.content.decode("utf-8-sig")
