"""Row and column policies: what of a table an agreement shows, compiled to one SELECT.

Only what is listed is shown; a column is shown as it is, hashed with a key, cut, made coarser, or
empty. Rows are chosen by conditions over any column, hidden ones too, with the agreement's own
parameters. Callers' own conditions stand over the result and so see masked values only.

The SELECT of a policy with hashed columns holds what a key became: it is for the shell's own
connection or for filling a sandbox, never for a place where a caller's SQL could read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Literal

from .model import quoted, text

Scalar = str | int | float | Decimal | bool | date | datetime
Operator = Literal["=", "<>", "<", "<=", ">", ">="]


class PolicyInvalid(ValueError):
    """A policy that cannot be compiled; `about` names the column or parameter."""

    code = "policy-invalid"

    def __init__(self, about: str, why: str) -> None:
        super().__init__(f"{about}: {why}")
        self.about = about


@dataclass(frozen=True, slots=True)
class Show:
    """As it is."""

    def sql(self, column: str) -> str:
        return column


@dataclass(frozen=True, slots=True)
class Hash:
    """HMAC-SHA-256 (RFC 2104) of the text, 128 bits as hex. The same key joins tables; without
    it a short list of possible values (telephone numbers) cannot be tried."""

    key: bytes = field(repr=False)

    def sql(self, column: str) -> str:
        if len(self.key) < 16:
            raise PolicyInvalid(column, "a key of at least 16 bytes")
        block = (self.key if len(self.key) <= 64 else sha256(self.key).digest()).ljust(64, b"\0")
        inner, outer = (bytes(each ^ pad for each in block).hex() for pad in (0x36, 0x5C))
        first = f"unhex(sha256(unhex('{inner}') || encode(CAST({column} AS VARCHAR))))"
        return f"left(sha256(unhex('{outer}') || {first}), 32)"


@dataclass(frozen=True, slots=True)
class Cut:
    """The first characters of the text: a region of a code, a family name."""

    keep: int

    def sql(self, column: str) -> str:
        if self.keep < 1:
            raise PolicyInvalid(column, "at least one character, or none by Empty")
        value = f"CAST({column} AS VARCHAR)"
        # A text that is no longer than what is kept would be shown whole.
        return f"CASE WHEN length({value}) > {self.keep} THEN left({value}, {self.keep}) END"


@dataclass(frozen=True, slots=True)
class Step:
    """A number as the start of its step: 37 in steps of 10 is 30."""

    width: Decimal | int

    def sql(self, column: str) -> str:
        if not self.width > 0:
            raise PolicyInvalid(column, "a step above 0")
        return f"floor(TRY_CAST({column} AS DOUBLE) / {self.width}) * {self.width}"


@dataclass(frozen=True, slots=True)
class Date:
    """A day as the first of its month, quarter or year."""

    unit: Literal["month", "quarter", "year"]

    def sql(self, column: str) -> str:
        if self.unit not in ("month", "quarter", "year"):
            raise PolicyInvalid(column, "month, quarter or year")
        return f"CAST(date_trunc('{self.unit}', TRY_CAST({column} AS DATE)) AS DATE)"


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing, where a buyer's program expects the column."""

    def sql(self, column: str) -> str:
        return f"CASE WHEN false THEN {column} END"  # keeps the type


Mask = Show | Hash | Cut | Step | Date | Empty


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the agreement gives: `Condition("area", "=", Parameter("buyer_area"))`."""

    name: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A column compared with a value; with a list, it is one of them (`=`) or none (`<>`)."""

    column: str
    operator: Operator
    value: Scalar | Parameter | Sequence[Scalar]

    def sql(self, parameters: "Parameters") -> str:
        if self.operator not in ("=", "<>", "<", "<=", ">", ">="):
            raise PolicyInvalid(self.column, "no such operator")
        value = self.value
        if isinstance(value, Parameter):
            if value.name not in parameters:
                raise PolicyInvalid(value.name, "the agreement gives no such parameter")
            value = parameters[value.name]
        if isinstance(value, str) or not isinstance(value, Sequence):
            return f"{quoted(self.column)} {self.operator} {literal(value)}"
        if self.operator not in ("=", "<>"):
            raise PolicyInvalid(self.column, "a list is compared with = or <>")
        word = "IN" if self.operator == "=" else "NOT IN"
        # No value: nobody may see a row, and nothing is left out.
        listed = ", ".join(map(literal, value))
        return f"{quoted(self.column)} {word} ({listed or 'SELECT NULL WHERE false'})"


@dataclass(frozen=True, slots=True)
class Policy:
    """`columns`: what is shown, and how; `rows`: all of these hold (none: all)."""

    columns: Mapping[str, Mask]
    rows: Sequence[Condition] = ()


Parameters = Mapping[str, Scalar | Sequence[Scalar]]


def select(
    policy: Policy, source: str, columns: Sequence[str], parameters: Parameters | None = None
) -> str:
    """The SELECT of a policy over `source`, SQL of the shell's own (a quoted table, `read_parquet`)
    that has these `columns`, in their order. Raises `PolicyInvalid`: no column shown, one that is
    not there, a parameter that is not given."""
    rows = kept(policy, source, columns, parameters)
    shown = masked(policy)
    # The table's order: a database that keeps what was agreed need not keep an order of names.
    masks = ", ".join(f"{shown[each]} AS {quoted(each)}" for each in columns if each in shown)
    # In a query of its own: a condition reads the column, never the mask of the same name.
    return f"SELECT {masks} FROM ({rows}) AS kept"  # noqa: S608


def masked(policy: Policy) -> Mapping[str, str]:
    """The expression of each column that is shown."""
    return {name: mask.sql(quoted(name)) for name, mask in policy.columns.items()}


def kept(
    policy: Policy, source: str, columns: Sequence[str], parameters: Parameters | None = None
) -> str:
    """The rows of a policy, with all columns, none of them masked yet."""
    if not policy.columns:
        raise PolicyInvalid("columns", "nothing is shown")
    for name in (*policy.columns, *(each.column for each in policy.rows)):
        if name not in columns:
            raise PolicyInvalid(name, "no such column")
    rows = " AND ".join(f"({each.sql(parameters or {})})" for each in policy.rows) or "true"
    return f"SELECT * FROM {source} WHERE {rows}"  # noqa: S608


def literal(value: object) -> str:
    """A value as an SQL literal. Raises `PolicyInvalid` for what has none."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal() | float() if value == value and abs(value) != float("inf"):
            return f"({value!s})" if not isinstance(value, float) else f"({value!r}::DOUBLE)"
        case datetime():
            return f"TIMESTAMP {text(value.isoformat(sep=' '))}"
        case date():
            return f"DATE {text(value.isoformat())}"
        case str() if "\0" not in value:
            return text(value)
    raise PolicyInvalid(type(value).__name__, "no literal of such a value")
