"""What was decided in a plan's last published version holds in its revision, where the text and
what was found in it are the same.

Called inside the action that compiles a version or files it under another plan: one transaction,
one audit entry.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from shucheng.plan.compiler.matching import normalise
from shucheng.plan.items import SCHEMAS
from shucheng.plan.models import Decision, Finding, Item, ItemKind, PlanVersion
from shucheng.plan.queries.quotes import find_words, last_added, position_at

# What only says where an item stands in its version: the same promise has others in the next.
_PLACED = {"section", "quote", "no", "number", "category"}
_LEADING_NUMBER = re.compile(r"^[\W\d_]+")


def carry_decisions(version: PlanVersion) -> dict[str, Any]:
    """Take over what was decided in the plan's latest published version; nothing where there is
    none. Returns what the audit says of it."""
    previous = version.plan.versions.exclude(pk=version.pk).exclude(number=None)
    before = previous.order_by("-number").first()
    if before is None:
        return {}
    left: list[dict[str, str]] = []
    counts = Counter(_carry_items(before, version, left))
    counts += Counter(_carry_added(before, version, left))
    counts += Counter(noted=_carry_notes(before, version))
    if not counts and not left:
        return {}
    version.carried = {"number": before.number, "counts": dict(counts), "left": left}
    version.save(update_fields=["carried"])
    return {"version": before.number, **counts, "left": len(left)}


def take_back_carried(version: PlanVersion) -> int:
    """Undo what was carried from a plan that this version does not belong to after all; what was
    decided in the version itself stays."""
    carried = version.items.exclude(carried=None)
    count = carried.count()
    carried.filter(compiled__isnull=True).delete()
    for item in carried:
        item.decision, item.note, item.carried = Decision.OPEN, "", None
        item.data = item.compiled
        item.decided_by, item.decided_at = None, None
        item.revision += 1
        item.save()
    version.findings.exclude(carried=None).update(
        noted="", noted_by=None, noted_at=None, carried=None
    )
    version.carried = {}
    version.save(update_fields=["carried"])
    return count


def _carry_items(
    before: PlanVersion, version: PlanVersion, left: list[dict[str, str]]
) -> Iterable[str]:
    known: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for found in version.items.filter(decision=Decision.OPEN).exclude(compiled__isnull=True):
        known[_identity(found, version.text)].append(found)
    changed: list[Item] = []
    # Undecided ones take their place too: of two equal sentences each meets its own.
    for old in before.items.exclude(compiled__isnull=True).select_related("decided_by"):
        same = known.get(_identity(old, before.text))
        item = same.pop(0) if same else None
        if old.decision == Decision.OPEN:
            continue
        if item is None or (old.decision == Decision.CORRECTED and not _correct(item, old)):
            if old.decision != Decision.ACCEPTED:
                left.append(_named(old, before.text))
            continue
        _take_over(item, old, before)
        changed.append(item)
        yield item.decision
    Item.objects.bulk_update(
        changed,
        ["data", "decision", "note", "decided_by", "decided_at", "carried", "revision"],
    )


def _carry_added(
    before: PlanVersion, version: PlanVersion, left: list[dict[str, str]]
) -> Iterable[str]:
    found = [item for item in version.items.all() if item.decision != Decision.REJECTED]
    number = last_added(version)
    for old in before.items.filter(compiled__isnull=True, decision=Decision.ADDED).select_related(
        "decided_by"
    ):
        start, end = find_words(version.text, before.text[old.span_start : old.span_end])
        if start == end or any(_says_the_same(item, old, (start, end)) for item in found):
            left.append(_named(old, before.text))
            continue
        number += 1
        added = Item(
            version=version,
            kind=old.kind,
            ref=f"x{number}",
            position=position_at(version, start),
            data={**old.data, "section": "", "quote": version.text[start:end]},
            span_start=start,
            span_end=end,
        )
        added.data = SCHEMAS[old.kind].model_validate(added.data).model_dump(mode="json")
        _take_over(added, old, before)
        added.save()
        yield added.decision


def _carry_notes(before: PlanVersion, version: PlanVersion) -> int:
    noted: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in before.findings.exclude(noted=""):
        noted[finding.rule, finding.message_zh].append(finding)
    changed = []
    for finding in version.findings.filter(noted=""):
        same = noted.get((finding.rule, finding.message_zh))
        if not same:
            continue
        old = same.pop(0) if len(same) > 1 else same[0]
        finding.noted, finding.noted_by_id, finding.noted_at = (
            old.noted,
            old.noted_by_id,
            old.noted_at,
        )
        finding.carried = before.number
        changed.append(finding)
    Finding.objects.bulk_update(changed, ["noted", "noted_by", "noted_at", "carried"])
    return len(changed)


def _take_over(item: Item, old: Item, before: PlanVersion) -> None:
    """The decision as it was taken: by whom, when, and why."""
    item.decision, item.note = old.decision, old.note
    item.decided_by_id, item.decided_at = old.decided_by_id, old.decided_at
    item.carried = before.number
    item.revision += 1


def _correct(item: Item, old: Item) -> bool:
    """Make the same correction; False where it does not fit what stands there now."""
    found = old.compiled or {}
    changes = {
        name: value
        for name, value in old.data.items()
        if name not in _PLACED and value != found.get(name)
    }
    try:
        checked = SCHEMAS[item.kind].model_validate({**item.data, **changes})
    except ValidationError:
        return False
    item.data = checked.model_dump(mode="json")
    return True


def _identity(item: Item, text: str) -> tuple[str, str, str]:
    """An item's sentence, and what the compiler found in it."""
    compiled = item.compiled or {}
    quote = compiled.get("quote") or text[item.span_start : item.span_end]
    words = "".join(normalise(quote).replace("|", "").split())
    if item.kind != ItemKind.TARGET:
        # The number of a row or a task: one more above it changes nothing in it.
        words = _LEADING_NUMBER.sub("", words)
    facts = {
        name: value
        for name, value in compiled.items()
        if name not in _PLACED and not (item.kind == ItemKind.WORK_POINT and name == "targets")
    }
    return item.kind, words, repr(sorted(facts.items()))


def _says_the_same(item: Item, old: Item, span: tuple[int, int]) -> bool:
    """Whether what was added by hand is found by itself now."""
    together = item.kind == old.kind and item.span_start < span[1] and span[0] < item.span_end
    wanted = ("subject", "value", "unit", "year") if item.kind == ItemKind.TARGET else ()
    return together and all(item.data.get(name) == old.data.get(name) for name in wanted)


def _named(old: Item, text: str) -> dict[str, str]:
    """What stays behind, as the page lists it."""
    quote = old.data.get("quote") or text[old.span_start : old.span_end]
    return {
        "kind": old.kind,
        "label": old.label,
        "decision": old.decision,
        "quote": quote[:200],
        "note": old.note,
        "who": str(old.decided_by or ""),
        "when": f"{old.decided_at:%Y-%m-%d}" if old.decided_at else "",
    }
