"""What is graded higher is delivered in fewer ways from the next call on: the resource, every
product made of it, and what was agreed on these."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from shucheng.bays.data.actions.catalogue import describe_resource
from shucheng.bays.data.actions.delivering import issue_token
from shucheng.bays.data.actions.grading import Answer, decide_grades, grade_resources
from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.engine.catalogue import model as described
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.deliveries import delivery_page
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import (
    DAY,
    TERMS,
    delivering,
    listed,
    offer,
    ordered,
    product,
    world,
)
from shucheng.bays.data.tests.test_web_catalogue import signed_in
from shucheng.kernel.public import (
    Invalid,
    ShuchengError,
    run_pending_jobs,
)

PURPOSE = "industry-development"
NAMES = ("credit_code", "area", "staff", "opened")


@pytest.fixture
def graded(cast: Cast, settings: Any) -> Cast:
    """The world of the market; its resource is graded by the rules."""
    settings.SECURE_SSL_REDIRECT = False
    world(cast)
    grade_resources(actor=cast.bureau)
    return cast


def decide(cast: Cast, grade: str, *fields: str) -> None:
    rows = GradeProposal.objects.filter(field__name__in=fields or ["staff"])
    answers = [Answer(row.field_id, row.digest, grade=grade) for row in rows]
    decide_grades(answers, reason="汇聚后影响安全", actor=cast.reviewer)


def describe(cast: Cast, *names: str) -> Resource:
    one = Resource.objects.get()
    return describe_resource(
        {"title": one.title, "summary": "全市企业", "frequency": "DAILY", "area": "320900",
         "sharing": "unconditional", "basis": "条例"},
        [described.Field(name) for name in names],
        holder=one.holder_id, actor=cast.holder, code=one.code, revision=one.revision,
    )  # fmt: skip


def test_what_is_described_otherwise_ranks_as_unknown_at_once(graded: Cast):
    for row in GradeProposal.objects.select_related("field"):
        answer = [Answer(row.field_id, row.digest, grade="general_1")]
        decide_grades(answer, reason="公开", actor=graded.reviewer)
    assert Resource.objects.get().grade == "general_1"
    one = Resource.objects.get()
    describe_resource(
        {"title": one.title, "summary": "全市企业", "frequency": "DAILY", "area": "320900",
         "sharing": "unconditional", "basis": "条例"},
        [described.Field(each.name, comment="身份证号" * (each.name == "area"))
         for each in one.fields.all()],
        holder=one.holder_id, actor=graded.holder, code=one.code, revision=one.revision,
    )  # fmt: skip
    assert Resource.objects.get().grade == "general_2"
    again = GradeProposal.objects.get(field__name="area")
    assert (again.state, again.why_again) == ("again", "other-field")
    run_pending_jobs()
    assert Resource.objects.get().grade > "general_2", "the rules have looked again"


def anew(made: Product) -> Product:
    made.refresh_from_db()
    return made


def rows_of(code: str, token: str) -> tuple[int, Any]:
    said = json.dumps({"purpose": PURPOSE})
    address = f"/api/v1/data/deliveries/{code}/rows"
    headers = {"X-Data-Token": token}
    answer = Client().post(address, said, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def test_core_data_is_refused_at_the_very_next_call(graded: Cast):
    code = delivering(graded).code
    token = issue_token(code, "api", PURPOSE, actor=graded.buyer)[1]
    assert rows_of(code, token)[0] == 200
    decide(graded, "core")
    status, answer = rows_of(code, token)
    assert (status, answer["code"]) == (403, "delivery.grade-forbids")
    assert answer["title"]
    with pytest.raises(ShuchengError) as refused:
        issue_token(code, "api", PURPOSE, actor=graded.buyer)
    assert refused.value.code == "delivery.grade-forbids"
    page = delivery_page(code, actor=graded.buyer)
    assert (page.modes, page.stopped_code) == ([], "grade-forbids")


def test_a_way_that_the_new_grade_still_permits_goes_on(graded: Cast):
    code = delivering(graded).code
    token = issue_token(code, "api", PURPOSE, actor=graded.buyer)[1]
    decide(graded, "general_3")
    assert rows_of(code, token)[0] == 200
    with pytest.raises(ShuchengError) as refused:
        issue_token(code, "download", PURPOSE, actor=graded.buyer)
    assert refused.value.code == "delivery.grade-forbids"
    page = delivery_page(code, actor=graded.buyer)
    assert ([mode for mode, _word in page.modes], page.stopped) == (["api"], "")


def test_no_offer_order_or_agreement_goes_beyond_the_new_grade(graded: Cast):
    made = listed(graded)
    open_ = offer(graded, made)
    waiting = ordered(graded, open_)
    decide(graded, "general_3")
    with pytest.raises(Invalid) as refused:
        move_order(waiting.code, waiting.revision, "accept", actor=graded.operator, on=DAY)
    assert refused.value.code == "market.graded-higher"
    with pytest.raises(Invalid) as refused:
        ordered(graded, open_)
    assert refused.value.code == "market.graded-higher"
    with pytest.raises(Invalid) as refused:
        offer(graded, anew(made))
    assert refused.value.code == "market.modes"
    narrower = offer(graded, made, terms=replace(TERMS, modes=("api",)))
    assert ordered(graded, narrower).state == "placed"


def test_a_product_that_waits_for_review_is_not_listed_once_its_input_is_core(graded: Cast):
    made = product(graded)
    made = move_product(made.pk, made.revision, "submit", actor=graded.operator, on=DAY)
    decide(graded, "core")
    with pytest.raises(Invalid) as refused:
        move_product(made.pk, anew(made).revision, "list", actor=graded.bureau, on=DAY)
    assert refused.value.code == "market.not-listable"


def test_what_is_made_of_a_product_follows_and_its_maker_is_told(graded: Cast):
    first = listed(graded)
    second = Product.objects.create(
        code="PRD-2026-000009",
        title="再加工",
        kind="report",
        variety="企业画像",
        maker=first.maker,
        made_from=[str(first)],
        grade=first.grade,
        modes=first.modes,
    )
    decide(graded, "general_4")
    for made in (first, second):
        before = made.revision
        assert anew(made).grade == "general_4"
        assert "download" not in made.modes
        assert made.revision > before
        leaf = EvidenceEvent.objects.get(kind="product.regraded", about=str(made))
        assert leaf.content == {"grade": "general_4", "modes": list(made.modes)}
    alerts: Any = apps.get_model("alerts", "Alert")._default_manager
    told = alerts.get(code="data.product.narrowed")
    assert told.organisation_id == graded.operator.organisation_id
    assert told.values["product"] == f"{first.title} ({first})"
    entries: Any = apps.get_model("audit", "AuditEntry")._default_manager
    assert entries.filter(code="data.product.regraded").count() == 2


def test_a_new_data_item_ranks_as_an_unknown_at_once_and_is_graded_in_the_background(graded: Cast):
    decide(graded, "general_1", *NAMES)
    made = listed(graded)
    assert made.grade == "general_1"
    assert describe(graded, *NAMES, "sfzh").grade == "general_2"
    assert anew(made).grade == "general_2"
    run_pending_jobs()
    assert GradeProposal.objects.get(field__name="sfzh").grade == "general_3"
    assert (Resource.objects.get().grade, anew(made).grade) == ("general_3", "general_3")
    assert "download" not in made.modes


def test_leaving_out_a_data_item_lets_no_product_out_that_was_made_with_it(graded: Cast):
    made = listed(graded)
    decide(graded, "general_4")
    assert anew(made).grade == "general_4"
    kept = [name for name in NAMES if name != "staff"]
    assert describe(graded, *kept).grade == "general_2"
    assert anew(made).grade == "general_4"
    made = move_product(
        made.pk, made.revision, "regrade", text="重新核定", actor=graded.bureau, on=DAY
    )
    assert (made.grade, made.state) == ("general_2", "listed")
    assert "download" in made.modes


def test_what_the_bureau_judged_holds_until_the_inputs_are_graded_higher(graded: Cast):
    decide(graded, "general_4")
    made = product(graded)
    made = move_product(made.pk, made.revision, "submit", actor=graded.operator, on=DAY)
    given: dict[str, Any] = {"grade": "general_2", "modes": ["api", "sandbox"]}
    made = move_product(
        made.pk, made.revision, "list", text="汇总后无法还原", actor=graded.bureau, on=DAY, **given
    )
    decide(graded, "general_3")
    assert (anew(made).grade, made.modes) == ("general_2", ["api", "sandbox"])
    decide(graded, "important")
    assert (anew(made).grade, made.modes) == ("important", ["sandbox"])
    made = move_product(
        made.pk, made.revision, "regrade", text="再次核定", actor=graded.bureau, on=DAY, **given
    )
    decide(graded, "general_4")
    assert (anew(made).grade, made.modes) == ("general_2", ["api", "sandbox"])


def test_only_the_bureau_grades_a_listed_product_anew_and_says_why(graded: Cast):
    made = listed(graded)
    for actor, text in ((graded.operator, "放宽"), (graded.bureau, "")):
        with pytest.raises(Invalid):
            move_product(made.pk, made.revision, "regrade", text=text, actor=actor, on=DAY)


def test_the_bureau_grades_a_listed_product_anew_on_its_page(graded: Cast, settings: Any):
    settings.REQUIRE_SECOND_FACTOR = False
    made = listed(graded)
    decide(graded, "general_4")
    decide(graded, "general_1")
    address = f"/data-elements/products/{made.code}/"
    said = {"event": "regrade", "revision": str(anew(made).revision), "text": "已按决定恢复"}
    assert 'value="regrade"' not in signed_in(graded.operator).get(address).content.decode()
    bureau = signed_in(graded.bureau)
    assert 'value="regrade"' in bureau.get(address).content.decode()
    assert bureau.post(address, said).status_code == 302
    assert (anew(made).grade, made.state) == ("general_2", "listed")
    assert "download" in made.modes
