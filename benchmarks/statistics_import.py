"""How long a dry run of an import of returns takes, against DuckDB's bare read of the same file.

    python benchmarks/statistics_import.py [--quick] [--xlsx] [--json FILE]

1,000,000 rows (`--quick`: 50,000) of credit code, month and ten items, one row in a hundred wrong,
as csv and Parquet; `--xlsx` as well. Each is read in a process of its own, which tells its peak.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

SECONDS, MEGABYTES = 60.0, 2_000.0
ITEMS = ["营业收入(万元)", "上年同期营业收入", "工业总产值", "中间投入", "应付职工薪酬"]
ITEMS += ["生产税净额", "固定资产折旧", "营业盈余", "从业人员", "研发费用"]
MEASURED = """
import json, resource, sys, tempfile, time
from pathlib import Path
import duckdb
from shucheng.bays.statistics.engine.imports import stage
path = Path(sys.argv[1])
start = time.perf_counter()
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    mapping = stage.propose(path, "returns", folder).mapping
    proposed = time.perf_counter()
    report = stage.stage(path, mapping, folder)
done = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
bare = None
if path.suffix != ".xlsx":
    how = "read_csv(?, all_varchar = true)" if path.suffix == ".csv" else "read_parquet(?)"
    engine = duckdb.connect(config={"threads": 2})
    begun = time.perf_counter()
    engine.execute(f"CREATE TABLE bare AS SELECT * FROM {how}", [str(path)])
    bare = time.perf_counter() - begun
print(json.dumps([proposed - start, done - proposed, peak, bare, report.rows, report.bad]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--xlsx", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    count = 50_000 if options.quick else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        kinds = ["csv", "parquet", *(["xlsx"] if options.xlsx else [])]
        paths = make(Path(name), count, kinds)
        rows = [measured(path, count) for path in paths]
    for row in rows:
        ratio = f"{row['ratio']:.1f} x bare read" if row["ratio"] else ""
        print(
            f"{row['name']:24} propose {row['propose']:6.1f} s  dry run {row['value']:6.1f} s"
            f"  peak {row['megabytes']:6.0f} MB  {ratio}  {'ok' if holds(row) else 'MISSED'}"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))
    return 0 if all(map(holds, rows)) else 1


def make(folder: Path, count: int, kinds: list[str]) -> list[Path]:
    from shucheng.bays.statistics.engine.simulated.codes import credit_codes

    generator = np.random.default_rng(1)
    text = folder / "returns.csv"
    head = ["统一社会信用代码", "报告期", *ITEMS]
    with text.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for first in range(0, count, 50_000):
            numbers = np.arange(first, first + 50_000)
            values = generator.integers(0, 10**6, (len(numbers), len(ITEMS))).tolist()
            for number, code, row in zip(numbers, credit_codes(numbers), values, strict=True):
                writer.writerow([code[:17] if number % 100 == 0 else code, "2025-09", *row])
    found = [text]
    if "parquet" in kinds:
        path = folder / "returns.parquet"
        duckdb.read_csv(str(text)).write_parquet(str(path))
        found.append(path)
    if "xlsx" in kinds:
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        sheet = book.create_sheet("1")
        with text.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                sheet.append([*row[:2], *map(int, row[2:])])
        book.save(folder / "returns.xlsx")
        found.append(folder / "returns.xlsx")
    return found


def measured(path: Path, count: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], stdout=subprocess.PIPE, check=True
    )
    propose, took, peak, bare, rows, bad = json.loads(done.stdout)
    assert (rows, bad) == (count, count // 100)
    return {
        "name": f"{count:,} rows, {path.suffix[1:]}",
        "propose": propose,
        "value": took,
        "unit": "s",
        "peer": "DuckDB: bare read",
        "peer_value": bare,
        "ratio": took / bare if bare else None,
        "megabytes": peak,
        # A workbook is measured and held to no bar.
        "bar": None if path.suffix == ".xlsx" else SECONDS,
    }


def holds(row: dict[str, Any]) -> bool:
    return row["bar"] is None or (row["value"] <= row["bar"] and row["megabytes"] <= MEGABYTES)


if __name__ == "__main__":
    raise SystemExit(main())
