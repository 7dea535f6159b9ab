"""The ladder: cases an official can read, and that all firms at once and one alone agree."""

# ruff: noqa: S608 - the SQL is this module's own

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine import classification, frames
from shucheng.bays.statistics.engine.ladder.definition import (
    NUMBERS,
    Ladder,
    LadderInvalid,
    read,
    shipped,
)
from shucheng.bays.statistics.engine.ladder.many import Assessment, assess
from shucheng.bays.statistics.engine.ladder.one import Place, explain

FILE = Path(__file__).parents[5] / "cases" / "ladder.yaml"
CASES = [
    pytest.param(entry, id=entry["case"])
    for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))
]
ON = date(2026, 6, 30)
ITEMS = ("revenue", "revenue_last", "rd_expense", "employees", "rd_staff")


def connected() -> duckdb.DuckDBPyConnection:
    connection = frames.connect(threads=1, memory="500MB")
    connection.execute("ALTER TABLE register ADD COLUMN established DATE")
    frames.newest_returns(connection)
    return connection


def add_firm(
    connection: duckdb.DuckDBPyConnection,
    firm: str,
    about: dict[str, Any],
    *,
    returns: Sequence[Sequence[int | None]] = (),
    honours: Sequence[Sequence[Any]] = (),
    facts: dict[str, Any] | None = None,
    status: str = "reported",
    told: date = date(2025, 12, 31),
) -> None:
    row = [firm, firm, about["industry"], about.get("area", "110101"), about["size"]]
    connection.execute(
        "INSERT INTO register VALUES (?, ?, ?, ?, NULL, ?, ?, 202001, 999912, [], ?)",
        [*row, about["designated"], about["established"]],
    )
    for period, *items in returns:
        connection.execute(
            f"""INSERT INTO returns (firm, period, status, recorded, {", ".join(ITEMS)})
            VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)""",
            [firm, period, status, *items],
        )
    for kind, since, until in honours:
        connection.execute(
            "INSERT INTO honours VALUES (?, ?, 'x', ?, ?)", [firm, kind, since, until]
        )
    for item, value in (facts or {}).items():
        row = [firm, item, Decimal(str(value)), told]
        connection.execute("INSERT INTO facts VALUES (?, ?, ?, ?)", row)


def agree(connection: duckdb.DuckDBPyConnection, found: Assessment, place: Place) -> None:
    """What the set says of a firm is what it says alone, at every rung."""
    for standing in place.standings:
        rung = standing.rung
        row = connection.execute(
            f"SELECT held, until, state, unmet, unknown, area FROM {found.table}"
            " WHERE firm = $firm AND rung = $rung",
            {"firm": place.firm, "rung": rung.code},
        ).fetchall()
        places = {each.code: 1 << at for at, each in enumerate(rung.criteria)}
        assert row == [
            (
                standing.held,
                standing.until,
                standing.state,
                sum(places[each.criterion.code] for each in standing.unmet),
                sum(places[each.criterion.code] for each in standing.unknown),
                place.area,
            )
        ]


@pytest.mark.parametrize("case", CASES)
def test_a_firm_stands_where_the_case_says(case: dict[str, Any]) -> None:
    connection = connected()
    keys = ("returns", "honours", "facts", "told", "status")
    extra = {key: case[key] for key in keys if key in case}
    add_firm(connection, "A", case["firm"], **extra)
    place = explain(connection, shipped(), "A", case["day"], period=case.get("period"))
    gives = case["gives"]
    assert (place.rung.code if place.rung else None) == gives["rung"]
    assert (place.following.code if place.following else None) == gives["next"]
    assert {rung: place.at(rung).state for rung in gives["rungs"]} == gives["rungs"]
    for rung, codes in gives.get("unmet", {}).items():
        assert [each.criterion.code for each in place.at(rung).unmet] == codes
    for rung, codes in gives.get("unknown", {}).items():
        assert [each.criterion.code for each in place.at(rung).unknown] == codes
    for rung, amounts in gives.get("lacking", {}).items():
        lacking = {
            each.criterion.code: [c.lacking for c in each.nearest if c.met is False]
            for each in place.at(rung).unmet
        }
        assert lacking == {code: [amount] for code, amount in amounts.items()}
    agree(connection, assess(connection, shipped(), case["day"], period=case.get("period")), place)


# Values on both sides of the limits, and on them.
_REVENUES = [None, -5, 0, 9_999, 10_000, 20_000, 50_000, 50_001, 99_999, 200_000, 200_001, 900_000]
_SHARES = [0, 0.0299, 0.03, 0.04, 0.05, 0.06, 0.5, 1.2]
_INDUSTRIES = ["3982", "6513", "5292", "7213", "0610", "4710", "9999"]


def invented(chance: random.Random, connection: duckdb.DuckDBPyConnection, ladder: Ladder) -> int:
    """A dozen firms with whatever returns, honours and facts chance gives them."""

    def of(revenue: int | None, other: list[int | float]) -> int | None:
        if revenue is None or chance.random() < 0.1:
            return None
        return int(revenue * chance.choice(other))

    for number in range(12):
        returns = list[list[int | None]]()
        for period in (202212, 202306, 202312, 202406, 202412, 202506, 202512, 202606):
            revenue = chance.choice(_REVENUES)
            people = chance.choice([None, 0, 1, 10, 99])
            last = of(revenue, [0, 0.8, 0.9524, 1, 1.1])
            rd = chance.choice([of(revenue, _SHARES), of(revenue, _SHARES), 700])
            row = [revenue, last, rd, people, of(people, [0, 0.1, 0.5])]
            if chance.random() < 0.8:
                returns.append([period, *row])
        kinds = [kind for rung in ladder.rungs for kind in rung.honours]
        honours = [
            (
                chance.choice(kinds),
                chance.choice([date(2023, 6, 30), date(2026, 6, 30), date(2026, 7, 1)]),
                chance.choice([None, date(2026, 7, 1), date(2026, 8, 1)]),
            )
            for _ in range(chance.randrange(4))
        ]
        about = {
            "industry": chance.choice(_INDUSTRIES),
            "area": chance.choice(["110101", "110102"]),
            "size": chance.choice(frames.SIZES),
            "designated": chance.random() < 0.5,
            "established": chance.choice(
                [None, date(2024, 6, 30), date(2025, 6, 30), date(2025, 7, 1), date(2016, 2, 29)]
            ),
        }
        facts = {
            item: chance.choice([0, 0.6, 0.7, 1, 2, 60, 70.0001])
            for item in ladder.facts()
            if chance.random() < 0.7
        }
        told = chance.choice([date(2024, 12, 30), date(2024, 12, 31), date(2025, 6, 30), ON])
        more: dict[str, Any] = {"returns": returns, "honours": honours, "facts": facts}
        add_firm(connection, f"F{number}", about, told=told, **more)
    return 12


def any_ladder(chance: random.Random) -> Ladder:
    """Three rungs that ask for anything."""

    def condition() -> dict[str, Any]:
        measure = chance.choice([*NUMBERS, *NUMBERS, "size", "industry", "holds", "told", "asked"])
        values = {"size": ["small", "large"], "industry": ["39", "6"], "holds": ["one", "two"]}
        if measure in values:
            return {"measure": measure, "among": values[measure]}
        operator = chance.choice(["at_least", "above", "at_most", "below"])
        limits = [0, 0.03, 0.05, 0.1, 1, 12, 24, 10_000, 50_000, 200_000, -0.05]
        return {"measure": measure, operator: chance.choice(limits)}

    def rung(code: str) -> dict[str, Any]:
        criteria = [
            {
                "code": f"c{number}",
                "name": "x",
                "ways": [
                    [condition() for _ in range(chance.randint(1, 3))]
                    for _ in range(chance.randint(1, 3))
                ],
            }
            for number in range(chance.randint(1, 4))
        ]
        return {"code": code, "name": code, "honours": [f"h_{code}"], "criteria": criteria}

    return read({"version": 1, "rungs": [rung("one"), rung("two")], "aside": [rung("three")]})


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), own=st.booleans(), rolling=st.booleans())
def test_all_firms_at_once_and_one_alone_agree(seed: int, own: bool, rolling: bool) -> None:
    chance = random.Random(seed)
    ladder = any_ladder(chance) if own else shipped()
    connection = connected()
    firms = invented(chance, connection, ladder)
    period = 202606 if rolling else None
    found = assess(connection, ladder, ON, period=period)
    counted = connection.execute(f"SELECT count(*) FROM {found.table}").fetchone()
    assert counted == (firms * len(ladder.rungs),)
    for number in range(firms):
        agree(connection, found, explain(connection, ladder, f"F{number}", ON, period=period))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_becomes_known_never_turns_what_was_decided(seed: int) -> None:
    chance = random.Random(seed)
    ladder = any_ladder(chance)
    connection = connected()
    firms = invented(chance, connection, ladder)
    more = connection.execute("SELECT * FROM facts").fetchall()
    connection.execute("DELETE FROM facts")
    before = [explain(connection, ladder, f"F{number}", ON) for number in range(firms)]
    if more:
        connection.executemany("INSERT INTO facts VALUES (?, ?, ?, ?)", more)
    for place in before:
        after = explain(connection, ladder, place.firm, ON)
        for earlier, later in zip(place.standings, after.standings, strict=True):
            for was, is_ in zip(earlier.answers, later.answers, strict=True):
                assert was.met is None or was.met == is_.met


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_pipeline_is_the_sum_of_its_firms(seed: int) -> None:
    connection = connected()
    firms = invented(random.Random(seed), connection, shipped())
    found = assess(connection, shipped(), ON)
    by = date(2026, 7, 1)
    places = [explain(connection, shipped(), f"F{number}", ON) for number in range(firms)]
    stocks = found.stocks(by)
    for stock in stocks:
        its = [each.at(stock.rung) for each in places if each.area == stock.area]
        states = [each.state for each in its]
        assert stock.held == states.count("held")
        assert stock.expiring == sum(each.until == date(2026, 7, 1) for each in its if each.held)
        assert (stock.met, stock.open) == (states.count("met"), states.count("open"))
        assert stock.one_short == states.count("one_short")
        assert (stock.one_open, stock.unknown) == (
            states.count("one_open"), states.count("unknown"),
        )  # fmt: skip
        named = found.candidates(stock.rung, area=stock.area)
        assert len(named) == stock.met + stock.open + stock.one_short + stock.one_open
        nearest = ["met", "open", "one_short", "one_open"]
        order = [nearest.index(each.state) for each in named]
        assert order == sorted(order)
        for each in named:
            lacks, asks = each.state.startswith("one"), each.state.endswith("open")
            assert (len(each.unmet), bool(each.unknown)) == (int(lacks), asks)
    for need in found.needs({"high_tech": 5, "srdi": 0}, by):
        assert need.held - need.expiring + need.new >= need.wanted
        assert need.new == 0 or need.held - need.expiring + need.new == need.wanted
        assert need.candidates == sum(s.met + s.open for s in stocks if s.rung == need.rung)
        assert need.missing <= need.missing_at_most <= need.missing + need.open
        tallies = found.tallies(need.rung).values()
        short = found.candidates(need.rung, states=["one_short"])
        assert sum(each.alone for each in tallies) == need.one_short == len(short)
        unsure = found.candidates(need.rung, states=["one_open"])
        assert sum(each.alone_open for each in tallies) == need.one_open == len(unsure)
    for rung in shipped().rungs:
        others = [each.at(rung.code) for each in places if not each.at(rung.code).held]
        for at, (code, tally) in enumerate(found.tallies(rung.code).items()):
            assert code == rung.criteria[at].code
            mets = [each.answers[at].met for each in others]
            counted = (tally.met, tally.unmet, tally.unknown)
            assert counted == (mets.count(True), mets.count(False), mets.count(None))


def test_the_way_that_fits_what_a_firm_is_comes_nearest() -> None:
    """A lawyers' office is held against the limit of its industry, not against a shop's."""
    connection = connected()
    about = {"size": "small", "designated": False, "established": None, "industry": "8010"}
    add_firm(connection, "A", about, returns=[(202512, 3_000, 3_000, None, 20, None)])
    standing = explain(connection, shipped(), "A", ON).at("designated")
    industry, revenue = standing.answers[0].nearest
    assert (industry.condition.operator, industry.met) == ("among", True)
    assert (revenue.value, revenue.lacking) == (Decimal(3_000), 2_000)
    assert revenue.met is False


def test_one_class_alone_has_only_its_firms() -> None:
    connection = connected()
    about = {"size": "small", "designated": True, "established": None}
    for firm, industry in (("A", "3982"), ("B", "6513"), ("C", "1311")):
        add_firm(connection, firm, about | {"industry": industry})
    classification.shipped().install(connection)
    for within, firms in (("core", {"A", "B"}), ("01", {"A"}), (None, {"A", "B", "C"})):
        table = assess(connection, shipped(), ON, within=within).table
        rows = connection.execute(f"SELECT firm FROM {table} WHERE rung = 'listed'").fetchall()
        assert sorted(firm for (firm,) in rows) == sorted(firms)


def test_a_register_without_founding_days_and_facts_leaves_them_unknown() -> None:
    connection = frames.connect(threads=1, memory="500MB")
    frames.newest_returns(connection)
    connection.execute("""INSERT INTO register VALUES
        ('A', 'A', '3982', '110101', NULL, 'small', true, 202001, 999912, [])""")
    place = explain(connection, shipped(), "A", ON)
    assert "age" in [each.criterion.code for each in place.at("high_tech").unknown]
    agree(connection, assess(connection, shipped(), ON), place)


def test_the_newest_fact_by_the_day_counts_and_none_that_is_yet_to_come() -> None:
    connection = connected()
    about = {"industry": "3982", "size": "small", "designated": True, "established": None}
    add_firm(connection, "A", about)
    for day, value in ((date(2025, 6, 30), 60), (ON, 71), (date(2026, 7, 1), 10)):
        row = ["A", "high_tech_score", value, day]
        connection.execute("INSERT INTO facts VALUES (?, ?, ?, ?)", row)
    for on, met in ((date(2025, 6, 29), None), (date(2026, 6, 29), False), (ON, True)):
        place = explain(connection, shipped(), "A", on)
        answers = {each.criterion.code: each.met for each in place.at("high_tech").answers}
        assert answers["evaluation"] is met
        agree(connection, assess(connection, shipped(), on), place)


def test_what_has_run_out_is_unknown_and_its_last_value_is_kept() -> None:
    connection = connected()
    about = {"industry": "3982", "size": "small", "designated": True, "established": None}
    add_firm(connection, "A", about, facts={"high_tech_score": 71.5}, told=date(2024, 12, 31))
    for on, value in ((ON, Decimal("71.5")), (date(2026, 7, 1), None)):
        answers = explain(connection, shipped(), "A", on).at("high_tech").answers
        (score,) = next(each.nearest for each in answers if each.criterion.code == "evaluation")
        assert score.value == value
        last = None if value else (Decimal("71.5"), date(2024, 12, 31))
        assert score.last == last


def test_a_firm_that_is_not_in_the_register_that_day_is_refused() -> None:
    with pytest.raises(LadderInvalid, match="no firm A"):
        explain(connected(), shipped(), "A", ON)


def test_every_criterion_names_its_source_or_says_it_is_not_confirmed() -> None:
    for rung in shipped().rungs:
        for each in rung.criteria:
            assert each.unconfirmed or (each.source and each.clause), (rung.code, each.code)


WRONG = {
    "rung twice": {"code": "b"},
    "no code": {"code": "B b"},
    "no honour": {"honours": []},
    "honour no code": {"honours": ["x') --"]},
    "nothing asked": {"criteria": []},
    "no way": {"ways": []},
    "empty way": {"ways": [[]]},
    "two operators": {"ways": [[{"measure": "revenue", "at_least": 1, "above": 2}]]},
    "no operator": {"ways": [[{"measure": "revenue"}]]},
    "text above": {"ways": [[{"measure": "size", "above": 2}]]},
    "number among": {"ways": [[{"measure": "revenue", "among": ["a"]}]]},
    "value no code": {"ways": [[{"measure": "size", "among": ["a' OR 'b"]}]]},
    "measure no code": {"ways": [[{"measure": "revenue; DROP", "at_least": 1}]]},
    "no number": {"ways": [[{"measure": "revenue", "at_least": "viel"}]]},
    "too fine": {"ways": [[{"measure": "rd_share", "at_least": 0.00001}]]},
    "rung unknown": {"ways": [[{"measure": "holds", "among": ["nobody"]}]]},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_ladder_that_cannot_be_climbed_is_refused(wrong: dict[str, Any]) -> None:
    def rung(code: str, **more: Any) -> dict[str, Any]:
        ways = more.pop("ways", [[{"measure": "revenue", "at_least": 1}]])
        criteria = [{"code": "c", "name": "c", "ways": ways}]
        return {"code": code, "name": code, "honours": ["h"], "criteria": criteria} | more

    assert len(read({"version": 1, "rungs": [rung("b"), rung("a")]}).rungs) == 2
    with pytest.raises(LadderInvalid):
        read({"version": 1, "rungs": [rung("b"), rung(**({"code": "a"} | wrong))]})
