"""The platform's signature: over the end of the audit chain, over exports.

What is signed says that this platform, holding its private key, had recorded exactly this by
then. It is no signature of the person who acted: that would need the person's own certificate.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from shucheng.kernel.audit.models import AuditHead, SignedHead
from shucheng.kernel.audit.signed import statement
from shucheng.kernel.audit.verify import head_statement
from shucheng.lib.crypto import PROVIDERS
from shucheng.lib.signatures import PublicKey, SignatureError, SigningKey, own_signing_key


def signing_key() -> SigningKey:
    """The platform's own key, made at first use (SHUCHENG_DATA/signing-key.json)."""
    scheme = PROVIDERS[settings.FIELD_KEYS_PROVIDER].signatures
    return own_signing_key(Path(settings.SIGNING_KEY_FILE), scheme)


def is_signed_at_once(note: Mapping[str, Any]) -> bool:
    """What the platform publishes is signed in the transaction that publishes it."""
    return bool(note["success"]) and str(note["code"]).endswith(".published")


def sign_head(head: AuditHead, reason: str) -> SignedHead:
    """Sign the end of the chain, which the caller has locked."""
    facts: dict[str, Any] = {
        "sequence": head.sequence,
        "hash": head.hash,
        "signed_at": timezone.now(),
        "reason": reason,
    }
    key = signing_key()
    signature = key.sign(head_statement(facts))
    return SignedHead.objects.create(**facts, public_key=str(key.public), signature=signature)


def sign_statement(facts: Mapping[str, Any]) -> dict[str, Any]:
    key = signing_key()
    signature = key.sign(statement(facts))
    return {"statement": dict(facts), "public_key": str(key.public), "signature": signature}


def holds(public_key: str, data: bytes, signature: str) -> bool:
    """What the stand-alone verifier does in Python, by the library that signs."""
    try:
        return PublicKey.parse(public_key).verify(data, signature)
    except SignatureError:
        return False
