"""The sandbox: one SELECT over what the agreement shows, in a process of its own."""

from typing import Any

from shucheng.bays.data.actions.serving import Admitted, Answered, deliver
from shucheng.bays.data.actions.serving_rows import Rows
from shucheng.bays.data.engine.delivery.governed import digest
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.queries.delivery_keys import delivery_ring
from shucheng.bays.data.queries.sandboxes import LIMITS, sandbox_of


def deliver_query(code: str, token: str, purpose: str, sql: str) -> tuple[str, Rows]:
    """The answer of a query, within rows and bytes of the limits and of what the quota leaves."""

    def work(admitted: Admitted) -> Answered:
        answer = sandbox_of(admitted.agreement).query(sql)
        if len(answer.rows) > admitted.reserved.rows or answer.size > admitted.reserved.size:
            raise Refused("answer-too-large", "quota")
        rows: list[Any] = list(answer.rows)
        made = digest(delivery_ring(), repr((answer.columns, rows)).encode())
        columns = [(name, "") for name in answer.columns]
        return Answered(Rows(columns, rows), len(rows), answer.size, made)

    return deliver(code, "sandbox", purpose, token, work, rows=LIMITS.rows, size=LIMITS.size)
