"""Management duties need two factors, one of them cryptographic."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.identity.actions.people import reset_second_factor
from shucheng.kernel.identity.fields import keyring
from shucheng.kernel.identity.permissions import MANAGEMENT_ROLES
from shucheng.kernel.identity.second_factor import TOTP_PURPOSE

PASSWORD = "Correct-Horse-7"
ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client: Client, username: str) -> object:
    return client.post("/accounts/login/", {"login": username, "password": PASSWORD})


def enrol(client: Client) -> str:
    """Set up the second factor in a signed-in browser; gives its secret."""
    asked = client.get(ACTIVATE)
    if asked.status_code == 302:
        client.post(asked.url, {"password": PASSWORD})
        client.get(ACTIVATE)
    secret = client.session["mfa.totp.secret"]
    done = client.post(ACTIVATE, {"code": code_of(secret)})
    assert done.status_code == 302, done.context["form"].errors
    return secret


@pytest.mark.parametrize("role", sorted(MANAGEMENT_ROLES))
def test_a_management_role_does_nothing_before_the_second_factor_is_set_up(
    client, make_person, role
):
    make_person("boss", role)
    sign_in(client, "boss")
    for page in ("/organisations/", "/people/", "/account/", "/settings/security/"):
        assert client.get(page).url == ACTIVATE
    assert client.get("/api/v1/me").status_code == 403


def test_a_liaison_needs_none(client, make_person):
    make_person("li", Role.LIAISON)
    sign_in(client, "li")
    assert client.get("/organisations/").status_code == 200


def test_once_set_up_the_password_alone_opens_nothing(client, make_person):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    secret = enrol(client)
    assert client.get("/organisations/").status_code == 200

    fresh = Client()
    assert sign_in(fresh, "boss").url == "/accounts/2fa/authenticate/"
    assert fresh.get("/organisations/").status_code == 302
    assert fresh.get("/api/v1/me").status_code == 401
    wrong = fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    right = fresh.post("/accounts/2fa/authenticate/", {"code": code_of(secret, 1)})
    assert right.status_code == 302
    assert fresh.get("/organisations/").status_code == 200


def test_a_code_opens_only_once(client, make_person):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    code = code_of(enrol(client), 1)
    first, second = Client(), Client()
    for browser in (first, second):
        sign_in(browser, "boss")
        browser.post("/accounts/2fa/authenticate/", {"code": code})
    assert first.get("/organisations/").status_code == 200
    assert second.get("/organisations/").status_code == 302


def test_guessing_codes_is_stopped_after_five(client, make_person):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    secret = enrol(client)
    fresh = Client()
    sign_in(fresh, "boss")
    for _ in range(5):
        fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    fresh.post("/accounts/2fa/authenticate/", {"code": code_of(secret, 1)})
    assert fresh.get("/organisations/").status_code == 302


def test_a_recovery_code_opens_once_and_is_shown_once(client, make_person):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    enrol(client)
    shown = client.get("/accounts/2fa/recovery-codes/")
    codes = shown.context["unused_codes"]
    assert len(codes) == 10
    assert "****" in client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    for expected in (200, 302):
        fresh = Client()
        sign_in(fresh, "boss")
        fresh.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert fresh.get("/organisations/").status_code == expected


def test_a_management_role_cannot_switch_the_second_factor_off(client, make_person):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    enrol(client)
    page = "/accounts/2fa/totp/deactivate/"
    asked = client.get(page)
    if asked.status_code == 302:
        client.post(asked.url, {"password": PASSWORD})
    client.post(page)
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_secret_of_the_second_factor_is_sealed_in_the_database(client, make_person):
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    secret = enrol(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        rows = str(cursor.fetchall())
    assert secret not in rows
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert keyring().open(stored, TOTP_PURPOSE) == secret


def test_a_lost_second_factor_is_reset_by_another_administrator(client, make_person):
    person = make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    enrol(client)
    reset_second_factor(person.pk, actor=system_actor("cli"))
    assert client.get("/organisations/").status_code == 302
    fresh = Client()
    sign_in(fresh, "boss")
    assert fresh.get("/organisations/").url == ACTIVATE


def test_a_deployment_can_do_without_for_a_demonstration(client, make_person, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    make_person("boss", Role.ADMINISTRATOR)
    sign_in(client, "boss")
    assert client.get("/organisations/").status_code == 200
