"""The sandbox under attack: each hostile query is refused by name, and harmless against the second
wall alone; and what a buyer needs still runs."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shucheng.bays.data.engine.delivery.admit import LONGEST, admit
from shucheng.bays.data.engine.delivery.groups import Groups
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.sandbox import Limits, Sandbox, open_sandbox

FILE = Path(__file__).with_name("delivery_attacks.yaml")
ATTACKS = [
    (group, each["code"], sql)
    for group, each in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()
    for sql in each["sql"]
]
CANARY = "canary-7d1f"
SECONDS = 1.0
FIRMS = """SELECT range AS id, 'firm ' || range AS name, ['A', 'B'][1 + range % 2] AS 地区,
    range * 10 AS income, DATE '2025-01-01' + CAST(range AS INT) AS opened FROM range(40)"""
TABLES = {"firms": ("id", "name", "地区", "income", "opened")}
frame = {"secret": [CANARY]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attack")
    (folder / "secret.csv").write_text(f"secret\n{CANARY}\n")
    with sqlite3.connect(folder / "other.db") as other:
        other.execute("create table other (secret)")
        other.execute("insert into other values (?)", (CANARY,))
    other.close()
    (folder / "out").mkdir()
    return folder


@pytest.fixture(scope="module")
def sandbox(place: Path) -> Iterator[Sandbox]:
    os.environ["SHUCHENG_CANARY"] = CANARY
    made = open_sandbox({"firms": FIRMS}, Limits(seconds=SECONDS, rows=1_000, memory="256MB"))
    yield made
    made.close()
    del os.environ["SHUCHENG_CANARY"]


def filled(sql: str, place: Path) -> str:
    file, other, out = place / "secret.csv", place / "other.db", place / "out"
    return sql.format(file=file, other=other, out=out)


def test_there_are_many() -> None:
    assert len(ATTACKS) >= 200
    assert len({sql for _, _, sql in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize(("group", "code", "sql"), ATTACKS, ids=[a[2][:60] for a in ATTACKS])
def test_the_first_wall_refuses(
    group: str, code: Any, sql: str, place: Path, sandbox: Sandbox
) -> None:
    with pytest.raises(Refused) as refusal:
        sandbox.query(filled(sql, place))
    assert refusal.value.code in ([code] if isinstance(code, str) else code), str(refusal.value)
    assert CANARY not in str(refusal.value)


@pytest.mark.parametrize("sql", [a[2] for a in ATTACKS], ids=[a[2][:60] for a in ATTACKS])
def test_the_second_wall_alone_gives_nothing_away(sql: str, place: Path, sandbox: Sandbox) -> None:
    before = state(sandbox)
    began = time.perf_counter()
    told = outcome(sandbox, filled(sql, place))
    assert CANARY not in told
    assert time.perf_counter() - began < SECONDS + 4
    assert state(sandbox) == before
    assert list((place / "out").iterdir()) == []


def outcome(sandbox: Sandbox, sql: str) -> str:
    try:
        rows = sandbox.run(sql).rows
    except Refused as refusal:
        return str(refusal)
    assert len(rows) <= sandbox.limits.rows
    return repr(rows)


def state(sandbox: Sandbox) -> list[Any]:
    asked = (
        "SELECT count(*), sum(id) FROM firms",
        "SELECT count(*) FROM duckdb_tables()",
        "SELECT count(*) FROM duckdb_functions() WHERE NOT internal",
        "SELECT name, value FROM duckdb_settings() WHERE name IN ('enable_external_access', "
        "'lock_configuration', 'threads', 'memory_limit') ORDER BY 1",
        "SELECT count(*) FROM duckdb_databases()",
    )
    return [sandbox.connection.execute(each).fetchall() for each in asked]


USEFUL = [
    "select * from firms",
    "select name, income * 2 as x from firms f where f.地区 in ('A', 'B') order by x desc limit 3",
    "SELECT FIRMS.Id FROM Firms",
    "from firms select id",
    "with a as (select id, income from firms), b as (select * from a) "
    "select b.id, count(*) over (partition by a.income) from a join b on a.id = b.id",
    "with a as (select id from firms) select a.id from a left join a as other on other.id = a.id",
    "select date_trunc('month', opened), count(*), round(avg(income), 2), median(income), "
    "quantile_cont(income, 0.9) from firms group by 1 having count(*) > 1",
    "select case when income > 5 then '大' else '小' end k, count(distinct name) from firms "
    "group by 1",
    "select cast(income as decimal(10, 2)), opened + interval 1 day, year(opened) from firms "
    "where name like 'firm%' and exists (select 1 from firms g where g.id = firms.id)",
    "select date_diff('day', opened, date '2025-03-01'), extract(year from opened) from firms",
    "select id, row_number() over (order by income desc) as r, lag(income) over (order by id) "
    "from firms qualify r < 3",
    "select id from firms union all select id from firms except select 1",
    "select left(name, 1), lower(name), substr(name, 1, 2), coalesce(name, '-'), id % 2, id // 2, "
    "-id, nullif(id, 1), greatest(id, 2), trim(name), abs(id), name || '!' from firms",
    "select sum(income) filter (where id > 2), stddev(income), corr(id, income) from firms",
    "select '; drop table firms; --' as text from firms /* and a comment */ -- at the end",
    "select * from (select id from firms) x where id not in (select id from firms where id > 3)",
]


@pytest.mark.parametrize("sql", USEFUL)
def test_what_a_buyer_needs_runs(sql: str, sandbox: Sandbox) -> None:
    assert sandbox.query(sql).rows


def test_answers_too_large_and_too_slow_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match="answer-too-large"):
        sandbox.query("select a.id from firms a, firms b")
    began = time.perf_counter()
    with pytest.raises(Refused, match="query-too-slow"):
        sandbox.query(
            "select sum(a.id + b.id + c.id + d.id + e.id + f.id + g.id) from firms a, firms b, "
            "firms c, firms d, firms e, firms f, firms g"
        )
    assert time.perf_counter() - began < SECONDS + 4
    assert len(sandbox.query("select id from firms").rows) == 40


def test_a_stopped_query_does_not_stop_the_next(sandbox: Sandbox) -> None:
    answers: list[int] = []

    def ask() -> None:
        for _ in range(10):
            answers.append(len(sandbox.query("select id from firms where id < 10").rows))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == [10] * 40


@pytest.mark.parametrize(
    "sql",
    [
        "select " + "(" * 200 + "1" + ")" * 200,
        "select " + "-" * 1 + " -".join(["1"] * 2_000),
        f"select id from firms where id in ({','.join(map(str, range(3_000)))})",  # noqa: S608
        "select " + "not " * 500 + "true",
        "x" * (LONGEST + 1),
        "select '" + "x" * 600 + "'",
        "select 1" + "0" * 100,
        "select case when id = 1 then " * 60 + "1" + " end" * 60 + " from firms",
    ],
)
def test_large_and_deep_texts_are_refused_soon(sql: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Refused) as refusal:
        admit(sql, TABLES)
    assert refusal.value.code in ("query-too-large", "query-unreadable")
    assert time.perf_counter() - began < 2


def test_a_name_given_in_the_query_never_reaches_the_catalogue() -> None:
    admitted = admit(
        "with sqlite_master as (select id from firms) select * from sqlite_master", TABLES
    )
    assert '"sqlite_master" AS (' not in admitted.sql
    assert admitted.tables == {"firms"}
    with pytest.raises(Refused, match="not-allowed"):
        admit("with firms as (select 1 as id) select * from firms", TABLES)


def test_errors_of_the_database_quote_no_value() -> None:
    table = f"SELECT 1 AS id, '{CANARY}' AS name"
    with pytest.raises(Refused) as refusal:
        open_sandbox({"firms": table}).query("select cast(name as int) from firms")
    assert CANARY not in str(refusal.value)
    assert refusal.value.__cause__ is None


# Only aggregates of at least five firms.

GROUPED = [
    "select 地区, count(*), avg(income) from firms group by 地区 order by 2",
    "select count(*) as c from firms where name like 'firm%' and income >= 100 order by c",
    "select year(opened) as y, count(distinct name), sum(income) / count(*) from firms "
    "group by year(opened) having count(*) > 3 or sum(income) > 5",
    "select year(opened) as y, count(*) from firms group by 1 order by 1",
    "select count(*) from firms where opened between date '2025-01-01' and date '2025-02-01'",
]
UNGROUPED = [
    "select * from firms",
    "select name from firms group by name",
    "select max(income) from firms",
    "select sum(case when id = 5 then income else 0 end) from firms",
    "select sum(income * (id = 5)) from firms",
    "select sum(income) filter (where id = 5) from firms",
    "select count(*) from firms a, firms b group by a.id",
    "select sum(a.income) from firms a join firms b on true group by a.id",
    "select sum(income) from (select * from firms where id = 5 union all select * from firms)",
    "with a as (select id, income from firms) select avg(income) from a group by id",
    "select count(*), (select name from firms where id = 5) from firms",
    "select count(*) from firms where id = (select min(id) from firms)",
    "select count(*) from firms union all select income from firms where id = 5",
    "select sum(income) over (partition by id) from firms",
    "select distinct income, count(*) from firms group by income",
    "select count(*) from firms where name",
    "select count(*) from firms where cast(name as int) = 1",
    "select count(*) from firms where income / 0 = 1 and id = 5",
    "select count(*) from firms where id = 5 and income * 9223372036854775807 > 1",
    "select sum(income) * 99999999999999999999999999999999999999 from firms",
    "select count(*) from firms group by cast(name as int)",
    "select count(*) from firms as f(name, income, id)",
    "select median(income) from firms group by id",
    "select count(*) from firms having name = 5",
    "select count(*) from firms order by max(income)",
    "select 1 from firms where id = 5",
    "select count(income), income from firms group by 1, 2",
    "select count(*) from firms where income > id",
    "select count(*) from firms where id = 5 or name in (7, date '2025-01-01')",
    "select max(income), count(*) from firms group by 1",
]


@pytest.fixture(scope="module")
def grouped() -> Iterator[Sandbox]:
    made = open_sandbox({"firms": FIRMS}, groups=Groups(5, "id"))
    yield made
    made.close()


@pytest.mark.parametrize("sql", GROUPED)
def test_aggregates_leave(sql: str, grouped: Sandbox) -> None:
    assert grouped.query(sql).rows


@pytest.mark.parametrize("sql", UNGROUPED)
def test_nothing_but_aggregates_leaves(sql: str, grouped: Sandbox) -> None:
    with pytest.raises(Refused) as refusal:
        grouped.query(sql)
    assert refusal.value.code in ("only-aggregates", "not-allowed")


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from firms where id = 5",
        "select avg(income) from firms where name = 'firm 5' or name = 'firm 6'",
        "select name, sum(income) from firms group by name",
        "select count(*) from firms where id = 5 and name = 7",
        "select count(*) from firms where id = 5 and name > date '2025-01-01'",
        "select count(*) from firms where id < 4 having count(*) > 0 or 1 > 0",
    ],
)
def test_groups_too_small_do_not_appear(sql: str, grouped: Sandbox) -> None:
    assert list(grouped.query(sql).rows) == []


def test_a_group_must_hold_enough_units_in_each_column() -> None:
    """Ten rows of one firm are one firm; nine empty values hide nothing of the tenth."""
    rows = "SELECT 1 AS id, range AS x, CASE WHEN range = 3 THEN 77 END AS y FROM range(10)"
    one = open_sandbox({"t": rows}, groups=Groups(5, "id"))
    assert list(one.query("select sum(x) from t").rows) == []
    many = open_sandbox({"t": rows.replace("1 AS id", "range AS id")}, groups=Groups(5, "id"))
    assert list(many.query("select sum(x) from t").rows) == [(45,)]
    assert list(many.query("select sum(x), sum(y) from t").rows) == []
    assert list(many.query("select count(y) from t").rows) == []
    assert list(many.query("select 1 as y, sum(y) from t").rows) == []


@pytest.mark.parametrize("function", ["year(name)", "month(name)", "date_trunc('day', name)"])
def test_what_could_fail_for_one_row_fails_for_all_or_none(function: str, grouped: Sandbox) -> None:
    """Whether a query fails must not depend on a row: asked of a firm there is, and of none."""
    told = [
        outcome(grouped, admit(sql, TABLES, grouped.groups).sql)
        for sql in (
            f"select count(*) from firms where id = {firm} and {function} = 2025"  # noqa: S608
            for firm in (5, 5_000)
        )
    ]
    assert told[0] == told[1]
