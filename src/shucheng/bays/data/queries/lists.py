"""The two lists (资源清单, 产品清单) as of a day: generated from the book, never typed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.bays.data.engine.authority.lists import (
    ProductRow,
    ResourceRow,
    product_list,
    resource_list,
)
from shucheng.bays.data.engine.list_files import ListFile
from shucheng.bays.data.models.authority import Grant
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.granting import titles_of
from shucheng.bays.data.queries.limits import limits_in_words, names_of_values
from shucheng.bays.data.queries.parties import names_of
from shucheng.bays.data.queries.prices_asked import prices_on
from shucheng.bays.data.queries.refusals import named
from shucheng.kernel.public import Actor, NotFound

NAMES = ("resources", "products")


@dataclass(frozen=True)
class Shown:
    """A row of a list with its words."""

    row: Any
    title: str
    right: str
    holder: str
    operator: str
    limits: list[tuple[str, list[str]]]
    resources: list[tuple[str, str]]


@dataclass(frozen=True)
class Lists:
    day: date
    resources: list[Shown]
    products: list[Shown]
    simulated: bool


def lists_on(day: date | None, *, actor: Actor) -> Lists:
    """Both lists as of a day; public, so whoever sees the market sees them whole."""
    actor.require("data.view")
    day = day or timezone.localdate()
    known, told = book(), rights()
    resources = resource_list(told, known, day)
    products = product_list(told, known, day, prices_on(day))
    titles = titles_of(
        [row.resource.code for row in resources]
        + [row.product.code for row in products]
        + [each.code for row in products for each in row.resources]
    )
    names = names_of(
        [
            *(party for row in resources for party in (row.holder, row.operator)),
            *(row.operator for row in products),
        ]
    )
    names |= names_of_values(*(row.limits for row in resources), *(row.uses for row in products))
    words = {str(code): named(each) for code, each in told.rights.items()}
    simulated = Grant.objects.filter(
        code__in={row.stands_on[0] for row in resources}, simulated=True
    ).exists()
    return Lists(
        day,
        [_resource(row, titles, names, words) for row in resources],
        [_product(row, titles, names) for row in products],
        simulated,
    )


def list_file(name: str, day: date | None, *, actor: Actor) -> ListFile:
    """One of the lists as a file. Raises `NotFound` for another name."""
    if name not in NAMES:
        raise NotFound(_("The list"))
    page = lists_on(day, actor=actor)
    notes = [(_("As of"), str(page.day)), (_("Generated from"), _("grants, products and stops"))]
    if page.simulated:
        notes.insert(0, (_("Note"), _("Simulated data. Not figures of the real city.")))
    if name == "resources":
        return _resources_file(page, notes)
    return _products_file(page, notes)


def _resources_file(page: Lists, notes: list[tuple[str, str]]) -> ListFile:
    rows = [
        {
            "resource": str(each.row.resource),
            "title": each.title,
            "holder": each.holder,
            "operator": each.operator,
            "right": each.right,
            "limits": _limits_words(each),
            "start": each.row.start,
            "end": each.row.end,
            "stands_on": each.row.stands_on,
        }
        for each in page.resources
    ]
    columns = [
        ("resource", _("Code")),
        ("title", _("Resource")),
        ("holder", _("Holder")),
        ("operator", _("Operator")),
        ("right", _("Right given")),
        ("limits", _("Scope")),
        ("start", _("From")),
        ("end", _("Until")),
        ("stands_on", _("Stands on")),
    ]
    return ListFile(_("List of resources"), page.day, columns, rows, notes)


def _products_file(page: Lists, notes: list[tuple[str, str]]) -> ListFile:
    rows = [
        {
            "product": str(each.row.product),
            "title": each.title,
            "operator": each.operator,
            "registration": each.row.registration,
            "resources": tuple(map(str, each.row.resources)),
            "uses": _limits_words(each),
            "price": each.row.price.price if each.row.price else None,
            "ceiling": each.row.price.ceiling if each.row.price else None,
            "charging": each.row.price.charging if each.row.price else "",
            "stands_on": each.row.stands_on,
        }
        for each in page.products
    ]
    columns = [
        ("product", _("Code")),
        ("title", _("Product")),
        ("operator", _("Operator")),
        ("registration", _("Registration")),
        ("resources", _("Resources")),
        ("uses", _("Uses")),
        ("price", _("Price (fen a unit)")),
        ("ceiling", _("Ceiling (fen a unit)")),
        ("charging", _("Charged by")),
        ("stands_on", _("Stands on")),
    ]
    return ListFile(_("List of products"), page.day, columns, rows, notes)


def _resource(
    row: ResourceRow, titles: dict[str, str], names: dict[str, str], words: dict[str, str]
) -> Shown:
    title = titles.get(row.resource.code, row.resource.code)
    right = words.get(row.right, row.right)
    return Shown(
        row,
        title,
        right,
        names[row.holder],
        names[row.operator],
        limits_in_words(row.limits, names),
        [],
    )


def _product(row: ProductRow, titles: dict[str, str], names: dict[str, str]) -> Shown:
    title = titles.get(row.product.code, row.product.code)
    made = [(str(each), titles.get(each.code, each.code)) for each in row.resources]
    limits = limits_in_words(row.uses, names)
    return Shown(row, title, "", "", names[row.operator], limits, made)


def _limits_words(each: Shown) -> tuple[str, ...]:
    return tuple(f"{name}: {'/'.join(values)}" for name, values in each.limits)
