"""Duplicates: pairs to be decided by a person; what was merged can be taken apart again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.linkage import Pair, clusters
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
    """One firm or two; decided anew at any time. Merged, the right is read under the left's code,
    with all that other decisions join to either; no file and no figure handed in is touched.
    `facts_of` (left, right) says whose facts in the register count; without it those told last."""
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
    _merge_as_decided()
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


def _merge_as_decided() -> None:
    """Read every firm under the code that all decisions together ask for: those that are the same
    under one that is on no pair's right, of several the one in the list first."""
    decided = Link.objects.filter(state=Link.State.SAME)
    pairs = list(decided.values_list("left__credit_code", "right__credit_code"))
    rights = {right for _left, right in pairs}
    heads: dict[str, str] = {}
    for group in clusters(Pair(left, right, 1.0, ()) for left, right in pairs):
        head = min(group, key=lambda code: (code in rights, code))
        heads |= {code: head for code in group if code != head}
    known = Firm.objects.filter(Q(credit_code__in=heads) | Q(merged_into__isnull=False))
    ids = dict(Firm.objects.filter(credit_code__in=heads.values()).values_list("credit_code", "pk"))
    for firm in known:
        under = ids.get(heads.get(firm.credit_code, ""))
        if firm.merged_into_id != under:
            Firm.objects.filter(pk=firm.pk).update(merged_into_id=under)
