"""Read stored files, by who may."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.rooms import opens_in


def file_for(file_id: int, *, actor: Actor) -> StoredFile:
    """The record, for those who may open it; for others it is not there."""
    stored = StoredFile.objects.filter(pk=file_id).first()
    if stored is None or not may_open(stored, actor):
        raise NotFound(_("The file"))
    return stored


def may_open(stored: StoredFile, actor: Actor) -> bool:
    """A role opens the files of an organisation, and a clearance those of a label. What belongs to
    a room (a draft's evidence) is opened by whom that room lets."""
    if not actor.cleared_for(stored.sensitivity):
        return False
    if stored.room:
        return opens_in(stored.room, stored, actor)
    if stored.sensitivity == StoredFile.Sensitivity.SENSITIVE:
        return actor.may("files.read_sensitive", stored.organisation_id or 0)
    return actor.may("files.read", stored.organisation_id or 0)
