"""Grading rules: one person proposes them and sees what they change, another publishes; then every
field is proposed for again, and decisions that no longer stand are asked for."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.grading import ask_for_grading
from shucheng.bays.data.engine.grading.rules import FILES
from shucheng.bays.data.models.grading import GradingRules, RulesProposal
from shucheng.bays.data.queries.grading_rules import parsed, texts_in_force
from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid, NotFound, action, record


@action
def propose_rules(
    texts: Mapping[str, str], *, number: int, reason: str, actor: Actor
) -> RulesProposal:
    """Propose rules: of the five texts those that change; `number` is that of the rules they were
    written from."""
    actor.require("data.govern")
    now, before = texts_in_force()
    if number != now:
        raise Conflict(_("The rules"))
    after = before | {name: text for name, text in texts.items() if name in FILES}
    if after == before:
        raise _wrong({"file": str(_("Nothing differs from the rules in force."))})
    _require_reason(reason)
    parsed(after)
    made = RulesProposal.objects.create(
        number=number,
        texts=after,
        reason=reason.strip()[:300],
        proposed_by_id=actor.person_id,
    )
    changed = [name for name in FILES if after[name] != before[name]]
    record(
        "data.grading_rules.proposed",
        made,
        actor=actor,
        after={"number": number + 1, "files": changed},
        reason=made.reason,
    )
    return made


@action
def decide_rules(
    proposal_id: int, revision: int, *, publish: bool, reason: str, actor: Actor
) -> RulesProposal:
    """Publish proposed rules or refuse them; never by whoever proposed them."""
    actor.require("data.govern")
    found = RulesProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if found is None:
        raise NotFound(_("The proposal"))
    if found.revision != revision or found.state != RulesProposal.State.PROPOSED:
        raise Conflict(_("The proposal"))
    if not actor.is_system and found.proposed_by_id == actor.person_id:
        raise Forbidden("data.govern")
    _require_reason(reason)
    found.decision = reason.strip()[:300]
    found.decided_by_id, found.decided_at = actor.person_id, timezone.now()
    found.revision += 1
    if publish:
        found.rules = _published(found, actor)
        found.state = RulesProposal.State.PUBLISHED
    else:
        found.state = RulesProposal.State.REFUSED
    found.save()
    record(
        f"data.grading_rules.{found.state}",
        found,
        actor=actor,
        after={"number": found.number + 1},
        reason=found.decision,
    )
    return found


def _published(found: RulesProposal, actor: Actor) -> GradingRules:
    now, _before = texts_in_force()
    if found.number != now:
        raise Conflict(_("The rules"))
    rules = parsed(found.texts)
    made = GradingRules.objects.create(
        number=now + 1,
        texts=found.texts,
        digest=rules.digest,
        reason=found.reason,
        by=actor.name[:150],
    )
    leave_evidence("grading.rules", f"grading-rules-{made.number}", digest=made.digest)
    ask_for_grading(actor=actor)
    return made


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise _wrong({"reason": str(_("Write why, for whoever asks later."))})


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "grading.rules",
        _("The rules cannot be used."),
        _("Correct what is marked and send it again."),
        fields=fields,
    )
