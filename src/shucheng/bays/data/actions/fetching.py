"""Reading another catalogue over HTTP: only from hosts that the administrator has named, followed
nowhere, within limits of size and time. A named host may stand in the office's own network."""

import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue.harvest import Answer, Fetch

_PORTS = {"https": 443, "http": 80}
_SECONDS, _LONGEST = 20, 900
_LARGEST, _ALL, _CHUNK = 50_000_000, 500_000_000, 64 * 1024
_ACCEPT = (
    "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, application/json;q=0.7"
)


class NotFetched(OSError):
    """Nothing came that can be used; without the address, which can carry a key."""


def objection(address: str) -> str | Promise:
    """Why an address may not be read; empty where it may."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return _("This is no web address.")
    host = parts.hostname or ""
    if not address.isascii() or not address.isprintable() or " " in address:
        return _("Write the address with plain letters, digits and signs only.")
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        return _("Write the whole address, beginning with https://.")
    if host not in settings.SOURCE_HOSTS:
        return _("This host may not be read: ask the administrator to name it.")
    return ""


def fetcher(key: str = "") -> Fetch:
    """What reads addresses for one harvest; together they have limits. `key` is sent as the site
    wants it (`Authorization`)."""
    ends, left = time.monotonic() + _LONGEST, [_ALL]

    def fetch(address: str) -> Answer:
        if objection(address):
            raise NotFetched("not allowed")
        answer = _got(urlsplit(address), key, min(left[0], _LARGEST), ends)
        left[0] -= len(answer.body)
        return answer

    return fetch


def _got(parts: SplitResult, key: str, most: int, ends: float) -> Answer:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    port = parts.port or _PORTS[parts.scheme]
    connection = kind(parts.hostname or "", port, timeout=_SECONDS)
    headers = {"Accept": _ACCEPT, "User-Agent": "Shucheng"} | (
        {"Authorization": key} if key else {}
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        if response.status != 200:
            raise NotFetched(f"status {response.status}")
        body = bytearray()
        while chunk := response.read(_CHUNK):
            body += chunk
            if len(body) > most:
                raise NotFetched("too large")
            if time.monotonic() > ends:
                raise NotFetched("too slow")
        return Answer(bytes(body), {k.lower(): v for k, v in response.getheaders()})
    except (HTTPException, ValueError):
        raise NotFetched("no answer of HTTP") from None
    finally:
        connection.close()
