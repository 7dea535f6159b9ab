"""Uploads: what is accepted, how it is kept, who may open it."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.files import storage
from shucheng.kernel.files.actions import safe_name, store_file
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.queries import file_for

OFFICE = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path


def office_file(*names: str, size: int = 10) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return out.getvalue()


@pytest.mark.django_db
def test_an_upload_is_kept_under_its_hash_and_read_back() -> None:
    stored = store_file("行动计划.txt", "到2027年".encode(), actor=OFFICE)
    assert stored.name == "行动计划.txt"
    assert storage.path_of(stored.sha256).is_file()
    assert file_for(stored.pk, actor=OFFICE).read().decode() == "到2027年"
    assert AuditEntry.objects.filter(code="files.file.stored").count() == 1


@pytest.mark.django_db
def test_the_same_content_is_stored_once() -> None:
    first = store_file("a.txt", b"same", actor=OFFICE)
    second = store_file("b.txt", b"same", actor=OFFICE)
    assert first.pk != second.pk
    assert len([p for p in storage.folder().rglob("*") if p.is_file()]) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "files.empty"),
        ("program.exe", b"MZ\x90\x00\x03", "files.kind"),
        ("fake.txt", b"text\x00binary", "files.kind"),
        ("noending", b"words", "files.kind"),
        ("archive.docx", office_file("a.txt"), "files.content"),
        ("bomb.docx", office_file("word/document.xml", size=60_000_000), "files.content"),
        ("macro.docx", office_file("word/document.xml", "word/vbaProject.bin"), "files.content"),
        ("broken.xlsx", b"PK\x03\x04 no archive", "files.content"),
        (
            "virus.txt",
            b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
            "files.unsafe",
        ),
    ],
)
def test_what_is_not_accepted_says_why_and_leaves_nothing(
    name: str, data: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        store_file(name, data, actor=OFFICE)
    assert refused.value.code == code
    assert refused.value.next_step
    assert not StoredFile.objects.exists()
    assert not [p for p in storage.folder().rglob("*") if p.is_file()]
    assert AuditEntry.objects.get().success is False


@pytest.mark.django_db
def test_a_file_over_the_limit_is_refused_unless_it_was_made_here(settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1024 * 1024
    big = b"x" * (1024 * 1024 + 1)
    with pytest.raises(Invalid, match="1 MB"):
        store_file("big.txt", big, actor=OFFICE)
    assert store_file("big.txt", big, made_here=True, actor=OFFICE).size == len(big)


@pytest.mark.django_db
def test_a_scanner_that_cannot_run_refuses(settings: Any) -> None:
    settings.SCANNER = ["/nowhere/scanner"]
    with pytest.raises(Invalid):
        store_file("a.txt", b"words", actor=OFFICE)
    settings.SCANNER = ["cat"]
    assert store_file("a.txt", b"words", actor=OFFICE).scanned_by == "cat"


@pytest.mark.django_db
def test_another_organisation_does_not_see_the_file() -> None:
    from shucheng.kernel.identity.models import Organisation

    one, two = (
        Organisation.objects.create(code=code, name=code, kind="department")
        for code in ("one", "two")
    )
    mine = Actor(None, "mine", frozenset({Role.LIAISON}), one.pk, frozenset({one.pk}))
    other = Actor(None, "other", frozenset({Role.LIAISON}), two.pk, frozenset({two.pk}))
    stored = store_file("a.csv", b"1,2", actor=mine)
    assert file_for(stored.pk, actor=mine) == stored
    with pytest.raises(NotFound):
        file_for(stored.pk, actor=other)
    with pytest.raises(Forbidden):
        store_file("a.csv", b"1,2", actor=other, organisation_id=one.pk)


@pytest.mark.django_db
def test_content_that_was_changed_on_disk_is_not_handed_out() -> None:
    stored = store_file("a.txt", b"true", actor=OFFICE)
    assert stored.in_place().read_bytes() == b"true"
    storage.path_of(stored.sha256).write_bytes(b"false")
    with pytest.raises(storage.ContentChanged):
        stored.read()
    with pytest.raises(storage.ContentChanged):
        stored.in_place()


@given(st.text(max_size=300))
def test_a_safe_name_has_no_path_no_control_and_the_true_ending(name: str) -> None:
    safe = safe_name(name, "txt")
    assert safe.endswith(".txt")
    assert len(safe) <= 180
    assert not set(safe) & set('/\\\x00\n\r"<>|*?:')
