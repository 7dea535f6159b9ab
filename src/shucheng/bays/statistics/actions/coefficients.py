"""Coefficients (折算系数): proposed by one person with a reason, decided by another."""

from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Coefficient, Firm
from shucheng.bays.statistics.queries.definitions import classes_in_force
from shucheng.bays.statistics.queries.seeing import areas_seen, sees
from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid, NotFound, action, record


@action
def propose_coefficient(
    credit_code: str,
    de_code: str,
    share: Decimal | str,
    *,
    reason: str,
    actor: Actor,
    since: int,
    evidence: int | None = None,
    simulated: bool = False,
) -> Coefficient:
    """Propose which share of a firm counts to a starred class; without a firm, of all its firms."""
    actor.require("statistics.decide")
    firm = Firm.objects.filter(credit_code=credit_code).first() if credit_code else None
    if credit_code and firm is None:
        raise NotFound(_("The firm"))
    _require_seen(firm, _("The firm"), actor)
    proposed = Coefficient.objects.create(
        firm=firm,
        de_code=_starred(de_code),
        share=_share(share),
        since=_since(since),
        reason=_reason(reason),
        evidence_id=evidence,
        proposed_by_id=actor.person_id,
        simulated=simulated,
    )
    record("statistics.coefficient.proposed", proposed, actor=actor, after=_facts(proposed))
    return proposed


@action
def decide_coefficient(
    coefficient_id: int, revision: int, *, approve: bool, reason: str, actor: Actor
) -> Coefficient:
    """Approve or refuse; never by whoever proposed it."""
    actor.require("statistics.decide")
    found = (
        Coefficient.objects.select_for_update(of=("self",))
        .select_related("firm")
        .filter(pk=coefficient_id)
        .first()
    )
    if found is None:
        raise NotFound(_("The coefficient"))
    _require_seen(found.firm, _("The coefficient"), actor)
    if found.revision != revision or found.state != Coefficient.State.PROPOSED:
        raise Conflict(_("The coefficient"))
    if not actor.is_system and found.proposed_by_id == actor.person_id:
        raise Forbidden("statistics.decide")
    before = _facts(found)
    state = Coefficient.State.APPROVED if approve else Coefficient.State.REFUSED
    found.state, found.decision = state, _reason(reason)
    found.decided_by_id, found.decided_at = actor.person_id, timezone.now()
    found.revision += 1
    found.save()
    record(
        f"statistics.coefficient.{state}",
        found,
        actor=actor,
        before=before,
        after=_facts(found),
        reason=found.decision,
    )
    return found


def _require_seen(firm: Firm | None, what: Promise, actor: Actor) -> None:
    """A share without a firm counts in the whole city: only for who sees all of its firms."""
    seen = areas_seen(actor)
    if firm is None and seen is not None:
        raise Forbidden("statistics.decide")
    if firm is not None and not sees(seen, firm.area, firm.park):
        raise NotFound(what)


def _starred(de_code: str) -> str:
    partial = {each.code for each in classes_in_force().classes if each.partial}
    if de_code not in partial:
        raise _wrong("de_code", _("Choose a class that counts in part."))
    return de_code


def _since(month: int) -> int:
    if not (1990 <= month // 100 <= 2100 and 1 <= month % 100 <= 12):
        raise _wrong("since", _("Write a month such as 2026-09."))
    return month


def _share(text: Decimal | str) -> Decimal:
    try:
        share = Decimal(str(text).strip())
    except InvalidOperation:
        share = Decimal(-1)
    if not share.is_finite() or not 0 <= share <= 1 or share * 10_000 % 1:
        raise _wrong("share", _("Write a share from 0 to 100 per cent, two decimals at most."))
    return share


def _reason(text: str) -> str:
    if not text.strip():
        raise _wrong("reason", _("Write why, for whoever asks later."))
    return text.strip()[:300]


def _facts(each: Coefficient) -> dict[str, object]:
    return {
        "firm": each.firm.credit_code if each.firm else "",
        "class": each.de_code,
        "share": each.share,
        "since": each.since,
        "state": each.state,
    }


def _wrong(field: str, message: object) -> Invalid:
    return Invalid(
        "statistics.coefficient",
        _("The coefficient cannot be kept."),
        _("Correct what is marked and send it again."),
        fields={field: str(message)},
    )
