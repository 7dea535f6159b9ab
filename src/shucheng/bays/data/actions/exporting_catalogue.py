"""What a search of the catalogue finds, as a file."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.bays.data.engine.list_files import FORMS, ListFile
from shucheng.bays.data.queries.catalogue_words import grade_word
from shucheng.bays.data.queries.searching import all_found
from shucheng.kernel.public import Actor, NotFound, action, record_export


@action
def export_search(sent: Mapping[str, str], form: str, *, actor: Actor) -> tuple[str, bytes]:
    """The file's name and content, in one of csv, xlsx and json: the first 10,000 that fit."""
    if form not in FORMS:
        raise NotFound(form)
    found = all_found(sent, actor=actor)
    columns = [
        ("code", _("Code")), ("title", _("Title")), ("holder", _("Holder")), ("theme", _("Theme")),
        ("state", _("State")), ("sharing", _("Sharing")), ("opening", _("Opening")),
        ("grade", _("Grade")), ("score", _("Quality")), ("changed", _("Last changed")),
    ]  # fmt: skip
    rows = [
        {
            "code": one.code, "title": one.title, "holder": one.holder.label, "theme": one.theme,
            "state": one.get_state_display(), "sharing": one.get_sharing_display(),
            "opening": one.get_opening_display(),
            "grade": grade_word(one.grade) if one.grade else "",
            "score": one.score, "changed": one.changed_at.date(),
        }
        for one in found
    ]  # fmt: skip
    today = timezone.localdate()
    notes = [(_("Taken on"), str(today))]
    if any(one.simulated for one in found):
        notes.append((_("Remark"), _("Simulated data. Not figures of the real city.")))
    record_export("data.catalogue", len(rows), actor=actor, form=form)
    made = ListFile(_("Data catalogue"), today, columns, rows, notes)
    return f"catalogue.{form}", made.made(form)
