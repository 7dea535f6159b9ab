"""Fields that keep a law by themselves: sealed text, and names that compare as people read them."""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from shucheng.lib.crypto import Keyring, read_keyring

# Fields are generic for the type checker only.
if TYPE_CHECKING:
    _Text = models.TextField[str, str]
    _Char = models.CharField[str, str]
else:
    _Text = models.TextField
    _Char = models.CharField

_RINGS: dict[tuple[str, int], Keyring] = {}


def field_keys_path() -> Path:
    return Path(settings.FIELD_KEYS_FILE)


def keyring() -> Keyring:
    """The ring of the data folder, read again when the file changed (a key was rotated)."""
    path = field_keys_path()
    stamp = (str(path), path.stat().st_mtime_ns) if path.exists() else None
    if stamp is None or stamp not in _RINGS:
        ring = read_keyring(path, settings.FIELD_KEYS_PROVIDER)
        _RINGS.clear()
        _RINGS[(str(path), path.stat().st_mtime_ns)] = ring
        return ring
    return _RINGS[stamp]


class SealedTextField(_Text):
    """Text that is encrypted in the database and plain in memory. It cannot be searched."""

    def _purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return keyring().open(value, self._purpose()) if value else value

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return keyring().seal(text, self._purpose()) if text else text


def normal_username(text: str) -> str:
    """One spelling for one account: full-width letters, case and stray spaces do not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class UsernameField(_Char):
    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return normal_username(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return normal_username(value) if isinstance(value, str) else value
