"""What an agreement shows of a product, as it is kept: JSON, read once and never guessed at.

    {"columns": ..., "rows": ..., "least": 10,     as in `engine/shows`
     "unit": "id",
     "private": {"unit": "id", "contributions": 1,
                 "columns": {"income": {"low": "0", "high": "100000", "step": "1"}},
                 "by": {"area": ["320902", "320903"]}},
     "marking": {"key": ["id"], "steps": {"income": "0.01"}},
     "intersection": {"column": "id", "members": false, "at_least": 100, "at_most": 1000000}}

With `least` only aggregates of so many leave the sandbox: rows, or `unit`s that must not be told
apart. What is not said is not shown: no `columns`, no rows; no `private`, no noisy aggregates; no
`intersection`, none. A part or a word that is not known makes all of it unusable, as an unknown
term of a policy does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ..shows import read_shows
from . import intersection
from .groups import Groups
from .policy import Policy, PolicyInvalid, Scalar, select
from .private import Bounds
from .watermark import Marking

_BASE = {"columns", "rows", "least"}
_PARTS = _BASE | {"unit", "private", "marking", "intersection"}
_NO_KEY = b"\0" * 16


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
        shown = read_shows({name: said[name] for name in _BASE & set(said)}, key)
        return Terms(
            shown.policy,
            Groups(shown.least, str(said.get("unit", ""))) if shown.least > 1 else None,
            _private(**said["private"]) if said.get("private") else None,
            _marking(**said["marking"]) if said.get("marking") else None,
            _intersection(**said["intersection"]) if said.get("intersection") else None,
        )
    except PolicyInvalid:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation) as error:
        raise PolicyInvalid("terms", type(error).__name__) from error


def check_shows(said: Mapping[str, Any], columns: Sequence[str]) -> None:
    """Raises `PolicyInvalid` unless it can be applied to a product of these columns."""
    terms = read(said, _NO_KEY)
    select(terms.policy, "made", columns)
    named = {str(said["unit"])} if said.get("unit") else set()
    if terms.private:
        named |= {terms.private.unit, *terms.private.columns, *terms.private.by}
    if terms.intersection:
        named.add(terms.intersection.column)
    if terms.marking:  # a mark is in what is shown, and shown as it is
        named |= {*terms.marking.key, *terms.marking.steps}
    for name in sorted(named - set(columns)):
        raise PolicyInvalid(name, "no such column")


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
