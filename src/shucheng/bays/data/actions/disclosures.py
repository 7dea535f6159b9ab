"""Disclosure: what a year's state says is published; what only a document says is uploaded."""

import json
from datetime import date
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.proving import FILE_ROOM
from shucheng.bays.data.engine.authority.disclosures import shipped_disclosures
from shucheng.bays.data.models.authority import Authorisation, Disclosure
from shucheng.bays.data.queries.disclosures import may_disclose, told_on
from shucheng.bays.data.queries.prices import began_on
from shucheng.kernel.public import Actor, Forbidden, Invalid, NotFound, action, record, store_file


@action
def publish_disclosure(
    code: str,
    kind: str,
    year: int,
    *,
    actor: Actor,
    upload: tuple[str, bytes] | None = None,
    on: date | None = None,
) -> Disclosure:
    """What is owed on a year that is over, by who owes it. Published again it is a correction: the
    newest is shown, the first one counts for the day on which it came."""
    found = Authorisation.objects.select_related("case__applicant", "operator")
    authorisation = found.filter(case__code=code).first()
    spec = shipped_disclosures().kinds.get(kind)
    began = began_on(code)
    if authorisation is None or spec is None or began is None:
        raise NotFound(code)
    if not may_disclose(authorisation, spec, actor):
        raise Forbidden("data.hold" if spec.by == "implementer" else "data.operate")
    day = on or timezone.localdate()
    if not began.year <= year < day.year:
        raise Invalid(
            "data.disclosure_year",
            _("%(year)s is not a year of operation that is over."),
            _("Choose a year from the list of what is owed."),
            {"year": str(_("Choose a year from the list of what is owed."))},
            year=year,
        )
    if spec.file and upload is None:
        raise Invalid(
            "data.disclosure_file",
            _("The document is missing."),
            _("Attach it and send it again."),
            {"file": str(_("Attach it and send it again."))},
        )
    told = told_on(authorisation, kind, year)
    stored = store_file(*upload, room=FILE_ROOM, actor=actor) if upload else None
    made = Disclosure.objects.create(
        authorisation=authorisation,
        year=year,
        kind=kind,
        told=told,
        file=stored,
        on=day,
        by=actor.name[:150],
    )
    said = json.dumps(told, ensure_ascii=False, sort_keys=True)
    proof = {"year": year, "what": kind, "told": sha256(said.encode()).hexdigest()}
    if stored:
        proof["file"] = stored.sha256
    leave_evidence("disclosure.published", code, **proof)
    record("data.disclosure.published", made, actor=actor, after=proof)
    return made
