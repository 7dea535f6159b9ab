"""Value added of a firm (增加值), by what the firm reports.

Income approach (收入法): compensation of employees + net taxes on production + depreciation +
operating surplus. Production approach (生产法): gross output − intermediate consumption. A firm
that reports neither is estimated: gross output (revenue where there is none) times the value-added
rate of its industry, a table with source and version. Of a firm with both the income approach
counts, as in the accounts of designated industry; how far the other lies from it is not told: of a
month or quarter it is known only where a firm reports both at either end.

Source: 中国国民经济核算体系(2016), 生产核算; 2008 SNA, chapters 6 and 7.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import duckdb
import yaml

from .classification import DATA, small_table
from .coefficients import UNIT
from .definition_error import DefinitionInvalid

INCOME = "(compensation + production_tax + depreciation + surplus)"
PRODUCTION = "(gross_output - intermediate)"
REPORTED = f"coalesce({INCOME}, {PRODUCTION})"
BASE = f"if({REPORTED} IS NULL, coalesce(gross_output, revenue), NULL)"
"""What the rate is applied to: empty for a firm that reports its value added."""


class RatesInvalid(DefinitionInvalid):
    """A rate outside 0 to 1, finer than a ten-thousandth, or for no division."""

    code = "rates-invalid"


@dataclass(frozen=True)
class Rates:
    """Value-added rates by division (two digits of the industry), with source and version."""

    version: str
    source: str
    provisional: bool
    default: Decimal
    rates: dict[str, Decimal]

    def __post_init__(self) -> None:
        for division, rate in {"00": self.default, **self.rates}.items():
            known = len(division) == 2 and division.isdigit()
            if not known or not 0 <= rate <= 1 or rate * UNIT % 1:
                raise RatesInvalid("rate-form", place=division, value=rate)

    def of(self, industry: str) -> Decimal:
        return self.rates.get(industry[:2], self.default)

    def install(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table `rates`: division, rate in ten-thousandths; every division has one."""
        rows: list[tuple[object, ...]] = [
            (f"{number:02}", int(self.of(f"{number:02}") * UNIT)) for number in range(100)
        ]
        small_table(connection, "rates", "division VARCHAR, rate INTEGER", rows)


@cache
def shipped() -> Rates:
    """The rates that come with the package (assumed, provisional)."""
    return read(yaml.safe_load((DATA / "value_added_rates.yaml").read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> Rates:
    """Rates from a mapping as `data/value_added_rates.yaml` holds it. Raises `RatesInvalid`."""
    return Rates(
        str(data["version"]),
        data["source"],
        data["provisional"],
        _rate("default", data["default"]),
        {str(division): _rate(division, rate) for division, rate in data["rates"].items()},
    )


def _rate(place: object, text: object) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        raise RatesInvalid("rate-form", place=place, value=text) from None
