"""The verifier that stands alone: what is true verifies, and each part that is changed is named."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.data.engine.evidence import verify
from shucheng.bays.data.engine.evidence.merkle import HASHES, SM3
from shucheng.bays.data.engine.evidence.witness import make_proof, witness_head
from shucheng.bays.data.tests.evidence_heads import KEYS, START, head_of, tree_of
from shucheng.lib.signatures import SCHEMES, new_signing_key

# -- the verifier's own cryptography ---------------------------------------------------------------


@settings(max_examples=60)
@given(data=st.binary(max_size=300))
def test_its_sm3_is_that_of_the_library(data):
    assert verify.sm3(data) == SM3.digest(data)


def test_its_sm3_gives_the_answers_printed_in_the_standard():
    # GB/T 32905-2016, A.1 and A.2.
    assert verify.sm3(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert verify.sm3(b"abcd" * 16).hex() == (
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_its_sm2_accepts_the_signature_printed_in_the_standard():
    # GB/T 32918.5-2017, A.2.
    public = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    signature = bytes.fromhex(
        "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    )
    assert verify.sm2_holds(public, b"message digest", signature)
    assert not verify.sm2_holds(public, b"message digesT", signature)


def test_its_ed25519_accepts_the_signature_of_rfc_8032():
    # Section 7.1, test 2.
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verify.ed25519_holds(public, b"\x72", signature)
    # The same with s + L, which is another spelling of one signature.
    s = int.from_bytes(signature[32:], "little") + verify.L
    assert not verify.ed25519_holds(public, b"\x72", signature[:32] + s.to_bytes(32, "little"))


@law(
    data=st.binary(max_size=50),
    name=st.sampled_from(sorted(SCHEMES)),
    place=st.integers(0, 71),
    bit=st.integers(0, 7),
    few=10,
    many=40,
)
def test_its_signatures_agree_with_the_libraries(data, name, place, bit):
    scheme = SCHEMES[name]
    private, public = scheme.new_key()
    signature = scheme.sign(private, public, data)
    holds = verify.SCHEMES[name]
    assert holds(public, data, signature)
    place %= len(signature)
    changed = bytearray(signature)
    changed[place] ^= 1 << bit
    for other in (bytes(changed), signature[:place], signature + b"\0", b""):
        assert not holds(public, data, other)
    assert not holds(public, data + b"\0", signature)
    assert not holds(public[:-1], data, signature)
    assert not holds(scheme.new_key()[1], data, signature)


# -- the verifier alone ----------------------------------------------------------------------------


class Case:
    """The files that somebody hands to the verifier: leaf 13 in a log of 40, kept heads of 7 and
    of 40 leaves at a witness (0, 7, 21, 64)."""

    def __init__(self, folder: Path, hash_name: str = "sm3", scheme: str = "sm2") -> None:
        self.folder, self.key = folder, KEYS[scheme]
        self.tree = tree_of(hash_name, 64)
        self.content = b"leaf 13"
        self.older = head_of(self.tree, 7, self.key).to_json()
        self.proof = make_proof(self.tree, 13, head_of(self.tree, 40, self.key), [7, 64])
        witness, last = folder / "taken.jsonl", 0
        for size in (0, 7, 21, 64):
            head = head_of(self.tree, size, self.key)
            path = self.tree.consistency(last, size)
            witness_head(witness, head, path, keys=[str(self.key.public)])
            last = size
        self.witness = list(verify.lines_of(witness))
        self.keys = [str(self.key.public)]

    def verdict(self, known: bool = True, **environment: str) -> tuple[int, str]:
        (self.folder / "content").write_bytes(self.content)
        (self.folder / "proof.json").write_text(json.dumps(self.proof))
        (self.folder / "older.json").write_text(json.dumps(self.older))
        lines = "".join(f"{json.dumps(line)}\n" for line in self.witness)
        (self.folder / "witness.jsonl").write_text(lines)
        options = [each for key in self.keys for each in ("--public-key", key)]
        options += ["--older", "older.json", "--witness", "witness.jsonl"] if known else []
        done = subprocess.run(
            [
                sys.executable,
                "-I",
                "-S",
                "-X",
                "utf8=0",
                verify.__file__,
                "content",
                "proof.json",
                *options,
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=environment or None,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Case:
    return Case(tmp_path_factory.mktemp("case"))


@pytest.fixture
def case(whole: Case, tmp_path: Path) -> Case:
    mine = copy.copy(whole)
    mine.folder = tmp_path
    mine.proof, mine.witness = copy.deepcopy(whole.proof), copy.deepcopy(whole.witness)
    return mine


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("hash_name", HASHES)
def test_what_is_true_verifies_without_our_code(tmp_path, hash_name, scheme):
    assert Case(tmp_path, hash_name, scheme).verdict() == (0, "VERIFIED")


def test_it_says_when_nothing_known_from_elsewhere_was_given(case):
    assert case.verdict(known=False) == (0, "VERIFIED, against this head alone")


def test_a_terminal_without_chinese_is_no_reason_to_fail(case):
    plain = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"}
    assert case.verdict(**plain) == (0, "VERIFIED")


OTHER = "00" * 32


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (["leaf_hash"], OTHER, "content: it is not what was logged as leaf 13"),
        (["index"], 12, "inclusion: the path does not lead from leaf 12"),
        (["index"], 40, "inclusion"),
        (["inclusion", 0], OTHER, "inclusion"),
        (["inclusion", 5], OTHER, "inclusion"),
        (["inclusion"], [], "inclusion"),
        (["head", "root"], OTHER, "inclusion"),
        (["head", "size"], 41, "head: the signature does not hold"),
        (["head", "timestamp"], 0, "head: the signature does not hold"),
        (["head", "origin"], "another", "head: the signature does not hold"),
        (["head", "signature"], "sm2:AAAA", "head: the signature does not hold"),
        (["head", "signature"], "sm2:*", "head: key or signature is not base64"),
        (["head", "signature"], "", "head: signed in no known way"),
        pytest.param(
            ["head", "public_key"],
            str(KEYS["ed25519"].public),
            "head: signed with another key",
            id="another key",
        ),
        (["consistency", "7", 0], OTHER, "older head: 7 and 40 leaves are not one history"),
        (["consistency", "7"], [], "older head: 7 and 40 leaves are not one history"),
        (["consistency"], {}, "older head: ask the platform for a proof that names 7 leaves too"),
        (["consistency", "64", 1], OTHER, "witness: 40 and 64 leaves are not one history"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
)
def test_each_part_of_a_proof_that_is_changed_is_named(case, where, value, said):
    place: Any = case.proof
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    code, told = case.verdict()
    assert (code, told.startswith(f"FAILED  {said}")) == (1, True), told


def test_another_content_is_found(case):
    case.content += b" "
    assert case.verdict() == (1, "FAILED  content: it is not what was logged as leaf 13")


def test_a_content_with_a_proof_made_for_it_needs_a_head_signed_for_it(case, tmp_path):
    """Whoever may change the log but not the key makes every hash right, and is still found."""
    forged = tree_of("sm3", 64, other=13)
    stranger = new_signing_key()
    case.content = b"other"
    case.proof = make_proof(forged, 13, head_of(forged, 40, stranger), [7, 64])
    assert case.verdict()[1].startswith("FAILED  head: signed with another key than those given")
    case.proof["head"] |= {
        "public_key": case.older["public_key"],
        "signature": case.older["signature"],
    }
    assert case.verdict() == (1, "FAILED  head: the signature does not hold")


def test_a_log_rewritten_by_the_platform_itself_is_found_by_what_others_kept(case, tmp_path):
    forged = tree_of("sm3", 64, other=5)
    case.proof = make_proof(forged, 13, head_of(forged, 40, case.key), [7, 64])
    assert case.verdict()[1].startswith("FAILED  older head: 7 and 40 leaves are not one history")
    case.older = head_of(forged, 7, case.key).to_json()
    assert case.verdict()[1].startswith("FAILED  witness: 40 and 64 leaves are not one history")
    # Shown to the witness alone as it should be: a head of the same size is compared at once.
    case.witness.pop()
    case.proof = make_proof(forged, 13, head_of(forged, 21, case.key), [7])
    assert case.verdict()[1].startswith("FAILED  witness: 21 and 21 leaves are not one history")


@pytest.mark.parametrize(
    ("line", "where", "value", "said"),
    [
        (3, ["consistency"], [OTHER], "witness, line 4: it does not continue the line before"),
        (1, ["consistency"], [OTHER], "witness, line 2: it does not continue the line before"),
        (2, ["head", "size"], 22, "witness, line 3: the signature does not hold"),
        (2, ["head", "root"], OTHER, "witness, line 3: the signature does not hold"),
        (0, ["head", "public_key"], "sm2:AAAA", "witness, line 1: signed with another key"),
    ],
)
def test_each_part_of_a_witness_file_that_is_changed_is_named(case, line, where, value, said):
    place = case.witness[line]
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    code, told = case.verdict()
    assert (code, told.startswith(f"FAILED  {said}")) == (1, True), told


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"origin": "another"}, "witness, line 4: it is of another log than the line before"),
        ({"signed_at": START}, "witness, line 4: it does not continue the line before"),
    ],
)
def test_a_witness_file_put_together_from_signed_heads_is_found(case, other, said):
    case.witness[3]["head"] = head_of(case.tree, 64, case.key, **other).to_json()
    assert case.verdict() == (1, f"FAILED  {said}")


def test_a_head_that_the_witness_took_needs_no_further_proof(case):
    case.proof = make_proof(case.tree, 13, head_of(case.tree, 21, case.key), [7])
    assert case.verdict() == (0, "VERIFIED")


def test_a_line_left_out_or_an_empty_witness_file_is_found(case):
    taken = case.witness
    case.witness = taken[:2] + taken[3:]
    assert case.verdict() == (1, "FAILED  witness, line 3: it does not continue the line before")
    case.witness = []
    assert case.verdict() == (1, "FAILED  witness: the file holds no head")


def test_a_head_newer_than_the_witness_needs_a_proof_from_the_last_it_took(case):
    case.witness.pop()
    assert case.verdict()[1] == (
        "FAILED  witness: ask the platform for a proof that names 21 leaves too"
    )
    case.proof = make_proof(case.tree, 13, head_of(case.tree, 40, case.key), [7, 21])
    assert case.verdict() == (0, "VERIFIED")


def test_an_older_head_of_another_log_is_no_older_head(case):
    case.older = head_of(case.tree, 7, case.key, origin="another").to_json()
    assert case.verdict() == (1, "FAILED  older head: it is of another log, another")
    case.older = head_of(case.tree, 7, KEYS["ed25519"]).to_json()
    assert case.verdict()[1].startswith("FAILED  older head: signed with another key")


def test_after_a_change_of_keys_both_are_given(case):
    later = KEYS["ed25519"]
    case.proof["head"] = head_of(case.tree, 40, later).to_json()
    assert case.verdict()[0] == 1
    case.keys.append(str(later.public))
    assert case.verdict() == (0, "VERIFIED")


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (["schema"], "another"),
        (["index"], "13"),
        (["index"], -1),
        (["leaf_hash"], None),
        (["inclusion"], "no list"),
        (["inclusion"], [1]),
        (["head"], None),
        (["head", "hash"], "md5"),
        (["head", "size"], 1.5),
        (["head", "timestamp"], 10**400),
        (["head", "origin"], "two\nlines"),
        (["head", "origin"], "\ud800"),
        (["consistency", "7"], [None]),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_said_and_never_verified(case, where, value):
    place: Any = case.proof
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    code, told = case.verdict()
    assert code in (1, 2)
    assert told.startswith("UNREADABLE  " if code == 2 else "FAILED  ")
    assert code == 2 or where == ["head", "timestamp"]


def test_files_that_are_missing_or_no_json_are_said(case):
    case.verdict()
    alone = [sys.executable, "-I", "-S", verify.__file__]
    for files in (["content", "absent"], ["content", "content"], ["absent", "proof.json"]):
        done = subprocess.run(
            [*alone, *files, "--public-key", case.keys[0]],
            cwd=case.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert done.stderr.startswith("UNREADABLE  ")
    without_key = subprocess.run([*alone, "content"], capture_output=True, check=False)
    assert without_key.returncode == 2


def test_the_verifier_imports_nothing_but_the_standard_library():
    """It runs with -I -S above; here for the reader: no import of ours, none of a package."""
    text = Path(verify.__file__).read_text()
    names = {line.split()[1].split(".")[0] for line in text.splitlines() if "import " in line[:12]}
    assert names <= sys.stdlib_module_names
