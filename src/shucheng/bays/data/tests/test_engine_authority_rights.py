"""Three rights, and each contract against the holder's grant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.laws import law

from shucheng.bays.data.engine.authority.book import Book, Grant, Thing, read_rights
from shucheng.bays.data.engine.authority.granting import (
    check_contract,
    check_grant,
    check_product,
    operating,
    permits,
)
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.rules import RulesInvalid, shipped_rules, shipped_texts
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
    broker,
    drawn_books,
    grants,
    questions,
    some,
    some_of,
)


def codes(found: tuple[Refused, ...]) -> list[str]:
    return [each.code.removeprefix("authority.") for each in found]


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


def test_who_may_operate_the_same_resources_does_not_operate_anothers_product() -> None:
    rival = {
        code: replace(book().grants[old], code=code, taker="rival")
        for code, old in (("X1", "O1"), ("X2", "O2"))
    }
    full = replace(book(), grants={**book().grants, **rival})
    assert check_contract(RIGHTS, full, rival.values()) == {}
    no = permits(RIGHTS, full, ["X1", "X2"], "sell", CREDIT, DAY, USES)
    assert no.code == "authority.wider-things"


@law(drawn_books(), few=25, many=100)
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


def test_rights_that_contradict_themselves_are_refused() -> None:
    text = shipped_texts()["rights"]
    for wrong in (
        text.replace("acts: [keep, supply]", "acts: [keep, supply, sell]"),
        text.replace("sources: [PD-RGT-01", "sources: [PD-X"),
    ):
        with pytest.raises(RulesInvalid):
            read_rights(wrong, shipped_rules())
