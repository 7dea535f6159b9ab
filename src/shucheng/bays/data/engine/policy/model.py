"""What an offer or an agreement may say: a closed profile of ODRL 2.2.

Source: W3C ODRL Vocabulary & Expression 2.2 for the terms; each operand takes the operators named
here and no others. What a policy says beyond the profile is kept as it was read and makes the whole
policy deny: a term nobody here enforces must not look enforced. Differences from ODRL, all on the
strict side: `use` does not imply passing on (`distribute`) or deriving; a prohibition always wins;
what a request leaves unsaid fails a permission and meets a prohibition.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PROFILE = "urn:shucheng:odrl:closed:1"
MODES = frozenset({"download", "api", "sandbox", "aggregate", "intersection"})

_NAMED = frozenset({"eq", "neq", "isAnyOf", "isNoneOf"})
OPERANDS = {
    "purpose": _NAMED,
    "recipient": _NAMED,
    "deliveryChannel": _NAMED,
    "spatial": frozenset({"eq", "isAnyOf", "isPartOf"}),
    "dateTime": frozenset({"gt", "gteq", "lt", "lteq"}),
    "count": frozenset({"lt", "lteq"}),
}
# An action and what a prohibition of it forbids as well (ODRL `includedIn`).
ACTIONS = {
    "use": frozenset({"use", "read", "derive", "distribute"}),
    "read": frozenset({"read"}),
    "derive": frozenset({"derive"}),
    "distribute": frozenset({"distribute"}),
}
# The duty of settlement: nothing that is due may be unpaid.
DUTIES = frozenset({"compensate"})
_LISTS = frozenset({"isAnyOf", "isNoneOf"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a code (see `decide.REASONS`) and the place in the policy, such as
    `permission[0].constraint[1]`."""

    code: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """`operand` `operator` `values`, as written: regions as codes of GB/T 2260, moments in ISO 8601
    with their zone, counts as whole numbers."""

    operand: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A permission (with duties) or a prohibition (without)."""

    action: str
    constraints: tuple[Constraint, ...] = ()
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """An offer or an agreement. `obligations` are duties of every permission; `foreign`: what was
    read and has no place in the profile."""

    kind: Literal["Offer", "Agreement"]
    uid: str
    permissions: tuple[Rule, ...] = ()
    prohibitions: tuple[Rule, ...] = ()
    obligations: tuple[str, ...] = ()
    target: str = ""
    assigner: str = ""
    assignee: str = ""
    timestamp: str = ""
    profile: str = ""
    foreign: tuple[Reason, ...] = ()


def problems(policy: Policy) -> tuple[Reason, ...]:
    """All in a policy that is outside the profile; a policy with any permits nothing."""
    found = list(policy.foreign)
    if policy.profile not in ("", PROFILE):
        found.append(Reason("unknown-profile", "profile"))
    for name, rules in (("permission", policy.permissions), ("prohibition", policy.prohibitions)):
        for index, rule in enumerate(rules):
            found += _of_rule(rule, f"{name}[{index}]", permits=name == "permission")
    found += _of_duties(policy.obligations, "obligation")
    return tuple(found)


def moment(text: str) -> datetime | None:
    """A moment in ISO 8601 with its zone; None for anything else, since a moment without a zone
    is two moments."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def is_region(text: str) -> bool:
    """Whether it has the form of a code of GB/T 2260."""
    return len(text) == 6 and text.isascii() and text.isdigit()


def area(code: str) -> str:
    """What the codes of all that lies in a region begin with: 320900 → 3209, 100000 → nothing."""
    if code == "100000":
        return ""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def _of_rule(rule: Rule, where: str, *, permits: bool) -> list[Reason]:
    found = [] if rule.action in ACTIONS else [Reason("unknown-action", where)]
    for index, constraint in enumerate(rule.constraints):
        place = f"{where}.constraint[{index}]"
        operators = OPERANDS.get(constraint.operand)
        if operators is None or (constraint.operand == "count" and not permits):
            found.append(Reason("unknown-operand", place))
        elif constraint.operator not in operators:
            found.append(Reason("unknown-operator", place))
        elif not _readable(constraint):
            found.append(Reason("bad-value", place))
    if rule.duties and not permits:
        found.append(Reason("unknown-duty", where))
    return found + _of_duties(rule.duties, f"{where}.duty")


def _of_duties(duties: tuple[str, ...], where: str) -> list[Reason]:
    return [
        Reason("unknown-duty", f"{where}[{i}]") for i, d in enumerate(duties) if d not in DUTIES
    ]


def _readable(constraint: Constraint) -> bool:
    values = constraint.values
    if not values or (len(values) > 1 and constraint.operator not in _LISTS):
        return False
    match constraint.operand:
        case "deliveryChannel":
            return MODES.issuperset(values)
        case "spatial":
            return all(map(is_region, values))
        case "dateTime":
            return moment(values[0]) is not None
        case "count":
            return len(values[0]) <= 15 and values[0].isascii() and values[0].isdigit()
        case _:
            return all(v and v == v.strip() and v.isprintable() for v in values)
