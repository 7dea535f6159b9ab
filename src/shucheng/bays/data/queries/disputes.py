"""Disputes: who sees and moves which."""

from django.db.models import QuerySet

from shucheng.bays.data.models.market import Dispute
from shucheng.bays.data.queries.agreements import roles_of_order, visible_orders
from shucheng.kernel.public import Actor, NotFound


def visible_disputes(actor: Actor) -> QuerySet[Dispute]:
    rows = Dispute.objects.select_related(
        "agreement__order__offer__product__maker", "agreement__order__buyer", "raised_by"
    )
    return rows.filter(agreement__order__in=visible_orders(actor).values("pk"))


def find_dispute(code: str, *, actor: Actor) -> Dispute:
    found = visible_disputes(actor).filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def roles_of_dispute(dispute: Dispute, actor: Actor) -> frozenset[str]:
    return roles_of_order(dispute.agreement.order, actor)
