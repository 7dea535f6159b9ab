"""What a governed call over HTTP costs beside the same DuckDB query alone.

    python benchmarks/data_delivery_http.py [--quick] [--json FILE]

An agreement over a Parquet file of 1,000,000 rows (`--quick`: 100,000) in a SQLite database of its
own. `call`: one POST to `/rows` through all of Django (middleware, token, book of rights, policy,
quota by compare-and-set, view with a mask, metering, evidence) in one process without a socket.
`duckdb`: the same columns, condition, order and limit over the same file in the same connection.
In turns; medians, and the processor's time of what the call adds.
`append`: evidence of calls appended to the log by its job, durable and noted in the database.
"""

import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

from statistics import median  # noqa: E402

from benchmarks.frame import Row, arguments, folder_for, row, told  # noqa: E402

CALLS, ADDED_BAR = 200, 3.0
LEAVES, LEAVES_BAR = 20_000, 5_000
SQL = "SELECT id, name, area, income FROM {} WHERE area = '320902' ORDER BY id LIMIT 100"
ASKED = {
    "purpose": "credit",
    "columns": ["id", "name", "area", "income"],
    "where": [["area", "=", "320902"]],
    "order": ["id"],
    "limit": 100,
}


def main() -> int:
    options = arguments(__doc__)
    with folder_for(None) as folder:
        os.environ |= {
            "SHUCHENG_DATA": str(folder),
            "SHUCHENG_DATABASE_URL": "",
            "SHUCHENG_HTTPS": "0",
            "SHUCHENG_HOSTS": "testserver",
            "SHUCHENG_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "shucheng.web.settings",
        }
        rows = measured(100_000 if options.quick else 1_000_000)
    return told(rows, options.json)


def measured(size: int) -> list[Row]:
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
    name = f"call of {size:,} rows, 100 of them"
    return [
        row(name, 1000 * median(calls), "DuckDB alone", 1000 * median(alone), unit="ms"),
        row(
            "added: time of the processor", 1000 * median(added), "bar", ADDED_BAR,
            unit="ms", bar=1.0,
        ),
        appended(),
    ]  # fmt: skip


def appended() -> Row:
    from shucheng.bays.data.actions.evidence import append_evidence
    from shucheng.bays.data.models.evidence import EvidenceEvent
    from shucheng.kernel.public import system_actor

    append_evidence(actor=system_actor("job"))
    content = {
        "call": "CALL-0123456789abcdef",
        "outcome": "delivered",
        "digest": "sm:k1:" + 64 * "0",
    }
    EvidenceEvent.objects.bulk_create(
        (
            EvidenceEvent(kind="delivery.call", about="AGR-2026-000001", content=content)
            for _ in range(LEAVES)
        ),
        batch_size=500,
    )
    spent = time.process_time()
    append_evidence(actor=system_actor("job"))
    spent = time.process_time() - spent
    name = "leaves a second of the processor, durable and noted"
    return row(name, LEAVES / spent, "bar", LEAVES_BAR, unit="", bar=1.0, at_least=True)


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


if __name__ == "__main__":
    sys.exit(main())
