"""The book of rights as it stands: what the engine asks whether something is permitted."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from shucheng.bays.data.engine.authority.book import (
    Book,
    Delivery,
    Grant,
    Limits,
    Product,
    RightCode,
    Rights,
    Stop,
    Thing,
    shipped_rights,
)
from shucheng.bays.data.models import authority, market
from shucheng.bays.data.queries.statements import State, state

_KEPT: dict[str, tuple[State, Book]] = {}


def rights() -> Rights:
    return shipped_rights()


def book() -> Book:
    """All grants, products, deliveries and stops. Kept until one of them changes: a stop is seen by
    the next question, in every process. What a transaction reads is kept once it is committed:
    rows that are taken back give their numbers to others."""
    known = state()
    kept = _KEPT.get("book")
    if kept is not None and kept[0] == known:
        return kept[1]
    found = _read()
    keep = partial(_KEPT.update, book=(known, found))
    if connection.in_atomic_block:
        transaction.on_commit(keep)
    else:
        keep()
    return found


def thing(text: str) -> Thing:
    """`code@version`, or `code` for every version."""
    code, _, version = text.partition("@")
    return Thing(code, version)


def limits(said: dict[str, list[str]]) -> Limits:
    return {dimension: frozenset(values) for dimension, values in said.items()}


def grant_of(row: authority.Grant) -> Grant:
    return Grant(
        code=row.code,
        right=_right(row.right),
        giver=row.giver,
        taker=row.taker,
        things=_things(row.things),
        start=row.start,
        end=row.end,
        basis=tuple(row.basis),
        under=tuple(row.under),
        limits=limits(row.limits),
        may_pass_on=row.may_pass_on,
    )


def product_of(row: market.Product) -> Product:
    return Product(
        thing=Thing(row.code, row.version),
        maker=row.maker.code,
        made_from=_things(row.made_from),
        under=tuple(row.under),
        uses=limits(row.uses),
        registration=row.registration,
        since=timezone.localdate(row.listed_at) if row.listed_at else None,
        until=timezone.localdate(row.delisted_at) if row.delisted_at else None,
    )


def _read() -> Book:
    products = map(product_of, market.Product.objects.select_related("maker"))
    agreements = market.Agreement.objects.select_related("order__offer__product", "order__buyer")
    return Book(
        grants={row.code: grant_of(row) for row in authority.Grant.objects.all()},
        products={each.thing: each for each in products},
        deliveries={row.code: _delivery(row) for row in agreements},
        stops=tuple(
            Stop(row.on, _kind(row.kind), row.day, row.side) for row in authority.Stop.objects.all()
        ),
        related=_related(),
    )


def _delivery(row: market.Agreement) -> Delivery:
    product = row.order.offer.product
    return Delivery(
        code=row.code,
        product=Thing(product.code, product.version),
        grants=tuple(row.grants),
        recipient=row.order.buyer.code,
    )


def _related() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in authority.Related.objects.all():
        found.setdefault(row.party, set()).add(row.with_party)
        found.setdefault(row.with_party, set()).add(row.party)
    return {party: frozenset(others) for party, others in found.items()}


def _things(said: Iterable[str]) -> frozenset[Thing]:
    return frozenset(map(thing, said))


def _right(text: str) -> RightCode:
    return text  # type: ignore[return-value]


def _kind(text: str) -> Any:
    return text
