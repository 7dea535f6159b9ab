"""What the tests of carbon accounts share: activities by hand, a set of factors of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shucheng.bays.energy.engine.carbon.account import Inputs
from shucheng.bays.energy.engine.carbon.activities import Activity, Contract
from shucheng.bays.energy.engine.carbon.choice import Rules
from shucheng.bays.energy.engine.carbon.factor_files import shipped
from shucheng.bays.energy.engine.carbon.factors import EmissionFactor, FactorSet, Source
from shucheng.bays.energy.engine.carbon.refused import CarbonRefused

RULES = Rules(
    "1",
    factors={
        "natural-gas": "fuel.natural-gas.cn",
        "diesel": "fuel.diesel.cn",
        "bituminous-coal": "fuel.bituminous-coal.ipcc",
        "heat": "heat.default.china",
    },
    warming={"CH4": "gwp100.ch4.ar5"},
)
OWN = Source("a test", "", "the tests", "2025")
USED = Activity(
    id="a",
    company="steel",
    period="2023-01",
    carrier="electricity",
    amount=Decimal(1000),
    unit="kWh",
    scope=2,
    source="meter 1",
    quality="measured",
    city="Yancheng",
    sector="C31",
    park="Dafeng",
    region="jiangsu",
)


def used(id: str = "a", amount: str | int = 1000, **changes: Any) -> Activity:
    return replace(USED, id=id, amount=Decimal(amount), **changes)


def gas(id: str, amount: str | int, **changes: Any) -> Activity:
    told = {"carrier": "natural-gas", "unit": "Nm3", "scope": 1} | changes
    return used(id, amount, **told)


def contract(id: str, amount: str | int, **changes: Any) -> Contract:
    return replace(
        Contract(id, "steel", 2023, Decimal(amount), "kWh", "green certificate"), **changes
    )


def emission(id: str, value: str, unit: str, **changes: Any) -> EmissionFactor:
    told = {"use": "default", "carrier": "natural-gas", "gas": "CO2"} | changes
    return EmissionFactor(
        id=id,
        region="china",
        level="national",
        year=told.pop("year", None),
        value=Decimal(value),
        unit=unit,
        source=OWN,
        checked="official",
        **told,
    )


def inputs(*activities: Activity, factors: FactorSet | None = None, **more: Any) -> Inputs:
    return Inputs(activities, factors or shipped(), more.pop("rules", RULES), **more)


def fractions(*values: str | int) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, values))


@contextmanager
def refused(reason: str) -> Iterator[None]:
    with pytest.raises(CarbonRefused) as caught:
        yield
    assert caught.value.reason == reason
