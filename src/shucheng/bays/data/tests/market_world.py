"""A world of the market for tests: a resource with data, its grants, a product, an offer."""

from datetime import UTC, date, datetime
from typing import Any

import duckdb

from shucheng.bays.data.actions.granting import give_grants
from shucheng.bays.data.actions.making import Recipe, draft_product, run_making
from shucheng.bays.data.actions.offers import open_offer
from shucheng.bays.data.actions.orders import move_order, place_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.engine.authority.book import Grant, Thing
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.engine.ledger.split import Share
from shucheng.bays.data.engine.terms import Terms
from shucheng.bays.data.models.catalogue import Field, Resource, Source
from shucheng.bays.data.models.market import Agreement, Offer, Order, Product
from shucheng.bays.data.models.money import UsageRecord
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Organisation, store_file, system_actor

DAY = date(2026, 3, 2)
START, END = date(2026, 1, 1), date(2028, 12, 31)
MODES = ["download", "api", "sandbox", "aggregate"]
ROWS = (
    "credit_code,area,staff,opened\n"
    "A1,320901,12,2019-01-01\n"
    "A2,320902,30,2020-02-02\n"
    "A3,320901,55,2021-03-03\n"
)
SQL = "SELECT area, count(*) AS firms, sum(staff) AS staff FROM res_2026_000001 GROUP BY area"
LIMITS = {
    "purpose": frozenset({"industry-development", "public-welfare"}),
    "mode": frozenset({"api", "sandbox", "download"}),
}
USES = {"purpose": ["industry-development"], "mode": ["api", "download"]}


def resource(cast: Cast, code: str = "RES-2026-000001", *, data: bool = True) -> Resource:
    """A table of firms, as a stored CSV file."""
    source = None
    if data:
        file = store_file("firms.csv", ROWS.encode(), room="data", actor=system_actor("cli"))
        source = Source.objects.create(
            name="企业登记",
            kind=Source.Kind.FILE,
            organisation_id=cast.holder.organisation_id,
            file=file,
        )
    made = Resource.objects.create(
        code=code,
        title="企业登记信息",
        holder_id=cast.holder.organisation_id,
        source=source,
        state=Resource.State.LISTED,
        number=3,
        grade="general_2",
        modes=[{"mode": mode, "conditions": []} for mode in MODES],
    )
    for at, name in enumerate(("credit_code", "area", "staff", "opened")):
        Field.objects.create(resource=made, position=at, name=name, grade="general_1", key=at == 0)
    return made


def code_of(organisation_id: int | None) -> str:
    return Organisation.objects.get(pk=organisation_id).code


def grants(
    cast: Cast, *things: str, limits: dict[str, frozenset[str]] | None = None, tag: str = ""
) -> None:
    """The city gives the department the right to hold, the department the operator the rights to
    process and to operate."""
    holder, operator = code_of(cast.holder.organisation_id), code_of(cast.operator.organisation_id)
    given = frozenset(map(Thing, things or ("RES-2026-000001",)))
    limited = LIMITS if limits is None else limits
    held = f"GH{tag}"
    terms: dict[str, Any] = {"start": START, "end": END}
    give_grants(
        [
            Grant(held, "hold", "city", holder, given, basis=("REG-1",), may_pass_on=True, **terms),
            Grant(
                f"GP{tag}", "process", holder, operator, given, basis=("AUT-1",), under=(held,),
                limits=limited, **terms,
            ),
            Grant(
                f"GO{tag}", "operate", holder, operator, given, basis=("AUT-1",), under=(held,),
                limits=limited, may_pass_on=True, **terms,
            ),
        ],
        actor=cast.bureau,
    )  # fmt: skip


def product(cast: Cast, **changes: Any) -> Product:
    """Firms by area, made of the resource; run where it has data."""
    recipe = changes.pop("recipe", None) or Recipe(
        made_from=["RES-2026-000001"], uses=USES, sql=SQL, meanings={"firms": "企业数"}
    )
    assert cast.operator.organisation_id
    made = draft_product(
        changes.pop("title", "企业分布"),
        kind=changes.pop("kind", "dataset"),
        variety=changes.pop("variety", "企业画像"),
        maker=cast.operator.organisation_id,
        recipe=recipe,
        actor=cast.operator,
        on=changes.pop("on", DAY),
        **changes,
    )
    source = Resource.objects.filter(code="RES-2026-000001", source__isnull=False)
    return run_making(made.pk, actor=cast.operator, on=DAY) if source.exists() else made


def rows_of(made: Product) -> list[tuple[Any, ...]]:
    assert made.data
    path = made.data.in_place()
    return duckdb.sql(f"SELECT * FROM read_parquet('{path}') ORDER BY 1").fetchall()  # noqa: S608


TERMS = Terms(
    purposes=("industry-development",),
    modes=("api", "download"),
    first=DAY,
    last=date(2027, 12, 31),
)
PLAN = PricePlan(tiers=(Tier(None, 7),))


def world(cast: Cast) -> None:
    """A resource with data and its grants."""
    resource(cast)
    grants(cast)


def shares(cast: Cast, *, holder: int = 3000, operator: int = 6000, platform: int = 1000) -> Any:
    named = (
        ("holder", cast.holder, holder),
        ("operator", cast.operator, operator),
        ("platform", cast.bureau, platform),
    )
    return [
        Share(role, code_of(actor.organisation_id), parts) for role, actor, parts in named if parts
    ]


SHOWS = {"columns": {"area": "show", "firms": {"as": "step", "width": "5"}}}


def listed(cast: Cast, **changes: Any) -> Product:
    """A product that the bureau put on the market."""
    made = product(cast, **changes)
    made = move_product(made.pk, made.revision, "submit", actor=cast.operator, on=DAY)
    return move_product(made.pk, made.revision, "list", actor=cast.bureau, on=DAY)


def offer(cast: Cast, made: Product | None = None, **changes: Any) -> Offer:
    made = made or listed(cast)
    given: dict[str, Any] = {
        "plan": PLAN,
        "shares": shares(cast),
        "shows": SHOWS,
        "on": DAY,
        **changes,
    }
    terms = given.pop("terms", TERMS)
    return open_offer(made.pk, terms, actor=cast.operator, **given)


def ordered(cast: Cast, of: Offer | None = None, **changes: Any) -> Order:
    of, buyer = of or offer(cast), changes.pop("buyer", cast.buyer)
    given: dict[str, Any] = {
        "purpose": "industry-development",
        "first": DAY,
        "last": date(2027, 3, 1),
        "on": DAY,
        **changes,
    }
    return place_order(of.code, buyer.organisation_id, actor=buyer, **given)


def accepted(cast: Cast, order: Order | None = None, **changes: Any) -> Agreement:
    order = order or ordered(cast)
    move_order(order.code, order.revision, "accept", actor=cast.operator, on=DAY, **changes)
    return Agreement.objects.select_related("order").get(order=order)


def delivering(cast: Cast, agreement: Agreement | None = None) -> Agreement:
    agreement = agreement or accepted(cast)
    order = agreement.order
    order.refresh_from_db()
    move_order(order.code, order.revision, "deliver", actor=cast.operator, on=DAY)
    order.refresh_from_db()
    return agreement


def use(agreement: Agreement, quantity: int, day: date, code: str = "") -> UsageRecord:
    """Metered use at noon of a day."""
    number = UsageRecord.objects.count() + 1
    return UsageRecord.objects.create(
        code=code or f"U-{number}",
        agreement=agreement,
        quantity=quantity,
        at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
    )
