"""The frame around every write: one transaction, one audit entry, refusals recorded too.

    @action
    def publish_version(version_id: int, *, actor: Actor) -> PlanVersion:
        actor.require("plan.publish")
        ...
        record("plan.version.published", version, actor=actor, before=..., after=...)
        return version

`record` is called inside, where the facts are known. An action that leaves no entry is a
defect and says so; one that is refused leaves an entry of its own with `success=False`.
Actions may call actions: the inner one joins the outer transaction. What takes longer than a moment
(another's server, a large file, a computation) is `prepared` before its action: on SQLite nobody
else writes while a transaction is open.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from shucheng.kernel.audit.entries import count_in_transaction, record_refusal
from shucheng.kernel.errors import ShuchengError

P = ParamSpec("P")
R = TypeVar("R")
# The prepared write that runs: what its storing step refuses is refused to it.
_PREPARED: ContextVar[str] = ContextVar("prepared", default="")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run a write in one transaction that must leave an audit entry."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        actor: Any = kwargs["actor"]
        try:
            with transaction.atomic(), count_in_transaction() as entries:
                result = function(*args, **kwargs)
                if entries.count == 0:
                    raise AssertionError(f"{function.__qualname__} wrote no audit entry")
                return result
        except ShuchengError as error:
            record_refusal(_PREPARED.get() or function.__name__, error, actor=actor)
            error.recorded = True
            raise

    run.is_action = True  # type: ignore[attr-defined]
    return run


def prepared(function: Callable[P, R]) -> Callable[P, R]:
    """A write that first reads or computes for long, in no transaction, and then calls an action
    that asks again for what can have changed and stores. Who is refused before that leaves an entry
    as well."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        actor: Any = kwargs["actor"]
        named = _PREPARED.set(function.__name__)
        try:
            return function(*args, **kwargs)
        except ShuchengError as error:
            if not error.recorded:
                record_refusal(function.__name__, error, actor=actor)
                error.recorded = True
            raise
        finally:
            _PREPARED.reset(named)

    return run
