"""The market on screen: who sees and does what, from a product to a settled bill."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from shucheng.bays.data.actions.settling import settle_until
from shucheng.bays.data.models.market import Dispute, Offer, Order, Product
from shucheng.bays.data.models.money import Invoice, LedgerEntry, Settlement
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import (
    DAY,
    SQL,
    TERMS,
    code_of,
    delivering,
    listed,
    offer,
    product,
    use,
    world,
)
from shucheng.kernel.public import (
    Actor,
    Organisation,
    Person,
    grant_role,
    run_pending_jobs,
    system_actor,
)
from shucheng.lib.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(cast: Cast, settings: Any) -> Any:
    """A browser in which one of the cast is signed in."""
    settings.REQUIRE_SECOND_FACTOR = False

    def signed_in(actor: Actor) -> Client:
        person = Person.objects.get(pk=actor.person_id)
        organisation = Organisation.objects.get(pk=actor.organisation_id)
        role = next(iter(actor.roles))
        if not person.memberships.exists():
            grant_role(person.pk, organisation.pk, role, actor=system_actor("cli"))
        client = Client()
        client.force_login(person)
        return client

    return signed_in


def get(client: Client, name: str, *args: str, status: int = 200, query: str = "") -> str:
    english = f"{query}&lang=en" if query else "?lang=en"
    answer = client.get(reverse(f"data:{name}", args=args) + english)
    assert answer.status_code == status, answer.content[:400]
    return answer.content.decode()


def post(client: Client, name: str, *args: str, status: int = 302, **sent: Any) -> str:
    answer = client.post(reverse(f"data:{name}", args=args) + "?lang=en", sent)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def settled(cast: Cast) -> Settlement:
    agreement = delivering(cast)
    use(agreement, 10, DAY)
    settle_until(Period.of(DAY, "M"), actor=cast.bureau)
    return Settlement.objects.get()


def test_an_operator_makes_hands_in_and_the_bureau_lists(cast: Cast, enter: Any):
    world(cast)
    operator, bureau = enter(cast.operator), enter(cast.bureau)
    form = get(operator, "product_make")
    assert "res_2026_000001" in form
    sent: dict[str, Any] = {
        "title": "企业分布",
        "kind": "dataset",
        "variety": "企业画像",
        "made_from": ["RES-2026-000001"],
        "sql": SQL,
        "meanings": "firms: 企业数",
        "use-purpose": "industry-development",
        "use-mode": "api，download",
    }
    wrong = post(operator, "product_make", status=422, **(sent | {"sql": "DROP TABLE x"}))
    assert "DROP TABLE x" in wrong
    assert "企业分布" in wrong
    post(operator, "product_make", **sent)
    run_pending_jobs()
    made = Product.objects.get()
    assert made.rows == 2
    page = get(operator, "product", made.code)
    assert "企业数" in page
    assert "320901" not in page  # no value of the data
    get(enter(cast.buyer), "product", made.code, status=404)
    post(operator, "product", made.code, event="submit", revision=made.revision)
    made.refresh_from_db()
    assert "Looked at before it is listed" in get(bureau, "product", made.code)
    post(bureau, "product", made.code, event="list", revision=made.revision)
    made.refresh_from_db()
    assert made.state == "listed"
    assert made.title in get(enter(cast.buyer), "market")


def test_an_offer_is_made_by_form_and_ordered(cast: Cast, enter: Any):
    world(cast)
    made = listed(cast)
    operator, buyer = enter(cast.operator), enter(cast.buyer)
    form = get(operator, "offer_make", made.code)
    assert "GO" in form
    assert '<option value="ORG-D" selected>' in form  # the bureau runs the platform
    get(buyer, "offer_make", made.code, status=403)
    holder = code_of(cast.holder.organisation_id)
    today = timezone.localdate()
    sent: dict[str, Any] = {
        "purposes": ["industry-development"],
        "modes": ["api"],
        "first": str(today),
        "last": "2028-01-01",
        "compensate": "on",
        "pricing": "volume",
        "basis": "call",
        "tiers": "1000: 0.50\n: 0.20",
        "share_role": ["holder", "operator"],
        "share_party": [holder, made.maker.code],
        "share_percent": ["30", "70"],
        "mask-area": "show",
        "mask-firms": "step",
        "width-firms": "5",
        "quota-calls": "100",
    }
    beyond = post(operator, "offer_make", made.code, status=422, **(sent | {"last": "2030-01-01"}))
    assert "runs longer" in beyond
    uneven = sent | {"share_percent": ["30", "69"]}
    assert "100 %" in post(operator, "offer_make", made.code, status=422, **uneven)
    assert '<option value="row"' in form
    assert '<option value="hour"' not in form
    by_hour = sent | {"basis": "hour"}
    assert "calls and rows" in post(operator, "offer_make", made.code, status=422, **by_hour)
    sent |= {
        "private_unit": "area",
        "private_contributions": "2",
        "private_columns": "firms: 0, 1000, 1",
        "private_by": "area：320901，320902",
        "marking_key": "area",
        "marking_steps": "firms: 1",
        "common_column": "area",
        "common_least": "50",
    }
    for field, text in (
        ("private_columns", "firms: 1000, 0, 1"),
        ("private_columns", "firms"),
        ("marking_steps", "firms: none"),
        ("common_least", "few"),
        ("private_columns", "firm: 0, 9, 1"),  # no such column
    ):
        refused = post(operator, "offer_make", made.code, status=422, **(sent | {field: text}))
        assert text in refused  # what was typed is still there
    for first in ("private_unit", "marking_key", "common_column"):
        post(operator, "offer_make", made.code, status=422, **(sent | {first: ""}))
    sent["private_columns"] = "firms: 0, 1, 1"
    post(operator, "offer_make", made.code, **sent)
    found = Offer.objects.get()
    assert found.shows["private"] == {
        "unit": "area",
        "contributions": 2,
        "columns": {"firms": {"low": "0", "high": "1", "step": "1"}},
        "by": {"area": ["320901", "320902"]},
    }
    assert found.shows["marking"] == {"key": ["area"], "steps": {"firms": "1"}}
    assert found.shows["intersection"] == {"column": "area", "members": False, "at_least": 50}
    assert found.price == {"fee": 0, "basis": "call", "tiers": [[1000, 50, 1], [None, 20, 1]]}
    assert found.shows["columns"] == {"area": "show", "firms": {"as": "step", "width": "5"}}
    assert "0.50 yuan" in get(buyer, "offer", found.code)
    assert "Order it" not in get(enter(cast.auditor), "offer", found.code)
    order = {"purpose": "industry-development", "first": str(today), "last": "2029-01-01"}
    assert "runs from" in post(buyer, "offer", found.code, status=422, **order)
    order["last"] = str(today + timedelta(days=90))
    post(buyer, "offer", found.code, **order)
    placed = Order.objects.get()
    post(operator, "order", placed.code, event="accept", revision=placed.revision)
    placed.refresh_from_db()
    assert placed.agreement.quota == {"calls": 100}
    assert "Begin delivery" in get(operator, "order", placed.code)
    assert "Begin delivery" not in get(buyer, "order", placed.code)
    get(enter(cast.other), "order", placed.code, status=404)


def test_settlements_bills_and_books_are_for_their_parties(cast: Cast, enter: Any):
    world(cast)
    made = settled(cast)
    number = Invoice.objects.get().number
    for actor in (cast.buyer, cast.operator, cast.holder, cast.auditor):
        page = get(enter(actor), "settlement", made.code)
        assert "0.70" in page
        assert made.code in get(enter(actor), "settlements")
    get(enter(cast.other), "settlement", made.code, status=404)
    answer = enter(cast.buyer).get(reverse("data:invoice", args=[number]))
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    assert number in [row[1].value for row in sheet.iter_rows()]
    assert enter(cast.other).get(reverse("data:invoice", args=[number])).status_code == 404
    assert "balances" in get(enter(cast.auditor), "books")
    for actor in (cast.buyer, cast.operator, cast.leader):
        get(enter(actor), "books", status=403)
    assert number in get(enter(cast.buyer), "orders")
    assert "0.42" in get(enter(cast.operator), "own_products")


def test_the_bureau_books_payments_and_payouts_on_the_page(cast: Cast, enter: Any):
    world(cast)
    settled(cast)
    bureau, buyer = enter(cast.bureau), code_of(cast.buyer.organisation_id)
    pay: dict[str, Any] = {"event": "payment", "buyer": buyer, "fen": "0.70", "reference": "B-1"}
    assert "like 12.50" in post(bureau, "books", status=422, **(pay | {"fen": "0.705"}))
    post(bureau, "books", **pay)
    assert "It is in the books" in get(bureau, "books")
    post(bureau, "books", **pay)
    assert "It was booked already" in get(bureau, "books")
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    assert "more than 40" in post(bureau, "books", status=422, **(pay | {"reference": "1" * 41}))
    assert "is not over" in post(bureau, "settlements", status=422, period="2062-11")
    holder = f"payable:holder:{code_of(cast.holder.organisation_id)}"
    too_much = {"event": "payout", "account": holder, "fen": "5"}
    assert "can be paid out" in post(bureau, "books", status=422, **too_much)
    post(bureau, "books", event="payout", account=holder, fen="")
    assert LedgerEntry.objects.filter(kind="payout").count() == 1
    post(enter(cast.auditor), "books", status=403, **pay)


def test_a_dispute_is_raised_answered_and_paid_back_on_screen(cast: Cast, enter: Any):
    world(cast)
    made = settled(cast)
    order = made.agreement.order
    buyer, operator, bureau = enter(cast.buyer), enter(cast.operator), enter(cast.bureau)
    get(operator, "dispute_new", order.code, status=403)
    post(buyer, "dispute_new", order.code, settlement=made.code, text="缺行")
    dispute = Dispute.objects.get()
    post(operator, "dispute", dispute.code, event="answer", revision=0, text="已查")
    conceded = {"event": "concede", "revision": 1}
    assert "at most what is left" in post(
        operator, "dispute", dispute.code, status=422, refund="9", **conceded
    )
    post(operator, "dispute", dispute.code, refund="0.30", **conceded)
    post(bureau, "dispute", dispute.code, event="refund", revision=2)
    assert "credit note" in get(buyer, "order", order.code)
    assert dispute.code in get(buyer, "disputes")


def test_figures_of_the_market_go_down_to_their_trades(cast: Cast, enter: Any):
    world(cast)
    made = settled(cast)
    query = f"?period={Period.of(DAY, 'M')}&about=turnover"
    page = get(enter(cast.bureau), "market_figures", query=query)
    assert "0.70" in page
    assert made.code in page
    assert made.code not in get(enter(cast.buyer), "market_figures", query=query)
    assert "no trades" in get(enter(cast.buyer), "market_figures", query="?period=2020-01")


def test_the_market_is_searched_and_filtered(cast: Cast, enter: Any):
    world(cast)
    offer(cast, terms=replace(TERMS, modes=("api",)))
    buyer = enter(cast.buyer)
    for query, there in (
        ("?q=企业", True),
        ("?q=电力", False),
        ("?mode=api", True),
        ("?mode=download", False),
        ("?purpose=industry-development", True),
        ("?kind=model", False),
    ):
        assert ("企业分布" in get(buyer, "market", query=query)) is there, query
    get(Client(), "market", status=302)


def test_empty_pages_say_what_will_be_there(cast: Cast, enter: Any):
    operator = enter(cast.operator)
    for name in ("market", "own_products", "product_make", "orders", "settlements", "disputes"):
        assert 'class="empty"' in get(operator, name), name
    assert "The books are empty" in get(enter(cast.bureau), "books")
    get(operator, "market_figures")


def test_a_simulated_product_is_marked(cast: Cast, enter: Any):
    world(cast)
    made = product(cast, simulated=True)
    assert "simulated" in get(enter(cast.operator), "product", made.code)


def test_programs_see_and_do_what_the_pages_show_and_do(cast: Cast, enter: Any):
    world(cast)
    made = offer(cast)
    buyer, operator = enter(cast.buyer), enter(cast.operator)
    (found,) = buyer.get("/api/v1/data/market/products").json()
    assert (found["code"], found["offers"]) == (made.product.code, [made.code])
    policy = buyer.get(f"/api/v1/data/market/offers/{made.code}").json()["policy"]
    assert policy["@type"] == "Offer"
    sent = {
        "offer": made.code,
        "purpose": "industry-development",
        "first": "2026-05-01",
        "last": "2026-09-01",
    }
    answer = buyer.post("/api/v1/data/market/orders", sent, content_type="application/json")
    assert answer.status_code == 201, answer.content
    order = answer.json()
    address = f"/api/v1/data/market/orders/{order['code']}"
    assert enter(cast.other).get(address).status_code == 404

    def step(client: Client, event: str, revision: str) -> Any:
        return client.post(
            f"{address}/steps", {"event": event}, content_type="application/json",
            headers={"if-match": revision},
        )  # fmt: skip

    assert step(buyer, "accept", "0").status_code == 422
    assert step(operator, "accept", "9").status_code == 409
    accepted = step(operator, "accept", "0").json()
    assert (accepted["state"], accepted["agreement"][:3]) == ("agreed", "AGR")
    assert buyer.get("/api/v1/data/market/settlements").json() == []
    get(buyer, "order", order["code"])
