"""Units, factors, versions: what is mixed up is refused, what changed has a new version."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.energy.engine.carbon.choice import tonnes_by
from shucheng.bays.energy.engine.carbon.factor_files import FOLDER, read_factors, shipped
from shucheng.bays.energy.engine.carbon.factors import FactorSet, Library
from shucheng.bays.energy.engine.carbon.refused import CarbonRefused
from shucheng.bays.energy.engine.carbon.units import UNITS, convert, rate, rounded

from .carbon_cases import emission, refused

FILE = FOLDER / "china.yaml"
NUMBERS = st.decimals(0, 10**12, places=6)


@pytest.mark.parametrize(
    ("amount", "source", "target", "asked"),
    [
        (1, "kWh", "MJ", "3.6"),
        (1, "GJ", "MWh", Fraction(1000, 3600)),
        (1, "万kWh", "MWh", 10),
        (1, "TJ (NCV)", "GJ (NCV)", 1000),
        (2, "万tce", "kgce", 20_000_000),
        (1, "万Nm3", "Nm3", 10_000),
        (3, "万tCO2", "kgCO2", 30_000_000),
        (1, "亿元", "万元", 10_000),
    ],
)
def test_units_convert_as_by_hand(amount, source, target, asked):
    assert convert(amount, source, target) == Fraction(asked)


@law(NUMBERS, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), few=60, many=1000)
def test_units_convert_there_and_back_or_not_at_all(amount, a, b):
    if UNITS[a].dimension == UNITS[b].dimension:
        assert convert(convert(amount, a, b), b, a) == Fraction(amount)
    else:
        with refused("unit-mixed"):
            convert(amount, a, b)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("t", "tCO2"),
        ("tCO2", "tCO2e"),
        ("Nm3", "m3"),
        ("Nm3", "m3-20C"),
        ("kWh", "tce"),
        ("GJ", "GJ (NCV)"),
    ],
)
def test_what_looks_alike_and_measures_something_else_does_not_convert(source, target):
    with refused("unit-mixed"):
        convert(1, source, target)


@pytest.mark.parametrize("amount", [1.5, True, Decimal("NaN"), Decimal("Infinity"), "1"])
def test_a_number_that_is_not_exact_is_refused(amount):
    with refused("number-inexact"):
        convert(amount, "t", "kg")


@pytest.mark.parametrize("symbol", ["kwh", "", "KWH", "度"])
def test_an_unknown_unit_is_refused(symbol):
    with refused("unit-unknown"):
        convert(1, symbol, "kWh")
    with refused("unit-unknown"):
        rate(symbol)


def test_rounding_for_people_keeps_every_digit_of_a_long_number():
    assert str(rounded(Fraction(10**40 + 1, 1000), 3)).replace(".", "") == str(10**40 + 1)
    assert rounded(Fraction(-1, 3), 4) == Decimal("-0.3333")


def test_the_shipped_set_is_what_was_released():
    """Whoever changes a row must give a new version, and say so here."""
    assert (shipped().name, shipped().version) == ("china", "1")
    assert shipped().digest == DIGEST
    kinds = [type(each).__name__ for each in shipped().factors]
    told = {kind: kinds.count(kind) for kind in kinds}
    assert told == {"EmissionFactor": 128, "FootprintFactor": 2, "Warming": 5, "Conversion": 1}


@pytest.mark.parametrize(
    ("id", "value", "unit", "checked"),
    [
        ("electricity.location.jiangsu.2023", "0.5827", "kgCO2/kWh", "several-copies"),
        ("electricity.residual.china.2023", "0.6096", "kgCO2/kWh", "several-copies"),
        ("electricity.location.china.2022", "0.5366", "kgCO2/kWh", "several-copies"),
        ("electricity.location.china.2021", "0.5568", "kgCO2/kWh", "unverified"),
        ("fuel.natural-gas.cn", "2.1622", "kgCO2/Nm3", "one-copy"),
        ("fuel.diesel.cn", "3.0959", "tCO2/t", "unverified"),
        ("heat.default.china", "0.11", "tCO2/GJ", "several-copies"),
    ],
)
def test_shipped_factors_stand_with_their_unit_and_how_surely_they_are_known(
    id, value, unit, checked
):
    found = shipped().emission(id)
    assert (str(found.value), found.unit, found.checked) == (value, unit, checked)
    assert found.source.number or found.source.title
    assert found.source.published


@pytest.mark.parametrize(
    ("id", "heat", "carbon", "oxidised"),
    [
        ("fuel.natural-gas.cn", "0.038931", "0.0153", "0.99"),
        ("fuel.petrol.cn", "43.070", "0.0189", "0.98"),
        ("fuel.diesel.cn", "42.652", "0.0202", "0.98"),
    ],
)
def test_fuel_factors_are_heat_by_carbon_by_oxidised_share(id, heat, carbon, oxidised):
    """Of gas: GJ by Nm3, hence tonnes by Nm3, printed in kg."""
    tonnes = Fraction(heat) * Fraction(carbon) * Fraction(oxidised) * Fraction(44, 12)
    scale = 1000 if "gas" in id else 1
    assert rounded(tonnes * scale, 4) == shipped().emission(id).value


def test_an_emission_factor_and_a_footprint_factor_are_never_mixed():
    footprint, emitted = "electricity.life-cycle.china.2023", "electricity.location.china.2023"
    assert shipped().footprint(footprint).value == Decimal("0.6205")
    with refused("kind-mixed"):
        shipped().emission(footprint)
    with refused("kind-mixed"):
        shipped().footprint(emitted)
    with refused("kind-mixed"):
        tonnes_by(shipped().footprint(footprint), "kWh")  # mypy refuses it as well
    with refused("kind-mixed"):
        shipped().emission("gwp100.ch4.ar5")


def test_a_footprint_factor_in_the_dress_of_an_emission_factor_is_refused():
    footprint = shipped().footprint("electricity.life-cycle.china.2023")
    dressed = emission("x", str(footprint.value), footprint.unit, carrier="electricity")
    with refused("factor-invalid"):
        FactorSet("own", "1", (dressed,))


@pytest.mark.parametrize(
    ("factor", "reason"),
    [
        (emission("x", "-1", "kgCO2/Nm3"), "factor-invalid"),
        (emission("x", "1", "kgCO2/Nm3", gas="CH4"), "factor-invalid"),
        (emission("x", "1", "kgCO2/Nm3", gas="SF6"), "factor-invalid"),
        (emission("x", "1", "kgCO2/Nm3", use="guess"), "factor-invalid"),
        (emission("x", "1", "kgCO2", carrier="coal"), "unit-unknown"),
        (emission("x", "1", "kgCO2/Nm3", carrier=""), "factor-invalid"),
        (replace(emission("x", "1", "kgCO2/Nm3"), checked="surely"), "factor-invalid"),
        (replace(emission("x", "1", "kgCO2/Nm3"), value=0.5), "number-inexact"),
    ],
)
def test_a_factor_that_makes_no_sense_is_refused(factor, reason):
    with refused(reason):
        FactorSet("own", "1", (factor,))


def test_a_factor_is_there_once():
    one = emission("x", "1", "kgCO2/Nm3")
    with refused("factor-twice"):
        FactorSet("own", "1", (one, one))


def test_a_changed_factor_is_a_new_version_and_the_old_one_stays():
    old = FactorSet("own", "1", (emission("x", "1", "kgCO2/Nm3"),))
    new = old.changed("2", emission("x", "2", "kgCO2/Nm3"), emission("y", "3", "kgCO2/Nm3"))
    library = Library([old, new])
    assert library.get("own", "1").emission("x").value == 1
    assert library.get("own", "2").emission("x").value == 2
    assert old.digest != new.digest
    with refused("version-taken"):
        old.changed("1", emission("x", "2", "kgCO2/Nm3"))
    with refused("version-taken"):
        library.add(FactorSet("own", "1", new.factors))
    library.add(FactorSet("own", "1", old.factors))
    with refused("factor-unknown"):
        library.get("own", "3")


def test_the_order_of_rows_makes_no_other_version():
    rows = shipped().factors
    assert FactorSet("china", "1", rows[::-1]).digest == shipped().digest
    longer = emission("x", "1.50", "kgCO2/Nm3"), emission("x", "1.5", "kgCO2/Nm3")
    assert len({FactorSet("own", "1", (each,)).digest for each in longer}) == 1


def test_a_file_whose_row_was_changed_without_a_version_is_refused():
    text = FILE.read_text(encoding="utf-8")
    assert read_factors(text) == shipped()
    with refused("digest-differs"):
        read_factors(text.replace("'0.5827'", "'0.5828'"))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("'0.5827'", "0.5827", "number-inexact"),
        ("'0.5827'", "'about 0.6'", "set-unreadable"),
        ("kind: warming", "kind: guess", "set-unreadable"),
        ("kind: warming", "kind: warming, colour: red", "set-unreadable"),
        ("source: ipcc-ar5", "source: nobody", "set-unreadable"),
        ("schema: shucheng.carbon_factors/1", "schema: other", "set-unreadable"),
        ("name: china", "name: china\nname: china", "set-unreadable"),
        ("sources:", "sources: [", "set-unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_surely_is_refused(before, after, reason):
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    with refused(reason):
        read_factors(text.replace(before, after))


def test_a_refusal_says_what_to_do_next():
    with pytest.raises(CarbonRefused, match="use an emission factor"):
        shipped().emission("electricity.life-cycle.china.2024")


DIGEST = "e54f608988810e22b5a7fefa5a493cdbfac2bcb0fa1d49d1837070b445f65cc4"
