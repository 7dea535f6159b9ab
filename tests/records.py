"""People, places and actors that the kernel's tests need."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.identity.models import Area, Membership, Organisation, Person

_count = iter(range(1, 1_000_000))


def make_organisation(code: str = "", **facts: Any) -> Organisation:
    code = code or f"o{next(_count)}"
    return Organisation.objects.create(
        code=code, **{"name": code, "kind": Organisation.Kind.DEPARTMENT, **facts}
    )


def make_area(code: str = "", **facts: Any) -> Area:
    code = code or f"a{next(_count)}"
    return Area.objects.create(code=code, **{"name": code, "kind": Area.Kind.COUNTY, **facts})


def make_person(*roles: Role, organisation: Organisation | None = None) -> Person:
    name = f"person{next(_count)}"
    person = Person(username=name, display_name=name)
    person.set_unusable_password()
    person.save()
    for role in roles:
        Membership.objects.create(
            person=person,
            organisation=organisation or make_organisation(),
            role=role,
            granted_by="test",
        )
    return person


def an_actor(*roles: Role, organisation: Organisation | None = None, **facts: Any) -> Actor:
    """An actor without an account; for one organisation where one is given."""
    return Actor(
        person_id=None,
        name="tester",
        roles=frozenset(roles),
        organisation_id=organisation.pk if organisation else None,
        organisation_ids=frozenset({organisation.pk} if organisation else ()),
        **facts,
    )


def signed_in(*roles: Role, organisation: Organisation | None = None) -> Client:
    """A browser in which a person with these roles is signed in."""
    person = make_person(*roles, organisation=organisation or make_organisation())
    # A second factor that is set up, since management duties ask for one.
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    client = Client()
    client.force_login(person, backend="shucheng.kernel.identity.sign_in.Backend")
    return client
