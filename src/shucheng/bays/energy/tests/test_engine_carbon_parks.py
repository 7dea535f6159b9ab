"""A park beside the indicators of a zero-carbon park: by hand, and not known where data lack."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shucheng.bays.energy.engine.carbon import park_definitions
from shucheng.bays.energy.engine.carbon.activities import Activity, Contract
from shucheng.bays.energy.engine.carbon.factor_files import shipped
from shucheng.bays.energy.engine.carbon.factors import Conversion, FactorSet
from shucheng.bays.energy.engine.carbon.park_definitions import ParkDefinitions, read_definitions
from shucheng.bays.energy.engine.carbon.parks import Assessment, assess

from .carbon_cases import OWN, contract, emission, gas, inputs, refused, used

FILE = park_definitions.FOLDER / "zero_carbon.yaml"
DEFINITIONS = park_definitions.shipped()
GAS_TCE = Conversion(
    "gas.tce", "equivalent", "natural-gas", Decimal("1.33"), "kgce/Nm3", OWN, "official"
)
PV_TCE = Conversion(
    "pv.tce", "equivalent", "electricity-pv", Decimal("0.1229"), "kgce/kWh", OWN, "official"
)
PV = emission("pv", "0", "kgCO2/kWh", carrier="electricity-pv")
FACTORS = shipped().changed("park", GAS_TCE, PV_TCE, PV)
YEAR = {"period": "2023"}


def park(
    *activities: Activity,
    scheme: str = "national",
    year: int = 2023,
    definitions: ParkDefinitions = DEFINITIONS,
    factors: FactorSet = FACTORS,
    contracts: tuple[Contract, ...] = (),
    **reported: str | int,
) -> Assessment:
    account = inputs(*activities, factors=factors, contracts=contracts).account()
    told = {name: Decimal(value) for name, value in reported.items()}
    return assess(
        account, factors, definitions, scheme=scheme, park="Dafeng", year=year, reported=told
    )


def found(assessment: Assessment, code: str) -> Any:
    (finding,) = [each for each in assessment.findings if each.indicator.code == code]
    return finding


GREEN = (
    used("e", 100_000_000, **YEAR),
    gas("g", 10_000_000, **YEAR),
    gas("p", 5_000_000_000, carrier="electricity-pv", unit="kWh", factor="pv", **YEAR),
)


def test_a_parks_core_indicator_as_by_hand():
    """58,270 t of electricity and 21,622 t of gas over 12,290 + 13,300 + 614,500 tce."""
    assessment = park(*GREEN)
    core = found(assessment, "carbon-per-energy")
    assert assessment.figures["park_co2_t"].value == 58_270 + 21_622
    assert assessment.figures["park_energy_tce"].value == 640_090
    assert core.value == Fraction(79_892, 640_090)
    assert (core.threshold.value, core.verdict) == (Decimal("0.2"), "met")
    clean = found(assessment, "clean-energy-share")
    assert clean.value == Fraction(614_500 * 100, 640_090)
    assert clean.verdict == "met"
    assert assessment.may_ask is True


def test_thresholds_that_nobody_read_in_the_document_are_marked_unconfirmed():
    assert not any(each.confirmed for each in park(*GREEN).findings)
    text = FILE.read_text(encoding="utf-8")
    method = read_definitions(text.replace("confidence: memory", "confidence: text_read"))
    assert not found(park(*GREEN, definitions=method), "carbon-per-energy").confirmed
    read = text.replace("confidence: memory", "confidence: text_read").replace(
        "secondary_page\n", "text_read\n"
    )
    assert found(park(*GREEN, definitions=read_definitions(read)), "carbon-per-energy").confirmed


@pytest.mark.parametrize(
    ("energy", "asked", "verdict"),
    [
        ("199999.9", None, "no threshold"),
        ("200000", "0.2", "missed"),
        ("999999", "0.2", "met"),
        ("1000000", "0.3", "met"),
    ],
)
def test_the_threshold_is_that_of_the_parks_energy(energy, asked, verdict):
    core = found(park(*GREEN, park_energy_tce=energy), "carbon-per-energy")
    assert core.threshold == asked or core.threshold.value == Decimal(asked)
    assert core.verdict == verdict


def test_a_missed_core_indicator_keeps_a_park_from_asking():
    dirty = gas("c", 10_000, carrier="bituminous-coal", unit="TJ (NCV)", **YEAR)
    assessment = park(dirty, park_energy_tce="341000")
    assert found(assessment, "carbon-per-energy").verdict == "missed"
    assert assessment.may_ask is False


def test_what_the_data_do_not_carry_is_not_known_and_says_why():
    assessment = park(*GREEN, factors=shipped().changed("park", PV))
    core = found(assessment, "carbon-per-energy")
    assert (core.value, core.verdict) == (None, "not known")
    assert core.missing == (
        "park_energy_tce: coal equivalent of electricity-pv",
        "park_energy_tce: coal equivalent of natural-gas",
    )
    assert assessment.may_ask is None
    waste = found(assessment, "solid-waste-used")
    assert (waste.verdict, waste.missing) == (
        "not known",
        ("solid_waste_used_t", "solid_waste_arising_t"),
    )


def test_reported_figures_meet_their_thresholds():
    told = park(
        *GREEN,
        solid_waste_used_t=80,
        solid_waste_arising_t=100,
        water_reused_m3=79,
        water_used_m3=100,
        waste_energy_used_gj=0,
        waste_energy_arising_gj=0,
    )
    assert found(told, "solid-waste-used").verdict == "met"
    assert found(told, "water-reused").verdict == "missed"
    assert found(told, "waste-energy-used").missing == ("waste_energy_arising_gj is zero",)
    assert told.figures["water_used_m3"].origin == "reported"


def test_a_part_of_a_year_is_not_a_year():
    assessment = park(used("e", 10**9, period="2023-01"))
    assert found(assessment, "carbon-per-energy").missing[0] == "park_co2_t: steel: 11 months of 12"
    months = [used(f"{n}", 10**8, period=f"2023-{n:02}") for n in range(1, 13)]
    assert found(park(*months), "carbon-per-energy").value == Fraction("0.5827") / Fraction(
        "0.1229"
    )
    assert found(park(), "carbon-per-energy").verdict == "not known"


def test_energy_burnt_to_sell_makes_the_parks_energy_not_known():
    told = park(gas("g", 100, sold_as="heat", **YEAR))
    assert told.figures["park_energy_tce"].missing == ("energy sold as heat",)


def test_only_co2_and_only_scopes_1_and_2_count():
    factors = FACTORS.changed(
        "more", emission("leak", "1", "kgCH4/t", gas="CH4", carrier="oil", use="process")
    )
    told = park(
        *GREEN,
        gas("l", 1000, carrier="oil", unit="t", factor="leak", **YEAR),
        gas("s", 1000, scope=3, **YEAR),
        used("x", 10**6, park="Sheyang"),
        factors=factors,
    )
    assert told.figures == park(*GREEN).figures


def test_stages_of_a_province_are_those_of_the_year():
    told = park(*GREEN, scheme="hunan", year=2023)
    assert found(told, "carbon-per-energy").threshold.year == 2027
    later = tuple(replace(each, period="2036") for each in GREEN)
    assert (
        found(park(*later, scheme="hunan", year=2036), "carbon-per-energy").verdict
        == "no threshold"
    )


def test_market_based_where_the_definitions_say_so():
    text = FILE.read_text(encoding="utf-8").replace("basis: location", "basis: market")
    told = park(*GREEN, definitions=read_definitions(text), contracts=(contract("c", 100_000_000),))
    assert told.figures["park_co2_t"].value == 21_622
    assert told.digest != park(*GREEN, contracts=(contract("c", 100_000_000),)).digest


def test_an_assessment_that_cannot_be_made_is_refused():
    with refused("definition-invalid"):
        park(*GREEN, scheme="nowhere")
    with refused("definition-invalid"):
        park(*GREEN, park_co2_t=0)
    with refused("definition-invalid"):
        park(*GREEN, water_used_m3=-1)
    with refused("factor-unknown"):
        account = inputs(*GREEN, factors=FACTORS).account()
        assess(account, shipped(), DEFINITIONS, scheme="national", park="Dafeng", year=2023)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("at_least: [{value: '90'}]", "at_least: []"),
        ("role: core          #", "role: gate #"),
        ("confidence: memory", "confidence: sure"),
        ("document: hunan", "document: nowhere"),
        ("value: '0.2'", "value: low"),
        ("base_year: 2025", "base_year: 2025\n    colour: red"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(before, after):
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    with refused("definition-invalid"):
        read_definitions(text.replace(before, after))


def test_every_indicator_names_its_document_and_clause():
    for scheme in DEFINITIONS.schemes.values():
        for each in scheme.indicators:
            assert each.clause
            assert DEFINITIONS.documents[each.document].title
