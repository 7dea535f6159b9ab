"""The grading rules in force, and what other rules would change."""

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.grading import model as engine
from shucheng.bays.data.engine.grading.model import grade
from shucheng.bays.data.engine.grading.propose import Grader
from shucheng.bays.data.engine.grading.rules import (
    FILES,
    FOLDER,
    Rules,
    RulesInvalid,
    read,
    shipped,
)
from shucheng.bays.data.models.catalogue import Field
from shucheng.bays.data.models.grading import GradeDecision, GradeProposal, GradingRules
from shucheng.kernel.public import Actor, Invalid

# So many fields are graded by proposed rules to show what they change; more would take too long.
MOST_PREVIEWED = 20_000
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Moved:
    """Fields that other rules would propose another grade for."""

    before: engine.Grade
    after: engine.Grade
    fields: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What proposed rules change: the lines of their texts, and fields by their names alone.
    `looked`: fields that were graded anew, of `fields`; `examples`: code of the resource, name of
    the field, before, after."""

    lines: str
    moved: list[Moved]
    examples: list[tuple[str, str, engine.Grade, engine.Grade]]
    looked: int
    fields: int


def texts_in_force() -> tuple[int, dict[str, str]]:
    """The number of the rules in force and their texts; number 0 came with the package."""
    newest = GradingRules.objects.order_by("-number").first()
    if newest is not None:
        return newest.number, dict(newest.texts)
    return 0, {name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in FILES}


def rules_in_force() -> Rules:
    """Kept as long as no newer number comes."""
    newest = GradingRules.objects.order_by("-number").values_list("number", "digest").first()
    return _kept(*newest) if newest else shipped()


@lru_cache(maxsize=4)
def _kept(number: int, digest: str) -> Rules:
    return read(GradingRules.objects.get(number=number, digest=digest).texts)


def parsed(texts: Mapping[str, str]) -> Rules:
    """Rules that could be published. Raises `Invalid` naming the file and the place in it."""
    try:
        rules = read(texts)
    except RulesInvalid as error:
        raise _unusable(error.file, str(error)) from None
    used = _categories_in_use()
    if gone := sorted(used - set(rules.categories)):
        told = _("The category %(category)s was decided for fields: keep it.")
        raise _unusable("categories", str(told) % {"category": gone[0]})
    return rules


def preview(texts: Mapping[str, str], *, actor: Actor) -> Preview:
    actor.require("data.govern")
    after = Grader(parsed(texts), timezone.localdate())
    waiting = GradeProposal.objects.filter(sampled=False, field__dropped=False)
    rows = list(
        waiting.select_related("field__resource__holder").order_by("field_id")[:MOST_PREVIEWED]
    )
    proposals = after.propose_all(read_of(row.field) for row in rows)
    moved: Counter[tuple[engine.Grade, engine.Grade]] = Counter()
    examples: list[tuple[str, str, engine.Grade, engine.Grade]] = []
    for row, new in zip(rows, proposals, strict=True):
        old = grade(row.grade)
        if new.grade == old:
            continue
        moved[old, new.grade] += 1
        if len(examples) < _SHOWN:
            examples.append((row.field.resource.code, row.field.name, old, new.grade))
    return Preview(
        lines=_lines(texts),
        moved=[Moved(*pair, count) for pair, count in sorted(moved.items())],
        examples=examples,
        looked=len(rows),
        fields=GradeProposal.objects.filter(field__dropped=False).count(),
    )


def read_of(field: Field, samples: tuple[object, ...] = ()) -> engine.Field:
    """A stored field as the engine reads it."""
    resource = field.resource
    comment = " ".join(filter(None, (field.title, field.comment)))
    of = engine.Resource(resource.title, resource.holder.name, resource.people)
    return engine.Field(field.name, comment, field.type, samples, of)


def _categories_in_use() -> set[str]:
    lists = GradeDecision.objects.values_list("categories", flat=True).distinct()
    return {category for categories in lists for category in categories}


def _lines(texts: Mapping[str, str]) -> str:
    _number, before = texts_in_force()
    found: list[str] = []
    for name in FILES:
        old, new = before[name].splitlines(), texts[name].splitlines()
        found += difflib.unified_diff(old, new, f"{name}.yaml", f"{name}.yaml", "", "", 1, "")
    return "\n".join(line[:300] for line in found)


def _unusable(file: str, why: str) -> Invalid:
    return Invalid(
        "grading.rules",
        _("The rules cannot be used."),
        _("Correct the file and send it again."),
        fields={file if file in FILES else "file": why[:500]},
    )
