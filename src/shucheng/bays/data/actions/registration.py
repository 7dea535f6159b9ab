"""Registration (登记) of resources by their holders and of products by operators, and what its
steps mean: the holder's first grant, a product's registration, grants that reach further."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.cases import Proofs, move_case, open_case
from shucheng.bays.data.actions.codes import GRANT, REGISTRATION, next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.granting import give_grants
from shucheng.bays.data.actions.proving import keep_proofs
from shucheng.bays.data.actions.reaching import reach_further
from shucheng.bays.data.engine.authority.book import Grant
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import book, thing
from shucheng.bays.data.queries.cases import machine_of
from shucheng.bays.data.queries.granting import titles_of
from shucheng.kernel.public import Actor, Invalid, NotFound, action, record

KINDS = (Case.Kind.RESOURCE, Case.Kind.PRODUCT)


@action
def open_registration(
    kind: str,
    about: str,
    title: str,
    *,
    applicant: int,
    actor: Actor,
    on: date | None = None,
    simulated: bool = False,
) -> Case:
    """A registration to be applied for: of a resource by its holder (PD-REG-28), of a product by
    the operator that made it. A thing has one registration at a time."""
    if kind not in KINDS:
        raise NotFound(_("The kind of registration"))
    _require_own(kind, about, applicant, actor)
    machine = machine_of(kind)
    final = [code for code, state in machine.table.states.items() if state.final]
    if running := Case.objects.filter(kind=kind, about=about).exclude(state__in=final).first():
        raise Invalid(
            "data.registration_running",
            _("%(about)s has a registration already: %(running)s."),
            _("Go on with that one, or have it cancelled first."),
            about=about,
            running=running.code,
        )
    day = on or timezone.localdate()
    case = open_case(
        kind,
        next_code(REGISTRATION, day.year),
        about=about,
        title=title.strip() or titles_of([about]).get(thing(about).code, about),
        applicant=applicant,
        actor=actor,
        on=day,
        simulated=simulated,
    )
    leave_evidence("registration.opened", case.code, of=about, day=str(day))
    return case


@action
def move_registration(
    code: str,
    revision: int,
    event: str,
    *,
    actor: Actor,
    proofs: Proofs | None = None,
    until: date | None = None,
    days: int = 0,
    text: str = "",
    on: date | None = None,
) -> Case:
    """One step of a registration, with what follows from it. What ends it (cancelled, expired,
    revoked) is a stop, which `move_case` notes."""
    if not Case.objects.filter(code=code, kind__in=KINDS).exists():
        raise NotFound(code)
    day = on or timezone.localdate()
    case = move_case(
        code,
        revision,
        event,
        actor=actor,
        proofs=keep_proofs(proofs, actor=actor),
        until=until,
        days=days,
        text=text,
        on=day,
    )
    if event == "issue_code":
        _registered(case, day, actor)
    elif event == "renew" and case.kind == Case.Kind.RESOURCE:
        # A renewed term begins the day after the one before ended (PD-REG-22).
        grants = [each for each in book().grants.values() if case.code in each.basis]
        hold = _hold(case, max(each.end for each in grants) + timedelta(days=1), actor)
        reach_further(case.about, hold, actor=actor)
    return case


def _registered(case: Case, day: date, actor: Actor) -> None:
    if case.kind == Case.Kind.RESOURCE:
        _hold(case, day, actor)
        return
    for product in _products(case.about):
        before = product.registration
        product.registration = case.code
        product.revision += 1
        product.save(update_fields=["registration", "revision"])
        record(
            "data.product.registered",
            product,
            actor=actor,
            before={"registration": before},
            after={"registration": case.code},
        )


def _hold(case: Case, start: date, actor: Actor) -> Grant:
    """The holder's own grant, which rests on the registration for as long as that is valid."""
    holder = Resource.objects.select_related("holder").get(code=case.about).holder.code
    grant = Grant(
        code=next_code(GRANT, start.year),
        right="hold",
        giver=holder,
        taker=holder,
        things=frozenset({thing(case.about)}),
        start=start,
        end=case.until or start,
        basis=(case.code,),
        may_pass_on=True,
    )
    give_grants([grant], actor=actor, simulated=case.simulated)
    return grant


def _products(about: str) -> Iterator[Product]:
    wanted = thing(about)
    rows = Product.objects.select_for_update().filter(code=wanted.code)
    yield from rows.filter(version=wanted.version) if wanted.version else rows


def _require_own(kind: str, about: str, applicant: int, actor: Actor) -> None:
    if kind == Case.Kind.RESOURCE:
        actor.require("data.hold", applicant)
        found = Resource.objects.filter(
            code=about, holder_id=applicant, state=Resource.State.LISTED
        ).exists()
    else:
        actor.require("data.operate", applicant)
        wanted = thing(about)
        found = any(each.maker_id == applicant for each in Product.objects.filter(code=wanted.code))
    if not found:
        raise NotFound(about)
