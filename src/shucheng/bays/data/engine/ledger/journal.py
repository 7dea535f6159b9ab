"""Double entry: what is posted balances, and stays.

Accounts are named by kind and owner: `cash` and `receivable:BUYER` are assets, `payable:ROLE:PARTY`
is a liability. The books are those of whoever clears the trades; the parties' own are theirs.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["settlement", "refund", "payment", "payout", "repayment"]
ACCOUNTS = {"cash": "asset", "receivable": "asset", "payable": "liability"}


class EntryRefused(ValueError):
    """An entry that is not posted; `code`: `entry-unbalanced`, `entry-empty`, `entry-changed` (its
    id is taken by another content), `account-unknown`, `amount-not-whole`."""

    def __init__(self, code: str, entry: str) -> None:
        super().__init__(f"{entry}: {code}")
        self.code, self.entry = code, entry


@dataclass(frozen=True, slots=True)
class Line:
    """`fen` on an account: debit above zero, credit below."""

    account: str
    fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the books. `about`: the settlement, for refunds the settlement they reverse."""

    id: str
    on: date
    kind: Kind
    lines: tuple[Line, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's sums of debits and credits, both without sign, and what is left of them."""

    account: str
    debit: int
    credit: int

    @property
    def fen(self) -> int:
        return self.debit - self.credit


@dataclass
class Journal:
    """Entries in the order of posting. Nothing is taken out or changed: a mistake is answered by
    another entry."""

    _entries: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Journal":
        """A journal of stored entries, each checked as if new. Raises `EntryRefused`."""
        journal = cls()
        for each in entries:
            journal.post(each)
        return journal

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    def post(self, entry: Entry) -> bool:
        """Adds an entry; False when the very same is there already, so that a repeated message
        books once. Raises `EntryRefused`."""
        if entry.id in self._entries:
            if self._entries[entry.id] == entry:
                return False
            raise EntryRefused("entry-changed", entry.id)
        check(entry)
        self._entries[entry.id] = entry
        return True

    def about(self, settlement: str) -> tuple[Entry, ...]:
        """The settlement's entry and its refunds."""
        return tuple(e for e in self.entries if e.about == settlement)

    def trial_balance(self, until: date | None = None) -> tuple[Balance, ...]:
        """Debits and credits of each account by name, of entries up to a day; the debits of all
        make their credits."""
        debits: dict[str, int] = defaultdict(int)
        credits_: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            if until is None or entry.on <= until:
                for line in entry.lines:
                    debits[line.account] += max(line.fen, 0)
                    credits_[line.account] += max(-line.fen, 0)
        return tuple(Balance(name, debits[name], credits_[name]) for name in sorted(debits))

    def balance(self, account: str) -> int:
        """Debits less credits of one account, in 分."""
        return sum(x.fen for e in self.entries for x in e.lines if x.account == account)


def check(entry: Entry) -> None:
    """Raises `EntryRefused` unless the entry may be posted."""
    if not entry.lines:
        raise EntryRefused("entry-empty", entry.id)
    if any(type(line.fen) is not int for line in entry.lines):
        raise EntryRefused("amount-not-whole", entry.id)
    if any(line.account.partition(":")[0] not in ACCOUNTS for line in entry.lines):
        raise EntryRefused("account-unknown", entry.id)
    if sum(line.fen for line in entry.lines) != 0:
        raise EntryRefused("entry-unbalanced", entry.id)
