"""Products: who may see which, and what stands in the way of listing one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.authority.granting import operating, permits
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import book, limits, product_of, rights, thing
from shucheng.bays.data.queries.cases import machine_of
from shucheng.bays.data.queries.inputs import InputOf, input_of
from shucheng.bays.data.queries.market_words import Word
from shucheng.bays.data.queries.parties import acts_for
from shucheng.bays.data.queries.refusals import sentence
from shucheng.kernel.public import Actor, NotFound


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at before a product goes to the market; `binding`: without it, it
    does not."""

    name: Word
    ok: bool
    said: str = ""
    binding: bool = True
    unconfirmed: bool = False


def visible_products(actor: Actor) -> QuerySet[Product]:
    """Those on the market or that were, and for who made or judges them, all."""
    actor.require("data.view")
    rows = Product.objects.select_related("maker")
    if actor.may("data.govern") or actor.may("data.audit"):
        return rows
    public = Q(state__in=(Product.State.LISTED, Product.State.DELISTED))
    return rows.filter(public | Q(maker_id__in=_made_for(actor)))


def find_product(code: str, version: str, *, actor: Actor) -> Product:
    found = visible_products(actor).filter(code=code)
    found = found.filter(version=version) if version else found
    product = found.select_related("data").order_by("-id").first()
    if product is None:
        raise NotFound(code)
    return product


def roles_of_product(product: Product, actor: Actor) -> frozenset[str]:
    roles = {"maker"} if acts_for(actor, "data.operate", product.maker_id) else set()
    if actor.may("data.govern"):
        roles.add("bureau")
    return frozenset(roles)


def inputs_of(product: Product) -> list[InputOf]:
    return [each for code in product.made_from if (each := input_of(code))]


def registration_of(product: Product) -> Case | None:
    """The case by which the product is registered, as long as it holds."""
    cases = Case.objects.filter(
        kind=Case.Kind.PRODUCT, about__in=(product.code, str(product))
    ).order_by("-id")
    return next((each for each in cases if _holds(each)), None)


def checks_of(product: Product, day: date) -> list[Check]:
    """What is looked at before it is listed, on that day."""
    registered = registration_of(product)
    inputs = inputs_of(product)
    ungraded = [each.thing for each in inputs if not each.grade]
    return [
        _listable(product, day),
        Check(
            _("Every input is graded"),
            not ungraded,
            ", ".join(ungraded),
        ),
        Check(_("Some way of delivery is permitted by its grade"), bool(product.modes)),
        Check(
            _("Its processing ran, or stands in words"),
            product.data is not None or _in_words(product),
            next((each["trouble"] for each in product.processing if each.get("trouble")), ""),
        ),
        # 国家发改委 26号 第五条: companies are encouraged to register products, not obliged.
        Check(
            _("The product is registered"),
            registered is not None,
            registered.code if registered else "",
            binding=False,
        ),
    ]


def stops(checks: Iterable[Check]) -> list[Check]:
    """Those that keep it from the market."""
    return [each for each in checks if each.binding and not each.ok]


def _listable(product: Product, day: date) -> Check:
    asked, known = product_of(product), book()
    codes = operating(rights(), known, asked, day)
    answer = permits(rights(), known, codes, "list", thing(str(product)), day, limits(product.uses))
    name = _("Its operator may put it on the market today")
    if isinstance(answer, tuple):
        return Check(name, True, ", ".join(codes))
    return Check(name, False, sentence(answer))


def _holds(case: Case) -> bool:
    state = machine_of(case.kind).table.states.get(case.state)
    return bool(state and state.holds)


def _in_words(product: Product) -> bool:
    return any(each["kind"] == "words" for each in product.processing)


def _made_for(actor: Actor) -> frozenset[int]:
    return actor.organisation_ids if actor.may("data.operate") else frozenset()
