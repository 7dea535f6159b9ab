"""Signing in and out: one person, one account; failures lock; idle sessions end."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.identity.actions.people import deactivate_person, reset_password, set_expiry
from shucheng.kernel.identity.models import Person, SignInGuard

CLI = system_actor("cli")
PASSWORD = "Correct-Horse-7"
LOGIN = "/accounts/login/"


def sign_in(client: Client, username: str, password: str = PASSWORD, **headers):
    return client.post(LOGIN, {"login": username, "password": password}, **headers)


@pytest.fixture
def wang(make_person) -> Person:
    return make_person("wang", Role.LIAISON)


def test_the_right_password_opens_the_platform_and_is_recorded(client, wang):
    assert sign_in(client, "wang").status_code == 302
    assert client.get("/organisations/").status_code == 200
    entry = AuditEntry.objects.get(code="identity.sign_in.succeeded")
    assert (entry.person_id, entry.success, entry.address) == (wang.pk, True, "127.0.0.1")


def test_the_user_name_may_be_typed_in_any_case_and_width(client, wang):
    assert sign_in(client, "  ＷＡＮＧ ").status_code == 302


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.lower()])
def test_a_wrong_or_empty_password_opens_nothing(client, wang, password):
    response = sign_in(client, "wang", password)
    assert response.status_code == 200
    assert client.get("/account/").status_code == 302


def test_a_failed_sign_in_is_recorded_as_failed(client, wang):
    sign_in(client, "wang", "wrong")
    entry = AuditEntry.objects.get(code="identity.sign_in.failed")
    assert (entry.success, entry.object_label, entry.error_code) == (False, "wang", "sign_in.wrong")
    assert entry.recorded_at is not None


def test_the_same_is_said_of_a_wrong_password_and_an_unknown_name(client, wang):
    def said(username):
        page = sign_in(client, username, "wrong").context["form"]
        return page.non_field_errors()

    assert said("wang") == said("nobody")


def test_five_failures_lock_the_account_for_half_an_hour(client, wang):
    for _ in range(5):
        sign_in(client, "wang", "wrong")
    locked = sign_in(client, "wang")
    assert locked.status_code == 200
    assert "30" in str(locked.context["form"].non_field_errors())
    SignInGuard.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert sign_in(client, "wang").status_code == 302


def test_an_unknown_name_is_locked_like_a_known_one(client, db):
    for _ in range(6):
        response = sign_in(client, "nobody", "wrong")
    assert "30" in str(response.context["form"].non_field_errors())


def test_an_administrator_unlocks_by_a_new_one_time_password(client, make_person, wang):
    make_person("boss", Role.ADMINISTRATOR)
    for _ in range(5):
        sign_in(client, "wang", "wrong")
    _, password = reset_password(wang.pk, actor=CLI)
    response = sign_in(client, "wang", password)
    assert response.status_code == 302
    assert client.get("/organisations/").url == "/accounts/password/change/"


def test_failures_long_ago_do_not_count(client, wang):
    for _ in range(4):
        sign_in(client, "wang", "wrong")
    SignInGuard.objects.update(last_failure_at=timezone.now() - timedelta(hours=1))
    sign_in(client, "wang", "wrong")
    assert sign_in(client, "wang").status_code == 302


def test_the_session_key_changes_at_sign_in(client, wang):
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    before = session.session_key
    sign_in(client, "wang")
    assert client.session.session_key != before


def test_signing_out_removes_the_session_from_the_store(client, wang):
    sign_in(client, "wang")
    store = type(client.session)
    key = client.session.session_key
    client.post("/accounts/logout/")
    assert not store().exists(key)
    assert client.get("/account/").status_code == 302
    assert AuditEntry.objects.filter(code="identity.sign_out.done", person=wang).exists()


def test_a_session_idle_for_half_an_hour_ends_and_says_why(client, wang):
    sign_in(client, "wang")
    client.get("/account/")
    session = client.session
    session["seen_at"] = time.time() - 31 * 60
    session.save()
    response = client.get("/account/")
    assert response.status_code == 302
    assert "idle=1" in response.url
    assert client.get("/account/").status_code == 302


def test_a_session_in_use_goes_on(client, wang):
    sign_in(client, "wang")
    client.get("/account/")
    session = client.session
    session["seen_at"] = time.time() - 29 * 60
    session.save()
    assert client.get("/account/").status_code == 200
    assert client.session["seen_at"] > time.time() - 60


def test_a_closed_account_cannot_sign_in_and_loses_its_session(client, make_person, wang):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "wang")
    deactivate_person(wang.pk, actor=CLI)
    assert client.get("/account/").status_code == 302
    assert sign_in(Client(), "wang").url == "/accounts/inactive/"


def test_an_expired_account_cannot_sign_in_and_loses_its_session(client, make_person, wang):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "wang")
    set_expiry(wang.pk, timezone.now() - timedelta(seconds=1), actor=CLI)
    assert client.get("/account/").status_code == 302
    fresh = Client()
    assert sign_in(fresh, "wang").url == "/accounts/inactive/"
    assert fresh.get("/account/").status_code == 302


def test_a_service_account_cannot_sign_in(client, make_person):
    make_person("robot", Role.SERVICE)
    assert sign_in(client, "robot").url == "/accounts/inactive/"


def test_a_one_time_password_must_be_replaced_before_anything_else(client, wang):
    Person.objects.filter(pk=wang.pk).update(must_change_password=True)
    sign_in(client, "wang")
    assert client.get("/organisations/").url == "/accounts/password/change/"
    assert client.get("/api/v1/me").status_code == 403
    changed = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "Battery-Staple-8", "password2": "Battery-Staple-8"},
    )
    assert changed.status_code == 302
    assert client.get("/organisations/").status_code == 200
    assert client.get("/api/v1/me").status_code == 200


def test_a_password_older_than_ninety_days_must_be_replaced(client, wang):
    old = timezone.now() - timedelta(days=91)
    Person.objects.filter(pk=wang.pk).update(password_changed_at=old)
    sign_in(client, "wang")
    assert client.get("/organisations/").url == "/accounts/password/change/"


@pytest.mark.parametrize("password", ["Short-1", "onlysmallletters", "password123", PASSWORD])
def test_a_weak_or_used_password_is_refused(client, wang, password):
    sign_in(client, "wang")
    response = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    assert response.status_code == 200
    assert "password1" in response.context["form"].errors


def test_changing_the_password_ends_all_other_sessions(client, wang):
    elsewhere = Client()
    sign_in(client, "wang")
    sign_in(elsewhere, "wang")
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "Battery-Staple-8", "password2": "Battery-Staple-8"},
    )
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_signing_out_everywhere_else_keeps_this_browser(client, wang):
    elsewhere = Client()
    sign_in(client, "wang")
    sign_in(elsewhere, "wang")
    assert client.post("/account/sessions/end/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_nobody_signs_up(client, db):
    assert client.get("/accounts/signup/").status_code == 404


def test_passwords_are_stored_with_argon2(wang):
    assert Person.objects.get(pk=wang.pk).password.startswith("argon2$argon2id$")


def test_sign_ins_from_one_address_are_limited(client, db):
    answers = {sign_in(client, f"nobody{n}", "x").status_code for n in range(62)}
    assert 429 in answers


def test_after_signing_in_a_person_is_where_they_wanted_to_go(client, wang):
    asked = client.get("/organisations/?kind=park")
    response = client.post(asked.url, {"login": "wang", "password": PASSWORD})
    assert response.url == "/organisations/?kind=park"


def test_the_way_back_leads_to_no_other_site(client, wang):
    response = client.post(
        f"{LOGIN}?next=https://evil.example/", {"login": "wang", "password": PASSWORD}
    )
    assert "evil" not in response.url
