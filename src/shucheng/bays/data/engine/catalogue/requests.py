"""Requests for data between departments (数据需求): asked, answered, delivered, rated.

The machine is that of authorised operation (`authority/machine.py`) with a table of its own: who
may do what from which state, with which evidence, and whose clock runs. What is shared without
conditions can be answered in one way only; a refusal on conditions can be disputed.
"""

from functools import cache

from ..authority.machine import Machine, machines
from ..authority.rules import Rules
from ..authority.tables import Ready, read_table
from .model import FOLDER, catalogue_rules

KIND = "data_request"


def read_requests(text: str, rules: Rules) -> Machine:
    """The machine of a city's own table. Raises `RulesInvalid`."""
    return machines({"requests": read_table("requests", text, rules)})[KIND]


@cache
def request_machine() -> Machine:
    """The machine of the table that comes with the package."""
    return read_requests((FOLDER / "requests.yaml").read_text(encoding="utf-8"), catalogue_rules())


def awaited(state: str) -> frozenset[str]:
    """The roles that can take a request on from a state, the clock among them; empty: it is over.
    Raises `KeyError` for a state that is none."""
    ready: Ready = request_machine().ready
    events = request_machine().next_states(state)
    return frozenset(role for each in events for role in ready.table.events[each].by)
