"""Make an issued briefing again, years later, and say whether it is the same.

Two questions: do its frozen facts give the same files, byte for byte; and do the observations as
they were known at its moment still give the same facts, whatever was corrected since.
"""

import hashlib
from dataclasses import dataclass, replace

from shucheng.kernel.public import Actor
from shucheng.plan.briefings.engine.facts import differences, from_json
from shucheng.plan.briefings.models import Issue
from shucheng.plan.briefings.queries.briefings import asked_of, find_briefing, issue_of
from shucheng.plan.briefings.queries.gathering import gather
from shucheng.plan.briefings.queries.rendering import (
    FORMS,
    Form,
    Templates,
    edition_from,
    made_with,
    render,
)


@dataclass(frozen=True, slots=True)
class FileAgain:
    form: Form
    sha256: str
    again: str

    @property
    def same(self) -> bool:
        return self.sha256 == self.again


@dataclass(frozen=True, slots=True)
class Reproduction:
    """`changed_tools` are what sets files and has another version now (name, then, now);
    `differences` are the places of facts that observations give differently now."""

    issue: Issue
    files: tuple[FileAgain, ...]
    changed_tools: tuple[tuple[str, str, str], ...]
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        return all(each.same for each in self.files) and not self.differences


def reproduce(pk: int, *, actor: Actor) -> Reproduction | None:
    """None for what was not issued. Nothing is written."""
    briefing = find_briefing(pk, actor=actor)
    actor.require("briefings.make")
    issue = issue_of(briefing)
    if issue is None:
        return None
    facts = from_json(issue.facts)
    templates = Templates(issue.docx_template, issue.typst_template)
    again = render(facts, edition_from(issue.edition), templates)
    stored = {"docx": issue.docx, "pdf": issue.pdf, "xlsx": issue.xlsx}
    now = made_with()
    asked = replace(asked_of(briefing), against=facts.before_period)
    # Supervision is told as it stood; it is kept, not found again.
    rebuilt = replace(
        gather(asked, actor=actor),
        supervision=facts.supervision,
    )
    return Reproduction(
        issue=issue,
        files=tuple(
            FileAgain(form, stored[form].sha256, hashlib.sha256(again[form]).hexdigest())
            for form in FORMS
        ),
        changed_tools=tuple(
            (name, issue.made_with.get(name, ""), now.get(name, ""))
            for name in sorted({*issue.made_with, *now})
            if now.get(name) != issue.made_with.get(name)
        ),
        differences=tuple(differences(facts, rebuilt)),
    )
