"""Authorisations: what stands registered and graded, and what each holder's grant reaches to."""

from collections.abc import Iterable
from datetime import date

from shucheng.bays.data.engine.authority.book import Book, Grant
from shucheng.bays.data.engine.authority.granting import in_force
from shucheng.bays.data.models.authority import Authorisation
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.book import book, rights, thing

SUPPLEMENT = "supplement_application"
# The proof that keeps by how many working days a review was extended.
EXTENDED_BY = "implementer_consent"


def held(resource: Resource, day: date, known: Book | None = None) -> list[Grant]:
    """The grants by which a holder holds a resource on a day, registered and not stopped."""
    known = known or book()
    found = known.granted.get((resource.holder.code, resource.code), ())
    return [
        each
        for each in found
        if each.right == "hold" and in_force(rights(), known, each.code, day) is None
    ]


def resources_of(codes: Iterable[str]) -> list[Resource]:
    """Resources by code, with who holds them, in the order of their codes."""
    wanted = sorted({thing(code).code for code in codes})
    return list(Resource.objects.filter(code__in=wanted).select_related("holder"))


def authorisation_of(case: Case) -> Authorisation:
    return Authorisation.objects.select_related("operator").get(case=case)


def supplement_of(case: Case) -> list[str]:
    """The resources that the last supplement asked for."""
    asked = Step.objects.filter(subject=case.code, event="ask_supplement").last()
    return list(asked.evidence.get(SUPPLEMENT, {}).get("resources", [])) if asked else []
