"""What waits to be done in the bay and for whom, as far as the actor may do or see it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Link, Publication
from shucheng.bays.statistics.queries.coefficients import coefficients_to_decide
from shucheng.bays.statistics.queries.duplicates import links_seen
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.prospects import LEFT, prospects_seen
from shucheng.kernel.public import Actor

_OFFICE = gettext_lazy("plan office")
_SECOND = gettext_lazy("a second person")


@dataclass(frozen=True, slots=True)
class Waiting:
    """`page` is the name of an address, `query` what follows it."""

    what: str
    whom: str | Promise
    number: int
    page: str
    query: str = ""
    late: bool = False


def waiting(newest: int | None, *, actor: Actor) -> tuple[Waiting, ...]:
    """Each kind of work that is open, none that is done."""
    every = (*_imports(actor), *_decisions(actor), *_winning(actor), *_publishing(newest, actor))
    return tuple(each for each in every if each.number)


def _imports(actor: Actor) -> Iterator[Waiting]:
    if not actor.may("statistics.import"):
        return
    batches = Batch.objects.all()
    mapping = batches.filter(state=Batch.State.MAPPING).count()
    staged = batches.filter(state=Batch.State.STAGED).count()
    yield Waiting(_("Files whose columns are to be confirmed"), _OFFICE, mapping,
                  "statistics:batches")  # fmt: skip
    yield Waiting(_("Files read, to be taken over"), _OFFICE, staged, "statistics:batches")
    lost = ask(_unregistered, "unregistered")
    yield Waiting(_("Firms with returns that are not in the register"), _OFFICE, lost,
                  "statistics:batches")  # fmt: skip


def _unregistered(micro: Micro) -> int:
    """Firms whose returns count nowhere until a register names them."""
    sql = "SELECT count(DISTINCT firm) FROM newest WHERE firm NOT IN (SELECT firm FROM register)"
    (found,) = micro.connection.execute(sql).fetchone() or (0,)
    return int(found)


def _decisions(actor: Actor) -> Iterator[Waiting]:
    if not actor.may("statistics.decide"):
        return
    proposed = coefficients_to_decide(actor).count()
    pairs = links_seen(actor).filter(state=Link.State.WAITING).count()
    yield Waiting(_("Coefficients to be approved"), _SECOND, proposed, "statistics:coefficients")
    yield Waiting(_("Registrations that may be one firm"), _OFFICE, pairs, "statistics:duplicates")


def _winning(actor: Actor) -> Iterator[Waiting]:
    if not actor.may("statistics.win"):
        return
    late = prospects_seen(actor).exclude(stage__in=LEFT).filter(due__lt=timezone.localdate())
    owners = sorted({each.owner.label for each in late.select_related("owner")})
    whom = _(", ").join(owners[:3]) + (" …" if len(owners) > 3 else "")
    yield Waiting(_("Firms to be won, past their day"), whom, len(late), "statistics:prospects",
                  "?late=1", late=True)  # fmt: skip


def _publishing(newest: int | None, actor: Actor) -> Iterator[Waiting]:
    if newest is None or not actor.may("statistics.define"):
        return
    out = Publication.objects.filter(period=newest).exists()
    yield Waiting(_("The newest month is not published"), _OFFICE, int(not out),
                  "statistics:publications")  # fmt: skip
