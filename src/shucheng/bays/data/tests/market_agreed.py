"""An agreement as the market makes it, for tests."""

from dataclasses import replace

from shucheng.bays.data.engine.ledger.orders import Order
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.engine.ledger.split import Share
from shucheng.bays.data.engine.policy.model import Constraint, Policy, Rule

SHARES = (
    Share("holder", "bureau", 3000),
    Share("processor", "lab", 2500),
    Share("operator", "group", 3500),
    Share("platform", "exchange", 700),
    Share("broker", "agent", 300),
)
CREDIT = Constraint("purpose", "eq", ("credit",))
OFFER = Policy("Offer", "urn:offer", (Rule("use", (CREDIT,), ("compensate",)),), target="urn:p")
AGREED = replace(OFFER, kind="Agreement", uid="urn:agreement", assignee="bank")
ORDER_1 = Order("o1", "p1", "bank", OFFER, "credit")
BY_CALL = PricePlan(tiers=(Tier(None, 7),))
