"""Jinja for templates that people make: it reads plain data, and calls nothing.

Jinja's own sandbox allows what does not begin with an underscore, which is as safe as the objects
that are handed over. Here a template reaches the items of dictionaries and lists and the counters
of a loop, by no other way, whatever is handed over: no attribute of any object, no call of a
method, a function or a macro, no function of Jinja's, and of the filters those that are named.
"""

from typing import Any, Final

from jinja2 import StrictUndefined, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

_COUNTERS: Final = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "depth")
# None of them reads an attribute, calls what it is given, or writes what is no text.
_FILTERS: Final = (
    *("batch", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int"),
    *("join", "last", "length", "list", "lower", "replace", "reverse", "round", "safe", "slice"),
    *("string", "title", "trim", "truncate", "upper", "wordcount"),
)
_TESTS: Final = (
    *("defined", "undefined", "none", "string", "number", "odd", "even", "divisibleby", "in"),
    *("boolean", "true", "false", "integer", "float", "mapping", "sequence", "iterable"),
    *("eq", "==", "ne", "!=", "lt", "<", "le", "<=", "gt", ">", "ge", ">="),
    *("equalto", "lessthan", "greaterthan"),
)


class PlainEnvironment(ImmutableSandboxedEnvironment):
    """What cannot be done raises `SecurityError`; what is not there `UndefinedError`."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.tests = {name: self.tests[name] for name in _TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`section.heading`: the dictionary's item of that name, or a loop's counter."""
        if type(obj) is LoopContext and attribute in _COUNTERS:
            return getattr(obj, attribute)
        return self._item(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self._item(obj, argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        raise SecurityError("a template calls nothing")

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def _item(self, obj: Any, key: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj[key]  # says that it is not there
        if not isinstance(obj, dict | list | tuple | str):
            raise SecurityError(f"{type(obj).__name__} has no {key!r} for a template")
        if isinstance(obj, dict) or not isinstance(key, str):
            try:
                return obj[key]
            except (TypeError, LookupError):
                return self.undefined(obj=obj, name=key)
        raise SecurityError(f"a {type(obj).__name__} has no {key!r} for a template")
