"""A product goes to the market: handed in, judged, listed, taken off."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.market_steps import keep_step, next_state
from shucheng.bays.data.actions.offers import close
from shucheng.bays.data.engine.grading.model import Grade
from shucheng.bays.data.engine.ledger.settlement import ZONE
from shucheng.bays.data.engine.listing import LISTING
from shucheng.bays.data.engine.policy.model import MODES
from shucheng.bays.data.models.market import Offer, Product
from shucheng.bays.data.queries.inputs import inputs_permit
from shucheng.bays.data.queries.market_words import refused
from shucheng.bays.data.queries.products import (
    checks_of,
    registration_of,
    roles_of_product,
    stops,
    visible_products,
)
from shucheng.kernel.public import Actor, Conflict, Forbidden, NotFound, action, record


@action
def move_product(
    product_id: int,
    revision: int,
    event: str,
    *,
    actor: Actor,
    text: str = "",
    grade: str = "",
    modes: Sequence[str] = (),
    on: date | None = None,
) -> Product:
    """One step of `engine/listing`. With `list` the bureau may give the product a grade and ways of
    delivery of its own (aggregates are graded lower than what they are made of), and says why; with
    `regrade` it does so later, or without them has it follow its inputs again. Taking it off closes
    its offers; agreements run on."""
    product = visible_products(actor).select_for_update(of=("self",)).filter(pk=product_id).first()
    if product is None:
        raise NotFound(_("The product"))
    if product.revision != revision:
        raise Conflict(_("The product"))
    roles, day = roles_of_product(product, actor), on or timezone.localdate()
    if not roles:
        raise Forbidden("data.govern")
    before = product.state
    after, role = next_state(LISTING, before, event, roles)
    if event in ("return", "delist", "regrade") and not text.strip():
        raise refused("reason", _("No reason is given."), _("Say why, for the other side."), "text")
    if event == "list":
        _list(product, day, grade, modes, text)
    if event == "regrade":
        _grade(product, grade, modes, text)
    if event == "delist":
        product.delisted_at = _moment(day)
        for offer in _open_offers(product):
            close(offer, actor)
    product.state = after
    product.revision += 1
    product.save()
    keep_step(str(product), event, role, before, after, actor=actor, on=day, text=text)
    leave_evidence(f"product.{event}", str(product), state=after, day=str(day))
    record(
        "data.product.moved",
        product,
        actor=actor,
        before={"state": before},
        after={"state": after, "event": event, "role": role},
    )
    return product


def _open_offers(product: Product) -> QuerySet[Offer]:
    rows = Offer.objects.select_for_update().filter(product=product, state=Offer.State.OPEN)
    return rows.order_by("id")


def _list(product: Product, day: date, grade: str, modes: Sequence[str], text: str) -> None:
    if grade or modes:
        _grade(product, grade, modes, text)
    standing = stops(checks_of(product, day))
    if standing:
        raise refused(
            "not-listable",
            _("It cannot go to the market: %(check)s. %(said)s"),
            _("Have this put right first, or return it."),
            check=str(standing[0].name),
            said=standing[0].said,
        )
    case = registration_of(product)
    product.registration = case.code if case else ""
    product.listed_at, product.delisted_at = _moment(day), None


def _moment(day: date) -> datetime:
    """Now, or noon of another day."""
    now = timezone.now()
    return now if day == timezone.localdate() else datetime.combine(day, time(12), ZONE)


def _grade(product: Product, grade: str, modes: Sequence[str], text: str) -> None:
    known = {each.code for each in Grade}
    if (grade and grade not in known) or not MODES.issuperset(modes):
        raise refused(
            "grade", _("There is no such grade or way of delivery."), _("Choose one."), "grade"
        )
    if not text.strip():
        raise refused(
            "reason", _("No reason is given."), _("Say why the grade is another."), "text"
        )
    over = inputs_permit(product)
    if grade or modes:
        product.grade = grade or product.grade
        product.modes = list(modes) or product.modes
        product.judged = {"grade": product.grade, "modes": product.modes, "over": asdict(over)}
    else:
        product.grade, product.modes, product.judged = over.grade, list(over.modes), {}
