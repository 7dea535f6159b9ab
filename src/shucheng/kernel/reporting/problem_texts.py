"""Problems in words: every code in both languages, with the numbers it is about."""

from shucheng.kernel.reporting.engine.model import Problem


def problem_text(problem: Problem) -> str:
    """What a person reads, in their language."""
    raise NotImplementedError
