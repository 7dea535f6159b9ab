"""Writing down that an item reached a stage of reminding or escalation, and telling of it."""

from datetime import date

from shucheng.kernel.public import Actor, action
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.moving import write_event
from shucheng.plan.supervision.queries.items import new_stages
from shucheng.plan.supervision.queries.rules import rules_for
from shucheng.plan.supervision.telling import tell_stage


@action
def escalate_item(item_id: int, today: date, *, actor: Actor) -> int:
    """Write each stage that an item newly reached into its timeline, and tell its recipients;
    what is simulated reminds nobody.

    The caller holds the item's lock and has seen that there is a new stage.
    """
    actor.require("supervision.escalate")
    item = SupervisionItem.objects.select_for_update().get(pk=item_id)
    version = rules_for(today).version
    new = new_stages(item, today)
    for stage in new:
        data = {
            "stage": stage.code,
            "level": stage.level,
            "deadline": str(item.deadline),
            "rules": version,
        }
        write_event(item, "escalate", item.state, actor=actor, day=today, data=data)
        if not item.simulated:
            tell_stage(item, stage, actor=actor)
    return len(new)
