"""Forms: generated from metrics and organisations, again whenever these change."""

from dataclasses import dataclass

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Generated:
    """What generating changed."""

    forms: int = 0
    lines: int = 0
    retired: int = 0


@action
def generate_forms(*, actor: Actor, first: str = "") -> Generated:
    """Make forms say what the metrics say now.

    A metric that is reported becomes a line of its owner's form of its frequency (and, where
    areas report it, of the owner's area form); one that is gone is retired; what was asked
    before stays. New forms ask from the running period on, or from `first`.
    """
    raise NotImplementedError
