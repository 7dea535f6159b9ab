"""What of a quota is held for calls under way: nobody overspends, nothing is lost for good."""

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shucheng.bays.data.actions.budgets import Reserved, give_back, reserve, use_up
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.budgets import use_of
from shucheng.bays.data.tests.agreed import deal
from shucheng.bays.data.tests.conftest import Cast

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timezone.localdate(NOW)


def held(agreement: Agreement, number: str, rows: int, after: float = 0) -> Reserved:
    return reserve(agreement, number, NOW + timedelta(seconds=after), DAY, rows, 1)


def refusal_of(agreement: Agreement, **asked: Any) -> str:
    with pytest.raises(Refused) as refused:
        held(agreement, "other", 1, **asked)
    return refused.value.code


def test_what_others_hold_is_busy_and_what_was_used_is_spent(cast: Cast):
    agreement = deal(cast, quota={"rows": 100}).agreement
    took = held(agreement, "download", 500)
    assert took.rows == 100
    assert refusal_of(agreement) == "quota-busy"
    use_up(agreement, took, 60, 1)
    rest = held(agreement, "next", 500)
    assert rest.rows == 40
    use_up(agreement, rest, 40, 1)
    assert refusal_of(agreement) == "quota-spent"
    assert use_of(agreement, DAY).rows == 100


def test_what_a_lost_process_held_is_free_again_and_it_delivers_no_more(cast: Cast):
    agreement = deal(cast, quota={"calls": 1}).agreement
    lost = held(agreement, "lost", 10)
    assert refusal_of(agreement, after=800) == "quota-busy"
    found = held(agreement, "found", 10, after=1000)
    with pytest.raises(Refused):
        use_up(agreement, lost, 10, 1)
    use_up(agreement, found, 10, 1)
    assert use_of(agreement, DAY).calls == 1


def test_in_any_order_no_more_is_used_than_was_agreed(cast: Cast):
    agreement = deal(cast, quota={"calls": 40, "rows": 300}).agreement
    chance, under_way, used = random.Random(7), [], 0
    for number in range(300):
        step = chance.choice(("begin", "end", "fail"))
        if step == "begin":
            with suppress(Refused):
                under_way.append(held(agreement, f"call {number}", chance.randint(1, 30)))
        elif under_way:
            one = under_way.pop(chance.randrange(len(under_way)))
            if step == "end":
                used += (rows := chance.randint(0, one.rows))
                use_up(agreement, one, rows, 1)
            else:
                give_back(agreement, one)
        use = use_of(agreement, DAY)
        assert use.rows == used <= 300
        assert use.calls <= 40
        assert set(use.held) == {each.number for each in under_way}
    assert use.calls
