"""A background set: what is read, how uncertain it is, and what is refused."""

import csv
import os
from dataclasses import replace
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pytest

from shucheng.bays.energy.engine.lca.errors import LcaRefused
from shucheng.bays.energy.engine.lca.factors import Factors
from shucheng.bays.energy.engine.lca.files import read, written
from shucheng.bays.energy.engine.lca.model import Background, Exchange, Process, Quality
from shucheng.bays.energy.engine.lca.scores import inventory, scores
from shucheng.bays.energy.engine.lca.system import build
from shucheng.bays.energy.engine.lca.uncertainty import sigma

from .lca_cases import SAMPLE, method_of, sample, system_of

REPOSITORY = Path(__file__).parents[5]
SHARED = Path(os.environ.get("SHUCHENG_SHARED", REPOSITORY.parent / "shared"))


def changed(process: str, **fields: object) -> Background:
    """The sample with one process changed."""
    told = sample()
    return replace(
        told,
        processes=tuple(
            replace(each, **fields) if each.id == process else each for each in told.processes
        ),
    )


def process(name: str) -> Process:
    return next(each for each in sample().processes if each.id == name)


def taken(of: str, unit: str, **fields: object) -> Exchange:
    return Exchange(of=of, amount=1.0, unit=unit, **({"estimate": True} | fields))


def refused(background: Background) -> LcaRefused:
    with pytest.raises(LcaRefused) as caught:
        build(background)
    return caught.value


class TestFiles:
    def test_a_set_that_was_written_is_read_to_the_same(self) -> None:
        assert read(written(sample())) == sample()

    def test_a_word_that_nobody_knows_is_an_error_and_not_left_out(self) -> None:
        text = SAMPLE.read_text("utf-8").replace("basic: 0.04", "basics: 0.04", 1)
        with pytest.raises(LcaRefused, match="basics") as caught:
            read(text)
        assert caught.value.code == "unreadable"

    @pytest.mark.parametrize("text", ["", "schema: other/1", "[1, 2]"])
    def test_what_is_no_set_is_refused(self, text: str) -> None:
        with pytest.raises(LcaRefused) as caught:
            read(text)
        assert caught.value.code == "schema-unknown"

    @pytest.mark.parametrize("text", ["{", "a: [", "{'a': 1}"])
    def test_what_is_no_yaml_is_refused(self, text: str) -> None:
        with pytest.raises(LcaRefused) as caught:
            read(text)
        assert caught.value.code in ("unreadable", "schema-unknown")


class TestSample:
    def test_electricity_has_the_published_footprint_and_not_the_emission_factor(self) -> None:
        told = scores(build(sample()), sample().methods[0])
        assert told.of("electricity") == pytest.approx(0.5777, rel=1e-12)

    def test_the_sample_counts_its_loop_of_wire_gas_heat_and_transport(self) -> None:
        # By hand: heat, gas, diesel, transport and wire each in terms of the wire's score w.
        gas = (0.05 * 0.5777 + 0.004 * 28, 0.0005)
        heat = ((gas[0] + 2.1622) / 35.0379, gas[1] / 35.0379)
        diesel = (0.1 * 0.5777 + 0.2 + 3 * heat[0], 3 * heat[1])
        lorry = (0.02 * diesel[0] + 0.061918, 0.02 * diesel[1] + 0.0001)
        wire = 0.6 * 0.5777 + 1.8 + 1.5 * heat[0] + 0.3 * lorry[0]
        wire /= 1 - 1.5 * heat[1] - 0.3 * lorry[1]
        told = scores(build(sample()), sample().methods[0])
        assert told.of("steel-wire") == pytest.approx(wire, rel=1e-12)

    def test_every_number_has_a_source_or_is_an_estimate(self) -> None:
        exchanges = [e for p in sample().processes for e in (*p.inputs, *p.elementary)]
        assert all(each.source or each.estimate for each in exchanges)

    def test_sourced_factors_are_those_of_the_factor_set(self) -> None:
        path = SHARED / "data" / "emission_factors_cn.csv"
        if not path.exists():
            pytest.skip("the factor set is not on this machine")
        with path.open(encoding="utf-8") as file:
            known = {(row["category"], float(row["value"])) for row in csv.DictReader(file)}
        assert (
            "electricity_footprint",
            process("electricity-cn-2024").elementary[0].amount,
        ) in known
        assert ("fuel", process("gas-heat").elementary[0].amount) in known
        factors = {f.flow: f.factor for f in sample().methods[0].factors}
        assert ("gwp100", factors["ch4-fossil"]) in known
        assert ("gwp100", factors["n2o"]) in known


class TestUncertainty:
    def test_the_best_data_have_only_their_basic_uncertainty(self) -> None:
        told = taken("heat", "MJ", basic=0.0006, quality=Quality(1, 1, 1, 1, 1))
        assert sigma(told) == pytest.approx(sqrt(0.0006))

    def test_the_scores_are_those_of_the_older_factors_within_their_rounding(self) -> None:
        # Frischknecht et al. 2007, table 7.2: geometric deviations squared of scores 5.
        worst = Quality(5, 5, 5, 5, 5)
        older = sum((log(u) / 2) ** 2 for u in (1.5, 1.2, 1.5, 1.1, 2.0))
        assert sigma(taken("heat", "MJ", quality=worst)) ** 2 == pytest.approx(older, rel=0.03)
        assert exp(sigma(taken("heat", "MJ", quality=worst))) == pytest.approx(1.58, abs=0.01)

    @pytest.mark.parametrize("score", [0, 6, -1])
    def test_a_score_outside_is_refused(self, score: int) -> None:
        with pytest.raises(LcaRefused) as caught:
            sigma(taken("heat", "MJ", quality=Quality(1, 1, score, 1, 1)))
        assert caught.value.code == "score-outside"


class TestRefusals:
    def test_a_product_that_nobody_makes(self) -> None:
        told = refused(changed("lorry", inputs=(taken("rubber", "kg"),)))
        assert told.code == "nobody-makes"
        assert "rubber" in str(told)
        assert told.facts["process"] == "lorry"

    def test_a_product_that_two_make(self) -> None:
        told = refused(changed("lorry", product="heat", unit="MJ"))
        assert told.code == "two-makers"
        assert set(told.facts["processes"]) == {"gas-heat", "lorry"}

    def test_a_unit_that_is_not_the_products(self) -> None:
        told = refused(changed("lorry", inputs=(taken("diesel", "t"),)))
        assert told.code == "unit-differs"
        assert "in t, which is counted in kg" in str(told)

    def test_a_unit_that_is_not_the_flows(self) -> None:
        told = refused(changed("lorry", elementary=(taken("co2-fossil", "t"),)))
        assert told.code == "unit-differs"

    def test_a_unit_in_which_the_method_does_not_count(self) -> None:
        method = sample().methods[0]
        wrong = replace(method, factors=(replace(method.factors[0], per="t"),))
        with pytest.raises(LcaRefused) as caught:
            scores(build(sample()), wrong)
        assert caught.value.code == "unit-differs"

    def test_a_footprint_factor_beside_inputs_would_count_twice(self) -> None:
        told = refused(changed("electricity-cn-2024", inputs=(taken("heat", "MJ"),)))
        assert told.code == "factors-mixed"

    def test_a_footprint_factor_beside_other_emissions_would_count_twice(self) -> None:
        footprint = process("electricity-cn-2024").elementary
        told = refused(
            changed("electricity-cn-2024", elementary=(*footprint, taken("co2-fossil", "kg")))
        )
        assert told.code == "factors-mixed"

    @pytest.mark.parametrize(
        ("flow", "unit", "factor"),
        [("co2e", "kgCO2e", "emission"), ("co2e", "kgCO2e", ""), ("co2-fossil", "kg", "footprint")],
    )
    def test_a_factor_of_one_kind_fills_no_flow_of_the_other(
        self, flow: str, unit: str, factor: str
    ) -> None:
        wrong = (taken(flow, unit, factor=factor),)
        told = refused(changed("lorry", inputs=(), elementary=wrong))
        assert told.code == "factors-mixed"

    def test_an_emission_factor_alone_is_no_footprint(self) -> None:
        """The grid's 0.5827 kgCO2/kWh is 排放因子: it may not stand in for 碳足迹因子."""
        grid = replace(
            taken("co2-fossil", "kg", factor="emission", source="公告2025年第47号"), amount=0.5827
        )
        told = refused(changed("electricity-cn-2024", elementary=(grid,)))
        assert told.code == "no-footprint"

    def test_a_number_without_source_that_is_no_estimate(self) -> None:
        wrong = (taken("diesel", "kg", estimate=False),)
        assert refused(changed("lorry", inputs=wrong)).code == "no-source"

    def test_a_set_without_processes(self) -> None:
        assert refused(replace(sample(), processes=())).code == "empty"

    def test_a_demand_and_a_factor_that_are_no_numbers(self) -> None:
        method, nan = sample().methods[0], float("nan")
        wrong = replace(method, factors=(replace(method.factors[0], factor=nan),))
        for each, amount in ((method, nan), (wrong, 1.0)):
            with pytest.raises(LcaRefused) as caught:
                inventory(build(sample()), each, {"heat": amount})
            assert caught.value.code == "not-finite"

    @pytest.mark.parametrize("amount", [float("nan"), float("inf")])
    def test_a_number_that_is_none(self, amount: float) -> None:
        wrong = (replace(taken("diesel", "kg"), amount=amount),)
        assert refused(changed("lorry", inputs=wrong)).code == "not-finite"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"review": "withdrawn"}, "withdrawn"),
            ({"output": 0.0}, "output-not-positive"),
            ({"output": float("nan")}, "output-not-positive"),
            ({"since": 2026}, "years-reversed"),
            ({"id": "gas-heat"}, "id-twice"),
            ({"elementary": (taken("water", "kg"),)}, "flow-unknown"),
        ],
    )
    def test_processes_that_cannot_stand(self, fields: dict[str, object], code: str) -> None:
        assert refused(changed("lorry", **fields)).code == code

    @pytest.mark.parametrize(
        "loop",
        [
            [[1, -1], [-1, 1]],  # each uses up the other
            [[1, -0.1, 0], [0, 1, -10], [-1, 0, 1]],  # the same through a third, with rounding
            [[1, -2, 0], [-0.5, 1, 0], [-1, 0, 1]],  # with one that only uses them
        ],
    )
    def test_a_loop_that_uses_up_what_it_makes(self, loop: list[list[float]]) -> None:
        with pytest.raises(LcaRefused) as caught:
            Factors(system_of(np.array(loop, float), np.ones((1, len(loop)))).technosphere)
        assert caught.value.code == "singular"

    @pytest.mark.parametrize("small", [0, 500])
    def test_a_large_loop_that_uses_up_what_it_makes(self, small: int) -> None:
        random = np.random.default_rng(3)
        inputs = random.random((200, 200)) * (random.random((200, 200)) < 0.05)
        np.fill_diagonal(inputs, 0)
        inputs = inputs / inputs.sum(axis=0)  # all that is made is used
        with pytest.raises(LcaRefused) as caught:
            Factors(system_of(np.eye(200) - inputs, np.ones((1, 200))).technosphere, small=small)
        assert caught.value.code == "singular"

    def test_a_process_that_takes_more_of_its_product_than_it_makes(self) -> None:
        with pytest.raises(LcaRefused) as caught:
            Factors(system_of(np.array([[-0.5, 0.0], [0.0, 1.0]]), np.ones((1, 2))).technosphere)
        assert caught.value.code == "makes-nothing"

    def test_a_product_that_is_not_there_has_no_score(self) -> None:
        with pytest.raises(LcaRefused) as caught:
            scores(build(sample()), sample().methods[0]).of("gold")
        assert caught.value.code == "nobody-makes"

    def test_a_flow_that_the_method_does_not_count_is_told(self) -> None:
        system = system_of(np.eye(2), np.ones((3, 2)))
        assert system.unnamed(method_of(np.ones(2))) == ("f2",)
