"""Orders, agreements and disputes: no state is reached by another way than the table's."""

from dataclasses import replace
from datetime import date

import pytest

from shucheng.bays.data.engine.ledger.orders import AgreementRefused, Order, agree
from shucheng.bays.data.engine.ledger.states import DISPUTE, ORDER, Machine, MoveRefused
from shucheng.bays.data.engine.policy.model import Constraint, Policy, Rule
from shucheng.bays.data.tests.market_agreed import AGREED, BY_CALL, OFFER, ORDER_1, SHARES


@pytest.mark.parametrize(
    ("policy", "order", "code"),
    [
        (OFFER, ORDER_1, "not-an-agreement"),
        (replace(AGREED, assignee="x"), ORDER_1, "other-buyer"),
        (replace(AGREED, permissions=(Rule("use"),)), ORDER_1, "wider-than-offer"),
        (AGREED, replace(ORDER_1, purpose="public-welfare"), "wider-than-free"),
    ],
)
def test_what_no_order_becomes(policy: Policy, order: Order, code: str) -> None:
    with pytest.raises(AgreementRefused) as error:
        agree(order, policy, [], BY_CALL, SHARES, date(2026, 6, 10), date(2027, 6, 9))
    assert error.value.code == code


def test_an_agreement_keeps_within_the_holders_grant() -> None:
    grant = Policy("Agreement", "g", (Rule("use", (Constraint("purpose", "eq", ("health",)),)),))
    with pytest.raises(AgreementRefused) as error:
        agree(ORDER_1, AGREED, [grant], BY_CALL, SHARES, date(2026, 6, 10), date(2027, 6, 9))
    assert error.value.code == "wider-than-grant"
    assert [each.code for each in error.value.reasons] == ["purpose-wider"]
    with pytest.raises(AgreementRefused):
        agree(ORDER_1, AGREED, [], BY_CALL, SHARES, date(2026, 6, 10), date(2026, 6, 9))


ROLES = ("buyer", "operator", "holder", "bureau", "platform", "stranger", "")
EXPECTED = {
    "order": """placed accept agreed operator; placed refuse refused operator;
        placed withdraw withdrawn buyer; agreed deliver delivering operator;
        agreed cancel cancelled operator,buyer; agreed revoke revoked holder,bureau;
        delivering suspend suspended operator,holder,bureau;
        delivering finish delivered operator,platform; delivering revoke revoked holder,bureau;
        suspended resume delivering holder,bureau; suspended finish delivered operator,platform;
        suspended revoke revoked holder,bureau; delivered close closed platform;
        revoked close closed platform""",
    "dispute": """opened answer answered operator; opened withdraw withdrawn buyer;
        opened mediate mediation platform; answered concede upheld operator;
        answered mediate mediation platform; answered withdraw withdrawn buyer;
        mediation uphold upheld platform; mediation dismiss dismissed platform;
        mediation withdraw withdrawn buyer; mediation refer arbitration operator,buyer;
        arbitration uphold upheld bureau; arbitration dismiss dismissed bureau;
        upheld refund refunded platform""",
}
FINAL = {
    "order": {"refused", "withdrawn", "cancelled", "closed"},
    "dispute": {"withdrawn", "dismissed", "refunded"},
}


@pytest.mark.parametrize("machine", [ORDER, DISPUTE], ids=lambda each: each.name)
def test_every_state_event_and_role(machine: Machine) -> None:
    allowed = {
        (before, event, role): after
        for row in EXPECTED[machine.name].split(";")
        for before, event, after, roles in [row.split()]
        for role in roles.split(",")
    }
    events = {event for _, event, _ in allowed} | {"", "explode"}
    for state in (*machine.states, "nowhere"):
        for event in events:
            for role in ROLES:
                if (after := allowed.get((state, event, role))) is not None:
                    assert machine.step(state, event, role) == after
                    assert event in machine.open_to(state, role)
                else:
                    with pytest.raises(MoveRefused):
                        machine.step(state, event, role)
                    assert event not in machine.open_to(state, role)


@pytest.mark.parametrize("machine", [ORDER, DISPUTE], ids=lambda each: each.name)
def test_every_state_is_reached_and_every_life_can_end(machine: Machine) -> None:
    assert machine.final == FINAL[machine.name]
    ways: dict[str, set[str]] = {each: set() for each in machine.states}
    for (before, _), (after, _) in machine.moves.items():
        ways[before].add(after)

    def reached(start: str) -> set[str]:
        seen, todo = {start}, [start]
        while todo:
            new = ways[todo.pop()] - seen
            seen |= new
            todo += new
        return seen

    assert reached(machine.start) == machine.states
    assert all(reached(each) & machine.final for each in machine.states)


def test_nothing_is_delivered_after_revocation() -> None:
    after = {"revoked"}
    for (before, _), (then, _) in ORDER.moves.items():
        if before in after:
            after.add(then)
    assert "delivering" not in after
