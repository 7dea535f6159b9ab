"""Digital signatures: SM2 with SM3 (GB/T 32918), and Ed25519 as its international twin.

Keys and signatures are written as text with the scheme before them (`sm2:…`, `ed25519:…`), so
that what was signed under one scheme is still verified after a change to the other. An SM2
signature is DER (GM/T 0009) over the default signer id of that standard.
"""

import base64
import binascii
import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class SignatureError(Exception):
    """A key or a signature cannot be read at all."""


class Scheme(Protocol):
    """Keys are raw bytes: 32 of a private key; 64 (SM2) or 32 (Ed25519) of a public one."""

    @property
    def name(self) -> str: ...

    def new_key(self) -> tuple[bytes, bytes]: ...

    def sign(self, private: bytes, public: bytes, data: bytes) -> bytes: ...

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Sm2:
    name: str = "sm2"

    def new_key(self) -> tuple[bytes, bytes]:
        from gmssl_pyx import sm2_key_generate

        public, private = sm2_key_generate()
        return private, public

    def sign(self, private: bytes, public: bytes, data: bytes) -> bytes:
        from gmssl_pyx import sm2_sign

        return bytes(sm2_sign(private, public, data))

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        from gmssl_pyx import GmsslInnerError, sm2_verify

        try:
            return bool(sm2_verify(public, data, signature))
        except GmsslInnerError:
            return False


@dataclass(frozen=True, slots=True)
class _Ed25519:
    name: str = "ed25519"

    def new_key(self) -> tuple[bytes, bytes]:
        key = Ed25519PrivateKey.generate()
        return key.private_bytes_raw(), key.public_key().public_bytes_raw()

    def sign(self, private: bytes, public: bytes, data: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private).sign(data)

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


SM2: Scheme = _Sm2()
ED25519: Scheme = _Ed25519()
SCHEMES: Mapping[str, Scheme] = {scheme.name: scheme for scheme in (SM2, ED25519)}


@dataclass(frozen=True, slots=True)
class PublicKey:
    scheme: Scheme
    raw: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `sm2:…`. Raises `SignatureError`."""
        return cls(*_parsed(text))

    def __str__(self) -> str:
        return _text(self.scheme, self.raw)

    def verify(self, data: bytes, signature: str) -> bool:
        """Whether this key's owner signed exactly these bytes; what is no signature is not one."""
        try:
            scheme, raw = _parsed(signature)
        except SignatureError:
            return False
        return scheme is self.scheme and scheme.verify(self.raw, data, raw)


@dataclass(frozen=True, slots=True)
class SigningKey:
    public: PublicKey
    private: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"

    def sign(self, data: bytes) -> str:
        scheme = self.public.scheme
        return _text(scheme, scheme.sign(self.private, self.public.raw, data))


def new_signing_key(scheme: Scheme = SM2) -> SigningKey:
    private, public = scheme.new_key()
    return SigningKey(PublicKey(scheme, public), private)


def write_signing_key(path: Path, key: SigningKey) -> None:
    """Write a new key file, readable by its owner only. Raises `FileExistsError`."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(
            {"public": str(key.public), "private": _text(key.public.scheme, key.private)}, file
        )
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link never replaces: of two processes that start at once one wins, both read it.
        os.link(draft, path)
    finally:
        draft.unlink()


def read_signing_key(path: Path) -> SigningKey:
    """Raises `FileNotFoundError`; `SignatureError` where the file is no key or halves of two."""
    try:
        document = json.loads(path.read_text())
        public = PublicKey.parse(document["public"])
        key = SigningKey(public, _parsed(document["private"])[1])
        holds = public.verify(b"probe", key.sign(b"probe"))
    except FileNotFoundError:
        raise
    except Exception as error:
        raise SignatureError(f"{path} holds no signing key") from error
    if not holds:
        raise SignatureError(f"{path}: the private key does not belong to the public one")
    return key


def own_signing_key(path: Path, scheme: Scheme = SM2) -> SigningKey:
    """The key in the file; where there is none, one is made."""
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            write_signing_key(path, new_signing_key(scheme))
    return read_signing_key(path)


def _text(scheme: Scheme, raw: bytes) -> str:
    return f"{scheme.name}:{base64.b64encode(raw).decode()}"


def _parsed(text: str) -> tuple[Scheme, bytes]:
    name, _, content = text.strip().partition(":")
    if name not in SCHEMES:
        raise SignatureError(f"{name[:20]!r} is no known way to sign: sm2 or ed25519")
    try:
        return SCHEMES[name], base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise SignatureError("the text after the scheme is not base64") from error
