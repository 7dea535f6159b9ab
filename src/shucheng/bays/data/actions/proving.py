"""What proves the conditions of a step: words, or a file that is kept with it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.cases import Proofs
from shucheng.kernel.public import Actor, Invalid, StoredFile, store_file

# Who opens these files: `queries/case_files`.
FILE_ROOM = "data"
_LONGEST = 2000


def keep_proofs(proofs: Proofs | None, *, actor: Actor) -> Proofs:
    """The proofs as a step keeps them: an `upload` (name, bytes) becomes a stored file, inside the
    caller's transaction; a file sent by its number must be one that this person stored."""
    return {code: _kept(proof, actor) for code, proof in (proofs or {}).items()}


def _kept(proof: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    kept = {name: value for name, value in proof.items() if name not in {"upload", "text"}}
    if text := str(proof.get("text") or "").strip():
        kept["text"] = text[:_LONGEST]
    if upload := proof.get("upload"):
        name, data = upload
        kept["file"] = store_file(name, data, room=FILE_ROOM, actor=actor).pk
    elif kept.get("file") and not _own(kept["file"], actor):
        raise Invalid(
            "data.evidence_file",
            _("The file is not one that you uploaded here."),
            _("Upload it with the step that it proves."),
        )
    return kept


def _own(file: Any, actor: Actor) -> bool:
    mine = StoredFile.objects.filter(room=FILE_ROOM, organisation_id=actor.organisation_id or 0)
    return isinstance(file, int) and mine.filter(pk=file).exists()
