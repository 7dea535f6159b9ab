"""Keep an upload."""

import re
import unicodedata

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.files import storage
from shucheng.kernel.files.kinds import kind_of
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.scanning import scan

_LONGEST_NAME = 180


@action
def store_file(
    name: str,
    data: bytes,
    *,
    actor: Actor,
    sensitivity: str = StoredFile.Sensitivity.INTERNAL,
    organisation_id: int | None = None,
    room: str = "",
    made_here: bool = False,
) -> StoredFile:
    """Check the content and keep it under its hash.

    It belongs to `organisation_id`, or else to the organisation that is acted for; a `room` says
    itself who opens its files. What the platform made of an upload (`made_here`) is not held to
    the limit of uploads.
    """
    owner = organisation_id or actor.organisation_id
    actor.require("files.store", owner)
    if not data:
        raise _invalid("files.empty", _("The file is empty."))
    if len(data) > settings.UPLOAD_LIMIT and not made_here:
        raise _invalid(
            "files.too_large",
            _("The file is larger than %(limit)s MB."),
            limit=settings.UPLOAD_LIMIT // (1024 * 1024),
        )
    kind = kind_of(name, data)
    scanned_by = scan(data)
    stored = StoredFile.objects.create(
        sha256=storage.put(data),
        size=len(data),
        kind=kind,
        name=safe_name(name, kind),
        original_name=name[:255],
        sensitivity=sensitivity,
        organisation_id=owner,
        uploaded_by_id=actor.person_id,
        scanned_by=scanned_by,
        room=room,
    )
    record(
        "files.file.stored",
        stored,
        actor=actor,
        after={"sha256": stored.sha256, "size": stored.size, "kind": kind, "name": stored.name},
    )
    return stored


def safe_name(name: str, kind: str) -> str:
    """A name that is harmless on every system and in every header, with the true ending."""
    stem = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = stem.rsplit(".", 1)[0] if "." in stem.strip(".") else stem
    stem = re.sub(r'[\x00-\x1f\x7f"*:<>?|\u200b-\u200f\u202a-\u202e\u2066-\u2069]', "", stem)
    stem = stem.strip(" .")[: _LONGEST_NAME - len(kind) - 1]
    return f"{stem or 'file'}.{kind}"


def _invalid(code: str, message: object, **values: object) -> Invalid:
    return Invalid(
        code,
        message,  # type: ignore[arg-type]
        _("Choose another file and send it again."),
        {"file": str(message) % values if values else str(message)},
        **values,
    )
