"""Items as somebody may see them: with clock, light, next step, and who may do what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, NotFound, Organisation, StoredFile
from shucheng.plan.supervision.engine.clock import Clock, Light, light
from shucheng.plan.supervision.engine.following import Facts, level, reached
from shucheng.plan.supervision.engine.rules import Rules, Stage
from shucheng.plan.supervision.engine.states import (
    FINAL,
    UNISSUED,
    Move,
    Party,
    State,
    moves_from,
)
from shucheng.plan.supervision.models import ItemEvent, ItemEvidence, SupervisionItem
from shucheng.plan.supervision.queries.rules import rules_for
from shucheng.plan.supervision.words import EXTENSION_NEXT, LATE_EXTENSION_NEXT, NEXT_STEPS

# No organisation has this number: a right that is held for it is held everywhere.
_ANY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item in a list. `mine` says what its organisation is to the reader: lead, joint or ""."""

    item: SupervisionItem
    joint: tuple[Organisation, ...]
    clock: Clock | None
    light: Light
    level: int
    mine: str
    next_step: str | Promise

    @property
    def state(self) -> State:
        return State(self.item.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage(ItemLine):
    """One item in full, for one reader."""

    events: tuple[ItemEvent, ...]
    children: tuple[ItemLine, ...]
    moves: tuple[Move, ...]
    parties: frozenset[Party]
    rules: Rules
    today: date
    openable: frozenset[int]

    @property
    def open_children(self) -> int:
        return sum(not line.item.is_final for line in self.children)

    @property
    def buttons(self) -> tuple[Move, ...]:
        """The moves that the page itself offers; a draft is changed on a page of its own."""
        return tuple(move for move in self.moves if move.name != "edit")

    @property
    def waits_for_decision(self) -> bool:
        """Whether the lead has to await the decision on an extension before it reports as done."""
        asked = self.item.extension_asked_on is not None
        return asked and Party.LEAD in self.parties and self.state is State.WORKING

    def may(self, name: str) -> bool:
        return any(move.name == name for move in self.moves)


def sees_all(actor: Actor) -> bool:
    return actor.may("supervision.view", _ANY)


def visible(actor: Actor) -> QuerySet[SupervisionItem]:
    """What is theirs for members of the organisations involved, from the issue on; all for the
    plan office, leaders and auditors."""
    actor.require("supervision.view")
    found = SupervisionItem.objects.select_related("lead", "area", "parent")
    found = found.prefetch_related("joint")
    if sees_all(actor):
        return found
    own = actor.organisation_ids
    theirs = Q(lead__in=own) | Q(pk__in=_helped_by(own))
    return found.filter(theirs).exclude(state__in=sorted(UNISSUED))


def _helped_by(organisations: Iterable[int]) -> QuerySet[SupervisionItem, int]:
    helped = SupervisionItem.objects.filter(joint__in=list(organisations))
    return helped.values_list("pk", flat=True)


def parties_of(item: SupervisionItem, joint: Iterable[int], actor: Actor) -> frozenset[Party]:
    """On whose behalf this actor may move the item."""
    found = set()
    if actor.may("supervision.raise"):
        found.add(Party.OFFICE)
    if actor.may("supervision.review"):
        found.add(Party.LEADER)
    if actor.may("supervision.reply", item.lead_id):
        found.add(Party.LEAD)
    if any(actor.may("supervision.reply", organisation) for organisation in joint):
        found.add(Party.JOINT)
    return frozenset(found)


def facts_of(item: SupervisionItem) -> Facts:
    """The item as the rules see it."""
    return Facts(
        state=State(item.state),
        issued_on=item.issued_on,
        signed_on=item.signed_on,
        deadline=item.deadline,
        asked_on=item.extension_asked_on,
        finished_on=item.finished_on,
        sent_back=item.sent_back,
        extended=item.extended,
    )


def new_stages(item: SupervisionItem, today: date) -> tuple[Stage, ...]:
    """Stages that an item reached and that nobody was told of under its present deadline."""
    told = {
        event.data.get("stage")
        for event in item.events.filter(move="escalate")
        if event.data.get("deadline") == str(item.deadline)
    }
    found = reached(facts_of(item), rules_for(today), today)
    return tuple(stage for stage in found if stage.code not in told)


def line_of(item: SupervisionItem, today: date, actor: Actor | None = None) -> ItemLine:
    """`item` comes with its `lead` and `joint` read."""
    facts, rules = facts_of(item), rules_for(today)
    joint = tuple(item.joint.all())
    clock = facts.clock(today)
    return ItemLine(
        item=item,
        joint=joint,
        clock=clock,
        light=light(clock, rules.deadline, final=item.is_final),
        level=level(facts, rules, today),
        mine=_mine(item, joint, actor),
        next_step=_next_step(item, clock),
    )


def _mine(item: SupervisionItem, joint: Iterable[Organisation], actor: Actor | None) -> str:
    own = actor.organisation_ids if actor else frozenset()
    if item.lead_id in own:
        return "lead"
    return "joint" if any(helper.pk in own for helper in joint) else ""


def _next_step(item: SupervisionItem, clock: Clock | None) -> str | Promise:
    if item.extension_asked_on is not None:
        return EXTENSION_NEXT if clock and clock.paused else LATE_EXTENSION_NEXT
    return NEXT_STEPS[item.state]


def find_item(number: str, *, actor: Actor) -> SupervisionItem:
    """For those who may see it; for others it is not there."""
    found = visible(actor).filter(number=number).first()
    if found is None:
        raise NotFound(_("The supervision item"))
    return found


def item_page(number: str, *, actor: Actor) -> ItemPage:
    item, today = find_item(number, actor=actor), timezone.localdate()
    line = line_of(item, today, actor)
    parties = parties_of(item, [helper.pk for helper in line.joint], actor)
    waiting = item.extension_asked_on is not None
    evidence = Prefetch("evidence", ItemEvidence.objects.select_related("file"))
    events = item.events.select_related("organisation").prefetch_related(evidence)
    shown = tuple(events if sees_all(actor) else events.exclude(before__in=["", *UNISSUED]))
    if not sees_all(actor):
        # How the office came to raise it is its own affair; the issue is where theirs begins.
        shown = tuple(events.filter(move="issue")) + shown
    moves = moves_from(line.state, parties, extension_asked=waiting)
    signed = {event.organisation_id for event in shown if event.move == "co_sign"}
    if actor.organisation_id in signed:
        moves = tuple(move for move in moves if move.name != "co_sign")
    return ItemPage(
        item=item,
        joint=line.joint,
        clock=line.clock,
        light=line.light,
        level=line.level,
        mine=line.mine,
        next_step=line.next_step,
        events=shown,
        children=_children(item, today, actor),
        moves=moves,
        parties=parties,
        rules=rules_for(today),
        today=today,
        openable=_openable(shown, actor),
    )


def _children(item: SupervisionItem, today: date, actor: Actor) -> tuple[ItemLine, ...]:
    found = SupervisionItem.objects.filter(parent=item).select_related("lead", "area")
    if not sees_all(actor):
        # The lead of the whole sees its parts once they are issued; a helper sees what is its own.
        own = actor.organisation_ids
        found = found.exclude(state__in=sorted(UNISSUED))
        if item.lead_id not in own:
            found = found.filter(Q(lead__in=own) | Q(pk__in=_helped_by(own)))
    found = found.order_by("number").prefetch_related("joint")
    return tuple(line_of(child, today, actor) for child in found)


def _openable(events: Iterable[ItemEvent], actor: Actor) -> frozenset[int]:
    """Which of the events' files this reader may open."""
    files = [each.file for event in events for each in event.evidence.all()]
    return frozenset(file.pk for file in files if may_open(file, actor))


def may_open(file: StoredFile, actor: Actor) -> bool:
    return actor.cleared_for(file.sensitivity) and actor.may(
        "files.read", file.organisation_id or _ANY
    )


@dataclass(frozen=True, slots=True)
class Board:
    """The list of items: counts over all one may see, and the lines that were asked for."""

    today: date
    lines: tuple[ItemLine, ...]
    states: tuple[tuple[State, int], ...]
    lights: tuple[tuple[str, int], ...]
    total: int
    rules: Rules

    @property
    def simulated(self) -> bool:
        return any(line.item.simulated for line in self.lines)


def board(
    *,
    actor: Actor,
    state: str = "",
    shown_light: str = "",
    organisation: int | None = None,
    today: date | None = None,
) -> Board:
    """Open items first, the most pressing of them first; one's own organisation's before others.

    `state` may be `open` or a state; `shown_light` a light.
    """
    today = today or timezone.localdate()
    items = list(visible(actor))
    lines = [line_of(item, today, actor) for item in items]
    states = {each: sum(line.state == each for line in lines) for each in State}
    still = [line for line in lines if not line.item.is_final]
    lights = {each: sum(line.light == each for line in still) for each in _LIGHTS}
    wanted = [
        line
        for line in lines
        if _in_state(line, state)
        and (not shown_light or line.light == shown_light)
        and (organisation is None or _involves(line, organisation))
    ]
    first = not sees_all(actor)
    wanted.sort(key=lambda line: (first and not line.mine, *_pressing(line)))
    return Board(
        today,
        tuple(wanted),
        tuple(states.items()),
        tuple(lights.items()),
        len(lines),
        rules_for(today),
    )


_LIGHTS = ("red", "yellow", "green", "grey")


def _in_state(line: ItemLine, state: str) -> bool:
    if state == "open":
        return not line.item.is_final
    return not state or line.item.state == state


def _involves(line: ItemLine, organisation: int) -> bool:
    return organisation in (line.item.lead_id, *(helper.pk for helper in line.joint))


def _pressing(line: ItemLine) -> tuple[bool, int, int, int]:
    clock = line.clock
    overdue, left = (clock.overdue, clock.left) if clock else (0, 9999)
    order = _LIGHTS.index(line.light) if line.light in _LIGHTS else len(_LIGHTS)
    return (line.item.is_final, order, -overdue, left)


def open_by_light() -> dict[tuple[str, str], SupervisionItem]:
    """The open item of each indicator and area."""
    found = SupervisionItem.objects.exclude(state__in=sorted(FINAL)).exclude(indicator_code="")
    found = found.select_related("lead", "area")
    return {(item.indicator_code, item.area.code if item.area else ""): item for item in found}


def ended_by_light() -> dict[tuple[str, str], SupervisionItem]:
    """The item of each indicator and area that was closed or withdrawn last."""
    found = SupervisionItem.objects.filter(state__in=sorted(FINAL)).exclude(indicator_code="")
    found = found.select_related("lead", "area").order_by("pk")
    return {(item.indicator_code, item.area.code if item.area else ""): item for item in found}
