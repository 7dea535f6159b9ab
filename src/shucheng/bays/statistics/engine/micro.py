"""The door for a notebook: micro-data opened once, accounts asked of it.

>>> micro = open_micro()
>>> micro.connection.execute('''INSERT INTO register VALUES
...     ('91320900000000001X', '甲公司', '3982', '320902', NULL, 'large', true,
...      202401, 999912, [])''')  # doctest: +ELLIPSIS
<...>
>>> micro.add_returns([
...     {"firm": "91320900000000001X", "period": 202502, "revenue": 2000, "employees": 60},
...     {"firm": "91320900000000001X", "period": 202503, "revenue": 3500, "employees": 61},
... ])
>>> [(row["period"], int(row["revenue_lower"]), row["employees_upper"] == 61)
...     for row in micro.account(by=["class"], basis="month").rows()]
[(202502, 2000, False), (202503, 1500, True)]
>>> micro.classification.version, micro.classification.provisional
('2021.1', True)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from . import (
    accounts,
    classification,
    coefficients,
    frames,
    growth,
    imputation,
    industries,
    value_added,
)
from .cells import Dimension, Scheme


@dataclass(frozen=True)
class Micro:
    """A connection with the tables of `frames` and what its accounts are made by."""

    connection: duckdb.DuckDBPyConnection
    classification: classification.Classification
    rates: value_added.Rates
    plan_industries: industries.Industries
    coefficients: tuple[coefficients.Coefficient, ...]

    def account(
        self,
        *,
        by: Sequence[Dimension] = ("class", "area"),
        scheme: Scheme = "core",
        basis: accounts.Basis = "ytd",
        designated: bool | None = None,
        since: int = 0,
        until: int = frames.OPEN,
    ) -> accounts.Account:
        """See `accounts.account`."""
        return accounts.account(
            self.connection, by=by, scheme=scheme, basis=basis,
            designated=designated, since=since, until=until,
        )  # fmt: skip

    def growth(
        self,
        period: int,
        *,
        by: Sequence[Dimension] = ("class", "area"),
        scheme: Scheme = "core",
        designated: bool | None = True,
        share: Literal["lower", "upper"] = "upper",
    ) -> list[growth.Growth]:
        """See `growth.growth`."""
        return growth.growth(
            self.connection, period, by=by, scheme=scheme, designated=designated, share=share
        )

    def impute(
        self, period: int, *, methods: tuple[imputation.Method, ...] = imputation.METHODS
    ) -> list[imputation.MethodCount]:
        """Count the late firms of `period` with imputed rows; see `imputation.impute`."""
        return imputation.impute(self.connection, period, methods=methods)

    def overlaps(self, period: int) -> list[industries.Overlap]:
        """See `industries.overlaps`."""
        return industries.overlaps(self.connection, period)

    def versions(self) -> dict[str, str]:
        """What stands under every figure, to be named beside it: with it the periods whose late
        firms are imputed, if there are any."""
        found = {
            "classification": self.classification.version,
            "classification_state": "provisional" if self.classification.provisional else "final",
            "value_added_rates": self.rates.version,
            "industries": self.plan_industries.version,
        }
        if periods := imputation.periods(self.connection):
            found["imputation"] = ", ".join(map(str, periods))
        return found

    def add_returns(self, rows: Iterable[dict[str, Any]], *, recorded: int = 1) -> None:
        """Add rows as one batch; items not given are not reported."""
        columns = tuple(frames.COLUMNS["returns"])
        usual = {"status": "reported", "recorded": recorded}
        values = [[{**usual, **row}.get(column) for column in columns] for row in rows]
        marks = ", ".join("?" * len(columns))
        self.connection.executemany(f"INSERT INTO returns VALUES ({marks})", values)  # noqa: S608
        self.refresh()

    def refresh(self) -> None:
        """To be called when `register` or `returns` changed: what follows from them, anew."""
        frames.newest_returns(self.connection)
        self.classification.install(self.connection)
        coefficients.install(self.connection, self.coefficients)
        self.rates.install(self.connection)
        self.plan_industries.install(self.connection)


def open_micro(
    register: Iterable[Path | str] = (),
    returns: Iterable[Path | str] = (),
    honours: Iterable[Path | str] = (),
    facts: Iterable[Path | str] = (),
    *,
    classes: classification.Classification | None = None,
    shares: Iterable[coefficients.Coefficient] = (),
    rates: value_added.Rates | None = None,
    plan_industries: industries.Industries | None = None,
    threads: int = 2,
    memory: str = "6GB",
) -> Micro:
    """Open Parquet files (a table without files is empty and can be inserted into). What is not
    given is what comes with the package. Raises `frames.FramesInvalid` for files of other
    columns, `coefficients.CoefficientInvalid` for contradicting shares."""
    connection = frames.connect(threads=threads, memory=memory)
    tables = {"register": register, "returns": returns, "honours": honours, "facts": facts}
    for table, paths in tables.items():
        if files := list(paths):
            frames.load(connection, table, files)
    micro = Micro(
        connection,
        classes or classification.shipped(),
        rates or value_added.shipped(),
        plan_industries or industries.shipped(),
        tuple(shares),
    )
    micro.refresh()
    return micro
