"""Books of rights for tests: a sound chain made by hand, and whatever else can be drawn."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from shucheng.bays.data.engine.authority.book import (
    Book,
    Delivery,
    Grant,
    Product,
    Thing,
    shipped_rights,
)
from shucheng.bays.data.engine.authority.granting import check_grant, check_product, permits
from shucheng.bays.data.engine.authority.refusal import Refused

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
    made = Product(CREDIT, "operator", some_of(POWER, PERMITS), ("P1", "P2"), uses, "REG-P1", START)
    return Book(
        {**grants(), "B1": broker()},
        {CREDIT: made},
        {"D1": Delivery("D1", CREDIT, ("B1",), "bank")},
    )


USES = {"scenario": some("credit"), "region": some("320900")}

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
