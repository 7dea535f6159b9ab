"""The two lists (公共数据授权运营资源清单, 产品清单), generated and never typed.

Each row is derived from the book on a day and names all that it stands on. What they show: to
whom, what, in which scope, for how long (27号 第十八条, PD-DIS-01, PD-DIS-04); products, their
resources and prices (27号 第十九条, PD-DIS-02, PD-DIS-05).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .book import Book, Grant, Limits, Product, Rights, Thing
from .granting import in_force, operating, permits
from .refusal import Refused


@dataclass(frozen=True)
class ResourceRow:
    """A resource that an operator may process or whose products it may operate: 授权对象
    `operator`, 授权内容 `resource` and `right`, 授权范围 `limits`, 授权时限 `start` to `end`."""

    resource: Thing
    holder: str
    operator: str
    right: str
    limits: Limits
    start: date
    end: date
    stands_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """Integer 分 a unit of `charging`; 0 is free. `ceiling`: None during trial prices."""

    price: int
    ceiling: int | None
    charging: str


@dataclass(frozen=True)
class ProductRow:
    product: Thing
    operator: str
    registration: str
    resources: tuple[Thing, ...]
    uses: Limits
    price: Price | None
    stands_on: tuple[str, ...]


def resource_list(rights: Rights, book: Book, day: date) -> tuple[ResourceRow, ...]:
    """A row for each resource and each grant that a holder gave over it and that is in force."""
    rows = []
    for grant in book.grants.values():
        if grant.right == "hold" or in_force(rights, book, grant.code, day):
            continue
        stands_on = tuple(sorted(book.stands_on([grant.code]) - {grant.code}))
        for thing in grant.things:
            if thing in book.products:
                continue
            if holder := _holder(book, grant, thing):
                rows.append(
                    ResourceRow(
                        thing,
                        holder,
                        grant.taker,
                        grant.right,
                        grant.limits,
                        grant.start,
                        grant.end,
                        (grant.code, *stands_on),
                    )
                )
    return tuple(sorted(rows, key=lambda row: (row.resource, row.operator, row.stands_on)))


def product_list(
    rights: Rights, book: Book, day: date, prices: Mapping[Thing, Price]
) -> tuple[ProductRow, ...]:
    """A row for each product on the market that its maker may list on that day; one that stands on
    anything suspended, revoked or run out is not there."""
    rows = []
    for thing, product in sorted(book.products.items()):
        if not product.offered_on(day):
            continue
        codes = operating(rights, book, product, day)
        if isinstance(permits(rights, book, codes, "list", thing, day, product.uses), Refused):
            continue
        rows.append(
            ProductRow(
                thing,
                product.maker,
                product.registration,
                raw_of(book, product),
                product.uses,
                prices.get(thing),
                tuple(sorted(book.stands_on([str(thing), *codes]) - {str(thing)})),
            )
        )
    return tuple(rows)


def raw_of(book: Book, product: Product) -> tuple[Thing, ...]:
    """The resources a product was made from, through products in between."""
    raw: set[Thing] = set()
    ahead = list(product.made_from)
    for thing in ahead:
        made = book.products.get(thing)
        if made is None:
            raw.add(thing)
        else:
            ahead += made.made_from
    return tuple(sorted(raw))


def _holder(book: Book, grant: Grant, thing: Thing) -> str:
    """Who holds a thing and gave the grant; "" where it was passed on by somebody else."""
    for code in grant.under:
        parent = book.grants[code]
        if parent.right == "hold" and parent.things & {thing, Thing(thing.code)}:
            return parent.taker
    return ""
