"""The few units of carbon accounts, each with its dimension: what differs never converts.

A dimension here says also of what: a tonne of fuel, of CO2 and of CO2e are three dimensions, and so
are a cubic metre at 0 °C (Nm3) and at 20 °C (m3-20C), since a volume of gas without its conditions
is not an amount. A tonne of coal equivalent (tce) is no energy: how many kWh make one depends on a
coefficient (equivalent or equal value), which is data. Nor is the heat of a fuel just energy: it
says by which calorific value.
Conversions are fractions, hence exact in both directions.

Sources of factors between units: SI Brochure, 9th edition (2019), table 8 (tonne, hour); a kilowatt
hour is 3.6 MJ by definition.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .refused import CarbonRefused

Number = Decimal | int | Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """`size` base units of the dimension make one."""

    symbol: str
    dimension: str
    size: Fraction


_ROWS: dict[str, dict[str, str]] = {
    "energy": {  # base: MJ
        "MJ": "1",
        "GJ": "1000",
        "TJ": "1000000",
        "kWh": "3.6",
        "MWh": "3600",
        "GWh": "3600000",
        "万kWh": "36000",
    },
    # How much more a gross calorific value says depends on the fuel: it is not in this table.
    "heat of fuel by net calorific value": {
        "MJ (NCV)": "1",
        "GJ (NCV)": "1000",
        "TJ (NCV)": "1000000",
    },
    "coal equivalent": {"kgce": "1", "tce": "1000", "万tce": "10000000"},
    "mass": {"g": "0.001", "kg": "1", "t": "1000", "万t": "10000000"},
    "gas volume at 0 °C": {"Nm3": "1", "万Nm3": "10000"},
    "gas volume at 20 °C": {"m3-20C": "1"},
    "volume": {"L": "1", "m3": "1000"},
    "CO2": {"gCO2": "0.001", "kgCO2": "1", "tCO2": "1000", "万tCO2": "10000000"},
    "CH4": {"kgCH4": "1", "tCH4": "1000"},
    "N2O": {"kgN2O": "1", "tN2O": "1000"},
    "CO2e": {"gCO2e": "0.001", "kgCO2e": "1", "tCO2e": "1000"},
    "money": {"元": "1", "万元": "10000", "亿元": "100000000"},
}
UNITS: dict[str, Unit] = {
    symbol: Unit(symbol, dimension, Fraction(size))
    for dimension, row in _ROWS.items()
    for symbol, size in row.items()
}


@dataclass(frozen=True, slots=True)
class Rate:
    """A unit by another, as of a factor: `kgCO2/kWh`."""

    symbol: str
    above: Unit
    below: Unit


def unit(symbol: str) -> Unit:
    """Refused: `unit-unknown`."""
    found = UNITS.get(symbol)
    if found is None:
        raise CarbonRefused("unit-unknown", unit=symbol)
    return found


def rate(symbol: str) -> Rate:
    """`kgCO2/kWh` read. Refused: `unit-unknown`."""
    above, slash, below = symbol.partition("/")
    if not slash:
        raise CarbonRefused("unit-unknown", unit=symbol)
    return Rate(symbol, unit(above), unit(below))


def exact(number: object, what: str = "amount") -> Fraction:
    """The number as a fraction. Refused: `number-inexact`: floats, infinities and truth values."""
    if isinstance(number, bool) or not isinstance(number, Decimal | int | Fraction):
        raise CarbonRefused("number-inexact", **{what: repr(number)})
    if isinstance(number, Decimal) and not number.is_finite():
        raise CarbonRefused("number-inexact", **{what: repr(number)})
    return Fraction(number)


def ratio(source: Unit, target: Unit) -> Fraction:
    """How many of the target make one of the source. Refused: `unit-mixed`."""
    if source.dimension != target.dimension:
        raise CarbonRefused(
            "unit-mixed",
            **{source.symbol: source.dimension, target.symbol: target.dimension},
        )
    return source.size / target.size


def convert(amount: Number, source: str, target: str) -> Fraction:
    """The same amount in another unit of its dimension, exact. Refused: `unit-mixed`,
    `unit-unknown`, `number-inexact`."""
    return exact(amount) * ratio(unit(source), unit(target))


def rounded(value: Fraction, places: int = 6) -> Decimal:
    """For people: the value to so many decimal places, halves to even."""
    whole = round(value * 10**places)
    # Built from digits: a context's precision must not cut a long number.
    digits = tuple(int(digit) for digit in str(abs(whole)))
    return Decimal((int(whole < 0), digits, -places))
