"""The two lists taken out as files; who took which is on record."""

from datetime import date

from shucheng.bays.data.engine.list_files import FORMS
from shucheng.bays.data.queries.lists import list_file
from shucheng.kernel.public import Actor, NotFound, action, record_export


@action
def export_list(name: str, form: str, day: date | None, *, actor: Actor) -> tuple[str, bytes]:
    """The file's name and content."""
    if form not in FORMS:
        raise NotFound(form)
    made = list_file(name, day, actor=actor)
    record_export(f"data.{name}", len(made.rows), actor=actor, form=form, asked={"day": str(day)})
    return f"{name}.{form}", made.made(form)
