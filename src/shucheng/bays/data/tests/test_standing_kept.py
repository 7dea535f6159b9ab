"""What was found permitted is kept between calls, and believed no longer than it is true. These
tests commit: within a transaction nothing is kept."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shucheng.bays.data.actions.delivering import stop_delivery
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.models.authority import Grant, Stop
from shucheng.bays.data.models.market import Agreement, Order, Product
from shucheng.bays.data.queries import book, permitting
from shucheng.bays.data.queries.permitting import Standing, standing
from shucheng.bays.data.tests.agreed import Deal, deal
from shucheng.bays.data.tests.conftest import Cast, cast_of

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


@pytest.fixture
def agreed() -> Iterator[tuple[Cast, Deal]]:
    permitting._KEPT.clear()
    cast = cast_of()
    yield cast, deal(cast)
    permitting._KEPT.clear()
    book._KEPT.clear()


def kept(code: str) -> Standing:
    """Asked twice, it is one answer: the second was kept."""
    first = standing(code, "api", TODAY)
    assert standing(code, "api", TODAY) is first
    return first


def suspended(on: str) -> None:
    Stop.objects.create(on=on, kind=Stop.Kind.SUSPEND, day=TODAY, by="x")


def moved(state: str) -> None:
    order = Order.objects.get()
    order.state, order.revision = state, order.revision + 1
    order.save()


def narrowed() -> None:
    product = Product.objects.get()
    product.modes = [each for each in product.modes if each != "api"]
    product.revision += 1
    product.save()


@pytest.mark.parametrize(
    "change",
    [
        lambda: suspended(Agreement.objects.get().code),
        lambda: suspended(Deal.operate),
        lambda: suspended(Deal.resource),
        lambda: moved("suspended"),
        lambda: moved("closed"),
        narrowed,
    ],
)
def test_what_changes_is_seen_by_the_next_call(
    agreed: tuple[Cast, Deal], change: Callable[[], Any]
):
    _cast, made = agreed
    kept(made.code)
    change()
    with pytest.raises(Refused):
        standing(made.code, "api", TODAY)


def test_another_day_is_judged_anew(agreed: tuple[Cast, Deal]):
    _cast, made = agreed
    kept(made.code)
    after = max(Grant.objects.values_list("end", flat=True)) + timedelta(days=1)
    with pytest.raises(Refused):
        standing(made.code, "api", after)


def test_what_is_lifted_runs_again_and_others_are_not_touched(agreed: tuple[Cast, Deal]):
    cast, made = agreed
    other = deal(cast, number=2)
    stop_delivery(made.code, "suspend", "核查", actor=cast.bureau)
    kept(other.code)
    with pytest.raises(Refused):
        standing(made.code, "api", TODAY)
    stop_delivery(made.code, "lift", "好了", actor=cast.bureau)
    kept(made.code)
    kept(other.code)
