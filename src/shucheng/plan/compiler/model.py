"""The compiled plan: what `shucheng plan compile` prints (schema `shucheng.plan/1`).

The field names and their meaning are a contract with other tools; a change that a reader
of the JSON would notice needs a new schema number.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from shucheng.plan.compiler.document import Span

SCHEMA = "shucheng.plan/1"

Comparator = Literal[">", ">=", "=", "~", "<=", "<"]
TargetKind = Literal["level", "cumulative", "annual", "growth"]
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter, section or numbered paragraph; ids nest: s2, s2.1, s2.1.3; annexes: a1, a2."""

    id: str
    number: str
    title: str
    level: int
    parent: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Target:
    """A quantified promise: subject, comparator, value, unit, year, kind, and where it says so."""

    id: str
    subject: str
    comparator: Comparator
    value: float
    value_max: float | None
    unit: str
    year: int | None
    kind: TargetKind
    section: str
    quote: str
    span: Span
    # "stated", "inherited" (an earlier sentence), "relative" (三年内) or "" where there is no year.
    year_basis: str = ""
    # What a target without a year runs to or over: the plan's last year, or its period.
    implied_year: int | None = None
    period: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Qualitative:
    """A promise without a number (全覆盖, 明显进位): kept for the review, no target."""

    quote: str
    section: str
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    """A numbered task: who answers for it in printed order, `open` where the list ends in 等.

    `section` is the one that holds it; `actions` are the sentences that say what is done.
    """

    id: str
    number: str
    title: str
    section: str
    responsible: tuple[str, ...]
    lead: tuple[str, ...]
    open: bool
    actions: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Indicator:
    """A row of the indicator annex; `targets` maps a year (as text) to its value."""

    no: int
    category: str
    name: str
    unit: str
    cumulative: bool
    targets: Mapping[str, float]
    lead: tuple[str, ...]
    span: Span
    comparator: Comparator = ">="
    # The printed value where it says more than its number (≥90%, 1.25以下, 全覆盖).
    value_text: Mapping[str, str] = field(default_factory=dict)
    # Years before the plan's period (2023年实际): where the path starts, never a target.
    baseline: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkPoint:
    """A row of the yearly work list; `targets` are the ids of the targets its text holds."""

    no: int
    action: str
    text: str
    lead: tuple[str, ...]
    targets: tuple[str, ...]
    span: Span
    # 完成时限 as printed (2025年12月, 长期), where the list has such a column.
    deadline: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """An organisation the plan names; `spans` are its mentions, `aliases` other forms met."""

    name: str
    mentions: int
    spans: tuple[Span, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What lint says: a rule, how bad, a sentence for a person, and where to look."""

    rule: str
    severity: Severity
    message: str
    spans: tuple[Span, ...]
    refs: tuple[str, ...]
    # Named values of the message, so that another language can phrase it anew.
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Period:
    """The first and the last year of a plan."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """Everything the compiler found in a document, in text order; spans point into its text.

    `published` is an ISO date. What the document does not say is "" or None.
    """

    title: str
    issuer: str
    published: str | None
    period: Period | None
    sections: tuple[Section, ...]
    targets: tuple[Target, ...]
    tasks: tuple[Task, ...]
    indicators: tuple[Indicator, ...]
    work_points: tuple[WorkPoint, ...]
    organisations: tuple[Mention, ...]
    qualitative: tuple[Qualitative, ...] = ()
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The document of schema `shucheng.plan/1` as plain data; whole numbers are ints.

        Key `no` of an indicator or work point is its reference in `refs` as `i1` or `w1`.
        """
        document: dict[str, Any] = _plain({"schema": SCHEMA, **asdict(self)})
        return document


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def plan_from_json(document: Mapping[str, Any]) -> CompiledPlan:
    """The inverse of `CompiledPlan.as_json`; raises KeyError or TypeError on another schema."""

    def read(kind: type[Any], entries: Any) -> tuple[Any, ...]:
        names = {f.name for f in fields(kind)}
        return tuple(
            kind(**{name: _frozen(value) for name, value in entry.items() if name in names})
            for entry in entries
        )

    period = document.get("period")
    return CompiledPlan(
        title=document["title"],
        issuer=document["issuer"],
        published=document["published"],
        period=Period(period["start"], period["end"]) if period else None,
        sections=read(Section, document["sections"]),
        targets=read(Target, document["targets"]),
        tasks=read(Task, document["tasks"]),
        indicators=read(Indicator, document["indicators"]),
        work_points=read(WorkPoint, document["work_points"]),
        organisations=read(Mention, document["organisations"]),
        qualitative=read(Qualitative, document.get("qualitative", ())),
        findings=read(Finding, document.get("findings", ())),
    )


def _frozen(value: Any) -> Any:
    """JSON lists as the tuples that the dataclasses hold."""
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list) else value
