"""The lives of an order and of a dispute, as tables: what is not in them does not happen."""

from collections.abc import Mapping
from dataclasses import dataclass

Moves = Mapping[tuple[str, str], tuple[str, frozenset[str]]]


class MoveRefused(ValueError):
    """A move that the table does not have (`move-not-possible`) or not for this role
    (`move-not-yours`)."""

    def __init__(self, code: str, machine: str, state: str, event: str) -> None:
        super().__init__(f"{machine}: {event} in {state}: {code}")
        self.code, self.machine, self.state, self.event = code, machine, state, event


@dataclass(frozen=True)
class Machine:
    """`moves`: (state, event) → (next state, roles that may cause it)."""

    name: str
    start: str
    moves: Moves

    @property
    def states(self) -> frozenset[str]:
        return frozenset({self.start, *(after for after, _ in self.moves.values())})

    @property
    def final(self) -> frozenset[str]:
        return self.states - {before for before, _ in self.moves}

    def step(self, state: str, event: str, role: str) -> str:
        """The next state. Raises `MoveRefused`, and nothing has changed."""
        after, roles = self.moves.get((state, event), ("", frozenset()))
        if not after:
            raise MoveRefused("move-not-possible", self.name, state, event)
        if role not in roles:
            raise MoveRefused("move-not-yours", self.name, state, event)
        return after

    def open_to(self, state: str, role: str) -> tuple[str, ...]:
        """The events that a role may cause in a state."""
        return tuple(e for (s, e), (_, roles) in self.moves.items() if s == state and role in roles)


def _table(*rows: tuple[str, str, str, str]) -> Moves:
    return {
        (before, event): (after, frozenset(roles.split())) for before, event, after, roles in rows
    }


# Delivery runs in `delivering` alone; a revoked order still settles what was used before.
ORDER = Machine(
    "order",
    "placed",
    _table(
        ("placed", "accept", "agreed", "operator"),
        ("placed", "refuse", "refused", "operator"),
        ("placed", "withdraw", "withdrawn", "buyer"),
        ("agreed", "deliver", "delivering", "operator"),
        ("agreed", "cancel", "cancelled", "operator buyer"),
        ("agreed", "revoke", "revoked", "holder bureau"),
        ("delivering", "suspend", "suspended", "operator holder bureau"),
        ("delivering", "finish", "delivered", "operator platform"),
        ("delivering", "revoke", "revoked", "holder bureau"),
        ("suspended", "resume", "delivering", "holder bureau"),
        ("suspended", "finish", "delivered", "operator platform"),
        ("suspended", "revoke", "revoked", "holder bureau"),
        ("delivered", "close", "closed", "platform"),
        ("revoked", "close", "closed", "platform"),
    ),
)
# Only `upheld` pays back, once: `refunded` is final.
DISPUTE = Machine(
    "dispute",
    "opened",
    _table(
        ("opened", "answer", "answered", "operator"),
        ("opened", "withdraw", "withdrawn", "buyer"),
        ("opened", "mediate", "mediation", "platform"),
        ("answered", "concede", "upheld", "operator"),
        ("answered", "mediate", "mediation", "platform"),
        ("answered", "withdraw", "withdrawn", "buyer"),
        ("mediation", "uphold", "upheld", "platform"),
        ("mediation", "dismiss", "dismissed", "platform"),
        ("mediation", "withdraw", "withdrawn", "buyer"),
        ("mediation", "refer", "arbitration", "operator buyer"),
        ("arbitration", "uphold", "upheld", "bureau"),
        ("arbitration", "dismiss", "dismissed", "bureau"),
        ("upheld", "refund", "refunded", "platform"),
    ),
)
