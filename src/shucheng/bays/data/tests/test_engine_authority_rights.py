"""Three rights, each contract against the holder's grant; what falls with what; the two lists."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.authority.book import (
    Book,
    Delivery,
    Fallout,
    Grant,
    Product,
    Stop,
    Thing,
    read_rights,
    shipped_rights,
)
from shucheng.bays.data.engine.authority.granting import (
    check_contract,
    check_grant,
    check_product,
    in_force,
    operating,
    permits,
    stopped,
)
from shucheng.bays.data.engine.authority.lists import Price, product_list, raw_of, resource_list
from shucheng.bays.data.engine.authority.measures import index_inputs
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.rules import (
    FOLDER,
    RulesInvalid,
    shipped_rules,
    shipped_texts,
)

RIGHTS = shipped_rights()
DAY = date(2026, 6, 1)
START, END = date(2026, 1, 1), date(2028, 12, 31)
POWER, PERMITS = Thing("power-use", "2026"), Thing("permits", "2026")
CREDIT = Thing("credit-check", "1")


def some(*words: str) -> frozenset[str]:
    return frozenset(words)


def grants() -> dict[str, Grant]:
    """A department holds power data, another permits; the operator processes and sells for credit;
    a broker sells on in one region."""
    held = {"start": START, "end": END, "may_pass_on": True}
    credit = {"scenario": some("credit", "planning")}
    made = [
        Grant("H1", "hold", "city", "energy", some_of(POWER), basis=("REG-1",), **held),
        Grant("H2", "hold", "city", "market", some_of(PERMITS), basis=("REG-2",), **held),
        *(
            Grant(
                code, right, holder, "operator", some_of(thing), START, END, ("AUTH",), (under,),
                credit, may_pass_on=right == "operate",
            )
            for code, right, holder, thing, under in (
                ("P1", "process", "energy", POWER, "H1"),
                ("P2", "process", "market", PERMITS, "H2"),
                ("O1", "operate", "energy", POWER, "H1"),
                ("O2", "operate", "market", PERMITS, "H2"),
            )
        ),
    ]  # fmt: skip
    return {each.code: each for each in made}


def some_of(*things: Thing) -> frozenset[Thing]:
    return frozenset(things)


def broker() -> Grant:
    limits = {"scenario": some("credit"), "region": some("320900")}
    days = (date(2026, 3, 1), date(2026, 12, 31))
    return Grant(
        "B1",
        "operate",
        "operator",
        "broker",
        some_of(CREDIT),
        *days,
        ("K-7",),
        ("O1", "O2"),
        limits,
    )


def book() -> Book:
    uses = {"scenario": some("credit")}
    made = Product(CREDIT, "operator", some_of(POWER, PERMITS), ("P1", "P2"), uses, "REG-P1")
    return Book(
        {**grants(), "B1": broker()},
        {CREDIT: made},
        {"D1": Delivery("D1", CREDIT, ("B1",), "bank")},
    )


def codes(found: tuple[Refused, ...]) -> list[str]:
    return [each.code.removeprefix("authority.") for each in found]


USES = {"scenario": some("credit"), "region": some("320900")}


def test_a_sound_chain_is_entered_and_permits() -> None:
    full = book()
    for grant in full.grants.values():
        assert check_grant(RIGHTS, full, grant) == ()
    assert check_product(RIGHTS, full, full.products[CREDIT], DAY) == ()
    chain = permits(RIGHTS, full, ["B1"], "deliver", CREDIT, DAY, USES)
    assert chain == ("B1", "O1", "O2", "H1", "H2", "P1", "P2")
    assert permits(RIGHTS, full, ["P1"], "process", POWER, DAY, USES) == ("P1", "H1")
    assert operating(RIGHTS, full, full.products[CREDIT], DAY) == ("O2", "O1")
    own = permits(RIGHTS, full, ["O1", "O2"], "sell", CREDIT, DAY, USES)
    assert own == ("O1", "O2", "H1", "H2", "P1", "P2")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda g: replace(g, things=g.things | {Thing("tax")}), "wider-things"),
        (lambda g: replace(g, things=some_of(Thing("credit-check"))), "wider-things"),
        (lambda g: replace(g, limits={**g.limits, "scenario": some("ads")}), "wider-limits"),
        (lambda g: replace(g, limits={"region": some("320900")}), "wider-limits"),
        (lambda g: replace(g, end=END + timedelta(days=1)), "longer"),
        (lambda g: replace(g, start=START - timedelta(days=1)), "longer"),
        (lambda g: replace(g, start=g.end + timedelta(days=1)), "longer"),
        (lambda g: replace(g, right="process"), "other-right"),
        (lambda g: replace(g, right="hold"), "other-right"),
        (lambda g: replace(g, giver="energy"), "not-holder"),
        (lambda g: replace(g, under=("O1",)), "wider-things"),
        (lambda g: replace(g, under=("O1", "O2", "P1")), "may-not-pass-on"),
        (lambda g: replace(g, under=()), "no-grant"),
        (lambda g: replace(g, under=("O9",)), "no-grant"),
        (lambda g: replace(g, under=("B1",)), "cycle"),
        (lambda g: replace(g, basis=()), "basis"),
        # What nothing knows could not be enforced: it denies.
        (lambda g: replace(g, limits={**g.limits, "senario": some("x")}), "dimension"),
    ],
)
def test_a_contract_wider_than_the_grant_is_refused_with_the_reason(
    change: Callable[[Grant], Grant], reason: str
) -> None:
    """PD-OPS-01, PD-RGT-08."""
    wrong = change(broker())
    assert reason in codes(check_grant(RIGHTS, book(), wrong))
    assert "B1" in check_contract(RIGHTS, book(), [wrong])
    entered = replace(book(), grants={**grants(), "B1": wrong})
    assert isinstance(permits(RIGHTS, entered, ["B1"], "deliver", CREDIT, DAY, USES), Refused)


def test_a_contract_may_bring_grants_that_stand_on_one_another() -> None:
    given_ = list(grants().values())
    assert check_contract(RIGHTS, Book(), given_) == {}
    assert set(check_contract(RIGHTS, Book(), given_[1:])) == {"P1", "O1"}


@pytest.mark.parametrize(
    ("code", "act", "thing", "day", "uses", "reason"),
    [
        ("B1", "process", CREDIT, DAY, USES, "act"),
        ("P1", "sell", CREDIT, DAY, USES, "act"),
        ("O1", "deliver", POWER, DAY, USES, "raw-data"),
        ("O1", "deliver", CREDIT, DAY, USES, "wider-things"),
        ("P1", "process", PERMITS, DAY, USES, "wider-things"),
        ("B1", "deliver", CREDIT, date(2027, 1, 1), USES, "not-in-term"),
        ("B1", "deliver", CREDIT, date(2026, 2, 28), USES, "not-in-term"),
        ("B1", "deliver", CREDIT, DAY, {"scenario": some("credit")}, "limits"),
        ("B1", "deliver", CREDIT, DAY, {**USES, "region": some("320900", "310000")}, "limits"),
        ("B1", "deliver", CREDIT, DAY, {**USES, "scenario": some("planning")}, "limits"),
        ("XX", "deliver", CREDIT, DAY, USES, "no-grant"),
        ("", "deliver", CREDIT, DAY, USES, "no-grant"),
        ("B1 O1", "deliver", CREDIT, DAY, USES, "several-takers"),
    ],
)
def test_what_is_not_granted_is_not_permitted(
    code: str, act: str, thing: Thing, day: date, uses: dict[str, frozenset[str]], reason: str
) -> None:
    assert (
        permits(RIGHTS, book(), code.split(), act, thing, day, uses).code == f"authority.{reason}"
    )


def test_an_unknown_act_is_an_error() -> None:
    with pytest.raises(KeyError):
        permits(RIGHTS, book(), ["B1"], "fly", CREDIT, DAY, USES)


def test_an_operator_does_not_redevelop_what_it_delivers_but_others_may() -> None:
    """PD-OPS-02; a firm related to the operator counts as the operator."""
    own = replace(
        broker(), code="H3", right="hold", giver="city", taker="fund", under=(), limits={}
    )
    full = replace(book(), grants={**book().grants, "H3": replace(own, may_pass_on=True)})
    lent = replace(own, code="P3", right="process", giver="fund", taker="developer", under=("H3",))
    assert check_grant(RIGHTS, full, lent) == ()
    assert codes(check_grant(RIGHTS, full, replace(lent, taker="operator"))) == ["redevelopment"]
    related = replace(full, related={"developer": some("operator")})
    assert codes(check_grant(RIGHTS, related, lent)) == ["redevelopment"]


def test_a_product_needs_permission_for_each_input_and_is_not_made_of_itself() -> None:
    full = book()
    made = full.products[CREDIT]
    assert len(check_product(RIGHTS, full, replace(made, under=("P1",)), DAY)) == 1
    assert len(check_product(RIGHTS, full, replace(made, maker="other"), DAY)) == 2
    ads = replace(made, uses={"scenario": some("ads")})
    assert codes(check_product(RIGHTS, full, ads, DAY)) == ["limits", "limits"]
    itself = replace(made, made_from=made.made_from | {CREDIT})
    assert "cycle" in codes(
        check_product(RIGHTS, replace(full, products={CREDIT: itself}), itself, DAY)
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


def test_who_may_operate_the_same_resources_does_not_operate_anothers_product() -> None:
    rival = {
        code: replace(book().grants[old], code=code, taker="rival")
        for code, old in (("X1", "O1"), ("X2", "O2"))
    }
    full = replace(book(), grants={**book().grants, **rival})
    assert check_contract(RIGHTS, full, rival.values()) == {}
    no = permits(RIGHTS, full, ["X1", "X2"], "sell", CREDIT, DAY, USES)
    assert no.code == "authority.wider-things"


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
    made = Product(second, "bank", some_of(CREDIT, Thing("own")), ("X",))
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


# Laws, on books drawn at random.

PARTIES = ("a", "b", "c")
THINGS = (Thing("r0"), Thing("r0", "1"), Thing("r1"), Thing("r2"))
SETS = st.frozensets(st.sampled_from(THINGS), min_size=1, max_size=3)
WORDS = st.frozensets(st.sampled_from(("x", "y", "z")), min_size=1)
LIMITS = st.dictionaries(st.sampled_from(("scenario", "mode")), WORDS)


@st.composite
def drawn_books(draw: st.DrawFn) -> Book:
    """Whatever is proposed, only what is checked is entered."""
    made = Book()
    for number in range(draw(st.integers(1, 12))):
        parents = [each for each in made.grants.values() if draw(st.booleans())][:2]
        proposed = Grant(
            f"g{number}",
            draw(st.sampled_from(("process", "operate"))) if parents else "hold",
            parents[0].taker if parents else "city",
            draw(st.sampled_from(PARTIES)),
            draw(SETS) if not parents or draw(st.booleans()) else parents[0].things,
            START + timedelta(days=draw(st.integers(0, 40)) if not parents else 40),
            END - timedelta(days=draw(st.integers(0, 40)) if not parents else 40),
            (draw(st.sampled_from(("b0", "b1"))),),
            tuple(each.code for each in parents),
            draw(LIMITS) if not parents else {**parents[0].limits, **draw(LIMITS)},
            True,
        )
        if not check_grant(RIGHTS, made, proposed):
            made = replace(made, grants={**made.grants, proposed.code: proposed})
    for number in range(draw(st.integers(0, 4))):
        maker = draw(st.sampled_from(PARTIES))
        under = tuple(
            g.code for g in made.grants.values() if (g.right, g.taker) == ("process", maker)
        )
        product = Product(
            Thing(f"p{number}", "1"), maker, draw(SETS), under, draw(LIMITS), f"reg{number}"
        )
        if not check_product(RIGHTS, made, product, DAY):
            made = replace(made, products={**made.products, product.thing: product})
    return made


def questions(full: Book) -> dict[tuple[str, str, Thing, str], tuple[str, ...] | Refused]:
    """Every grant, act and thing of a book, with two ways of use."""
    answers = {}
    for grant in full.grants.values():
        for act in RIGHTS.rights[grant.right].acts:
            for thing in (*THINGS, *full.products):
                for word in ("x", "y"):
                    uses = {"scenario": some(word), "mode": some(word)}
                    answer = permits(RIGHTS, full, [grant.code], act, thing, DAY, uses)
                    answers[grant.code, act, thing, word] = answer
    return answers


@given(drawn_books())
def test_nobody_can_do_more_than_those_it_was_given_by(full: Book) -> None:
    for (_, _, _, word), answer in questions(full).items():
        if isinstance(answer, Refused):
            continue
        for code in answer:
            link = full.grants[code]
            assert link.start <= DAY <= link.end
            scenario = link.limits.get("scenario")
            assert scenario is None or word in scenario
        for code in answer:
            # Followed by hand to a first holder.
            while full.grants[code].under:
                code = full.grants[code].under[0]
            assert full.grants[code].right == "hold"


@given(drawn_books(), st.data())
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


@given(drawn_books(), st.data())
def test_no_row_of_a_list_stands_on_what_is_stopped(full: Book, data: st.DataObject) -> None:
    nodes = sorted({*full.edges, *(each for below in full.edges.values() for each in below)})
    on = data.draw(st.sampled_from(nodes))
    halted = replace(full, stops=(Stop(on, "suspend", DAY),))
    before = resource_list(RIGHTS, full, DAY)
    rows = resource_list(RIGHTS, halted, DAY)
    assert rows == tuple(row for row in before if on not in row.stands_on)
    for row in product_list(RIGHTS, halted, DAY, {}):
        assert on not in {*row.stands_on, str(row.product)}


def test_rights_that_contradict_themselves_are_refused() -> None:
    text = shipped_texts()["rights"]
    for wrong in (
        text.replace("acts: [keep, supply]", "acts: [keep, supply, sell]"),
        text.replace("sources: [PD-RGT-01", "sources: [PD-X"),
    ):
        with pytest.raises(RulesInvalid):
            read_rights(wrong, shipped_rules())
