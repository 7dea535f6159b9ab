"""What left evidence, by name."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.authority.machine import shipped_machines
from shucheng.bays.data.queries.refusals import named

_WORDS: dict[str, Any] = {
    "grant.given": _("Grant given"),
    "delivery.token": _("Data token issued"),
    "delivery.token_revoked": _("Data token revoked"),
    "delivery.mark_sought": _("Mark sought in a file that leaked"),
    "delivery.call": _("Call of a delivery"),
    "delivery.suspended": _("Delivery suspended"),
    "delivery.lifted": _("Delivery in force again"),
    "delivery.revoked": _("Delivery revoked"),
    "evidence.witnessed": _("Head taken by a witness"),
    "evidence.recovered": _("Event recovered from the log"),
}


def kind_words(kind: str) -> str:
    """A step of a case by its table's name for it; what has no name stands for itself."""
    if kind in _WORDS:
        return str(_WORDS[kind])
    what, _dot, event = kind.partition(".")
    if what == "case":
        for machine in shipped_machines().values():
            if event in machine.table.events:
                return named(machine.table.events[event])
    return kind
