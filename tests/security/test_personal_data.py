"""Personal data: known by purpose, shown masked, sealed, exported to whom it concerns, deleted."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from shucheng.kernel.actor import ANONYMOUS, Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Forbidden
from shucheng.kernel.identity.actions.cases import open_case
from shucheng.kernel.identity.actions.keys import rotate_field_keys, sealed_fields
from shucheng.kernel.identity.actions.people import create_person, deactivate_person
from shucheng.kernel.identity.actions.upkeep import close_unused_accounts, wipe_ended_sessions
from shucheng.kernel.identity.fields import field_keys_path, keyring
from shucheng.kernel.identity.models import Case, Person
from shucheng.kernel.identity.personal_data import PERSONAL_DATA
from shucheng.lib.crypto import write_keyring

CLI = system_actor("cli")
PASSWORD = "Correct-Horse-7"
# Fields of an account that say nothing about the human being behind it.
TECHNICAL = {
    "id",
    "password",
    "last_login",
    "is_active",
    "is_service",
    "clearance",
    "expires_at",
    "password_changed_at",
    "must_change_password",
    "session_generation",
    "created_at",
}


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path):
    settings.FIELD_KEYS_FILE = tmp_path / "keys.json"


def test_every_field_of_an_account_is_technical_or_has_a_purpose_and_a_ground():
    known = {entry.field for entry in PERSONAL_DATA}
    fields = {f"identity.person.{f.name}" for f in Person._meta.concrete_fields}
    technical = {f"identity.person.{name}" for name in TECHNICAL}
    assert fields - technical <= known, "name the purpose and ground in personal_data.py"
    for entry in PERSONAL_DATA:
        app, model, field = entry.field.split(".")
        assert apps.get_model(app, model)._meta.get_field(field)
        assert all(map(str, (entry.label, entry.purpose, entry.ground, entry.kept)))


def test_every_sealed_field_is_in_the_dictionary_of_personal_data_or_a_case():
    names = {f"{m._meta.label_lower}.{f}" for m, fields in sealed_fields() for f in fields}
    known = {entry.field for entry in PERSONAL_DATA}
    told = {f"identity.notice.{part}" for part in ("what", "harm", "measures", "advice")}
    keys = {"reminders.robot.address", "reminders.robot.secret", "data.source.password"}
    assert names - known == {"identity.case.text", "identity.caseevent.note", *told, *keys}


@pytest.mark.parametrize("section", ["handler", "purpose", "retention", "rights", "lists"])
def test_the_privacy_page_has_every_section_that_is_required(client, db, section):
    assert f'id="{section}"' in client.get("/privacy/").content.decode()


def test_the_privacy_page_names_who_handles_the_data(client, db, settings):
    settings.OPERATOR = "蓝川市数据局 0000-1234567"
    assert "蓝川市数据局 0000-1234567" in client.get("/privacy/").content.decode()


@pytest.mark.parametrize("page", ["/accounts/login/", "/report/", "/organisations/"])
def test_the_privacy_page_is_linked_from_every_page(browser_of, make_person, client, page):
    browser = browser_of(make_person("li", Role.LIAISON)) if page == "/organisations/" else client
    assert 'href="/privacy/"' in browser.get(page).content.decode()


def test_anybody_files_a_report_and_follows_it_by_its_number(client, db):
    filed = client.post("/report/", {"kind": "report", "text": "有人在卖数据"})
    assert filed.status_code == 302
    page = client.get(filed.url)
    assert page.status_code == 200
    # The number alone shows the progress, not what was written.
    assert "有人在卖数据" not in page.content.decode()


def test_an_incident_has_a_clock_of_24_hours_and_is_noted_by_handlers_only(make_person):
    from shucheng.kernel.identity.actors import actor_for_person

    security = actor_for_person(make_person("sec", Role.SECURITY))
    case = open_case(Case.Kind.INCIDENT, "数据库被非授权访问", actor=security)
    assert case.due_at - case.received_at == timedelta(hours=24)
    with pytest.raises(Forbidden):
        open_case(Case.Kind.INCIDENT, "数据库被非授权访问", actor=ANONYMOUS)


def test_an_alarm_is_raised_before_the_24_hours_lapse(make_person):
    from shucheng.kernel.alerts.models import Alert
    from shucheng.kernel.identity.actors import actor_for_person
    from shucheng.kernel.identity.jobs import warn_of_due_cases

    def clock() -> dict[str, int]:
        return warn_of_due_cases({}, actor=system_actor("job"), progress=None)

    security = actor_for_person(make_person("sec", Role.SECURITY))
    case = open_case(Case.Kind.INCIDENT, "数据库被非授权访问", actor=security)
    assert clock() == {"due": 0}
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(hours=5))
    assert clock() == clock() == {"due": 1}
    alert = Alert.objects.get()
    assert (alert.code, alert.severity, alert.role) == (
        "identity.incident_due",
        "critical",
        "security",
    )


def test_a_person_downloads_everything_stored_about_them_and_nothing_about_others(
    browser_of, make_person
):
    person = make_person("li", Role.LIAISON)
    make_person("wu", Role.LIAISON)
    Person.objects.filter(pk=person.pk).update(email="li@example.org")
    data = browser_of(person).get("/account/my-data.json").json()
    assert data["account"]["email"] == "li@example.org"
    assert data["roles"][0]["role"] == "liaison"
    assert "wu" not in str(data)


def test_a_person_corrects_their_own_data_without_asking(browser_of, make_person):
    person = make_person("li", Role.LIAISON)
    browser = browser_of(person)
    changed = {"display_name": "李莉", "email": "", "phone": "13812345678", "language": "en"}
    assert browser.post("/account/change/", changed).status_code == 302
    person.refresh_from_db()
    assert (person.display_name, person.phone, person.language) == ("李莉", "13812345678", "en")
    assert "13812345678" not in str(list(AuditEntry.objects.values()))


def test_contacts_are_deleted_when_an_account_closes(make_person):
    make_person("boss", Role.ADMINISTRATOR)
    person, _ = create_person("wu", "Wu", phone="13812345678", email="w@example.org", actor=CLI)
    deactivate_person(person.pk, actor=CLI)
    person.refresh_from_db()
    assert (person.phone, person.email, person.display_name) == ("", "", "Wu")


def test_accounts_that_expired_or_nobody_used_are_closed_by_the_clock(make_person):
    boss = make_person("boss", Role.ADMINISTRATOR)
    expired, quiet, fresh = (make_person(name, Role.LIAISON) for name in ("ex", "qu", "fr"))
    now = timezone.now()
    Person.objects.filter(pk=expired.pk).update(expires_at=now - timedelta(days=1))
    old = now - timedelta(days=181)
    Person.objects.filter(pk__in=[quiet.pk, boss.pk]).update(created_at=old)
    assert close_unused_accounts(actor=CLI) == 2
    open_ones = set(Person.objects.filter(is_active=True))
    assert open_ones == {boss, fresh}


def test_ended_sessions_are_wiped(client, make_person):
    from django.contrib.sessions.models import Session

    make_person("li", Role.LIAISON)
    client.post("/accounts/login/", {"login": "li", "password": PASSWORD})
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert wipe_ended_sessions(actor=CLI) >= 1
    assert not Session.objects.exists()


def test_after_a_change_of_keys_everything_reads_as_before_and_the_old_key_is_not_used(db):
    create_person("wu", "Wu", phone="13812345678", actor=CLI)
    case = open_case("complaint", "页面打不开", actor=ANONYMOUS)
    old = keyring()
    assert rotate_field_keys(actor=CLI) >= 2
    assert keyring().current != old.current
    assert Person.objects.get(username="wu").phone == "13812345678"
    assert Case.objects.get(pk=case.pk).text == "页面打不开"
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM identity_person UNION SELECT text FROM identity_case")
        assert all(keyring().is_current(row[0]) for row in cursor.fetchall() if row[0])


def test_without_the_keys_the_database_alone_says_nothing(db, tmp_path):
    from shucheng.lib.crypto import CryptoError, new_keyring

    create_person("wu", "Wu", phone="13812345678", actor=CLI)
    write_keyring(field_keys_path(), new_keyring())
    with pytest.raises(CryptoError):
        Person.objects.get(username="wu")


def test_the_register_of_processing_is_exported_for_an_audit(browser_of, make_person):
    open_case("access", "我要看看存了我什么", contact="13812345678", actor=ANONYMOUS)
    browser = browser_of(make_person("au", Role.AUDITOR))
    report = browser.get("/settings/cases/register.json").json()
    assert len(report["processing"]) == len(PERSONAL_DATA)
    assert [case["kind"] for case in report["cases"]] == ["access"]
    assert "13812345678" not in str(report)
    assert AuditEntry.objects.filter(code="data.exported").exists()
    assert browser.get("/settings/cases/register.json?first=2025-13-01").status_code == 422
