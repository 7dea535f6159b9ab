"""The life of a product on the market, as a table."""

from .ledger.states import Machine

_MOVES = {
    ("draft", "submit"): ("review", frozenset({"maker"})),
    ("returned", "submit"): ("review", frozenset({"maker"})),
    ("delisted", "submit"): ("review", frozenset({"maker"})),
    ("review", "withdraw"): ("draft", frozenset({"maker"})),
    ("review", "list"): ("listed", frozenset({"bureau"})),
    ("review", "return"): ("returned", frozenset({"bureau"})),
    # What it is made of was graded anew: the bureau says what it may be delivered by.
    ("listed", "regrade"): ("listed", frozenset({"bureau"})),
    ("delisted", "regrade"): ("delisted", frozenset({"bureau"})),
    ("listed", "delist"): ("delisted", frozenset({"maker", "bureau"})),
}
# Content is settled before review: a product that is changed is a new version.
LISTING = Machine("listing", "draft", _MOVES)
