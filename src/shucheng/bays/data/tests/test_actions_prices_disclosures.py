"""The two lists, guided prices, disclosure and the index: all generated from what stands."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from shucheng.bays.data.actions.disclosures import publish_disclosure
from shucheng.bays.data.actions.exporting_lists import export_list
from shucheng.bays.data.actions.prices import fix_prices, note_actual
from shucheng.bays.data.engine.authority.disclosures import (
    owed,
    read_disclosures,
    shipped_disclosures,
)
from shucheng.bays.data.engine.authority.lists import product_list, resource_list
from shucheng.bays.data.engine.authority.papers import read_papers
from shucheng.bays.data.engine.authority.price import Costs
from shucheng.bays.data.engine.authority.rules import (
    FOLDER,
    RulesInvalid,
    shipped_rules,
    shipped_texts,
)
from shucheng.bays.data.models.authority import Disclosure, Grant, PriceReview
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Offer, Product
from shucheng.bays.data.queries.authorised_index import authorised_index, measured
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.disclosures import duties_on
from shucheng.bays.data.queries.lists import lists_on
from shucheng.bays.data.queries.prices import deduction_due, periods_of, price_page
from shucheng.bays.data.queries.prices_asked import ceilings_on, prices_on
from shucheng.bays.data.tests.authority import (
    IN_FORCE,
    in_force,
    move,
    product,
    registered,
    resource,
    step,
)
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Forbidden, Invalid, NotFound

DAY = date(2026, 7, 1)
YEAR = {"since": date(2026, 6, 1), "until": date(2027, 5, 31)}
NEXT = {"since": date(2027, 6, 1), "until": date(2028, 5, 31)}
COSTS = Costs({"人员": 60_000_00, "算力": 40_000_00}, subsidy=0, tax=1_000_00, bond=200, spread=400)


@pytest.fixture
def operating(cast: Cast) -> Case:
    """An authorisation in force, and a product made under it."""
    resource(cast.holder)
    registered(cast)
    case = in_force(cast)
    process = Grant.objects.get(right="process")
    product(cast, ["RES-1"], [process.code])
    return case


def fixed(cast: Cast, case: Case, **more: Any) -> PriceReview:
    asked = {"weights": {"PRD-1": 1}, "volumes": {"PRD-1": 1000}, **YEAR, **more}
    return fix_prices(case.code, COSTS, actor=cast.bureau, **asked)


def offered(fen: int) -> None:
    plan = {"fee": 0, "basis": "call", "tiers": [[None, fen, 1]]}
    Offer.objects.create(code=f"OFR-{fen}", product=Product.objects.get(), price=plan)


def test_the_lists_are_the_book_and_name_what_they_stand_on(cast: Cast, operating: Case) -> None:
    page = lists_on(DAY, actor=cast.buyer)
    assert [each.row for each in page.resources] == list(resource_list(rights(), book(), DAY))
    assert [each.row for each in page.products] == list(
        product_list(rights(), book(), DAY, prices_on(DAY))
    )
    assert {each.row.right for each in page.resources} == {"process", "operate"}
    (made,) = page.products
    assert {operating.code, Case.objects.get(about="RES-1").code} <= set(made.row.stands_on)


@pytest.mark.parametrize("what", ["authorisation", "registration"])
def test_what_is_stopped_is_on_neither_list_that_day_and_was_the_day_before(
    cast: Cast, operating: Case, what: str
) -> None:
    if what == "authorisation":
        move(operating, "suspend", cast.bureau, DAY)
    else:
        step(Case.objects.get(about="RES-1"), "revoke", cast.bureau, DAY)
    now, before = (lists_on(day, actor=cast.bureau) for day in (DAY, DAY - timedelta(days=1)))
    assert (len(now.resources), len(now.products)) == (0, 0)
    assert (len(before.resources), len(before.products)) == (2, 1)


def test_a_list_leaves_as_csv_workbook_and_json_with_every_row(cast: Cast, operating: Case) -> None:
    _name, told = export_list("resources", "json", DAY, actor=cast.auditor)
    rows = json.loads(told)["rows"]
    assert [row["resource"] for row in rows] == ["RES-1", "RES-1"]
    assert operating.code in rows[0]["stands_on"]
    name, csv = export_list("products", "csv", DAY, actor=cast.buyer)
    assert (name, csv.count(b"PRD-1@1")) == ("products.csv", 1)
    assert csv.decode("utf-8-sig").rstrip().endswith("授权、产品与停止记录")
    assert export_list("products", "xlsx", DAY, actor=cast.buyer)[1][:2] == b"PK"
    for wrong in (("products", "exe"), ("people", "csv")):
        with pytest.raises(NotFound):
            export_list(*wrong, DAY, actor=cast.buyer)


def test_ceilings_follow_from_the_costs_that_were_found(cast: Cast, operating: Case) -> None:
    review = fixed(cast, operating)
    assert review.permitted == 107_000_00  # 100,000 + 6 % + 1,000
    assert review.ceilings == {"PRD-1@1": 107_00} or review.ceilings == {"PRD-1": 107_00}
    assert ceilings_on(DAY) == review.ceilings
    assert ceilings_on(date(2028, 6, 1)) == {}
    parts = {each.name: each for each in price_page(operating.code, actor=cast.bureau).parts}
    assert len(parts) == 5
    assert all("《" in each.source for each in parts.values())
    assert EvidenceEvent.objects.filter(kind="price.reviewed", about=operating.code).exists()


def test_what_the_rules_forbid_is_refused(cast: Cast, operating: Case) -> None:
    wide = Costs(COSTS.items, subsidy=0, tax=0, bond=200, spread=601)
    with pytest.raises(Invalid) as refused:
        fix_prices(
            operating.code,
            wide,
            weights={"PRD-1": 1},
            volumes={"PRD-1": 1},
            actor=cast.bureau,
            **YEAR,
        )
    assert refused.value.code == "authority.spread"
    with pytest.raises(Invalid) as refused:
        fixed(cast, operating, ceilings={"PRD-1": 107_01})
    assert refused.value.code == "authority.above-maximum"
    for wrong, field in (
        ({"weights": {"PRD-9": 1}}, "weights"),
        ({"volumes": {"PRD-1": 0}}, "volumes"),
        ({"until": date(2029, 6, 2)}, "until"),
    ):
        with pytest.raises(Invalid) as refused:
            fixed(cast, operating, **wrong)
        assert field in refused.value.fields
    with pytest.raises(Forbidden):
        fix_prices(
            operating.code,
            COSTS,
            weights={"PRD-1": 1},
            volumes={"PRD-1": 1},
            actor=cast.operator,
            **YEAR,
        )
    assert not PriceReview.objects.exists()


def test_an_overrun_is_deducted_from_the_periods_after(cast: Cast, operating: Case) -> None:
    fixed(cast, operating)
    noted = note_actual(operating.code, **YEAR, actual=110_000_00, periods=2, actor=cast.bureau)
    assert noted.instalments == [1_500_00, 1_500_00]
    assert (noted.maximum["excess"], noted.maximum["adjust"]) == (3_000_00, "prices")
    second = fixed(cast, operating, **NEXT)
    assert second.maximum["deducted"] == 1_500_00
    assert second.permitted == 105_500_00
    assert deduction_due(periods_of(second.authorisation)) == 1_500_00
    third = {"since": date(2028, 6, 1), "until": date(2029, 5, 31)}
    assert fixed(cast, operating, **third).maximum["deducted"] == 1_500_00


def test_a_deduction_that_a_period_cannot_bear_is_carried_on(cast: Cast, operating: Case) -> None:
    fixed(cast, operating)
    note_actual(operating.code, **YEAR, actual=300_000_00, actor=cast.bureau)
    second = fixed(cast, operating, **NEXT)
    assert (second.permitted, second.maximum["left"]) == (0, 86_000_00)
    assert deduction_due(periods_of(second.authorisation)) == 86_000_00


def test_an_overlapping_period_is_refused_and_the_same_one_is_corrected(
    cast: Cast, operating: Case
) -> None:
    fixed(cast, operating)
    with pytest.raises(Invalid) as refused:
        fixed(cast, operating, since=date(2026, 9, 1))
    assert refused.value.fields["since"]
    assert fixed(cast, operating, volumes={"PRD-1": 2000}).ceilings != {"PRD-1": 107_00}
    (only,) = periods_of(PriceReview.objects.latest("id").authorisation)
    assert only.review == PriceReview.objects.latest("id")


@pytest.mark.parametrize(("fen", "fault"), [(107_00, False), (107_01, True)])
def test_the_price_asked_is_held_against_the_ceiling(
    cast: Cast, operating: Case, fen: int, fault: bool
) -> None:
    fixed(cast, operating, since=IN_FORCE, until=date(2029, 5, 31))
    offered(fen)
    (each,) = price_page(operating.code, actor=cast.operator).ceilings
    assert (each.price, each.ceiling) == (fen, 107_00)
    assert bool(each.fault) == fault


def test_another_operator_does_not_see_the_costs(cast: Cast, operating: Case) -> None:
    fixed(cast, operating)
    assert price_page(operating.code, actor=cast.operator).parts
    with pytest.raises(NotFound):
        price_page(operating.code, actor=cast.buyer)


def test_both_sides_owe_the_year_by_the_end_of_march(cast: Cast, operating: Case) -> None:
    assert duties_on(date(2026, 12, 31), actor=cast.bureau) == []
    duties = duties_on(date(2027, 3, 31), actor=cast.holder)
    assert {(d.owed.kind, d.by, d.late) for d in duties} == {
        ("disclosure", "市场监管局", False),
        ("annual_report", "市场监管局", False),
        ("operator_disclosure", "数据运营公司", False),
        ("security_assessment", "数据运营公司", False),
    }
    assert {d.owed.due.day for d in duties} == {date(2027, 3, 31)}
    assert all(d.late for d in duties_on(date(2027, 4, 1), actor=cast.holder))


def test_a_disclosure_says_what_stood_on_the_last_day_of_the_year(
    cast: Cast, operating: Case
) -> None:
    move(operating, "suspend", cast.bureau, date(2027, 1, 5))
    made = publish_disclosure(
        operating.code, "operator_disclosure", 2026, actor=cast.operator, on=date(2027, 3, 1)
    )
    assert {row["resource"] for row in made.told["resources"]} == {"RES-1"}
    assert [row["product"] for row in made.told["products"]] == ["PRD-1@1"]
    with pytest.raises(Forbidden):
        publish_disclosure(
            operating.code, "disclosure", 2026, actor=cast.operator, on=date(2027, 3, 1)
        )
    with pytest.raises(Invalid):
        publish_disclosure(
            operating.code, "disclosure", 2027, actor=cast.holder, on=date(2027, 3, 1)
        )


def test_an_assessment_is_a_document(cast: Cast, operating: Case) -> None:
    asked = (operating.code, "security_assessment", 2026)
    with pytest.raises(Invalid) as refused:
        publish_disclosure(*asked, actor=cast.operator, on=date(2027, 3, 1))
    assert refused.value.fields["file"]
    upload = ("评估.txt", "风险可控".encode())
    publish_disclosure(*asked, actor=cast.operator, upload=upload, on=date(2027, 3, 1))
    assert Disclosure.objects.get().file is not None


def test_the_index_is_computed_once_everything_is_measured(cast: Cast, operating: Case) -> None:
    day = date(2027, 4, 30)
    before = authorised_index(day, actor=cast.bureau)
    assert before.value is None or not before.missing
    for kind, actor in (("disclosure", cast.holder), ("annual_report", cast.holder)):
        publish_disclosure(operating.code, kind, 2026, actor=actor, on=date(2027, 3, 1))
    step(Case.objects.get(about="RES-1"), "submit_change", cast.holder, date(2027, 2, 1))
    change = Case.objects.get(about="RES-1")
    step(change, "accept", cast.bureau, date(2027, 2, 2))
    found = measured(day, actor=cast.bureau)
    assert found["authorised_resources"] == 1
    assert found["authorised_resources_registered"] == 100
    assert found["authorised_disclosed"] == 50
    assert found["authorised_steps_in_time"] == 100
    page = authorised_index(day, actor=cast.bureau)
    assert page.value is not None
    assert page.value == pytest.approx(sum(b.contribution or 0 for b in page.branches if b.leaf))
    assert page.unconfirmed


def test_a_late_step_counts_as_late(cast: Cast) -> None:
    resource(cast.holder)
    registered(cast)  # accepted in time and reviewed in time
    case = Case.objects.get()
    case = step(case, "submit_change", cast.holder, date(2026, 5, 6))
    step(case, "accept", cast.bureau, date(2026, 6, 10))
    assert measured(DAY, actor=cast.bureau)["authorised_steps_in_time"] == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("name", "read"), [("papers", read_papers), ("disclosures", read_disclosures)]
)
def test_a_file_that_names_no_rule_is_refused(name: str, read: Any) -> None:
    text = shipped_texts()[name]
    assert read(text, shipped_rules())
    with pytest.raises(RulesInvalid):
        read(text.replace("PD-", "XX-", 1), shipped_rules())


def test_what_ended_is_not_owed_for_the_years_after() -> None:
    kinds, rules = shipped_disclosures(), shipped_rules()
    ahead = owed(kinds, rules, date(2025, 3, 1), date(2026, 2, 1), date(2029, 1, 1))
    assert {each.year for each in ahead} == {2025, 2026}
    assert (FOLDER / "index" / "authorised_operation_index.yaml").exists()
