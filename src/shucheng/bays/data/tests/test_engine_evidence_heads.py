"""Signed heads and witnesses: what continues the log is taken, anything else is refused."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from shucheng.bays.data.engine.evidence import heads, verify
from shucheng.bays.data.engine.evidence.heads import HeadRefused, SignedHead, key_id, verify_head
from shucheng.bays.data.engine.evidence.merkle import HASHES, SM3
from shucheng.bays.data.engine.evidence.witness import last_witnessed, witness_head
from shucheng.bays.data.tests.evidence_heads import KEYS, START, head_of, tree_of
from shucheng.lib.signatures import SCHEMES, new_signing_key

# -- heads -----------------------------------------------------------------------------------------


def test_the_signed_bytes_are_those_that_are_documented():
    # The key and numbers of GB/T 32918.5, annex A.
    public = (
        "sm2:CfnfMR5UIaFQ3X0WHkvFxnIXn62DP8B2uwj/NW81AgzOpJDOJndaUtxupxjMGqYA7QX781"
        "4IemMvYHLamtE9EA=="
    )
    head = SignedHead("盐渎", 7, bytes(range(32)), 1757404800123, SM3, public)
    assert head.statement.decode() == (
        "shucheng.evidence-head/1\n盐渎\n7\n"
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
        f"1757404800123\nsm3\nsm2:{key_id(SM3, public)}\n"
    )
    assert key_id(SM3, public) == hashlib.new("sm3", public.encode()).hexdigest()[:16]
    assert head.signed_at == datetime(2025, 9, 9, 8, 0, 0, 123000, tzinfo=UTC)
    assert set(head.to_json()) == {"schema", *heads.FIELDS}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("hash_name", HASHES)
def test_a_head_holds_for_its_key_and_reads_back(tmp_path, scheme, hash_name):
    key = KEYS[scheme]
    head = head_of(tree_of(hash_name, 9), 9, key)
    verify_head(head, [str(key.public)])
    again = SignedHead.from_json(json.loads(json.dumps(head.to_json())))
    assert again == head
    with pytest.raises(HeadRefused, match="not trusted"):
        verify_head(head, [str(new_signing_key().public)])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origin", "elsewhere"),
        ("size", 8),
        ("root", "00" * 32),
        ("timestamp", 1),
        ("hash", "sha256"),
        ("signature", "sm2:AAAA"),
        ("signature", ""),
    ],
)
def test_a_head_with_anything_changed_does_not_hold(tmp_path, field, value):
    key = KEYS["sm2"]
    said = head_of(tree_of("sm3", 9), 9, key).to_json()
    with pytest.raises(HeadRefused, match="does not hold"):
        verify_head(SignedHead.from_json(said | {field: value}), [str(key.public)])


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "shucheng.evidence-head/2"},
        {"size": "9"},
        {"size": -1},
        {"size": True},
        {"root": "00"},
        {"root": "Z" * 64},
        {"hash": "md5"},
        {"origin": "two\nlines"},
        {"origin": ""},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_no_head_is_refused(tmp_path, change):
    said = head_of(tree_of("sm3", 9), 9, KEYS["sm2"]).to_json()
    with pytest.raises(HeadRefused):
        SignedHead.from_json(said | change)
    with pytest.raises(HeadRefused):
        SignedHead.from_json({name: value for name, value in said.items() if name != "size"})


# -- the witness -----------------------------------------------------------------------------------


def test_a_witness_takes_every_head_that_continues_the_last(tmp_path):
    tree, key = tree_of("sm3", 40), KEYS["sm2"]
    file, keys = tmp_path / "witness.jsonl", [str(KEYS["sm2"].public)]
    last = 0
    for size in (0, 3, 3, 8, 21, 40):
        witness_head(file, head_of(tree, size, key), tree.consistency(last, size), keys=keys)
        last = size
        assert last_witnessed(file) == head_of(tree, size, key) or last_witnessed(file).size == size
    assert len(file.read_text().splitlines()) == 6


def test_a_witness_refuses_a_head_that_does_not_continue_the_last(tmp_path):
    tree, key = tree_of("sm3", 40), KEYS["sm2"]
    file, keys = tmp_path / "witness.jsonl", [str(KEYS["sm2"].public)]
    with pytest.raises(HeadRefused, match="continues nothing"):
        witness_head(file, head_of(tree, 20, key), tree.consistency(7, 20), keys=keys)
    witness_head(file, head_of(tree, 20, key), [], keys=keys)
    before = file.read_bytes()
    rewritten = tree_of("sm3", 40, other=5)
    path = tree.consistency(20, 40)
    refused = [
        (head_of(rewritten, 40, key), rewritten.consistency(20, 40), "does not continue"),
        (head_of(rewritten, 40, key), path, "does not continue"),
        (head_of(rewritten, 20, key), [], "does not continue"),
        (head_of(tree, 40, key), path[:-1], "does not continue"),
        (head_of(tree, 40, key), [], "does not continue"),
        (head_of(tree, 19, key), tree.consistency(19, 20), "older"),
        (head_of(tree, 40, key, signed_at=START), path, "older"),
        (head_of(tree, 40, key, origin="another"), path, "another log"),
        (head_of(tree, 40, KEYS["ed25519"]), path, "not trusted"),
    ]
    for head, proof, why in refused:
        with pytest.raises(HeadRefused, match=why):
            witness_head(file, head, proof, keys=keys)
        assert file.read_bytes() == before
    witness_head(file, head_of(tree, 40, key), path, keys=keys)


def test_a_line_that_a_crash_left_torn_is_written_over(tmp_path):
    tree, key = tree_of("sm3", 40), KEYS["sm2"]
    file, keys = tmp_path / "witness.jsonl", [str(KEYS["sm2"].public)]
    witness_head(file, head_of(tree, 20, key), [], keys=keys)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:50])
    assert last_witnessed(file).size == 20
    witness_head(file, head_of(tree, 30, key), tree.consistency(20, 30), keys=keys)
    assert [line["head"]["size"] for line in verify.lines_of(file)] == [20, 30]
    file.write_text("no head\n")
    with pytest.raises(HeadRefused, match="no witness's file"):
        last_witnessed(file)
