"""The bay at a glance: the chain from catalogue to settled revenue and its proof, step by step, and
what waits at each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.models.market import Agreement, Dispute, Order, Product
from shucheng.bays.data.models.money import Settlement
from shucheng.bays.data.models.quality import Certificate, Defect
from shucheng.bays.data.queries.agreements import visible_orders
from shucheng.bays.data.queries.deliveries import deliveries_seen
from shucheng.bays.data.queries.settlements import visible_settlements
from shucheng.kernel.public import Actor, Role

_OPEN_DISPUTES = ("opened", "answered", "mediation", "arbitration", "upheld")


@dataclass(frozen=True, slots=True)
class Link:
    """A step of the chain: what there is, what waits or is late, and where to see it."""

    name: str | Promise
    about: str | Promise
    count: str
    unit: str | Promise
    url: str
    waits: int = 0
    waiting: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Overview:
    chain: list[Link]
    simulated: bool


def overview(*, actor: Actor) -> Overview:
    """What waits inside the government is its own matter: who only trades sees what there is."""
    actor.require("data.view")
    chain = _of_market(actor) if Role.PARTICIPANT in actor.roles else _whole()
    return Overview(
        list(chain), Resource.objects.filter(simulated=True, state=Resource.State.LISTED).exists()
    )


def _of_market(actor: Actor) -> Iterator[Link]:
    """What there is, and what one makes, sells and buys oneself."""
    today, own = timezone.localdate(), actor.organisation_ids
    yield _catalogue(0)
    yield _market(0)
    orders = visible_orders(actor)
    made = Product.objects.filter(maker__in=own)
    if made:
        yield Link(
            _("Your products"),
            _("what you make of authorised resources and offer"),
            str(made.filter(state=Product.State.LISTED).count()),
            _("products on the market"),
            reverse("data:own_products"),
            orders.filter(state="placed", offer__product__maker__in=own).count(),
            _("orders to be answered"),
        )
    yield Link(
        _("Agreements and delivery"),
        _("what was agreed, what was delivered and what was refused"),
        str(deliveries_seen(actor).filter(last__gte=today).count()),
        _("agreements that run"),
        reverse("data:deliveries"),
        orders.filter(state="placed", buyer__in=own).count(),
        _("orders that wait for an answer"),
    )
    yield Link(
        _("Settlement"),
        _("use metered, settled by month and shared to the fen"),
        _yuan(visible_settlements(actor)),
        _("yuan settled"),
        reverse("data:settlements"),
    )


def _whole() -> Iterator[Link]:
    today = timezone.localdate()
    yield _catalogue(Resource.objects.filter(state=Resource.State.DRAFT).count())
    yield from _described(today)
    yield _market(Product.objects.filter(state=Product.State.REVIEW).count())
    yield Link(
        _("Agreements and delivery"),
        _("each call held against agreement, grant, purpose and quota"),
        str(Agreement.objects.filter(last__gte=today).count()),
        _("agreements that run"),
        reverse("data:deliveries"),
        Order.objects.filter(state="placed").count(),
        _("orders to be answered"),
    )
    yield Link(
        _("Settlement"),
        _("use metered, settled by month and shared to the fen"),
        _yuan(Settlement.objects.all()),
        _("yuan settled"),
        reverse("data:settlements"),
        Dispute.objects.filter(state__in=_OPEN_DISPUTES).count(),
        _("open disputes"),
    )
    yield Link(
        _("Proof"),
        _("every step a leaf of a signed log that anybody can check"),
        f"{EvidenceLeaf.objects.count():,}",
        _("leaves"),
        reverse("data:evidence"),
        EvidenceEvent.objects.filter(leaf__isnull=True).count(),
        _("events to be appended"),
    )


def _yuan(settlements: QuerySet[Settlement]) -> str:
    return f"{(settlements.aggregate(fen=Sum('amount'))['fen'] or 0) / 100:,.2f}"


def _catalogue(waits: int) -> Link:
    return Link(
        _("Catalogue"),
        _("which public data there is, who holds it"),
        str(Resource.objects.filter(state=Resource.State.LISTED).count()),
        _("resources"),
        reverse("data:catalogue"),
        waits,
        _("being described"),
    )


def _described(today: date) -> Iterator[Link]:
    graded = Resource.objects.filter(state=Resource.State.LISTED).exclude(grade="")
    proposals = GradeProposal.objects.exclude(state=GradeProposal.State.DECIDED)
    yield Link(
        _("Grading"),
        _("how sensitive each data item is, how it may be delivered"),
        str(graded.count()),
        _("resources graded"),
        reverse("data:grading"),
        proposals.filter(field__dropped=False).count(),
        _("data items to be decided"),
    )
    late = Defect.objects.filter(state=Defect.State.OPEN, due__lt=today)
    yield Link(
        _("Quality"),
        _("what checks found, data sets with a certificate"),
        str(Certificate.objects.count()),
        _("certificates"),
        reverse("data:quality"),
        late.count(),
        _("defects past their day"),
    )
    authorised = Case.objects.filter(kind=Case.Kind.AUTHORISATION, state="in_force")
    yield Link(
        _("Authorised operation"),
        _("who may process and operate what, by which grant"),
        str(authorised.count()),
        _("authorisations in force"),
        reverse("data:authorisations"),
        Case.objects.exclude(kind=Case.Kind.REQUEST).filter(due__lt=today).count(),
        _("cases past their day"),
    )


def _market(waits: int) -> Link:
    return Link(
        _("Market"),
        _("products made of authorised resources, on offer"),
        str(Product.objects.filter(state=Product.State.LISTED).count()),
        _("products on the market"),
        reverse("data:market") + ("#waiting" if waits else ""),
        waits,
        _("products to be reviewed"),
    )
