"""Indexes and questionnaires: computing, refusing, explaining, publishing, and who sees what."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from shucheng.bays.statistics.actions.definitions import publish_definition
from shucheng.bays.statistics.actions.indexes import answer_questionnaire, compute_index
from shucheng.bays.statistics.engine.indexes.shipped import shipped
from shucheng.bays.statistics.models import Definition, Firm, IndexRun
from shucheng.bays.statistics.queries.index_area import area_page
from shucheng.bays.statistics.queries.index_words import FACTORS, METHODS, MISSING
from shucheng.bays.statistics.queries.indexes import index_page
from shucheng.bays.statistics.simulation import indexes as simulation_indexes
from shucheng.bays.statistics.simulation.indexes import simulate_indexes
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST, code, taken_over
from shucheng.kernel.public import (
    ANONYMOUS,
    Area,
    Conflict,
    Forbidden,
    Invalid,
    MetricDefinition,
    Organisation,
    Person,
    Role,
    create_person,
    grant_role,
    import_metrics,
    record_observations,
)
from shucheng.kernel.public import ObservationInput as Told
from shucheng.lib.indexes.questionnaire import read_questionnaire

pytestmark = pytest.mark.django_db

NORTH = "320904"
TEXT = """schema: shucheng.index/1
code: small
version: "1"
name: {zh: 小指数, en: Small index}
scale: [1, 100]
unconfirmed: [权重]
tree:
  code: small
  name: {zh: 小指数, en: Small index}
  aggregation: geometric
  children:
    - code: size
      name: {zh: 规模, en: Size}
      children:
        - code: revenue
          name: {zh: 收入, en: Revenue}
          unit: 亿元
          direction: up
          source: {metric: revenue}
          log: true
        - code: per_firm
          name: {zh: 户均收入, en: Revenue per firm}
          unit: 亿元/家
          direction: up
          source: {metric: revenue, per: firms}
    - code: energy
      name: {zh: 能耗, en: Energy}
      unit: 吨
      direction: down
      source: {metric: energy}
      missing: {rule: worst, at_most: 0.4}
uncertainty: {weightings: [as_defined, equal], weight_spread: 0.2}
"""
DCMM = "data_management_maturity"
DAY = date(2025, 6, 30)
Browser = Callable[[Role], Client]


@pytest.fixture(autouse=True)
def town(settings: object) -> None:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    city = Area.objects.create(code=CITY, name="某市", kind="city")
    for order, (area, name) in enumerate(((EAST, "东区"), (WEST, "西区"), (NORTH, "北区"))):
        Area.objects.create(code=area, name=name, kind="district", parent=city, order=order)
    Organisation.objects.create(code="office", name="市数据局", kind="department")
    definitions = [
        MetricDefinition("revenue", "收入", "亿元", "flow", "Q", "sum", "sum"),
        MetricDefinition("firms", "企业数", "家", "stock", "Q", "sum", "last"),
        MetricDefinition("energy", "能耗", "吨", "flow", "A", "sum", "sum"),
    ]
    import_metrics(definitions, actor=OFFICE)


@pytest.fixture
def index(town: None) -> str:
    publish_definition("index", TEXT, code="small", number=0, reason="试算", actor=OFFICE)
    return "small"


def figures(**changed: int) -> None:
    """Four quarters of revenue and firms; energy of the year, none of the north."""
    rows = []
    for area, revenue, firms in ((EAST, 40, 10), (WEST, 20, 4), (NORTH, 12, 8)):
        rows += [Told("revenue", area, f"2024-Q{n}", revenue + n) for n in range(1, 5)]
        rows += [Told("firms", area, f"2024-Q{n}", firms + n) for n in range(1, 5)]
    rows += [Told("energy", EAST, "2024", 9), Told("energy", WEST, "2024", changed.get("west", 5))]
    record_observations(rows, actor=OFFICE)


def test_who_is_not_ranked_is_named_beside_the_ranks(index: str) -> None:
    figures()
    Area.objects.create(
        code="320905", name="南区", kind="district", parent=Area.objects.get(code=CITY), order=9
    )
    page = index_page("small", "2024", actor=OFFICE)
    assert (page.run, page.left_out) == (None, (("320905", "南区"),))
    compute_index("small", "2024", actor=OFFICE)
    page = index_page("small", "2024", actor=OFFICE)
    assert len(page.areas) == 3
    assert page.left_out == (("320905", "南区"),)
    reader = browser(Role.LEADER)
    with translation.override("zh-hans"):
        shown = reader.get("/statistics/indexes/small/?period=2024").content.decode()
    assert "南区" in shown
    told = reader.get("/api/v1/statistics/indexes/small?period=2024").json()
    assert told["left_out"] == [{"area": "320905", "name": "南区"}]


def browser(role: Role) -> Client:
    office = Organisation.objects.get(code="office")
    person, _once = create_person(f"test-{role}", str(role), actor=OFFICE)
    grant_role(person.pk, office.pk, role, actor=OFFICE)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def test_a_year_takes_flows_summed_and_stocks_at_its_end(index: str) -> None:
    figures()
    run = compute_index(index, "2024", actor=OFFICE)
    assert run.values["revenue"][EAST]["value"] == "170.000000"
    assert [period for period, _ in run.values["revenue"][EAST]["observations"]] == [
        f"2024-Q{n}" for n in range(1, 5)
    ]
    assert run.values["firms"][WEST]["value"] == "8.000000"
    assert [period for period, _ in run.values["firms"][WEST]["observations"]] == ["2024-Q4"]
    assert run.result["raw"]["per_firm"] == pytest.approx([170 / 14, 90 / 8, 58 / 12])
    # The north reported no energy: it counts as the worst of the others, and is marked.
    assert run.result["imputed"]["energy"] == [False, False, True]
    assert run.result["filled"]["energy"][2] == 9
    assert not run.simulated


def test_every_contribution_adds_up_to_the_score_and_names_its_observations(index: str) -> None:
    figures()
    run = compute_index(index, "2024", actor=OFFICE)
    for area in run.result["areas"]:
        found = area_page(index, area, actor=OFFICE)
        total = sum((step.contribution for step in found.steps), Decimal(0))
        total += sum((one.value for one in found.deductions), Decimal(0))
        at = run.result["areas"].index(area)
        assert total == found.score == round(Decimal(run.result["scores"][at]), 2)
    east = area_page(index, EAST, actor=OFFICE).steps
    assert [len(source.observations) for source in east[1].sources] == [4, 1]
    assert east[0].ways == pytest.approx((50, 50))


def test_the_same_inputs_are_stored_once_and_changed_ones_again(index: str) -> None:
    figures()
    first = compute_index(index, "2024", actor=OFFICE)
    assert compute_index(index, "2024", actor=OFFICE).pk == first.pk
    record_observations([Told("energy", NORTH, "2024", 6)], actor=OFFICE)
    second = compute_index(index, "2024", actor=OFFICE)
    assert second.pk != first.pk
    assert second.digest != first.digest
    newer = TEXT.replace('version: "1"', 'version: "2"')
    publish_definition("index", newer, code=index, number=1, reason="改版", actor=OFFICE)
    assert index_page(index, actor=OFFICE).outdated
    third = compute_index(index, "2024", actor=OFFICE)
    assert (third.definition, IndexRun.objects.count()) == (2, 3)
    assert not index_page(index, actor=OFFICE).outdated


def test_one_missing_quarter_refuses_the_year_and_says_whose(index: str) -> None:
    record_observations([Told("energy", area, "2024", 5) for area in (EAST, WEST)], actor=OFFICE)
    quarters = [Told("revenue", EAST, f"2024-Q{n}", 5) for n in (1, 2, 4)]
    record_observations(quarters, actor=OFFICE)
    with translation.override("zh-hans"), pytest.raises(Invalid) as refused:
        compute_index(index, "2024", actor=OFFICE)
    assert refused.value.code == "statistics.index.no_values"
    assert "小指数" in refused.value.message
    assert "收入" in refused.value.message
    assert list(refused.value.fields) == ["revenue"]
    lacking = index_page(index, "2024", actor=OFFICE).lacking
    assert {(lack.code, lack.refused) for lack in lacking} >= {("revenue", True), ("firms", True)}
    assert not IndexRun.objects.exists()


@pytest.mark.parametrize("period", ["", "soon", "2024-13", "2024-Q9"])
def test_what_is_no_period_is_refused(index: str, period: str) -> None:
    with pytest.raises(Invalid) as refused:
        compute_index(index, period, actor=OFFICE)
    assert refused.value.code == "statistics.period"


def test_simulated_figures_make_a_simulated_index(index: str) -> None:
    figures()
    shown = browser(Role.LEADER).get("/statistics/indexes/small/")
    assert shown.status_code == 200
    assert not shown.context["simulated"]
    record_observations([Told("energy", NORTH, "2024", 7)], source="simulation", actor=OFFICE)
    assert compute_index(index, "2024", actor=OFFICE).simulated
    shown = browser(Role.AUDITOR).get("/statistics/indexes/small/")
    assert shown.context["simulated"]
    assert "ribbon" in shown.content.decode()


def test_a_definition_that_cannot_be_computed_is_not_published(index: str) -> None:
    for text, said in (
        (TEXT.replace("direction: up", "direktion: up", 1), "direction"),
        (TEXT.replace("code: small", "code: other", 1), "other"),
        ("a: [", "YAML"),
    ):
        with translation.override("en"), pytest.raises(Invalid) as refused:
            publish_definition("index", text, code=index, number=1, reason="改", actor=OFFICE)
        assert said in refused.value.fields["text"]
    for code_of, text in (
        ("Klein Index", TEXT.replace("code: small", "code: Klein Index")),
        (DCMM, TEXT.replace("code: small", f"code: {DCMM}", 1)),
    ):
        with pytest.raises(Invalid):
            publish_definition("index", text, code=code_of, number=0, reason="改", actor=OFFICE)
    with pytest.raises(Conflict):
        publish_definition("index", TEXT, code=index, number=0, reason="改", actor=OFFICE)
    assert Definition.objects.count() == 1


def test_publishing_on_the_page_shows_the_differences_first(index: str) -> None:
    client, address = browser(Role.PLAN_OFFICE), "/statistics/indexes/small/definition/"
    newer = TEXT.replace("at_most: 0.4", "at_most: 0.5")
    sent = {"text": newer.replace("\n", "\r\n"), "number": 1, "reason": "放宽缺报"}
    preview = client.post(address, sent | {"preview": "1"})
    lines = preview.context["changes"].splitlines()
    assert [line[0] for line in lines if line[:1] in "+-"] == ["-", "+"]
    assert Definition.objects.count() == 1
    assert client.post(address, sent | {"text": "a: ["}).status_code == 422
    assert client.post(address, sent | {"reason": ""}).status_code == 422
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 409
    assert Definition.objects.get(number=2).text == newer
    assert "放宽缺报" in client.get(address).content.decode()


def test_pages_are_seen_by_all_and_computed_by_the_plan_office(index: str) -> None:
    figures()
    office, leader = browser(Role.PLAN_OFFICE), browser(Role.LEADER)
    assert "gigabit_rate" in office.get("/statistics/indexes/convergence/").content.decode()
    refused = office.post("/statistics/indexes/small/compute/", {"period": "2023"})
    assert refused.status_code == 422
    assert refused.context["error"].code.startswith("statistics.")
    made = office.post("/statistics/indexes/small/compute/", {"period": "2024"})
    assert made.status_code == 302
    assert leader.post("/statistics/indexes/small/compute/", {"period": "2024"}).status_code == 403
    assert leader.get("/statistics/indexes/small/answers/").status_code == 403
    for address in (
        "",
        "small/",
        "small/?period=2024",
        "small/?period=nonsense",
        f"small/{EAST}/",
        "small/definition/",
        "county_digital_economy/",
        "county_digital_economy/?period=2025-03-07",
        f"{DCMM}/",
    ):
        assert leader.get(f"/statistics/indexes/{address}").status_code == 200, address
    for address in ("nothing/", "small/999999/", f"{DCMM}/answers/1/", f"convergence/{EAST}/"):
        assert leader.get(f"/statistics/indexes/{address}").status_code == 404, address
    with pytest.raises(Forbidden):
        compute_index(index, "2024", actor=ANONYMOUS)


def answers(level: int, **changed: object) -> dict[str, object]:
    return {item.code: level for item in read_questionnaire(shipped()[DCMM]).items} | changed


def test_a_questionnaire_is_answered_on_its_page() -> None:
    client, address = browser(Role.PLAN_OFFICE), f"/statistics/indexes/{DCMM}/answers/"
    sent = {f"item-{item}": str(level) for item, level in answers(3, metadata=1).items()}
    assert client.post(address, sent).context["errors"].keys() == {"organisation"}
    unknown = client.post(address, sent | {"firm": code(1)})
    assert (unknown.status_code, list(unknown.context["errors"])) == (422, ["firm"])
    gap = client.post(address, sent | {"organisation": "office", "item-metadata": ""})
    assert list(gap.context["errors"]) == ["metadata"]
    nothing = client.post(address, {"organisation": "office"})
    assert len(nothing.context["errors"]) == 28
    odd = client.post(address, sent | {"organisation": "office", "item-metadata": "9"})
    assert odd.status_code == 422
    kept = client.post(address, sent | {"organisation": "office"})
    run = IndexRun.objects.get()
    assert kept.headers["Location"] == f"{address}{run.pk}/"
    assert run.values["answers"]["metadata"] == 1
    page = client.get(kept.headers["Location"]).context["page"]
    assert sum(i.contribution for d in page.domains for i in d.items) == pytest.approx(
        run.result["score"]
    )
    assert browser(Role.LEADER).get(kept.headers["Location"]).status_code == 200


def test_a_firm_s_answers_are_shown_to_those_who_may_see_the_firm(tmp_path: Path) -> None:
    rows = [{"firm": code(1), "name": "某企业", "area": EAST}]
    taken_over(tmp_path, "register", rows)
    assert Firm.objects.get().area == EAST
    run = answer_questionnaire(DCMM, {"firm": code(1)}, answers(2), day=DAY, actor=OFFICE)
    listed, single = f"/statistics/indexes/{DCMM}/", f"/statistics/indexes/{DCMM}/answers/{run.pk}/"
    office, leader = browser(Role.PLAN_OFFICE), browser(Role.LEADER)
    assert "某企业" in office.get(listed).content.decode()
    assert office.get(single).status_code == 200
    hidden = leader.get(listed)
    assert hidden.context["page"].hidden == 1
    assert "某企业" not in hidden.content.decode()
    assert leader.get(single).status_code == 404


def test_the_simulation_computes_what_is_complete_and_twice_changes_nothing(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = ("2025", "2024", "2023")
    monkeypatch.setattr(simulation_indexes, "period_choices", lambda: choices)
    figures()
    record_observations([Told("energy", NORTH, "2024", 7)], source="simulation", actor=OFFICE)
    rows = [{"firm": code(1), "name": "某企业", "area": EAST, "size": "large"}]
    taken_over(tmp_path, "register", rows, simulated=True)
    made = simulate_indexes(OFFICE)
    runs = IndexRun.objects.values_list("code", "period", "simulated")
    assert [run for run in runs if run[0] == index] == [(index, "2024", True)]
    # The firm answers both questionnaires, the one office that of data management as well.
    assert (made, IndexRun.objects.filter(simulated=True).count()) == (4, 4)
    assert simulate_indexes(OFFICE) == made


def test_every_method_that_a_definition_can_name_has_a_word() -> None:
    from typing import get_args

    from shucheng.lib.indexes import definition, study

    named = {"as_defined"}
    for choice in (
        definition.NormalisationMethod,
        definition.WeightingMethod,
        definition.AggregationMethod,
    ):
        named |= set(get_args(choice))
    assert named == set(METHODS)
    assert set(FACTORS) == set(study.FACTORS)
    assert set(MISSING) | {"refuse"} == set(
        get_args(definition.Missing.model_fields["rule"].annotation)
    )
