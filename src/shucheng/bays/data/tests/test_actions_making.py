"""A product is made of what its maker may process, today, and run where there is data."""

from datetime import date

import pytest

from shucheng.bays.data.actions.making import Recipe, ask_making, run_making
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.cases import Step
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import (
    DAY,
    SQL,
    USES,
    grants,
    product,
    resource,
    rows_of,
)
from shucheng.kernel.public import Forbidden, Invalid, NotFound


def recipe(**changes: object) -> Recipe:
    given = {"made_from": ["RES-2026-000001"], "uses": USES, "sql": SQL} | changes
    return Recipe(**given)


def test_sql_over_a_stored_file_makes_a_product_with_what_it_read(cast: Cast):
    resource(cast)
    grants(cast)
    made = product(cast)
    assert rows_of(made) == [("320901", 2, 67), ("320902", 1, 30)] or rows_of(made) == [
        (320901, 2, 67),
        (320902, 1, 30),
    ]
    assert [column[0] for column in made.columns] == ["area", "firms", "staff"]
    assert made.columns[1][2] == "企业数"
    assert (made.rows, made.under, made.grade) == (2, ["GP"], "general_2")
    assert made.modes == ["download", "api", "sandbox", "aggregate"]
    read = made.processing[0]["inputs"][0]
    assert (read["thing"], read["version"], read["rows"]) == ("RES-2026-000001", "3", 3)
    assert read["digest"].startswith("sha256:")
    kinds = EvidenceEvent.objects.filter(about=str(made)).values_list("kind", flat=True)
    assert list(kinds) == ["product.made", "product.processed"]
    assert Step.objects.get(subject=str(made)).event == "make"


def test_without_a_grant_or_out_of_its_term_nothing_is_made(cast: Cast):
    resource(cast)
    with pytest.raises(Invalid) as refused:
        product(cast)
    assert refused.value.code == "authority.no-grant"
    grants(cast)
    with pytest.raises(Invalid) as refused:
        product(cast, on=date(2029, 1, 1))
    assert refused.value.code == "authority.not-in-term"
    assert not Product.objects.exists()


def test_a_use_beyond_the_grant_is_refused(cast: Cast):
    resource(cast)
    grants(cast)
    with pytest.raises(Invalid) as refused:
        product(cast, recipe=recipe(uses={"purpose": ["credit"], "mode": ["api"]}))
    assert refused.value.code == "authority.limits"


def test_what_is_stopped_below_is_not_run_either(cast: Cast):
    resource(cast)
    grants(cast)
    made = product(cast)
    Stop.objects.create(on="RES-2026-000001", kind="suspend", day=DAY, by="x")
    with pytest.raises(Invalid) as refused:
        run_making(made.pk, actor=cast.operator, on=DAY)
    assert refused.value.code == "authority.suspended"


def test_only_the_operator_makes_and_runs_its_products(cast: Cast):
    resource(cast)
    grants(cast)
    made = product(cast)
    for actor in (cast.buyer, cast.holder, cast.auditor):
        with pytest.raises(NotFound):
            ask_making(made.pk, actor=actor)
    from shucheng.bays.data.actions.making import draft_product

    with pytest.raises(Forbidden):
        draft_product(
            "x",
            kind="dataset",
            variety="x",
            maker=made.maker_id,
            recipe=recipe(),
            actor=cast.buyer,
        )


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM read_csv('/etc/passwd')", "market.not-allowed"),
        ("SELECT * FROM other", "market.unknown-table"),
        ("SELECT telephone FROM res_2026_000001", "market.unknown-column"),
        ("DROP TABLE res_2026_000001", "market.not-one-select"),
    ],
)
def test_sql_that_is_not_admitted_is_refused_beside_its_field(cast: Cast, sql: str, code: str):
    resource(cast)
    grants(cast)
    with pytest.raises(Invalid) as refused:
        product(cast, recipe=recipe(sql=sql))
    assert refused.value.code == code
    assert "sql" in refused.value.fields


def test_a_run_that_fails_is_noted_without_a_value_of_the_data(cast: Cast):
    resource(cast)
    grants(cast)
    made = product(
        cast, recipe=recipe(sql="SELECT CAST(credit_code AS INT) AS n FROM res_2026_000001")
    )
    trouble = made.processing[0]["trouble"]
    assert "ConversionException" in trouble
    assert "A1" not in trouble
    assert made.data is None


def test_only_the_data_items_of_the_uses_are_read(cast: Cast):
    resource(cast)
    grants(cast, limits={"field": frozenset({"area", "staff"})})
    made = product(cast, recipe=recipe(uses={"field": ["area", "staff"]}))
    assert made.rows == 2
    other = product(
        cast,
        recipe=recipe(
            uses={"field": ["area", "staff"]}, sql="SELECT credit_code FROM res_2026_000001"
        ),
    )
    assert other.data is None
    assert other.processing[0]["trouble"]


def test_steps_in_words_make_a_product_without_data(cast: Cast):
    resource(cast, data=False)
    grants(cast)
    made = product(cast, kind="report", recipe=recipe(sql="", words="按季汇总，撰写报告"))
    assert (made.data, made.rows) == (None, None)
    with pytest.raises(Invalid) as refused:
        run_making(made.pk, actor=cast.operator, on=DAY)
    assert refused.value.code == "market.no-data"


def test_a_version_that_was_judged_is_followed_by_another(cast: Cast):
    resource(cast)
    grants(cast)
    made = product(cast)
    again = product(cast, code=made.code, title="企业分布（改）")
    assert (again.pk, again.version) == (made.pk, "1")
    Product.objects.filter(pk=made.pk).update(state="listed", revision=9)
    later = product(cast, code=made.code)
    assert (later.code, later.version) == (made.code, "2")
