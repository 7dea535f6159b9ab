"""Proposals as plain data, to be stored beside a field and read again; and what was decided, as a
proposal, so that a set is graded by it."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from .model import Finding, Grade, Proposal, Reason, grade
from .rules import Rules


def to_data(proposal: Proposal) -> dict[str, Any]:
    """JSON of a proposal; as it, without any sample but masked examples."""
    return {
        "findings": [_finding_data(each) for each in proposal.findings],
        "doubts": [_finding_data(each) for each in proposal.doubts],
        "grade": proposal.grade.code,
        "excluded": proposal.excluded,
        "subject": proposal.subject,
        "rules": proposal.rules,
    }


def from_data(data: Mapping[str, Any]) -> Proposal:
    """The proposal that `to_data` was given. Raises `KeyError` for other data."""
    return Proposal(
        findings=tuple(map(_finding, data["findings"])),
        doubts=tuple(map(_finding, data["doubts"])),
        grade=grade(data["grade"]),
        excluded=data["excluded"],
        subject=data["subject"],
        rules=data["rules"],
    )


def holding(of: Grade, categories: Collection[str], rules: Rules) -> Proposal:
    """What holds for a field, as `grade_set` takes it: a grade and categories, surely. Categories
    that the rules do not have are left out: rules that drop one in use are not published."""
    known = [each for each in sorted(categories) if each in rules.categories]
    found = tuple(Finding(each, 1.0, rules.grade_of(each), ()) for each in known)
    excluded = any(rules.categories[each].excluded for each in known)
    return Proposal(found, (), of, excluded, "", rules.digest)


def _finding_data(finding: Finding) -> dict[str, Any]:
    return {
        "category": finding.category,
        "confidence": finding.confidence,
        "grade": finding.grade.code,
        "reasons": [asdict(each) for each in finding.reasons],
    }


def _finding(data: Mapping[str, Any]) -> Finding:
    reasons = tuple(Reason(**each) for each in data["reasons"])
    return Finding(data["category"], data["confidence"], grade(data["grade"]), reasons)
