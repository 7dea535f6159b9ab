"""Changing the key under which personal data and second factors are sealed."""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import models

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.identity.fields import SealedTextField, field_keys_path, keyring
from shucheng.kernel.identity.second_factor import TOTP_PURPOSE
from shucheng.lib.crypto import Keyring, write_keyring

_SEALED_IN_FACTORS = ("secret", "seed")


@action
def rotate_field_keys(*, actor: Actor, provider: str = "") -> int:
    """Make a new key and seal everything under it; gives how many rows were sealed anew.

    The old keys stay in the ring: a backup made before still opens, and a rotation that is
    interrupted leaves nothing unreadable. Run it again to finish it.
    """
    actor.require("identity.rotate_keys")
    ring = keyring().rotated(provider or settings.FIELD_KEYS_PROVIDER)
    write_keyring(field_keys_path(), ring)
    count = sum(_reseal(model, fields) for model, fields in sealed_fields())
    count += _reseal_factors(ring)
    record("identity.keys.rotated", None, actor=actor, key_name=ring.current, rows=count)
    return count


def sealed_fields() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every model with sealed fields, and their names."""
    for model in apps.get_models():
        names = [f.name for f in model._meta.get_fields() if isinstance(f, SealedTextField)]
        if names:
            yield model, names


def _reseal(model: type[models.Model], fields: list[str]) -> int:
    rows = model._default_manager.only(*fields).iterator()
    count = 0
    for row in rows:
        row.save(update_fields=fields)
        count += 1
    return count


def _reseal_factors(ring: Keyring) -> int:
    count = 0
    for factor in Authenticator.objects.all():
        data: dict[str, Any] = factor.data
        for name in _SEALED_IN_FACTORS:
            if name in data:
                data[name] = ring.seal(ring.open(data[name], TOTP_PURPOSE), TOTP_PURPOSE)
        if "migrated_codes" in data:
            data["migrated_codes"] = [
                ring.seal(ring.open(code, TOTP_PURPOSE), TOTP_PURPOSE)
                for code in data["migrated_codes"]
            ]
        factor.save(update_fields=["data"])
        count += 1
    return count
