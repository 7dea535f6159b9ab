"""The grants that an authorisation gives: from each holder over its resources to the operator,
under what the holder holds and no longer than that."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import GRANT, next_code
from shucheng.bays.data.actions.granting import give_grants
from shucheng.bays.data.engine.authority.book import Book, Grant, RightCode
from shucheng.bays.data.engine.authority.granting import stopped
from shucheng.bays.data.models.authority import Authorisation
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.authorising import held, resources_of
from shucheng.bays.data.queries.book import book, limits, thing
from shucheng.bays.data.queries.grading import undecided
from shucheng.kernel.public import Actor, Invalid

_GIVEN: tuple[RightCode, ...] = ("process", "operate")


def give_rights(
    authorisation: Authorisation,
    codes: Sequence[str],
    since: date,
    *,
    day: date,
    actor: Actor,
) -> list[Grant]:
    """Grants to process and to operate over resources, from `since` to the end of the term, in one
    contract. A resource that is not registered and graded on `day` is refused (PD-REG-01,
    PD-SCP-01). A grant ends with what its holder holds; a renewed registration takes it further."""
    resources, known = resources_of(codes), book()
    require_graded(resources)
    require_registered(resources, day, known)
    grants = [
        grant
        for resource in resources
        for hold in _holds(resource, day, known)
        for grant in _under(authorisation, resource, hold, since)
    ]
    if grants:
        give_grants(grants, actor=actor, simulated=authorisation.case.simulated)
    return grants


def reach_further(resource: str, hold: Grant, *, actor: Actor) -> None:
    """After a registration is renewed: authorisations that reach over the resource go on under the
    new grant of its holder, until their own end."""
    found, known = resources_of([resource]), book()
    # Read once: what is given below rests on the case that it is given for.
    over = {
        code
        for each in known.grants.values()
        if thing(resource) in each.things
        for code in each.basis
    }
    for authorisation in Authorisation.objects.select_related("case", "operator"):
        if authorisation.case.code not in over:
            continue
        if grants := list(_under(authorisation, found[0], hold, hold.start)):
            give_grants(grants, actor=actor, simulated=authorisation.case.simulated)


def require_graded(resources: Sequence[Resource]) -> None:
    """Each resource is graded, every data item by a person, and may be delivered in some way
    (PD-SCP-01)."""
    waiting = undecided(resources)
    for each in resources:
        if not each.grade:
            raise _not_ready(each, _("%(resource)s is not graded yet."), _("Have it graded first."))
        if count := waiting.get(each.pk):
            raise _not_ready(
                each,
                _("%(count)s data items of %(resource)s are only proposed, not decided."),
                _("Have its reviewer decide them on the grading page first."),
                count=count,
            )
        if not each.modes:
            raise _not_ready(
                each,
                _("The grade of %(resource)s permits no way of delivery."),
                _("Take it out of the authorisation."),
            )


def require_registered(resources: Sequence[Resource], day: date, known: Book) -> None:
    """The registration of each resource holds on the day (PD-REG-01)."""
    for each in resources:
        if not held(each, day, known):
            raise _not_ready(
                each,
                _("%(resource)s is not registered on that day."),
                _("Have its holder register it first, or take it out."),
            )


def _holds(resource: Resource, day: date, known: Book) -> Iterator[Grant]:
    """What the holder holds or will hold, as far as nothing stops it."""
    for each in known.granted.get((resource.holder.code, resource.code), ()):
        if each.right == "hold" and stopped(known, each.code, day) is None:
            yield each


def _under(
    authorisation: Authorisation, resource: Resource, hold: Grant, since: date
) -> Iterator[Grant]:
    operator, until = authorisation.operator, authorisation.case.until
    if operator is None or until is None:
        return
    start, end = max(since, hold.start), min(until, hold.end)
    if start > end:
        return
    for right in _GIVEN:
        yield Grant(
            code=next_code(GRANT, start.year),
            right=right,
            giver=resource.holder.code,
            taker=operator.code,
            things=frozenset({thing(resource.code)}),
            start=start,
            end=end,
            basis=(authorisation.case.code,),
            under=(hold.code,),
            limits=limits(authorisation.limits),
            may_pass_on=authorisation.may_pass_on,
        )


def _not_ready(resource: Resource, message: object, next_step: object, count: int = 0) -> Invalid:
    return Invalid(
        "data.resource_not_ready",
        message,  # type: ignore[arg-type]
        next_step,  # type: ignore[arg-type]
        resource=f"{resource.title} ({resource.code})",
        count=count,
    )
