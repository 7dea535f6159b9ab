"""The bay at a glance: the chain from catalogue to settled revenue, in numbers."""

from dataclasses import dataclass

from django.db.models import Sum

from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.evidence import EvidenceLeaf
from shucheng.bays.data.models.market import Agreement, Product
from shucheng.bays.data.models.money import Settlement
from shucheng.kernel.public import Actor


@dataclass(frozen=True, slots=True)
class Overview:
    resources: int
    authorisations: int
    products: int
    agreements: int
    settled: int  # 分
    leaves: int
    simulated: bool


def overview(*, actor: Actor) -> Overview:
    actor.require("data.view")
    listed = Resource.objects.filter(state=Resource.State.LISTED)
    settled = Settlement.objects.aggregate(fen=Sum("amount"))["fen"] or 0
    return Overview(
        resources=listed.count(),
        authorisations=Case.objects.filter(kind=Case.Kind.AUTHORISATION, state="in_force").count(),
        products=Product.objects.filter(state=Product.State.LISTED).count(),
        agreements=Agreement.objects.count(),
        settled=settled,
        leaves=EvidenceLeaf.objects.count(),
        simulated=listed.filter(simulated=True).exists(),
    )
