"""What enforcing a delivery and profiling a table cost beside the bare database.

    python benchmarks/data_delivery.py [--quick] [--json FILE]

`profile`: a table of 10,000,000 rows (`--quick`: 1,000,000) in a Parquet file, twelve columns,
twelve rules of six dimensions, beside DuckDB's own SUMMARIZE of the same file. `governed`: a call
of the governed API (token, agreement, quota, a policy's view with a masked and a hidden column,
size, digest, metering) beside the same query alone, in turns, by the medians; what it adds is
the processor's time, so that others on the machine do not count. `admitted`: a statement through
the sandbox's walls, and the same run with no wall.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

from statistics import median  # noqa: E402

from benchmarks.frame import Row, arguments, folder_for, row, told  # noqa: E402

from shucheng.bays.data.engine.delivery.governed import Request, define_view, serve  # noqa: E402
from shucheng.bays.data.engine.delivery.policy import (  # noqa: E402
    Condition,
    Cut,
    Hash,
    Policy,
    Show,
)
from shucheng.bays.data.engine.delivery.sandbox import open_sandbox  # noqa: E402
from shucheng.bays.data.engine.delivery.tokens import Call, Facts, Quota, issue  # noqa: E402
from shucheng.bays.data.engine.quality.profile import profile  # noqa: E402
from shucheng.bays.data.engine.quality.rules import read  # noqa: E402
from shucheng.lib import duck  # noqa: E402
from shucheng.lib.crypto import new_keyring  # noqa: E402

ROWS, PROFILE_BAR = 10_000_000, 3.0
CALLS, ADDED_BAR = 300, 3.0
TABLE = """SELECT range AS id,
    '91320902' || lpad(CAST(hash(range) % 10000000000 AS VARCHAR), 10, '0') AS code,
    '企业' || (range % 900000) AS name,
    CASE WHEN range % 50 = 0 THEN NULL ELSE '13' || lpad(CAST(hash(range + 1) % 1000000000 AS
        VARCHAR), 9, '0') END AS phone,
    CAST(320900 + range % 12 AS VARCHAR) AS area,
    ['open', 'closed', 'odd'][1 + (hash(range) % 20)::INT // 9] AS state,
    DATE '2000-01-01' + (hash(range) % 9000)::INT AS opened,
    DATE '2010-01-01' + (hash(range + 2) % 6000)::INT AS changed,
    round((hash(range) % 10000000) / 100, 2) AS income,
    (hash(range + 3) % 900)::INT AS staff,
    (hash(range + 4) % 100)::INT AS women,
    range % 3 AS source
    FROM range({rows})"""
RULES = """
version: bench
rules:
  - {code: a, dimension: completeness, check: present, fields: [code]}
  - {code: b, dimension: completeness, check: present, fields: [phone]}
  - {code: c, dimension: uniqueness, check: unique, fields: [id]}
  - {code: d, dimension: validity, check: format, fields: [phone], format: mobile}
  - {code: e, dimension: validity, check: listed, fields: [state], values: [open, closed]}
  - {code: f, dimension: validity, check: range, fields: [staff], low: 0, high: 800}
  - {code: g, dimension: validity, check: length, fields: [code], low: 18, high: 18}
  - {code: h, dimension: consistency, check: ordered, fields: [opened, changed]}
  - {code: i, dimension: consistency, check: ordered, fields: [women, staff]}
  - {code: j, dimension: timeliness, check: fresh, fields: [changed], days: 3650}
  - {code: k, dimension: accuracy, check: known, fields: [area], reference: areas, keys: [code]}
  - {code: l, dimension: accuracy, check: present, fields: [income]}
"""
AREAS = "(SELECT CAST(320900 + range AS VARCHAR) AS code FROM range(10))"
AS_OF = date(2026, 11, 29)
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SANDBOX_SQL = (
    "select area, count(*) as firms, avg(income) from product where opened >= date '2010-01-01' "
    "group by area order by firms desc limit 5"
)


def main() -> int:
    options = arguments(__doc__)
    with folder_for(None) as folder:
        rows = [
            profile_row(Path(folder), ROWS // 10 if options.quick else ROWS),
            *call_rows(CALLS if options.quick else CALLS * 5),
        ]
    return told(rows, options.json)


def profile_row(folder: Path, rows: int) -> Row:
    """Each twice in turns, the faster counts: the first reading of a file is the disk's."""
    path = folder / "table.parquet"
    connection = duck.connect(memory="4GB")
    connection.execute(f"COPY ({TABLE.format(rows=rows)}) TO '{path}'")
    rules, source = read(RULES), f"read_parquet('{path}')"
    own, bare = in_turns(
        lambda: profile(connection, source, rules, as_of=AS_OF, references={"areas": AREAS}),
        lambda: connection.execute(f"SUMMARIZE FROM {source}").fetchall(),
        2,
    )
    name = f"profile: {rows:,} rows, 12 columns, 12 rules"
    return row(name, min(own), "SUMMARIZE", min(bare), bar=PROFILE_BAR)


def call_rows(calls: int) -> list[Row]:
    """The bar is on what a call adds, so its row has the added milliseconds and the bar itself."""
    connection = duck.connect(threads=1)
    connection.execute(f"CREATE TABLE firms AS {TABLE.format(rows=100_000)}")
    columns = [each[0] for each in connection.execute("FROM firms LIMIT 0").description or []]
    policy = Policy(
        {
            "id": Show(), "name": Cut(2), "phone": Hash(b"k" * 32), "area": Show(),
            "income": Show(), "opened": Show(),
        },
        (Condition("state", "=", "open"),),
    )  # fmt: skip
    view = define_view(connection, "product", policy, "firms", columns)
    request = Request(
        ("id", "name", "phone", "income"), (Condition("area", "=", "320905"),), ("id",), 100
    )
    facts = Facts(
        "A-1", "active", "buyer", frozenset({"research"}), frozenset({"firms"}), frozenset({"api"}),
        NOW - timedelta(days=1), NOW + timedelta(days=1), Quota(10**9, 10**12, 10**15),
    )  # fmt: skip
    call, ring = Call("firms", "api", "research"), new_keyring()
    token = issue(ring, facts, call, NOW)
    alone = (
        "SELECT id, name, phone, income FROM firms WHERE state = 'open' AND area = '320905' "
        "ORDER BY id LIMIT 100"
    )

    def governed() -> object:
        return serve(
            connection, view, request, ring=ring, token=token, call=call, facts=facts, number="1",
            now=NOW,
        )  # fmt: skip

    def bare() -> object:
        with connection.cursor() as cursor:
            return cursor.execute(alone).fetchall()

    own, peer = (median(each) * 1000 for each in in_turns(governed, bare, calls))
    own_cpu, peer_cpu = (
        median(each) * 1000 for each in in_turns(governed, bare, calls, time.process_time)
    )
    box = open_sandbox({"product": f"FROM ({TABLE.format(rows=100_000)})"})
    walled, open_ = (
        median(each) * 1000
        for each in in_turns(
            lambda: box.query(SANDBOX_SQL),
            lambda: box.connection.execute(SANDBOX_SQL).fetchall(),
            calls // 3,
        )
    )
    return [
        row("governed: a call of 100 rows, p50", own, "the same query alone", peer, unit="ms"),
        row(
            "governed: what checks and view add, p50",
            own_cpu - peer_cpu,
            "the bar",
            ADDED_BAR,
            unit="ms",
            bar=1,
        ),
        row("admitted: a sandbox query, p50", walled, "the same query, no wall", open_, unit="ms"),
    ]


def in_turns(
    ours: Callable[[], object],
    peer: Callable[[], object],
    times: int,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[list[float], list[float]]:
    """Seconds of each, one after the other, so that a busy machine slows both alike."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for call, list_ in zip((ours, peer), took, strict=True):
            began = clock()
            call()
            list_.append(clock() - began)
    return took


if __name__ == "__main__":
    sys.exit(main())
