"""Certificates of high-quality datasets: which there are, and what stands against one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.quality.datasheet import Datasheet, datasheet
from shucheng.bays.data.engine.quality.following import following
from shucheng.bays.data.models.catalogue import Lineage, Resource
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.quality import Certificate, Defect, QualityCheck
from shucheng.bays.data.queries.data_files import file_of
from shucheng.bays.data.queries.grading import graded_resources, standing_of
from shucheng.bays.data.queries.grading_words import grade_name
from shucheng.bays.data.queries.quality import newest_checks
from shucheng.bays.data.queries.quality_words import dimension_name, per_cent
from shucheng.kernel.public import Actor, Forbidden, NotFound

HINDRANCES: Mapping[str, str | Promise] = {
    "not-listed": _("It is not in the catalogue."),
    "no-data": _("Its rows are not stored here as CSV or Parquet."),
    "not-graded": _("Not every field's grade was decided."),
    "excluded": _("It must not be on the platform."),
    "not-checked": _("Its quality was not checked."),
    "no-rules": _("Its newest check went by no rules."),
    "not-recent": _("Its newest check is too old."),
    "other-version": _("Its data changed since the newest check."),
    "defects": _("It has defects that are not closed."),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """Certificates that count: of datasets (the newest of each), of scenarios served by one."""

    datasets: int
    scenarios: int
    simulated: int


@dataclass(frozen=True, slots=True)
class Answered:
    group: str
    answers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CertificateList:
    rows: list[Certificate]
    counted: Counted
    candidates: list[tuple[Resource, list[str]]]
    may_issue: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class CertificatePage:
    certificate: Certificate
    datasheet: list[Answered]
    source: str
    grade: str
    score: str
    dimensions: list[tuple[str, str]]
    measured: list[Mapping[str, Any]]
    made_from: list[str]
    leaf: int | None
    newer: str


@dataclass(frozen=True, slots=True)
class Issuing:
    """The form by which one is issued: what stands against it, and what is asked."""

    resource: Resource
    check: QualityCheck | None
    hindrances: list[str]
    datasheet: Datasheet
    groups: list[tuple[str, list[tuple[str, str, bool]]]]


def hindrances(resource: Resource) -> list[str]:
    """Codes of what stands against a certificate; none where it may be issued."""
    found = []
    if resource.state != Resource.State.LISTED:
        found.append("not-listed")
    stored = file_of(resource)
    if stored is None:
        found.append("no-data")
    stands = standing_of(resource)
    if not stands.decided:
        found.append("not-graded")
    if stands.of.excluded:
        found.append("excluded")
    check = newest_checks([resource.pk]).get(resource.pk)
    if check is None:
        return [*found, "not-checked"]
    oldest = timezone.localdate() - timedelta(days=following().recent_days)
    if check.score is None:
        found.append("no-rules")
    if check.as_of < oldest:
        found.append("not-recent")
    if stored is not None and check.version != stored.sha256:
        found.append("other-version")
    waiting = [Defect.State.OPEN, Defect.State.MENDED]
    if Defect.objects.filter(resource=resource, state__in=waiting).exists():
        found.append("defects")
    return found


def hindrance_words(codes: list[str]) -> list[str]:
    return [str(HINDRANCES[each]) for each in codes]


def count_certificates(*, simulated: bool | None = None) -> Counted:
    """How many datasets have a certificate (高质量数据集) and how many scenarios they are said to
    serve (典型应用场景); simulated ones alone, without them, or both."""
    rows = Certificate.objects.all()
    if simulated is not None:
        rows = rows.filter(simulated=simulated)
    datasets = rows.values("resource").distinct().count()
    scenarios = rows.exclude(scenario="").values("scenario").distinct().count()
    return Counted(datasets, scenarios, rows.filter(simulated=True).count())


def seen_certificates(actor: Actor) -> QuerySet[Certificate]:
    """Of resources in the catalogue whoever sees the catalogue sees certificates; of others, who
    sees their fields."""
    actor.require("data.view")
    listed = Q(resource__state=Resource.State.LISTED)
    rows = Certificate.objects.select_related("resource__holder", "check_of")
    try:
        return rows.filter(listed | Q(resource__in=graded_resources(actor)))
    except Forbidden:
        return rows.filter(listed)


def find_certificate(code: str, *, actor: Actor) -> Certificate:
    found = seen_certificates(actor).filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def certificate_list(*, actor: Actor) -> CertificateList:
    rows = list(seen_certificates(actor).order_by("-pk"))
    may_issue = actor.may("data.govern")
    return CertificateList(
        rows=rows,
        counted=count_certificates(),
        candidates=_candidates({each.resource_id for each in rows}) if may_issue else [],
        may_issue=may_issue,
        simulated=any(each.simulated for each in rows),
    )


def certificate_page(code: str, *, actor: Actor) -> CertificatePage:
    found = find_certificate(code, actor=actor)
    sheet = datasheet()
    given: dict[str, str] = found.datasheet["answers"]
    leaf = EvidenceEvent.objects.filter(kind="certificate.issued", about=found.code).first()
    newer = Certificate.objects.filter(resource=found.resource, pk__gt=found.pk).order_by("-pk")
    return CertificatePage(
        certificate=found,
        datasheet=[
            Answered(_named(group), [(_named(q), given.get(q.code, "—")) for q in group.questions])
            for group in sheet.groups
        ],
        source=sheet.source,
        grade=grade_name(found.datasheet["grade"]),
        score=per_cent(found.check_of.score),
        dimensions=[(dimension_name(c), per_cent(s)) for c, s in found.check_of.scores.items()],
        measured=list(found.benchmark.get("measured", [])),
        made_from=list(found.datasheet["made_from"]),
        leaf=getattr(getattr(leaf, "leaf", None), "number", None),
        newer=newer.values_list("code", flat=True).first() or "",
    )


def issuing(code: str, *, actor: Actor) -> Issuing:
    actor.require("data.govern")
    found = Resource.objects.select_related("holder", "source__file").filter(code=code).first()
    if found is None:
        raise NotFound(code)
    sheet = datasheet()
    return Issuing(
        resource=found,
        check=newest_checks([found.pk]).get(found.pk),
        hindrances=hindrance_words(hindrances(found)),
        datasheet=sheet,
        groups=[
            (_named(group), [(q.code, _named(q), q.optional) for q in group.questions])
            for group in sheet.groups
        ],
    )


def made_from(resource: Resource) -> list[str]:
    """Codes and titles of what a resource was made from."""
    rows = Lineage.objects.filter(target=resource).select_related("origin")
    return [f"{each.origin.code} {each.origin.title}" for each in rows]


def _candidates(certified: set[int]) -> list[tuple[Resource, list[str]]]:
    """Resources that were checked and have no certificate, with what stands against one."""
    checked = QualityCheck.objects.values("resource")
    rows = Resource.objects.filter(pk__in=checked).exclude(pk__in=certified)
    some = rows.select_related("holder", "source__file").order_by("code")[:50]
    found = [(each, hindrance_words(hindrances(each))) for each in some]
    return sorted(found, key=lambda each: len(each[1]))


def _named(thing: Any) -> str:
    return str(thing.en if (get_language() or "").startswith("en") else thing.zh)
