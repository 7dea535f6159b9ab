"""Filling in: a draft, its evidence, a correction of what is published."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid, NotFound
from shucheng.kernel.files.actions import store_file
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.observations.models import Status
from shucheng.kernel.reporting.access import FILES, require_own
from shucheng.kernel.reporting.actions.steps import (
    find_submission,
    refuse_locked,
    require_revision,
    stale,
    store,
    write_event,
)
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.engine.moves import EDITABLE, FINAL, Move, Place, State
from shucheng.kernel.reporting.engine.rules import plain
from shucheng.kernel.reporting.errors import MoveImpossible, need_words
from shucheng.kernel.reporting.models import STATE_LABELS, Obligation, Submission
from shucheng.kernel.reporting.queries.asked import Asked, Known, asked
from shucheng.kernel.reporting.queries.sheets import find_obligation, newest_submission

_LONGEST = {"value": 40, "status": 1, "note": 500, "reason": 500}


@action
def save_draft(
    obligation_id: int, entries: Mapping[str, Entry], *, revision: int, actor: Actor
) -> Submission:
    """Store what was typed. Keys that are not given keep what they have; nothing is judged here.

    `revision` is what the sheet carried (0 where nothing was begun). Raises `Stale`, `Locked`,
    `MoveImpossible` where it is not with the organisation, `Invalid` for a key that the sheet
    does not have.
    """
    obligation = _fillable(obligation_id, actor)
    given = asked(obligation)
    typed = _typed(entries, given)
    submission = _editable(obligation, revision, given, actor=actor)
    values = dict(submission.values)
    changed = sorted(key for key, each in typed.items() if values.get(key, {}) != each)
    for key in changed:
        if typed[key]:
            values[key] = typed[key]
        else:
            values.pop(key, None)
    store(
        submission,
        submission.revision,
        "save",
        actor=actor,
        values=values,
        last_keys=changed,
        definitions={**given.definitions, **submission.definitions},
    )
    record(
        "reporting.submission.saved",
        submission,
        actor=actor,
        form=obligation.form.code,
        organisation=obligation.organisation.code,
        period=obligation.period,
        revision=submission.revision,
        cells=changed,
    )
    return submission


@action
def attach_evidence(obligation_id: int, file_id: int, *, revision: int, actor: Actor) -> Submission:
    """Add a stored file of one's organisation to the draft (begun where there is none)."""
    obligation = _fillable(obligation_id, actor)
    sent = StoredFile.objects.filter(organisation_id=obligation.organisation_id, room=FILES)
    file = sent.filter(pk=file_id).first()
    if file is None:
        raise NotFound(_("The file"))
    submission = _editable(obligation, revision, asked(obligation), actor=actor)
    return _change_evidence(submission, [file], actor=actor)


@action
def add_evidence(
    obligation_id: int, files: Sequence[tuple[str, bytes]], *, revision: int, actor: Actor
) -> Submission:
    """Store files, each a name and its bytes, and add them to the draft: all of them or none."""
    obligation = _fillable(obligation_id, actor)
    submission = _editable(obligation, revision, asked(obligation), actor=actor)
    stored = [store_file(name, data, actor=actor, room=FILES) for name, data in files]
    return _change_evidence(submission, stored, actor=actor)


@action
def detach_evidence(submission_id: int, file_id: int, *, revision: int, actor: Actor) -> Submission:
    """Take a file off a draft; the file itself stays stored."""
    submission = find_submission(submission_id)
    require_own(submission.obligation, actor)
    refuse_locked(submission.obligation)
    require_revision(submission, revision)
    file = submission.evidence.filter(pk=file_id).first()
    if file is None:
        raise NotFound(_("The file"))
    _require_editable(submission)
    return _change_evidence(submission, [file], actor=actor, remove=True)


@action
def start_correction(
    obligation_id: int, reason: str, *, actor: Actor, verified: bool = False
) -> Submission:
    """Begin to correct what is published, with the published values filled in.

    `verified` fills in preliminary values (P) as normal ones (A): nothing but the status changes.
    """
    obligation = _fillable(obligation_id, actor)
    words = need_words(reason)
    newest = newest_submission(obligation)
    if newest is None or newest.state != State.PUBLISHED:
        raise Invalid(
            "reporting.nothing_published",
            _("There is nothing published here that could be corrected."),
            _("Change the figures themselves, or finish the correction that was begun."),
        )
    given = asked(obligation)
    values, definitions = {}, given.definitions
    for key, observation in given.published.items():
        # Filled in under the definition it was published under: where another holds now, somebody
        # has to say that the value fits it.
        old = min(definitions[observation.metric], observation.definition)
        definitions[observation.metric] = old
        entry = _as_published(observation)
        if verified and entry.get("status") == Status.PROVISIONAL:
            del entry["status"]
        values[key] = entry
    return _begin(obligation, definitions, actor=actor, values=values, reason=words)


def _fillable(obligation_id: int, actor: Actor) -> Obligation:
    """One's own obligation in a period that is open."""
    obligation = find_obligation(obligation_id, actor=actor)
    require_own(obligation, actor)
    refuse_locked(obligation)
    return obligation


def _typed(entries: Mapping[str, Entry], given: Asked) -> dict[str, dict[str, str]]:
    """Entries as they are stored: trimmed, empty ones empty. Raises `Invalid`."""
    unknown = sorted(set(entries) - {cell.key for cell in given.cells})
    if unknown:
        raise Invalid(
            "reporting.cell_unknown",
            _("The form does not ask for “%(key)s”."),
            _("Open the form again: it may have changed since."),
            fields={key: str(_("Not asked for.")) for key in unknown},
            key=unknown[0],
        )
    typed = {}
    for key, entry in entries.items():
        said = {name: text.replace("\r\n", "\n").strip() for name, text in asdict(entry).items()}
        each = {name: text for name, text in said.items() if text}
        too_long = [name for name, text in each.items() if len(text) > _LONGEST[name]]
        if too_long:
            raise Invalid(
                "reporting.too_long",
                _("“%(key)s”: this is longer than can be kept."),
                _("Shorten it: 40 characters for a value, 500 for a note or a reason."),
                fields={key: str(_("Too long."))},
                key=key,
            )
        typed[key] = each
    return typed


def _editable(obligation: Obligation, revision: int, given: Asked, *, actor: Actor) -> Submission:
    """The submission that is being filled in, begun where there is none yet."""
    submission = newest_submission(obligation)
    if submission is None:
        if revision:
            raise NotFound(_("The submission"))
        return _begin(obligation, given.definitions, actor=actor)
    if submission.state == State.PUBLISHED:
        raise Invalid(
            "reporting.published_already",
            _("These figures are published."),
            _("Begin a correction with its reason; it is reviewed like the first report."),
        )
    require_revision(submission, revision)
    _require_editable(submission)
    return submission


def _require_editable(submission: Submission) -> None:
    if submission.state not in EDITABLE:
        raise MoveImpossible(STATE_LABELS[State(submission.state)])


def _begin(
    obligation: Obligation,
    definitions: dict[str, int],
    *,
    actor: Actor,
    values: dict[str, dict[str, str]] | None = None,
    reason: str = "",
) -> Submission:
    last = obligation.submissions.order_by("-number").first()
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                obligation=obligation,
                number=last.number + 1 if last else 1,
                values=values or {},
                definitions=definitions,
                reason=reason,
                changed_at=timezone.now(),
                changed_by=actor.name[:150],
                last_change=Move.CORRECT if reason else Move.START,
            )
    except IntegrityError:
        # Somebody of the same organisation began at the same moment.
        raise stale(obligation.submissions.exclude(state__in=FINAL).get()) from None
    move = Move.CORRECT if reason else Move.START
    write_event(submission, move, Place(State.DRAFT), 0, actor=actor, comment=reason)
    return submission


def _as_published(observation: Known) -> dict[str, str]:
    status = "" if observation.status == Status.NORMAL else observation.status
    value = "" if observation.value is None else plain(observation.value.normalize())
    entry = {"value": value, "status": status}
    if observation.value is None:
        entry["note"] = observation.note
    return {name: text for name, text in entry.items() if text}


def _change_evidence(
    submission: Submission, files: Sequence[StoredFile], *, actor: Actor, remove: bool = False
) -> Submission:
    store(submission, submission.revision, "evidence", actor=actor)
    if remove:
        submission.evidence.remove(*files)
    else:
        submission.evidence.add(*files)
    code = "reporting.evidence.detached" if remove else "reporting.evidence.attached"
    numbers, digests = [file.pk for file in files], [file.sha256 for file in files]
    record(code, submission, actor=actor, file=numbers, sha256=digests)
    return submission
