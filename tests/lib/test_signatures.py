"""The standard's own example, the laws of signing, and a second program that agrees."""

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.kernel.audit import signed as alone
from shucheng.lib.crypto import INTERNATIONAL, SM
from shucheng.lib.signatures import (
    ED25519,
    SCHEMES,
    SM2,
    PublicKey,
    SignatureError,
    SigningKey,
    new_signing_key,
    own_signing_key,
    read_signing_key,
    write_signing_key,
)

# GB/T 32918.5 (and GM/T 0003.5), A.2: the curve that is recommended, signer 1234567812345678.
MESSAGE = b"message digest"
PRIVATE = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
PUBLIC = (
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
# DER of the two numbers; both begin with a set bit.
SIGNATURE = bytes.fromhex("3046022100" + R + "022100" + S)


def test_sm2_accepts_the_signature_printed_in_the_standard():
    assert SM2.verify(bytes.fromhex(PUBLIC), MESSAGE, SIGNATURE)
    assert alone.sm2_verifies(bytes.fromhex(PUBLIC), MESSAGE, SIGNATURE)


def test_sm2_refuses_the_standards_signature_of_another_message_or_by_another_key():
    public = bytes.fromhex(PUBLIC)
    for check in (SM2.verify, alone.sm2_verifies):
        assert not check(public, b"message digesT", SIGNATURE)
        assert not check(public, MESSAGE, SIGNATURE[:-1] + b"\xab")
        assert not check(SM2.new_key()[1], MESSAGE, SIGNATURE)


def test_sm2_signs_with_the_private_key_of_the_standard():
    private, public = bytes.fromhex(PRIVATE), bytes.fromhex(PUBLIC)
    signature = SM2.sign(private, public, MESSAGE)
    assert alone.sm2_verifies(public, MESSAGE, signature)


def test_ed25519_gives_the_answer_of_rfc_8032():
    # Section 7.1, test 2: deterministic, so the whole signature is known.
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = ED25519.sign(private, public, b"\x72")
    assert signature.hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert ED25519.verify(public, b"\x72", signature)


@settings(max_examples=20, deadline=None)
@given(data=st.binary(), scheme=st.sampled_from(sorted(SCHEMES)), place=st.integers(min_value=0))
def test_only_what_was_signed_verifies(data, scheme, place):
    key = new_signing_key(SCHEMES[scheme])
    signature = key.sign(data)
    assert key.public.verify(data, signature)
    assert not key.public.verify(data + b"\0", signature)
    assert not new_signing_key(SCHEMES[scheme]).public.verify(data, signature)
    if scheme == "sm2":
        raw = SM2.sign(key.private, key.public.raw, data)
        place %= len(raw)
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        verdicts = {f(key.public.raw, data, changed) for f in (SM2.verify, alone.sm2_verifies)}
        assert verdicts == {False}


@pytest.mark.parametrize(
    "nonsense", ["", "sm2", "sm2:", "sm2:AAAA", "rsa:AAAA", "sm2:*", "ed25519:AA=="]
)
def test_what_is_no_signature_verifies_nothing(nonsense):
    for scheme in SCHEMES.values():
        assert not new_signing_key(scheme).public.verify(b"data", nonsense)


def test_a_key_of_one_family_takes_no_signature_of_the_other():
    chinese, other = new_signing_key(SM2), new_signing_key(ED25519)
    assert not chinese.public.verify(b"data", other.sign(b"data"))


def test_each_provider_brings_its_own_signatures():
    assert (SM.signatures, INTERNATIONAL.signatures) == (SM2, ED25519)


def test_a_public_key_reads_back_from_its_text():
    for scheme in SCHEMES.values():
        key = new_signing_key(scheme)
        assert PublicKey.parse(str(key.public)) == key.public
    with pytest.raises(SignatureError, match="rsa"):
        PublicKey.parse("rsa:AAAA")


def test_the_key_file_is_its_owners_and_is_never_written_over(tmp_path):
    path = tmp_path / "signing-key.json"
    key = own_signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert own_signing_key(path) == read_signing_key(path) == key
    with pytest.raises(FileExistsError):
        write_signing_key(path, new_signing_key())
    assert read_signing_key(path) == key
    assert list(tmp_path.iterdir()) == [path]
    assert PRIVATE not in repr(SigningKey(key.public, bytes.fromhex(PRIVATE)))


def test_a_key_file_whose_halves_do_not_belong_together_is_refused(tmp_path):
    path = tmp_path / "signing-key.json"
    write_signing_key(path, SigningKey(new_signing_key().public, new_signing_key().private))
    with pytest.raises(SignatureError, match="does not belong"):
        read_signing_key(path)
