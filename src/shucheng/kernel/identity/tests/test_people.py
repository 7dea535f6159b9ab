"""Accounts, roles and tokens: who may do what to whom."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions import people
from shucheng.kernel.identity.actions.organisations import create_organisation
from shucheng.kernel.identity.actions.roles import choose_acting, end_role, grant_role
from shucheng.kernel.identity.actions.tokens import issue_token, revoke_token
from shucheng.kernel.identity.actors import actor_for_person, actor_for_token, current_memberships
from shucheng.kernel.identity.models import ApiToken, Membership, Person

CLI = system_actor("cli")


@pytest.fixture
def bureau(db):
    return create_organisation("gxj", "市工信局", "department", actor=CLI)


@pytest.fixture
def division(bureau):
    return create_organisation("gxj-1", "数字处", "department", parent="gxj", actor=CLI)


def make(username: str, organisation, role: Role) -> Actor:
    person, _ = people.create_person(
        username, username.title(), actor=CLI, is_service=role is Role.SERVICE
    )
    grant_role(person.pk, organisation.pk, role, actor=CLI)
    return actor_for_person(person)


def test_two_people_cannot_share_a_user_name_whatever_its_case(db):
    people.create_person("Wang.Li", "王丽", actor=CLI)
    with pytest.raises(Invalid):
        people.create_person("wang.li", "王力", actor=CLI)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE identity_person SET username = '' WHERE username = 'wang.li'")


def test_an_account_without_a_password_cannot_be_stored(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(username="x", display_name="X", password="")


def test_a_new_account_can_do_nothing(bureau):
    person, _ = people.create_person("new", "New", actor=CLI)
    actor = actor_for_person(person)
    assert actor.roles == frozenset()
    for permission, _reach in queries.permissions_table():
        assert not actor.may(permission.code), permission.code


def test_an_actor_stands_for_the_organisation_and_all_below_it(bureau, division):
    actor = make("li", bureau, Role.LIAISON)
    assert actor.organisation_ids == {bureau.pk, division.pk}


def test_a_person_acts_with_the_roles_held_in_one_organisation_at_a_time(bureau, division):
    person, _ = people.create_person("zhao", "Zhao", actor=CLI)
    there = grant_role(person.pk, division.pk, Role.REVIEWER, actor=CLI)
    here = grant_role(person.pk, bureau.pk, Role.LIAISON, actor=CLI)
    assert actor_for_person(person, here).roles == {Role.LIAISON}
    assert actor_for_person(person, there).roles == {Role.REVIEWER}


def test_nobody_acts_for_an_organisation_of_others(bureau):
    mine = make("li", bureau, Role.LIAISON)
    other = current_memberships(Person.objects.get(pk=make("wu", bureau, Role.LEADER).person_id))[0]
    with pytest.raises(NotFound):
        choose_acting(other.pk, actor=mine)


@pytest.mark.parametrize("first", [Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR])
@pytest.mark.parametrize("second", [Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR])
def test_system_security_and_audit_duties_exclude_one_another(bureau, division, first, second):
    person, _ = people.create_person("chen", "Chen", actor=CLI)
    grant_role(person.pk, bureau.pk, first, actor=CLI)
    if first is second:
        assert grant_role(person.pk, division.pk, second, actor=CLI)
        return
    with pytest.raises(Invalid):
        grant_role(person.pk, division.pk, second, actor=CLI)


def test_a_duty_that_has_ended_no_longer_excludes_another(bureau):
    make("boss", bureau, Role.ADMINISTRATOR)
    person, _ = people.create_person("chen", "Chen", actor=CLI)
    first = grant_role(person.pk, bureau.pk, Role.ADMINISTRATOR, actor=CLI)
    end_role(first.pk, actor=CLI)
    assert grant_role(person.pk, bureau.pk, Role.AUDITOR, actor=CLI)


def test_the_administrator_appoints_the_first_security_administrator_and_then_stops(bureau):
    administrator = make("admin", bureau, Role.ADMINISTRATOR)
    first, _ = people.create_person("first", "First", actor=administrator)
    second, _ = people.create_person("second", "Second", actor=administrator)
    grant_role(first.pk, bureau.pk, Role.SECURITY, actor=administrator)
    with pytest.raises(Forbidden):
        grant_role(second.pk, bureau.pk, Role.LIAISON, actor=administrator)
    assert grant_role(second.pk, bureau.pk, Role.LIAISON, actor=actor_for_person(first))


def test_nobody_grants_a_role_to_themselves(bureau):
    security = make("sec", bureau, Role.SECURITY)
    with pytest.raises(Invalid):
        grant_role(security.person_id, bureau.pk, Role.PLAN_OFFICE, actor=security)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY, Role.ADMINISTRATOR}))
def test_other_roles_grant_nothing(bureau, role):
    actor = make("some", bureau, role)
    person, _ = people.create_person("new", "New", actor=CLI)
    with pytest.raises(Forbidden):
        grant_role(person.pk, bureau.pk, Role.LIAISON, actor=actor)


def test_the_last_administrator_stays(bureau):
    administrator = make("admin", bureau, Role.ADMINISTRATOR)
    held = Membership.objects.get(person_id=administrator.person_id)
    with pytest.raises(Invalid):
        end_role(held.pk, actor=CLI)
    with pytest.raises(Invalid):
        people.deactivate_person(administrator.person_id, actor=CLI)
    with pytest.raises(Invalid):
        people.set_expiry(administrator.person_id, timezone.now(), actor=CLI)


def test_a_role_is_ended_and_never_deleted(bureau):
    held = Membership.objects.get(person_id=make("li", bureau, Role.LIAISON).person_id)
    ended = end_role(held.pk, actor=CLI)
    assert ended.ended_by == "system"
    for delete in (held.delete, Membership.objects.all().delete):
        with pytest.raises(NotImplementedError):
            delete()


def test_a_role_granted_until_a_day_ends_by_itself(bureau):
    person, _ = people.create_person("temp", "Temp", actor=CLI)
    soon = timezone.now() + timedelta(days=1)
    held = grant_role(person.pk, bureau.pk, Role.LIAISON, actor=CLI, valid_to=soon)
    assert actor_for_person(person).roles == {Role.LIAISON}
    Membership.objects.filter(pk=held.pk).update(
        valid_from=timezone.now() - timedelta(days=9), valid_to=timezone.now() - timedelta(days=8)
    )
    assert actor_for_person(person).roles == frozenset()


def test_setting_up_gives_one_administrator_and_only_once(db):
    person, password = people.set_up_administrator("admin", "管理员", actor=CLI)
    assert person.must_change_password
    assert person.check_password(password)
    assert actor_for_person(person).roles == {Role.ADMINISTRATOR}
    with pytest.raises(Conflict):
        people.set_up_administrator("admin2", "又一个", actor=CLI)


def test_closing_an_account_ends_its_tokens(bureau):
    make("boss", bureau, Role.ADMINISTRATOR)
    actor = make("li", bureau, Role.LIAISON)
    held = Membership.objects.get(person_id=actor.person_id)
    _, secret = issue_token(held.pk, "import", actor=actor)
    assert actor_for_token(secret) is not None
    people.deactivate_person(actor.person_id, actor=CLI)
    assert actor_for_token(secret) is None
    people.reactivate_person(actor.person_id, actor=CLI)
    assert actor_for_token(secret) is None


def test_a_token_is_kept_as_a_digest_only(bureau):
    actor = make("li", bureau, Role.LIAISON)
    held = Membership.objects.get(person_id=actor.person_id)
    token, secret = issue_token(held.pk, "import", actor=actor)
    stored = ApiToken.objects.values().get(pk=token.pk)
    assert secret not in str(stored)
    assert secret not in str(list(AuditEntry.objects.values()))
    assert secret.startswith(stored["prefix"])


def test_a_token_stops_with_its_role_its_end_and_its_revocation(bureau):
    actor = make("li", bureau, Role.LIAISON)
    held = Membership.objects.get(person_id=actor.person_id)
    first, first_secret = issue_token(held.pk, "first", actor=actor)
    second, second_secret = issue_token(held.pk, "second", actor=actor)
    _, third_secret = issue_token(held.pk, "third", actor=actor)
    revoke_token(first.pk, actor=actor)
    assert actor_for_token(first_secret) is None
    ApiToken.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    assert actor_for_token(second_secret) is None
    assert actor_for_token(third_secret) is not None
    end_role(held.pk, actor=CLI)
    assert actor_for_token(third_secret) is None


def test_tokens_of_others_can_neither_be_issued_nor_seen_nor_revoked(bureau):
    mine, other = make("li", bureau, Role.LIAISON), make("wu", bureau, Role.LIAISON)
    held = Membership.objects.get(person_id=other.person_id)
    token, _ = issue_token(held.pk, "theirs", actor=other)
    with pytest.raises(Forbidden):
        issue_token(held.pk, "mine", actor=mine)
    with pytest.raises(NotFound):
        revoke_token(token.pk, actor=mine)
    with pytest.raises(Forbidden):
        queries.tokens_of(other.person_id, actor=mine)
    assert revoke_token(token.pk, actor=make("sec", bureau, Role.SECURITY))


def test_a_token_cannot_issue_another_token(bureau):
    actor = make("li", bureau, Role.LIAISON)
    held = Membership.objects.get(person_id=actor.person_id)
    with pytest.raises(Forbidden):
        issue_token(held.pk, "again", actor=actor.over("api"))


def test_a_liaison_sees_the_people_of_the_own_organisation_only(bureau):
    other = create_organisation("fgw", "市发改委", "department", actor=CLI)
    mine, theirs = make("li", bureau, Role.LIAISON), make("wu", other, Role.LIAISON)
    assert [p.username for p in queries.people(actor=mine)] == ["li"]
    with pytest.raises(NotFound):
        queries.find_person(theirs.person_id, actor=mine)


def test_contacts_are_masked_until_a_reason_is_given_and_the_look_is_recorded(bureau):
    person, _ = people.create_person(
        "wu", "Wu", phone="13812345678", email="wu@example.org", actor=CLI
    )
    assert queries.masked(person.phone) == "138****5678"
    assert queries.masked(person.email) == "w***@example.org"
    office = make("office", bureau, Role.PLAN_OFFICE)
    with pytest.raises(Invalid):
        people.unmask_contact(person.pk, " ", actor=office)
    assert people.unmask_contact(person.pk, "催报数据", actor=office)[1] == "13812345678"
    entry = AuditEntry.objects.get(code="identity.person.contact_seen")
    assert "催报数据" in entry.facts
    with pytest.raises(Forbidden):
        people.unmask_contact(person.pk, "好奇而已", actor=make("au", bureau, Role.AUDITOR))


def test_the_database_holds_no_telephone_number_in_clear(db):
    people.create_person("wu", "Wu", phone="13812345678", actor=CLI)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM identity_person")
        stored = cursor.fetchone()[0]
    assert stored.startswith("sealed:")
    assert "13812345678" not in stored
    assert Person.objects.get(username="wu").phone == "13812345678"
    assert "13812345678" not in str(list(AuditEntry.objects.values()))


def test_a_password_of_the_policy_is_taken_and_an_old_one_is_not(bureau):
    actor = make("li", bureau, Role.LIAISON)
    for weak in ("short1!A", "alllowercaseletters", "Password123!x" * 0 + "li12345678"):
        with pytest.raises(Invalid):
            people.change_own_password(weak, actor=actor)
    people.change_own_password("Correct-Horse-7", actor=actor)
    people.change_own_password("Battery-Staple-8", actor=actor)
    with pytest.raises(Invalid):
        people.change_own_password("Correct-Horse-7", actor=actor)
    assert not Person.objects.get(pk=actor.person_id).must_change_password


def test_service_accounts_hold_the_service_role_and_nothing_else(bureau):
    robot, _ = people.create_person("robot", "Robot", is_service=True, actor=CLI)
    human, _ = people.create_person("human", "Human", actor=CLI)
    with pytest.raises(Invalid):
        grant_role(robot.pk, bureau.pk, Role.LIAISON, actor=CLI)
    with pytest.raises(Invalid):
        grant_role(human.pk, bureau.pk, Role.SERVICE, actor=CLI)
    assert grant_role(robot.pk, bureau.pk, Role.SERVICE, actor=CLI)
