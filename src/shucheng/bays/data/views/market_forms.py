"""What the market's forms send, read; a field that cannot be read says so beside it."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.ledger.prices import PlanInvalid, PricePlan, Tier
from shucheng.bays.data.engine.ledger.split import Share
from shucheng.bays.data.engine.terms import Terms
from shucheng.bays.data.queries.market_words import not_possible
from shucheng.bays.data.views.form_fields import number, several, wrong
from shucheng.bays.data.views.protecting_forms import protected
from shucheng.lib.numbers import decimal_number, whole_number

__all__ = [
    "day", "epsilon", "fen", "number", "plan", "several", "shares", "shows", "terms", "wrong",
]  # fmt: skip

_MOST = Decimal(10) ** 12
_UNITS = {"月": "month", "季": "quarter", "年": "year"}
ROLES = ("holder", "processor", "operator", "platform", "broker")


def day(sent: QueryDict, name: str) -> date:
    try:
        return date.fromisoformat(sent.get(name, "").strip())
    except ValueError:
        raise wrong(name, _("Write a day like 2026-11-30.")) from None


def fen(sent: QueryDict, name: str, *, optional: bool = False) -> int:
    """An amount in 元 with at most two decimals, as whole 分."""
    text = sent.get(name, "").strip()
    if not text and optional:
        return 0
    amount = decimal_number(text)
    if amount is None or not 0 <= amount < _MOST or amount * 100 % 1:
        raise wrong(name, _("Write an amount in yuan, like 12.50."))
    return int(amount * 100)


def terms(sent: QueryDict) -> Terms:
    return Terms(
        purposes=tuple(sent.getlist("purposes")),
        modes=tuple(sent.getlist("modes")),
        first=day(sent, "first"),
        last=day(sent, "last"),
        regions=tuple(sent.getlist("regions")),
        recipients=tuple(sent.getlist("recipients")),
        count=number(sent, "count"),
        compensate="compensate" in sent,
    )


def plan(sent: QueryDict) -> PricePlan:
    """By `pricing`: `free`, `period` (a fee), `call` (a price for `per` units), `volume` (steps,
    one a line: up to how many units, the price; the last without an end)."""
    basis: Any = sent.get("basis", "call")
    try:
        match sent.get("pricing"):
            case "period":
                return PricePlan(fen(sent, "fee"), (), basis)
            case "call":
                one = Tier(None, fen(sent, "price"), number(sent, "per") or 1)
                return PricePlan(fen(sent, "fee", optional=True), (one,), basis)
            case "volume":
                return PricePlan(fen(sent, "fee", optional=True), _tiers(sent), basis)
            case "free":
                return PricePlan(0, (), basis)
    except PlanInvalid as error:
        raise not_possible(error, "tiers") from None
    raise wrong("pricing", _("Choose how it is priced."))


def _tiers(sent: QueryDict) -> tuple[Tier, ...]:
    found = []
    for line in filter(str.strip, sent.get("tiers", "").splitlines()):
        parts = line.replace("：", ":").rpartition(":")
        amount = decimal_number(parts[2].strip())
        ends = whole_number(parts[0].strip())
        if amount is None or amount < 0 or amount * 100 % 1 or (parts[0].strip() and not ends):
            raise wrong("tiers", _("Write one step a line, like “1000: 0.50”, the last “: 0.20”."))
        found.append(Tier(ends, int(amount * 100)))
    if not found:
        raise wrong("tiers", _("Write one step a line, like “1000: 0.50”, the last “: 0.20”."))
    return tuple(found)


def shares(sent: QueryDict) -> list[Share]:
    """Rows of role, party and percent; empty ones are passed over."""
    found = []
    rows = zip(
        sent.getlist("share_role"),
        sent.getlist("share_party"),
        sent.getlist("share_percent"),
        strict=False,
    )
    for role, party, text in rows:
        if not text.strip():
            continue
        part = decimal_number(text)
        if part is None or not 0 < part <= 100 or part * 100 % 1 or role not in ROLES:
            raise wrong("shares", _("A share is a percentage with at most two decimals."))
        found.append(Share(role, party, int(part * 100)))  # type: ignore[arg-type]
    return found


def shows(sent: QueryDict, columns: Sequence[str]) -> dict[str, Any]:
    """The mask chosen for each column (`mask-…`, with `width-…`), conditions a line, the least
    group, and what noisy aggregates, marks and intersections need: see `engine/delivery/terms`."""
    masks = {name: how for name in columns if (how := _mask(sent, name))}
    found = protected(sent)
    if masks:
        found["columns"] = masks
    if rows := [_row(line) for line in sent.get("rows", "").splitlines() if line.strip()]:
        found["rows"] = rows
    if (least := number(sent, "least")) is not None:
        if least < 2:
            raise wrong("least", _("A group of one hides nobody: write 2 or more."))
        found["groups"] = {"at_least": least, "unit": sent.get("unit", "").strip()}
    return found


def _mask(sent: QueryDict, name: str) -> Any:
    mask, given = sent.get(f"mask-{name}", ""), sent.get(f"width-{name}", "").strip()
    match mask:
        case "cut":
            return {"as": "cut", "keep": whole_number(given) or 0}
        case "step":
            return {"as": "step", "width": str(decimal_number(given) or 0)}
        case "date":
            return {"as": "date", "unit": _UNITS.get(given[:1], given or "month")}
    return mask


def _row(line: str) -> list[Any]:
    """`column operator value`: a number where it is one, several set apart by commas."""
    match = re.fullmatch(r"\s*(\S+)\s*(<>|<=|>=|=|<|>)\s*(.+?)\s*", line)
    if not match:
        raise wrong("rows", _("Write one condition a line, like “area = 320900”."))
    column, operator, text = match.groups()
    values = [each.strip() for each in re.split("[,，]", text)]
    return [column, operator, values[0] if len(values) == 1 else values]


def epsilon(sent: QueryDict, name: str) -> Decimal | None:
    """A privacy budget above 0, or none."""
    text = sent.get(name, "").strip()
    if not text:
        return None
    found = decimal_number(text)
    if found is None or not 0 < found < 1000:
        raise wrong(name, _("Write a number above 0, like 1.5."))
    return found
