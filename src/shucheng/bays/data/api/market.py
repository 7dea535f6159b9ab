"""The market over HTTP: what is on offer, orders, what they cost. The steps are those of the
pages."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Header

from shucheng.bays.data.actions.orders import move_order, place_order
from shucheng.bays.data.models.market import Order, Product
from shucheng.bays.data.queries.agreements import find_order
from shucheng.bays.data.queries.offers import find_offer
from shucheng.bays.data.queries.products import find_product
from shucheng.bays.data.queries.products_pages import market_page
from shucheng.bays.data.queries.settlements import visible_settlements
from shucheng.kernel.public import Forbidden, actor_for

router = Router()
_REVISION = Header(
    ...,
    alias="If-Match",
    description="The `revision` of the order as it was seen. 409 when it has changed meanwhile.",
)


class ProductOut(Schema):
    code: str
    version: str
    title: str
    summary: str
    kind: str
    variety: str
    maker: str = Field(description="Code of the organisation")
    grade: str
    modes: list[str] = Field(description="Ways of delivery that its grade permits")
    columns: list[list[str]] = Field(description="Name, type, meaning; no value of the data")
    rows: int | None
    state: str
    registration: str
    simulated: bool
    offers: list[str] = Field([], description="Codes of the open offers")


class OfferOut(Schema):
    code: str
    product: str
    policy: dict[str, Any] = Field(description="ODRL in JSON-LD, of the closed profile")
    shows: dict[str, Any]
    price: dict[str, Any]
    quota: dict[str, int]
    state: str
    simulated: bool


class OrderIn(Schema):
    offer: str
    purpose: str
    first: date
    last: date
    scenario: str = ""
    area: str = ""
    text: str = ""


class OrderOut(Schema):
    code: str
    offer: str
    product: str
    buyer: str
    purpose: str
    first: date
    last: date
    state: str
    agreement: str
    revision: int
    simulated: bool


class OrderStep(Schema):
    event: str = Field(description="accept, refuse, withdraw, deliver, suspend ...")
    text: str = ""


class SettlementOut(Schema):
    code: str
    agreement: str
    period: str
    quantity: int
    amount: int = Field(description="分")
    parts: dict[str, int] = Field(description="分 by account")
    simulated: bool


@router.get("/market/products", response=list[ProductOut], summary="Products on the market")
def products(
    request: HttpRequest, q: str = "", kind: str = "", variety: str = "", page: int = 1
) -> list[dict[str, Any]]:
    given = {"q": q, "kind": kind, "variety": variety, "page": str(page)}
    found = market_page(given, actor=actor_for(request))
    return [
        _product(line.product, [each.offer.code for each in line.offers]) for line in found.lines
    ]


@router.get("/market/products/{code}", response=ProductOut, summary="A product")
def product(request: HttpRequest, code: str, version: str = "") -> dict[str, Any]:
    found = find_product(code, version, actor=actor_for(request))
    return _product(found, list(found.offers.filter(state="open").values_list("code", flat=True)))


@router.get("/market/offers/{code}", response=OfferOut, summary="An offer")
def offer(request: HttpRequest, code: str) -> dict[str, Any]:
    found = find_offer(code, actor=actor_for(request))
    names = ("code", "policy", "shows", "price", "quota", "state", "simulated")
    return {name: getattr(found, name) for name in names} | {"product": str(found.product)}


@router.post("/market/orders", response={201: OrderOut}, summary="Place an order")
def order_new(request: HttpRequest, sent: OrderIn) -> Status[dict[str, Any]]:
    actor = actor_for(request)
    if actor.organisation_id is None:
        raise Forbidden("data.buy")
    made = place_order(
        sent.offer,
        actor.organisation_id,
        purpose=sent.purpose,
        first=sent.first,
        last=sent.last,
        scenario=sent.scenario,
        area=sent.area,
        text=sent.text,
        actor=actor,
    )
    return Status(201, _order(made))


@router.get("/market/orders/{code}", response=OrderOut, summary="An order")
def order(request: HttpRequest, code: str) -> dict[str, Any]:
    return _order(find_order(code, actor=actor_for(request)))


@router.post("/market/orders/{code}/steps", response=OrderOut, summary="One step of an order")
def order_step(
    request: HttpRequest, code: str, sent: OrderStep, revision: int = _REVISION
) -> dict[str, Any]:
    actor = actor_for(request)
    return _order(move_order(code, revision, sent.event, text=sent.text, actor=actor))


@router.get(
    "/market/settlements",
    response=list[SettlementOut],
    summary="Settlements of one's orders, newest first",
)
def settlements(request: HttpRequest, period: str = "", limit: int = 100) -> list[dict[str, Any]]:
    rows = visible_settlements(actor_for(request))
    if period:
        rows = rows.filter(period=period)
    names = ("code", "period", "quantity", "amount", "parts", "simulated")
    return [
        {name: getattr(row, name) for name in names} | {"agreement": row.agreement.code}
        for row in rows.order_by("-id")[: max(1, min(limit, 1000))]
    ]


def _product(row: Product, offers: list[str]) -> dict[str, Any]:
    names = ("code", "version", "title", "summary", "kind", "variety", "grade", "columns", "rows")
    more = ("state", "registration", "simulated")
    said = {name: getattr(row, name) for name in (*names, *more)}
    return said | {"maker": row.maker.code, "modes": list(map(str, row.modes)), "offers": offers}


def _order(row: Order) -> dict[str, Any]:
    names = ("code", "purpose", "first", "last", "state", "revision", "simulated")
    agreement = getattr(row, "agreement", None)
    return {name: getattr(row, name) for name in names} | {
        "offer": row.offer.code,
        "product": str(row.offer.product),
        "buyer": row.buyer.code,
        "agreement": agreement.code if agreement else "",
    }
