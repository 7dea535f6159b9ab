"""What a decision, a proof of narrowing, metering and settling cost.

    python benchmarks/data_market.py [--quick] [--json FILE]

Times are the processor's of one thread. A decision is measured against the 3 ms that the governed
API may add to a query: it is one part of what a call adds, so its bar is a tenth. The others stand
beside the least that can be done with the same input: parsing the same JSON, adding up the same
numbers, formatting the same amounts; they have no bar.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

from benchmarks.frame import Row, arguments, row, seconds, told  # noqa: E402

from shucheng.bays.data.engine.ledger.journal import Journal  # noqa: E402
from shucheng.bays.data.engine.ledger.orders import Agreement, Order, agree  # noqa: E402
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier  # noqa: E402
from shucheng.bays.data.engine.ledger.settlement import (  # noqa: E402
    UsageRecord,
    entry_of,
    meter,
    settle,
)
from shucheng.bays.data.engine.ledger.split import Share  # noqa: E402
from shucheng.bays.data.engine.policy.decide import Request, Usage, decide  # noqa: E402
from shucheng.bays.data.engine.policy.model import Constraint, Policy, Rule  # noqa: E402
from shucheng.bays.data.engine.policy.narrow import within  # noqa: E402
from shucheng.bays.data.engine.policy.odrl import read, write  # noqa: E402
from shucheng.lib.periods import Period  # noqa: E402

ADDED_PER_CALL = 0.003
SHARE_OF_IT = 0.1
JUNE = Period.parse("2026-06")
TERMS = (
    Constraint("purpose", "isAnyOf", ("credit", "insurance")),
    Constraint("spatial", "isPartOf", ("320900",)),
    Constraint("deliveryChannel", "eq", ("api",)),
    Constraint("dateTime", "lteq", ("2027-12-31T23:59:59+08:00",)),
    Constraint("count", "lteq", ("1000000",)),
)
RESALE = Rule("distribute")
OFFER = Policy("Offer", "urn:offer", (Rule("use", TERMS, ("compensate",)),), (RESALE,))
SHARES = (Share("holder", "bureau", 3333), Share("operator", "group", 6667))


def main() -> int:
    options = arguments(__doc__)
    calls, records, agreements = (
        (2_000, 50_000, 250) if options.quick else (20_000, 1_000_000, 2_500)
    )
    return told([*policy_rows(calls), *ledger_rows(records, agreements)], options.json)


def policy_rows(calls: int) -> list[Row]:
    """Each for one policy of five constraints, a duty and a prohibition."""
    request = Request(datetime(2026, 6, 1, tzinfo=UTC), "credit", "bank", "320902", "api")
    text = json.dumps(write(OFFER))
    parsed = took(lambda: json.loads(text), calls)
    return [
        row(
            "decide",
            took(lambda: decide(OFFER, request, Usage()), calls),
            "allowed",
            ADDED_PER_CALL,
            bar=SHARE_OF_IT,
        ),
        row("prove narrower", took(lambda: within(OFFER, OFFER), calls), "parse JSON", parsed),
        row("read ODRL", took(lambda: read(json.loads(text)), calls), "parse JSON", parsed),
    ]


def ledger_rows(records: int, agreements: int) -> list[Row]:
    one = agreed("urn:agreement")
    start = datetime(2026, 6, 1, tzinfo=UTC)
    used = [
        UsageRecord(f"u{n}", one.id, start + timedelta(seconds=2 * n), n % 7)
        for n in range(records)
    ]
    metered = took(lambda: meter(used, one, JUNE), 1)
    added = took(lambda: sum(each.quantity for each in used), 1)
    many = [agreed(f"urn:agreement:{n}") for n in range(agreements)]
    settled = took(lambda: book(many), 1)
    written = took(lambda: [f"{n}: {n * 7}" for n in range(agreements)], 1)
    return [
        row(f"meter {records:,} records", metered, "add up", added),
        row(f"settle and book {agreements:,} agreements", settled, "format", written),
    ]


def book(agreements: list[Agreement]) -> None:
    journal = Journal()
    for each in agreements:
        used = [UsageRecord("u", each.id, datetime(2026, 6, 9, tzinfo=UTC), 12345)]
        made = settle(each, meter(used, each, JUNE))
        if made and (entry := entry_of(made, JUNE.end)):
            journal.post(entry)
    journal.trial_balance()


def agreed(uid: str) -> Agreement:
    policy = replace(OFFER, kind="Agreement", uid=uid, assignee="bank")
    plan = PricePlan(100_00, (Tier(10_000, 3), Tier(None, 5, 10)))
    order = Order(uid, "product", "bank", OFFER)
    return agree(order, policy, [], plan, SHARES, date(2026, 1, 1), date(2026, 12, 31))


def took(call: Callable[[], object], times: int) -> float:
    """Seconds of the processor for one call."""
    return seconds(call, times, time.process_time)


if __name__ == "__main__":
    sys.exit(main())
