"""The market's front page and a product's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from shucheng.bays.data.engine.authority.granting import in_force
from shucheng.bays.data.engine.ledger.prices import PricePlan
from shucheng.bays.data.engine.listing import LISTING
from shucheng.bays.data.engine.terms import read_plan
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.market import Offer, Product
from shucheng.bays.data.queries.book import book, rights, thing
from shucheng.bays.data.queries.cases import steps_of
from shucheng.bays.data.queries.inputs import input_of
from shucheng.bays.data.queries.market_words import PURPOSES
from shucheng.bays.data.queries.offers import TermsRead, terms_read, visible_offers
from shucheng.bays.data.queries.parties import names_of
from shucheng.bays.data.queries.products import (
    Check,
    checks_of,
    find_product,
    registration_of,
    roles_of_product,
    visible_products,
)
from shucheng.bays.data.queries.refusals import sentence
from shucheng.kernel.public import Actor

PAGE = 25


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer with its terms in words."""

    offer: Offer
    terms: TermsRead
    plan: PricePlan


@dataclass(frozen=True, slots=True)
class MarketLine:
    product: Product
    offers: list[OfferLine]


@dataclass(frozen=True, slots=True)
class MarketPage:
    lines: list[MarketLine]
    page: "Page[Product]"
    asked: dict[str, str]
    products: int
    varieties: int
    offers: int
    kinds: list[tuple[str, str]]
    named: list[str]
    waiting: list[Product]
    simulated: bool


def market_page(given: Mapping[str, str], *, actor: Actor) -> MarketPage:
    """Listed products with their open offers, as asked for: `q`, `kind`, `variety`, `mode`,
    `purpose`."""
    listed = visible_products(actor).filter(state=Product.State.LISTED)
    names = ("q", "kind", "variety", "mode", "purpose")
    asked = {name: given.get(name, "").strip()[:80] for name in names}
    chosen = _chosen(listed, asked)
    open_ = visible_offers(actor).filter(state=Offer.State.OPEN)
    page = Paginator(
        chosen.prefetch_related(Prefetch("offers", open_)).order_by("-listed_at", "-id"), PAGE
    ).get_page(given.get("page"))
    lines = [MarketLine(each, [line_of(o) for o in each.offers.all()]) for each in page]
    return MarketPage(
        lines,
        page,
        {name: value for name, value in asked.items() if value},
        listed.count(),
        listed.values("variety").distinct().count(),
        open_.filter(product__state=Product.State.LISTED).count(),
        [(code, str(label)) for code, label in Product.Kind.choices],
        list(listed.order_by("variety").values_list("variety", flat=True).distinct()),
        _waiting(actor),
        any(each.product.simulated for each in lines),
    )


def _waiting(actor: Actor) -> list[Product]:
    """Who puts products on the market sees which wait for that."""
    if not actor.may("data.govern"):
        return []
    rows = Product.objects.filter(state=Product.State.REVIEW).select_related("maker")
    return list(rows.order_by("recorded_at")[:PAGE])


def line_of(offer: Offer) -> OfferLine:
    return OfferLine(offer, terms_read(offer.policy), read_plan(offer.price))


def _chosen(rows: QuerySet[Product], asked: Mapping[str, str]) -> QuerySet[Product]:
    if words := asked["q"]:
        rows = rows.filter(
            Q(title__icontains=words)
            | Q(summary__icontains=words)
            | Q(variety__icontains=words)
            | Q(code__iexact=words)
            | Q(maker__name__icontains=words)
        )
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["variety"]:
        rows = rows.filter(variety=asked["variety"])
    if asked["mode"] or asked["purpose"]:
        wanted = [asked[name] for name in ("mode", "purpose") if asked[name]]
        open_ = Offer.objects.filter(state=Offer.State.OPEN).values_list("product_id", "policy")
        fitting = {
            pk
            for pk, policy in open_
            if all(w in (*terms_read(policy).modes, *terms_read(policy).purposes) for w in wanted)
        }
        rows = rows.filter(pk__in=fitting)
    return rows


@dataclass(frozen=True, slots=True)
class Below:
    """What a product is made of, `depth` below it, with the right it stands on and whether that
    is in force today."""

    depth: int
    code: str
    title: str
    holder: str
    grade: str
    grant: str
    stopped: str


@dataclass(frozen=True, slots=True)
class ProductPage:
    product: Product
    below: list[Below]
    offers: list[OfferLine]
    versions: list[Product]
    steps: list[Step]
    registration: Case | None
    checks: list[Check]
    events: tuple[str, ...]
    is_maker: bool
    is_bureau: bool
    sees_making: bool
    parties: dict[str, str]


def product_page(code: str, version: str, *, actor: Actor) -> ProductPage:
    product = find_product(code, version, actor=actor)
    roles, day = roles_of_product(product, actor), timezone.localdate()
    offers = visible_offers(actor).filter(product=product).order_by("state", "-id")
    events = {event for role in roles for event in LISTING.open_to(product.state, role)}
    parties = {share[1] for offer in offers for share in offer.shares}
    return ProductPage(
        product,
        list(_below(product, day)),
        [line_of(each) for each in offers],
        list(visible_products(actor).filter(code=code).order_by("-id")),
        steps_of(str(product)),
        registration_of(product),
        checks_of(product, day) if roles else [],
        tuple(sorted(events)),
        "maker" in roles,
        "bureau" in roles,
        bool(roles) or actor.may("data.audit"),
        names_of(parties),
    )


def _below(product: Product, day: date, depth: int = 1) -> list[Below]:
    found: list[Below] = []
    for said in product.made_from:
        each, grant = input_of(said), _grant_over(product, said)
        if each is None:
            continue
        against = in_force(rights(), book(), grant, day) if grant else None
        holder = each.resource.holder.label if each.resource else ""
        if each.product:
            holder = each.product.maker.label
        found.append(
            Below(
                depth,
                said,
                each.title,
                holder,
                each.grade,
                grant,
                sentence(against) if against else "",
            )
        )
        # Deeper than a handful nobody makes; a circle is refused when it is made.
        if each.product and depth < 6:
            found += _below(each.product, day, depth + 1)
    return found


def _grant_over(product: Product, said: str) -> str:
    known, wanted = book(), thing(said)
    for code in product.under:
        grant = known.grants.get(code)
        if grant and any(each.code == wanted.code for each in grant.things):
            return code
    return ""


def own_products(*, actor: Actor) -> QuerySet[Product]:
    actor.require("data.operate")
    return (
        Product.objects.select_related("maker")
        .filter(maker_id__in=actor.organisation_ids)
        .annotate(open_offers=Count("offers", filter=Q(offers__state=Offer.State.OPEN)))
        .order_by("-id")
    )


def purposes() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in PURPOSES.items()]
