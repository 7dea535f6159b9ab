"""Pages of people: what is said after a step, and which day is shown."""

import re
from pathlib import Path

import pytest
from django.utils import translation
from tests.records import make_organisation, make_person, signed_in

import shucheng
from shucheng.kernel.actor import PERMISSIONS, Role
from shucheng.kernel.errors import Forbidden
from shucheng.kernel.identity.models import Person

pytestmark = pytest.mark.django_db


def test_the_last_day_of_an_account_is_shown_as_it_was_typed_and_confirmed() -> None:
    browser, person = signed_in(Role.ADMINISTRATOR), make_person()
    sent = {"expires_at": "2031-01-31"}
    page = browser.post(f"/people/{person.pk}/expiry/", sent, follow=True).content.decode()
    assert "账户有效期至2031-01-31（含当日）。" in page
    assert "2031-02-01" not in page
    assert page.count("2031-01-31") == 3, "the message, the fact, the field"
    assert "2031-02-01" not in browser.get("/people/").content.decode()
    sent = {"expires_at": ""}
    page = browser.post(f"/people/{person.pk}/expiry/", sent, follow=True).content.decode()
    assert "账户不设到期日。" in page


def test_the_last_day_of_a_role_is_shown_as_it_was_typed() -> None:
    bureau, person = make_organisation("gxj", name="市工信局"), make_person()
    browser = signed_in(Role.SECURITY)
    sent = {"organisation": "gxj", "role": "liaison", "valid_to": "2031-01-31"}
    page = browser.post(f"/people/{person.pk}/roles/", sent, follow=True).content.decode()
    assert bureau.name in page
    assert "2031-01-31" in page
    assert "2031-02-01" not in page


def test_each_step_on_an_account_says_what_was_done() -> None:
    browser, person = signed_in(Role.ADMINISTRATOR), make_person()
    said = {
        "deactivate": "的账户已停用。",
        "reactivate": "的账户已重新启用。",
        "force-password-change": "下次登录时须修改密码。",
        "sign-out-everywhere": "在各处的登录均已退出。",
    }
    for step, words in said.items():
        page = browser.post(f"/people/{person.pk}/{step}/", follow=True).content.decode()
        assert f"{person.display_name}{words}" in page


def test_who_grants_roles_is_named_where_one_cannot() -> None:
    """The administrator appoints the first security administrator, who grants from then on."""
    browser = signed_in(Role.ADMINISTRATOR)
    page = browser.post("/people/new/", {"username": "a", "display_name": "A"}).content.decode()
    assert "下一步：授予角色" in page
    signed_in(Role.SECURITY)
    page = browser.post("/people/new/", {"username": "b", "display_name": "B"}).content.decode()
    assert "下一步：授予角色" not in page
    assert "须由安全管理员授予角色" in page
    made = Person.objects.get(username="b")
    sent = {"organisation": make_organisation().code, "role": "liaison"}
    refused = browser.post(f"/people/{made.pk}/roles/", sent)
    assert "请向安全管理员申请相应角色" in refused.content.decode()


def test_a_refusal_says_in_words_which_right_is_missing_and_who_has_it() -> None:
    told = signed_in(Role.LEADER).get("/audit/")
    assert told.status_code == 403
    page = told.content.decode()
    assert "audit." not in page
    assert "检索和查看审计日志" in page
    assert "具有该权限的角色:审计管理员" in page.replace("：", ":")
    source = "\n".join(each.read_text() for each in Path(shucheng.__file__).parent.rglob("*.py"))
    rights = {*PERMISSIONS, *re.findall(r"Forbidden\(\"([a-z_.]+)", source)}
    with translation.override("zh-hans"):
        for code in rights:
            refused = Forbidden(code)
            assert not re.search("[a-z]+[._][a-z]+", f"{refused.message} {refused.next_step}"), code
