"""Whether a policy permits one use, asked anew on every delivery."""

from dataclasses import dataclass
from datetime import datetime

from .model import (
    ACTIONS,
    Constraint,
    Policy,
    Reason,
    Rule,
    area,
    is_region,
    moment,
    problems,
)

# Every reason that `decide` and `narrow` give.
REASONS = frozenset(
    {
        *("foreign-term", "unknown-profile", "unknown-context", "unknown-action"),
        *("unknown-operand", "unknown-operator", "unknown-duty", "bad-value"),
        *("bad-request", "other-asset", "other-party", "prohibited", "action-not-permitted"),
        *("purpose-not-permitted", "recipient-not-permitted", "mode-not-permitted"),
        *("region-not-permitted", "outside-term", "count-exceeded", "not-settled"),
        *("action-wider", "purpose-wider", "recipient-wider", "mode-wider", "region-wider"),
        *("term-wider", "count-wider", "duty-dropped", "prohibition-dropped"),
    }
)
_FAILS = {
    "purpose": "purpose-not-permitted",
    "recipient": "recipient-not-permitted",
    "deliveryChannel": "mode-not-permitted",
    "spatial": "region-not-permitted",
    "dateTime": "outside-term",
    "count": "count-exceeded",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One use asked for. `region`: where it is used, a code of GB/T 2260; `mode`: how delivered;
    `party`: who asks, `recipient`: who gets it; `quantity`: uses asked for at once. Empty: unsaid.
    """

    moment: datetime
    purpose: str = ""
    recipient: str = ""
    region: str = ""
    mode: str = ""
    action: str = "use"
    target: str = ""
    party: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Usage:
    """What happened under the policy so far: uses, and whether anything due is unpaid."""

    count: int = 0
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Permit:
    """Permitted by `rule`, such as `permission[0]`."""

    rule: str


@dataclass(frozen=True, slots=True)
class Deny:
    """Denied, for these reasons; of several permissions, those of the nearest."""

    reasons: tuple[Reason, ...]


def decide(policy: Policy, request: Request, usage: Usage) -> Permit | Deny:
    """Whether the policy permits the request after that usage.

    Deny is the rule: outside the profile, another asset or party, prohibited, or no permission of
    which every constraint and duty holds. Asked of an offer, the answer is what an agreement on it
    would permit. A pure function: who calls it holds the counter while the use is booked.
    """
    if outside := problems(policy):
        return Deny(outside)
    if not _asked_well(request):
        return Deny((Reason("bad-request"),))
    if policy.target and request.target != policy.target:
        return Deny((Reason("other-asset", "target"),))
    if policy.assignee and request.party != policy.assignee:
        return Deny((Reason("other-party", "assignee"),))
    if prohibited := _prohibited(policy, request):
        return Deny(prohibited)
    nearest: tuple[Reason, ...] | None = None
    for index, rule in enumerate(policy.permissions):
        if rule.action != request.action:
            continue
        where = f"permission[{index}]"
        reasons = _failing(rule, policy.obligations, request, usage, where)
        if not reasons:
            return Permit(where)
        if nearest is None or len(reasons) < len(nearest):
            nearest = reasons
    return Deny(nearest or (Reason("action-not-permitted"),))


def _asked_well(request: Request) -> bool:
    known = request.action in ACTIONS and (not request.region or is_region(request.region))
    return known and request.moment.tzinfo is not None and request.quantity >= 1


def _prohibited(policy: Policy, request: Request) -> tuple[Reason, ...]:
    return tuple(
        Reason("prohibited", f"prohibition[{index}]")
        for index, rule in enumerate(policy.prohibitions)
        if request.action in ACTIONS[rule.action]
        and all(_holds(each, request, Usage(), permits=False) for each in rule.constraints)
    )


def _failing(
    rule: Rule, obligations: tuple[str, ...], request: Request, usage: Usage, where: str
) -> tuple[Reason, ...]:
    reasons = [
        Reason(_FAILS[each.operand], f"{where}.constraint[{index}]")
        for index, each in enumerate(rule.constraints)
        if not _holds(each, request, usage, permits=True)
    ]
    if usage.overdue and (rule.duties or obligations):
        reasons.append(Reason("not-settled", f"{where}.duty" if rule.duties else "obligation"))
    return tuple(reasons)


def _holds(constraint: Constraint, request: Request, usage: Usage, *, permits: bool) -> bool:
    """Whether a constraint is met. What is unsaid fails a permission and meets a prohibition, which
    a region that only overlaps meets as well."""
    match constraint.operand:
        case "dateTime":
            return _in_time(constraint, request.moment)
        case "count":
            most = int(constraint.values[0]) - (constraint.operator == "lt")
            return usage.count + request.quantity <= most
        case "spatial" if not permits:
            here = area(request.region)
            there = [area(each) for each in constraint.values]
            return any(here.startswith(each) or each.startswith(here) for each in there)
        case "spatial":
            if constraint.operator == "isPartOf" and request.region:
                return request.region.startswith(area(constraint.values[0]))
            return request.region in constraint.values
        case "purpose":
            said = request.purpose
        case "recipient":
            said = request.recipient
        case _:
            said = request.mode
    if not said:
        return not permits
    return (said in constraint.values) == (constraint.operator in ("eq", "isAnyOf"))


def _in_time(constraint: Constraint, when: datetime) -> bool:
    bound = moment(constraint.values[0])
    if bound is None:  # told as a problem of the policy before
        return False
    match constraint.operator:
        case "gt":
            return when > bound
        case "gteq":
            return when >= bound
        case "lt":
            return when < bound
        case _:
            return when <= bound
