"""What left evidence, by name."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shucheng.bays.data.audit_words import AUDIT_WORDS
from shucheng.bays.data.engine.authority.machine import shipped_machines
from shucheng.bays.data.queries.delivery_words import words_of
from shucheng.bays.data.queries.market_words import ENTRIES, EVENTS
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
    "grading.decided": _("Grades decided"),
    "grading.rules": _("Grading rules published"),
    "product.processed": _("Product made"),
    "registration.opened": _("Registration applied for"),
}
_WHAT: dict[str, Any] = {
    "order": pgettext_lazy("market", "Order"),
    "product": pgettext_lazy("market", "Product"),
    "dispute": pgettext_lazy("market", "Dispute"),
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
    if what == "books":
        return str(ENTRIES.get(event, kind))
    if what in ("order", "product", "dispute") and event in EVENTS:
        return f"{_WHAT[what]} · {EVENTS[event]}"
    # What is noted for the auditor as well has its words there.
    return str(AUDIT_WORDS.get(f"data.{kind}", kind))


def outcome_words(outcome: str) -> str:
    """Why a call was not answered; nothing of one that was."""
    return words_of(outcome) if outcome and outcome != "delivered" else ""
