"""What the form of a step sends: its proofs, the end of a term, days, words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shucheng.kernel.public import Invalid
from shucheng.lib.numbers import whole_number


def sent_proofs(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """By the evidence's code: what was written and what was uploaded."""
    proofs: dict[str, dict[str, Any]] = {}
    for name, text in request.POST.items():
        if name.startswith("text-") and isinstance(text, str) and text.strip():
            proofs.setdefault(name.removeprefix("text-"), {})["text"] = text
    for name, file in request.FILES.items():
        if name.startswith("file-") and not isinstance(file, list) and file.name:
            upload = (file.name, file.read())
            proofs.setdefault(name.removeprefix("file-"), {})["upload"] = upload
    return proofs


def sent_step(request: HttpRequest) -> dict[str, Any]:
    """The arguments that a step's action takes."""
    sent = request.POST
    return {
        "proofs": sent_proofs(request),
        "until": sent_day(sent, "until"),
        "days": whole_number(sent.get("days", "")) or 0,
        "text": sent.get("text", ""),
    }


def sent_day(sent: Mapping[str, Any], name: str) -> date | None:
    text = str(sent.get(name, "")).strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(
            "data.day",
            _("This is not a day."),
            _("Write it as 2026-12-31."),
            {name: _("Write it as 2026-12-31.")},
        ) from None
