"""Certificates of high-quality datasets: issued by the bureau on data as it is that day."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import CERTIFICATE, next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.evidence.merkle import SM3
from shucheng.bays.data.engine.grading.model import digest_of
from shucheng.bays.data.engine.quality.croissant import Column, Dataset, Table, croissant
from shucheng.bays.data.engine.quality.datasheet import datasheet
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.quality import Certificate, QualityCheck
from shucheng.bays.data.queries.certificates import hindrance_words, hindrances, made_from
from shucheng.bays.data.queries.data_files import file_of
from shucheng.bays.data.queries.grading import standing_of
from shucheng.bays.data.queries.quality import newest_checks
from shucheng.kernel.public import Actor, Invalid, NotFound, StoredFile, action, record


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement of the benchmark: what, the number, its unit, and how it was made."""

    name: str
    value: float
    unit: str
    how: str


@action
def issue_certificate(
    code: str,
    answers: Mapping[str, str],
    *,
    licence: str,
    measured: Sequence[Measured],
    scenario: str = "",
    actor: Actor,
    simulated: bool = False,
) -> Certificate:
    """Certify a resource as it is: checked of late, its defects closed, its grade decided, the
    datasheet answered and at least one thing measured. Raises `Invalid` naming what is missing."""
    actor.require("data.govern")
    rows = Resource.objects.select_for_update(of=("self",))
    found = rows.select_related("holder", "source__file").filter(code=code).first()
    if found is None:
        raise NotFound(code)
    if reasons := hindrance_words(hindrances(found)):
        raise _wrong({"resource": " ".join(reasons)})
    sheet = datasheet()
    kept = sheet.kept(answers)
    missing = {f"answer_{each.code}": str(_("Answer this.")) for each in sheet.missing(kept)}
    if not licence.strip():
        missing["licence"] = str(_("Say under which licence it is used."))
    if not measured:
        missing["measured"] = str(_("Name at least one measurement, with its number and how."))
    if missing:
        raise _wrong(missing)
    stored, check = file_of(found), newest_checks([found.pk])[found.pk]
    assert stored is not None  # noqa: S101  # or it had been a hindrance
    number = next_code(CERTIFICATE, timezone.localdate().year)
    made = Certificate.objects.create(
        code=number,
        resource=found,
        check_of=check,
        hash=f"sm3:{SM3.digest(stored.read()).hex()}",
        licence=licence.strip()[:120],
        datasheet={
            "version": sheet.version,
            "answers": kept,
            "grade": standing_of(found).of.grade.code,
            "made_from": made_from(found),
            "source": found.source.name if found.source else "",
            "basis": found.basis,
            "sha256": stored.sha256,
        },
        croissant=_croissant(found, stored, check, licence.strip()[:120], number),
        benchmark={"measured": [asdict(each) for each in measured]},
        scenario=scenario.strip()[:120],
        simulated=simulated or found.simulated,
        by=actor.name[:150],
    )
    leave_evidence(
        "certificate.issued",
        number,
        resource=code,
        data=made.hash,
        check=check.pk,
        score=check.score,
        said=digest_of(str(made.datasheet), str(made.benchmark), made.licence),
    )
    record(
        "data.certificate.issued",
        made,
        actor=actor,
        after={"code": number, "resource": code, "hash": made.hash},
    )
    return made


def _croissant(
    resource: Resource, stored: StoredFile, check: QualityCheck, licence: str, number: str
) -> dict[str, object]:
    fields = Field.objects.filter(resource=resource, dropped=False)
    titles = {each.name: each.title or each.comment for each in fields}
    columns = [
        Column(each["name"], each["type"], titles.get(each["name"], ""))
        for each in check.profile["fields"]
    ]
    return croissant(
        Dataset(
            name=resource.code,
            title=resource.title,
            description=resource.summary,
            url=f"/data-elements/quality/certificates/{number}/",
            licence=licence,
            creator=resource.holder.name,
            published=timezone.localdate(),
            version=f"{resource.number}.0.0",
            keywords=resource.keywords,
            table=Table(stored.name, stored.kind, stored.size, stored.sha256, columns),
            made_from=made_from(resource),
        )
    )


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "certificates.not_issued",
        _("The certificate cannot be issued."),
        _("Mend what is marked and issue it again."),
        fields=fields,
    )
