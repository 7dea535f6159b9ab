"""Policies from and to ODRL in JSON-LD, in the form of the Dataspace Protocol 2025-1.

Read: terms bare, as `odrl:` or in full, one object or a list of them, values plain, typed or by
`@id`. Nothing that is read is dropped: what has no place in the profile becomes `Policy.foreign`.
Written: what `contract-schema.json` of the protocol accepts (values are strings, operators bare);
left operands as `odrl:` names, which the protocol's context expands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .model import ACTIONS, DUTIES, OPERANDS, Constraint, Policy, Reason, Rule

_ODRL = "http://www.w3.org/ns/odrl/2/"
_LOGIC = frozenset({"or", "xone", "andSequence"})
_CONTEXTS = frozenset(
    {
        "https://w3id.org/dspace/2025/1/context.jsonld",
        "https://w3id.org/dspace/2025/1/odrl-profile.jsonld",
        "http://www.w3.org/ns/odrl.jsonld",
    }
)
_DEPTH, _NODES = 8, 2000
_TEXTS = ("target", "assigner", "assignee", "profile")
_NAMES = frozenset({*OPERANDS, *ACTIONS, *DUTIES})
_PARTS = ("permission", "prohibition", "obligation")


class PolicyUnreadable(ValueError):
    """Not a policy at all: `where` it breaks and `why`, as a code."""

    code = "policy-unreadable"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where or 'policy'}: {why}")
        self.where, self.why = where, why


def read(document: object) -> Policy:
    """The policy of a parsed JSON document. Raises `PolicyUnreadable` where its shape is none:
    `not-an-object`, `not-text`, `unknown-type`, `no-id`, `named-twice`, `too-deep`, `too-large`."""
    reader = _Reader()
    body = reader.node(document, "")
    kind = _term(body.pop("@type", None))
    if kind not in ("Offer", "Agreement"):
        raise PolicyUnreadable("@type", "unknown-type")
    uid = _text(body.pop("@id" if "@id" in body else "uid", ""), "@id")
    if not uid:
        raise PolicyUnreadable("@id", "no-id")
    # Another context may give the same words another meaning.
    if not all(isinstance(c, str) and c in _CONTEXTS for c in _list(body.pop("@context", []))):
        reader.foreign.append(Reason("unknown-context", "@context"))
    texts = {name: _text(body.pop(name, ""), name) for name in _TEXTS}
    timestamp = _text(body.pop("timestamp", ""), "timestamp")
    parts = {name: _list(body.pop(name, [])) for name in _PARTS}
    reader.leave(body, "")
    return Policy(
        kind="Offer" if kind == "Offer" else "Agreement",
        uid=uid,
        permissions=reader.rules(parts["permission"], "permission"),
        prohibitions=reader.rules(parts["prohibition"], "prohibition"),
        obligations=reader.duties(parts["obligation"], "obligation"),
        timestamp=timestamp,
        foreign=tuple(reader.foreign),
        **texts,
    )


def write(policy: Policy) -> dict[str, Any]:
    """The policy as a JSON-LD object without `@context`, as a message of the protocol carries it;
    an offer inside a catalogue has no `target`. Raises `ValueError` for a policy with `foreign`
    parts: what was not understood cannot be said again."""
    if policy.foreign:
        raise ValueError(f"{policy.uid}: {policy.foreign[0].where} is outside the profile")
    said = {
        "@type": policy.kind,
        "@id": policy.uid,
        "target": policy.target,
        "assigner": policy.assigner,
        "assignee": policy.assignee,
        "timestamp": policy.timestamp,
        "profile": policy.profile,
        "permission": [_rule(each) for each in policy.permissions],
        "prohibition": [_rule(each) for each in policy.prohibitions],
        "obligation": [{"action": _odrl(each)} for each in policy.obligations],
    }
    return {key: value for key, value in said.items() if value}


def _rule(rule: Rule) -> dict[str, Any]:
    said: dict[str, Any] = {"action": rule.action if rule.action == "use" else _odrl(rule.action)}
    if rule.constraints:
        said["constraint"] = [_constraint(each) for each in rule.constraints]
    if rule.duties:
        said["duty"] = [{"action": _odrl(each)} for each in rule.duties]
    return said


def _constraint(constraint: Constraint) -> dict[str, Any]:
    several = constraint.operator in ("isAnyOf", "isNoneOf") or len(constraint.values) != 1
    return {
        "leftOperand": _odrl(constraint.operand),
        "operator": constraint.operator,
        "rightOperand": list(constraint.values) if several else constraint.values[0],
    }


def _odrl(name: str) -> str:
    return f"odrl:{name}" if name in _NAMES else name


@dataclass
class _Reader:
    """Reads parts and collects what has no place; counts nodes so that no document runs away."""

    foreign: list[Reason] = field(default_factory=list)
    nodes: int = 0

    def node(self, value: object, where: str) -> dict[str, Any]:
        self.nodes += 1
        if self.nodes > _NODES:
            raise PolicyUnreadable(where, "too-large")
        if not isinstance(value, Mapping):
            raise PolicyUnreadable(where, "not-an-object")
        named = {_term(key): each for key, each in value.items()}
        if len(named) != len(value):
            raise PolicyUnreadable(where, "named-twice")
        return named

    def leave(self, rest: Mapping[str, Any], where: str) -> None:
        for key in rest:
            code = "unknown-operator" if key in _LOGIC else "foreign-term"
            self.foreign.append(Reason(code, f"{where}.{key}" if where else key))

    def rules(self, values: list[Any], name: str) -> tuple[Rule, ...]:
        kind = name.title()
        return tuple(self.rule(each, f"{name}[{n}]", kind) for n, each in enumerate(values))

    def rule(self, value: object, where: str, kind: str) -> Rule:
        body = self.node(value, where)
        action = _name(body.pop("action", ""), f"{where}.action")
        if _term(body.get("@type")) == kind:
            del body["@type"]
        constraints = self.constraints(body.pop("constraint", []), f"{where}.constraint")
        duties = self.duties(_list(body.pop("duty", [])), f"{where}.duty")
        self.leave(body, where)
        return Rule(action, constraints, duties)

    def constraints(self, value: object, where: str, depth: int = 0) -> tuple[Constraint, ...]:
        """All of them hold, so an `and` is the same as its parts; other logic is outside."""
        if depth > _DEPTH:
            raise PolicyUnreadable(where, "too-deep")
        found: list[Constraint] = []
        for index, each in enumerate(_list(value)):
            place = f"{where}[{index}]"
            body = self.node(each, place)
            if _term(body.get("@type")) in ("Constraint", "LogicalConstraint", "AtomicConstraint"):
                del body["@type"]
            if "and" in body:
                parts = body.pop("and")
                if isinstance(parts, Mapping) and set(parts) == {"@list"}:
                    parts = parts["@list"]
                if parts == []:
                    self.foreign.append(Reason("foreign-term", f"{place}.and"))
                found += self.constraints(parts, f"{place}.and", depth + 1)
            elif {"leftOperand", "operator", "rightOperand"} <= set(body):
                found.append(
                    Constraint(
                        _name(body.pop("leftOperand"), place),
                        _name(body.pop("operator"), place),
                        tuple(_value(v, place) for v in _list(body.pop("rightOperand"))),
                    )
                )
            elif not body:
                self.foreign.append(Reason("foreign-term", place))
            self.leave(body, place)
        return tuple(found)

    def duties(self, values: list[Any], where: str) -> tuple[str, ...]:
        return tuple(self.duty(each, f"{where}[{index}]") for index, each in enumerate(values))

    def duty(self, value: object, where: str) -> str:
        body = self.node(value, where)
        action = _name(body.pop("action", ""), f"{where}.action")
        if _term(body.get("@type")) == "Duty":
            del body["@type"]
        self.leave(body, where)
        return action


def _term(name: object) -> str:
    """A term without the namespace of ODRL."""
    if not isinstance(name, str):
        return ""
    return name.removeprefix(_ODRL if name.startswith(_ODRL) else "odrl:")


def _name(value: object, where: str) -> str:
    return _term(_text(value, where))


def _text(value: object, where: str) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping) and set(value) == {"@id"}:
        value = value["@id"]
    if isinstance(value, str):
        return value
    raise PolicyUnreadable(where, "not-text")


def _value(value: object, where: str) -> str:
    if isinstance(value, Mapping) and "@value" in value and set(value) <= {"@value", "@type"}:
        value = value["@value"]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value, where)


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]
