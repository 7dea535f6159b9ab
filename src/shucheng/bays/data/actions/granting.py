"""Grants of the three rights, entered in the book only as far as they stand on others."""

from collections.abc import Sequence

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.authority.book import Grant
from shucheng.bays.data.engine.authority.granting import check_contract
from shucheng.bays.data.models import authority
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.refusals import not_done
from shucheng.kernel.public import Actor, action, record


@action
def give_grants(
    grants: Sequence[Grant], *, actor: Actor, simulated: bool = False
) -> list[authority.Grant]:
    """The grants of one contract, all or none. Who may conclude the contract is the caller's to ask
    for. Raises `Invalid` with the first reason against any of them."""
    faults = check_contract(rights(), book(), grants)
    if faults:
        raise not_done(next(iter(faults.values()))[0])
    made = [_entered(grant, actor, simulated) for grant in grants]
    record("data.grants.given", made[0], actor=actor, after={"codes": [row.code for row in made]})
    return made


def _entered(grant: Grant, actor: Actor, simulated: bool) -> authority.Grant:
    row = authority.Grant.objects.create(
        code=grant.code,
        right=grant.right,
        giver=grant.giver,
        taker=grant.taker,
        things=sorted(map(str, grant.things)),
        start=grant.start,
        end=grant.end,
        basis=list(grant.basis),
        under=list(grant.under),
        limits={name: sorted(values) for name, values in grant.limits.items()},
        may_pass_on=grant.may_pass_on,
        simulated=simulated,
        by=actor.name[:150],
    )
    leave_evidence(
        "grant.given",
        row.code,
        right=row.right,
        giver=row.giver,
        taker=row.taker,
        things=row.things,
        start=str(row.start),
        end=str(row.end),
        under=row.under,
        basis=row.basis,
    )
    return row
