"""What an action leaves behind, and what happens when it cannot."""

import json
from unittest.mock import patch

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.records import an_actor, make_organisation

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.audit.entries import canonical, digest, record, record_export
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Conflict, Forbidden
from shucheng.kernel.identity.models import Organisation

pytestmark = pytest.mark.django_db


@action
def rename(organisation: Organisation, name: str, *, actor: Actor, refuse: bool = False) -> None:
    before = {"name": organisation.name}
    organisation.name = name
    organisation.save()
    record(
        "test.organisation.renamed", organisation, actor=actor, before=before, after={"name": name}
    )
    if refuse:
        raise Conflict("the organisation")


@action
def rename_twice(organisation: Organisation, *, actor: Actor) -> None:
    rename(organisation, "一", actor=actor)
    try:
        rename(organisation, "二", actor=actor, refuse=True)
    except Conflict:
        organisation.refresh_from_db()
    record("test.organisation.renamed_twice", organisation, actor=actor)


def codes() -> list[str]:
    return list(AuditEntry.objects.values_list("code", flat=True))


def test_an_action_leaves_who_what_and_what_changed() -> None:
    organisation = make_organisation(name="市数据局")
    actor = an_actor(
        Role.PLAN_OFFICE, organisation=organisation, request_id="r-12345678", address="10.0.0.7"
    )
    rename(organisation, "市数据管理局", actor=actor)
    entry = AuditEntry.objects.get()
    assert (entry.person_name, entry.organisation_name) == ("tester", "市数据管理局")
    assert (entry.roles, entry.channel, entry.address) == ("plan_office", "web", "10.0.0.7")
    assert entry.object_type == "identity.organisation"
    assert json.loads(entry.changes) == {"name": ["市数据局", "市数据管理局"]}
    assert entry.before_digest == digest({"name": "市数据局"})
    assert entry.success
    assert entry.recorded_at.tzinfo is not None


def test_a_refused_action_changes_nothing_and_leaves_a_failed_entry() -> None:
    organisation = make_organisation(name="市数据局")
    with pytest.raises(Conflict):
        rename(organisation, "别名", actor=an_actor(), refuse=True)
    organisation.refresh_from_db()
    assert organisation.name == "市数据局"
    entry = AuditEntry.objects.get()
    assert not entry.success
    assert (entry.code, entry.object_id, entry.error_code) == (
        "action.refused",
        "rename",
        "conflict",
    )


def test_an_action_without_permission_names_the_permission_in_its_entry() -> None:
    @action
    def do(*, actor: Actor) -> None:
        actor.require("audit.export")

    with pytest.raises(Forbidden):
        do(actor=an_actor(Role.LIAISON))
    entry = AuditEntry.objects.get()
    assert entry.error_code == "permission.denied"
    assert "audit.export" in entry.facts


def test_an_inner_action_that_fails_takes_its_entries_with_it_and_leaves_its_refusal() -> None:
    rename_twice(make_organisation(), actor=an_actor())
    assert codes() == [
        "test.organisation.renamed",
        "action.refused",
        "test.organisation.renamed_twice",
    ]


def test_an_action_that_says_nothing_is_a_defect() -> None:
    @action
    def silent(*, actor: Actor) -> None:
        make_organisation("silent")

    with pytest.raises(AssertionError, match="wrote no audit entry"):
        silent(actor=an_actor())
    assert not Organisation.objects.filter(code="silent").exists()


def test_an_action_that_cannot_write_its_entry_fails_with_it() -> None:
    organisation = make_organisation(name="市数据局")
    broken = patch.object(
        AuditEntry.objects, "bulk_create", side_effect=DatabaseError("the disk is full")
    )
    with broken, pytest.raises(DatabaseError):
        rename(organisation, "别名", actor=an_actor())
    organisation.refresh_from_db()
    assert organisation.name == "市数据局"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditentry SET person_name = 'x'", "DELETE FROM audit_auditentry"],
)
def test_the_database_refuses_to_change_or_delete_an_entry(statement: str) -> None:
    record("test.thing.done", None, actor=an_actor())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert AuditEntry.objects.get().person_name == "tester"


def test_secrets_stay_out_of_the_log() -> None:
    record(
        "test.account.changed",
        None,
        actor=an_actor(),
        before={"password": "correct horse", "name": "a"},
        after={"password": "battery staple", "name": "a"},
        api_token="scs_abcdef",
    )
    entry = AuditEntry.objects.get()
    written = canonical(AuditEntry.objects.values().get())
    assert json.loads(entry.changes) == {"password": ["***", "***"]}
    assert not any(secret in written for secret in ("horse", "staple", "abcdef"))


def test_a_long_value_is_kept_as_its_digest() -> None:
    record("test.text.changed", None, actor=an_actor(), before="短", after="长" * 100_000)
    entry = AuditEntry.objects.get()
    assert json.loads(entry.changes)["value"][1]["characters"] == 100_002
    assert len(entry.changes) < 1000


def test_an_export_says_how_much_was_taken() -> None:
    record_export("metrics", 1200, actor=an_actor(Role.AUDITOR))
    entry = AuditEntry.objects.get()
    assert (entry.code, json.loads(entry.facts)) == ("data.exported", {"rows": 1200})
