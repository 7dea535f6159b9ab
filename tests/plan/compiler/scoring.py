"""Scoring compiled plans against hand labels (the scheme of ../shared/plans/README.md).

A found target matches a label where their spans overlap and value and unit agree; each is
used once. Fields are compared among the matched.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shucheng.plan.compiler.model import Target

FIELDS = ("subject", "comparator", "value_max", "year", "kind")


@dataclass(frozen=True)
class Score:
    found: int
    labelled: int
    matched: int
    # Field name -> share of matched targets where the field agrees.
    fields: Mapping[str, float]
    missed: Sequence[Mapping[str, Any]] = field(default_factory=list)
    extra: Sequence[Target] = field(default_factory=list)
    wrong: Sequence[tuple[str, Mapping[str, Any], Target]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.matched / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.matched / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def located(labels: Sequence[Mapping[str, Any]], text: str) -> list[dict[str, Any]]:
    """Labels with the offsets of their quotes in `text`, looked for in order.

    For plans that are no plain text (docx, pdf, html), whose offsets depend on the reader.
    """
    found: list[dict[str, Any]] = []
    reached = 0
    for label in labels:
        if label.get("start") is not None:
            found.append(dict(label))
            continue
        words = r"[\s*]*".join(map(re.escape, re.sub(r"\s", "", label["quote"])))
        pattern = re.compile(words)
        match = pattern.search(text, reached) or pattern.search(text)
        start, end = match.span() if match else (-1, -1)
        reached = max(reached, start)
        found.append({**label, "start": start, "end": end})
    return found


def score_targets(found: Sequence[Target], gold: Sequence[Mapping[str, Any]]) -> Score:
    """Compare found targets with labelled ones."""
    pairs, missed, used = [], [], set()
    for label in gold:
        candidates = [
            (_overlap(target, label), -position)
            for position, target in enumerate(found)
            if position not in used and _same_figure(target, label)
        ]
        best = max(candidates, default=(0, 0))
        if best[0] > 0:
            used.add(-best[1])
            pairs.append((label, found[-best[1]]))
        else:
            missed.append(label)
    wrong = [
        (name, label, target)
        for label, target in pairs
        for name in FIELDS
        if not _agrees(name, label, target)
    ]
    shares = {
        name: 1 - sum(1 for field_name, _, _ in wrong if field_name == name) / max(len(pairs), 1)
        for name in FIELDS
    }
    extra = [target for position, target in enumerate(found) if position not in used]
    return Score(len(found), len(gold), len(pairs), shares, missed, extra, wrong)


def normalise(subject: str) -> str:
    """Quotes, brackets' width, spaces and a leading 全市 say nothing of the thing measured."""
    plain = subject.translate(str.maketrans("（），％", "(),%"))
    return re.sub(r"[\s“”\"]", "", plain)


def _overlap(target: Target, label: Mapping[str, Any]) -> int:
    return int(min(target.span[1], label["end"]) - max(target.span[0], label["start"]))


def _same_figure(target: Target, label: Mapping[str, Any]) -> bool:
    return abs(target.value - label["value"]) < 1e-9 and normalise(target.unit) == normalise(
        label["unit"]
    )


def _agrees(name: str, label: Mapping[str, Any], target: Target) -> bool:
    if name == "subject":
        return normalise(target.subject) == normalise(label["subject"])
    if name == "year":
        accepted = {label.get("year"), label.get("implied_year") or label.get("year")}
        if label["kind"] == "annual" and label.get("year") is None:
            return target.year is None
        return (target.year if target.year is not None else target.implied_year) in accepted
    return bool(getattr(target, name) == label.get(name))


def report(name: str, score: Score) -> Iterable[str]:
    """Lines for a person: the figures, then every difference."""
    shares = " ".join(f"{key}={value:.3f}" for key, value in score.fields.items())
    yield (
        f"{name}: P={score.precision:.3f} R={score.recall:.3f} F1={score.f1:.3f} "
        f"({score.matched}/{score.labelled}, found {score.found}) {shares}"
    )
    for label in score.missed:
        yield f"  missed {label['value']}{label['unit']}: {label['quote']}"
    for target in score.extra:
        yield f"  extra  {target.value}{target.unit}: {target.quote} [{target.subject}]"
    for name_, label, target in score.wrong:
        read = getattr(target, name_)
        yield f"  {name_}: {label.get(name_)!r} read as {read!r}: {label['quote']}"
