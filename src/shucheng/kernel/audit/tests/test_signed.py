"""What was published or exported carries a signature that nobody can make afterwards."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from tests.append_only import lifted
from tests.records import an_actor, signed_in

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.audit import verify
from shucheng.kernel.audit.actions import export_entries, sign_chain
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.jobs import sign_job
from shucheng.kernel.audit.models import AuditEntry, AuditHead, SignedHead
from shucheng.kernel.audit.queries import head, verify_chain
from shucheng.kernel.audit.signed import Trust
from shucheng.kernel.audit.signing import signing_key
from shucheng.kernel.errors import Forbidden, Invalid
from shucheng.lib.signatures import new_signing_key

pytestmark = pytest.mark.django_db

AUDITOR = an_actor(Role.AUDITOR)
CLOCK = system_actor("job")


@pytest.fixture(autouse=True, params=["sm", "international"])
def own_key(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    settings.FIELD_KEYS_PROVIDER = request.param
    settings.SIGNING_KEY_FILE = tmp_path / "signing-key.json"
    return str(signing_key().public)


@action
def publish(*, actor: Actor, fails: bool = False) -> None:
    record("test.paper.published", ("paper", "1", "简报"), actor=actor)
    if fails:
        raise Invalid("test.no", "no", "stop")


def tamper(sql: str, *values: Any) -> None:
    with lifted(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_what_is_published_is_signed_in_the_same_transaction(own_key: str) -> None:
    record("test.paper.drafted", ("paper", "1", ""), actor=AUDITOR)
    assert not SignedHead.objects.exists()
    publish(actor=AUDITOR)
    signed = SignedHead.objects.get()
    assert (signed.sequence, signed.hash) == head()
    assert (signed.reason, signed.public_key) == ("test.paper.published", own_key)
    outcome = verify_chain()
    assert (outcome.intact, outcome.signatures, outcome.signers) == (True, 1, (own_key,))


def test_what_was_not_published_after_all_is_not_signed() -> None:
    with pytest.raises(Invalid):
        publish(actor=AUDITOR, fails=True)
    assert not SignedHead.objects.exists()


def test_nothing_is_published_when_it_cannot_be_signed(settings: Any) -> None:
    Path(settings.SIGNING_KEY_FILE).write_text("{}")
    with pytest.raises(Exception, match="holds no signing key"):
        publish(actor=AUDITOR)
    assert not AuditEntry.objects.exists()


def test_the_clock_signs_the_end_of_the_chain() -> None:
    record("test.thing.done", None, actor=AUDITOR)
    sign_job({}, actor=CLOCK, progress=lambda *_: None)
    assert SignedHead.objects.get().sequence == 1
    with pytest.raises(Forbidden):
        sign_chain("by hand", actor=an_actor(Role.ADMINISTRATOR))


def test_the_database_keeps_signatures() -> None:
    publish(actor=AUDITOR)
    for change in (lambda: SignedHead.objects.update(hash=""), SignedHead.objects.all().delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_a_chain_written_anew_is_found_by_its_signatures() -> None:
    for _ in range(3):
        record("test.thing.done", None, actor=AUDITOR)
    publish(actor=AUDITOR)
    with lifted():
        AuditEntry.objects.all().delete()
        AuditHead.objects.all().delete()
    for _ in range(6):
        record("test.thing.done", None, actor=AUDITOR)
    outcome = verify_chain()
    assert outcome.broken_at == 4
    assert "the entry that was signed at" in outcome.reason


def test_an_end_cut_off_with_its_head_is_found_by_what_was_signed() -> None:
    record("test.thing.done", None, actor=AUDITOR)
    before = head()
    publish(actor=AUDITOR)
    tamper("DELETE FROM audit_auditentry WHERE sequence = 2")
    tamper("UPDATE audit_audithead SET sequence = %s, hash = %s", *before)
    outcome = verify_chain()
    assert (outcome.broken_at, outcome.reason) == (
        2,
        "entry 2, which was signed, is missing at the end",
    )


@pytest.mark.parametrize(
    ("column", "value"), [("reason", "x"), ("signed_at", timezone.now()), ("hash", "0" * 64)]
)
def test_a_changed_statement_is_found(column: str, value: Any) -> None:
    publish(actor=AUDITOR)
    tamper(f"UPDATE audit_signedhead SET {column} = %s", value)  # noqa: S608
    assert verify_chain().broken_at == 1


def test_a_signature_by_another_key_than_the_one_noted_is_found(
    settings: Any, tmp_path: Path, own_key: str
) -> None:
    publish(actor=AUDITOR)
    assert verify_chain(keys=(own_key,)).intact
    other = str(new_signing_key().public)
    assert "another key" in verify_chain(keys=(other,)).reason
    # After a change of keys both are noted.
    settings.SIGNING_KEY_FILE = tmp_path / "next.json"
    publish(actor=AUDITOR)
    later = str(signing_key().public)
    assert not verify_chain(keys=(own_key,)).intact
    assert verify_chain(keys=(own_key, later)).signatures == 2


def exported(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        export_entries(file, actor=AUDITOR)
    return path


def test_an_export_that_lost_its_end_or_its_signature_is_found_by_the_script_alone(
    tmp_path: Path, own_key: str
) -> None:
    for _ in range(3):
        record("test.thing.done", None, actor=AUDITOR)
    path = exported(tmp_path / "audit.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    alone = [sys.executable, "-I", "-S", verify.__file__]
    checked = own_key.startswith("sm2:")

    def outcome(text: str, *options: str) -> tuple[int, str]:
        path.write_text(text)
        done = subprocess.run(
            [*alone, str(path), *options], capture_output=True, text=True, check=False, timeout=60
        )
        return done.returncode, done.stdout

    code, said = outcome("".join(lines), "--public-key", own_key)
    assert code == 0
    # Ed25519 needs a package that an isolated Python does not have: it says so.
    assert ("1 signatures by sm2:" in said) is checked
    assert ("NOT CHECKED" in said) is not checked
    short = outcome("".join([*lines[:2], lines[-1]]))
    assert short == (1, "BROKEN at entry 2: the lines are not those that were signed\n")
    assert outcome("".join(lines[:-1]), "--public-key", own_key)[0] == 1
    seal = json.loads(lines[-1])
    seal["statement"]["signed_at"] = "2020-01-01T00:00:00.000000+00:00"
    forged = outcome("".join([*lines[:-1], json.dumps(seal)]))
    assert (forged[0] == 1) is checked


def test_what_a_search_found_is_verified_entry_by_entry(tmp_path: Path) -> None:
    for code in ("a.b.c", "plan.x.y", "a.b.c", "plan.x.y"):
        record(code, None, actor=AUDITOR)
    answer = signed_in(Role.AUDITOR).post("/audit/export/", {"code": "plan."})
    path = tmp_path / "found.jsonl"
    path.write_bytes(answer.content)
    assert not verify.verify_source(str(path)).intact
    chosen = Trust(selection=True)
    assert verify.verify_source(str(path), chosen).signatures == 1
    path.write_text(path.read_text().replace('"code": "plan.x.y"', '"code": "plan.x.z"', 1))
    assert verify.verify_source(str(path), chosen).broken_at == 2


def test_the_page_names_the_key_and_what_was_signed_last(own_key: str) -> None:
    publish(actor=AUDITOR)
    page = signed_in(Role.AUDITOR).get("/audit/chain/?check=1").content.decode()
    assert own_key.replace("+", "&#x2B;") in page or own_key in page
