"""What the structure reader hands to the target finder: stretches of running text."""

from dataclasses import dataclass

from shucheng.plan.compiler.document import Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of running text that targets are looked for in.

    A paragraph, or the text cell of a work-point row; never a row of the indicator annex.
    """

    span: Span
    # Section.id ("s1", "s2.1.3", "a2"); it becomes Target.section. A year that one passage
    # states carries to the later passages of its section and of the sections below it.
    section: str
    # The year of a yearly work list (2025年…工作要点); None elsewhere.
    work_year: int | None = None
    # A reference such as "w15" for the work point of that row.
    key: str = ""
