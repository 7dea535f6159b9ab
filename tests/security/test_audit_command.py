"""`shucheng audit`: what an auditor with a shell verifies, signs and notes."""

import pytest
from tests.records import an_actor

from shucheng.cli import main
from shucheng.kernel.actor import Role
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.queries import head
from shucheng.lib.signatures import new_signing_key

pytestmark = pytest.mark.django_db


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["audit", *words])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_an_entry_noted_earlier_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    record("test.thing.done", None, actor=an_actor(Role.AUDITOR))
    sequence, digest = head()
    code, text = said(capsys, "verify", "--head", f"{sequence}:{digest}")
    assert (code, text.startswith("OK: 1 entries")) == (0, True)
    code, text = said(capsys, "verify", "--head", f"{sequence}:{'0' * 64}")
    assert (code, "written anew" in text) == (1, True)
    assert said(capsys, "verify", "--head", f"{sequence + 1}:{digest}")[0] == 1
    code, text = said(capsys, "verify", "--head", "yesterday")
    assert (code, "SEQUENCE:HASH" in text) == (2, True)


def test_signing_by_hand_and_the_key_to_note(capsys: pytest.CaptureFixture[str]) -> None:
    record("test.thing.done", None, actor=an_actor(Role.AUDITOR))
    assert said(capsys, "sign")[0] == 0
    key = said(capsys, "public-key")[1].strip()
    assert key.startswith("sm2:")
    code, text = said(capsys, "verify", "--public-key", key)
    assert (code, f"1 signatures by {key}" in text) == (0, True)
    assert said(capsys, "verify", "--public-key", str(new_signing_key().public))[0] == 1
