"""Sample objects of the statistics bay for the matrix."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shucheng.bays.statistics.actions.definitions import publish_definition
from shucheng.bays.statistics.actions.importing import receive_file
from shucheng.bays.statistics.actions.indexes import answer_questionnaire
from shucheng.bays.statistics.engine.indexes.shipped import shipped
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import (
    Coefficient,
    Firm,
    IndexRun,
    Link,
    Proposal,
    Prospect,
    Publication,
)
from shucheng.bays.statistics.queries.index_results import computed
from shucheng.bays.statistics.queries.index_values import Gathered, Taken
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.public import (
    store_file,
    system_actor,
)
from shucheng.lib.indexes.definition import read_index
from shucheng.lib.indexes.questionnaire import read_questionnaire

CLI = system_actor("cli")
Address = dict[str | tuple[str, str], Any]

INDEX = """schema: shucheng.index/1
code: sample
version: "1"
name: {zh: 样例指数, en: Sample index}
normalisation: {method: min_max, bounds: [0, 10]}
tree:
  code: sample
  name: {zh: 样例指数, en: Sample index}
  children:
    - code: number
      name: {zh: 企业数, en: Firms}
      unit: 家
      direction: up
      source: {metric: firms}
"""


@dataclass(frozen=True)
class Observed:
    id: int
    metric_code: str


def indexed(observation: Observed) -> Address:
    """An index of one area that was computed, and a questionnaire that the bureau answered."""
    publish_definition("index", INDEX, code="sample", number=0, reason="sample", actor=CLI)
    taken = Taken(Decimal(5), (("2025-01", observation.id),), simulated=False)
    gathered = Gathered(("990100",), {observation.metric_code: {"990100": taken}})
    IndexRun.objects.create(
        code="sample",
        definition=1,
        period="2025-01",
        values={observation.metric_code: {"990100": taken.to_json()}},
        result={"definition": INDEX, **computed(read_index(INDEX), gathered)},
    )
    asked = "data_management_maturity"
    items = read_questionnaire(shipped()[asked]).items
    answers = {item.code: 3 for item in items}
    run = answer_questionnaire(asked, {"organisation": "bureau"}, answers, actor=CLI)
    proof = {"rules_version": "2026-1", "months": [202503], "cells": 1, "withheld": 1}
    made = Publication.objects.create(
        period=202503,
        year=2025,
        position=1,
        cells=[["revenue", "core", "city", "all", None]],
        certificate={**proof, "outsider_targets": 1, "insider_targets": 0},
        versions=ask(Micro.versions, "versions"),
        by="sample",
    )
    computed_views = ("index", "index_compute", "index_definition", "index_area")
    return {
        **{(f"statistics:{view}", "code"): "sample" for view in computed_views},
        **{(f"statistics:{view}", "code"): asked for view in ("answer", "answers")},
        ("statistics:index_area", "area"): "990100",
        ("statistics:answers", "run_id"): run.pk,
        ("statistics:accounts_download", "form"): "csv",
        ("statistics:publication_download", "form"): "csv",
        ("statistics:publication_download", "publication_id"): made.pk,
        ("statistics:publication", "publication_id"): made.pk,
        "publication_id": made.pk,
        **{
            (f"/statistics/indexes/{rest}", "code"): "sample"
            for rest in ("{code}", "{code}/{area}")
        },
        ("/statistics/indexes/{code}/{area}", "area"): "990100",
        ("statistics:table_download", "name"): "ladder",
        ("statistics:index_download", "code"): "sample",
        ("statistics:index_area_download", "code"): "sample",
        ("statistics:index_area_download", "area"): "990100",
        ("/statistics/sdmx/structure/{kind}/{agency}/{name}", "name"): "DF_DIGITAL_ECONOMY",
        "form": "csv",
    }


def registered(bureau: Organisation) -> Address:
    """Two firms that may be one, a share proposed for one of them, the file they came with."""
    rows = "统一社会信用代码,企业名称\n91000000000000001N,甲有限公司".encode()
    batch = receive_file("register", "firms.csv", rows, month="2025-01", actor=CLI)
    errors = store_file("errors.csv", b"code,sheet\n", room="statistics", actor=CLI)
    batch.report["errors_file"] = errors.pk
    batch.save()
    one, other = (
        Firm.objects.create(
            credit_code=code,
            name="甲有限公司",
            industry="7320",
            area="990100",
            size="small",
            since=202501,
            batch=batch,
        )
        for code in ("91000000000000001N", "91000000000000002R")
    )
    share = Coefficient.objects.create(firm=one, de_code="040000", share=1, since=202501)
    rates = Proposal.objects.create(kind="rates", number=0, text="version: 1", reason="sample")
    pair = Link.objects.create(left=one, right=other, probability=0.9)
    wanted = Prospect.objects.create(name="丙公司", industry="robots", owner=bureau)
    views = ("batch", "batch_confirm", "batch_take", "batch_drop", "batch_errors")
    return {
        **{(f"statistics:{view}", "batch_id"): batch.pk for view in views},
        "batch_id": batch.pk,
        ("statistics:firm", "code"): one.credit_code,
        **{
            (f"/statistics/firms/{rest}", "code"): one.credit_code
            for rest in ("{code}", "{code}/rung")
        },
        ("statistics:honour", "code"): one.credit_code,
        ("statistics:batch_template", "kind"): "register",
        ("statistics:coefficient_decide", "coefficient_id"): share.pk,
        ("statistics:definition", "kind"): "rates",
        ("statistics:definition_decide", "proposal_id"): rates.pk,
        ("statistics:duplicate_decide", "link_id"): pair.pk,
        ("statistics:prospect", "prospect_id"): wanted.pk,
    }
