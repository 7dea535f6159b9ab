"""Which promise of a compiled plan does each binding of a pack answer?

Nothing here knows an offset: an annex row is found by its number and name, a text target by
subject, unit, sort and year, so one pack fits the official text and any restatement of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from shucheng.lib import units
from shucheng.plan.city.model import Binding, TargetClause, TargetSort
from shucheng.plan.compiler.matching import Lexicon, Name, compatible, name_of
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Target

# A row with the expected number may be worded more freely than one found by its name alone.
_SAME_WITH_NUMBER = 0.5

# Likeness of the wordings, then what decides between equals: the same grades (省级, 先进级), and
# whether the binding asks for just this row number or year.
Score = tuple[float, int, int]
_NONE: Score = (0.0, 0, 0)

Reason = Literal["no-binding", "ambiguous", "not-in-plan"]


@dataclass(frozen=True, slots=True)
class MatchedTarget:
    """A text target and how alike its subject is to the binding's wording (1.0: the same)."""

    target: Target
    likeness: float


@dataclass(frozen=True, slots=True)
class Resolved:
    """A binding with the annex row and the text targets of this plan that it answers."""

    binding: Binding
    indicator: Indicator | None
    targets: tuple[MatchedTarget, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What found no partner: an annex row (`i3`), a text target (`t7`) or a binding's code."""

    what: Literal["indicator", "target", "binding"]
    ref: str
    text: str
    reason: Reason
    candidates: tuple[str, ...] = ()


def resolve_bindings(
    bindings: Sequence[Binding], compiled: CompiledPlan
) -> tuple[tuple[Resolved, ...], tuple[Unresolved, ...]]:
    """Pair a pack's bindings with the plan; a binding that answers nothing is not resolved.

    Each row and each target goes to at most one binding; one binding may answer several targets
    (the body and a yearly list often repeat one). What is left on either side is listed.
    """
    matcher = _Matcher(bindings, compiled)
    unresolved: list[Unresolved] = []
    rows: dict[str, Indicator] = {}
    for indicator in compiled.indicators:
        best = _best((matcher.row(binding, indicator), binding) for binding in bindings)
        free = [binding for _, binding in best if binding.code not in rows]
        if len(free) == 1:
            rows[free[0].code] = indicator
        else:
            unresolved.append(_open("indicator", f"i{indicator.no}", indicator.name, best))
    answered: dict[str, list[MatchedTarget]] = {}
    for target in compiled.targets:
        best = _best((matcher.target(binding, target), binding) for binding in bindings)
        if len(best) == 1:
            score, binding = best[0]
            match = MatchedTarget(target, round(score[0], 3))
            answered.setdefault(binding.code, []).append(match)
        else:
            unresolved.append(_open("target", target.id, target.quote, best))
    resolved = []
    for binding in bindings:
        row, targets = rows.get(binding.code), answered.get(binding.code, [])
        if row or targets:
            resolved.append(Resolved(binding, row, tuple(targets)))
        unresolved.extend(_unanswered(matcher, binding, row, targets))
    return tuple(resolved), tuple(unresolved)


def sort_of(target: Target) -> TargetSort:
    """The sort a target is compared by: growth, annual, or else the level reached by a date."""
    return target.kind if target.kind in ("annual", "growth") else "level"


class _Matcher:
    """Scores a binding against a row or a target, with the vocabulary of both sides."""

    def __init__(self, bindings: Sequence[Binding], compiled: CompiledPlan) -> None:
        clauses = (clause for binding in bindings for clause in binding.targets)
        wordings = [subject for clause in clauses for subject in clause.subjects]
        wordings += [each.indicator.name for each in bindings if each.indicator]
        wordings += [indicator.name for indicator in compiled.indicators]
        wordings += [target.subject for target in compiled.targets]
        self._lexicon = Lexicon(map(name_of, wordings))

    def row(self, binding: Binding, indicator: Indicator) -> Score:
        row = binding.indicator
        if not row or not _same_measure(binding.unit, indicator.unit):
            return _NONE
        left, right, numbered = name_of(row.name), name_of(indicator.name), row.no == indicator.no
        alike = self._lexicon.same(left, right)
        if numbered and not alike and compatible(left, right):
            score = self._lexicon.score(left, right)
            alike = score if score >= _SAME_WITH_NUMBER else 0.0
        return (alike, _same_grades(left, right), int(numbered)) if alike else _NONE

    def target(self, binding: Binding, target: Target) -> Score:
        return max((self.clause(clause, target) for clause in binding.targets), default=_NONE)

    def clause(self, clause: TargetClause, target: Target) -> Score:
        if sort_of(target) != clause.kind or not _same_measure(clause.unit, target.unit):
            return _NONE
        if clause.year is not None and clause.year not in (target.year, target.implied_year):
            return _NONE
        return max(self._wording(subject, clause, target) for subject in clause.subjects)

    def _wording(self, subject: str, clause: TargetClause, target: Target) -> Score:
        left, right = name_of(subject), name_of(target.subject)
        alike = self._lexicon.same(left, right)
        return (alike, _same_grades(left, right), int(clause.year is not None)) if alike else _NONE


def _same_grades(left: Name, right: Name) -> int:
    return int(left.grades == right.grades)


def _same_measure(left: str, right: str) -> bool:
    # A plan may use a unit the registry does not know: then only the very same one will do.
    if units.known(left) and units.known(right):
        return units.compatible(left, right)
    return left == right


def _best(scored: Iterable[tuple[Score, Binding]]) -> list[tuple[Score, Binding]]:
    """The bindings with the highest score above nought; more than one is ambiguous."""
    found = [(score, binding) for score, binding in scored if score > _NONE]
    top = max((score for score, _ in found), default=None)
    return [(score, binding) for score, binding in found if score == top]


def _open(
    what: Literal["indicator", "target"], ref: str, text: str, best: list[tuple[Score, Binding]]
) -> Unresolved:
    codes = tuple(binding.code for _, binding in best)
    return Unresolved(what, ref, text, "ambiguous" if codes else "no-binding", codes)


def _unanswered(
    matcher: _Matcher, binding: Binding, row: Indicator | None, targets: list[MatchedTarget]
) -> Iterator[Unresolved]:
    if binding.indicator and not row:
        yield Unresolved("binding", binding.code, binding.indicator.name, "not-in-plan")
    for clause in binding.targets:
        if not any(matcher.clause(clause, match.target) > _NONE for match in targets):
            text = f"{clause.subjects[0]} {clause.year or ''}".strip()
            yield Unresolved("binding", binding.code, text, "not-in-plan")
