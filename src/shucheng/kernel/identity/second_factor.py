"""The second factor: its secrets are sealed, and management roles cannot do without one."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser

from shucheng.kernel.identity.actors import needs_second_factor
from shucheng.kernel.identity.fields import keyring
from shucheng.kernel.identity.models import Person

TOTP_PURPOSE = "mfa.authenticator.secret"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return keyring().seal(text, TOTP_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(encrypted_text, TOTP_PURPOSE)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        person = authenticator.user
        return isinstance(person, Person) and not needs_second_factor(person)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return "Shucheng"
