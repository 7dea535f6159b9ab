"""The accounts of `benchmarks/statistics.py` as one would write them plainly with pandas.

    python benchmarks/made/firms_pandas.py FOLDER COUNT

Prints the seconds the table of all rows takes and then each basis (year to date, month, quarter,
year), and each basis' revenue by class, area and period.
"""

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src")]

import pandas as pd  # noqa: E402

from shucheng.bays.statistics.engine.classification import shipped  # noqa: E402
from shucheng.bays.statistics.engine.value_added import shipped as shipped_rates  # noqa: E402

KEYS = ["class", "area", "period"]
FLOWS = ["revenue", "value_added", "rd_expense"]
STOCKS = ["employees", "rd_staff"]
INCOME = ["compensation", "production_tax", "depreciation", "surplus"]


def main(folder: Path, count: int) -> None:
    home = made(folder, count)
    start = time.perf_counter()
    register = pd.read_parquet(home / "register.parquet").head(count)
    files = sorted(home.glob("returns-*.parquet"))
    returns = pd.concat([pd.read_parquet(path) for path in files])
    returns = returns[returns["firm"].isin(register["firm"])]
    returns = returns.sort_values("recorded").drop_duplicates(["firm", "period"], keep="last")
    codes = [
        {"industry": industry, "class": each.code, "lower": 0 if industry in each.partial else 1}
        for each in shipped().classes
        for industry in each.codes
    ]
    table = returns.merge(register, on="firm").merge(pd.DataFrame(codes), on="industry")
    table = table[(table["since"] <= table["period"]) & (table["period"] <= table["until"])]
    known = {code: float(shipped_rates().of(code)) for code in table["industry"].unique()}
    rates = table["industry"].map(known)
    income = table[INCOME].sum(axis=1, skipna=False)
    production = table["gross_output"] - table["intermediate"]
    estimate = table["gross_output"].fillna(table["revenue"]) * rates
    table["value_added"] = income.fillna(production).fillna(estimate)
    table["year"] = table["period"] // 100
    table = table.sort_values(["firm", "period"])
    seconds = {"table": time.perf_counter() - start}
    revenue = {}
    for basis, make in BASES.items():
        start = time.perf_counter()
        account = grouped(make(table), FLOWS + STOCKS)
        seconds[basis] = time.perf_counter() - start
        revenue[basis] = {
            f"{leaf}-{area}-{period}": int(value)
            for (leaf, area, period), value in account["revenue"].items()
        }
    print(json.dumps({"seconds": seconds, "revenue": revenue}))


def differences(table: pd.DataFrame, step: int, first: int) -> pd.DataFrame:
    """What is above the same firm's report before, where that is the one in sequence."""
    table = table.copy()
    before = table.groupby(["firm", "class", "year"])[["period", *FLOWS]].shift()
    follows = before["period"] == table["period"] - step
    at_first = table["period"] % 100 == first
    for name in FLOWS:
        difference = (table[name] - before[name]).where(follows)
        table[name] = difference.where(~at_first, table[name])
    return table


BASES = {
    "ytd": lambda table: table,
    "month": lambda table: differences(table, 1, 2),
    "quarter": lambda table: differences(table[table["period"] % 100 % 3 == 0], 3, 3),
    "year": lambda table: table[table["period"] % 100 == 12],
}


def grouped(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Sums by cell, and the lower bound of each where a star leaves the share open."""
    lower = {f"{name}_lower": table[name] * table["lower"] for name in names}
    table = table.assign(**lower)
    return table.groupby(KEYS)[[*names, *lower]].sum()


def made(folder: Path, count: int) -> Path:
    return folder / f"firms-{count}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
