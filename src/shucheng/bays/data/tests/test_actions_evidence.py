"""The log outlives crashes and backups of different moments, or says that it cannot."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from shucheng.bays.data.actions import evidence as actions
from shucheng.bays.data.actions.evidence import append_evidence, leaf_of, leave_evidence
from shucheng.bays.data.actions.witness import show_witness
from shucheng.bays.data.engine.evidence import verify
from shucheng.bays.data.engine.evidence.log import Log, LogReader
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf, TreeHead
from shucheng.bays.data.queries import proofs
from shucheng.bays.data.queries.evidence import RECOVERED, check_log, log_folder, waits
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Invalid, ShuchengError

pytestmark = pytest.mark.django_db


def left(n: int, first: int = 0) -> list[EvidenceEvent]:
    return [leave_evidence("test", f"X-{at}", n=at) for at in range(first, first + n)]


def verified(tmp_path: Path, content: bytes, proof: Any, *more: str) -> tuple[int, str]:
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    command = [sys.executable, "-I", verify.__file__, str(tmp_path / "content")]
    command += [str(tmp_path / "proof.json"), "--public-key", proofs.public_key(), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def rows_forgotten(*tables: str) -> None:
    """As an older backup would have it: past the guards, which a test may."""
    with connection.cursor() as cursor:
        for statement in tables:
            cursor.execute(statement)


@pytest.fixture
def unguarded(db: None) -> None:
    rows_forgotten(
        *(
            f"DROP TRIGGER IF EXISTS append_only_data_{table}_{kind}{on}"
            for table in ("evidenceevent", "evidenceleaf", "treehead")
            for kind in ("update", "delete")
            for on in ([f" ON data_{table}"] if connection.vendor != "sqlite" else [""])
        )
    )


def test_a_head_is_signed_only_when_something_came(cast: Cast):
    assert append_evidence(actor=cast.bureau) == 0
    assert not TreeHead.objects.exists()
    left(3)
    assert waits()
    assert append_evidence(actor=cast.bureau) == 3
    assert append_evidence(actor=cast.bureau) == 0
    assert [head.size for head in TreeHead.objects.all()] == [3]
    assert not waits()


def test_batches_each_in_a_transaction_of_their_own(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(actions, "BATCH", 4)
    events = left(10)
    assert append_evidence(actor=cast.bureau) == 10
    numbers = EvidenceLeaf.objects.values_list("number", "event_id")
    assert list(numbers) == [(n, event.pk) for n, event in enumerate(events)]
    assert TreeHead.objects.count() == 1


def test_one_appends_at_a_time(cast: Cast):
    left(1)
    with Log(log_folder()), pytest.raises(ShuchengError) as refused:
        append_evidence(actor=cast.bureau)
    assert refused.value.code == "evidence.busy"
    assert append_evidence(actor=cast.bureau) == 1


def test_a_job_killed_after_the_log_before_the_database(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    left(5)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(actions, "_note", killed)
    with pytest.raises(KeyboardInterrupt):
        append_evidence(actor=cast.bureau)
    monkeypatch.undo()
    assert EvidenceLeaf.objects.count() == 0
    left(2, 5)
    assert append_evidence(actor=cast.bureau) == 7
    with LogReader(log_folder()) as log:
        assert log.size == 7
        said = [json.loads(log.leaf(n))["content"]["n"] for n in range(7)]
    assert said == list(range(7))


@pytest.mark.usefixtures("unguarded")
def test_an_older_database_gets_its_events_back_from_the_log(cast: Cast, tmp_path: Path):
    left(6)
    append_evidence(actor=cast.bureau)
    lost = EvidenceEvent.objects.get(about="X-5")
    rows_forgotten(
        "DELETE FROM data_treehead",
        "DELETE FROM data_evidenceleaf WHERE number >= 4",
        "DELETE FROM data_evidenceevent WHERE about IN ('X-4', 'X-5')",
    )
    EvidenceEvent.objects.create(pk=lost.pk, kind="new", about="Y", content={})
    assert append_evidence(actor=cast.bureau) == 3
    back = EvidenceEvent.objects.get(about="X-5")
    assert back.kind == RECOVERED
    assert back.leaf.number == 5
    assert json.loads(leaf_of(back))["content"] == {"n": 5}
    assert EvidenceEvent.objects.get(about="Y").leaf.number == 6
    code, said = verified(tmp_path, proofs.leaf_content(5), proofs.proof_of(5, actor=cast.auditor))
    assert code == 0, said


def test_an_older_or_lost_log_is_made_again_from_the_database(cast: Cast):
    left(5)
    append_evidence(actor=cast.bureau)
    kept = log_folder().with_name("kept")
    shutil.copytree(log_folder(), kept)
    left(3, 5)
    append_evidence(actor=cast.bureau)
    head = TreeHead.objects.order_by("-id").first()
    shutil.rmtree(log_folder())
    kept.rename(log_folder())
    for _ in range(2):
        left(1, 8)
        append_evidence(actor=cast.bureau)
        with LogReader(log_folder()) as log:
            assert head
            assert log.tree.root(8).hex() == head.head["root"]
        origins = {row.head["origin"] for row in TreeHead.objects.all()}
        assert len(origins) == 1
        shutil.rmtree(log_folder())


@pytest.mark.usefixtures("unguarded")
def test_events_that_were_changed_do_not_become_the_log(cast: Cast):
    left(5)
    append_evidence(actor=cast.bureau)
    shutil.rmtree(log_folder())
    rows_forgotten("UPDATE data_evidenceevent SET about = 'other' WHERE about = 'X-2'")
    left(1, 5)
    with pytest.raises(ShuchengError) as refused:
        append_evidence(actor=cast.bureau)
    assert refused.value.code == "evidence.apart"
    with LogReader(log_folder()) as log:
        assert log.size == 0


def test_a_log_of_another_platform_is_not_written_to(cast: Cast):
    left(2)
    append_evidence(actor=cast.bureau)
    shutil.rmtree(log_folder())
    with Log(log_folder()) as log:
        log.append([b'{"event":1}', b'{"event":2}', b'{"event":3}'])
    left(1, 2)
    with pytest.raises(ShuchengError) as refused:
        append_evidence(actor=cast.bureau)
    assert refused.value.code == "evidence.apart"


def test_the_verifier_accepts_each_leaf_and_no_changed_one(cast: Cast, tmp_path: Path):
    left(7)
    append_evidence(actor=cast.bureau)
    older = proofs.head_of(actor=cast.auditor).head
    (tmp_path / "older.json").write_text(json.dumps(older))
    left(4, 7)
    append_evidence(actor=cast.bureau)
    show_witness(tmp_path / "witness.jsonl", "审计局", actor=cast.bureau)
    left(2, 11)
    append_evidence(actor=cast.bureau)
    show_witness(tmp_path / "witness.jsonl", "审计局", actor=cast.bureau)
    beside = ("--older", str(tmp_path / "older.json"), "--witness", str(tmp_path / "witness.jsonl"))
    for number in (0, 6, 9):
        content = proofs.leaf_content(number)
        proof = proofs.proof_of(number, known=[older["size"]], actor=cast.auditor)
        code, said = verified(tmp_path, content, proof, *beside)
        assert code == 0, said
        code, said = verified(tmp_path, content.replace(b"X-", b"Z-"), proof, *beside)
        assert (code, "FAILED" in said) == (1, True)
    checked = proofs.check(content, json.dumps(proof).encode(), actor=cast.auditor)
    assert checked.holds
    assert not proofs.check(b"other", json.dumps(proof).encode(), actor=cast.auditor).holds
    assert not proofs.check(b"other", b"[" * 100_000, actor=cast.auditor).holds


def test_a_witness_does_not_take_a_rewritten_log(cast: Cast, tmp_path: Path):
    left(3)
    append_evidence(actor=cast.bureau)
    file = tmp_path / "witness.jsonl"
    assert show_witness(file, "审计局", actor=cast.bureau).size == 3
    assert show_witness(file, "审计局", actor=cast.bureau).size == 3
    assert len(file.read_text().splitlines()) == 1
    (event,) = proofs.witnessed()
    assert (event.about, event.content["size"]) == ("审计局", 3)
    said = json.loads(file.read_text())
    said["head"]["root"] = "0" * 64
    file.write_text(json.dumps(said) + "\n")
    append_evidence(actor=cast.bureau)
    with pytest.raises(Invalid) as refused:
        show_witness(file, "审计局", actor=cast.bureau)
    assert refused.value.code == "evidence.witness-refused"


@pytest.mark.usefixtures("unguarded")
def test_the_check_finds_a_changed_event_and_a_changed_file(cast: Cast):
    left(5)
    append_evidence(actor=cast.bureau)
    left(1, 5)
    assert check_log() == "5 leaves hold, 1 events wait"
    journal = log_folder() / "journal"
    kept = journal.read_bytes()
    journal.write_bytes(kept.replace(b"X-3", b"X-4"))
    with pytest.raises(ShuchengError):
        check_log()
    journal.write_bytes(kept)
    rows_forgotten("UPDATE data_evidenceevent SET about = 'other' WHERE about = 'X-2'")
    with pytest.raises(ShuchengError) as refused:
        check_log()
    assert "leaf 2" in refused.value.message


def test_nothing_that_was_settled_is_looked_at_again(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """An event with an earlier number that is committed late is still found."""
    from datetime import timedelta

    from django.utils import timezone

    from shucheng.bays.data.queries import evidence

    left(4)
    append_evidence(actor=cast.bureau)
    assert evidence._settled() == 0, "all are so young that one before them may still come"
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    left(1, 4)
    append_evidence(actor=cast.bureau)
    last = EvidenceEvent.objects.get(about="X-3")
    assert evidence._settled() >= last.pk
    left(1, 5)
    assert append_evidence(actor=cast.bureau) == 1
