"""A simulated year of the market, through the actions, with days in the past: products of what the
book of rights permits, offers, orders in every state, use by month, settled, paid, disputed.
Seeded; everything is marked as simulated; a second run finds the first and does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from shucheng.bays.data.actions.disputes import move_dispute, open_dispute
from shucheng.bays.data.actions.making import Recipe, draft_product, run_making
from shucheng.bays.data.actions.offers import open_offer
from shucheng.bays.data.actions.orders import move_order, place_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.actions.settling import pay_out, record_payment, settle_until
from shucheng.bays.data.engine.authority.book import Grant
from shucheng.bays.data.engine.authority.granting import in_force
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.engine.ledger.split import Share
from shucheng.bays.data.engine.terms import PURPOSES, Terms
from shucheng.bays.data.models.catalogue import Field
from shucheng.bays.data.models.market import Agreement, Offer, Order, Product
from shucheng.bays.data.models.money import Invoice, Settlement, UsageRecord
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.inputs import InputOf, input_of
from shucheng.bays.data.queries.ledger import balance, owed_to, trial_balance
from shucheng.bays.data.queries.offers import holders_below, terms_read
from shucheng.kernel.public import Actor, Invalid, Organisation, import_organisations
from shucheng.lib.periods import Period, iterate

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
class _World:
    today: date
    actor: Actor
    office: Actor
    random: Random
    buyers: Sequence[Organisation]
    platform: str

    def of(self, organisation: int) -> Actor:
        return _acting(self.actor, organisation)


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
    world = _World(
        today,
        actor,
        _acting(actor, bureau.pk),
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
    used = sum(_use(world, each) for each in Agreement.objects.filter(simulated=True))
    settlements = _settle(world)
    disputes = _disputes(world)
    return {
        "products": len(products),
        "offers": len(offers),
        "orders": orders,
        "uses": used,
        "settlements": settlements,
        "disputes": disputes,
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


def _product(world: _World, said: dict[str, Any], bases: list[_Basis], at: int) -> Product:
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


def _offer(world: _World, made: Product, said: dict[str, Any]) -> Offer | None:
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


def _shares(world: _World, made: Product) -> list[Share]:
    holders = sorted(holders_below(made))
    each = 3000 // len(holders)
    shares = [Share("holder", holder, each) for holder in holders]
    shares += [Share("platform", world.platform, 500)]
    left = 10_000 - sum(share.parts for share in shares)
    return [*shares, Share("operator", made.maker.code, left)]


def _orders(world: _World, offers: list[Offer]) -> int:
    count = 0
    for at, offer in enumerate(offers):
        for n in range(1 + at % 3 % 2 + (at % 7 == 0)):
            count += 1
            buyer = world.buyers[(at * 3 + n) % len(world.buyers)]
            _order(world, offer, buyer, count)
    return count


def _order(world: _World, offer: Offer, buyer: Organisation, number: int) -> None:
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


def _follow(world: _World, order: Order, fate: str, placed: date) -> None:
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


def _use(world: _World, agreement: Agreement) -> int:
    """Some records a month while it ran, more as time goes on; by call more than by row."""
    ended = agreement.order.state not in ("delivering", "delivered", "closed")
    last = min(agreement.last, world.today - timedelta(days=1))
    if agreement.order.state in ("agreed", "cancelled"):
        return 0
    if ended:
        last = agreement.first + (world.today - agreement.first) / 2
    by_row = agreement.price.get("basis") == "row"
    rows: list[UsageRecord] = []
    day = agreement.first
    while day <= last:
        growth = 1 + (day - agreement.first).days / 400
        quantity = int(world.random.lognormvariate(9 if by_row else 4.5, 0.6) * growth)
        at = datetime(day.year, day.month, day.day, world.random.randint(1, 9), 30, tzinfo=UTC)
        code = f"SIM-{agreement.code}-{len(rows) + 1}"
        rows.append(
            UsageRecord(code=code, agreement=agreement, quantity=quantity, at=at, recorded_at=at)
        )
        day += timedelta(days=world.random.randint(2, 5))
    UsageRecord.objects.bulk_create(rows)
    return len(rows)


def _settle(world: _World) -> int:
    """Month by month on the fifth day of the next, with what was paid in and out by then."""
    firsts = Agreement.objects.filter(simulated=True).order_by("first")
    begin = firsts.values_list("first", flat=True).first()
    if begin is None:
        return 0
    last = Period.of(world.today, "M").previous()
    made = 0
    for month in iterate(Period.of(begin, "M"), last):
        on = min(month.end + timedelta(days=5), world.today)
        made += len(settle_until(month, actor=world.office, on=on).settlements)
        _pay(world, month, min(month.end + timedelta(days=20), world.today))
    return made


def _pay(world: _World, month: Period, on: date) -> None:
    """Buyers pay what they owe, all but one of them late in the last two months; parties are
    paid."""
    for at, buyer in enumerate(world.buyers):
        owes = balance(f"receivable:{buyer.code}")
        late = at == 1 and month >= Period.of(world.today, "M").shift(-3)
        if owes > 0 and not late:
            reference = f"模拟-{month}-{buyer.code}"[:40]
            record_payment(buyer.code, owes, reference, actor=world.office, on=on, simulated=True)
    for each in trial_balance():
        if each.account.startswith("payable:") and owed_to(each.account).payable > 0:
            pay_out(each.account, actor=world.office, on=on, simulated=True)


def _disputes(world: _World) -> int:
    """One open, one dismissed, one upheld and paid back."""
    rows = (
        Settlement.objects.filter(simulated=True, amount__gt=1000)
        .select_related("agreement__order__offer__product")
        .order_by("-period", "id")
    )
    chosen: dict[int, Settlement] = {}
    for row in rows:
        chosen.setdefault(row.agreement_id, row)
    ways = (
        (),
        (("answer", "operator"), ("mediate", "office"), ("dismiss", "office")),
        (("answer", "operator"), ("concede", "operator"), ("refund", "office")),
    )
    count = 0
    for row, way in zip(chosen.values(), ways, strict=False):
        order, on = row.agreement.order, world.today
        dispute = open_dispute(
            row.agreement.code,
            "交付行数与约定不符（模拟）",
            settlement=row.code,
            actor=world.of(order.buyer_id),
            on=on,
            simulated=True,
        )
        count += 1
        operator = world.of(order.offer.product.maker_id)
        left = sum(Invoice.objects.filter(settlement=row).values_list("fen", flat=True))
        for event, who in way:
            dispute.refresh_from_db()
            move_dispute(
                dispute.code,
                dispute.revision,
                event,
                actor=world.office if who == "office" else operator,
                text="模拟步骤",
                refund=left // 4 or None,
                on=on,
            )
    return count


def _acting(actor: Actor, organisation: int) -> Actor:
    return replace(actor, organisation_id=organisation, organisation_ids=frozenset({organisation}))
