"""Reading a rule from stored or packed data: whatever is wrong is named, nothing is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from shucheng.kernel.reporting.engine.model import Severity
from shucheng.kernel.reporting.engine.rules import (
    DEFAULT_JUMP,
    KINDS,
    SIGNS,
    ZERO,
    Rule,
    Sign,
)


class RuleInvalid(ValueError):
    """Params that are no rule of the kind; `field` says which, `wanted` what belongs there."""

    def __init__(self, code: str, field_name: str, wanted: str) -> None:
        super().__init__(f"rule {code!r}: {field_name!r} has to be {wanted}")
        self.code, self.field, self.wanted = code, field_name, wanted


def read_rule(
    code: str, kind: str, severity: str, params: Mapping[str, Any], note: str = ""
) -> Rule:
    """A rule from stored or packed data. Numbers may be `int`, `Decimal` or text.

    Raises `RuleInvalid` for the first thing that is wrong.
    """
    reader = _Params(code, params)
    if severity not in get_args(Severity):
        raise RuleInvalid(code, "severity", "error or warning")
    base: dict[str, Any] = {"code": code, "kind": kind, "severity": severity, "note": note}
    if kind == "range":
        base |= {
            "metric": reader.key("metric"),
            "least": reader.number("least"),
            "most": reader.number("most"),
            "whole": reader.flag("whole"),
        }
    elif kind == "sum":
        parts = reader.terms("parts")
        base |= {"left": ((reader.key("total"), Decimal(1)),), "right": parts}
        base |= reader.tolerances()
    elif kind == "compare":
        base |= {
            "left": reader.terms("left"),
            "sign": reader.sign(),
            "right": reader.terms("right", empty=True),
            "constant": reader.number("constant") or ZERO,
        }
        base |= reader.tolerances()
    elif kind == "jump":
        percent = reader.number("percent")
        if percent is not None and percent <= 0:
            raise RuleInvalid(code, "percent", "more than 0")
        base |= {
            "metric": reader.key("metric"),
            "percent": DEFAULT_JUMP if percent is None else percent,
            "least": reader.number("least"),
        }
    elif kind == "areas":
        base |= {"metric": reader.key("metric"), **reader.tolerances()}
    else:
        raise RuleInvalid(code, "kind", "one of " + ", ".join(KINDS))
    reader.done()
    return Rule(**base)


@dataclass(frozen=True, slots=True)
class _Params:
    code: str
    params: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)

    def take(self, name: str) -> Any:
        self.asked.add(name)
        return self.params.get(name)

    def key(self, name: str) -> str:
        value = self.take(name)
        if not isinstance(value, str) or not value:
            raise RuleInvalid(self.code, name, "a metric's code")
        return value

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if value not in (None, True, False):
            raise RuleInvalid(self.code, name, "true or false")
        return bool(value)

    def number(self, name: str) -> Decimal | None:
        value = self.take(name)
        return None if value is None else self._decimal(name, value)

    def sign(self) -> Sign:
        value = self.take("sign")
        if value not in SIGNS:
            raise RuleInvalid(self.code, "sign", "one of " + ", ".join(SIGNS))
        return value  # type: ignore[no-any-return]

    def terms(self, name: str, *, empty: bool = False) -> tuple[tuple[str, Decimal], ...]:
        """`["a", "b"]` or `{a = 1, b = -1}`: cells with their factors."""
        value = self.take(name)
        if value is None and empty:
            return ()
        if isinstance(value, Mapping):
            found = tuple((str(key), self._decimal(name, each)) for key, each in value.items())
        elif isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            found = tuple((each, Decimal(1)) for each in value)
        else:
            raise RuleInvalid(self.code, name, "a list of metrics, or metrics with factors")
        if not found and not empty:
            raise RuleInvalid(self.code, name, "at least one metric")
        return found

    def tolerances(self) -> dict[str, Decimal]:
        return {name: self.number(name) or ZERO for name in ("tolerance", "slack")}

    def done(self) -> None:
        if unknown := sorted(set(self.params) - self.asked):
            raise RuleInvalid(self.code, unknown[0], "left out: the kind has no such field")

    def _decimal(self, name: str, value: Any) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            raise RuleInvalid(self.code, name, "a number")
        return number
