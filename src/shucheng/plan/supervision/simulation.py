"""Simulated supervision, labelled as such, through the real actions: an item in every state, work
points with milestones, a past meeting and the next one. Seeded: the same plan gives the same."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shucheng.kernel.public import Actor, Organisation, Role
from shucheng.lib.workdays import working_days_after
from shucheng.plan.models import Duty, PlanVersion, WorkPoint
from shucheng.plan.queries.versions import current_version
from shucheng.plan.supervision.actions.escalating import escalate_item
from shucheng.plan.supervision.actions.items import Draft, Source, raise_item, raise_sub_items
from shucheng.plan.supervision.actions.meetings import (
    MeetingFacts,
    finish_decision,
    issue_minutes,
    prepare_meeting,
    record_decision,
)
from shucheng.plan.supervision.actions.moves import (
    ask_extension,
    grant_extension,
    issue_item,
    move_item,
    send_back,
)
from shucheng.plan.supervision.actions.points import (
    Planned,
    finish_milestone,
    plan_milestones,
    report_progress,
)
from shucheng.plan.supervision.actions.proposing import accept_proposal
from shucheng.plan.supervision.engine.titles import title_from
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries.items import new_stages
from shucheng.plan.supervision.queries.meetings import find_decision
from shucheng.plan.supervision.queries.proposals import proposals

SEED = 20250909
# So few organisations lead all items that each has some to show.
LEADS = 6
_DEMAND = "请对照行动计划，逐项说明进展和存在问题，提出整改措施和完成时限，并附佐证材料。（模拟）"
_REPLY = "已召开专题会议，明确责任人和时间节点，按周推进。（模拟）"
_DONE = "任务已完成，佐证材料齐全，报请办结。（模拟）"
_EVIDENCE = ("办理情况说明（模拟）.txt", "本文件为演示用的模拟佐证材料。".encode())


@dataclass(frozen=True, slots=True)
class Story:
    """One item's life. Days are working days before today; `ends` is where it has got to."""

    ends: str
    raised: int
    due_in: int = 20
    joint: int = 0
    reply: int | None = None
    finished: int | None = None
    closed: int | None = None


STORIES = (
    Story("draft", 1),
    Story("in_review", 2),
    Story("approved", 3),
    Story("issued", 3),
    Story("issued", 9),
    Story("working", 8, reply=2, joint=1),
    Story("working", 20, reply=6, joint=2),
    Story("working", 26, reply=10),
    Story("working", 36, due_in=20, reply=20, joint=1),
    Story("asked", 18, reply=8),
    Story("extended", 30, due_in=18, reply=12),
    Story("recheck", 24, reply=12, finished=2),
    Story("sent_back", 30, due_in=26, reply=16, finished=8),
    Story("closed", 45, reply=38, finished=30, closed=28, joint=2),
    Story("closed", 60, due_in=15, reply=50, finished=38, closed=36),
    Story("closed", 70, due_in=25, reply=60, finished=58, closed=55, joint=1),
    Story("cancelled", 40, reply=30),
    Story("split", 25, due_in=30, reply=12),
)


def simulate_supervision(today: date, *, office: str = "") -> int:
    """Fill supervision for the plan in force; how many items there are then. Does nothing where
    there is no plan, where nobody answers for it, or where there are items already."""
    version = current_version()
    if version is None or SupervisionItem.objects.exists():
        return 0
    stage = _Stage(version, today, office)
    if not stage.leads:
        return 0
    items = [stage.play(number, story) for number, story in enumerate(STORIES)]
    stage.raise_lights(3)
    stage.track_points()
    stage.meet(next(i for i, s in zip(items, STORIES, strict=True) if s.raised == 36))
    stage.escalate()
    return SupervisionItem.objects.count()


class _Stage:
    """Who plays, and when: everything happened on a working day before today."""

    def __init__(self, version: PlanVersion, today: date, office: str) -> None:
        self.version, self.today = version, today
        self.chance = random.Random(SEED)  # noqa: S311 - not for secrets
        found = Duty.objects.filter(version=version, organisation__isnull=False)
        named = found.select_related("organisation").order_by("position", "pk")
        self.leads = list(
            dict.fromkeys(duty.organisation for duty in named if duty.organisation is not None)
        )[:16]
        self.counties = list(
            Organisation.objects.filter(kind=Organisation.Kind.COUNTY_GOVERNMENT)[:4]
        )
        own = Organisation.objects.filter(code=office).first()
        self.office = _actor("计划办（模拟）", Role.PLAN_OFFICE, own)
        self.leader = _actor("分管领导（模拟）", Role.LEADER, own)
        self.service = _actor("system", Role.SERVICE, None)
        self.points = list(version.workpoints.prefetch_related("duties__organisation"))

    def before(self, days: int) -> date:
        return working_days_after(self.today, -days).day

    def liaison(self, organisation: Organisation) -> Actor:
        return _actor(f"{organisation.name}联络员（模拟）", Role.LIAISON, organisation)

    def play(self, number: int, story: Story) -> SupervisionItem:
        lead = self.leads[number % min(len(self.leads), LEADS)]
        others = [each for each in self.leads if each != lead]
        draft = Draft(
            title=self._title(number, lead),
            demand=_DEMAND,
            lead=lead.pk,
            joint=[each.pk for each in self.chance.sample(others, min(story.joint, len(others)))],
            due_in=story.due_in,
        )
        item = raise_item(draft, on=self.before(story.raised), simulated=True, actor=self.office)
        self._follow(item, story, lead)
        return item

    def escalate(self) -> None:
        """What the clock would have written, for everything that is late by today."""
        for item in SupervisionItem.objects.order_by("pk"):
            if new_stages(item, self.today):
                escalate_item(item.pk, self.today, actor=self.service)

    def _title(self, number: int, lead: Organisation) -> str:
        own = [p for p in self.points if any(d.organisation_id == lead.pk for d in p.duties.all())]
        text = own[number % len(own)].text if own else lead.name
        return f"{title_from(text, 40)}：进度督办"

    def _follow(self, item: SupervisionItem, story: Story, lead: Organisation) -> None:
        liaison, raised = self.liaison(lead), story.raised
        if story.ends == "draft":
            return
        self._move(item, "submit", raised, self.office)
        if story.ends == "in_review":
            return
        self._move(item, "approve", raised - 1, self.leader)
        if story.ends == "approved":
            return
        item.refresh_from_db()
        issue_item(item.number, item.revision, on=self.before(raised - 2), actor=self.office)
        if story.ends == "issued":
            return
        # Not everybody signs at once.
        self._move(item, "sign", raised - 3 - self.chance.choice((0, 0, 1, 3)), liaison)
        if story.reply is not None:
            self._move(item, "reply", story.reply, liaison, _REPLY, [_EVIDENCE])
        item.refresh_from_db()
        self._ending(item, story, liaison)

    def _ending(self, item: SupervisionItem, story: Story, liaison: Actor) -> None:
        match story.ends:
            case "asked" | "extended":
                asked = 2 if story.ends == "asked" else 13
                until = working_days_after(item.deadline or self.today, 15).day
                why = "主要设备到货延迟，申请延期。（模拟）"
                item = ask_extension(
                    item.number, item.revision, until, why, on=self.before(asked), actor=liaison
                )
                if story.ends == "extended":
                    grant_extension(
                        item.number, item.revision, on=self.before(asked - 2), actor=self.office
                    )
            case "split":
                self._break_down(item)
            case "cancelled":
                self._move(item, "cancel", 25, self.leader, "任务并入另一事项，予以撤销。（模拟）")
        if story.finished is None:
            return
        self._move(item, "finish", story.finished, liaison, _DONE, [_EVIDENCE])
        item.refresh_from_db()
        if story.ends == "sent_back":
            why = "佐证材料不足，请补充后再报。（模拟）"
            send_back(item.number, item.revision, why, on=self.before(5), actor=self.office)
        if story.closed is not None:
            self._move(item, "close", story.closed, self.office)

    def _break_down(self, whole: SupervisionItem) -> None:
        if not self.counties:
            return
        parts = raise_sub_items(
            whole.number,
            Draft(whole.title, _DEMAND, None, deadline=whole.deadline),
            [county.pk for county in self.counties],
            on=self.before(18),
            simulated=True,
            actor=self.office,
        )
        for number, (part, county) in enumerate(zip(parts, self.counties, strict=True)):
            done = number == 1
            story = Story(
                "closed" if done else "working" if number else "issued",
                18,
                reply=10,
                finished=4 if done else None,
                closed=2 if done else None,
            )
            self._follow(part, story, county)

    def raise_lights(self, most: int) -> None:
        """The first red lights become items: one under review, the others being worked on."""
        seen = self.before(4)
        red = [each for each in proposals(seen, actor=self.office) if each.lead is not None]
        for number, each in enumerate(red[:most]):
            lead = each.lead
            if lead is None or each.item is not None:
                continue
            draft = Draft(
                f"{each.area_name}：{each.indicator.name}落后于序时进度",
                _DEMAND,
                lead.pk,
                [helper.pk for helper in each.joint],
                due_in=20,
            )
            item = accept_proposal(
                each.indicator.code,
                each.area_code,
                draft,
                simulated=True,
                on=seen,
                actor=self.office,
            )
            self._follow(item, Story("working" if number else "in_review", 4), lead)

    def track_points(self) -> None:
        """Milestones for most work points, done and reported as chance has it."""
        for point in self.points:
            duties = [d.organisation for d in point.duties.all() if d.organisation is not None]
            if not duties or self.chance.random() < 0.15:
                continue
            self._track(point, self.liaison(duties[0]))

    def _track(self, point: WorkPoint, liaison: Actor) -> None:
        year = point.year or self.today.year
        steps = (("制定工作方案", 3, 31, 1), ("取得阶段性成果", 8, 31, 2), ("全面完成", 12, 31, 2))
        rows = [
            Planned(f"{title}（模拟）", date(year, month, day), Decimal(weight))
            for title, month, day, weight in steps
        ]
        tracked = plan_milestones(point.pk, 0, rows, simulated=True, actor=liaison)
        done = Decimal(0)
        for milestone in tracked.milestones.all():
            slip = self.chance.choice((-20, -10, 0, 5, 40, 400))
            made = milestone.planned + timedelta(days=slip)
            if made > self.today:
                break
            done += milestone.weight
            finish_milestone(milestone.pk, point_id=point.pk, on=made, actor=liaison)
            report_progress(
                point.pk,
                (done / 5 * 100),
                f"{milestone.title}：已完成。（模拟）",
                on=made,
                simulated=True,
                actor=liaison,
            )

    def meet(self, overdue: SupervisionItem) -> None:
        """A meeting that was held, with decisions in every state, and the next one."""
        held, lead = self.before(8), self.leads[0]
        meeting = prepare_meeting(
            MeetingFacts("数字经济发展联席会议（模拟）", held, "市行政中心", "分管领导"),
            on=held,
            simulated=True,
            actor=self.office,
        )
        late = self.before(-15)
        texts: Sequence[tuple[str, Organisation, str]] = (
            (f"督促{overdue.lead.name}限期整改，下次会议专题汇报。", overdue.lead, overdue.number),
            ("建立重点项目月调度机制。", lead, ""),
            ("完善数据报送口径，统一统计标准。", self.leads[1 % len(self.leads)], ""),
        )
        decisions = []
        for text, organisation, number in texts:
            meeting.refresh_from_db()
            decisions.append(
                record_decision(
                    meeting.pk,
                    meeting.revision,
                    f"{text}（模拟）",
                    organisation.pk,
                    late,
                    item_number=number,
                    actor=self.office,
                )
            )
        meeting.refresh_from_db()
        issue_minutes(meeting.pk, meeting.revision, on=self.before(6), actor=self.office)
        outcome = "已印发调度制度并开展首次调度。（模拟）"
        finish_decision(decisions[1].pk, outcome, on=self.before(2), actor=self.office)
        self._raise_from(decisions[2].pk)
        prepare_meeting(
            MeetingFacts("数字经济发展联席会议第二次会议（模拟）", self.before(-6), "市行政中心"),
            on=self.today,
            simulated=True,
            actor=self.office,
        )

    def _raise_from(self, decision_id: int) -> None:
        decision = find_decision(decision_id, actor=self.office)
        item = raise_item(
            Draft(decision.text[:60], decision.text, decision.organisation_id, due_in=20),
            source=Source(origin=SupervisionItem.Origin.MEETING, decision=decision),
            on=self.before(5),
            simulated=True,
            actor=self.office,
        )
        self._follow(item, Story("working", 5), decision.organisation)

    def _move(
        self,
        item: SupervisionItem,
        name: str,
        days: int,
        actor: Actor,
        text: str = "",
        files: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        item.refresh_from_db()
        move_item(
            item.number,
            item.revision,
            name,
            text=text,
            files=files,
            on=self.before(max(days, 0)),
            actor=actor,
        )


def _actor(name: str, role: Role, organisation: Organisation | None) -> Actor:
    own = frozenset({organisation.pk}) if organisation else frozenset()
    return Actor(
        None, name, frozenset({role}), organisation.pk if organisation else None, own, "cli"
    )
