"""What the market's engines refuse and what its states are called, in words of the screen."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shucheng.bays.data.engine.delivery.model import Refused as DeliveryRefused
from shucheng.bays.data.engine.delivery.policy import PolicyInvalid
from shucheng.bays.data.engine.ledger.journal import EntryRefused
from shucheng.bays.data.engine.ledger.orders import AgreementRefused
from shucheng.bays.data.engine.ledger.prices import PlanInvalid
from shucheng.bays.data.engine.ledger.settlement import SettlementRefused
from shucheng.bays.data.engine.ledger.split import SharesInvalid
from shucheng.bays.data.engine.ledger.states import MoveRefused
from shucheng.bays.data.engine.policy.model import Reason
from shucheng.kernel.public import Invalid

Word = str | Promise

STATES: dict[str, Word] = {
    # of a product
    "draft": _("Being made"),
    "review": _("To be reviewed"),
    "returned": pgettext_lazy("market", "Returned"),
    "listed": _("On the market"),
    "delisted": _("Taken off the market"),
    # of an order
    "placed": _("Placed"),
    "agreed": _("Agreed"),
    "refused": pgettext_lazy("market", "Refused"),
    "withdrawn": pgettext_lazy("market", "Withdrawn"),
    "cancelled": _("Cancelled"),
    "delivering": _("Being delivered"),
    "suspended": _("Suspended"),
    "delivered": _("Delivered"),
    "revoked": _("Revoked"),
    "closed": pgettext_lazy("market", "Closed"),
    # of a dispute
    "opened": pgettext_lazy("market", "Raised"),
    "answered": _("Answered"),
    "mediation": _("In mediation"),
    "arbitration": _("In arbitration"),
    "upheld": _("Upheld"),
    "dismissed": _("Dismissed"),
    "refunded": _("Refunded"),
}
OFFER_STATES: dict[str, Word] = {
    "open": pgettext_lazy("market", "Open"),
    "closed": pgettext_lazy("market", "Closed"),
}
EVENTS: dict[str, Word] = {
    "make": _("Made"),
    "submit": _("Hand in for review"),
    "withdraw": _("Withdraw"),
    "list": _("Put on the market"),
    "return": _("Return"),
    "delist": _("Take off the market"),
    "regrade": _("Grade anew"),
    "place": _("Order placed"),
    "accept": pgettext_lazy("market", "Accept"),
    "refuse": pgettext_lazy("market", "Refuse"),
    "deliver": _("Begin delivery"),
    "cancel": _("Cancel"),
    "revoke": _("Revoke for good"),
    "suspend": _("Suspend"),
    "resume": _("Resume"),
    "finish": _("Delivery is complete"),
    "close": pgettext_lazy("market", "Close"),
    "open": _("Dispute raised"),
    "answer": pgettext_lazy("market", "Answer"),
    "mediate": _("Take into mediation"),
    "concede": _("Concede"),
    "uphold": _("Uphold"),
    "dismiss": _("Dismiss"),
    "refer": _("Refer to arbitration"),
    "refund": _("Pay back"),
}
ROLES: dict[str, Word] = {
    "maker": _("Maker"),
    "operator": _("Operator"),
    "buyer": _("Buyer"),
    "holder": _("Holder of the data"),
    "processor": _("Processor"),
    "broker": _("Broker"),
    "bureau": _("Data bureau"),
    "platform": _("Platform"),
}
PURPOSES: dict[str, Word] = {
    "public-governance": _("Public governance (free)"),
    "public-welfare": _("Public welfare (free)"),
    "industry-development": _("Development of industry"),
    "sector-development": _("Development of the sector"),
}
MODES: dict[str, Word] = {
    "download": _("Download"),
    "api": _("Interface"),
    "sandbox": _("Query in the sandbox"),
    "aggregate": _("Aggregates with privacy"),
    "intersection": _("Private intersection"),
}
BASES: dict[str, Word] = {
    "call": _("call"),
    "row": _("row"),
    "hour": _("hour"),
    "product": _("product"),
}
# Of several, as English says it.
BASES_OF_SEVERAL: dict[str, Word] = {
    "call": _("calls"),
    "row": _("rows"),
    "hour": _("hours"),
    "product": _("products"),
}
MASKS: dict[str, Word] = {
    "show": _("as it is"),
    "hash": _("hashed"),
    "cut": _("first characters"),
    "step": _("in steps"),
    "date": _("as month, quarter or year"),
    "empty": _("empty"),
}
UNITS: dict[str, Word] = {
    "month": _("Month"),
    "quarter": _("Quarter"),
    "year": _("Year"),
}
QUOTAS: dict[str, Word] = {
    "calls": _("Calls"),
    "rows": _("Rows"),
    "size": _("Bytes"),
}
ACCOUNTS: dict[str, Word] = {
    "cash": _("Cash"),
    "receivable": _("Owed by a buyer"),
    "payable": _("Owed to a party"),
}
ENTRIES: dict[str, Word] = {
    "settlement": _("Settlement"),
    "refund": _("Refund"),
    "payment": _("Payment in"),
    "payout": _("Payout"),
    "repayment": _("Returned to the buyer"),
}
FIGURES: dict[str, Word] = {
    "turnover": _("Turnover (yuan)"),
    "varieties_listed": _("Varieties on the market"),
    "varieties_traded": _("Varieties traded"),
    "laspeyres": _("Price index, Laspeyres"),
    "paasche": _("Price index, Paasche"),
    "fisher": _("Price index, Fisher"),
    "hhi": _("Concentration, Herfindahl-Hirschman"),
    "cr4": _("Share of the four largest sellers (%)"),
}
MISSING: dict[str, Word] = {
    "no-trades": _("no trades in it"),
    "few-matched-products": _("too few products sold in both periods"),
    "little-turnover-matched": _("what was sold in both periods is too small a part"),
}
NOTES: dict[str, Word] = {
    "quality-unchecked": _("a product of the same code may have changed"),
    "four-sellers-or-fewer": _("there are no more than four sellers"),
}
# Where a policy permits more than another, or is outside the profile.
REASONS: dict[str, Word] = {
    "action-wider": _("permits an act that is not given"),
    "purpose-wider": _("permits more purposes"),
    "recipient-wider": _("permits more recipients"),
    "mode-wider": _("permits more ways of delivery"),
    "region-wider": _("permits more regions"),
    "term-wider": _("runs longer"),
    "count-wider": _("permits more uses"),
    "duty-dropped": _("leaves out a duty"),
    "prohibition-dropped": _("leaves out a prohibition"),
    "other-asset": _("is about something else"),
    "bad-value": _("holds a value that cannot be read"),
    "purpose-not-permitted": _("does not permit this purpose"),
    "recipient-not-permitted": _("does not permit this recipient"),
    "mode-not-permitted": _("does not permit this way of delivery"),
    "region-not-permitted": _("does not permit this region"),
    "outside-term": _("does not run at that time"),
    "count-exceeded": _("does not permit so many uses"),
}
_ENGINE: dict[str, tuple[Word, Word]] = {
    "move-not-possible": (
        _("%(event)s cannot be done in the state %(state)s."),
        _("Look at the state and at what may be done from it."),
    ),
    "move-not-yours": (
        _("%(event)s is not for your role here."),
        _("Pass it to whoever it belongs to."),
    ),
    "shares-not-whole": (_("The shares do not make 100 %%."), _("Correct the shares.")),
    "share-not-positive": (_("A share is not above 0."), _("Correct the shares.")),
    "share-named-twice": (
        _("A party has two shares in one role."),
        _("Put them together into one."),
    ),
    "venue-is-merchant": (
        _("The platform also takes a processor's or broker's share."),
        _("Venue and data merchants are apart: name another party."),
    ),
    "price-negative": (_("A price is below 0."), _("Correct the price.")),
    "tiers-not-rising": (
        _("The steps of the price do not rise."),
        _("Put them in rising order."),
    ),
    "tiers-not-closed": (
        _("The last step of the price has to be without an end, and only the last."),
        _("Correct the steps."),
    ),
    "wider-than-offer": (
        _("The order goes beyond the offer: %(where)s."),
        _("Stay within the offer, or ask for another."),
    ),
    "wider-than-grant": (
        _("It goes beyond what the operator was given: %(where)s."),
        _("Narrow it, or have the grant widened first."),
    ),
    "wider-than-free": (
        _("For a purpose that is free only that purpose can be agreed."),
        _("Order other purposes on their own."),
    ),
    "term-reversed": (_("The last day lies before the first."), _("Correct the days.")),
    "other-buyer": (_("The agreement names another buyer."), _("Order it anew.")),
    "use-vanished": (
        _("Less use is on record than was settled before."),
        _("Look into the records of use; nothing was settled."),
    ),
    "record-conflict": (
        _("Two records of use have one code and differ."),
        _("Look into the records of use; nothing was settled."),
    ),
    "nothing-left": (_("There is nothing left of it."), _("Nothing is to be done.")),
    "too-much": (_("It is more than is left."), _("Lower the amount.")),
    "amount-not-positive": (_("The amount is not above 0."), _("Correct the amount.")),
    "entry-changed": (
        _("This reference is in the books already, with another content."),
        _("Look it up in the books; use another reference for another payment."),
    ),
    "query-unreadable": (_("The SQL cannot be read."), _("Correct it.")),
    "query-too-large": (_("The SQL is too large: %(about)s."), _("Make it smaller.")),
    "not-one-select": (_("Only one SELECT is processed."), _("Write one SELECT.")),
    "not-allowed": (
        _("The SQL uses what is not allowed: %(about)s."),
        _("Write it without; the guide lists what may be used."),
    ),
    "unknown-table": (
        _("The SQL reads a table that is no input of the product."),
        _("Use the names that stand beside the inputs."),
    ),
    "unknown-column": (
        _("The SQL reads a column that no input has."),
        _("Use the columns that stand beside the inputs."),
    ),
    "unknown-field": (
        _("An input has no such data item: %(about)s."),
        _("Correct the data items of the grant or of the product."),
    ),
    "input-unreadable": (
        _("An input could not be read: %(about)s."),
        _("Ask its holder to look at the source."),
    ),
    "input-too-large": (
        _("An input has too many rows or too much text: %(about)s."),
        _("Ask its holder for a smaller extract."),
    ),
    "input-too-slow": (
        _("The rows of an input came too slowly: %(about)s."),
        _("Try when its source is less busy, or ask its holder for a smaller extract."),
    ),
    "making-failed": (
        _("The SQL failed while it ran: %(about)s."),
        _("Look at types and conversions in it."),
    ),
    "making-too-slow": (_("The SQL ran too long and was stopped."), _("Make it simpler.")),
    "nothing-made": (
        _("The SQL answers no rows: there is no product."),
        _("Look at its conditions."),
    ),
    "policy-invalid": (
        _("What is shown cannot be enforced: %(about)s."),
        _("Correct the columns, their masks and the conditions."),
    ),
}
_OTHER: tuple[Word, Word] = (
    _("It cannot be done: %(why)s."),
    _("Look at what was entered and do it again."),
)
EngineRefusal = (
    MoveRefused
    | SharesInvalid
    | PlanInvalid
    | AgreementRefused
    | SettlementRefused
    | EntryRefused
    | DeliveryRefused
    | PolicyInvalid
)
# What an action catches of an engine.
REFUSALS = (
    MoveRefused,
    SharesInvalid,
    PlanInvalid,
    AgreementRefused,
    SettlementRefused,
    EntryRefused,
    DeliveryRefused,
    PolicyInvalid,
)


def not_possible(error: EngineRefusal, field: str = "") -> Invalid:
    """An engine's refusal as the error that a page or program gets; `field`: where it stands."""
    message, next_step = _ENGINE.get(error.code, _OTHER)
    values = {
        "why": error.code,
        "event": str(EVENTS.get(getattr(error, "event", ""), getattr(error, "event", ""))),
        "state": str(STATES.get(getattr(error, "state", ""), getattr(error, "state", ""))),
        "about": getattr(error, "about", ""),
        "where": reasons(getattr(error, "reasons", ())),
    }
    fields = {field: str(message) % values} if field else None
    return Invalid(f"market.{error.code}", message, next_step, fields, **values)


def reasons(found: Iterable[Reason]) -> str:
    """Why one policy is not within another, in words, each once."""
    return now(", ").join(dict.fromkeys(str(REASONS.get(each.code, each.code)) for each in found))


def refused(
    code: str, message: Word, next_step: Word, field: str = "", **values: object
) -> Invalid:
    """A refusal of the market's own rules, told beside a field where it stands at one."""
    fields = {field: str(message) % values if values else str(message)} if field else None
    return Invalid(f"market.{code}", message, next_step, fields, **values)


def yuan(fen: int) -> str:
    """分 as 元 with two decimals; every 分 is seen."""
    sign, whole = ("−" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"
