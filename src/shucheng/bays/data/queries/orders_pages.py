"""Orders on screen: the lists of buyer and operator, an order with all that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, Sum
from django.utils import timezone

from shucheng.bays.data.engine.authority.granting import stopped
from shucheng.bays.data.engine.authority.refusal import Refused as NotGranted
from shucheng.bays.data.engine.ledger.prices import PricePlan
from shucheng.bays.data.engine.ledger.states import ORDER
from shucheng.bays.data.engine.terms import read_plan
from shucheng.bays.data.models.cases import Step
from shucheng.bays.data.models.market import Agreement, Dispute, Offer, Order, Product
from shucheng.bays.data.models.money import Invoice, LedgerLine, Settlement
from shucheng.bays.data.queries.agreements import (
    find_order,
    roles_of_order,
    used,
    visible_orders,
)
from shucheng.bays.data.queries.book import book
from shucheng.bays.data.queries.budgets import quota_lines
from shucheng.bays.data.queries.cases import steps_of
from shucheng.bays.data.queries.deliveries import deliveries_seen
from shucheng.bays.data.queries.delivery_words import words_of
from shucheng.bays.data.queries.ledger import balance, overdue
from shucheng.bays.data.queries.offers import TermsRead, terms_read
from shucheng.bays.data.queries.parties import names_of
from shucheng.bays.data.queries.products_pages import own_products
from shucheng.bays.data.queries.refusals import sentence
from shucheng.kernel.public import Actor, Organisation

PAGE = 25


@dataclass(frozen=True, slots=True)
class Left:
    """What of a quota is used."""

    name: str
    used: int
    most: int

    @property
    def left(self) -> int:
        return max(0, self.most - self.used)


@dataclass(frozen=True, slots=True)
class OrdersPage:
    page: "Page[Order]"
    asked: dict[str, str]
    states: list[str]
    by_state: dict[str, int]
    simulated: bool


def orders_page(given: Mapping[str, str], *, actor: Actor) -> OrdersPage:
    """The orders that an actor may see, by state and words."""
    rows = visible_orders(actor).select_related("agreement")
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    asked = {name: given.get(name, "").strip()[:80] for name in ("state", "q")}
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    if words := asked["q"]:
        rows = rows.filter(
            Q(code__iexact=words)
            | Q(offer__product__title__icontains=words)
            | Q(buyer__name__icontains=words)
        )
    page = Paginator(rows.order_by("-id"), PAGE).get_page(given.get("page"))
    return OrdersPage(
        page,
        {name: value for name, value in asked.items() if value},
        [each for each in (*_LIFE,) if each in counts],
        counts,
        any(each.simulated for each in page),
    )


_LIFE = (
    *("placed", "agreed", "delivering", "suspended", "delivered", "closed"),
    *("refused", "withdrawn", "cancelled", "revoked"),
)


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: Order
    agreement: Agreement | None
    terms: TermsRead
    plan: PricePlan
    steps: list[Step]
    events: tuple[str, ...]
    roles: frozenset[str]
    stop: str
    quota: list[Left]
    units: int
    settlements: list[Settlement]
    invoices: list[Invoice]
    disputes: list[Dispute]
    parties: dict[str, str]
    delivers: bool


def _halted(order: Order, stop: NotGranted | None) -> str:
    """Why nothing is delivered, in words; nothing where it runs."""
    if order.state == "agreed":
        return words_of("agreement-not-begun")
    return sentence(stop) if stop else ""


def order_page(code: str, *, actor: Actor) -> OrderPage:
    order = find_order(code, actor=actor)
    agreement = Agreement.objects.filter(order=order).first()
    roles = roles_of_order(order, actor)
    events = {event for role in roles for event in ORDER.open_to(order.state, role)}
    stop = stopped(book(), agreement.code, timezone.localdate()) if agreement else None
    settlements = list(agreement.settlements.order_by("id")) if agreement else []
    # Until there is an agreement: the offer's terms for the days that were asked for.
    offered = replace(terms_read(order.offer.policy), first=order.first, last=order.last)
    terms = terms_read(agreement.policy) if agreement else offered
    return OrderPage(
        order,
        agreement,
        terms,
        read_plan(order.offer.price),
        steps_of(code),
        tuple(sorted(events)),
        roles,
        _halted(order, stop),
        quota_left(agreement) if agreement else [],
        used(agreement) if agreement else 0,
        settlements,
        list(Invoice.objects.filter(settlement__in=settlements).order_by("id")),
        list(agreement.disputes.order_by("id")) if agreement else [],
        names_of({share[1] for share in order.offer.shares}),
        agreement is not None and deliveries_seen(actor).filter(pk=agreement.pk).exists(),
    )


def quota_left(agreement: Agreement) -> list[Left]:
    """Of what is limited: what the running period used, as each call is held against it."""
    lines = quota_lines(agreement, timezone.localdate())
    return [Left(each["name"], each["used"], each["most"]) for each in lines if each["most"]]


@dataclass(frozen=True, slots=True)
class BuyerPage:
    """A buyer's bills and what it owes."""

    organisation: Organisation
    invoices: list[Invoice]
    owes: int
    overdue: int


def bills(*, actor: Actor) -> list[BuyerPage]:
    """For each organisation that an actor buys for and that has bills."""
    if not actor.may("data.buy"):
        return []
    found = []
    for each in Organisation.objects.filter(pk__in=actor.organisation_ids):
        rows = list(Invoice.objects.filter(buyer=each.code).order_by("-id")[:24])
        if rows:
            owes = balance(f"receivable:{each.code}")
            found.append(BuyerPage(each, rows, owes, overdue(each.code, timezone.localdate())))
    return found


@dataclass(frozen=True, slots=True)
class Console:
    """An operator's own: products, offers, orders that wait, and what it earned by month."""

    products: list[Product]
    offers: list[Offer]
    waiting: list[Order]
    running: int
    earned: list[tuple[str, int]]
    owed: int
    simulated: bool


def console(*, actor: Actor) -> Console:
    products = list(own_products(actor=actor))
    own = actor.organisation_ids
    codes = Organisation.objects.filter(pk__in=own).values_list("code", flat=True)
    accounts = Q()
    for code in codes:
        accounts |= Q(account__startswith="payable:", account__endswith=f":{code}")
    lines = LedgerLine.objects.filter(accounts) if accounts else LedgerLine.objects.none()
    orders = Order.objects.select_related("offer__product__maker", "buyer").filter(
        offer__product__maker_id__in=own
    )
    return Console(
        products,
        list(
            Offer.objects.select_related("product").filter(
                product__maker_id__in=own, state=Offer.State.OPEN
            )
        ),
        list(orders.filter(state__in=("placed", "agreed")).order_by("id")),
        orders.filter(state="delivering").count(),
        _by_month(lines),
        -int(lines.aggregate(fen=Sum("fen"))["fen"] or 0),
        any(each.simulated for each in products),
    )


def _by_month(lines: object) -> list[tuple[str, int]]:
    """What settlements and refunds brought, newest month first."""
    found: dict[str, int] = {}
    rows = lines.filter(entry__kind__in=("settlement", "refund"))  # type: ignore[attr-defined]
    day: date
    for day, fen in rows.values_list("entry__on", "fen"):
        month = f"{day:%Y-%m}"
        found[month] = found.get(month, 0) - fen
    return sorted(found.items(), reverse=True)[:12]
