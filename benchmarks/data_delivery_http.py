"""What a governed call over HTTP costs beside the same DuckDB query alone.

    python benchmarks/data_delivery_http.py [--quick] [--json FILE]

An agreement over a Parquet file of 1,000,000 rows (`--quick`: 100,000) in a SQLite database of its
own. `call`: one POST to `/rows` through all of Django (middleware, token, book of rights, policy,
quota by compare-and-set, view with a mask, metering, evidence) in one process without a socket.
`duckdb`: the same columns, condition, order and limit over the same file in the same connection.
In turns; medians, and the processor's time of what the call adds.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
CALLS, ADDED_BAR = 200, 3.0
SQL = "SELECT id, name, area, income FROM {} WHERE area = '320902' ORDER BY id LIMIT 100"
ASKED = {
    "purpose": "credit",
    "columns": ["id", "name", "area", "income"],
    "where": [["area", "=", "320902"]],
    "order": ["id"],
    "limit": 100,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shucheng-http-") as folder:
        os.environ |= {
            "SHUCHENG_DATA": folder,
            "SHUCHENG_DATABASE_URL": "",
            "SHUCHENG_HTTPS": "0",
            "SHUCHENG_HOSTS": "testserver",
            "SHUCHENG_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "shucheng.web.settings",
        }
        rows = measured(100_000 if options.quick else 1_000_000)
    for row in rows:
        peer = f"{row['peer_value']:.2f} {row['unit']} {row['peer']}"
        print(f"{row['name']:40} {row['value']:8.2f} {row['unit']}   {peer}   {row['ratio']:.2f}")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1, ensure_ascii=False))
    return 0


def measured(size: int) -> list[dict[str, Any]]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    code, token, source = agreed(size)
    from shucheng.bays.data.queries.views_of_products import _DATABASE

    client = Client()
    address = f"/api/v1/data/deliveries/{code}/rows"
    body = json.dumps(ASKED)

    def call() -> None:
        answer = client.post(
            address, body, content_type="application/json", headers={"X-Data-Token": token}
        )
        assert answer.status_code == 200, answer.content

    call()
    cursor = _DATABASE[0].cursor()
    query = SQL.format(source)
    calls, alone, added = [], [], []
    for _ in range(CALLS):
        spent, began = time.process_time(), time.perf_counter()
        call()
        calls.append(time.perf_counter() - began)
        own = time.process_time() - spent
        spent, began = time.process_time(), time.perf_counter()
        cursor.execute(query).fetchall()
        alone.append(time.perf_counter() - began)
        added.append(own - (time.process_time() - spent))
    both = [1000 * statistics.median(each) for each in (calls, alone)]
    name = f"call of {size:,} rows, 100 of them"
    cpu = 1000 * statistics.median(added)
    return [
        row(name, both[0], "DuckDB alone", both[1]),
        row("added: time of the processor", cpu, "bar", ADDED_BAR),
    ]


def agreed(size: int) -> tuple[str, str, str]:
    """The builder of the tests: a holder, an operator, a bank, an agreement with data."""
    from shucheng.bays.data.actions.delivering import issue_token
    from shucheng.bays.data.queries.views_of_products import source_of
    from shucheng.bays.data.tests.agreed import PURPOSE, SHOWS, deal
    from shucheng.bays.data.tests.conftest import cast_of

    cast = cast_of()
    shows = {"columns": {**SHOWS["columns"], "name": "show"}}
    made = deal(cast, rows=size, shows=shows, quota={"calls": 1_000_000}).agreement
    _token, text = issue_token(made.code, "api", PURPOSE, actor=cast.buyer)
    return made.code, text, source_of(made)


def row(name: str, value: float, peer: str, peer_value: float) -> dict[str, Any]:
    ratio = value / peer_value if peer_value else 0.0
    facts = {"name": name, "value": value, "unit": "ms", "peer": peer}
    return {**facts, "peer_value": peer_value, "ratio": ratio}


if __name__ == "__main__":
    sys.exit(main())
