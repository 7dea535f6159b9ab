"""What products are asked for by their open offers, and their ceilings."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from shucheng.bays.data.engine.authority.book import Thing
from shucheng.bays.data.engine.authority.lists import Price
from shucheng.bays.data.models.authority import PriceReview
from shucheng.bays.data.models.market import Offer

# What an offer counts → the basis of charging, as the price rules call it (PD-PRC-10).
_CHARGING = {"call": "服务次数", "row": "数据调用量", "hour": "服务时间", "product": "产品数量"}


def ceilings_on(day: date) -> dict[str, int]:
    """The ceilings in force on a day, by product as its review named it."""
    found: dict[str, int] = {}
    rows = PriceReview.objects.filter(since__lte=day, until__gte=day).order_by("id")
    for review in rows:
        found.update(review.ceilings)
    return found


def prices_on(day: date) -> dict[Thing, Price]:
    """What a unit of each product costs at most by its open offers, with its ceiling on the day."""
    ceilings = ceilings_on(day)
    found: dict[Thing, Price] = {}
    offers = Offer.objects.filter(state=Offer.State.OPEN).select_related("product")
    for offer in offers.order_by("id"):
        told = Thing(offer.product.code, offer.product.version)
        price = _highest(offer.price)
        if price is None or (told in found and found[told].price >= price[0]):
            continue
        ceiling = ceilings.get(str(told), ceilings.get(told.code))
        found[told] = Price(price[0], ceiling, price[1])
    return found


def _highest(said: dict[str, Any]) -> tuple[int, str] | None:
    """The highest price a unit of a stored plan, rounded up, and what is counted."""
    tiers: Iterable[list[int]] = said.get("tiers", ())
    prices = [(-(-fen // per), _CHARGING.get(said.get("basis", ""), "")) for _, fen, per in tiers]
    if said.get("fee"):
        prices.append((int(said["fee"]), _CHARGING["hour"]))
    return max(prices, default=None)
