"""What batches told, read as it is by now; no database."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shucheng.bays.statistics.engine.batches import BATCH_COLUMNS, open_batches
from shucheng.bays.statistics.engine.frames import FramesInvalid

ONE, TWO = "91320900000000001X", "913209000000000028"


def batch(folder: Path, kind: str, recorded: int, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A batch's file, as an import writes it; what a row leaves out is not told."""
    columns = BATCH_COLUMNS[kind]
    connection = duckdb.connect()
    listed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    connection.execute(f"CREATE TABLE told ({listed})")
    usual = {"recorded": recorded} | _USUAL[kind]
    marks = ", ".join("?" * len(columns))
    for row in rows:
        values = [{**usual, **row}.get(name) for name in columns]
        connection.execute(f"INSERT INTO told VALUES ({marks})", values)  # noqa: S608
    path = folder / f"{kind}-{recorded}.parquet"
    connection.execute(f"COPY told TO '{path}' (FORMAT parquet)")
    return path


_USUAL: dict[str, dict[str, Any]] = {
    "register": {
        "firm": ONE,
        "name": "甲公司",
        "industry": "3982",
        "area": "320902",
        "size": "large",
        "designated": True,
        "since": 202401,
        "is_open": True,
        "tags": [],
    },
    "honours": {"firm": ONE, "kind": "high_tech", "since": "2024-11-01", "withdrawn": False},
    "facts": {"firm": ONE, "item": "debt_ratio", "value": "0.5", "since": "2025-12-31"},
    "returns": {"firm": ONE, "period": 202503, "status": "reported"},
}


def register_of(*files: Path, merges: Mapping[str, str] | None = None) -> list[tuple[Any, ...]]:
    micro = open_batches(register=files, merges=merges)
    sql = "SELECT firm, name, since, until FROM register ORDER BY ALL"
    return micro.connection.execute(sql).fetchall()


def test_facts_hold_until_the_next_ones_do(tmp_path: Path) -> None:
    first = batch(tmp_path, "register", 1, [{}])
    second = batch(tmp_path, "register", 2, [{"name": "甲集团", "since": 202501}])
    assert register_of(first, second) == [
        (ONE, "甲公司", 202401, 202412),
        (ONE, "甲集团", 202501, 999912),
    ]


def test_a_later_batch_corrects_what_held_since_the_same_month(tmp_path: Path) -> None:
    first = batch(tmp_path, "register", 1, [{}])
    second = batch(tmp_path, "register", 2, [{"name": "甲有限公司"}])
    expected = [(ONE, "甲有限公司", 202401, 999912)]
    assert register_of(first, second) == register_of(second, first) == expected


def test_a_firm_that_closed_is_in_the_register_until_then(tmp_path: Path) -> None:
    first = batch(tmp_path, "register", 1, [{}])
    second = batch(tmp_path, "register", 2, [{"since": 202506, "is_open": False}])
    assert register_of(first, second) == [(ONE, "甲公司", 202401, 202505)]


def test_two_registrations_are_one_firm_and_two_again(tmp_path: Path) -> None:
    file = batch(
        tmp_path, "register", 1, [{}, {"firm": TWO, "name": "甲公司（新）", "since": 202507}]
    )
    merged = register_of(file, merges={TWO: ONE})
    assert merged == [(ONE, "甲公司", 202401, 202506), (ONE, "甲公司（新）", 202507, 999912)]
    assert {row[0] for row in register_of(file)} == {ONE, TWO}


def test_a_return_is_corrected_by_a_later_batch_under_the_merged_code(tmp_path: Path) -> None:
    register = batch(tmp_path, "register", 1, [{}])
    told = batch(tmp_path, "returns", 2, [{"revenue": 900}, {"period": 202504, "revenue": 1200}])
    later = batch(tmp_path, "returns", 3, [{"firm": TWO, "revenue": 1000}])
    micro = open_batches(register=[register], returns=[told, later], merges={TWO: ONE})
    rows = micro.connection.execute("SELECT firm, period, revenue FROM newest ORDER BY ALL")
    assert rows.fetchall() == [(ONE, 202503, 1000), (ONE, 202504, 1200)]
    account = {row["period"]: row["revenue_lower"] for row in micro.account(by=["class"]).rows()}
    assert account == {202503: 1000, 202504: 1200}


def test_of_a_measure_and_its_day_the_later_batch_counts(tmp_path: Path) -> None:
    told = batch(tmp_path, "facts", 1, [{}, {"since": "2024-12-31"}, {"firm": TWO, "value": "0.7"}])
    later = batch(tmp_path, "facts", 2, [{"value": "0.6"}])

    def facts(merges: Mapping[str, str] | None = None) -> list[tuple[Any, ...]]:
        micro = open_batches(facts=[later, told], merges=merges)
        found = "SELECT firm, value::VARCHAR, since::VARCHAR FROM facts ORDER BY ALL"
        return micro.connection.execute(found).fetchall()

    ones = [(ONE, "0.5000", "2024-12-31"), (ONE, "0.6000", "2025-12-31")]
    assert facts() == [*ones, (TWO, "0.7000", "2025-12-31")]
    assert facts({TWO: ONE}) == ones


def test_a_merged_firm_of_which_one_batch_tells_twice_counts_once(tmp_path: Path) -> None:
    """As it does when two batches tell."""
    register = batch(tmp_path, "register", 1, [{}, {"firm": TWO, "name": "甲公司（新）"}])
    rows = [{"revenue": 1000}, {"firm": TWO, "revenue": 900}]
    both = batch(tmp_path, "returns", 2, rows)

    def counted(**asked: Any) -> list[tuple[Any, ...]]:
        micro = open_batches(register=[register], returns=[both], **asked)
        found = micro.account(by=[], scheme="all").rows()
        return [(row["firms"], int(row["revenue_lower"])) for row in found]

    assert counted() == [(2, 1900)]
    assert counted(merges={TWO: ONE}) == [(1, 1000)]
    assert counted(merges={TWO: ONE}, silent=[ONE]) == [(1, 900)], "the facts that were chosen"
    assert register_of(register, merges={TWO: ONE}) == [(ONE, "甲公司", 202401, 999912)]


def test_a_withdrawn_honour_never_held(tmp_path: Path) -> None:
    told = batch(tmp_path, "honours", 1, [{}, {"kind": "srdi"}])
    later = batch(tmp_path, "honours", 2, [{"withdrawn": True}])
    micro = open_batches(honours=[told, later])
    assert micro.connection.execute("SELECT kind FROM honours").fetchall() == [("srdi",)]


def honours_of(folder: Path, *told: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Since and until of what holds, where each of these is a batch of its own."""
    files = [batch(folder, "honours", number, [each]) for number, each in enumerate(told, 1)]
    sql = "SELECT since::VARCHAR, until::VARCHAR FROM honours ORDER BY ALL"
    return open_batches(honours=files).connection.execute(sql).fetchall()


def month(month: int, *, holds: bool) -> dict[str, Any]:
    """What a register's column says of a month."""
    return {"since": f"2025-{month:02}-01", "holds": holds}


def test_an_honour_of_a_registers_column_ends_when_a_register_says_no(tmp_path: Path) -> None:
    yes, again, no = month(1, holds=True), month(2, holds=True), month(3, holds=False)
    assert honours_of(tmp_path, yes, again) == [("2025-01-01", None)]
    assert honours_of(tmp_path, yes, again, no) == [("2025-01-01", "2025-02-28")]
    assert honours_of(tmp_path, no, again, yes) == [("2025-01-01", "2025-02-28")]
    assert honours_of(tmp_path, yes, no, month(5, holds=True)) == [
        ("2025-01-01", "2025-02-28"),
        ("2025-05-01", None),
    ]
    corrected = month(3, holds=True)
    assert honours_of(tmp_path, yes, no, corrected) == [("2025-01-01", None)]
    assert honours_of(tmp_path, no) == []


def test_an_honour_with_a_file_of_its_own_ends_as_that_says(tmp_path: Path) -> None:
    own = {"since": "2024-11-01", "until": "2025-06-30"}
    yes, no = month(1, holds=True), month(3, holds=False)
    told = [("2024-11-01", "2025-06-30")]
    assert honours_of(tmp_path, own, yes, no) == told
    assert honours_of(tmp_path, own, yes, month(7, holds=True)) == [*told, ("2025-07-01", None)]
    # Withdrawn by hand, it is not there again because a later month's register repeats it.
    withdrawn = {"since": "2025-01-01", "withdrawn": True}
    assert honours_of(tmp_path, yes, month(2, holds=True), withdrawn) == []


def test_a_file_that_is_no_batch_is_refused(tmp_path: Path) -> None:
    duckdb.sql("SELECT 1 AS x").write_parquet(str(tmp_path / "x.parquet"))
    with pytest.raises(FramesInvalid, match="firm is missing"):
        open_batches(register=[tmp_path / "x.parquet"])
