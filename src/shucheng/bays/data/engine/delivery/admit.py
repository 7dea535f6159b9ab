"""The first wall of the sandbox: a statement is read, held against the list, and written anew.

What runs is never the text that came in but what was understood of it, so that a reading of ours
and one of DuckDB's cannot differ: every name quoted, comments gone, tables called as the agreement
calls them. Names given inside the statement get a prefix of ours: used where they do not hold, they
name nothing, not a table of the catalogue.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.expressions import Expression

from .grammar import ALLOWED, JOINS, TYPES, UNITS
from .groups import Groups, only_groups
from .model import Refused

LONGEST, LONGEST_WORD, LONGEST_NAME = 8_000, 500, 128
MOST_PARTS, DEEPEST, MOST_JOINS, MOST_JOINED_TEXTS, MOST_WILD = 1_200, 40, 6, 8, 3
_CTE = "cte "


@dataclass(frozen=True, slots=True)
class Admitted:
    """A statement that may run: `sql`, written anew, and the names of the `tables` it reads."""

    sql: str
    tables: frozenset[str]


def admit(sql: str, tables: Mapping[str, Sequence[str]], groups: Groups | None = None) -> Admitted:
    """The statement as it may run over the agreement's `tables` (name → columns).

    With `groups`, only aggregates of at least so many leave. Raises `Refused`: `query-unreadable`,
    `query-too-large`, `not-one-select`, `not-allowed` (with the part), `unknown-table`,
    `unknown-column`, `only-aggregates`."""
    statement = _read(sql)
    parts = list(_walk(statement))
    named = {_key(each.alias) for each in parts if isinstance(each, exp.CTE)}
    known = {_key(name): name for name in tables}
    if named & set(known):
        raise Refused("not-allowed", "name of a table given again")
    used = {_table(each, known, named) for each in parts if isinstance(each, exp.Table)}
    reads = frozenset(used - {None, ""})
    _columns(parts, {_key(column) for name in reads if name for column in tables[name]})
    for part in parts:
        _check(part)
    _count(parts)
    if groups is not None:
        only_groups(statement, groups)
    for part in parts:
        if isinstance(part, exp.CTE):
            alias = part.args["alias"]
            alias.set("this", exp.to_identifier(_CTE + _key(part.alias), quoted=True))
    written = statement.sql("duckdb", identify=True, comments=False)
    return Admitted(written, frozenset(name for name in reads if name))


def _read(sql: str) -> Expression:
    if len(sql) > LONGEST:
        raise Refused("query-too-large", "text")
    if not all(each in "\n\r\t" or _visible(each) for each in sql):
        raise Refused("not-allowed", "invisible character")
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except (SqlglotError, RecursionError):
        raise Refused("query-unreadable") from None
    except Exception:  # a reader of hostile text may fail in any way: none lets the text through
        raise Refused("query-unreadable") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Select | exp.SetOperation):
        raise Refused("not-one-select")
    return statements[0]


def _visible(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def _key(name: str) -> str:
    # DuckDB folds ASCII alone. A Kelvin sign is no K.
    return name.lower() if name.isascii() else name


def _walk(statement: Expression) -> Iterator[Expression]:
    """All parts, none of them deeper than `DEEPEST`, which also bounds what follows."""
    stack = [(statement, 0)]
    count = 0
    while stack:
        part, depth = stack.pop()
        count += 1
        if depth > DEEPEST or count > MOST_PARTS:
            raise Refused("query-too-large", "parts")
        yield part
        stack += [(each, depth + 1) for each in part.iter_expressions()]


def _table(table: exp.Table, known: Mapping[str, str], named: set[str]) -> str | None:
    """Writes the table's own name; answers it, or nothing for one that the statement gave."""
    if not isinstance(table.this, exp.Identifier):
        raise Refused("not-allowed", "function in place of a table")
    key = _key(table.name)
    if key not in named and key not in known:
        raise Refused("unknown-table")
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
    name = _CTE + key if key in named else known[key]
    table.set("this", exp.to_identifier(name, quoted=True))
    return None if key in named else known[key]


def _columns(parts: Sequence[Expression], columns: set[str]) -> None:
    """A column is one of a table read here, or a name given here: no `rowid`, no `current_user`."""
    given = {_key(each.alias) for each in parts if isinstance(each, exp.Alias)}
    for each in parts:
        if isinstance(each, exp.TableAlias):
            given |= {_key(column.name) for column in each.columns}
    for each in parts:
        named = isinstance(each, exp.Column) and not isinstance(each.this, exp.Star)
        if named and _key(each.name) not in columns | given:
            raise Refused("unknown-column")


def _check(part: Expression) -> None:
    """One part: its kind, its arguments, and what its words may say."""
    arguments = ALLOWED.get(type(part))
    if arguments is None:
        raise Refused("not-allowed", part.key)
    for name, value in part.args.items():
        if value and name not in arguments.split():
            raise Refused("not-allowed", f"{part.key} {name.strip('_')}")
    match part:
        case exp.Identifier() if len(part.name) > LONGEST_NAME:
            raise Refused("query-too-large", "name")
        case exp.Literal() if len(part.name) > (LONGEST_WORD if part.is_string else 40):
            raise Refused("query-too-large", "literal")
        case exp.Var() if part.name.upper() not in UNITS:
            raise Refused("not-allowed", "unit")
        case exp.Join() if part.kind not in JOINS or part.side not in {"", "LEFT", "RIGHT", "FULL"}:
            raise Refused("not-allowed", "join")
        case exp.DataType() if getattr(part.this, "value", "") not in TYPES:
            raise Refused("not-allowed", "type")
        case exp.Like() | exp.ILike():
            _like(part.expression)
        case exp.Limit() | exp.Offset() | exp.DataTypeParam() | exp.Interval():
            value = part.args.get("expression") or part.this
            if not isinstance(value, exp.Literal):
                raise Refused("not-allowed", f"{part.key} that is no literal")


def _like(pattern: Expression) -> None:
    # Matching is tried anew at every wild card: few of them, and known before it runs.
    if not isinstance(pattern, exp.Literal) or pattern.name.count("%") > MOST_WILD:
        raise Refused("not-allowed", "pattern")


def _count(parts: Sequence[Expression]) -> None:
    if sum(isinstance(each, exp.Join) for each in parts) > MOST_JOINS:
        raise Refused("query-too-large", "joins")
    # Texts joined to themselves double with each step, outside of the database's memory limit.
    joined = sum(isinstance(each, exp.DPipe) for each in parts)
    joined += sum(len(each.expressions) for each in parts if isinstance(each, exp.Concat))
    if joined > MOST_JOINED_TEXTS:
        raise Refused("query-too-large", "joined texts")
