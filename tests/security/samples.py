"""Sample objects whose ids fill the addresses and bodies that the matrix walks.

A new page or API operation with a parameter that is not known here: make an object in
`make_samples` and name the parameter in `ADDRESS` (by the view where the name alone says too
little), then run `make security-matrix` and review what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.security.samples_data import (
    data_authority,
    data_catalogue,
    data_delivery,
    data_graded,
    data_market,
)
from tests.security.samples_statistics import Observed, indexed, registered

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
        **registered(bureau),
        **data_graded(bureau),
        **indexed(observation),
        **data_authority(bureau),
        **data_catalogue(bureau),
        **data_delivery(bureau),
        **data_market(bureau),
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


def _observation() -> Observed:
    metric = MetricDefinition("firms", "企业数", "家", "stock", "M", "sum", "last")
    import_metrics([metric], actor=CLI)
    record_observations([ObservationInput("firms", "990100", "2025-01", 5)], actor=CLI)
    return Observed(Observation.objects.get().pk, "firms")


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
