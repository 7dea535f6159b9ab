"""From a light to a draft: the facts are frozen as they were when it was raised."""

from datetime import date

from shucheng.kernel.public import Actor, action
from shucheng.plan.supervision.actions.items import Draft, Source, raise_item
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries.proposals import proposal_for


@action
def accept_proposal(
    code: str,
    area: str,
    draft: Draft,
    *,
    actor: Actor,
    on: date | None = None,
    simulated: bool = False,
) -> SupervisionItem:
    """Raise an item of an indicator and area. One that was raised already is refused with its
    number."""
    found = proposal_for(code, area, actor=actor, today=on)
    source = Source(
        origin=SupervisionItem.Origin.LIGHT,
        indicator_code=found.indicator.code,
        area_code=found.area_code,
        facts=found.facts,
    )
    return raise_item(draft, source=source, on=on, simulated=simulated, actor=actor)
