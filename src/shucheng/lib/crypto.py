"""Digests, codes, encryption and signatures behind one replaceable interface, and the ring of keys.

Two providers: `sm` uses the state commercial algorithms (SM3, GB/T 32905; SM4 in GCM mode,
GB/T 32907; SM2, GB/T 32918), `international` uses SHA-256, AES-256 and Ed25519. What was sealed
under one key or provider stays readable after a change, because each sealed text names its key.
"""

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from shucheng.lib.signatures import ED25519, SM2, Scheme

_NONCE = 12
_TAG = 16
_PREFIX = "sealed"


class CryptoError(Exception):
    """A sealed text cannot be opened: wrong key, changed content, or not sealed at all."""


class Provider(Protocol):
    """One family of algorithms. Keys are 32 random bytes whatever the family uses of them."""

    @property
    def name(self) -> str: ...

    @property
    def signatures(self) -> Scheme: ...

    def digest(self, data: bytes) -> bytes: ...

    def code(self, key: bytes, data: bytes) -> bytes: ...

    def encrypt(self, key: bytes, plain: bytes, bound: bytes) -> bytes: ...

    def decrypt(self, key: bytes, sealed: bytes, bound: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    hash: hashes.HashAlgorithm
    cipher: type[algorithms.SM4] | type[algorithms.AES]
    key_size: int
    signatures: Scheme

    def digest(self, data: bytes) -> bytes:
        digest = hashes.Hash(self.hash)
        digest.update(data)
        return digest.finalize()

    def code(self, key: bytes, data: bytes) -> bytes:
        """HMAC over the family's hash."""
        mac = hmac.HMAC(key, self.hash)
        mac.update(data)
        return mac.finalize()

    def encrypt(self, key: bytes, plain: bytes, bound: bytes) -> bytes:
        """Nonce, tag and ciphertext; `bound` is checked on opening but not stored."""
        nonce = secrets.token_bytes(_NONCE)
        encryptor = Cipher(self.cipher(self._content_key(key)), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        content = encryptor.update(plain) + encryptor.finalize()
        return nonce + encryptor.tag + content

    def decrypt(self, key: bytes, sealed: bytes, bound: bytes) -> bytes:
        nonce, tag, content = (
            sealed[:_NONCE],
            sealed[_NONCE : _NONCE + _TAG],
            sealed[_NONCE + _TAG :],
        )
        if len(tag) < _TAG:
            raise CryptoError("the sealed text is too short")
        cipher = Cipher(self.cipher(self._content_key(key)), modes.GCM(nonce, tag))
        decryptor = cipher.decryptor()
        decryptor.authenticate_additional_data(bound)
        try:
            return decryptor.update(content) + decryptor.finalize()
        except InvalidTag as error:
            raise CryptoError("the sealed text was changed, or sealed with another key") from error

    def _content_key(self, key: bytes) -> bytes:
        # A key of its own for encryption, so that one ring key never serves two purposes.
        return self.code(key, b"shucheng content key")[: self.key_size]


SM: Provider = _Family("sm", hashes.SM3(), algorithms.SM4, 16, SM2)
INTERNATIONAL: Provider = _Family("international", hashes.SHA256(), algorithms.AES, 32, ED25519)
PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in (SM, INTERNATIONAL)}


@dataclass(frozen=True, slots=True)
class Key:
    """A named secret and the family of algorithms it is used with."""

    name: str
    provider: Provider
    secret: bytes


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by name, one of them in use for new seals; the others only open old ones."""

    current: str
    keys: Mapping[str, Key]

    def seal(self, text: str, purpose: str) -> str:
        """Encrypt `text`; it opens only for the same purpose, so rows cannot be swapped."""
        key = self.keys[self.current]
        sealed = key.provider.encrypt(key.secret, text.encode(), purpose.encode())
        return f"{_PREFIX}:{key.name}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """The text that was sealed for that purpose. Raises `CryptoError`."""
        prefix, _, rest = sealed.partition(":")
        name, _, content = rest.partition(":")
        if prefix != _PREFIX or not content:
            raise CryptoError("not a sealed text")
        if name not in self.keys:
            raise CryptoError(f"the key {name!r} is not in the ring")
        key = self.keys[name]
        try:
            raw = base64.b64decode(content, validate=True)
        except binascii.Error as error:
            raise CryptoError("the sealed text is damaged") from error
        return key.provider.decrypt(key.secret, raw, purpose.encode()).decode()

    def is_current(self, sealed: str) -> bool:
        return sealed.startswith(f"{_PREFIX}:{self.current}:")

    def rotated(self, provider: str = "sm") -> "Keyring":
        """The same ring with a new key in use."""
        key = Key(f"k{len(self.keys) + 1}", PROVIDERS[provider], secrets.token_bytes(32))
        return Keyring(key.name, {**self.keys, key.name: key})


def new_keyring(provider: str = "sm") -> Keyring:
    """A ring of one new key."""
    return Keyring("", {}).rotated(provider)


def write_keyring(path: Path, ring: Keyring) -> None:
    """Replace the file in one step; only its owner may read it."""
    document = {
        "current": ring.current,
        "keys": {
            key.name: {
                "provider": key.provider.name,
                "secret": base64.b64encode(key.secret).decode(),
            }
            for key in ring.keys.values()
        },
    }
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_keyring(path: Path, provider: str = "sm") -> Keyring:
    """Read the ring; where there is none, make one."""
    if not path.exists():
        _create_once(path, new_keyring(provider))
    document = json.loads(path.read_text())
    keys = {
        name: Key(name, PROVIDERS[entry["provider"]], base64.b64decode(entry["secret"]))
        for name, entry in document["keys"].items()
    }
    return Keyring(document["current"], keys)


def _create_once(path: Path, ring: Keyring) -> None:
    # Two processes may start at once: both write a draft, the first link wins, both read it.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_keyring(draft, ring)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
