"""Nobody changes, removes, moves or rewrites an entry unnoticed."""

import gzip
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.append_only import lifted
from tests.records import an_actor, make_organisation, make_person

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.alerts.queries import alerts_list
from shucheng.kernel.audit import verify
from shucheng.kernel.audit.actions import archive_entries, export_entries
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.jobs import archive_job, verify_chain_job
from shucheng.kernel.audit.models import AuditEntry, AuditHead
from shucheng.kernel.audit.queries import Search, head, keep_days, verify_chain
from shucheng.kernel.errors import Forbidden

pytestmark = pytest.mark.django_db

AUDITOR = an_actor(Role.AUDITOR)


def write(count: int) -> None:
    organisation = make_organisation()
    person = make_person()
    actor = an_actor(Role.LIAISON, organisation=organisation, address="10.1.1.1")
    for number in range(count):
        record(
            "test.thing.changed",
            person,
            actor=actor,
            before={"n": number},
            after={"n": number + 1},
            note="数字经济",
        )


def tamper(sql: str, *values: Any) -> None:
    """What somebody with full rights on the database would do."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_chain_that_nobody_touched_holds() -> None:
    write(30)
    assert verify_chain().intact
    assert verify_chain().entries == 30


def test_an_empty_log_holds() -> None:
    assert verify_chain().intact


OTHER_VALUES: dict[str, Any] = {
    "recorded_at": timezone.now() - timedelta(days=2),
    "person_id": None,
    "organisation_id": None,
    "success": False,
}


@pytest.mark.parametrize("column", [c for c in verify.COLUMNS if c != "sequence"])
def test_a_change_of_any_column_is_found_and_named(column: str) -> None:
    write(5)
    person = make_person()
    value = OTHER_VALUES.get(column, "tampered")
    if column == "person_id":
        value = person.pk
    tamper(f"UPDATE audit_auditentry SET {column} = %s WHERE sequence = 3", value)  # noqa: S608
    outcome = verify_chain()
    assert outcome.broken_at == 3
    assert str(outcome).startswith("BROKEN at entry 3: its ")


def test_a_change_with_a_fresh_hash_is_found_at_the_next_entry() -> None:
    write(5)
    row = AuditEntry.objects.filter(sequence=3).values(*verify.COLUMNS).get()
    forged = verify.fingerprint({**row, "person_name": "somebody else"})
    tamper(
        "UPDATE audit_auditentry SET person_name = %s, hash = %s WHERE sequence = 3",
        "somebody else",
        forged,
    )
    assert verify_chain().broken_at == 4


@pytest.mark.parametrize(("victims", "named"), [([1], 2), ([3], 4), ([2, 3], 4), ([5], 5)])
def test_a_deleted_entry_is_found(victims: list[int], named: int) -> None:
    write(5)
    for victim in victims:
        tamper("DELETE FROM audit_auditentry WHERE sequence = %s", victim)
    assert verify_chain().broken_at == named


def test_two_entries_that_changed_places_are_found() -> None:
    write(5)
    for old, new in ((2, 99), (3, 2), (99, 3)):
        tamper("UPDATE audit_auditentry SET sequence = %s WHERE sequence = %s", new, old)
    assert verify_chain().broken_at == 2


def test_a_chain_written_anew_is_found_by_whoever_noted_an_entry() -> None:
    write(5)
    noted = head()
    with lifted():
        AuditEntry.objects.all().delete()
        AuditHead.objects.all().delete()
    write(6)
    assert verify_chain().intact
    assert verify_chain(known=noted).broken_at == 5


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.text(st.characters(exclude_characters="\0")), st.text() | st.integers()))
def test_whatever_was_recorded_verifies(facts: dict[str, Any]) -> None:
    with transaction.atomic():
        record("test.any.thing", None, actor=AUDITOR, after=facts)
        assert verify_chain().intact
        transaction.set_rollback(True)


def test_an_export_is_verified_by_the_script_alone(tmp_path: Path) -> None:
    write(4)
    path = tmp_path / "audit.jsonl"
    with path.open("w", encoding="utf-8") as file:
        assert export_entries(file, actor=AUDITOR) == 4
    code, said = run_alone(path)
    assert code == 0
    assert said.startswith(f"OK: 4 entries, 1 to 4, head 4:{last_hash(path)}; 1 signatures by sm2:")
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("数字经济", "数字")
    path.write_text("\n".join(lines))
    assert run_alone(path)[0] == 1
    assert run_alone(path)[1].startswith("BROKEN at entry 2")


def test_a_part_of_the_log_verifies_only_when_asked_as_a_part(tmp_path: Path) -> None:
    write(6)
    lines = io.StringIO()
    export_entries(lines, Search(), actor=AUDITOR)
    path = tmp_path / "part.jsonl"
    path.write_text("".join(lines.getvalue().splitlines(keepends=True)[3:-1]))
    assert run_alone(path)[0] == 1
    assert run_alone(path, "--partial")[0] == 0


def test_a_file_that_is_no_log_is_an_error_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("hello")
    assert run_alone(path)[0] == 2


def test_only_auditors_export() -> None:
    with pytest.raises(Forbidden):
        export_entries(io.StringIO(), actor=an_actor(Role.ADMINISTRATOR))


def test_retention_cannot_be_set_below_180_days(settings: Any) -> None:
    settings.AUDIT_KEEP_DAYS = 7
    assert keep_days() == 180
    settings.AUDIT_KEEP_DAYS = 1095
    assert keep_days() == 1095


def test_the_database_itself_keeps_young_entries() -> None:
    write(1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_old_entries_move_to_a_file_and_the_rest_still_explains_itself(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AUDIT_KEEP_DAYS = 200
    long_ago = timezone.now() - timedelta(days=300)
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: long_ago)
        write(3)
    write(2)
    path = archive_entries(tmp_path, actor=AUDITOR)
    assert path is not None
    assert list(AuditEntry.objects.values_list("sequence", flat=True)) == [4, 5, 6]
    assert verify_chain().intact
    with gzip.open(path, "rt") as lines:
        assert [json.loads(line).get("sequence") for line in lines] == [1, 2, 3, None]
    assert run_alone(path)[0] == 0
    # Without the entry that vouches for the archive the beginning is missing.
    tamper("DELETE FROM audit_auditentry WHERE sequence = 6")
    assert not verify_chain().intact


def test_the_clock_puts_away_what_passed_its_time_and_nothing_before(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AUDIT_KEEP_DAYS, settings.DATA_FOLDER = 200, tmp_path
    clock = system_actor("job")
    write(2)
    assert archive_job({}, actor=clock, progress=None) == {}
    later = timezone.now() + timedelta(days=240)
    with lifted(), connection.cursor() as cursor:
        # What the trigger would say by then; the test's database does not travel in time.
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert archive_job({}, actor=clock, progress=None) == {"file": "audit-to-2.jsonl.gz"}
        cursor.execute("SELECT code FROM audit_auditentry")
        assert cursor.fetchall() == [("audit.entries.archived",)]
    assert run_alone(tmp_path / "audit-archive" / "audit-to-2.jsonl.gz")[0] == 0


def test_a_broken_chain_alarms_the_auditors() -> None:
    write(3)
    tamper("UPDATE audit_auditentry SET person_name = 'x' WHERE sequence = 2")
    verify_chain_job({}, actor=system_actor("job"), progress=lambda *_: None)
    [alert] = alerts_list(actor=AUDITOR)
    assert (alert.severity, alert.values["entry"]) == ("critical", 2)


def last_hash(path: Path) -> str:
    found: str = json.loads(path.read_text().splitlines()[-2])["hash"]
    return found


def run_alone(*arguments: object) -> tuple[int, str]:
    """The verifier as an auditor runs it: isolated, without this package's dependencies."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", verify.__file__, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout
