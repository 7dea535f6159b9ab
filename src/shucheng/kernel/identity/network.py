"""Where a request comes from, seen past the proxies that we trust and no others."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


def within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the CIDR ranges; what is no address lies in none."""
    try:
        candidate = ip_address(address)
    except ValueError:
        return False
    return any(candidate in ip_network(network, strict=False) for network in networks)


def client_address(request: HttpRequest) -> str:
    """The nearest address that is not a trusted proxy."""
    known: str | None = getattr(request, "address", None)
    return known if known is not None else _seen_address(request)


def note_client_address(request: HttpRequest) -> None:
    """Settle the address once; forwarded headers of strangers are thrown away."""
    request.address = _seen_address(request)  # type: ignore[attr-defined]
    if not _is_proxy(request.META.get("REMOTE_ADDR", "")):
        for header in _FORWARDED:
            request.META.pop(header, None)


def _seen_address(request: HttpRequest) -> str:
    nearest: str = request.META.get("REMOTE_ADDR", "")
    if not _is_proxy(nearest):
        return nearest
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    for address in reversed([part for part in chain if part]):
        nearest = address
        if not _is_proxy(address):
            break
    return nearest


def _is_proxy(address: str) -> bool:
    # A unix socket has no address: only a proxy on the same machine can be behind it.
    if not address:
        return bool(settings.TRUSTED_PROXIES)
    return within(address, settings.TRUSTED_PROXIES)
