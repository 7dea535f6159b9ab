"""Sign-in on top of django-allauth: no sign-up, locked after failures, every step audited."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.actions.people import change_own_password
from shucheng.kernel.identity.actors import actor_for_person
from shucheng.kernel.identity.fields import normal_username
from shucheng.kernel.identity.guard import count_failure, forget_failures, minutes_locked
from shucheng.kernel.identity.models import Person
from shucheng.kernel.identity.network import client_address

SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Closed, expired and service accounts neither sign in nor keep a session."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        if "username" in credentials:
            credentials["username"] = normal_username(credentials["username"])
        return super().authenticate(request, **credentials)

    def user_can_authenticate(self, user: Any) -> bool:
        return isinstance(user, Person) and user.may_sign_in() and not user.is_service


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # The limit needs some address; a unix socket without proxy headers has none.
        return client_address(request) or "0.0.0.0"  # noqa: S104

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        username = normal_username(credentials.get("username") or "")
        minutes = minutes_locked(username)
        if minutes:
            error = Invalid(
                "sign_in.locked",
                _("Too many failed attempts: this account is locked for %(minutes)d minutes."),
                _("Wait, or ask an administrator to reset the password."),
                minutes=minutes,
            )
            _note_failure(request, username, error.code)
            raise ValidationError(f"{error.message} {error.next_step}", code=error.code)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        username = normal_username(credentials.get("username") or "")
        locked = count_failure(username)
        _note_failure(request, username, "sign_in.locked_now" if locked else "sign_in.wrong")

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        if not Backend().user_can_authenticate(user):
            _note_failure(request, user.get_username(), "sign_in.closed")
            inactive: HttpResponse = self.respond_user_inactive(request, user)
            return inactive
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        # The failures were counted before the name was proven; now it is.
        forget_failures(user.get_username())
        methods = [
            str(step.get("type") or step.get("method"))
            for step in request.session.get("account_authentication_methods", [])
        ]
        record("identity.sign_in.succeeded", _person(user), actor=_actor(request, user), by=methods)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        if isinstance(user, Person):
            record("identity.sign_out.done", user, actor=_actor(request, user))
        super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        person = _person(user)
        changed = change_own_password(password, actor=_actor(self.request, person))
        # The form's person must carry the new hash, or this very session would end.
        person.password = changed.password
        person.must_change_password = False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Changes of an account are in the audit log and on its page; no mail is needed."""


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who the identity provider names must already have an account here: no sign-up."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        claimed = normal_username(sociallogin.user.get_username() or "")
        person = Person.objects.filter(username=claimed, is_service=False).first()
        if person is None:
            _note_failure(request, claimed, "sign_in.unknown_at_provider")
            return
        sociallogin.connect(request, person)
        record(
            "identity.person.linked",
            person,
            actor=_actor(request, person),
            provider=sociallogin.account.provider,
            subject=sociallogin.account.uid,
        )

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **kwargs: Any
    ) -> None:
        _note_failure(request, "", "sign_in.provider_failed")


def _note_failure(request: HttpRequest, username: str, error_code: str) -> None:
    record(
        "identity.sign_in.failed",
        ("sign_in", username[:80], username[:150]),
        actor=_actor(request, None),
        success=False,
        error_code=error_code,
    )


def _actor(request: HttpRequest, user: AbstractBaseUser | None) -> Actor:
    request_id: str = getattr(request, "request_id", "")
    address = client_address(request)
    if isinstance(user, Person):
        return actor_for_person(user, request_id=request_id, address=address)
    return Actor(person_id=None, name="", roles=frozenset(), request_id=request_id, address=address)


def _person(user: AbstractBaseUser) -> Person:
    if not isinstance(user, Person):
        raise TypeError(f"{user!r} is no person")
    return user
