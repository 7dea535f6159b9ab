"""Where an agreement lets only aggregates out: which statements do, and the least size of a group.

The shape is narrow because every known way round a least size goes through what is left out: joins
that multiply rows until a person is a crowd, conditions inside an aggregate that leave one row in
it, the greatest and the least, a query over a query; and, for what is not answered, an expression
that fails for one row and not for another: whether it failed would tell what is in that row. A
group must hold `at_least` units in each column that is aggregated, not only rows.

Two allowed answers can still be subtracted from one another (Denning, Denning & Schwartz, "The
tracker", ACM TODS 4(1), 1979). Where that matters, agree on `private`, which has a budget.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.expressions import Expression

from .grammar import ARITHMETIC, COMPARISONS, PARTS_OF_DATES, PARTS_OF_TEXTS, SIZES
from .model import Refused

_DIGITS = 15
_NUMBER = "DECIMAL(38, 10)"


@dataclass(frozen=True, slots=True)
class Groups:
    """`at_least` so many of `unit` (a column: whose rows must not be told apart; empty: rows)."""

    at_least: int
    unit: str = ""

    def __post_init__(self) -> None:
        if self.at_least < 2:
            raise ValueError("a group of one hides nobody")


def only_groups(statement: Expression, groups: Groups) -> None:
    """Adds the least size to the statement. Raises `Refused` (`only-aggregates`) for another shape
    than: count, sum, avg of columns of one table, where, group by, having, order by, limit."""
    source = statement.args.get("from_")
    if (
        not isinstance(statement, exp.Select)
        or any(statement.args.get(each) for each in ("joins", "with_", "distinct"))
        or source is None
        or not isinstance(source.this, exp.Table)
        or source.this.args["alias"].columns  # another column could take the unit's name
    ):
        raise _refused("one select of one table")
    own = [each.this if isinstance(each, exp.Alias) else each for each in statement.expressions]
    group = statement.args.get("group")
    keys = [_key(each, own) for each in group.expressions] if group else []
    for key in keys:
        _operand(key)
    if where := statement.args.get("where"):
        _condition(where.this, _operand)
    having = statement.args.get("having")
    counted: list[exp.Column | None] = []
    given = {each.alias for each in statement.expressions if isinstance(each, exp.Alias)}

    def size(part: Expression) -> None:
        counted.extend(_aggregated(part))

    for part in own:
        if part not in keys and not isinstance(part, exp.Literal):
            size(part)
    if not counted:
        raise _refused("an aggregate")
    if having:
        _condition(having.this, size)
    for ordered in statement.args["order"].expressions if "order" in statement.args else []:
        by = ordered.this
        named = isinstance(by, exp.Column) and by.name in given
        if by not in keys and not named and not isinstance(by, exp.Literal):
            size(by)
    table = source.this.alias
    enough = [_enough(column, table, groups) for column in dict.fromkeys([None, *counted])]
    condition = exp.and_(*enough, having.this if having else None)
    statement.set("having", exp.Having(this=condition))


def _refused(about: str) -> Refused:
    return Refused("only-aggregates", about)


def _key(part: Expression, own: Sequence[Expression]) -> Expression:
    """The expression that is grouped by; a number stands for a column of the answer."""
    place = int(part.name) if isinstance(part, exp.Literal) and part.name.isdigit() else 0
    return own[place - 1] if 0 < place <= len(own) else part


def _aggregated(part: Expression) -> Iterator[exp.Column | None]:
    """The columns that are aggregated in sums and quotients of aggregates. What could overflow for
    a group too small to be shown would tell something of it: no products, no long numbers."""
    if isinstance(part, exp.Literal):
        if len(part.name) > _DIGITS or part.is_string:
            raise _refused("a long literal")
    elif isinstance(part, SIZES):
        argument = part.this
        if isinstance(argument, exp.Distinct) and len(argument.expressions) == 1:
            argument = argument.expressions[0]
        if isinstance(argument, exp.Star):
            yield None
        elif _column(argument):
            yield argument
        else:
            raise _refused("aggregates of a column")
    elif isinstance(part, ARITHMETIC):
        for each in part.iter_expressions():
            yield from _aggregated(each)
    else:
        raise _refused(part.key)


def _condition(part: Expression, operand: Callable[[Expression], None]) -> None:
    """Operands compared with literals, and these joined. A number or a date is compared with what
    the other side is as such: DuckDB alone would fail at the first text that is none."""
    if isinstance(part, exp.And | exp.Or | exp.Not | exp.Paren):
        for each in part.iter_expressions():
            _condition(each, operand)
        return
    beside: Sequence[Expression]
    if isinstance(part, (*COMPARISONS, exp.Like, exp.ILike)):
        beside = [part.expression]
    elif isinstance(part, exp.In):
        beside = part.expressions
    elif isinstance(part, exp.Between):
        beside = [part.args["low"], part.args["high"]]
    elif isinstance(part, exp.Is) and isinstance(part.expression, exp.Null):
        beside = [exp.Literal.string("")]
    else:
        raise _refused(part.key)
    operand(part.this)
    if not beside or not all(map(_literal, beside)):
        raise _refused("comparing with a literal")
    kinds = {_kind(each) for each in beside}
    if len(kinds) > 1:
        raise _refused("literals of one kind")
    if kind := kinds.pop():
        to = exp.DataType.build(kind, dialect="duckdb")
        part.set("this", exp.TryCast(this=part.this, to=to))


def _literal(part: Expression) -> bool:
    if isinstance(part, exp.Cast):  # date '2025-01-01'
        return isinstance(part.this, exp.Literal)
    return isinstance(part, exp.Literal) and (part.is_string or len(part.name) <= _DIGITS)


def _kind(literal: Expression) -> str:
    if isinstance(literal, exp.Cast):
        return literal.to.sql("duckdb")
    return "" if literal.is_string else _NUMBER


def _operand(part: Expression) -> None:
    """A column, or a part of one that is had without failing."""
    inner = part
    if isinstance(part, exp.TryCast | exp.Paren):
        return _operand(part.this)
    if isinstance(part, (*PARTS_OF_DATES, *PARTS_OF_TEXTS)):
        inner = part.this
        rest = [each for each in part.iter_expressions() if each is not inner]
        if not all(isinstance(each, exp.Literal | exp.Var) for each in rest):
            raise _refused("parts given as literals")
    if not _column(inner):
        raise _refused(inner.key)
    return None


def _column(part: Expression) -> bool:
    return isinstance(part, exp.Column) and not isinstance(part.this, exp.Star)


def _enough(column: exp.Column | None, table: str, groups: Groups) -> Expression:
    """count(distinct unit) over the rows where the column holds something ≥ at_least."""
    if column:  # as a column of the table: not as what the statement may call by the same name
        column = exp.column(column.this.copy(), table=exp.to_identifier(table, quoted=True))
    if not groups.unit:
        size: Expression = exp.Count(this=column or exp.Star())
    else:
        unit = exp.column(groups.unit, table=table, quoted=True)
        size = exp.Count(this=exp.Distinct(expressions=[unit]))
        if column:
            filled = exp.Not(this=exp.Is(this=column, expression=exp.Null()))
            size = exp.Filter(this=size, expression=exp.Where(this=filled))
    return exp.GTE(this=size, expression=exp.Literal.number(groups.at_least))
