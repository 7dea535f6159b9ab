"""Resources described in bulk: a sheet is read into a plan, looked at, and written when a person
confirms it. The plan is made anew from the file each time, so it never tells what was."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.catalogue import follow, keep_said, locked, new_resource
from shucheng.bays.data.actions.grading import ask_for_grading
from shucheng.bays.data.engine.catalogue.sheet_columns import MOST_FIELDS, MOST_RESOURCES
from shucheng.bays.data.engine.catalogue.sheet_files import workbook_of
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.catalogue import entry_of
from shucheng.bays.data.queries.importing import (
    ROOM,
    Line,
    Plan,
    described_by,
    find_sheet,
    plan_of,
    require_importing,
)
from shucheng.bays.data.queries.importing_words import language
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    StoredFile,
    action,
    enqueue,
    record,
    record_export,
    store_file,
)

SHEET_JOB = "data.sheet"
# So many resources are written while one waits.
AT_ONCE = 50
_KINDS = ("xlsx", "csv", "txt")


@action
def read_sheet(name: str, data: bytes, *, actor: Actor) -> StoredFile:
    """Keep a sheet that was sent, once it can be read; the catalogue is not touched."""
    require_importing(actor)
    stored = store_file(name, data, room=ROOM, actor=actor)
    if stored.kind not in _KINDS:
        raise _refused("data.sheet.kind", _("Choose a workbook (xlsx) or a CSV file."))
    plan = plan_of(stored, actor=actor)
    record("data.sheet.read", stored, actor=actor, after={"name": stored.name, **plan.counts})
    return stored


@action
def confirm_sheet(pk: int, digest: str, *, actor: Actor) -> bool:
    """Write what the plan with this digest tells, or have it written in the background where it is
    much; answers whether it is written already."""
    stored = find_sheet(pk, actor=actor)
    plan = _plan(stored, digest, actor)
    if len(plan.writes) <= AT_ONCE:
        take_sheet(pk, digest, actor=actor)
        return True
    payload = {"file": pk, "digest": digest}
    enqueue(SHEET_JOB, payload=payload, unique_key=f"{SHEET_JOB}:{pk}:{digest[:16]}", actor=actor)
    record("data.sheet.asked", stored, actor=actor, after=plan.counts)
    return False


@action
def take_sheet(pk: int, digest: str, *, actor: Actor) -> dict[str, int]:
    """Write what is new and changed, all of it or nothing; rows with errors stay out."""
    stored = find_sheet(pk, actor=actor)
    # Whoever confirms the same sheet twice at once waits here, and finds nothing left to write.
    StoredFile.objects.select_for_update(of=("self",)).get(pk=pk)
    plan = _plan(stored, digest, actor)
    written = [(_written(line, actor), line.regraded) for line in plan.writes]
    follow(*(resource for resource, _regraded in written))
    if codes := [resource.code for resource, regraded in written if regraded]:
        ask_for_grading(codes, actor=actor)
    record(
        "data.sheet.taken",
        stored,
        actor=actor,
        after={
            "file": stored.sha256,
            **plan.counts,
            "codes": [resource.code for resource, _regraded in written][:50],
        },
    )
    return plan.counts


@action
def export_sheet(*, actor: Actor) -> tuple[str, bytes]:
    """The name and content of a workbook with what one may describe: the first in the order of
    their codes, as many as a sheet may tell."""
    rows, whole = _told(actor)
    notes = [f"{_('Taken on')} {timezone.localdate()}"]
    if any(each.simulated for each in rows):
        notes.append(str(_("Simulated data. Not figures of the real city.")))
    if not whole:
        notes.append(str(_("There are more resources than a sheet holds; these are the first.")))
    entries = (
        (
            entry_of(each, [field for field in each.fields.all() if not field.dropped]),
            {"kind": each.kind, "people": each.people},
        )
        for each in rows
    )
    made = workbook_of(entries, language=language(), notes=notes)
    record_export("data.sheet", len(rows), actor=actor, form="xlsx")
    return f"{_('Resources')}.xlsx", made


def _told(actor: Actor) -> tuple[list[Resource], bool]:
    """Resources within what a sheet may hold, and whether they are all."""
    rows: list[Resource] = []
    fields = 0
    for each in described_by(actor).order_by("code")[: MOST_RESOURCES + 1]:
        fields += sum(not field.dropped for field in each.fields.all())
        if len(rows) == MOST_RESOURCES or fields > MOST_FIELDS:
            return rows, False
        rows.append(each)
    return rows, True


def _plan(stored: StoredFile, digest: str, actor: Actor) -> Plan:
    """The plan as it is now, if it is the one that was looked at."""
    plan = plan_of(stored, actor=actor)
    if not plan.writes:
        raise _refused("data.sheet.nothing", _("Nothing of this sheet is left to write."))
    if plan.digest != digest:
        raise Conflict(_("The catalogue that the plan was made for"))
    return plan


def _written(line: Line, actor: Actor) -> Resource:
    if line.known is None:
        resource = new_resource(line.holder.pk)
    else:
        resource = locked(line.known.code, line.known.revision)
    keep_said(resource, line.said, line.fields, reason=str(_("Read from a sheet")), actor=actor)
    return resource


def _refused(code: str, why: object) -> Invalid:
    return Invalid(
        code,
        _("The sheet cannot be taken over."),
        _("Correct what is marked and send it again."),
        {"file": str(why)},
    )
