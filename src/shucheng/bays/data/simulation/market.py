"""A simulated year of the market, through the actions, with days in the past: products of what the
book of rights permits, offers, orders in every state, use by month, settled, paid, disputed.
Seeded; everything is marked as simulated; a second run finds the first and does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from shucheng.bays.data.actions.making import Recipe, draft_product, run_making
from shucheng.bays.data.actions.offers import open_offer
from shucheng.bays.data.actions.orders import move_order, place_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.engine.authority.book import Grant
from shucheng.bays.data.engine.authority.granting import in_force
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.engine.ledger.split import Share
from shucheng.bays.data.engine.terms import PURPOSES, Terms
from shucheng.bays.data.models.catalogue import Field
from shucheng.bays.data.models.market import Agreement, Offer, Order, Product
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.inputs import InputOf, input_of
from shucheng.bays.data.queries.offers import holders_below, terms_read
from shucheng.bays.data.simulation.market_money import World, acting, disputes, settle, use
from shucheng.kernel.public import Actor, Invalid, Organisation, import_organisations

_FILE = Path(__file__).parents[1] / "data" / "market.yaml"
_YEAR = 360
# What becomes of the orders besides those that are delivered, by their number.
_FATES = {
    3: "refused",
    7: "withdrawn",
    11: "placed",
    17: "agreed",
    19: "cancelled",
    23: "suspended",
    29: "revoked",
    31: "placed",
    37: "delivered",
    41: "placed",
}


@dataclass(frozen=True)
class _Basis:
    """An input, and by which grants its maker processes and operates it."""

    input: InputOf
    maker: Organisation
    process: Grant
    operate: Grant

    @property
    def since(self) -> date:
        return max(self.process.start, self.operate.start)

    @property
    def until(self) -> date:
        return min(self.process.end, self.operate.end)

    def limit(self, dimension: str) -> list[str] | None:
        """The values that both grants allow; None: neither is limited."""
        found = [g.limits[dimension] for g in (self.process, self.operate) if dimension in g.limits]
        return sorted(frozenset.intersection(*found)) if found else None


def simulate_market(today: date, *, office: str, actor: Actor) -> dict[str, int]:
    """From the grants that are in the book; `office`: the code of the data bureau, which lists,
    settles and clears. Returns how many were made; nothing where there are no grants to make
    products by, or some are there already."""
    bureau = Organisation.objects.filter(code=office).first()
    if bureau is None or Product.objects.filter(simulated=True).exists():
        return {}
    bases = _bases(today)
    if not bases:
        return {}
    said = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    world = World(
        today,
        actor,
        acting(actor, bureau.pk),
        Random(20),  # noqa: S311 - a seed, not a secret
        _buyers(said["buyers"], actor),
        bureau.code,
    )
    products = [_product(world, each, bases, at) for at, each in enumerate(said["products"])]
    offers = [
        offer
        for made, each in zip(products, said["products"], strict=True)
        if made.state == Product.State.LISTED
        if (offer := _offer(world, made, each))
    ]
    orders = _orders(world, offers)
    used = sum(use(world, each) for each in Agreement.objects.filter(simulated=True))
    settlements = settle(world)
    disputed = disputes(world)
    return {
        "products": len(products),
        "offers": len(offers),
        "orders": orders,
        "uses": used,
        "settlements": settlements,
        "disputes": disputed,
    }


def _bases(today: date) -> list[_Basis]:
    known, found = book(), []
    for grant in known.grants.values():
        if grant.right != "process" or in_force(rights(), known, grant.code, today):
            continue
        maker = Organisation.objects.filter(code=grant.taker).first()
        for thing in sorted(grant.things):
            operating = [
                each
                for each in known.granted.get((grant.taker, thing.code), ())
                if each.right == "operate" and not in_force(rights(), known, each.code, today)
            ]
            one = input_of(str(thing))
            if maker and operating and one and one.modes and one.grade:
                found.append(_Basis(one, maker, grant, operating[0]))
    return found


def _buyers(names: Sequence[str], actor: Actor) -> list[Organisation]:
    rows = [
        {"code": f"SIM-BUYER-{at}", "name": name, "kind": Organisation.Kind.COMPANY}
        for at, name in enumerate(names, 1)
    ]
    import_organisations(rows, actor=actor)
    return list(Organisation.objects.filter(code__startswith="SIM-BUYER-").order_by("code"))


def _product(world: World, said: dict[str, Any], bases: list[_Basis], at: int) -> Product:
    """Of one input, or of two of one maker; the last few are not on the market yet."""
    basis = bases[at % len(bases)]
    start = max(basis.since, world.today - timedelta(days=_YEAR))
    on = min(start + timedelta(days=4 * at), world.today - timedelta(days=2))
    maker = world.of(basis.maker.pk)
    made = draft_product(
        f"{said['title']}（模拟）",
        kind=said["kind"],
        variety=said["variety"],
        summary="模拟产品，不是真实的数据产品。",
        maker=basis.maker.pk,
        recipe=_recipe(basis),
        actor=maker,
        on=on,
        simulated=True,
    )
    if basis.input.readable and made.processing[0]["kind"] == "sql":
        made = run_making(made.pk, actor=maker, on=on)
    if at >= 38:
        return made
    made = move_product(made.pk, made.revision, "submit", actor=maker, on=on)
    if at == 37:
        return made
    if at == 36:
        text = "请补充列的含义（模拟）"
        return move_product(made.pk, made.revision, "return", text=text, actor=world.office, on=on)
    listed = on + timedelta(days=1)
    try:
        made = move_product(made.pk, made.revision, "list", actor=world.office, on=listed)
    except Invalid as refused:
        text = f"{refused.message}（模拟）"
        return move_product(made.pk, made.revision, "return", text=text, actor=world.office, on=on)
    if at == 35:
        text = "停止经营（模拟）"
        made = move_product(
            made.pk, made.revision, "delist", text=text, actor=maker, on=world.today
        )
    return made


def _recipe(basis: _Basis) -> Recipe:
    """Where rows can be read: counts by one or two columns that tell of no person. Elsewhere the
    steps in words, with columns as they are described."""
    one = basis.input
    uses = {
        dimension: values
        for dimension in ("purpose", "scenario", "region", "mode", "recipient", "field")
        if (values := basis.limit(dimension))
    }
    uses.setdefault("purpose", [*PURPOSES])
    names = _plain(one)
    if one.readable and names:
        by = ", ".join(f'"{name}"' for name in names[:2])
        sql = f'SELECT {by}, count(*) AS n FROM "{one.name}" GROUP BY {by} ORDER BY n DESC'  # noqa: S608
        return Recipe([one.thing], uses, sql=sql, meanings={"n": "数量"})
    words = "按统计口径汇总，去除可识别个人的数据项，形成指标（模拟）。"
    return Recipe([one.thing], uses, words=words, meanings={"period": "报告期", "value": "指标值"})


def _plain(one: InputOf) -> list[str]:
    """Columns of the lowest grades that are no key."""
    if one.resource is None:
        return []
    rows = Field.objects.filter(resource=one.resource, dropped=False, key=False).order_by(
        "position"
    )
    low = ("general_1", "general_2")
    return [
        row.name for row in rows.order_by("position") if row.grade in low and not row.categories
    ]


def _offer(world: World, made: Product, said: dict[str, Any]) -> Offer | None:
    day = (made.listed_at.date() if made.listed_at else world.today) + timedelta(days=1)
    until = min(
        min(book().grants[code].end for code in made.under), world.today + timedelta(days=400)
    )
    maker = world.of(made.maker_id)
    paid = [each for each in made.uses["purpose"] if each not in ("public-welfare",)]
    terms = Terms(
        purposes=tuple(paid or made.uses["purpose"]),
        modes=tuple(m for m in _modes(made, said["kind"]) if m in (made.uses.get("mode") or [m])),
        first=day,
        last=until,
        regions=tuple(made.uses.get("region", ())),
        recipients=tuple(made.uses.get("recipient", ())),
    )
    columns = {column[0]: "show" for column in made.columns} if made.data else {}
    given: dict[str, Any] = {
        "shares": _shares(world, made),
        "shows": {"columns": columns} if columns else {},
        "quota": {"calls": 200_000},
        "actor": maker,
        "on": min(day, world.today),
        "simulated": True,
    }
    try:
        return open_offer(made.pk, terms, plan=_plan(said), **given)
    except Invalid as refused:
        if not refused.code.startswith("authority."):
            return None
    try:  # Without a ceiling, and past the year of trial, only what is free is offered.
        return open_offer(made.pk, terms, plan=PricePlan(), **given)
    except Invalid:
        return None


def _modes(made: Product, kind: str) -> list[str]:
    wanted = {
        "dataset": ("download", "api", "sandbox"),
        "api": ("api",),
        "model": ("api", "sandbox"),
        "report": ("download", "api"),
        "sandbox": ("sandbox",),
    }[kind]
    allowed = [str(mode) for mode in made.modes if mode in wanted]
    return allowed or [str(mode) for mode in made.modes if mode in ("sandbox", "api")][:1]


def _plan(said: dict[str, Any]) -> PricePlan:
    fen = said["fen"]
    match said["how"]:
        case "call":
            return PricePlan(tiers=(Tier(None, fen),))
        case "row":
            return PricePlan(tiers=(Tier(None, fen, 1000),), basis="row")
        case "period":
            return PricePlan(fee=fen)
        case "volume":
            return PricePlan(
                tiers=(Tier(1000, fen), Tier(10_000, fen * 7 // 10), Tier(None, fen // 2))
            )
    return PricePlan()


def _shares(world: World, made: Product) -> list[Share]:
    holders = sorted(holders_below(made))
    each = 3000 // len(holders)
    shares = [Share("holder", holder, each) for holder in holders]
    shares += [Share("platform", world.platform, 500)]
    left = 10_000 - sum(share.parts for share in shares)
    return [*shares, Share("operator", made.maker.code, left)]


def _orders(world: World, offers: list[Offer]) -> int:
    count = 0
    for at, offer in enumerate(offers):
        for n in range(1 + at % 3 % 2 + (at % 7 == 0)):
            count += 1
            buyer = world.buyers[(at * 3 + n) % len(world.buyers)]
            _order(world, offer, buyer, count)
    return count


def _order(world: World, offer: Offer, buyer: Organisation, number: int) -> None:
    terms, fate = terms_read(offer.policy), _FATES.get(number, "delivering")
    assert terms.first is not None  # noqa: S101 - an offer of ours says it
    assert terms.last is not None  # noqa: S101
    ago = world.random.randint(3, 40)
    placed = min(terms.first + timedelta(days=ago), world.today - timedelta(days=1))
    if fate in ("placed", "agreed"):
        placed = max(terms.first, world.today - timedelta(days=3 + number % 5))
    first = max(placed, terms.first)
    last = min(first + timedelta(days=364), terms.last)
    if fate == "delivered":
        last = min(first + timedelta(days=120), world.today - timedelta(days=20))
    if last < first:
        return
    purposes = [each for each in terms.purposes if each != "public-governance"] or terms.purposes
    order = place_order(
        offer.code,
        buyer.pk,
        purpose=purposes[number % len(purposes)],
        area=terms.regions[0] if terms.regions else "",
        first=first,
        last=last,
        text="业务需要（模拟）",
        actor=world.of(buyer.pk),
        on=placed,
        simulated=True,
    )
    _follow(world, order, fate, placed)


def _follow(world: World, order: Order, fate: str, placed: date) -> None:
    operator, buyer = world.of(order.offer.product.maker_id), world.of(order.buyer_id)
    half = placed + (world.today - placed) / 2
    ways: dict[str, list[tuple[str, Actor, date]]] = {
        "placed": [],
        "refused": [("refuse", operator, placed)],
        "withdrawn": [("withdraw", buyer, placed)],
        "agreed": [("accept", operator, placed)],
        "cancelled": [("accept", operator, placed), ("cancel", buyer, placed)],
    }
    runs = [("accept", operator, placed), ("deliver", operator, max(placed, order.first))]
    ways |= {
        "delivering": runs,
        "suspended": [*runs, ("suspend", world.office, half)],
        "revoked": [*runs, ("revoke", world.office, half)],
        "delivered": [
            *runs,
            ("finish", operator, order.last),
            ("close", world.office, world.today),
        ],
    }
    for event, who, on in ways[fate]:
        order.refresh_from_db()
        text = "模拟步骤" if event in ("refuse", "cancel", "suspend", "revoke") else ""
        move_order(order.code, order.revision, event, actor=who, text=text, on=on)
