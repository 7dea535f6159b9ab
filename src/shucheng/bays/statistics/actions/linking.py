"""Duplicates: pairs to be decided by a person; what was merged can be taken apart again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Firm, Link
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor, Conflict, Invalid, NotFound, action, record


@dataclass(frozen=True, slots=True)
class FoundPair:
    """Two firms (their ids) that may be one, how probable it is, and what speaks for it."""

    left: int
    right: int
    probability: float
    evidence: list[dict[str, Any]]


@action
def keep_pairs(pairs: Iterable[FoundPair], *, actor: Actor) -> int:
    """Keep pairs that were found, to be decided; those known stay as they are. How many are new."""
    actor.require("statistics.decide")
    before = Link.objects.count()
    found = [
        Link(left_id=p.left, right_id=p.right, probability=p.probability, evidence=p.evidence)
        for p in pairs
    ]
    Link.objects.bulk_create(found, ignore_conflicts=True)
    new = Link.objects.count() - before
    about = ("statistics.links", "", str(len(found)))
    record("statistics.links.found", about, actor=actor, after={"pairs": len(found), "new": new})
    return new


@action
def decide_link(
    link_id: int,
    revision: int,
    *,
    same: bool,
    reason: str,
    actor: Actor,
    facts_of: str = "",
) -> Link:
    """One firm or two; decided anew at any time. Merged, the right is read under the left's code;
    no file and no figure handed in is touched. `facts_of` (left, right) says whose facts in the
    register count; without it those told last."""
    actor.require("statistics.decide")
    link = (
        Link.objects.select_for_update(of=("self",))
        .select_related("left", "right")
        .filter(pk=link_id)
        .first()
    )
    if link is None:
        raise NotFound(_("The pair"))
    seen = areas_seen(actor)
    if seen is not None and not {link.left.area, link.right.area} <= seen:
        raise NotFound(_("The pair"))
    if link.revision != revision:
        raise Conflict(_("The pair"))
    if not reason.strip():
        raise Invalid(
            "statistics.link",
            _("The decision is not complete."),
            _("Write why, and send it again."),
            fields={"reason": str(_("Write why, for whoever asks later."))},
        )
    before = {"state": link.state, "facts_of": link.facts_of_id}
    chosen = {"left": link.left, "right": link.right}.get(facts_of) if same else None
    link.facts_of = chosen
    link.state = Link.State.SAME if same else Link.State.DIFFERENT
    link.reason, link.decided_by = reason.strip()[:300], actor.name[:150]
    link.decided_at, link.revision = timezone.now(), link.revision + 1
    link.save()
    _read_under(link.right, _head(link.left) if same else None, left=link.left)
    record(
        f"statistics.link.{link.state}",
        link,
        actor=actor,
        before=before,
        after={
            "state": link.state,
            "left": link.left.credit_code,
            "right": link.right.credit_code,
            "facts_of": chosen.credit_code if chosen else "",
        },
        reason=link.reason,
    )
    return link


def _head(firm: Firm) -> Firm:
    """The registration that all of a firm's are read under."""
    while firm.merged_into is not None:
        firm = firm.merged_into
    return firm


def _read_under(firm: Firm, head: Firm | None, *, left: Firm) -> None:
    if head is None:
        Firm.objects.filter(pk=firm.pk, merged_into=_head(left)).update(merged_into=None)
        return
    if head.pk == firm.pk:
        return  # the left was merged into the right before
    Firm.objects.filter(pk=firm.pk).update(merged_into=head)
    Firm.objects.filter(merged_into=firm).update(merged_into=head)
