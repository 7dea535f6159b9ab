"""Issue a briefing: its files are set in the background and kept all at once, or not at all."""

from collections.abc import Mapping
from typing import Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    Actor,
    Invalid,
    action,
    enqueue,
    record,
    record_export,
    store_file,
)
from shucheng.plan.briefings.actions.making import locked_draft, refuse_a_second
from shucheng.plan.briefings.engine.compose import Edition
from shucheng.plan.briefings.engine.facts import BriefingFacts, digest, to_json
from shucheng.plan.briefings.models import Briefing, Issue
from shucheng.plan.briefings.queries.briefings import (
    find_briefing,
    issue_of,
)
from shucheng.plan.briefings.queries.rendering import (
    FORMS,
    Form,
    edition_json,
    fonts,
)
from shucheng.plan.briefings.queries.templates import templates_in_use
from shucheng.plan.models import PlanVersion

ISSUE_JOB: Final = "briefings.issue"
_ANY: Final = 0


@action
def ask_to_issue(briefing_id: int, revision: int, *, actor: Actor) -> Briefing:
    """Give a draft its number, day and templates, and have its files set in the background.

    Where setting them fails it stays a draft, keeps its number, and can be issued again.
    """
    briefing = locked_draft(briefing_id, revision, actor)
    actor.require("briefings.issue", briefing.organisation_id or _ANY)
    fonts()  # says at once what would fail later
    _refuse_another(briefing)
    today = timezone.localdate()
    if briefing.serial is None or briefing.serial_year != today.year:
        briefing.serial_year, briefing.serial = today.year, _next_serial(briefing, today.year)
    briefing.issued_on = today
    in_use = templates_in_use()
    briefing.docx_template, briefing.typst_template = in_use.docx, in_use.typst
    briefing.revision += 1
    briefing.job = enqueue(
        ISSUE_JOB,
        actor=actor,
        payload={"briefing": briefing.pk},
        unique_key=f"briefing:{briefing.pk}",
    )
    briefing.save()
    record("briefings.briefing.to_issue", briefing, actor=actor, after={"number": briefing.number})
    return briefing


def _refuse_another(briefing: Briefing) -> None:
    """What it would stand beside is locked (the replaced one, or else the plan's version): of two
    at once the later waits and is refused."""
    if briefing.replaces_id is None:
        PlanVersion.objects.select_for_update().get(pk=briefing.version_id)
        refuse_a_second(briefing)
        return
    replaced = Briefing.objects.select_for_update().get(pk=briefing.replaces_id)
    if replaced.replacements.filter(state=Briefing.State.ISSUED).exists():
        raise Invalid(
            "briefings.replaced",
            _("Another briefing has replaced the same one meanwhile."),
            _("Look at that one, and replace it if it is wrong."),
        )


def _next_serial(briefing: Briefing, year: int) -> int:
    # Locks the year's rows of this kind and scope; the unique constraint holds where there is none.
    own = Briefing.objects.select_for_update().filter(
        scope=briefing.scope,
        scope_code=briefing.scope_code,
        kind=briefing.kind,
        serial_year=year,
    )
    list(own.values_list("pk", flat=True))
    return int(own.aggregate(last=Max("serial"))["last"] or 0) + 1


@action
def keep_issue(
    briefing_id: int,
    facts: BriefingFacts,
    edition: Edition,
    files: Mapping[Form, bytes],
    made_with: Mapping[str, str],
    *,
    actor: Actor,
) -> Issue:
    """Everything of an issued briefing in one transaction. Doing it twice does it once."""
    briefing = Briefing.objects.select_for_update().get(pk=briefing_id)
    actor.require("briefings.issue", briefing.organisation_id or _ANY)
    known = issue_of(briefing)
    if known is None:
        _refuse_another(briefing)
        name = f"{facts.scope_name}{briefing.period_name}简报{edition.number}"
        stored = {
            form: store_file(
                f"{name}.{form}",
                files[form],
                actor=actor,
                organisation_id=briefing.organisation_id,
            )
            for form in FORMS
        }
        known = Issue.objects.create(
            briefing=briefing,
            number=edition.number,
            facts=to_json(facts),
            facts_sha256=digest(facts),
            edition=edition_json(edition),
            docx_template=briefing.docx_template,
            typst_template=briefing.typst_template,
            made_with=dict(made_with),
            issued_by_id=actor.person_id,
            **stored,
        )
        briefing.state = Briefing.State.ISSUED
        briefing.revision += 1
        briefing.save(update_fields=["state", "revision"])
    record(
        "briefings.briefing.issued",
        briefing,
        actor=actor,
        after={
            "number": known.number,
            "facts": known.facts_sha256,
            **{form: file.sha256 for form, file in known.files},
        },
    )
    return known


@action
def note_taking(briefing_id: int, form: Form, *, actor: Actor) -> None:
    """Somebody takes a file of a briefing away."""
    find_briefing(briefing_id, actor=actor)
    record_export("briefings.file", 1, actor=actor, briefing=briefing_id, form=form)
