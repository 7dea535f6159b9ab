"""How long the statistics bay's engines take, against the least and the plainest other way.

    python benchmarks/statistics.py [--quick] [--json FILE] [--data FOLDER]

1,000,000 firms and 36 monthly returns of each (`--quick`: 100,000) in Parquet, made from a seed
by DuckDB. The peers read the same files in this run on this machine:

- hand-written SQL that scans, joins register and classes and sums the accounts' items by class,
  area and period into a table: no corrections, spans of the register, value added or bounds;
- the same for months: each item less the firm's report before (a window a firm and year), where
  that is the month before; what SQL needs to answer the question the accounts by month answer.
  The month against the first peer, which does not compare months, is shown beside it;
- pandas as one would write it plainly: read, newest rows, merge, value added: one table, and from
  it each basis: differences within a firm, group (measured on a part of the firms, and said so).

Accounts are asked as after an import, with nothing kept of what was asked before; all four bases
are one question and three that follow. What one that follows takes by itself has rows without bars.

What `statistics_import.py` measures stands below.
"""

# ruff: noqa: S608 - our own names

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

from benchmarks.frame import Row, arguments, best, folder_for, row, told  # noqa: E402
from benchmarks.statistics_import import import_rows  # noqa: E402

from shucheng.bays.statistics.engine.accounts import Account, Basis  # noqa: E402
from shucheng.bays.statistics.engine.frames import MONEY, PEOPLE  # noqa: E402
from shucheng.bays.statistics.engine.micro import Micro, open_micro  # noqa: E402

# The money the accounts are made of; growth alone reads what a firm states of the year before.
FLOWS = [item for item in MONEY if item != "revenue_last"]
SCAN_BAR = 3.0
PANDAS_BAR = 1 / 20
MEMORY_BAR = 1.0
MEMORY_GB = 8
# pandas holds every row as objects in memory: it is given a part of the firms, and the time is
# multiplied. Its work grows with the rows at least.
PANDAS_FIRMS = 100_000
MONTHS = [y * 100 + m for y in (2022, 2023, 2024, 2025) for m in range(2, 13)][8:]
BASES: tuple[Basis, ...] = ("ytd", "month", "quarter", "year")


def main() -> int:
    options = arguments(__doc__, data="keep the made files here and use them again")
    with folder_for(options.data) as folder:
        rows = account_rows(Path(folder), options.quick) + import_rows(Path(folder), options.quick)
    return told(rows, options.json)


def account_rows(folder: Path, quick: bool) -> list[Row]:
    """Classification and accounts by class, area and period."""
    count = 100_000 if quick else 1_000_000
    register, returns = make_files(folder, count)
    make_files(folder, min(count, PANDAS_FIRMS))
    micro = open_micro([register], returns)
    name = f"{count:,} firms, {len(MONTHS)} returns each"
    found: dict[Basis, Account] = {}

    def first(*bases: Basis) -> Callable[[], None]:
        """As after an import: nothing is kept of what was asked before."""

        def ask() -> None:
            micro.refresh()
            following(*bases)()

        return ask

    def following(*bases: Basis) -> Callable[[], None]:
        def ask() -> None:
            for basis in bases:
                account = micro.account(by=("class", "area"), scheme="minor", basis=basis)
                if count <= PANDAS_FIRMS:
                    found[basis] = account

        return ask

    # Each the better of two, ours and theirs in turns: others use the machine as well.
    scan = by_hand(micro)
    ytd, month, every = (best(first(*bases), runs=2) for bases in (["ytd"], ["month"], BASES))
    again = best(following("month"), runs=2)
    months = best(lambda: by_hand_months(micro), runs=2)
    growth = best(lambda: micro.growth(202510), runs=2)
    scan = min(scan, by_hand(micro))
    plain = with_pandas(folder, min(count, PANDAS_FIRMS))
    times = count / min(count, PANDAS_FIRMS)
    seconds = {basis: value * times for basis, value in plain["seconds"].items()}
    for basis, account in found.items():
        assert_same(account.rows(), plain["revenue"][basis])
    part = f"pandas, {min(count, PANDAS_FIRMS):,} firms' time in proportion"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    hand = "DuckDB: scan, join, group by hand"
    windowed = "DuckDB: scan, months by window, join, group by hand"
    table = seconds["table"]
    return [
        row(f"{name}: accounts, year to date", ytd, hand, scan, bar=SCAN_BAR),
        row("accounts by month", month, windowed, months, bar=SCAN_BAR),
        row("the same, against a scan that compares no months", month, hand, scan, bar=SCAN_BAR),
        row("year to date, month, quarter and year", every, hand, scan, bar=SCAN_BAR),
        row("the same", every, part, sum(seconds.values()), bar=PANDAS_BAR),
        row("year to date alone", ytd, part, table + seconds["ytd"]),
        row("by month alone", month, part, table + seconds["month"]),
        row("by month, asked after another basis", again, hand, scan),
        row("the same", again, f"{part}, its table made before", seconds["month"]),
        row("growth decomposed, one period", growth, hand, scan),
        row("memory at most", memory, f"{MEMORY_GB} GB", MEMORY_GB, bar=MEMORY_BAR, unit="GB"),
    ]


def by_hand(micro: Micro) -> float:
    """The least that can be done: the items summed by class, area and period."""
    sums = ", ".join(f"sum({item})" for item in (*FLOWS, *PEOPLE))
    sql = f"""
        CREATE OR REPLACE TEMP TABLE by_hand AS
        SELECT code, area, period, count(*), {sums}
        FROM returns JOIN register USING (firm) JOIN class_codes USING (industry)
        WHERE level = 3 GROUP BY ALL
    """
    return best(lambda: micro.connection.execute(sql), runs=2)


def by_hand_months(micro: Micro) -> None:
    """The same by month: flows less the firm's report of the month before, people as they are."""
    flows = ", ".join(
        f"""sum(CASE WHEN period % 100 = 2 THEN {item}
            WHEN last_period = period - 1 THEN {item} - last_{item} END)"""
        for item in FLOWS
    )
    people = ", ".join(f"sum({item})" for item in PEOPLE)
    lags = ", ".join(f"lag({item}) OVER w AS last_{item}" for item in ("period", *FLOWS))
    sql = f"""
        CREATE OR REPLACE TEMP TABLE by_hand AS
        SELECT code, area, period, count(*), {flows}, {people}
        FROM (
            SELECT *, {lags} FROM returns
            WINDOW w AS (PARTITION BY firm, period // 100 ORDER BY period)
        ) JOIN register USING (firm) JOIN class_codes USING (industry)
        WHERE level = 3 GROUP BY ALL
    """
    micro.connection.execute(sql)


def with_pandas(folder: Path, count: int) -> dict[str, Any]:
    """The plain way: read, keep the newest, merge, compute, then group for each basis. In a process
    of its own: its memory is not ours."""
    import subprocess

    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "made" / "firms_pandas.py"), folder, str(count)],
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def assert_same(rows: list[Row], revenue: dict[str, int]) -> None:
    """Ours and pandas' revenue are the same in every cell whose share is exact."""
    exact = {
        f"{r['class']}-{r['area']}-{r['period']}": int(r["revenue_lower"] or 0)
        for r in rows
        if r["revenue_lower"] == r["revenue_upper"]
    }
    assert len(exact) > 500
    assert exact == {key: value for key, value in revenue.items() if key in exact}


def make_files(folder: Path, count: int) -> tuple[Path, list[Path]]:
    """A register and a Parquet file for each period: one firm in 200 is late each month, a tenth
    report by the income approach, a tenth by production, a tenth by both."""
    import duckdb

    home = folder / f"firms-{count}"
    register = home / "register.parquet"
    returns = [home / f"returns-{period}.parquet" for period in MONTHS]
    if returns[-1].exists():
        return register, returns
    home.mkdir(parents=True, exist_ok=True)
    engine = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
    engine.execute("SET preserve_insertion_order = false")
    from shucheng.bays.statistics.engine.classification import shipped

    shipped().install(engine)
    engine.execute(f"""
        CREATE TABLE codes AS SELECT industry, row_number() OVER (ORDER BY industry) - 1 AS number
        FROM (SELECT DISTINCT industry FROM class_codes);
        COPY (
            SELECT printf('91320900%010d', n) AS firm, '企业' || n AS name,
                coalesce(industry, '1310') AS industry, (320902 + n % 9)::VARCHAR AS area,
                if(hash(n, 3) % 3 = 0, 'park' || n % 7, NULL) AS park,
                (['large', 'medium', 'small', 'micro'])[1 + (hash(n, 4) % 4)::INTEGER] AS size,
                hash(n, 5) % 4 = 0 AS designated, 202201 AS since, 999912 AS until,
                []::VARCHAR[] AS tags
            FROM range({count}) AS r(n)
            LEFT JOIN codes ON number = hash(n, 1) % (SELECT count(*) * 13 // 10 FROM codes)
        ) TO '{register}';
    """)
    for period, path in zip(MONTHS, returns, strict=True):
        engine.execute(f"""
            COPY (
                SELECT printf('91320900%010d', n) AS firm, {period} AS period, revenue,
                    revenue * 9 // 10 AS revenue_last,
                    if(n % 10 IN (1, 2), revenue, NULL) AS gross_output,
                    if(n % 10 IN (1, 2), revenue * 7 // 10, NULL) AS intermediate,
                    if(n % 10 < 2, revenue // 10, NULL) AS compensation,
                    if(n % 10 < 2, revenue // 50, NULL) AS production_tax,
                    if(n % 10 < 2, revenue // 30, NULL) AS depreciation,
                    if(n % 10 < 2, revenue // 7, NULL) AS surplus,
                    revenue // 40 AS rd_expense, 10 + n % 90 AS employees, n % 9 AS rd_staff,
                    'reported' AS status, {period} AS recorded
                FROM (
                    SELECT n, ((hash(n, 7) % 100000) * {period % 100}
                        + hash(n, {period}) % 1000)::BIGINT AS revenue
                    FROM range({count}) AS r(n) WHERE hash(n, {period}, 9) % 200 > 0
                )
            ) TO '{path}'
        """)
    return register, returns


if __name__ == "__main__":
    raise SystemExit(main())
