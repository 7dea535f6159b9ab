"""How long an import of firms takes through its actions and jobs, from file to list of firms.

    python benchmarks/statistics_import.py [--quick] [--xlsx] [--json FILE]

1,000,000 rows of a register (`--quick`: 50,000) of twelve columns, one row in a hundred wrong, as
csv and Parquet, over SQLite and, where its server is there, PostgreSQL: sent, columns confirmed,
dry run, taken over. Each file is read in a process of its own, which tells its peak. Beside it
DuckDB's bare read of the same file. `--xlsx` adds a workbook of as many rows as are accepted.
"""

# ruff: noqa: S608 - our own names

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

from benchmarks.frame import Row, argument_parser, row, told  # noqa: E402

SECONDS, GIGABYTES = 60.0, 2.0
# What a workbook may unpack to (`kernel/files/kinds.py`) holds so many rows of this file.
XLSX_ROWS = 400_000
UPLOAD_MB = "400"


def main() -> int:
    parser = argument_parser(__doc__)
    parser.add_argument("--xlsx", action="store_true", help="a workbook as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = import_rows(Path(name), options.quick)
        if options.xlsx:
            count = 20_000 if options.quick else XLSX_ROWS
            rows += measured(workbook(Path(name), count), count, "SQLite", "")
    return told(rows, options.json)


def import_rows(folder: Path, quick: bool) -> list[Row]:
    """An import as csv and as Parquet, over each database that is there."""
    count = 50_000 if quick else 1_000_000
    paths = make(folder, count)
    rows = [each for path in paths for each in measured(path, count, "SQLite", "")]
    with ExitStack() as stack:
        if url := stack.enter_context(postgresql()):
            rows += measured(paths[0], count, "PostgreSQL", url)
    return rows


def measured(path: Path, count: int, database: str, url: str) -> list[Row]:
    """One file, imported in a process of its own into a database of its own."""
    with tempfile.TemporaryDirectory() as data:
        done = subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / "made" / "import_at_work.py"), str(path)],
            stdout=subprocess.PIPE,
            check=True,
            env={**os.environ, "SHUCHENG_DATA": data, "SHUCHENG_DATABASE_URL": url,
                 "SHUCHENG_UPLOAD_LIMIT_MB": UPLOAD_MB, "SHUCHENG_LOG_LEVEL": "WARNING",
                 "DJANGO_SETTINGS_MODULE": "shucheng.web.settings"},
        )  # fmt: skip
    found = json.loads(done.stdout)
    (file,) = found["files"]
    assert (file["state"], file["bad"]) == ("applied", count // 100)
    assert found["firms"] == file["good"] == count - count // 100
    name = f"import of {count:,} rows, {path.suffix[1:]}, {database}"
    whole = sum(file[step] for step in ("proposed", "read", "taken"))
    # A workbook of as many rows as are accepted is measured and held to no bar.
    bar = None if path.suffix == ".xlsx" else 1.0
    rows = [
        row(name, whole, f"{SECONDS:.0f} s", SECONDS, bar=bar),
        # What others do on the machine lengthens the first, hardly this one.
        row("the same: processor time, all threads", found["processor"], "two cores in 60 s",
            2 * SECONDS),
        row("the same: memory at most", found["megabytes"] / 1024, f"{GIGABYTES:.0f} GB",
            GIGABYTES, unit="GB", bar=1.0),
    ]  # fmt: skip
    if path.suffix != ".xlsx":
        bare = _bare(path)
        rows.append(row("the same: dry run", file["read"], "DuckDB: bare read", bare))
    return rows


def make(folder: Path, count: int) -> list[Path]:
    """The register as csv and as Parquet."""
    from shucheng.bays.statistics.engine.simulated.codes import credit_codes

    engine = duckdb.connect(config={"threads": 2})
    numbers = np.arange(count)
    engine.register("codes", {"n": numbers, "firm": credit_codes(numbers).astype(str)})
    engine.execute("""
        CREATE TABLE rows AS SELECT
            if(n % 100 = 0, left(firm, 17) || '?', firm) AS 统一社会信用代码,
            '模拟企业' || n || '号有限公司' AS 企业名称,
            (['3982', '6513', '3911', '1310', '6450'])[1 + n % 5] AS 行业代码,
            '32090' || (n % 9) AS 行政区划代码,
            if(n % 3 = 0, '模拟园区' || (n % 7), NULL) AS 所属园区,
            (['大型', '中型', '小型', '微型'])[1 + n % 4] AS 企业规模,
            if(n % 4 = 0, '是', '否') AS 是否规上, '2026-01' AS 起始月份,
            '模拟路' || (n % 997) || '号' || (n % 13) || '幢' AS 详细地址,
            '2015-03-' || lpad((1 + n % 28)::VARCHAR, 2, '0') AS 成立时间,
            '存续' AS 经营状态, if(n % 50 = 0, '是', '否') AS 高新技术企业
        FROM codes ORDER BY n
    """)
    paths = [folder / "firms.csv", folder / "firms.parquet"]
    engine.execute(f"COPY rows TO '{paths[0]}' (FORMAT csv, HEADER)")
    engine.execute(f"COPY rows TO '{paths[1]}' (FORMAT parquet)")
    return paths


def workbook(folder: Path, count: int) -> Path:
    """The first `count` rows as a workbook."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    rows = duckdb.read_parquet(str(folder / "firms.parquet")).limit(count)
    sheet.append(rows.columns)
    while some := rows.fetchmany(10_000):
        for each in some:
            sheet.append(each)
    path = folder / "firms.xlsx"
    book.save(path)
    return path


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a server of its own; empty where none can be started."""
    from tests.postgres import ServerMissingError, binaries, start_cluster

    try:
        binaries()
    except ServerMissingError as reason:
        print(f"PostgreSQL is not measured: {reason}", file=sys.stderr)
        yield ""
        return
    with start_cluster() as url:
        yield url


def _bare(path: Path) -> float:
    how = "read_csv(?, all_varchar = true)" if path.suffix == ".csv" else "read_parquet(?)"
    with duckdb.connect(config={"threads": 2}) as engine:
        start = time.perf_counter()
        engine.execute(f"CREATE TABLE bare AS SELECT * FROM {how}", [str(path)])
        return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
