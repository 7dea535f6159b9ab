"""The witness: somebody else's file, which takes the log's newest head where it continues the last
that it took. That it took one is itself an event of the log."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.evidence.heads import HeadRefused, SignedHead
from shucheng.bays.data.engine.evidence.log import LogReader
from shucheng.bays.data.engine.evidence.merkle import NotInTree
from shucheng.bays.data.engine.evidence.witness import last_witnessed, witness_head
from shucheng.bays.data.queries.evidence import log_folder
from shucheng.bays.data.queries.proofs import WITNESSED, head_of
from shucheng.kernel.public import Actor, Invalid, action, platform_signing_key, record


@action
def show_witness(file: Path, name: str, *, actor: Actor) -> SignedHead:
    """The newest head goes into the witness's file, or is there already. Raises `Invalid`
    (`evidence.witness-refused`) where it does not continue what the witness has seen."""
    actor.require("data.govern")
    head = SignedHead.from_json(head_of(actor=actor).head)
    try:
        last = last_witnessed(file) if file.exists() else None
        if last == head:
            record("data.evidence.witnessed", _about(name), actor=actor, after={"size": head.size})
            return head
        with LogReader(log_folder()) as log:
            path = log.tree.consistency(last.size if last else 0, head.size)
        witness_head(file, head, path, keys=[str(platform_signing_key().public)])
    except (HeadRefused, NotInTree) as error:
        raise Invalid(
            "evidence.witness-refused",
            _("The witness does not take the head: %(why)s."),
            _("Keep log, database and the witness's file as they are and inform the auditor."),
            why=str(error),
        ) from None
    leave_evidence(WITNESSED, name, size=head.size, root=head.root.hex(), head=head.timestamp)
    record("data.evidence.witnessed", _about(name), actor=actor, after={"size": head.size})
    return head


def _about(name: str) -> tuple[str, str, str]:
    return "data.witness", name[:80], name[:80]
