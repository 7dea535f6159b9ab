"""Quality in words: dimensions and checks."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.quality.following import following

CHECKS: Mapping[str, str | Promise] = {
    "present": _("is filled in"),
    "unique": _("is there once"),
    "type": _("is of the type"),
    "format": _("has the format"),
    "credit_code": _("is a credit code"),
    "pattern": _("has the pattern"),
    "listed": _("is one of"),
    "range": _("lies between"),
    "length": _("is so long"),
    "ordered": _("does not come after"),
    "sum": _("is the sum of the others"),
    "fresh": _("is not older than, in days"),
    "known": _("is known in the reference"),
}
# Those that a form can tell; the others are written as YAML.
COMMON = ("present", "unique", "type", "format", "credit_code", "listed", "range", "fresh")


def dimension_name(code: str) -> str:
    named: Any = following().dimensions
    if code not in named:
        return code
    return str(named[code].en if (get_language() or "").startswith("en") else named[code].zh)


def check_name(code: str) -> str:
    return str(CHECKS.get(code, code))


def per_cent(share: float | None) -> str:
    """0.8571 → 85.7%; a share that is not whole is never shown as 100 %."""
    if share is None:
        return "—"
    shown = min(round(share * 100, 1), 99.9) if share < 1 else 100.0
    return f"{shown:g}%"
