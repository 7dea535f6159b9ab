"""Known answers of the state algorithms, and the laws of sealing."""

import stat

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from shucheng.lib.crypto import (
    INTERNATIONAL,
    SM,
    CryptoError,
    new_keyring,
    read_keyring,
    write_keyring,
)


def test_sm3_gives_the_answer_printed_in_the_standard():
    # GB/T 32905-2016, example 1: the digest of "abc".
    assert SM.digest(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_sm4_gives_the_answer_printed_in_the_standard():
    # GB/T 32907-2016, example 1: key and plain text are the same block.
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()  # noqa: S305
    assert encryptor.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_in_gcm_mode_gives_the_answer_of_rfc_8998():
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    bound = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    sealed = encryptor.update(plain) + encryptor.finalize()
    assert sealed.hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
    )
    assert encryptor.tag.hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"


def test_sha256_gives_its_known_answer():
    assert INTERNATIONAL.digest(b"abc").hex() == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


@given(text=st.text(), purpose=st.text(), provider=st.sampled_from(["sm", "international"]))
def test_what_is_sealed_opens_again_and_never_looks_the_same_twice(text, purpose, provider):
    ring = new_keyring(provider)
    first, second = ring.seal(text, purpose), ring.seal(text, purpose)
    assert ring.open(first, purpose) == ring.open(second, purpose) == text
    assert first != second


@given(text=st.text(min_size=1), place=st.integers(min_value=0))
def test_a_changed_sealed_text_does_not_open(text, place):
    ring = new_keyring()
    sealed = ring.seal(text, "a")
    head, _, content = sealed.rpartition(":")
    place %= len(content)
    other = "A" if content[place] != "A" else "B"
    changed = f"{head}:{content[:place]}{other}{content[place + 1 :]}"
    if changed.rstrip("=") == sealed.rstrip("="):
        return
    try:
        opened = ring.open(changed, "a")
    except CryptoError:
        return
    # The last base64 digits may hold unused bits: then nothing was changed after all.
    assert opened == text


def test_a_sealed_text_does_not_open_in_another_place():
    ring = new_keyring()
    with pytest.raises(CryptoError):
        ring.open(ring.seal("13800000000", "person.phone"), "case.contact")


def test_after_rotation_old_texts_stay_readable_and_new_ones_use_the_new_key():
    old = new_keyring("international")
    sealed = old.seal("kept", "a")
    ring = old.rotated("sm")
    assert ring.open(sealed, "a") == "kept"
    assert not ring.is_current(sealed)
    assert ring.is_current(ring.seal("kept", "a"))


def test_the_key_file_is_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "keys.json"
    ring = read_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_keyring(path) == ring
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_key_is_named(tmp_path):
    sealed = new_keyring().rotated().seal("x", "a")
    with pytest.raises(CryptoError, match="k2"):
        new_keyring().open(sealed, "a")


def test_a_ring_written_is_the_ring_read(tmp_path):
    ring = new_keyring("sm").rotated("international")
    write_keyring(tmp_path / "keys.json", ring)
    assert read_keyring(tmp_path / "keys.json") == ring
