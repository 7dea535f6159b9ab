"""The governed interface: rows through the agreement's view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shucheng.bays.data.actions.serving import Admitted, Answered, deliver
from shucheng.bays.data.engine.delivery import governed
from shucheng.bays.data.engine.delivery.model import Refused, plain
from shucheng.bays.data.engine.delivery.policy import Condition
from shucheng.bays.data.queries.delivery_keys import delivery_ring
from shucheng.bays.data.queries.views_of_products import shown

MOST_ROWS, MOST_SIZE = 10_000, 5_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    columns: Sequence[tuple[str, str]]  # name and type
    rows: Sequence[Sequence[Any]]


def deliver_rows(
    code: str,
    token: str,
    purpose: str,
    *,
    columns: Sequence[str] = (),
    where: Sequence[tuple[str, str, Any]] = (),
    order: Sequence[str] = (),
    limit: int = 100,
    offset: int = 0,
) -> tuple[str, Rows]:
    """Rows of the product as the agreement shows it, and the call's number."""

    def work(admitted: Admitted) -> Answered:
        view = shown(admitted.agreement)
        most = replace(
            view.view,
            most_rows=min(MOST_ROWS, admitted.reserved.rows),
            most_size=min(MOST_SIZE, admitted.reserved.size),
        )
        types = view.view.columns
        request = governed.Request(
            tuple(columns),
            tuple(_condition(types, *each) for each in where),
            tuple(order),
            limit,
            offset,
        )
        delivered = governed.serve(
            view.connection,
            most,
            request,
            ring=delivery_ring(),
            token=token,
            call=admitted.call,
            facts=admitted.facts,
            number=admitted.number,
            now=admitted.now,
        )
        rows = Rows(
            [(name, types[name]) for name in delivered.columns],
            [[plain(value) for value in row] for row in delivered.rows],
        )
        metering = delivered.metering
        return Answered(rows, metering.rows, metering.size, metering.digest)

    wanted = min(limit, MOST_ROWS) if limit > 0 else 1
    return deliver(code, "api", purpose, token, work, rows=wanted, size=MOST_SIZE)


_READERS: Mapping[str, Any] = {
    "DATE": date.fromisoformat,
    "TIMESTAMP": datetime.fromisoformat,
    "DECIMAL": Decimal,
}


def _condition(types: Mapping[str, str], column: str, operator: str, value: Any) -> Condition:
    """A condition with its values in the column's own kind: JSON knows no days. Raises
    `Refused`."""
    if column not in types:
        raise Refused("unknown-column")
    reader = _READERS.get(types[column])

    def of(one: Any) -> Any:
        if one is None or isinstance(one, dict | list):
            raise Refused("request-invalid")
        return reader(one) if reader and isinstance(one, str) else one

    try:
        values = [of(each) for each in value] if isinstance(value, list) else of(value)
    except (ValueError, InvalidOperation):
        raise Refused("request-invalid") from None
    return Condition(column, operator, values)  # type: ignore[arg-type]
