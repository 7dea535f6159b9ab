"""Few examples in the fast part of the tests, many in the slow: for what takes seconds."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

Test = Callable[..., None]


def few_or_many(few: Any, many: Any) -> list[Any]:
    """Two sets of values for parameters: `few` in the fast part, `many` in the slow one."""
    fast, full = (each if isinstance(each, tuple) else (each,) for each in (few, many))
    return [
        pytest.param(*fast, id="few"),
        pytest.param(*full, id="many", marks=pytest.mark.slow),
    ]


def law(
    *drawn: SearchStrategy[Any], few: int, many: int = 100, **named: SearchStrategy[Any]
) -> Callable[[Test], Test]:
    """In place of hypothesis' `@given`: two tests of one function, by the examples they draw."""

    def twice(check: Test) -> Test:
        tries = {n: settings(max_examples=n)(given(*drawn, **named)(check)) for n in (few, many)}

        def tried(examples: int, **asked: Any) -> None:
            tries[examples](**asked)

        # pytest provides what is not drawn.
        examples = Parameter("examples", Parameter.POSITIONAL_OR_KEYWORD)
        asked = signature(tries[few]).parameters.values()
        tried.__signature__ = signature(check).replace(parameters=[examples, *asked])  # type: ignore[attr-defined]
        tried.__doc__ = check.__doc__
        marked: Callable[..., None] = pytest.mark.parametrize("examples", few_or_many(few, many))(
            tried
        )
        return marked

    return twice
