"""What an agreement shows of a product, as it is kept: JSON, read once and never guessed at.

    {"columns": {"id": "show", "name": {"as": "cut", "keep": 1}, "phone": "hash",
                 "income": {"as": "step", "width": "1000"}, "opened": {"as": "date",
                 "unit": "month"}, "note": "empty"},
     "rows": [["area", "=", "320902"], ["area", "=", {"parameter": "area"}]],
     "groups": {"at_least": 10, "unit": "id"},
     "private": {"unit": "id", "contributions": 1,
                 "columns": {"income": {"low": "0", "high": "100000", "step": "1"}},
                 "by": {"area": ["320902", "320903"]}},
     "marking": {"key": ["id"], "steps": {"income": "0.01"}},
     "intersection": {"column": "id", "members": false, "at_least": 100, "at_most": 1000000}}

`columns` may also be a list of names: shown as they are. What is not said is not shown: no
`columns`, no rows; no `private`, no noisy aggregates; no `intersection`, none. A part or a word
that is not known makes all of it unusable, as an unknown term of a policy does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from . import intersection
from .groups import Groups
from .policy import (
    Condition,
    Cut,
    Date,
    Empty,
    Hash,
    Mask,
    Operator,
    Parameter,
    Policy,
    PolicyInvalid,
    Scalar,
    Show,
    Step,
)
from .private import Bounds
from .watermark import Marking

_PARTS = {"columns", "rows", "groups", "private", "marking", "intersection"}


@dataclass(frozen=True, slots=True)
class Private:
    """Over which unit, how many rows of one count, which columns within which bounds, and by which
    columns with which known groups."""

    unit: str
    contributions: int
    columns: Mapping[str, Bounds]
    by: Mapping[str, Sequence[Scalar]]


@dataclass(frozen=True, slots=True)
class Intersection:
    column: str
    terms: intersection.Terms


@dataclass(frozen=True, slots=True)
class Terms:
    policy: Policy
    groups: Groups | None = None
    private: Private | None = None
    marking: Marking | None = None
    intersection: Intersection | None = None


def read(said: Mapping[str, Any], key: bytes) -> Terms:
    """The terms of an agreement; `key` is what its hashed columns are hashed with. Raises
    `PolicyInvalid`."""
    if unknown := set(said) - _PARTS:
        raise PolicyInvalid(min(unknown), "no such part of terms")
    try:
        columns = said.get("columns") or {}
        if not isinstance(columns, Mapping):
            columns = dict.fromkeys(columns, "show")
        return Terms(
            Policy(
                {str(name): _mask(how, key) for name, how in columns.items()},
                tuple(_condition(*each) for each in said.get("rows", ())),
            ),
            Groups(**said["groups"]) if said.get("groups") else None,
            _private(**said["private"]) if said.get("private") else None,
            _marking(**said["marking"]) if said.get("marking") else None,
            _intersection(**said["intersection"]) if said.get("intersection") else None,
        )
    except PolicyInvalid:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation) as error:
        raise PolicyInvalid("terms", type(error).__name__) from error


def _mask(said: Any, key: bytes) -> Mask:
    more = {} if isinstance(said, str) else dict(said)
    name = said if isinstance(said, str) else more.pop("as")
    match name, sorted(more):
        case "show", []:
            return Show()
        case "hash", []:
            return Hash(key)
        case "empty", []:
            return Empty()
        case "cut", ["keep"]:
            return Cut(int(more["keep"]))
        case "step", ["width"]:
            return Step(Decimal(str(more["width"])))
        case "date", ["unit"]:
            return Date(more["unit"])
    raise PolicyInvalid(str(name)[:40], "no such mask")


def _condition(column: str, operator: str, value: Any) -> Condition:
    if isinstance(value, Mapping):
        if set(value) != {"parameter"}:
            raise PolicyInvalid(column, "a value or a parameter")
        value = Parameter(str(value["parameter"]))
    return Condition(column, cast(Operator, operator), value)


def _private(
    unit: str,
    contributions: int = 1,
    columns: Mapping[str, Mapping[str, Any]] | None = None,
    by: Mapping[str, Sequence[Scalar]] | None = None,
) -> Private:
    bounds = {
        name: Bounds(*(Decimal(str(each[part])) for part in ("low", "high", "step")))
        for name, each in (columns or {}).items()
    }
    groups = {name: tuple(values) for name, values in (by or {}).items()}
    return Private(unit, int(contributions), bounds, groups)


def _marking(key: Sequence[str], steps: Mapping[str, Any]) -> Marking:
    return Marking(tuple(key), {name: Decimal(str(step)) for name, step in steps.items()})


def _intersection(column: str, **terms: Any) -> Intersection:
    return Intersection(column, intersection.Terms(**terms))
