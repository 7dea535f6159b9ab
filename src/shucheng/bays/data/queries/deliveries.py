"""Agreements as deliveries: who sees which, who may stop one, and what stands on its page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.authority.book import Book
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.delivery import Call, Token
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.book import book
from shucheng.bays.data.queries.budgets import privacy_left, quota_lines
from shucheng.bays.data.queries.delivery_words import words_of
from shucheng.bays.data.queries.permitting import modes_of, modes_shown, require_granted
from shucheng.kernel.public import Actor, NotFound

MODE_WORDS: Mapping[str, Any] = {
    "api": _("Governed interface"),
    "sandbox": _("Query in the sandbox"),
    "aggregate": _("Aggregates with noise"),
    "download": _("Download"),
    "intersection": _("Private intersection"),
}
_LATEST = 20
BUREAU = "bureau"


def deliveries_seen(actor: Actor) -> QuerySet[Agreement]:
    """Those of the own organisation, as buyer or maker, or over its own data; all for who governs
    or audits."""
    actor.require("data.view")
    wanted = ("order__offer__product__maker", "order__offer__product__data", "order__buyer")
    rows = Agreement.objects.select_related(*wanted)
    if actor.may("data.govern") or actor.may("data.audit"):
        return rows
    seen = Q(pk__in=[])
    own = actor.organisation_ids
    if actor.may("data.buy"):
        seen |= Q(order__buyer__in=own)
    if actor.may("data.operate"):
        seen |= Q(order__offer__product__maker__in=own)
    if actor.may("data.hold"):
        seen |= Q(code__in=_over_own_data(actor))
    return rows.filter(seen)


def find_delivery(code: str, *, actor: Actor) -> Agreement:
    found = deliveries_seen(actor).filter(code=code).first()
    if found is None:
        raise NotFound(_("The agreement"))
    return found


def may_stop(agreement: Agreement, actor: Actor) -> bool:
    """The data bureau any; a holder what is made of its own data."""
    return bool(sides_of(agreement, actor))


def may_lift(agreement: Agreement, actor: Actor, day: date) -> tuple[str, ...]:
    """Of the sides for which the actor acts, those whose suspension holds: each lifts its own."""
    holding = book().sides(agreement.code, day)
    return tuple(side for side in sides_of(agreement, actor) if side in holding)


def sides_of(agreement: Agreement, actor: Actor) -> tuple[str, ...]:
    """In whose name the actor stops this delivery: the bureau's, which answers for what names
    nobody as well, or that of the holders of its data for whom it acts."""
    if actor.may("data.govern"):
        return (BUREAU, "")
    if not actor.may("data.hold"):
        return ()
    own: dict[str, list[str]] = {}
    for holder, code in Resource.objects.filter(holder__in=actor.organisation_ids).values_list(
        "holder__code", "code"
    ):
        own.setdefault(holder, []).append(code)
    return tuple(holder for holder in sorted(own) if agreement.code in _over(own[holder]))


def may_seek_mark(agreement: Agreement, actor: Actor) -> bool:
    """Who governs, the holder and the maker: never a buyer, who would learn how it is found."""
    maker = agreement.order.offer.product.maker_id
    return may_stop(agreement, actor) or actor.may("data.operate", maker)


def _over_own_data(actor: Actor) -> tuple[str, ...]:
    own = actor.organisation_ids
    return _over(Resource.objects.filter(holder__in=own).values_list("code", flat=True))


def _over(resources: Iterable[str]) -> tuple[str, ...]:
    """The deliveries that stand on any of these resources."""
    codes = set(resources)
    versions = [str(thing) for thing in _things() if thing.code in codes]
    return book().fallout([*codes, *versions]).deliveries


def _things() -> set[Any]:
    return {thing for product in book().products.values() for thing in product.made_from}


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    agreement: Agreement
    product: str
    modes: list[tuple[str, Any]]
    stopped: str  # the sentence, or nothing
    stopped_code: str
    quota: list[dict[str, Any]]
    epsilon: Any
    tokens: list[Token]
    calls: list[Call]
    delivered: int
    refused: list[tuple[str, int]]
    buys: bool
    stops: bool
    lifts: bool
    seeks: bool
    downloads: bool
    decided: list[Stop]


def delivery_page(code: str, *, actor: Actor) -> DeliveryPage:
    agreement = find_delivery(code, actor=actor)
    today = timezone.localdate()
    stopped_code, stopped = why_not(agreement, today)
    calls = Call.objects.filter(agreement=code)
    outcomes = dict(calls.values_list("outcome").annotate(n=Count("id")).order_by("-n"))
    delivered = outcomes.pop("delivered", 0)
    product = agreement.order.offer.product
    modes = modes_shown(agreement)
    return DeliveryPage(
        agreement=agreement,
        product=f"{product.title} ({product})",
        modes=[(mode, word) for mode, word in MODE_WORDS.items() if mode in modes],
        stopped=stopped,
        stopped_code=stopped_code,
        quota=quota_lines(agreement, today),
        epsilon=privacy_left(agreement),
        tokens=list(Token.objects.filter(agreement=agreement)[:_LATEST]),
        calls=list(calls.order_by("-id")[:_LATEST]),
        delivered=delivered,
        refused=[(words_of(outcome), n) for outcome, n in outcomes.items()],
        buys=actor.may("data.buy", agreement.order.buyer_id),
        stops=may_stop(agreement, actor),
        lifts=bool(may_lift(agreement, actor, today)),
        seeks=may_seek_mark(agreement, actor) and bool(agreement.shows.get("marking")),
        downloads="download" in modes,
        decided=list(Stop.objects.filter(on=code).order_by("-id")),
    )


def why_not(agreement: Agreement, day: date, known: Book | None = None) -> tuple[str, str]:
    """The code and sentence of what stands against delivery on a day; nothing where it runs.
    `known`: the book, where many are asked about at one moment."""
    if not agreement.first <= day <= agreement.last:
        return "agreement-not-in-term", words_of("agreement-not-in-term")
    if agreement.order.offer.product.data_id is None:
        return "no-data", words_of("no-data")
    try:
        modes = sorted(modes_of(agreement))
        if not modes:
            return "wrong-mode", words_of("action-not-permitted")
        # One way that is left is enough: of the others the page says nothing.
        require_granted(agreement, min(modes_shown(agreement), default=modes[0]), day, known)
    except Refused as refused:
        return refused.code, getattr(refused, "said", "") or words_of(refused.code)
    return "", ""
