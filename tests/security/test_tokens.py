"""Programs call the API with tokens that do what their person may, and no more."""

import pytest
from django.test import Client

from shucheng.kernel.actor import Role
from shucheng.kernel.identity.actions.tokens import issue_token, revoke_token
from shucheng.kernel.identity.actors import actor_for_person
from shucheng.kernel.identity.models import ApiToken, Membership

ALIASES = "/api/v1/organisations/bureau/aliases"


@pytest.fixture
def token(make_person):
    def issue(scope: str) -> str:
        person = make_person("office", Role.PLAN_OFFICE, "office")
        held = Membership.objects.get(person=person)
        return issue_token(held.pk, "import", actor=actor_for_person(person), scope=scope)[1]

    return issue


def call(method: str, path: str, secret: str, body: str = ""):
    client = Client(enforce_csrf_checks=True)
    send = getattr(client, method)
    return send(
        path,
        **({"data": body, "content_type": "application/json"} if body else {}),
        headers={"Authorization": f"Bearer {secret}"},
    )


def test_a_token_acts_as_its_person(token):
    answer = call("get", "/api/v1/me", token("read"))
    assert answer.json()["roles"] == ["plan_office"]


def test_a_reading_token_writes_nothing(token):
    secret = token("read")
    assert call("get", "/api/v1/organisations", secret).status_code == 200
    assert call("put", ALIASES, secret, '["x"]').status_code == 403


def test_a_writing_token_writes_and_needs_no_csrf(token):
    assert call("put", ALIASES, token("write"), '["工信局"]').json()["aliases"] == ["工信局"]


@pytest.mark.parametrize("secret", ["", "shu_00000000_wrong", "Bearer", "\x00"])
def test_a_wrong_token_opens_nothing(db, secret):
    assert call("get", "/api/v1/me", secret).status_code == 401


def test_a_revoked_token_opens_nothing(token):
    secret = token("read")
    found = ApiToken.objects.get()
    revoke_token(found.pk, actor=actor_for_person(found.person))
    assert call("get", "/api/v1/me", secret).status_code == 401


def test_the_last_use_of_a_token_is_seen(token):
    secret = token("read")
    call("get", "/api/v1/me", secret)
    assert ApiToken.objects.get().last_used_at is not None


def test_no_route_gives_e_mail_or_telephone_away(token):
    people = call("get", "/api/v1/people", token("read")).json()
    assert people
    assert all({"email", "phone", "password"}.isdisjoint(person) for person in people)
