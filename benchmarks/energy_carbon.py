"""How long a city's carbon account takes, exact, and its decomposition.

    python benchmarks/energy_carbon.py [--quick] [--json FILE]

5,000 companies (`--quick`: 500) with twelve months of electricity, gas and diesel each, a third of
them with green certificates: checked, counted by location and market, with a digest of all input;
summed by sector, scope and month; and LMDI of the companies' change over four factors. Times are
the processor's, so that others on the machine do not count.

The peers compute in floats. pandas joins factors to the same rows and groups them, without checks,
notes, contracts or digests (left out, and said so, where it is not installed); the bare read goes
over the same activities once and adds amount by factor by sector in floats. NumPy computes the
LMDI formula on arrays. Sums and effects are compared: what is fast and wrong is no peer.
"""

import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

import numpy as np  # noqa: E402
from benchmarks.frame import Row, arguments, row, seconds, told  # noqa: E402

from shucheng.bays.energy.engine.carbon.account import Account, Inputs  # noqa: E402
from shucheng.bays.energy.engine.carbon.activities import Activity, Contract  # noqa: E402
from shucheng.bays.energy.engine.carbon.choice import Rules  # noqa: E402
from shucheng.bays.energy.engine.carbon.factor_files import shipped  # noqa: E402
from shucheng.bays.energy.engine.carbon.lmdi import Decomposition, decompose  # noqa: E402

COMPANIES, SEED = 5_000, 7
CARRIERS = (("electricity", "kWh", 2), ("natural-gas", "Nm3", 1), ("diesel", "kg", 1))
RULES = Rules("1", {"natural-gas": "fuel.natural-gas.cn", "diesel": "fuel.diesel.cn"})
KILOGRAMS = {"electricity": 0.5827, "natural-gas": 2.1622, "diesel": 3.0959}
NAMES = ("activity", "structure", "intensity", "carbon")
GROUPS = (["sector"], ["scope"], ["month"])


def main() -> int:
    options = arguments(__doc__)
    companies = COMPANIES // 10 if options.quick else COMPANIES
    made = inputs(companies)
    rows = [*account_rows(made), *lmdi_rows(companies)]
    return told(rows, options.json)


def account_rows(made: Inputs) -> list[Row]:
    kept: list[Account] = []
    whole = took(lambda: kept.append(made.account()))
    account = kept[0]
    grouped = took(lambda: [account.by(names, "market") for names in GROUPS])
    bare_sums: list[dict[str, float]] = []
    bare = took(lambda: bare_sums.append(bare_read(made)))
    agree(account, bare_sums[0])
    size = f"{len(account.lines):,} activities"
    rows = [
        row(f"account: {size}", whole, "bare read", bare),
        row(f"sums by sector, scope, month: {size}", grouped, "bare read", bare),
    ]
    try:
        import pandas
    except ImportError:
        print("pandas is not installed: its rows are left out")
        return rows
    frame = pandas.DataFrame(
        [(x.sector, x.scope, x.period, x.carrier, float(x.amount)) for x in made.activities],
        columns=["sector", "scope", "month", "carrier", "amount"],
    )
    factors = pandas.DataFrame(list(KILOGRAMS.items()), columns=["carrier", "factor"])
    sums: list[Any] = []

    def peer() -> None:
        joined = frame.merge(factors, on="carrier", how="left")
        joined["tonnes"] = joined["amount"] * joined["factor"] / 1000
        sums.append([joined.groupby(names)["tonnes"].sum() for names in GROUPS])

    theirs = took(peer)
    agree(account, sums[0][0].to_dict())
    both = row("account and sums", whole + grouped, "pandas, floats, joined and grouped", theirs)
    return [*rows, both]


def lmdi_rows(companies: int) -> list[Row]:
    before, after = (year(companies, seed) for seed in (SEED, SEED + 1))
    kept: list[Decomposition] = []
    ours = took(lambda: kept.append(decompose(before, after)))
    arrays = [
        np.array([[float(part[name]) for name in NAMES] for part in each.values()])
        for each in (before, after)
    ]
    effects: list[Any] = []

    def peer() -> None:
        v0, vt = (each.prod(axis=1) for each in arrays)
        mean = (vt - v0) / np.log(vt / v0)
        effects.append((mean[:, None] * np.log(arrays[1] / arrays[0])).sum(axis=0))

    theirs = took(peer)
    assert sum(kept[0].effects.values()) == kept[0].change
    scale = max(abs(float(each)) for each in kept[0].effects.values())
    for name, value in zip(NAMES, effects[0], strict=True):
        assert math.isclose(float(kept[0].effects[name]), value, abs_tol=1e-9 * scale)
    return [row(f"LMDI: {companies:,} parts, 4 factors, exact", ours, "NumPy, floats", theirs)]


def inputs(companies: int) -> Inputs:
    r = random.Random(SEED)
    activities = tuple(
        Activity(
            id=f"{company}-{month}-{carrier}",
            company=f"c{company}",
            period=f"2023-{month:02}",
            carrier=carrier,
            amount=Decimal(r.randrange(10**8)) / 100,
            unit=unit,
            scope=scope,
            source="bill",
            quality="billed",
            city="Yancheng",
            sector=f"C{13 + company % 31}",
            region="jiangsu",
        )
        for company in range(companies)
        for month in range(1, 13)
        for carrier, unit, scope in CARRIERS
    )
    contracts = tuple(
        Contract(f"g{n}", f"c{n}", 2023, Decimal(r.randrange(10**7)), "kWh", "certificate")
        for n in range(0, companies, 3)
    )
    return Inputs(activities, shipped(), RULES, contracts)


def year(companies: int, seed: int) -> dict[str, dict[str, Fraction]]:
    r = random.Random(seed)
    return {
        f"c{n}": {name: Fraction(r.randrange(1, 10**6), 1000) for name in NAMES}
        for n in range(companies)
    }


def bare_read(made: Inputs) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for each in made.activities:
        sums[each.sector] += float(each.amount) * KILOGRAMS[each.carrier] / 1000
    return sums


def agree(account: Account, sums: dict[str, float]) -> None:
    for (sector,), tonnes in account.by(["sector"]).items():
        assert tonnes is not None
        assert math.isclose(float(tonnes), sums[sector], rel_tol=1e-9)


def took(call: Callable[[], object]) -> float:
    """Seconds of the processor."""
    return seconds(call, clock=time.process_time)


if __name__ == "__main__":
    sys.exit(main())
