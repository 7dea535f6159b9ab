"""What falls with what, and the two lists that follow the state."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.data.engine.authority.book import Book, Fallout, Grant, Product, Stop, Thing
from shucheng.bays.data.engine.authority.granting import in_force, permits, stopped
from shucheng.bays.data.engine.authority.lists import Price, product_list, raw_of, resource_list
from shucheng.bays.data.engine.authority.measures import index_inputs
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.rules import FOLDER
from shucheng.bays.data.tests.authority_books import (
    CREDIT,
    DAY,
    END,
    PERMITS,
    POWER,
    RIGHTS,
    START,
    USES,
    book,
    drawn_books,
    questions,
    some,
    some_of,
)


@pytest.mark.parametrize("on", ["H1", "P1", "O1", "B1", "AUTH", "REG-1", "K-7", "REG-P1"])
def test_a_stop_below_stops_the_delivery_the_same_day(on: str) -> None:
    full = book()
    assert "D1" in full.fallout([on]).deliveries
    for kind, code in (("suspend", "suspended"), ("revoke", "revoked")):
        halted = replace(full, stops=(Stop(on, kind, DAY),))
        no = permits(RIGHTS, halted, ["B1"], "deliver", CREDIT, DAY, USES)
        assert (no.code, no.values["cause"]) == (f"authority.{code}", on)
        assert stopped(halted, "D1", DAY).code == no.code
        assert stopped(halted, "D1", DAY - timedelta(days=1)) is None
        lifted = replace(halted, stops=(*halted.stops, Stop(on, "lift", DAY)))
        answer = permits(RIGHTS, lifted, ["B1"], "deliver", CREDIT, DAY, USES)
        assert isinstance(answer, Refused) == (kind == "revoke")


def test_a_second_suspension_changes_nothing_and_nothing_lifts_a_revocation() -> None:
    later = DAY + timedelta(days=9)
    stops = (Stop("H1", "suspend", DAY), Stop("H1", "suspend", later))
    no = stopped(replace(book(), stops=stops), "D1", later)
    assert no.values == {"cause": "H1", "since": "2026-06-01"}
    graver = replace(book(), stops=(*stops, Stop("O2", "revoke", later), Stop("O2", "lift", later)))
    assert stopped(graver, "D1", later).values["cause"] == "O2"


def test_each_side_lifts_its_own_suspension_only() -> None:
    ours, theirs = Stop("H1", "suspend", DAY, "a"), Stop("H1", "suspend", DAY, "b")
    full = replace(book(), stops=(ours, theirs, Stop("H1", "lift", DAY, "a")))
    assert full.stop_of("H1", DAY) == theirs
    assert full.sides("H1", DAY) == {"b"}
    lifted = replace(full, stops=(*full.stops, Stop("H1", "lift", DAY, "b")))
    assert (lifted.stop_of("H1", DAY), lifted.sides("H1", DAY)) == (None, frozenset())


def test_a_delivery_is_revoked_from_the_first_revocation_of_what_it_stands_on() -> None:
    full, later = book(), DAY + timedelta(days=9)
    assert full.revoked_from("D1") is None
    stops = (
        Stop("H1", "suspend", START),
        Stop("nothing", "revoke", START),
        Stop("O2", "revoke", later),
        Stop("REG-1", "revoke", DAY),
        Stop("REG-1", "lift", DAY),
    )
    assert replace(full, stops=stops).revoked_from("D1") == DAY


def test_what_falls_is_all_that_stands_on_it_and_nothing_else() -> None:
    full = book()
    assert full.fallout(["P2"]) == Fallout(("B1", "P2"), (CREDIT,), ("D1",))
    assert full.fallout(["B1"]) == Fallout(("B1",), (), ("D1",))
    assert full.fallout(["H2"]).grants == ("B1", "H2", "O2", "P2")
    assert full.fallout(["nothing"]) == Fallout((), (), ())


def test_a_resource_that_is_stopped_stops_its_part_of_a_grant_over_several() -> None:
    both = Grant(
        "H", "hold", "city", "energy", some_of(POWER, PERMITS), START, END, ("R",), may_pass_on=True
    )
    used = replace(both, code="P", right="process", giver="energy", taker="op", under=("H",))
    full = Book({"H": both, "P": used}, stops=(Stop("power-use", "suspend", DAY),))
    assert permits(RIGHTS, full, ["P"], "process", POWER, DAY, {}).code == "authority.suspended"
    assert permits(RIGHTS, full, ["P"], "process", PERMITS, DAY, {}) == ("P", "H")


def test_the_lists_follow_the_state() -> None:
    """PD-DIS-01, PD-DIS-02: no row is typed, none survives what it stands on."""
    full = book()
    rows = resource_list(RIGHTS, full, DAY)
    assert [(r.resource, r.holder, r.operator, r.right) for r in rows] == [
        (PERMITS, "market", "operator", "operate"),
        (PERMITS, "market", "operator", "process"),
        (POWER, "energy", "operator", "operate"),
        (POWER, "energy", "operator", "process"),
    ]
    assert rows[3].stands_on == ("P1", "AUTH", "H1", "REG-1", "power-use", str(POWER))
    assert (rows[0].start, rows[0].end, rows[0].limits["scenario"]) == (
        START,
        END,
        some("credit", "planning"),
    )
    price = Price(120, 150, "服务次数")
    (row,) = product_list(RIGHTS, full, DAY, {CREDIT: price})
    assert (row.product, row.operator, row.registration) == (CREDIT, "operator", "REG-P1")
    assert (row.resources, row.price) == ((PERMITS, POWER), price)
    assert {"P1", "P2", "H1", "H2", "AUTH", "REG-1", "REG-2", "REG-P1"} <= set(row.stands_on)
    halted = replace(full, stops=(Stop("REG-2", "suspend", DAY),))
    assert product_list(RIGHTS, halted, DAY, {}) == ()
    assert {r.resource for r in resource_list(RIGHTS, halted, DAY)} == {POWER}
    assert resource_list(RIGHTS, full, END + timedelta(days=1)) == ()


def test_a_product_of_a_product_names_the_resources_below() -> None:
    full = book()
    second = Thing("credit-report", "1")
    made = Product(second, "bank", some_of(CREDIT, Thing("own")), ("X",), since=START)
    assert raw_of(full, made) == (Thing("own"), PERMITS, POWER)


def test_the_index_reads_what_the_state_says() -> None:
    values = index_inputs(RIGHTS, book(), DAY, {"REG-1"}, [], (4, 3))
    assert values == {
        "authorised_resources": 2.0,
        "authorised_resources_registered": 50.0,
        "authorised_resources_used": 100.0,
        "authorised_products": 1.0,
        "authorised_scenarios": 1.0,
        "authorised_recipients": 1.0,
        "authorised_steps_in_time": None,
        "authorised_disclosed": 75.0,
        "authorised_grants_sound": 100.0,
    }
    text = (FOLDER / "index" / "authorised_operation_index.yaml").read_text(encoding="utf-8")
    for code in values:
        assert f"metric: {code}}}" in text


@law(drawn_books(), st.data(), few=25, many=100)
def test_a_stop_reaches_exactly_what_stands_on_it(full: Book, data: st.DataObject) -> None:
    nodes = sorted({*full.edges, *(each for below in full.edges.values() for each in below)})
    on = data.draw(st.sampled_from(nodes))
    kind = data.draw(st.sampled_from(("suspend", "revoke")))
    halted = replace(full, stops=(Stop(on, kind, DAY),))
    fallen = full.fallout([on])
    for code in full.grants:
        assert (code in fallen.grants) == (on in full.stands_on([code]))
        assert bool(in_force(RIGHTS, halted, code, DAY)) == (
            code in fallen.grants or bool(in_force(RIGHTS, full, code, DAY))
        )
    before, after = questions(full), questions(halted)
    for question, answer in after.items():
        code, _, thing, _ = question
        touched = on in full.stands_on([code, str(thing), thing.code])
        if touched:
            assert isinstance(answer, Refused)
        else:
            assert answer == before[question]
    lifted = replace(halted, stops=(*halted.stops, Stop(on, "lift", DAY)))
    assert questions(lifted) == (before if kind == "suspend" else after)


@law(drawn_books(), st.data(), few=25, many=100)
def test_no_row_of_a_list_stands_on_what_is_stopped(full: Book, data: st.DataObject) -> None:
    nodes = sorted({*full.edges, *(each for below in full.edges.values() for each in below)})
    on = data.draw(st.sampled_from(nodes))
    halted = replace(full, stops=(Stop(on, "suspend", DAY),))
    before = resource_list(RIGHTS, full, DAY)
    rows = resource_list(RIGHTS, halted, DAY)
    assert rows == tuple(row for row in before if on not in row.stands_on)
    for row in product_list(RIGHTS, halted, DAY, {}):
        assert on not in {*row.stands_on, str(row.product)}
