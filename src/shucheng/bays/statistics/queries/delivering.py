"""What an organisation's own program may send: files of its county's firms, which wait until the
plan office takes them over."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Batch
from shucheng.kernel.public import Actor, NotFound, Organisation

_RIGHT = "statistics.deliver"
# A park or a company lies in a county, and does not speak for it.
_SPEAK = (Organisation.Kind.COUNTY_GOVERNMENT, Organisation.Kind.DEPARTMENT)


def require_sending(actor: Actor) -> None:
    """Whoever imports, and programs that deliver."""
    if not actor.may("statistics.import"):
        actor.require(_RIGHT)


def require_batch(batch: Batch, actor: Actor) -> None:
    """Whoever imports, and the organisation whose program sent it; to others there is none."""
    if actor.may("statistics.import"):
        return
    actor.require(_RIGHT)
    sender = batch.file.organisation_id if batch.file else None
    if sender is None or not actor.may(_RIGHT, organisation_id=sender):
        raise NotFound(_("The batch"))


def areas_told(batch: Batch) -> frozenset[str] | None:
    """The areas of whose firms a file may speak: those of the county whose program sent it; None
    for all, where a person sent it or a program of the city."""
    file = batch.file
    if file is None or file.uploaded_by is None or not file.uploaded_by.is_service:
        return None
    sender = file.organisation
    if sender is None or sender.area is None or sender.kind not in _SPEAK:
        return frozenset()
    return frozenset({sender.area.code}) if sender.area.parent_id else None
