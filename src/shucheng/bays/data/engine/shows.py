"""What of a product an offer shows, as it is stored, and as `delivery/policy` enforces it.

    {"columns": {"credit_code": {"mask": "show"}, "phone": {"mask": "hash"},
                 "area": {"mask": "cut", "keep": 4}, "staff": {"mask": "step", "width": 10},
                 "opened": {"mask": "date", "unit": "year"}, "name": {"mask": "empty"}},
     "rows": [["area", "=", "320900"]],
     "least": 10}

Columns that are not named are not shown; `rows`: all of them hold; `least`: of how many rows an
aggregate has to be at least. The key of hashed columns is the agreement's, never stored here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .delivery import policy as delivery

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """The policy that delivery compiles, and the least group."""

    policy: delivery.Policy
    least: int


def read_shows(said: Said, key: bytes) -> Shown:
    """What is stored as delivery enforces it; `key`: the agreement's, of 16 bytes or more. Raises
    `PolicyInvalid` for what has no meaning: it must not look enforced."""
    strange = sorted(said.keys() - {"columns", "rows", "least"})
    if strange:
        raise delivery.PolicyInvalid(strange[0], "unknown")
    columns = {name: _mask(name, each, key) for name, each in said.get("columns", {}).items()}
    rows = [_condition(each) for each in said.get("rows", ())]
    least = said.get("least", 1)
    if type(least) is not int or least < 1:
        raise delivery.PolicyInvalid("least", "a whole number above 0")
    return Shown(delivery.Policy(columns, rows), least)


MASKS = ("show", "hash", "cut", "step", "date", "empty")


def _mask(name: str, said: Any, key: bytes) -> delivery.Mask:
    if not isinstance(said, Mapping):
        raise delivery.PolicyInvalid(name, "not a mask")
    values = {word: value for word, value in said.items() if word != "mask"}
    makers: dict[str, tuple[set[str], Callable[..., delivery.Mask]]] = {
        "show": (set(), delivery.Show),
        "hash": (set(), lambda: delivery.Hash(key)),
        "cut": ({"keep"}, delivery.Cut),
        "step": ({"width"}, delivery.Step),
        "date": ({"unit"}, delivery.Date),
        "empty": (set(), delivery.Empty),
    }
    wanted, maker = makers.get(str(said.get("mask")), (None, None))
    if wanted is None or maker is None or set(values) != wanted:
        raise delivery.PolicyInvalid(name, "not a mask")
    for word in wanted & {"keep", "width"}:
        if type(values[word]) is not int or values[word] < 1:
            raise delivery.PolicyInvalid(name, f"{word}: a whole number above 0")
    return maker(**values)


def _condition(said: Any) -> delivery.Condition:
    if not isinstance(said, Sequence) or isinstance(said, str) or len(said) != 3:
        raise delivery.PolicyInvalid("rows", "column, operator, value")
    column, operator, value = said
    if isinstance(value, Mapping):
        value = delivery.Parameter(str(value.get("parameter", "")))
    return delivery.Condition(str(column), operator, value)
