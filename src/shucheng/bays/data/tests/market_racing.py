"""Two who act at once on the market, in real threads with a connection each.

Run by `test_market_together.py`: in its own process over a SQLite file, or over PostgreSQL.
"""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.test import override_settings

from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.actions.settling import Booked, record_payment
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Agreement, Offer, Order, Product
from shucheng.bays.data.models.money import LedgerEntry
from shucheng.bays.data.tests.conftest import Cast, cast_of
from shucheng.bays.data.tests.market_world import DAY, offer, ordered, world
from shucheng.kernel.public import Invalid

Act = Callable[[], object]


def both(first: Act, second: Act) -> list[object]:
    """Start both at the same moment; what each returned, or the error it ended with."""
    barrier = threading.Barrier(2)
    results: list[object] = [None, None]

    def run(at: int, act: Act) -> None:
        try:
            barrier.wait(timeout=30)
            results[at] = act()
        except Exception as error:
            results[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def one_transfer_that_two_book_is_booked_once(cast: Cast) -> None:
    for number in range(5):

        def book(reference: str = f"B-{number}") -> object:
            return record_payment("ORG-B", 100, reference, actor=cast.bureau, on=date(2026, 6, 2))

        results = both(book, book)
        assert all(isinstance(each, Booked) for each in results), results
        assert sorted(each.again for each in results if isinstance(each, Booked)) == [False, True]
    assert LedgerEntry.objects.count() == 5


def an_order_is_accepted_before_its_product_leaves_the_market_or_not_at_all(cast: Cast) -> None:
    world(cast)
    made = offer(cast)
    for _number in range(3):
        order, product = ordered(cast, made), Product.objects.get(pk=made.product_id)

        def accept(order: Order = order) -> object:
            return move_order(order.code, order.revision, "accept", actor=cast.operator, on=DAY)

        def delist(product: Product = product) -> object:
            return move_product(
                product.pk, product.revision, "delist", text="停售", actor=cast.bureau, on=DAY
            )

        accepted, delisted = both(accept, delist)
        assert isinstance(delisted, Product), delisted
        agreement = Agreement.objects.filter(order=order).first()
        assert isinstance(accepted, Order if agreement else Invalid), accepted
        if agreement:
            leaves = EvidenceEvent.objects.order_by("id")
            left = leaves.filter(kind="product.delist", about=str(product)).last()
            agreed = leaves.get(kind="agreement.made", about=agreement.code)
            assert left, "the delisting is in evidence"
            assert agreed.pk < left.pk
        made.refresh_from_db()
        assert made.state == Offer.State.CLOSED
        Product.objects.filter(pk=product.pk).update(state=Product.State.LISTED)
        made = offer(cast, Product.objects.get(pk=product.pk))


RACES = (
    one_transfer_that_two_book_is_booked_once,
    an_order_is_accepted_before_its_product_leaves_the_market_or_not_at_all,
)


def run() -> None:
    """All races in an empty, migrated database."""
    with TemporaryDirectory() as folder, override_settings(DATA_FOLDER=Path(folder)):
        cast = cast_of()
        for race in RACES:
            race(cast)
