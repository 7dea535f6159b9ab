"""One step of a product, order or dispute by its table, kept with who did it."""

from datetime import date
from typing import Any

from shucheng.bays.data.engine.ledger.states import Machine, MoveRefused
from shucheng.bays.data.models.cases import Step
from shucheng.bays.data.queries.market_words import not_possible
from shucheng.kernel.public import Actor


def next_state(machine: Machine, state: str, event: str, roles: frozenset[str]) -> tuple[str, str]:
    """Where a step leads, and in which of the actor's roles. Raises `Invalid`."""
    role = next((r for r in sorted(roles) if event in machine.open_to(state, r)), "")
    try:
        return machine.step(state, event, role), role
    except MoveRefused as error:
        raise not_possible(error) from None


def keep_step(
    subject: str,
    event: str,
    role: str,
    before: str,
    after: str,
    *,
    actor: Actor,
    on: date,
    text: str = "",
    evidence: dict[str, Any] | None = None,
) -> Step:
    return Step.objects.create(
        subject=subject,
        event=event,
        role=role,
        before=before,
        after=after,
        evidence=evidence or {},
        text=text.strip()[:500],
        organisation_id=actor.organisation_id,
        by=actor.name[:150],
        on=on,
    )
