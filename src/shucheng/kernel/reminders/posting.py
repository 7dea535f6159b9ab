"""Posting to an address that a person typed: only where the setting allows, followed nowhere.

SHUCHENG_ROBOT_HOSTS lists host names, and ranges of private addresses (10.1.2.0/24) where a
messenger stands in the office's own network. A name that resolves to a private address outside
of these ranges is refused after the connection and before a byte is sent, so that a name which
resolves anew between the look and the connection is refused as well.
"""

import ipaddress
import ssl
from http.client import HTTPConnection, HTTPException
from socket import create_connection, gaierror, socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from shucheng.kernel.reminders.engine.robots import (
    Message,
    Request,
    Vendor,
    refusal,
    request_of,
)
from shucheng.kernel.reminders.models import Robot

# The special before the general: a time-out and an untrusted certificate are OSErrors as well.
_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (gaierror, _("The host's name was not found.")),
    (TimeoutError, _("The host did not answer in time.")),
    (ConnectionRefusedError, _("The host refused the connection.")),
    (ssl.SSLCertVerificationError, _("The host's certificate is not trusted.")),
)
_SECONDS = 10
_ANSWER_BYTES = 64 * 1024
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotPosted(Exception):
    """Why nothing was posted, untranslated and without the address, which is a secret."""


def objection(address: str) -> str:
    """Why an address may not be posted to, untranslated; empty where it may."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return _("This is no web address.")
    if not address.isascii():
        return _("Write the address with plain letters, digits and signs only.")
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not host or parts.username is not None:
        return _("Write the whole address, beginning with https://.")
    if parts.scheme == "http" and not _within_named(host):
        return _("Only https:// is allowed; the address itself is a secret.")
    if host not in settings.ROBOT_HOSTS and not _within_named(host):
        return _("The host is not among those that are allowed.")
    return ""


def said(robot: Robot, message: Message) -> str:
    """Have a robot say a message; why it was not taken (untranslated), or nothing."""
    vendor = Vendor(robot.vendor)
    request = request_of(vendor, robot.address, robot.secret, message, timezone.now())
    try:
        status, answer = post(request)
    except NotPosted as error:
        return str(error)
    return refusal(vendor, status, answer)


def post(request: Request) -> tuple[int, bytes]:
    """Post JSON; the status and the beginning of the answer. Raises `NotPosted`."""
    if found := objection(request.address):
        raise NotPosted(found)
    parts = urlsplit(request.address)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Shucheng"}
    connection = _Guarded(parts)
    try:
        connection.request("POST", _target(parts), request.body, headers)
        response = connection.getresponse()
        return response.status, response.read(_ANSWER_BYTES)
    except (OSError, HTTPException, ValueError) as error:
        raise NotPosted(_in_words(error)) from error
    finally:
        connection.close()


class _Guarded(HTTPConnection):
    """A connection to an address that may be talked to."""

    def __init__(self, parts: SplitResult) -> None:
        self.secure = parts.scheme == "https"
        host = parts.hostname or ""
        super().__init__(host, parts.port or (443 if self.secure else 80), timeout=_SECONDS)

    def connect(self) -> None:
        plain = create_connection((self.host, self.port), timeout=_SECONDS)
        try:
            _check_peer(plain)
            self.sock = self._wrapped(plain)
        except BaseException:
            plain.close()
            raise

    def _wrapped(self, plain: socket) -> socket:
        if not self.secure:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def _in_words(error: Exception) -> str:
    for kind, words in _FAILURES:
        if isinstance(error, kind):
            return words
    return type(error).__name__


def _check_peer(connected: socket) -> None:
    peer = ipaddress.ip_address(connected.getpeername()[0].partition("%")[0])
    if peer.version == 6 and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    if not peer.is_global and not any(peer in network for network in _networks()):
        raise NotPosted(_("The host's address is a private one that the setting does not name."))


def _within_named(host: str) -> bool:
    """Whether the host is written as an address inside a range that the setting names."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _networks())


def _networks() -> list[Network]:
    found: list[Network] = []
    for entry in settings.ROBOT_HOSTS:
        try:
            found.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            continue  # a host name
    return found


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
