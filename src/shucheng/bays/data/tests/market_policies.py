"""Policies and requests for tests, drawn at random or made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shucheng.bays.data.engine.policy.decide import Deny, Permit, Request, Usage
from shucheng.bays.data.engine.policy.model import MODES, OPERANDS, Constraint, Policy, Rule

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES = ["credit", "health", "transport"]
REGIONS = ["100000", "320000", "320900", "320902", "320981", "320500", "330100"]
MOMENTS = [(NOW + timedelta(days=each)).isoformat() for each in (-30, -1, 0, 1, 30)]
VALUES = {
    "purpose": NAMES,
    "recipient": NAMES,
    "deliveryChannel": sorted(MODES),
    "spatial": REGIONS,
    "dateTime": MOMENTS,
    "count": ["0", "1", "5", "6", "100"],
}
ALL = tuple(sorted(OPERANDS))


@st.composite
def constraints(
    draw: st.DrawFn, among: tuple[str, ...] = ALL, *, counted: bool = True
) -> Constraint:
    operand = draw(st.sampled_from([o for o in among if counted or o != "count"] or ["purpose"]))
    operator = draw(st.sampled_from(sorted(OPERANDS[operand])))
    most = 3 if operator in ("isAnyOf", "isNoneOf") else 1
    values = st.lists(st.sampled_from(VALUES[operand]), min_size=1, max_size=most, unique=True)
    return Constraint(operand, operator, tuple(draw(values)))


@st.composite
def rules(draw: st.DrawFn, among: tuple[str, ...] = ALL, *, permits: bool = True) -> Rule:
    action = draw(st.sampled_from(["use", "use", "use", "distribute", "read"]))
    terms = draw(st.lists(constraints(among, counted=permits), max_size=3))
    duties = draw(st.sampled_from([(), ("compensate",)])) if permits else ()
    return Rule(action, tuple(terms), duties)


@st.composite
def policies(draw: st.DrawFn, among: tuple[str, ...] = ALL) -> Policy:
    return Policy(
        "Offer",
        "urn:uuid:1",
        tuple(draw(st.lists(rules(among), min_size=1, max_size=2))),
        tuple(draw(st.lists(rules(among, permits=False), max_size=2))),
        draw(st.sampled_from([(), (), ("compensate",)])),
    )


requests = st.builds(
    Request,
    moment=st.sampled_from([datetime.fromisoformat(each) for each in MOMENTS]),
    purpose=st.sampled_from(["", *NAMES]),
    recipient=st.sampled_from(["", *NAMES]),
    region=st.sampled_from(["", *REGIONS]),
    mode=st.sampled_from(["", *sorted(MODES)]),
    action=st.sampled_from(["use", "use", "distribute", "read"]),
    quantity=st.integers(1, 6),
)
usages = st.builds(Usage, count=st.integers(0, 6), overdue=st.booleans())


def offer(*terms: Constraint, **more: Any) -> Policy:
    return Policy("Offer", "urn:uuid:1", (Rule("use", terms),), **more)


def codes(answer: Permit | Deny) -> set[str]:
    return {each.code for each in answer.reasons} if isinstance(answer, Deny) else set()


strange = st.text(min_size=1, max_size=12)
