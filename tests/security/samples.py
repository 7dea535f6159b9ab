"""Sample objects whose ids fill the addresses and bodies that the matrix walks.

A new page or API operation with a parameter that is not known here: make an object in
`make_samples` and name the parameter in `ADDRESS` (by the view where the name alone says too
little), then run `make security-matrix` and review what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from shucheng.bays.data.actions.authorising import plan_authorisation
from shucheng.bays.data.actions.certificates import Measured, issue_certificate
from shucheng.bays.data.actions.evidence import append_evidence, leave_evidence
from shucheng.bays.data.actions.grading import Answer, decide_grades, grade_resources
from shucheng.bays.data.actions.importing import read_sheet
from shucheng.bays.data.actions.quality import check_quality, set_quality_rules
from shucheng.bays.data.actions.registration import open_registration
from shucheng.bays.data.actions.requests import Wanted, ask_for_data
from shucheng.bays.data.engine.quality.datasheet import datasheet
from shucheng.bays.data.models import delivery, market, money
from shucheng.bays.data.models.authority import Disclosure, Grant
from shucheng.bays.data.models.catalogue import Field as DataField
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.bays.data.models.grading import GradeProposal
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
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.identity.actions.cases import open_case
from shucheng.kernel.identity.actions.notices import tell_affected
from shucheng.kernel.identity.actions.organisations import create_organisation
from shucheng.kernel.identity.actions.people import create_person
from shucheng.kernel.identity.actions.tokens import issue_token
from shucheng.kernel.identity.actors import actor_for_person
from shucheng.kernel.identity.models import Organisation, Person
from shucheng.kernel.jobs.models import Job
from shucheng.kernel.observations.inputs import MetricDefinition, ObservationInput
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.public import (
    Actor,
    Role,
    grant_role,
    import_areas,
    import_metrics,
    record_observations,
    run_pending_jobs,
    send_reminder,
    store_file,
    system_actor,
)
from shucheng.kernel.reminders.models import Robot
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.forms import generate_forms
from shucheng.kernel.reporting.actions.obligations import ask_extension, open_obligations
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Obligation
from shucheng.lib.indexes.definition import read_index
from shucheng.lib.indexes.questionnaire import read_questionnaire
from shucheng.plan.briefings.engine.facts import to_json
from shucheng.plan.briefings.engine.sample import EDITION, sample_facts
from shucheng.plan.briefings.models import Briefing, Issue
from shucheng.plan.briefings.queries.rendering import edition_json
from shucheng.plan.models import Binding
from shucheng.plan.public import PlanVersion, load_plan, publish_version, release_indicator
from shucheng.plan.supervision.actions.items import Draft, raise_item
from shucheng.plan.supervision.actions.meetings import (
    MeetingFacts,
    prepare_meeting,
    record_decision,
)
from shucheng.plan.supervision.actions.moves import issue_item, move_item
from shucheng.plan.supervision.actions.points import Planned, plan_milestones

PLAN = """蓝川市数字经济发展行动计划(2025-2027年)
蓝川市人民政府办公室
2025年3月1日
一、总体目标
到2027年,全市数字经济核心产业增加值超过320亿元,软件产业规模达到80亿元。
二、重点任务
(一)产业提升行动
1.壮大软件产业。每年新增软件企业20家以上,到2027年建成软件园区3个以上。(市工信局负责)
附件1
2025-2027年主要目标
序号 | 类别 | 主要指标 | 2025年 | 2026年 | 2027年 | 牵头部门 |
1 | 产业规模 | 数字经济核心产业增加值(亿元) | 200 | 250 | 300 | 市工信局 |
附件2
2025年工作要点
序号 | 工作要点 | 主要内容 | 牵头责任单位 |
1 | 产业提升行动 | 新增软件企业20家以上,建设软件园区1个。 | 市工信局 |
"""
CLI = system_actor("cli")
BUNDLE_PAGES = ("bundle", "bundle_upload", "bundle_staged", "bundle_take")
NOBODY, STRANGER = "no role", "liaison elsewhere"


@dataclass(frozen=True)
class Samples:
    """`address` by parameter or (view, parameter); `body` of the API by the name of a property;
    `form` is what every page is sent, so that a refusal is not hidden behind a missing field;
    `forms` is what the page of a route is sent besides."""

    people: Mapping[str, Person]
    service_secret: str
    address: Mapping[str | tuple[str, str], Any]
    body: Mapping[str, Any]
    form: Mapping[str, Any]
    forms: Mapping[str, Mapping[str, Any]]

    def of(self, view: str, parameter: str) -> Any:
        for key in ((view, parameter), parameter):
            if key in self.address:
                return self.address[key]
        raise KeyError(
            f"{view} needs a sample for “{parameter}”: add one in tests/security/samples.py"
        )


NOTICE = {
    "what": "名单误发到外单位",
    "harm": "可能接到骚扰电话",
    "measures": "已要求对方删除",
    "advice": "请留意陌生来电",
}

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


def make_samples() -> Samples:
    import_areas([{"code": "990100", "name": "蓝川市", "kind": "city"}], actor=CLI)
    bureau = create_organisation("bureau", "市工信局", "department", area="990100", actor=CLI)
    other = create_organisation("other", "市农业局", "department", actor=CLI)
    people = {role.value: _person(role.value, role, bureau) for role in Role}
    people[STRANGER] = _person("stranger", Role.LIAISON, other)
    people[NOBODY] = create_person("nobody", "nobody", actor=CLI)[0]
    _ready(people[NOBODY])

    service = people[Role.SERVICE.value].memberships.get()
    security = actor_for_person(people[Role.SECURITY.value])
    _, service_secret = issue_token(service.pk, "matrix", scope="write", actor=security)

    subject = _person("subject", Role.LIAISON, bureau)
    held = subject.memberships.get()
    token, _ = issue_token(held.pk, "sample", actor=actor_for_person(subject))
    case = open_case("report", "发现一个安全问题", actor=CLI)
    office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}), bureau.pk, frozenset({bureau.pk}))
    told = tell_affected(
        case.number,
        people[Role.LIAISON.value].username,
        NOTICE,
        actor=actor_for_person(people[Role.SECURITY.value]),
    )
    observation = _observation()
    file = store_file("证明.txt", "一份证明材料".encode(), actor=office)
    alert = raise_alert("test", actor=CLI, key="sample", role=Role.SECURITY)
    reminder = send_reminder(
        "test", to_person=subject.pk, subject="填报", text="请填报。", once_key="sample", actor=CLI
    )
    robot = Robot.objects.create(name="sample", vendor="wecom", address="https://nowhere.invalid/")
    published, review = _plans(office)
    indicator = published.indicators.first()
    assert indicator is not None
    year = indicator.path.first()
    assert year is not None

    Binding.objects.create(code="firms", name="企业数", formula="firms", unit="家")
    release_indicator("firms", licence="CC0-1.0", reason="sample", actor=CLI)

    address: dict[str | tuple[str, str], Any] = {
        "provider_id": "sso",
        "person_id": subject.pk,
        "membership_id": held.pk,
        "token_id": token.pk,
        "step": "force-password-change",
        "number": case.number,
        "delivery_id": told.deliveries.get().pk,
        ("identity:organisation", "code"): "bureau",
        ("identity:organisation_change", "code"): "bureau",
        "sequence": 1,
        "file_id": file.pk,
        "alert_id": alert.pk,
        "reminder_id": reminder.pk,
        "sending_id": reminder.sendings.earliest("pk").pk,
        "robot_id": robot.pk,
        ("open_data:indicator", "code"): "firms",
        ("open_data:release", "code"): "firms",
        ("open_data:withdraw", "code"): "firms",
        ("open_data:download", "name"): "csv",
        "agency": "*",
        "flow": "DF_INDICATORS",
        "version": "1.0.0",
        "key": "*",
        "kind": "dataflow",
        ("/sdmx/structure/{kind}/{agency}/{name}", "name"): "DF_INDICATORS",
        "job_id": Job.objects.earliest("pk").pk,
        ("observations:metric", "code"): observation.metric_code,
        ("observations:confirm", "code"): observation.metric_code,
        "observation_id": observation.id,
        "version_id": review.pk,
        ("plan:version", "version_id"): published.pk,
        ("plan:text", "version_id"): published.pk,
        "item_id": review.items.earliest("pk").pk,
        "decision": "accept",
        "finding_id": review.findings.earliest("pk").pk,
        "name": "市工信局",
        ("plan:indicator", "code"): indicator.code,
        ("plan:indicator_csv", "code"): indicator.code,
        ("plan:explain_indicator_target", "code"): indicator.code,
        ("plan:explain_light", "code"): indicator.code,
        ("plan:explain_value", "code"): indicator.code,
        ("plan:explain_value", "period"): "2025-03",
        "year": year.year,
        ("plan:judging", "code"): indicator.code,
        ("plan:split", "code"): indicator.code,
        ("plan:area", "code"): "990100",
        ("plan:area_csv", "code"): "990100",
        "rule": published.findings.earliest("pk").rule,
        ("plan:task", "pk"): published.tasks.earliest("pk").pk,
        ("plan:work_point", "pk"): published.workpoints.earliest("pk").pk,
        ("plan:target", "pk"): published.targets.earliest("pk").pk,
        ("plan:explain_target_value", "pk"): published.targets.earliest("pk").pk,
        ("plan:explain_target_value", "period"): "2025-03",
        ("plan:explain_observation", "pk"): observation.id,
        ("/organisations/{code}", "code"): "bureau",
        ("/organisations/{code}/aliases", "code"): "bureau",
        ("POST /organisations/{code}", "code"): "brand-new",
        ("/metrics/{code}", "code"): observation.metric_code,
        **_supervised(published, bureau, office),
        **_reported(bureau),
        ("supervision:propose", "code"): indicator.code,
        **_briefed(published, file),
        **_registered(bureau),
        **_data_graded(bureau),
        **_indexed(observation),
        **_data_authority(bureau),
        **_data_catalogue(bureau),
        **_data_delivery(bureau),
        **_data_market(bureau),
    }
    body = {
        "kind": "department",
        "If-Match": "1",
        "username": "somebody.new",
        "membership": held.pk,
        "scope": "read",
        "metric": observation.metric_code,
        "area": "990100",
        "period": "2025-03",
        "organisation": "bureau",
        "value": "7",
        "reason": "a typing error",
        "days": 30,
        "parent": None,
        "valid_from": None,
        "valid_to": None,
        "expires_at": None,
        "until": "2025-04-30",
        "granted": True,
        "second": 0,
        "about": "AGR-1",
        "mode": "api",
        "offer": "OFR-M",
        "purpose": "credit",
        "first": "2026-01-01",
        "last": "2026-12-31",
        "event": "suspend",
    }
    form = {
        "revision": review.revision,
        "reason": "a typing error",
        "resolution": "looked into",
        "note": "looked into",
        "membership": held.pk,
        "organisation": "bureau",
        "role": "leader",
        "state": "answered",
        "q": "软件",
    }
    forms: dict[str, dict[str, Any]] = {
        "report/<str:number>/notices/": {**NOTICE, "recipients": "subject"},
        "reporting/forms/<str:code>/<slug:deed>/": {"revision": 1},
        "plan/load/": {"file": ("plan.txt", PLAN.encode())},
        "/reporting/obligations/{obligation_id}/evidence": {"file": ("list.txt", b"a list")},
        "/statistics/batches": {"kind": "register", "file": ("firms.csv", b"code,name")},
        "plan/<int:version_id>/items/": {
            "item": "task",
            "title": "新的任务",
            "number": "9",
            "responsible": "市工信局",
            "span_start": 0,
            "span_end": 5,
        },
    }
    return Samples(people, service_secret, address, body, form, forms)


def _data_delivery(bureau: Organisation) -> dict[str | tuple[str, str], Any]:
    """An agreement whose buyer and maker are the bureau, a token of it, and a leaf of evidence."""
    today = date(2026, 1, 1)
    product = market.Product.objects.create(code="PRD-1", title="画像", kind="api", maker=bureau)
    offer = market.Offer.objects.create(code="OFR-1", product=product)
    order = market.Order.objects.create(
        code="ORD-1", offer=offer, buyer=bureau, purpose="credit", first=today, last=today
    )
    agreement = market.Agreement.objects.create(
        code="AGR-1", order=order, first=today, last=today, by="sample"
    )
    moment = timezone.now()
    delivery.Token.objects.create(
        code="t1", agreement=agreement, mode="api", purpose="credit", issued_at=moment,
        expires_at=moment, by="sample",
    )  # fmt: skip
    leave_evidence("sample", "AGR-1")
    append_evidence(actor=CLI)
    pages = ("", "_token", "_untoken", "_stop", "_download", "_mark")
    leaves = ("data:evidence_leaf", "data:evidence_leaf_file", "data:evidence_proof")
    api = ("/data/evidence/leaves/{number}", "/data/evidence/leaves/{number}/proof")
    return {
        **{(f"data:delivery{page}", "code"): "AGR-1" for page in pages},
        "token_code": "t1",
        "agreement": "AGR-1",
        ("/data/deliveries/{agreement}/tokens/{token_id}", "token_id"): "t1",
        **{(view, "number"): 0 for view in (*leaves, *api)},
    }


def _data_market(bureau: Organisation) -> dict[str | tuple[str, str], Any]:
    """A product on the market whose maker and buyer are the bureau, down to a disputed bill."""
    day = date(2026, 1, 1)
    product = market.Product.objects.create(
        code="PRD-M", title="企业画像", kind="api", variety="画像", maker=bureau, state="listed"
    )
    offer = market.Offer.objects.create(code="OFR-M", product=product)
    order = market.Order.objects.create(
        code="ORD-M", offer=offer, buyer=bureau, purpose="credit", first=day, last=day,
        state="delivering",
    )  # fmt: skip
    agreement = market.Agreement.objects.create(
        code="AGR-M", order=order, first=day, last=day, by="sample"
    )
    settlement = money.Settlement.objects.create(
        code="AGR-M.2026-01.1", agreement=agreement, period="2026-01", quantity=1, amount=1,
        on=day, by="sample",
    )  # fmt: skip
    money.Invoice.objects.create(
        number="INV-M", settlement=settlement, buyer=bureau.code, on=day, fen=1, by="sample"
    )
    market.Dispute.objects.create(
        code="DSP-M", agreement=agreement, settlement=settlement.code, raised_by=bureau,
        text="缺行", state="opened",
    )  # fmt: skip
    money.DataAsset.objects.create(
        code="AST-M", owner=bureau, title="数据", held_for="use", route="purchased"
    )
    return {
        **{(f"data:{view}", "code"): "PRD-M" for view in ("product", "offer_make")},
        ("data:offer", "code"): "OFR-M",
        **{(f"data:{view}", "code"): "ORD-M" for view in ("order", "dispute_new")},
        ("data:settlement", "code"): settlement.code,
        ("data:invoice", "number"): "INV-M",
        ("data:dispute", "code"): "DSP-M",
        ("data:asset", "code"): "AST-M",
        ("/data/market/products/{code}", "code"): "PRD-M",
        ("/data/market/offers/{code}", "code"): "OFR-M",
        ("/data/market/orders/{code}", "code"): "ORD-M",
        ("/data/market/orders/{code}/steps", "code"): "ORD-M",
        "owner": bureau.pk,
    }


@dataclass(frozen=True)
class _Observed:
    id: int
    metric_code: str


def _observation() -> _Observed:
    metric = MetricDefinition("firms", "企业数", "家", "stock", "M", "sum", "last")
    import_metrics([metric], actor=CLI)
    record_observations([ObservationInput("firms", "990100", "2025-01", 5)], actor=CLI)
    return _Observed(Observation.objects.get().pk, "firms")


def _plans(office: Actor) -> tuple[PlanVersion, PlanVersion]:
    """One version in force and a later one under review."""
    data = PLAN.encode()
    first = load_plan("plan.txt", data, actor=office)
    run_pending_jobs()
    first.refresh_from_db()
    published = publish_version(first.pk, first.revision, actor=office)
    second = load_plan("plan.txt", data, plan_code=published.plan.code, actor=office)
    run_pending_jobs()
    second.refresh_from_db()
    return published, second


def _briefed(version: PlanVersion, file: Any) -> dict[str | tuple[str, str], Any]:
    """A briefing that was issued, with one stored file for all three."""
    facts = to_json(sample_facts())
    briefing = Briefing.objects.create(
        kind="month",
        scope="city",
        scope_code="990100",
        scope_name="蓝川市",
        version=version,
        period="2025-03",
        as_of=sample_facts().as_of,
        state=Briefing.State.ISSUED,
        facts=facts,
    )
    Issue.objects.create(
        briefing=briefing,
        number=EDITION.number,
        facts=facts,
        facts_sha256="",
        edition=edition_json(EDITION),
        made_with={},
        docx=file,
        pdf=file,
        xlsx=file,
    )
    views = ("briefing", "check", "chart", "file", "write", "issue", "drop")
    return {
        **{(f"briefings:{view}", "pk"): briefing.pk for view in views},
        ("briefings:chart", "at"): 0,
        ("briefings:file", "form"): "xlsx",
        ("briefings:take_template", "version_id"): 0,
    }


def _indexed(observation: _Observed) -> dict[str | tuple[str, str], Any]:
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


def _registered(bureau: Organisation) -> dict[str | tuple[str, str], Any]:
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


def _data_graded(bureau: Organisation) -> dict[str | tuple[str, str], Any]:
    """A resource that is graded, checked, without a defect, and certified."""
    content = b"name\nsample\n"
    file = store_file("rows.csv", content, organisation_id=bureau.pk, actor=CLI)
    source = Source.objects.create(name="rows", kind="file", organisation=bureau, file=file)
    resource = Resource.objects.create(
        code="RES-SAMPLE", holder=bureau, title="样例资源", state="listed", source=source
    )
    field = DataField.objects.create(resource=resource, position=0, name="name", type="text")
    grade_resources([resource.code], actor=CLI)
    proposal = GradeProposal.objects.get(field=field)
    decide_grades([Answer(field.pk, proposal.digest)], actor=CLI)
    rules = (
        "version: '1'\nrules:\n- {code: n, dimension: completeness, check: present, fields: [name]}"
    )
    set_quality_rules(resource.code, rules, number=0, actor=CLI)
    check_quality(resource.code, actor=CLI)
    answers = dict.fromkeys((each.code for each in datasheet().questions), "样例")
    certificate = issue_certificate(
        resource.code,
        answers,
        licence="CC-BY-4.0",
        measured=[Measured("样例", 1.0, "", "样例")],
        actor=CLI,
    )
    views = ("grading_resource", "quality_resource", "certificate_issue")
    return {
        **{(f"data:{view}", "code"): resource.code for view in views},
        ("/data/grades/{code}", "code"): resource.code,
        ("/data/quality/{code}", "code"): resource.code,
        ("data:certificate", "code"): certificate.code,
        ("data:certificate_jsonld", "code"): certificate.code,
        ("/data/certificates/{code}/croissant", "code"): certificate.code,
    }


def _supervised(
    version: PlanVersion, bureau: Organisation, office: Actor
) -> dict[str | tuple[str, str], Any]:
    """An item that the bureau works on, a work point with a milestone, a meeting that decided."""
    leader = Actor(None, "leader", frozenset({Role.LEADER}), bureau.pk, frozenset({bureau.pk}))
    liaison = Actor(None, "liaison", frozenset({Role.LIAISON}), bureau.pk, frozenset({bureau.pk}))
    item = raise_item(Draft("软件产业", "说明进展", bureau.pk, due_in=20), actor=office)
    move_item(item.number, 0, "submit", actor=office)
    move_item(item.number, 1, "approve", actor=leader)
    issue_item(item.number, 2, actor=office)
    move_item(item.number, 3, "sign", actor=liaison)
    point = version.workpoints.earliest("pk")
    steps = [Planned("方案", date(2025, 6, 30))]
    tracked = plan_milestones(point.pk, 0, steps, actor=office)
    meeting = prepare_meeting(MeetingFacts("联席会议", date(2025, 6, 30)), actor=office)
    decision = record_decision(
        meeting.pk, 0, "限期整改", bureau.pk, date(2025, 7, 30), actor=office
    )
    numbered = ("item", "paper", "change", "sub_items", "move")
    return {
        **{(f"supervision:{view}", "number"): item.number for view in numbered},
        ("/supervision/items/{number}", "number"): item.number,
        "move": "reply",
        "point_id": point.pk,
        "milestone_id": tracked.milestones.get().pk,
        "meeting_id": meeting.pk,
        "decision_id": decision.pk,
    }


def _reported(bureau: Organisation) -> dict[str | tuple[str, str], Any]:
    """A form that the bureau began to fill in, with an extension that it asked for."""
    sales = MetricDefinition(
        "sales", "销售额", "亿元", "flow", "M", "sum", "sum", owner=bureau.code
    )
    import_metrics([sales], actor=CLI)
    generate_forms(actor=CLI, first="2025-01")
    open_obligations(actor=CLI, until=date(2025, 2, 10))
    owed = Obligation.objects.get(organisation=bureau, period="2025-01")
    liaison = Actor(None, "liaison", frozenset({Role.LIAISON}), bureau.pk, frozenset({bureau.pk}))
    draft = save_draft(owed.pk, {"sales": Entry("5")}, revision=0, actor=liaison)
    later = owed.due_on + timedelta(days=30)
    asked = ask_extension(owed.pk, later, "年报尚未结账", actor=liaison)
    return {
        "obligation_id": owed.pk,
        "submission_id": draft.pk,
        ("reporting:form", "code"): owed.form.code,
        ("reporting:form_change", "code"): owed.form.code,
        ("reporting:form_change", "deed"): "retire",
        ("reporting:rule", "code"): "jump:sales",
        ("reporting:rule_change", "code"): "jump:sales",
        ("reporting:rule_change", "deed"): "retire",
        **{(f"reporting:{view}", "period"): "2025-01" for view in BUNDLE_PAGES},
        ("reporting:step", "move"): "withdraw",
        "request_id": asked.pk,
        "deed": "ask",
    }


def _person(username: str, role: Role, organisation: Organisation) -> Person:
    person, _ = create_person(username, username, is_service=role is Role.SERVICE, actor=CLI)
    grant_role(person.pk, organisation.pk, role, actor=CLI)
    _ready(person)
    return person


def _ready(person: Person) -> None:
    person.must_change_password = False
    person.save()


def _data_catalogue(bureau: Organisation) -> dict[str | tuple[str, str], Any]:
    """A resource, one department's request for it to another, and a catalogue that is harvested."""
    Resource.objects.create(code="RES-C", holder=bureau, title="样例", state="listed")
    asker = Organisation.objects.create(
        code="asks", name="需求部门", kind=Organisation.Kind.DEPARTMENT
    )
    asks = Actor(None, "asks", frozenset({Role.LIAISON}), asker.pk, frozenset({asker.pk}))
    case = ask_for_data(
        Wanted("样例", "样例", "样例", "样例", "样例", "样例", resource="RES-C"),
        asker=asker.pk,
        actor=asks,
    )
    harvested = Source.objects.create(
        name="样例目录", kind="ckan", organisation=bureau, address="https://data.example"
    )
    holder = Actor(None, "holder", frozenset({Role.LIAISON}), bureau.pk, frozenset({bureau.pk}))
    sent = read_sheet("resources.csv", "资源名称\n样例二\n".encode(), actor=holder)
    return {
        **{(f"data:{view}", "pk"): sent.pk for view in ("sheet", "sheet_errors")},
        **{(f"data:{view}", "code"): case.code for view in ("request", "request_step")},
        ("data:harvest", "pk"): harvested.pk,
        ("data:source", "pk"): harvested.pk,
        **{(f"data:{view}", "code"): "RES-C" for view in ("resource", "resource_step", "describe")},
        ("data:catalogue_file", "form"): "csv",
        ("/data/catalogue/{code}", "code"): "RES-C",
        ("/data/ckan/api/3/action/package_show", "id"): "RES-C",
        ("/data/evidence/consistency", "first"): 0,
        ("/data/dataset/{code}", "code"): "RES-C",
    }


def _data_authority(bureau: Organisation) -> dict[str | tuple[str, str], Any]:
    """A resource that is registered and one that an authorisation is planned over, a grant of its
    holder, a disclosure."""
    Resource.objects.create(
        code="RES-S", holder=bureau, title="样例", state="listed", grade="general_2", modes=["api"]
    )
    holder = Actor(None, "holder", frozenset(Role), bureau.pk, frozenset({bureau.pk}))
    case = open_registration(
        "resource_registration", "RES-S", "样例", applicant=bureau.pk, actor=holder
    )
    planned = plan_authorisation(
        "样例",
        resources=["RES-S"],
        mode="whole",
        scenario="样例",
        limits={},
        plan={},
        applicant=bureau.pk,
        actor=holder,
    )
    planned.operator = bureau
    planned.save()
    grant = Grant.objects.create(
        code="GRT-S", right="hold", giver="bureau", taker="bureau", things=["RES-S"],
        start=date(2025, 1, 1), end=date(2027, 1, 1), basis=[case.code], by="sample",
    )  # fmt: skip
    told = Disclosure.objects.create(
        authorisation=planned, year=2025, kind="disclosure", on=date(2026, 3, 1), by="sample"
    )
    cases = ("authorisation", "authorisation_plan", "authorisation_step")
    plans = (*cases, "authorisation_agreement", "authorisation_prices", "price_fix", "price_actual")
    return {
        **{(f"data:{view}", "code"): planned.case.code for view in plans},
        **{(f"data:{view}", "code"): case.code for view in ("registration", "registration_step")},
        ("data:grant", "code"): grant.code,
        "disclosure_id": told.pk,
        ("data:list_download", "name"): "resources",
        ("data:list_download", "form"): "csv",
        ("/data/registrations/{code}", "code"): case.code,
        ("/data/registrations/{code}/steps", "code"): case.code,
        ("/data/authorisations/{code}", "code"): planned.case.code,
        ("/data/authorisations/{code}/steps", "code"): planned.case.code,
        ("/data/grants/{code}", "code"): grant.code,
        ("/data/lists/{name}", "name"): "resources",
    }
