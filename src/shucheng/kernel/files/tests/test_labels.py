"""Whoever opens a file holds the role for it, and a clearance that is no lower than its label."""

import pytest
from tests.records import an_actor, make_organisation, make_person, signed_in

from shucheng.kernel.actor import LEVELS, Role, system_actor
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.files.actions import store_file
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.queries import file_for
from shucheng.kernel.identity.actions.roles import set_clearance
from shucheng.kernel.identity.actors import actor_for_person
from shucheng.kernel.identity.models import Person
from shucheng.kernel.identity.permissions import CLEARANCES

pytestmark = pytest.mark.django_db

SECURITY = an_actor(Role.SECURITY)


def test_persons_and_files_carry_the_same_labels() -> None:
    assert [value for value, _ in CLEARANCES] == list(LEVELS) == StoredFile.Sensitivity.values


@pytest.mark.parametrize(
    ("clearance", "opened"),
    [
        ("public", ["public"]),
        ("internal", ["public", "internal"]),
        ("sensitive", ["public", "internal", "sensitive"]),
    ],
)
def test_access_follows_label_and_clearance(clearance: str, opened: list[str]) -> None:
    bureau = make_organisation()
    person = make_person(Role.LIAISON, organisation=bureau)
    set_clearance(person.pk, clearance, actor=SECURITY)
    person.refresh_from_db()
    actor, found = actor_for_person(person), []
    for label in LEVELS:
        stored = store_file("a.txt", label.encode(), actor=actor, sensitivity=label)
        try:
            file_for(stored.pk, actor=actor)
            found.append(label)
        except NotFound:
            continue
    assert found == opened


def test_a_clearance_gives_no_role() -> None:
    stored = store_file("a.txt", b"x", actor=system_actor("cli"), sensitivity="public")
    person = make_person(Role.LIAISON)
    set_clearance(person.pk, "sensitive", actor=SECURITY)
    with pytest.raises(NotFound):
        file_for(stored.pk, actor=actor_for_person(person))


def test_a_new_account_is_not_cleared_for_what_is_sensitive() -> None:
    assert make_person().clearance == "internal"
    assert not actor_for_person(make_person(Role.PLAN_OFFICE)).cleared_for("sensitive")


def test_only_the_security_administrator_clears_and_never_themselves() -> None:
    person = make_person(Role.SECURITY)
    for actor in (an_actor(Role.ADMINISTRATOR), an_actor(Role.PLAN_OFFICE)):
        with pytest.raises(Forbidden):
            set_clearance(person.pk, "sensitive", actor=actor)
    with pytest.raises(Invalid):
        set_clearance(person.pk, "sensitive", actor=actor_for_person(person))
    with pytest.raises(Invalid):
        set_clearance(person.pk, "top", actor=SECURITY)
    assert Person.objects.get(pk=person.pk).clearance == "internal"


def test_the_page_of_a_person_shows_and_sets_it() -> None:
    person = make_person(Role.LIAISON)
    browser = signed_in(Role.SECURITY)
    browser.post(f"/people/{person.pk}/clearance/", {"clearance": "sensitive"})
    page = browser.get(f"/people/{person.pk}/").content.decode()
    assert '<option value="sensitive" selected' in " ".join(page.split())
    assert (
        "clearance/"
        not in signed_in(Role.ADMINISTRATOR).get(f"/people/{person.pk}/").content.decode()
    )
