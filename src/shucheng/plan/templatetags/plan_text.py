"""How numbers, targets and findings of a plan are written on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.db.models import Count, Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shucheng.plan.compiler.lint.run import rules
from shucheng.plan.editor import EditorField, editor_fields
from shucheng.plan.models import (
    Decision,
    Finding,
    Item,
    ItemKind,
    PlanVersion,
    Target,
    WorkPoint,
)
from shucheng.plan.queries import promises, steps
from shucheng.plan.queries.formula_words import in_words
from shucheng.plan.queries.measured import why_unmeasured
from shucheng.plan.queries.targets import MeasuredTarget, TargetNow
from shucheng.plan.queries.unreadable import Unreadable, unreadable
from shucheng.plan.queries.versions import finding_text, is_stuck

register = template.Library()

_HUNDREDTH = Decimal("0.01")


@register.filter
def figure(value: Any) -> str:
    """A number with thousands separators, from 1 on with at most two decimals, without zeros at
    the end; a dash for none. Every digit of it is where it is explained."""
    if value in (None, ""):
        return "—"
    number = Decimal(str(value))
    return promises.figure(
        number.quantize(_HUNDREDTH, ROUND_HALF_UP) if abs(number) >= 1 else number
    )


@register.filter
def promised(item: Target | Item) -> str:
    """`at least 400 家` of a published target or of an item under review."""
    if isinstance(item, Target):
        return promises.promised(
            item.kind, item.comparator, item.value, item.value_max, item.unit, item.quote
        )
    data = item.data
    upper = data.get("value_max")
    return promises.promised(
        data["kind"],
        data["comparator"],
        Decimal(str(data["value"])),
        None if upper is None else Decimal(str(upper)),
        data["unit"],
        data["quote"],
    )


@register.filter
def decision_label(code: str) -> str:
    return str(Decision(code).label)


@register.filter
def kind_label(kind: str) -> str:
    return str(steps.KIND_LABELS.get(kind, kind))


@register.filter
def due_label(item: Target) -> str:
    """The year a target falls due, or what stands for it."""
    if item.kind == "annual" and not item.year:
        return _("each year")
    return str(item.year or item.implied_year or "—")


@register.filter
def text_of(finding: Finding) -> str:
    return finding_text(finding)


@register.filter
def joined(names: list[str]) -> str:
    return _(", ").join(names)


@register.simple_tag
def editor_of(
    item: Item | None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[EditorField]:
    """The fields an item is corrected in; those of a new target without an item."""
    kind, data = (item.kind, item.data) if item else (ItemKind.TARGET, {})
    return editor_fields(kind, data, typed or None, errors or None)


@register.filter
def severity_label(severity: str) -> str:
    return str(SEVERITIES.get(severity, severity))


SEVERITIES = {
    "error": gettext_lazy("Error"),
    "warning": gettext_lazy("Warning"),
    "info": gettext_lazy("Hint"),
}


TABS = {
    "target": gettext_lazy("Targets"),
    "indicator": gettext_lazy("Indicators"),
    "task": gettext_lazy("Tasks"),
    "work_point": gettext_lazy("Work points"),
    "findings": gettext_lazy("Findings"),
}


@register.filter
def stuck(version: PlanVersion) -> bool:
    return is_stuck(version)


@register.filter
def why_unreadable(version: PlanVersion) -> Unreadable:
    """Why its file could not be read, in the reader's language."""
    return unreadable(version.error)


@register.filter
def tab_label(code: str) -> str:
    """A tab of the review, which holds many of a kind."""
    return str(TABS[code])


MOST = 6


@dataclass(frozen=True, slots=True)
class Quote:
    start: int
    end: int
    text: str


@register.filter
def quotes(finding: Finding) -> list[Quote]:
    """The passages a finding points at, at most six of them."""
    text = finding.version.text
    return [Quote(start, end, without_bars(text[start:end])) for start, end in finding.spans[:MOST]]


@register.filter
def more_quotes(finding: Finding) -> int:
    return max(len(finding.spans) - MOST, 0)


@register.filter
def without_bars(words: str) -> str:
    """The words of a table's row as a line that can be read; other words as they are."""
    if "|" not in words:
        return words
    return " · ".join(part.strip() for part in words.split("|") if part.strip())


@register.filter
def words_of_item(item: Item) -> str:
    """The words of the plan that an item stands on."""
    return item.data.get("quote") or item.version.text[item.span_start : item.span_end]


@register.filter
def source_label(source: str) -> str:
    """Where a value comes from, in words; a bay's own code stays as it is."""
    return str(steps.SOURCES.get(source, source))


@register.filter
def source_labels(sources: Iterable[str]) -> str:
    """Several of them, each named once."""
    return _(", ").join(dict.fromkeys(source_label(source) for source in sources))


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """What one rule found, under the rule's name in the reader's language."""

    code: str
    title: str
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class SeverityGroup:
    severity: str
    count: int
    rules: list[RuleGroup]


@register.simple_tag
def by_severity(findings: Iterable[Finding]) -> list[SeverityGroup]:
    """Findings by severity, gravest first, and within it by rule in the order of the text."""
    found: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        found.setdefault(finding.severity, {}).setdefault(finding.rule, []).append(finding)
    return [
        SeverityGroup(
            severity,
            count=sum(map(len, found[severity].values())),
            rules=[RuleGroup(code, rule_title(code), g) for code, g in found[severity].items()],
        )
        for severity in SEVERITIES
        if severity in found
    ]


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many wait to be dealt with, how many have been, and how many are only to be known."""

    open: int
    noted: int
    hints: int


@register.simple_tag
def finding_counts(findings: Iterable[Finding]) -> FindingCounts:
    found = list(findings)
    to_act = [finding for finding in found if finding.severity != "info"]
    still = sum(finding.is_open for finding in to_act)
    return FindingCounts(still, len(to_act) - still, len(found) - len(to_act))


@register.filter
def rule_title(code: str) -> str:
    """A rule's name in the reader's language; a rule of an older compiler keeps its code."""
    rule = next((known for known in rules() if known.code == code), None)
    if rule is None:
        return code
    return rule.title if get_language() == "en" else rule.title_zh


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    decided: int
    all: int
    open_by_kind: dict[str, int]

    @property
    def open(self) -> int:
        return self.all - self.decided


@register.simple_tag
def review_progress(version: PlanVersion) -> ReviewProgress:
    """How many items are decided, and how many of each kind are not."""
    rows = version.items.values("kind").annotate(
        all=Count("pk"), open=Count("pk", filter=Q(decision=Decision.OPEN))
    )
    undecided = {row["kind"]: row["open"] for row in rows}
    total = sum(row["all"] for row in rows)
    return ReviewProgress(total - sum(undecided.values()), total, undecided)


@register.filter
def of_kind(progress: ReviewProgress, kind: str) -> int | None:
    """Undecided items of a kind; None for what is not decided one by one."""
    return progress.open_by_kind.get(kind)


@register.filter
def place_of(target: MeasuredTarget) -> str:
    """Where a target is asked for: the number of its task, or of its work point."""
    item = target.item
    if isinstance(item, WorkPoint):
        return _("work point %(no)s") % {"no": item.no}
    return f"{item.section.number if item.section else ''}{item.number}"


register.filter("why_unmeasured", why_unmeasured)
register.filter("formula_words", in_words)


@register.filter
def why_unknown(now: TargetNow) -> str:
    """Why a target stands there without a value."""
    missing = why_unmeasured(now.measured.binding)
    return missing or _("Nothing has been reported or measured for it.")
