"""People of every role, and a browser for each of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.test import Client

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.identity.actions.organisations import create_organisation
from shucheng.kernel.identity.actions.people import create_person
from shucheng.kernel.identity.actions.roles import grant_role
from shucheng.kernel.identity.models import Membership, Organisation, Person

CLI = system_actor("cli")
PASSWORD = "Correct-Horse-7"


@pytest.fixture(autouse=True)
def _on_this_machine(settings, monkeypatch, tmp_path):
    """Cookies and pages over plain http, a cache that forgets, hashes that do not take long."""
    # A log of evidence of its own: its database is taken back after the test.
    settings.DATA_FOLDER = tmp_path
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.REQUIRE_SECOND_FACTOR = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    for cost, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
        monkeypatch.setattr(Argon2PasswordHasher, cost, least)
    cache.clear()


@pytest.fixture
def organisations(db) -> dict[str, Organisation]:
    return {
        code: create_organisation(code, name, "department", actor=CLI)
        for code, name in (("office", "计划办"), ("bureau", "市工信局"), ("other", "市农业局"))
    }


@pytest.fixture
def make_person(organisations) -> Callable[..., Person]:
    def make(username: str, role: Role | None = None, organisation: str = "bureau") -> Person:
        person, _ = create_person(username, username, actor=CLI, is_service=role is Role.SERVICE)
        person.set_password(PASSWORD)
        person.must_change_password = False
        person.save()
        if role is not None:
            grant_role(person.pk, organisations[organisation].pk, role, actor=CLI)
        return person

    return make


@pytest.fixture
def browser_of() -> Callable[[Person], Client]:
    """A browser in which a person is signed in."""

    def sign_in(person: Person, **kwargs: object) -> Client:
        client = Client(**kwargs)
        client.force_login(person)
        return client

    return sign_in


def membership_of(person: Person) -> Membership:
    return Membership.objects.get(person=person)
