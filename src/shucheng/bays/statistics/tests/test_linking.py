"""Two registrations of one firm: a person says whose facts count, and can say otherwise again."""

from pathlib import Path
from typing import Any

import pytest

from shucheng.bays.statistics.actions.coefficients import decide_coefficient, propose_coefficient
from shucheng.bays.statistics.actions.linking import decide_link
from shucheng.bays.statistics.models import Firm, Link
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST, code, taken_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(tmp_path: Path) -> Link:
    """The left was told first; both report a month, the left another one as well."""
    rows = [
        {"firm": code(0), "name": "甲", "area": EAST, "industry": "3982", "since": 202401},
        {"firm": code(1), "name": "甲公司", "area": WEST, "industry": "6513", "since": 202501},
    ]
    taken_over(tmp_path, "register", rows)
    returns = [
        {"firm": code(at), "period": period, "revenue": 10 + at}
        for at, period in ((0, 202502), (0, 202503), (1, 202503), (1, 202504))
    ]
    taken_over(tmp_path, "returns", returns)
    left, right = Firm.objects.order_by("credit_code")
    return Link.objects.create(left=left, right=right, probability=0.9)


def told() -> list[tuple[Any, ...]]:
    sql = "SELECT firm, industry FROM register WHERE until = 999912 ORDER BY ALL"
    return ask(lambda micro: micro.connection.sql(sql).fetchall(), "told")


def decide(link: Link, facts_of: str, *, same: bool = True) -> None:
    link.refresh_from_db()
    reason = "核对执照"
    decide_link(link.pk, link.revision, same=same, facts_of=facts_of, reason=reason, actor=OFFICE)
    link.refresh_from_db()


def test_of_two_registrations_the_chosen_facts_count_and_it_can_be_undone(link: Link) -> None:
    apart = told()
    assert apart == [(code(0), "3982"), (code(1), "6513")]
    decide(link, "")
    assert told() == [(code(0), "6513")], "those told last, unless somebody chooses"
    decide(link, "left")
    assert told() == [(code(0), "3982")]
    decide(link, "right")
    assert told() == [(code(0), "6513")]
    decide(link, "left", same=False)
    assert told() == apart
    assert link.facts_of is None


def test_what_the_other_registration_reported_stays_the_firms(link: Link) -> None:
    decide(link, "left")
    periods = ask(
        lambda micro: micro.connection.execute(
            "SELECT DISTINCT period FROM newest WHERE firm = ? ORDER BY 1", [code(0)]
        ).fetchall()
    )
    assert periods == [(202502,), (202503,), (202504,)]


def test_decisions_of_three_registrations_are_taken_together(link: Link, tmp_path: Path) -> None:
    """Undone, the one in the middle stays with the third; and none is torn from its own."""
    rows = [{"firm": code(2), "name": "甲集团", "area": EAST, "industry": "3982", "since": 202401}]
    taken_over(tmp_path, "register", rows)
    _one, two, three = Firm.objects.order_by("credit_code")
    second = Link.objects.create(left=two, right=three, probability=0.9)

    def under() -> list[str | None]:
        firms = Firm.objects.order_by("credit_code")
        return list(firms.values_list("merged_into__credit_code", flat=True))

    decide(link, "")
    decide(second, "")
    assert under() == [None, code(0), code(0)]
    decide(link, "", same=False)
    assert under() == [None, None, code(1)]
    decide(second, "", same=False)
    assert under() == [None, None, None]

    third = Link.objects.create(left=three, right=two, probability=0.9)
    decide(third, "")
    assert under() == [None, code(2), None]
    decide(link, "")
    assert under() == [None, code(0), code(0)], "with all that is one firm with it"
    decide(third, "", same=False)
    assert under() == [None, code(0), None]


def test_a_coefficient_of_either_registration_is_the_firms(link: Link, tmp_path: Path) -> None:
    """Approved of the one that is read under the other, it counts for the firm all the same; of
    two of a month the one decided last does. Undone, each has its own again."""
    for at in (0, 1):
        row = {"firm": code(at), "name": "甲", "area": EAST, "industry": "7320", "since": 202601}
        taken_over(tmp_path, "register", [row])

    def approve(firm: int, share: str) -> None:
        proposed = propose_coefficient(
            code(firm), "040703", share, since=202601, reason="按业务占比", actor=OFFICE
        )
        decide_coefficient(proposed.pk, 0, approve=True, reason="同意", actor=OFFICE)

    def counted() -> dict[str, int]:
        sql = """SELECT firm, lower FROM firm_shares
            WHERE code = '040703' AND industry = '7320' AND until = 999912"""
        return dict(ask(lambda micro: micro.connection.sql(sql).fetchall()))

    approve(1, "0.6")
    decide(link, "")
    assert counted() == {code(0): 6000}
    approve(0, "0.4")
    assert counted() == {code(0): 4000}
    decide(link, "", same=False)
    assert counted() == {code(0): 4000, code(1): 6000}
