"""The API's door: a bearer token for programs, the session with CSRF check for the browser."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Forbidden, ShuchengError
from shucheng.kernel.identity.actors import (
    account_hindrance,
    actor_for,
    actor_of_token,
    valid_token,
    without_management,
)
from shucheng.kernel.identity.models import ApiToken
from shucheng.kernel.identity.network import client_address

READING = {"GET", "HEAD", "OPTIONS"}


class TokenAuth(HttpBearer):
    """`Authorization: Bearer shu_…`; a token that may only read is refused for the rest."""

    openapi_description = "A token issued on the page of one's account."

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        found = valid_token(token)
        if found is None:
            return None
        if request.method not in READING and found.scope != ApiToken.Scope.WRITE:
            raise Forbidden("api.write")
        actor = actor_of_token(
            found,
            request_id=getattr(request, "request_id", ""),
            address=client_address(request),
        )
        actor = without_management(request, actor)
        request.actor = actor  # type: ignore[attr-defined]
        return actor


class SessionAuth(APIKeyCookie):
    """The signed-in person; a write needs the CSRF token, as on every page."""

    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def __call__(self, request: HttpRequest) -> Actor | None:
        if not request.user.is_authenticated:
            return None
        if request.method not in READING and check_csrf(request):
            raise _refused("csrf", _("The CSRF token is missing or wrong."))
        if account_hindrance(request):
            raise _refused(
                "account.hindered", _("Renew your password or set up the second factor first.")
            )
        actor = actor_for(request).over("api")
        request.actor = actor  # type: ignore[attr-defined]
        return actor

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        raise NotImplementedError


ApiAuth = (TokenAuth(), SessionAuth())


def _refused(code: str, message: Any) -> ShuchengError:
    error = ShuchengError(code, message, _("Open the platform in the browser and try again."))
    error.status = 403
    return error
