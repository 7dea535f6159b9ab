"""Aggregates with noise, and private intersections: what the extra `privacy` brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb

from shucheng.bays.data.actions.budgets import DatabaseStore
from shucheng.bays.data.actions.serving import Admitted, Answered, deliver
from shucheng.bays.data.engine.delivery import ledger, private
from shucheng.bays.data.engine.delivery.governed import digest
from shucheng.bays.data.engine.delivery.intersection import Holder
from shucheng.bays.data.engine.delivery.model import Refused, plain, quoted
from shucheng.bays.data.engine.delivery.terms import Private
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.budgets import privacy_key
from shucheng.bays.data.queries.delivery_keys import delivery_ring
from shucheng.bays.data.queries.views_of_products import Shown, shown

_MOST_SIZE, _MOST_GROUPS = 5_000_000, 10_000
_ANSWER_SIZE = 60_000_000


@dataclass(frozen=True, slots=True)
class Noisy:
    """`values` by group; of 100 answers 95 are within `within` of the truth."""

    values: Sequence[tuple[Any, str]]
    within: str
    epsilon: str
    left: str


def deliver_aggregate(
    code: str, token: str, purpose: str, epsilon: str, column: str = "", by: str = ""
) -> tuple[str, Noisy]:
    """Rows (no `column`) or a column's sum, over all or `by` a column's agreed groups, for ε of the
    agreement's budget. What was spent is spent, whatever happens to the answer."""

    def work(admitted: Admitted) -> Answered:
        view = shown(admitted.agreement)
        if view.terms.private is None:
            raise Refused("question-unusable", "not agreed")
        amount = _amount(epsilon)
        question = _question(view.terms.private, column, by)
        store, key = DatabaseStore(), privacy_key(admitted.agreement.code)
        ledger.open_budget(store, key, _total(admitted.agreement))
        with view.connection.cursor() as cursor:
            try:
                released = private.release(
                    cursor, _kept(view), question, amount, store, key, admitted.number
                )
            except duckdb.Error as error:
                raise Refused("query-failed", type(error).__name__) from None
        left = Decimal(ledger.read(store, key).left) / ledger.MILLION
        values = [(plain(group), str(value)) for group, value in released.values.items()]
        answer = Noisy(values, f"{released.within:f}", str(amount), str(left))
        content = repr((values, answer.epsilon)).encode()
        return Answered(answer, len(values), len(content), digest(delivery_ring(), content))

    most = {"rows": _MOST_GROUPS, "size": _MOST_SIZE}
    return deliver(code, "aggregate", purpose, token, work, **most)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
        ledger.millionths(amount)
    except (InvalidOperation, ValueError):
        raise Refused("question-unusable", "epsilon") from None
    return amount


def _total(agreement: Agreement) -> int:
    if not agreement.epsilon:
        raise Refused("no-budget")
    return ledger.millionths(agreement.epsilon)


def _question(agreed: Private, column: str, by: str) -> private.Question:
    """Of what was agreed alone: its unit, its bounds, its groups."""
    if (column and column not in agreed.columns) or (by and by not in agreed.by):
        raise Refused("unknown-column")
    return private.Question(
        unit=agreed.unit,
        contributions=agreed.contributions,
        column=column,
        bounds=agreed.columns[column] if column else None,
        by=by,
        groups=agreed.by[by] if by else (),
    )


def _kept(view: Shown) -> str:
    """The agreement's rows before they are masked: noise protects them, masks would blur it."""
    return quoted(f"{view.view.name} rows")


def deliver_intersection(code: str, token: str, purpose: str, request: bytes) -> tuple[str, Any]:
    """Set-up and response to a buyer's request: it then knows the size, or members where these were
    agreed; here nothing of its identifiers is learnt but how many."""

    def work(admitted: Admitted) -> Answered:
        view = shown(admitted.agreement)
        agreed = view.terms.intersection
        if agreed is None:
            raise Refused("question-unusable", "not agreed")
        name = quoted(agreed.column)
        with view.connection.cursor() as cursor:
            try:
                rows = cursor.execute(
                    f"SELECT DISTINCT CAST({name} AS VARCHAR) FROM {_kept(view)} "  # noqa: S608
                    f"WHERE {name} IS NOT NULL"
                ).fetchall()
            except duckdb.Error:
                raise Refused("terms-unusable", "intersection") from None
        holder = Holder(agreed.terms, (row[0] for row in rows))
        setup, response = holder.answer(request)
        size = len(setup) + len(response)
        made = digest(delivery_ring(), setup + response)
        return Answered((setup, response), 0, size, made)

    run = {"rows": 0, "size": _ANSWER_SIZE}
    return deliver(code, "intersection", purpose, token, work, **run)
