"""How long indicators take over a city's whole history: all of them anew, and after one submission,
against a scan of the same rows, the same in PostgreSQL, and the same through the ORM.

    python benchmarks/monitoring.py [--quick] [--postgres] [--json FILE]

10 million observations (`--quick`: 0.5 million): 200 metrics, 11 areas, 60 months, two dimensions
of 8 codes, a fifth of them corrected, made from a seed straight into the embedded database. Every
figure is measured in this run on this machine: the scan before and after, the slower one kept out.
`--postgres` measures the peers in a throw-away server as well (several minutes more at full size).
"""

# ruff: noqa: S608 - our own names

import sys

# What lies beside this file is not what others mean by `statistics`.
sys.path.pop(0)

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
FULL_BAR = 15.0
FOLLOW_BAR = 1.0
FOLLOW_SHARE = 1 / 20
# The ORM's way holds every row as Python objects: it is measured on a part, and said so.
ORM_METRICS = 4
TABLE = "observations_observation"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path, help="keep the made database here and use it again")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        start_django(folder)
        rows = embedded(options.quick)
        if options.postgres:
            rows += on_postgresql(stack, options.quick, rows[0]["value"])
    print(f"{'':58} {'ours':>10} {'peer':>10} {'ratio':>8}  bar       peer")
    for row in rows:
        bar = "" if row["bar"] is None else f"{row['bar']:.2f} {'ok' if holds(row) else 'MISSED'}"
        print(
            f"{row['name']:58} {row['value']:8.3f} s {row['peer_value']:8.3f} s"
            f" {row['ratio']:8.3f}  {bar:9} {row['peer']}"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))
    return 0 if all(map(holds, rows)) else 1


def start_django(folder: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "shucheng.web.settings",
        "SHUCHENG_DATA": str(folder),
        "SHUCHENG_DATABASE_URL": "",
        "SHUCHENG_HTTPS": "0",
        "SHUCHENG_LOG_LEVEL": "WARNING",
    }
    import django

    django.setup()


def embedded(quick: bool) -> list[dict[str, Any]]:
    from benchmarks.made.observations import Size, load, prepare
    from django.core.management import call_command
    from django.db import connection

    from shucheng.kernel.public import MetricVersion, Observation, system_actor
    from shucheng.plan.actions.values import recompute_all
    from shucheng.plan.models import IndicatorValue

    size = Size(200, 12, 4) if quick else Size(200, 60, 8)
    call_command("migrate", verbosity=0)
    if not MetricVersion.objects.exists():
        took, count = timed(lambda: load(connection, size, prepare(size)))
        print(f"{count:,} rows made in {took:.0f} s")
    count = Observation.objects.count()
    actor = system_actor("cli")
    # Reading apart from the first row on: the quick size has fewer than a deployment would.
    from django.conf import settings

    settings.ENGINE_APART_FROM = 0
    before = scans()
    IndicatorValue.objects.all().delete()
    whole, values = timed(lambda: recompute_all(actor=actor))
    again, _ = timed(lambda: recompute_all(actor=actor))
    after = scans()
    plain, grouped = (min(pair) for pair in zip(before, after, strict=True))
    settings.ENGINE_APART_FROM = 200_000
    follow, cockpit = submissions(size)
    orm = through_the_orm(size)
    name = f"{values:,} values of 200 indicators over {count:,} rows"
    return [
        row(f"{name}, from nothing", whole, "DuckDB: scan and sum", plain, bar=FULL_BAR),
        row("the same, summed by metric, area and month", whole, "DuckDB: grouped sum", grouped),
        row("the same again, nothing changed", again, "DuckDB: scan and sum", plain),
        row("the same", whole, f"the ORM, {ORM_METRICS} metrics' time by 200", orm),
        row("a submission: recorded, computed, audited", follow, "1 s", 1.0, bar=FOLLOW_BAR),
        row("the same and the cockpit's values read", follow + cockpit, "1 s", 1.0, bar=FOLLOW_BAR),
        row("a submission, to all computed anew", follow, "all anew", whole, bar=FOLLOW_SHARE),
    ]


def scans() -> tuple[float, float]:
    """Reading every row of the file once and summing; and summed by metric, area and month. In a
    process of its own: another SQLite must not hold the file in this one."""
    import subprocess

    from django.conf import settings
    from django.db import connection

    from shucheng.kernel.observations.asking import _scanner

    program = f"""
import duckdb, json, time
engine = duckdb.connect(config={dict(settings.ENGINE)!r})
engine.execute("SET enable_progress_bar = false")
engine.execute("LOAD '{_scanner()}'")
engine.execute("ATTACH '{connection.settings_dict["NAME"]}' AS s (TYPE sqlite, READ_ONLY)")
def took(query):
    found = []
    for _ in range(3):
        start = time.perf_counter()
        engine.execute(query).fetchall()
        found.append(time.perf_counter() - start)
    return min(found)
plain = took("SELECT SUM(value) FROM s.{TABLE}")
keys = "metric_version_id, area_id, period"
print(json.dumps([plain, took(f"SELECT {{keys}}, SUM(value) FROM s.{TABLE} GROUP BY ALL")]))
"""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    plain, grouped = json.loads(done.stdout)
    return plain, grouped


def submissions(size: Any) -> tuple[float, float]:
    """A county's month of five metrics, ten times over: what it takes until it is recorded with
    every value that follows, and until the cockpit's values are read; the middle of ten."""
    from benchmarks.made.observations import dimension_keys, names

    from shucheng.kernel.public import ObservationInput, record_observations, system_actor
    from shucheng.plan.models import IndicatorValue
    from shucheng.plan.queries.measured import measure_plan
    from shucheng.plan.queries.versions import current_version

    follow, cockpit = [], []
    period = str(size.last)
    for turn in range(10):
        chosen = names(size)[turn * 5 : turn * 5 + 5]
        inputs = [
            ObservationInput(
                metric, "900003", period, 1000 + turn,
                dimensions=dict(part.split("=") for part in key.split(";")),
            )
            for metric in chosen
            for key in dimension_keys(size)
        ]  # fmt: skip
        took, _ = timed(
            lambda inputs=inputs: record_observations(
                inputs, actor=system_actor("cli"), on_change="supersede", reason="复核"
            )
        )
        follow.append(took)
        version = current_version()
        took, _ = timed(lambda version=version: measure_plan(version))
        cockpit.append(took)
        # Correct: the sum since January ends in what was just recorded.
        if turn == 0:
            values = IndicatorValue.objects.filter(binding__code="i000", area="900003")
            december, november = values.order_by("-period_end")[:2]
            assert december.value - november.value == 1000 * size.codes**2
    return statistics.median(follow), statistics.median(cockpit)


def through_the_orm(size: Any) -> float:
    """The plain way: rows of the ORM, decimals in dictionaries, one running sum and its growth."""
    from collections import defaultdict
    from decimal import Decimal

    from benchmarks.made.observations import names

    from shucheng.kernel.observations.queries import known
    from shucheng.lib.periods import Period

    def compute() -> int:
        found = 0
        for metric in names(size)[:ORM_METRICS]:
            months: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
            for each in known().filter(metric_version__metric__code=metric):
                months[each.area_id, each.period] += each.value
            running: dict[tuple[int, Period], Decimal] = {}
            for (area, text), value in sorted(months.items()):
                period = Period.parse(text)
                before = 0 if period.start.month == 1 else running[area, period.previous()]
                running[area, period] = value + before
                past = running.get((area, period.year_before()))
                found += bool(past and running[area, period] / past)
        return found

    return timed(compute)[0] * size.metrics / ORM_METRICS


def on_postgresql(stack: ExitStack, quick: bool, ours: float) -> list[dict[str, Any]]:
    """The same rows in PostgreSQL: its own SQL for every formula, and this program over it."""
    import subprocess

    from tests.postgres import start_cluster

    address = stack.enter_context(start_cluster())
    environment = {**os.environ, "SHUCHENG_DATABASE_URL": address, "QUICK": "1" if quick else ""}
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "made" / "on_postgresql.py")],
        env=environment, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    return [
        row("on the embedded database", ours, "PostgreSQL's own SQL, 200 queries", found["sql"]),
        row("this program over PostgreSQL", found["whole"], "its own SQL", found["sql"]),
        row("this program over PostgreSQL", found["whole"], "its scan and sum", found["scan"]),
        row("a submission over PostgreSQL", found["follow"], "1 s", 1.0, bar=FOLLOW_BAR),
    ]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def row(
    name: str, value: float, peer: str, peer_value: float, bar: float | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": "s",
        "peer": peer,
        "peer_value": peer_value,
        "ratio": value / peer_value,
        "bar": bar,
    }


def holds(row: dict[str, Any]) -> bool:
    return row["bar"] is None or row["ratio"] <= row["bar"]


if __name__ == "__main__":
    raise SystemExit(main())
