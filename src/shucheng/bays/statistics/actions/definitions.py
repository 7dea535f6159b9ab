"""Publish a definition: the next number of its kind, checked by the engine that reads it. Of what
all figures stand on, one person proposes and another publishes."""

import re

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.indexes.shipped import read as read_index
from shucheng.bays.statistics.models import Definition, Proposal
from shucheng.bays.statistics.queries.definition_texts import (
    READERS,
    Unusable,
    parsed,
    text_in_force,
)
from shucheng.bays.statistics.queries.definitions import newest
from shucheng.bays.statistics.queries.index_definitions import index_codes, index_in_force
from shucheng.bays.statistics.queries.index_texts import refusal
from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid, NotFound, action, record
from shucheng.lib.indexes.errors import IndexRefused


@action
def propose_definition(kind: str, text: str, *, number: int, reason: str, actor: Actor) -> Proposal:
    """Propose a definition's next version; `number` is that of the version it was written from."""
    actor.require("statistics.define")
    now, before = text_in_force(kind)
    if number != now:
        raise Conflict(_("The definition"))
    if not reason.strip():
        raise _wrong({"reason": str(_("Write why, for whoever asks later."))})
    _check(kind, "", text)
    if text.strip() == before.strip():
        raise _wrong({"text": str(_("Nothing differs from the number in force."))})
    made = Proposal.objects.create(
        kind=kind,
        number=number,
        text=text,
        reason=reason.strip()[:300],
        proposed_by_id=actor.person_id,
    )
    record(
        "statistics.definition.proposed",
        made,
        actor=actor,
        after={"kind": kind, "number": number + 1},
        reason=made.reason,
    )
    return made


@action
def decide_definition(
    proposal_id: int, revision: int, *, publish: bool, reason: str, actor: Actor
) -> Proposal:
    """Publish a proposed version or refuse it; never by whoever proposed it."""
    actor.require("statistics.define")
    found = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if found is None:
        raise NotFound(_("The proposal"))
    if found.revision != revision or found.state != Proposal.State.PROPOSED:
        raise Conflict(_("The proposal"))
    if not actor.is_system and found.proposed_by_id == actor.person_id:
        raise Forbidden("statistics.define")
    if not reason.strip():
        raise _wrong({"reason": str(_("Write why, for whoever asks later."))})
    found.decision = reason.strip()[:300]
    found.decided_by_id, found.decided_at = actor.person_id, timezone.now()
    found.revision += 1
    if publish:
        found.definition = publish_definition(
            found.kind, found.text, number=found.number, reason=found.reason, actor=actor
        )
        found.state = Proposal.State.PUBLISHED
    else:
        found.state = Proposal.State.REFUSED
        record(
            "statistics.definition.refused",
            found,
            actor=actor,
            after={"kind": found.kind, "number": found.number + 1},
            reason=found.decision,
        )
    found.save()
    return found


@action
def publish_definition(
    kind: str, text: str, *, code: str = "", number: int, reason: str, actor: Actor
) -> Definition:
    """Make a definition's next version; `number` is that of the version it was written from."""
    actor.require("statistics.define")
    before = newest(kind, code)
    if number != (before.number if before else 0):
        raise Conflict(_("The definition"))
    if not reason.strip():
        raise _wrong({"reason": str(_("Write why, for whoever asks later."))})
    _check(kind, code, text)
    made = Definition.objects.create(
        kind=kind,
        code=code,
        number=number + 1,
        text=text,
        reason=reason.strip()[:300],
        by=actor.name[:150],
    )
    record(
        "statistics.definition.published",
        made,
        actor=actor,
        after={"kind": kind, "code": code, "number": made.number},
        reason=made.reason,
    )
    return made


def _check(kind: str, code: str, text: str) -> None:
    if kind == Definition.Kind.INDEX:
        return _check_index(code, text)
    if kind not in READERS:
        raise _wrong({"kind": str(_("There is no definition of this kind."))})
    try:
        parsed(kind, text)
    except Unusable as error:
        raise _wrong({"text": str(error)[:2000]}) from None


def _check_index(code: str, text: str) -> None:
    """Its own reader, for it counts lines and refuses keys that are there twice."""
    try:
        found = read_index(text)
    except IndexRefused as error:
        raise _wrong({"text": " ".join(refusal(error))}) from None
    if found.code != code:
        words = _("The definition names the code “%(found)s”, not “%(code)s”.")
        raise _wrong({"text": str(words) % {"found": found.code, "code": code}})
    if not re.fullmatch(r"[a-z0-9_-]{1,60}", code):
        words = _("A code has small letters, digits, - and _ only.")
        raise _wrong({"text": str(words)})
    # Its results would not be readable as those of the other kind.
    if code in index_codes() and type(index_in_force(code).read) is not type(found):
        words = _("An index stays an index, a questionnaire a questionnaire; use another code.")
        raise _wrong({"text": str(words)})


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "statistics.definition",
        _("The definition cannot be used."),
        _("Correct what is marked and send it again."),
        fields=fields,
    )
