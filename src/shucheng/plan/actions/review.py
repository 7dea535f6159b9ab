"""Decide on what the compiler found: accept, correct, reject, add, note a finding."""

from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Conflict, Invalid, NotFound, action, record
from shucheng.plan.actions.force import locked
from shucheng.plan.items import clean_typed
from shucheng.plan.models import Decision, Finding, Item, ItemKind, VersionState
from shucheng.plan.queries.quotes import find_words, last_added, position_at


@action
def accept_item(item_id: int, revision: int, *, actor: Actor) -> Item:
    """The item stands as it is shown."""
    return _decide(
        item_id,
        revision,
        actor,
        lambda item: (
            Decision.ADDED
            if item.compiled is None
            else (Decision.ACCEPTED if item.data == item.compiled else Decision.CORRECTED)
        ),
    )


@action
def reject_item(item_id: int, revision: int, note: str = "", *, actor: Actor) -> Item:
    """The item is not what the plan says; it will not be published."""
    return _decide(item_id, revision, actor, lambda item: Decision.REJECTED, note=note)


@action
def reopen_item(item_id: int, revision: int, *, actor: Actor) -> Item:
    """Take a decision back; a correction is undone as well."""
    return _decide(item_id, revision, actor, lambda item: Decision.OPEN, restore=True)


@action
def correct_item(
    item_id: int, revision: int, changes: dict[str, Any], note: str = "", *, actor: Actor
) -> Item:
    """Change some fields of an item. The quote and its place in the text stay."""
    return _decide(
        item_id,
        revision,
        actor,
        lambda item: Decision.ADDED if item.compiled is None else Decision.CORRECTED,
        changes=changes,
        note=note,
    )


@action
def add_item(
    version_id: int,
    kind: str,
    data: dict[str, Any],
    span: tuple[int, int],
    *,
    actor: Actor,
    quote: str = "",
) -> Item:
    """Add what the compiler did not find, with the words of the plan that say it: by their place,
    or (an empty `span`) by the words themselves, which must stand in the text."""
    actor.require("plan.manage")
    version = locked(version_id, VersionState.REVIEW)
    if kind not in ItemKind.values:
        raise NotFound(_("This kind of item"))
    start, end = _chosen(version.text, span, quote)
    if not 0 <= start < end <= len(version.text):
        said = (
            _("These words do not stand in the text; copy them from it.")
            if quote.strip()
            else _("Select the sentence in the text, or copy its words here.")
        )
        raise Invalid(
            "plan.no_quote",
            _("No words of the plan are chosen."),
            _("Select the sentence in the text on the left, then save."),
            {"quote": str(said)},
        )
    data = clean_typed(kind, {**data, "quote": version.text[start:end]}, {})
    item = Item.objects.create(
        version=version,
        kind=kind,
        ref=f"x{last_added(version) + 1}",
        position=position_at(version, start),
        data=data,
        compiled=None,
        span_start=start,
        span_end=end,
        decision=Decision.ADDED,
        decided_by_id=actor.person_id,
        decided_at=timezone.now(),
    )
    record("plan.item.added", item, actor=actor, after=data)
    return item


@action
def accept_open_items(
    version_id: int, kind: str = "", *, actor: Actor, expected: int | None = None
) -> int:
    """Accept every item that nobody has decided on yet, of one kind or of all. `expected` is how
    many the person was asked about: another number is a conflict."""
    actor.require("plan.manage")
    version = locked(version_id, VersionState.REVIEW)
    undecided = version.items.filter(decision=Decision.OPEN)
    if kind:
        undecided = undecided.filter(kind=kind)
    refs = list(undecided.values_list("ref", flat=True))
    if expected is not None and expected != len(refs):
        raise Conflict(_("What was decided on the items"))
    undecided.update(
        decision=Decision.ACCEPTED,
        decided_by_id=actor.person_id,
        decided_at=timezone.now(),
        revision=F("revision") + 1,
    )
    record("plan.items.accepted", version, actor=actor, after={"refs": refs})
    return len(refs)


@action
def note_finding(finding_id: int, note: str, *, actor: Actor) -> Finding:
    """Write down what the plan office makes of a finding."""
    actor.require("plan.manage")
    finding = Finding.objects.select_for_update().filter(pk=finding_id).first()
    if finding is None:
        raise NotFound(_("The finding"))
    if not note.strip():
        raise Invalid(
            "plan.note_empty",
            _("The note is empty."),
            _("Write what was found out or decided, in a sentence."),
            {"note": str(_("Write a sentence."))},
        )
    before = finding.noted
    finding.noted, finding.noted_by_id, finding.noted_at = (
        note.strip()[:500],
        actor.person_id,
        timezone.now(),
    )
    finding.carried = None
    finding.save(update_fields=["noted", "noted_by", "noted_at", "carried"])
    record("plan.finding.noted", finding, actor=actor, before=before, after=finding.noted)
    return finding


def _decide(
    item_id: int,
    revision: int,
    actor: Actor,
    decision: Callable[[Item], str],
    *,
    changes: dict[str, Any] | None = None,
    note: str = "",
    restore: bool = False,
) -> Item:
    """The one way an item changes: `revision` is what the person saw when deciding."""
    actor.require("plan.manage")
    found = Item.objects.filter(pk=item_id).only("version_id").first()
    if found is None:
        raise NotFound(_("The item"))
    # First the version, as publishing does: what is decided is published, or comes too late.
    version = locked(found.version_id, VersionState.REVIEW)
    item = version.items.select_for_update().get(pk=item_id)
    if item.revision != revision:
        raise Conflict(_("The item"))
    before = {"decision": item.decision, "data": item.data}
    if changes is not None:
        item.data = clean_typed(item.kind, changes, item.data)
    elif restore and item.compiled is not None:
        item.data = item.compiled
    item.decision = decision(item)
    item.note = note.strip()[:500]
    item.decided_by_id, item.decided_at, item.carried = actor.person_id, timezone.now(), None
    item.revision += 1
    item.save()
    record(
        f"plan.item.{item.decision}",
        item,
        actor=actor,
        before=before,
        after={"decision": item.decision, "data": item.data, "note": item.note},
    )
    return item


def _chosen(text: str, span: tuple[int, int], quote: str) -> tuple[int, int]:
    """The place that was selected; where there is none, or its words were then typed over, the
    place where the words stand."""
    if not any(span):
        return find_words(text, quote)
    if not quote or _signs(text[slice(*span)]) == _signs(quote):
        return span
    found = find_words(text, quote)
    return found if any(found) else span


def _signs(words: str) -> str:
    """Words without blanks and the bars between a table's cells."""
    return "".join(words.replace("|", "").split())
