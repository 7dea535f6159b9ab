"""The two tables of 财会〔2023〕11号: data as intangible assets, 27 rows, as inventory, 21."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shucheng.lib.periods import Period

from .rules import Class, Route, RowRule, TableRule, shipped


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount above zero by which a block (`cost`, `amortisation`, `provision`) of assets of a
    route went up or down on a day, by its kind."""

    route: Route
    block: str
    kind: str
    on: date
    fen: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row with an amount for each column; a section heading has none."""

    number: int
    label: str
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Table:
    """A disclosure table: `columns` by code with their headings."""

    period: Period
    rule: str
    unconfirmed: bool
    columns: Mapping[str, str]
    rows: tuple[Row, ...]


def disclose(asset_class: Class, movements: Iterable[Movement], period: Period) -> Table:
    """The table of a period from all movements up to its end (later ones are left out). Raises
    `ValueError` for an amount not above zero and a block or kind that the table does not have, so
    that a reversed impairment of an intangible is refused (DA-INT-08)."""
    rules = shipped()
    table = rules.tables[asset_class]
    before: dict[tuple[str, str, str], int] = defaultdict(int)
    during: dict[tuple[str, str, str], int] = defaultdict(int)
    for each in movements:
        kinds = table.blocks.get(each.block)
        if each.fen <= 0 or kinds is None or each.kind not in (*kinds.increase, *kinds.decrease):
            raise ValueError(f"{each.block}, {each.kind}, {each.fen}: no such movement")
        if each.on <= period.end:
            sums = before if each.on < period.start else during
            for column in (each.route, "total"):
                sums[column, each.block, each.kind] += each.fen
    rows = []
    for row in table.rows:
        amounts = {
            column: _amount(table, row, _of_column(before, column), _of_column(during, column))
            for column in (table.columns if row.of != "section" else ())
        }
        rows.append(Row(row.number, row.label, amounts))
    unconfirmed = rules.unconfirmed([table.rule])
    return Table(period, table.rule, unconfirmed, table.columns, tuple(rows))


Sums = Mapping[tuple[str, str], int]


def _of_column(sums: Mapping[tuple[str, str, str], int], column: str) -> Sums:
    return {(block, kind): fen for (name, block, kind), fen in sums.items() if name == column}


def _amount(table: TableRule, row: RowRule, before: Sums, during: Sums) -> int:
    match row.of:
        case "opening":
            return _net(table, row.block, before)
        case "closing":
            return _net(table, row.block, before) + _net(table, row.block, during)
        case "increase":
            return _sum(row.block, table.blocks[row.block].increase, during)
        case "decrease":
            return _sum(row.block, table.blocks[row.block].decrease, during)
        case "moved":
            return during.get((row.block, row.kind), 0)
        case "carrying_opening":
            return _carrying(table, before)
        case _:
            return _carrying(table, before) + _carrying(table, during)


def _carrying(table: TableRule, sums: Sums) -> int:
    """Cost less every other block."""
    others = sum(_net(table, block, sums) for block in table.blocks if block != "cost")
    return _net(table, "cost", sums) - others


def _net(table: TableRule, block: str, sums: Sums) -> int:
    kinds = table.blocks[block]
    return _sum(block, kinds.increase, sums) - _sum(block, kinds.decrease, sums)


def _sum(block: str, kinds: Iterable[str], sums: Sums) -> int:
    return sum(sums.get((block, kind), 0) for kind in kinds)
