"""Taking items out: who took how many is on record."""

from shucheng.kernel.public import Actor, action, record_export
from shucheng.plan.supervision.queries.items import ItemLine, board


@action
def export_items(form: str, *, actor: Actor) -> tuple[ItemLine, ...]:
    """Every item the actor may see, open ones first, for a file of that form."""
    lines = board(actor=actor).lines
    record_export("supervision.items", len(lines), actor=actor, form=form)
    return lines
