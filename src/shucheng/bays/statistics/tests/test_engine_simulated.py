"""Simulated batches: what they promise, read back through the engine as real ones are."""

# ruff: noqa: S608 - the SQL is this module's own

from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine import (
    classification,
    coefficients,
    frames,
    industries,
    value_added,
)
from shucheng.bays.statistics.engine.batches import BATCH_COLUMNS, read_batches
from shucheng.bays.statistics.engine.ladder.definition import shipped as ladder
from shucheng.bays.statistics.engine.ladder.facts import known_facts
from shucheng.bays.statistics.engine.ladder.many import assess
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.simulated.calibration import settle
from shucheng.bays.statistics.engine.simulated.duplicates import wrong_rows
from shucheng.bays.statistics.engine.simulated.files import Simulated, simulate
from shucheng.bays.statistics.engine.simulated.reports import year_to_date
from shucheng.bays.statistics.engine.simulated.settings import SimulationInvalid
from shucheng.lib import credit_code

AREAS = {"110101": 5.0, "110102": 3.0, "110105": 1.0}
FIRMS = 1500
UNTIL = 202508
TARGETS = {
    ("core_revenue", area, year * 100 + month): 1_000_003 * month * (year - 2020) + number * 77_777
    for number, area in enumerate(AREAS)
    for year in (2024, 2025)
    for month in range(2, 13)
} | {
    ("core_value_added", area, year * 100 + month): 310_001 * month * (year - 2020) + number * 7777
    for number, area in enumerate(AREAS)
    for year in (2024, 2025)
    for month in (3, 6, 9, 12)
}


def made(folder: Path, until: int = UNTIL, seed: int = 7, **more) -> Simulated:
    numbers = count(1)
    return simulate(
        folder,
        until=until,
        areas=AREAS,
        seed=seed,
        firms=FIRMS,
        number=lambda _kind, _title, _month: next(numbers),
        **more,
    )


def opened(
    simulated: Simulated,
    shares: tuple[coefficients.Coefficient, ...] = (),
    *,
    late: bool = False,
) -> Micro:
    connection = frames.connect()
    read_batches(
        connection,
        register=simulated.paths("register"),
        honours=simulated.paths("honours"),
        facts=simulated.paths("facts"),
        returns=simulated.paths("returns", late=late),
    )
    micro = Micro(
        connection, classification.shipped(), value_added.shipped(), industries.shipped(), shares
    )
    micro.refresh()
    return micro


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return made(tmp_path_factory.mktemp("calibrated"), targets=TARGETS)


def asked(micro: Micro, sql: str) -> list[tuple[Any, ...]]:
    return micro.connection.execute(sql).fetchall()


def test_files_have_the_columns_of_batches_and_pass_every_check(calibrated: Simulated) -> None:
    for file in calibrated.files:
        relation = duckdb.read_parquet(str(file.path))
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        assert types == BATCH_COLUMNS[file.kind]
        recorded = relation.aggregate("count(*), min(recorded), max(recorded)").fetchone()
        assert recorded == (file.rows, file.recorded, file.recorded)
    micro = opened(calibrated)
    assert [frames.check(micro.connection, table) for table in frames.COLUMNS] == [[], [], [], []]


def test_facts_are_what_can_be_told_and_some_firms_meet_a_rung_by_them(
    calibrated: Simulated,
) -> None:
    micro = opened(calibrated)
    known = known_facts()
    rows = asked(micro, "SELECT DISTINCT item, value FROM facts")
    assert {item for item, _ in rows} <= known.keys()
    assert all(known[item].least <= value <= known[item].most for item, value in rows)
    assert all(value % 1 == 0 for item, value in rows if known[item].whole)
    states = assess(micro.connection, ladder(), date(2025, 11, 30)).table
    found = asked(micro, f"SELECT DISTINCT state FROM {states} WHERE rung = 'srdi'")
    assert {("met",), ("one_short",)} <= set(found)


def test_codes_are_well_formed_and_belong_to_no_place(calibrated: Simulated) -> None:
    codes = [code for (code,) in asked(opened(calibrated), "SELECT DISTINCT firm FROM register")]
    assert all(credit_code.is_valid(code) for code in codes)
    assert {credit_code.division(code) for code in codes} == {"000000"}
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    for organisation in map(credit_code.organisation, codes):
        total = sum(w * int(d) for w, d in zip(weights, organisation[:8], strict=True))
        assert organisation[8] == "0123456789X"[-total % 11]
    names = asked(
        opened(calibrated), "SELECT name FROM register WHERE name NOT LIKE '模拟企业%号%'"
    )
    assert names == []


def test_core_figures_are_the_targets_to_the_last_thousand_yuan(calibrated: Simulated) -> None:
    micro = opened(calibrated, calibrated.coefficients, late=True)
    rows = micro.account(by=["area"], designated=True).rows()
    assert len(rows) == len(AREAS) * (11 + 7)
    for row in rows:
        for measure in ("revenue", "value_added"):
            target = TARGETS.get((f"core_{measure}", row["area"], row["period"]))
            assert row[f"{measure}_lower"] == row[f"{measure}_upper"]
            assert target is None or row[f"{measure}_lower"] == target


def test_without_coefficients_the_targets_lie_between_the_bounds(calibrated: Simulated) -> None:
    rows = opened(calibrated, late=True).account(by=["area"], designated=True).rows()
    between = [
        row["revenue_lower"]
        <= TARGETS["core_revenue", row["area"], row["period"]]
        <= row["revenue_upper"]
        for row in rows
    ]
    assert all(between)
    assert any(row["revenue_lower"] < row["revenue_upper"] for row in rows)


def test_late_firms_have_no_return_until_theirs_comes(calibrated: Simulated) -> None:
    late = next(file for file in calibrated.files if file.late)
    late_rows = f"SELECT firm, period FROM '{late.path}'"
    before, after = opened(calibrated), opened(calibrated, late=True)
    there = f"SELECT count(*) FROM newest SEMI JOIN ({late_rows}) USING (firm, period)"
    assert asked(before, there) == [(0,)]
    assert asked(after, there) == [(late.rows,)]
    assert asked(before, f"SELECT DISTINCT period FROM ({late_rows}) ORDER BY 1") == [
        (202507,),
        (202508,),
    ]


def test_corrections_change_what_was_said_and_come_later(calibrated: Simulated) -> None:
    rows = asked(
        opened(calibrated),
        """SELECT a.revenue, b.revenue, a.revenue_last = b.revenue_last FROM returns AS a
        JOIN returns AS b USING (firm, period) WHERE a.recorded < b.recorded""",
    )
    assert rows
    assert all(first > right and same for first, right, same in rows)
    for file in (each for each in calibrated.files if each.title.endswith("corrections")):
        periods = duckdb.read_parquet(str(file.path)).aggregate("min(period), max(period)")
        quarters = [(p // 100 * 12 + p % 100 - 1) // 3 for p in (*periods.fetchone(), file.month)]
        assert quarters[0] == quarters[1] == quarters[2] - 1


def test_second_registrations_are_known_and_report_nothing(calibrated: Simulated) -> None:
    micro = opened(calibrated)
    register = dict(asked(micro, "SELECT firm, (name, address) FROM register"))
    assert len(calibrated.duplicates) == round(0.004 * FIRMS)
    for each in calibrated.duplicates:
        assert each.firm != each.of
        assert register[each.firm] == (each.name, each.address) != register[each.of]
    codes = [each.firm for each in calibrated.duplicates]
    found = micro.connection.execute("SELECT count(*) FROM newest WHERE firm IN $1", [codes])
    assert found.fetchone() == (0,)


def test_only_firms_above_the_designated_size_report_and_their_number_grows(
    calibrated: Simulated,
) -> None:
    micro = opened(calibrated, late=True)
    below = "SELECT count(*) FROM newest JOIN register USING (firm) WHERE NOT designated"
    assert asked(micro, f"{below} AND period BETWEEN since AND until") == [(0,)]
    left = """SELECT DISTINCT since % 100, before FROM (
            SELECT *, lag(until) OVER (PARTITION BY firm ORDER BY since) % 100 AS before,
                lag(designated) OVER (PARTITION BY firm ORDER BY since) AS was FROM register
        ) WHERE was AND NOT designated"""
    assert asked(micro, left) == [(1, 12)]
    missing = """SELECT count(*) FROM register WHERE designated AND until >= 202508
        AND since <= 202508 AND firm NOT IN (SELECT firm FROM newest WHERE period = 202508)"""
    assert asked(micro, missing) == [(0,)]
    core = dict(
        asked(
            micro,
            """SELECT period, count(*) FROM newest JOIN register USING (firm)
            WHERE period BETWEEN since AND until
                AND industry IN (SELECT industry FROM class_codes WHERE level = 0)
            GROUP BY ALL""",
        )
    )
    # 1,240 and 1,350 of 50,000 firms.
    assert core[202402] == round(1240 * FIRMS / 50_000)
    assert core[202402] < core[202508] <= round(1350 * FIRMS / 50_000)


def test_money_adds_up_within_a_firm_and_grows_through_the_year(calibrated: Simulated) -> None:
    wrong = """SELECT count(*) FROM newest WHERE
        compensation + production_tax + depreciation + surplus <> gross_output - intermediate
        OR rd_expense > revenue OR rd_staff > employees"""
    falls = """SELECT count(*) FROM (
        SELECT revenue < lag(revenue) OVER (PARTITION BY firm, period // 100 ORDER BY period) AS f
        FROM newest) WHERE f"""
    micro = opened(calibrated, late=True)
    assert asked(micro, wrong) == [(0,)]
    assert asked(micro, falls) == [(0,)]


def test_honours_follow_the_settings_and_one_another(tmp_path: Path) -> None:
    micro = opened(made(tmp_path, until=202512))
    valid = dict(
        asked(
            micro,
            """SELECT kind, count(*) FROM (
                SELECT DISTINCT firm, kind FROM honours
                WHERE since <= '2025-12-31' AND coalesce(until >= '2025-12-31', true)
                    AND firm IN (SELECT firm FROM register WHERE
                        industry IN (SELECT industry FROM class_codes WHERE level = 0))
            ) GROUP BY ALL""",
        )
    )
    assert valid["high_tech"] == pytest.approx(298 * FIRMS / 50_000, abs=1)
    assert valid["srdi"] == pytest.approx(160 * FIRMS / 50_000, abs=1)
    orphans = """SELECT count(*) FROM honours AS a WHERE kind = 'little_giant' AND NOT EXISTS (
        FROM honours AS b WHERE b.firm = a.firm AND b.kind = 'srdi' AND b.since < a.since)"""
    assert asked(micro, orphans) == [(0,)]


def test_the_same_seed_says_the_same_and_another_something_else(tmp_path: Path) -> None:
    one, same, other = (
        made(tmp_path / name, until=202403, seed=seed)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    contents = [[f.path.read_bytes() for f in each.files] for each in (one, same, other)]
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_a_longer_simulation_says_the_same_of_the_months_before(tmp_path: Path) -> None:
    columns = "firm, period, revenue, revenue_last, surplus, employees, rd_expense"
    told = "SELECT firm, name, size, designated, since FROM register WHERE since <= 202411"
    newest = f"SELECT {columns} FROM newest WHERE period <= 202411"
    shorter = opened(made(tmp_path / "a", until=202411), late=True)
    longer = opened(made(tmp_path / "b", until=202603), late=True)
    for sql in (newest, told):
        assert sorted(asked(shorter, sql)) == sorted(asked(longer, sql))
        assert asked(shorter, sql)


def test_wrong_rows_are_wrong_in_the_column_they_say() -> None:
    rows = list(wrong_rows(12, area="110101", since=202401))
    assert len(rows) == 12
    for each in rows:
        code = each.row["firm"]
        assert credit_code.is_valid(code) == (each.column != "firm")
        assert not each.row["name"] if each.column == "name" else each.row["name"]
        assert (len(each.row["industry"]) != 4) == (each.column == "industry")
        assert (each.row["size"] not in frames.SIZES) == (each.column == "size")


@pytest.mark.parametrize(
    "target",
    [
        {("core_profit", "110101", 202403): 1},
        {("core_revenue", "110199", 202403): 1},
        {("core_revenue", "110101", 202401): 1},
        {("core_revenue", "110101", 202403): 9, ("core_revenue", "110101", 202404): 8},
    ],
)
def test_targets_that_cannot_be_are_refused(
    tmp_path: Path, target: dict[tuple[str, str, int], int]
) -> None:
    with pytest.raises(SimulationInvalid):
        made(tmp_path, until=202404, targets=target)


def test_what_was_made_each_month_becomes_year_to_date() -> None:
    months = {
        ("core_revenue", "110101", month): 10 * number
        for number, month in enumerate((202411, 202412, 202501, 202502, 202503), start=1)
    }
    quarters = {
        ("core_value_added", "110102", 202503): 7,
        ("core_value_added", "110102", 202506): 8,
    }
    assert year_to_date(months | quarters) == {
        ("core_revenue", "110101", 202411): 10,
        ("core_revenue", "110101", 202412): 30,
        ("core_revenue", "110101", 202502): 70,
        ("core_revenue", "110101", 202503): 120,
        ("core_value_added", "110102", 202503): 7,
        ("core_value_added", "110102", 202506): 15,
    }


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_settled_numbers_add_up_and_keep_their_ratio(data: st.DataObject) -> None:
    firms, months = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 11))
    seed = data.draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    flows = rng.pareto(1.1, (firms, months)) * 1000 + 1
    active = rng.random((firms, months)) < 0.8
    active[0] = True
    counted = rng.choice([1, 2, 3, 4], firms)
    counted[0] = 4
    columns = sorted(data.draw(st.sets(st.integers(0, months - 1), min_size=1)))
    steps = data.draw(st.lists(st.integers(0, 10**9), min_size=len(columns), max_size=len(columns)))
    totals = dict(zip(columns, np.cumsum(steps).tolist(), strict=True))
    whole, _factor = settle(flows, active, counted, totals, 1.0)
    sums = np.cumsum((whole * active * counted[:, None] // 4).sum(axis=0))
    assert {column: sums[column] for column in totals} == totals
    assert (whole >= 0).all()
    assert not (whole[counted < 4] % 4).any()
    # Of one block every cell is scaled alike, but for what rounding takes and gives.
    block = slice(0, columns[0] + 1)
    full = active[:, block] & (counted[:, None] == 4)
    asked_for = steps[0] / (flows[:, block] * active[:, block] * counted[:, None] / 4).sum()
    most = 1 + 4 * firms * months
    assert np.abs(whole[:, block] - flows[:, block] * asked_for)[full].max() <= most
