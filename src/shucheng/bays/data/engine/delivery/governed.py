"""The governed API: one call from token to metered answer, over a policy's view.

A caller names columns, conditions and an order; it never writes SQL. The order of the checks is the
order of the text of `serve`: token, agreement, quota, request, then the data.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from shucheng.lib.crypto import Keyring

from .model import Refused, quoted
from .policy import Condition, Parameters, Policy, PolicyInvalid, Show, kept, masked, select
from .tokens import Call, Facts, check, read, rows_left

_MOST_VALUES = 1_000
_ROWS = " rows"
_NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL",
)  # fmt: skip
_KINDS: Mapping[str, tuple[type, ...]] = {
    "VARCHAR": (str,),
    "BOOLEAN": (bool,),
    "DATE": (date,),
    "TIMESTAMP": (date,),
    **dict.fromkeys(_NUMBERS, (int, float, Decimal)),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What of the product: `columns` (none: all), conditions that all hold, order, part."""

    columns: Sequence[str] = ()
    where: Sequence[Condition] = ()
    order: Sequence[str] = ()
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """A product as its agreement shows it: `name` in the shell's connection, columns → types."""

    name: str
    columns: Mapping[str, str]
    policy: Policy
    most_rows: int = 10_000
    most_size: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Metering:
    """What is kept of a call, and no value of the data. `digest`: of the answer, by the ring's key:
    whoever holds the answer can have it proved, nobody can guess the answer from it."""

    call: str
    token: str
    agreement: str
    mode: str
    outcome: str
    rows: int
    size: int
    ms: float
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]] = field(repr=False)
    metering: Metering = field(kw_only=True)


def define_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    policy: Policy,
    source: str,
    columns: Sequence[str],
    parameters: Parameters | None = None,
) -> View:
    """The view of a policy (see `policy.select`), once for an agreement, and one of its rows before
    they are masked. Raises `PolicyInvalid`, `duckdb.Error`."""
    for view, sql in (
        (name, select(policy, source, columns, parameters)),
        (name + _ROWS, kept(policy, source, columns, parameters)),
    ):
        connection.execute(f"CREATE OR REPLACE VIEW {quoted(view)} AS {sql}")
    shown = connection.execute(f"SELECT * FROM {quoted(name)} LIMIT 0").description or []  # noqa: S608
    return View(name, {each[0]: str(each[1]).partition("(")[0] for each in shown}, policy)


def serve(
    connection: duckdb.DuckDBPyConnection,
    view: View,
    request: Request,
    *,
    ring: Keyring,
    token: str,
    call: Call,
    facts: Facts,
    number: str,
    now: datetime,
) -> Delivered:
    """The answer to call `number` and its metering. Raises `Refused`: see `tokens.check`;
    `unknown-column`, `request-invalid`, `answer-too-large`, `query-failed`."""
    began = time.perf_counter()
    claims = read(ring, token)
    check(claims, call, facts, now)
    sql, limit = written(view, request, rows_left(facts, view.most_rows))
    try:
        with connection.cursor() as cursor:
            rows = cursor.execute(sql).fetchmany(limit)
    except duckdb.Error as error:
        # What the database says may quote a value: only the kind of its error leaves.
        raise Refused("query-failed", type(error).__name__) from None
    content = repr(rows).encode()
    if len(content) > view.most_size:
        raise Refused("answer-too-large")
    ms = (time.perf_counter() - began) * 1000
    metering = Metering(
        number, claims.id, claims.agreement, claims.mode, "delivered",
        len(rows), len(content), round(ms, 3), digest(ring, content), now,
    )  # fmt: skip
    return Delivered(tuple(request.columns or view.columns), rows, metering=metering)


def written(view: View, request: Request, most: int) -> tuple[str, int]:
    """The SQL of a request over a view and the most rows of its answer."""
    named = (*request.columns, *request.order, *(each.column for each in request.where))
    if not set(named) <= set(view.columns):
        raise Refused("unknown-column")
    if request.limit < 1 or request.offset < 0:
        raise Refused("request-invalid")
    if not all(_comparable(view.columns[each.column], each) for each in request.where):
        raise Refused("request-invalid")
    limit = min(request.limit, most)
    try:
        where = " AND ".join(f"({each.sql({})})" for each in request.where) or "true"
    except PolicyInvalid:
        raise Refused("request-invalid") from None
    order = f"ORDER BY {', '.join(map(quoted, request.order))} " if request.order else ""
    part = f"WHERE {where} {order}LIMIT {int(limit)} OFFSET {int(request.offset)}"
    names = request.columns or tuple(view.columns)
    sought = {*request.order, *(each.column for each in request.where)}
    if not all(isinstance(view.policy.columns[each], Show) for each in sought):
        # What is sought by its mask is masked first, all of it.
        return f"SELECT {', '.join(map(quoted, names))} FROM {quoted(view.name)} {part}", limit  # noqa: S608
    masks = masked(view.policy)
    columns = ", ".join(f"{masks[each]} AS {quoted(each)}" for each in names)
    rows = f"SELECT * FROM {quoted(view.name + _ROWS)} {part}"  # noqa: S608
    # Only what leaves is masked: hashing every row that was looked at would take most of a call.
    return f"SELECT {columns} FROM ({rows})", limit  # noqa: S608


def refused(
    number: str, agreement: str, mode: str, refusal: Refused, ms: float, now: datetime
) -> Metering:
    """The metering of a call that was refused: its code is kept, for a quarrel or an attack."""
    return Metering(number, "", agreement, mode, refusal.code, 0, 0, ms, "", now)


def digest(ring: Keyring, content: bytes) -> str:
    key = ring.keys[ring.current]
    code = key.provider.code(key.secret, b"shucheng delivery answer\0" + content)
    return f"{key.provider.name}:{key.name}:{code.hex()}"


def _comparable(kind: str, condition: Condition) -> bool:
    """Values of the column's own kind. Others DuckDB would convert row by row, and fail at a row
    that the policy hides as well as at one that it shows."""
    value = condition.value
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    if len(values) > _MOST_VALUES:
        return False
    return all(any(isinstance(v, t) for t in _KINDS.get(kind, ())) for v in values)
