"""The index of authorised operation (授权运营指数): a proposal, computed from what was measured.
The official formula is not published; the definition is a file that can be replaced."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils import timezone

from shucheng.bays.data.engine.authority.clocks import Reading, read
from shucheng.bays.data.engine.authority.machine import Facts
from shucheng.bays.data.engine.authority.measures import index_inputs
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.rules import FOLDER
from shucheng.bays.data.engine.authority.tables import Named
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.queries.authorising import EXTENDED_BY
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.cases import content_of, machine_of
from shucheng.bays.data.queries.disclosures import duties_on
from shucheng.bays.data.queries.refusals import named
from shucheng.bays.data.queries.registration import KINDS
from shucheng.kernel.public import Actor
from shucheng.lib.indexes.definition import Index, Node, read_index
from shucheng.lib.indexes.errors import IndexRefused
from shucheng.lib.indexes.score import score
from shucheng.lib.indexes.values import values_from

_CITY = "city"


@dataclass(frozen=True)
class Branch:
    """A dimension or an indicator of the tree: its own score, its weight in what it belongs to,
    what it brings to the index. An indicator's `raw` with its unit and target."""

    depth: int
    name: str
    score: float | None
    weight: float
    contribution: float | None
    raw: float | None
    unit: str
    target: float | None
    unconfirmed: bool
    note: str
    leaf: bool


@dataclass(frozen=True)
class IndexPage:
    """`value`: None where something that it needs is not measured: `missing` names what."""

    day: date
    since: date
    name: str
    version: str
    value: float | None
    branches: list[Branch]
    missing: list[str]
    sources: list[str]
    unconfirmed: list[str]
    simulated: bool


@cache
def definition() -> Index:
    path = FOLDER / "index" / "authorised_operation_index.yaml"
    return read_index(path.read_text(encoding="utf-8"))


def authorised_index(day: date | None = None, *, actor: Actor) -> IndexPage:
    """The index of the year up to a day."""
    actor.require("data.view")
    day = day or timezone.localdate()
    index, since = definition(), date(day.year, 1, 1)
    inputs = measured(day, actor=actor)
    computed = None
    try:
        values = values_from(
            index, [_CITY], {code: {_CITY: value} for code, value in inputs.items()}
        )
        computed = score(index, values)
    except IndexRefused:
        pass  # what is missing is told by name
    scores: dict[str, float] = {}
    brings: dict[str, float] = {}
    if computed:
        for place, one in enumerate(index.indicators):
            scores[one.code] = float(computed.normalised[place, 0])
            brings[one.code] = float(computed.contributions[place, 0])
        scores |= {code: float(row[0]) for code, row in computed.nodes.scores.items()}
    return IndexPage(
        day,
        since,
        _said(index.name.zh, index.name.en),
        index.version,
        float(computed.scores[0]) if computed else None,
        list(_branches(index.tree, 0, 1.0, inputs, scores, brings)),
        [
            _said(one.name.zh, one.name.en)
            for one in index.indicators
            if inputs.get(one.source.metric) is None
        ],
        list(index.sources),
        [each if isinstance(each, str) else _said(each.zh, each.en) for each in index.unconfirmed],
        Case.objects.filter(kind=Case.Kind.AUTHORISATION, simulated=True).exists(),
    )


def measured(day: date, *, actor: Actor) -> dict[str, float | None]:
    """What the index is computed from, by metric code: as of a day, and of the year up to it."""
    due = [each for each in duties_on(day, actor=actor) if each.owed.due.day.year == day.year]
    due = [each for each in due if each.owed.due.day <= day]
    return index_inputs(
        rights(),
        book(),
        day,
        _registered(day),
        list(_ended(date(day.year, 1, 1), day)),
        (len(due), sum(each.published is not None and not each.late for each in due)),
    )


def _registered(day: date) -> list[str]:
    cases = Case.objects.filter(kind__in=KINDS, until__gte=day)
    return [each.code for each in cases if machine_of(each.kind).holds(content_of(each), day)]


def _ended(since: date, day: date) -> Iterator[Reading]:
    """The deadlines that steps of a time ended, each as it read on that day: the steps of a case
    are gone through once more, for only the last of them keeps what it ended."""
    kinds = (*KINDS, Case.Kind.AUTHORISATION)
    moved = Step.objects.filter(on__range=(since, day)).values_list("subject", flat=True)
    cases = {each.code: each for each in Case.objects.filter(kind__in=kinds, code__in=moved)}
    steps: dict[str, list[Step]] = {}
    for step in Step.objects.filter(subject__in=cases).order_by("id"):
        steps.setdefault(step.subject, []).append(step)
    for code, done in steps.items():
        machine = machine_of(cases[code].kind)
        content = machine.open(done[0].on)
        for step in done:
            facts = Facts(step.role, step.on, frozenset(step.evidence), step.until, _more(step))
            after = machine.apply(content, step.event, facts)
            if isinstance(after, Refused):
                break  # a table that was changed since: what it said then is not known
            if since <= step.on <= day:
                for run in after.ended:
                    spec = machine.table.clocks[run.clock]
                    yield read(spec, run, step.on, machine.ready.rules)
            content = after


def _more(step: Step) -> int:
    """Working days that an extension added; see `move_authorisation`."""
    return int(step.evidence.get(EXTENDED_BY, {}).get("days", 0))


def _branches(
    node: Node,
    depth: int,
    weight: float,
    inputs: dict[str, float | None],
    scores: dict[str, float],
    brings: dict[str, float],
) -> Iterator[Branch]:
    below = [one.code for one in node.indicators()]
    yield Branch(
        depth,
        _said(node.name.zh, node.name.en),
        scores.get(node.code),
        weight,
        sum(brings[each] for each in below) if brings else None,
        None,
        "",
        None,
        not node.weights.confirmed,
        node.weights.note,
        leaf=False,
    )
    for part in node.children:
        share = node.weights.given.get(part.code, 1 / len(node.children))
        if isinstance(part, Node):
            yield from _branches(part, depth + 1, share, inputs, scores, brings)
            continue
        yield Branch(
            depth + 1,
            _said(part.name.zh, part.name.en),
            scores.get(part.code),
            share,
            brings.get(part.code),
            inputs.get(part.source.metric),
            part.unit,
            part.normalisation.target if part.normalisation else None,
            not part.confirmed,
            part.note,
            leaf=True,
        )


def _said(zh: str, en: str) -> str:
    return named(Named(zh=zh, en=en))
