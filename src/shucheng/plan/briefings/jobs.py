"""Jobs of briefings: gather facts, set files. Run again after a crash they do what is left."""

from typing import Any

from shucheng.kernel.public import Actor
from shucheng.plan.briefings.actions.issuing import ISSUE_JOB, keep_issue
from shucheng.plan.briefings.actions.making import GATHER_JOB, keep_facts
from shucheng.plan.briefings.engine.facts import from_json
from shucheng.plan.briefings.models import Briefing
from shucheng.plan.briefings.queries.briefings import asked_of, edition_of, issue_of
from shucheng.plan.briefings.queries.gathering import gather
from shucheng.plan.briefings.queries.rendering import FORMS, Form, Templates, made_with, render

__all__ = ["GATHER_JOB", "ISSUE_JOB", "gather_job", "issue_job"]


def gather_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    briefing = _briefing(payload)
    if briefing.state == Briefing.State.GATHERING:
        progress(0, 2)
        facts = gather(asked_of(briefing), actor=actor)
        progress(1, 2)
        keep_facts(briefing.pk, facts, actor=actor)
    progress(2, 2)
    return {"briefing": briefing.pk}


def issue_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Everything is set before anything is kept: killed in between, nothing is there by half."""
    briefing = _briefing(payload)
    total = len(FORMS) + 1
    if issue_of(briefing) is None:
        facts, edition = from_json(briefing.facts), edition_of(briefing)
        templates = Templates(briefing.docx_template, briefing.typst_template)
        files: dict[Form, bytes] = {}
        for done, form in enumerate(FORMS):
            progress(done, total, form)
            files |= render(facts, edition, templates, [form])
        progress(len(FORMS), total)
        keep_issue(briefing.pk, facts, edition, files, made_with(), actor=actor)
    progress(total, total)
    return {"briefing": briefing.pk}


def _briefing(payload: Any) -> Briefing:
    related = ("version", "previous", "replaces", "docx_template__file", "typst_template__file")
    return Briefing.objects.select_related(*related).get(pk=payload["briefing"])
