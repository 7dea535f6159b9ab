"""A reporting cycle that can be killed: the city, one who works on it without end, one who checks.

Each runs in a process of its own (see `test_killed_reporting.py`); what the worker acknowledged is
what it wrote to a file after an action had returned.
"""

import itertools
import os
import random
from pathlib import Path

from django.conf import settings

from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.audit import verify
from shucheng.kernel.files import storage
from shucheng.kernel.files.actions import store_file
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.jobs.worker import run_pending_jobs
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.reporting.access import FILES
from shucheng.kernel.reporting.actions.drafts import attach_evidence, save_draft, start_correction
from shucheng.kernel.reporting.actions.forms import generate_forms
from shucheng.kernel.reporting.actions.moves import approve, submit
from shucheng.kernel.reporting.actions.obligations import open_obligations
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.models import Obligation, Submission
from shucheng.kernel.reporting.queries.asked import asked
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.load import load_plan
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.actions.values import recompute_all
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import IndicatorValue

SYSTEM = system_actor("cli")
FIRST = "2026-01"
OFFICE = "data"
# How far a submission has come; a kill never takes it back.
ORDER = [State.DRAFT, State.SUBMITTED, State.APPROVED, State.PUBLISHED]


def set_up() -> None:
    """The city pack, its plan in force, forms and what they ask since the year began."""
    pack = read_pack(settings.CITY_PACK)
    load_city(pack, actor=SYSTEM)
    path = pack.path / "plan.txt"
    version = load_plan(path.name, path.read_bytes(), actor=SYSTEM)
    run_pending_jobs()
    version.refresh_from_db()
    publish_version(version.pk, version.revision, actor=SYSTEM)
    generate_forms(actor=SYSTEM, first=FIRST)
    open_obligations(actor=SYSTEM, first=FIRST)


def work(acknowledged: Path, seed: int) -> None:
    """Report, review, correct and recompute until killed; each step is noted once it returned."""
    chance = random.Random(seed)
    office = _actor(Organisation.objects.get(code=OFFICE), Role.PLAN_OFFICE)
    with acknowledged.open("a") as notes:

        def note(step: str, submission: Submission, *more: object) -> None:
            facts = (step, submission.pk, submission.state, submission.revision, *more)
            notes.write(" ".join(map(str, facts)) + "\n")
            notes.flush()

        for round_ in itertools.count():
            for obligation in _unfinished():
                _one(obligation, office, chance, note)
                if chance.random() < 0.2:
                    recompute_all(actor=SYSTEM)
                    notes.write("recomputed 0 - 0\n")
                    notes.flush()
            if round_ and not _unfinished():
                _correct(office, chance, note)


def _unfinished() -> list[Obligation]:
    rows = Obligation.objects.select_related("form__owner", "organisation", "area")
    live = Submission.objects.filter(state=State.PUBLISHED)
    return list(rows.exclude(pk__in=live.values("obligation_id")).order_by("period_end", "pk"))


def _one(obligation: Obligation, office: Actor, chance: random.Random, note: object) -> None:
    """Take an obligation from where it stands (a kill may have left it anywhere) to the end."""
    liaison = _actor(obligation.organisation, Role.LIAISON)
    submission = obligation.submissions.order_by("-number").first()
    if submission is None or submission.state == State.DRAFT:
        revision = submission.revision if submission else 0
        submission = _fill(obligation, revision, liaison, chance, note)
        submission = submit(submission.pk, submission.revision, actor=liaison)
        note("submitted", submission)  # type: ignore[operator]
    _review(submission, obligation, office, note)


def _fill(
    obligation: Obligation, revision: int, liaison: Actor, chance: random.Random, note: object
) -> Submission:
    content = f"evidence {obligation.pk} {chance.random()}\n".encode() * 2000
    file = store_file("evidence.txt", content, actor=liaison, room=FILES)
    submission = attach_evidence(obligation.pk, file.pk, revision=revision, actor=liaison)
    note("uploaded", submission, file.sha256)  # type: ignore[operator]
    entries = {
        cell.key: Entry(value=str(chance.randint(1, 9)), reason="for the test")
        for cell in asked(obligation).cells
    }
    submission = save_draft(obligation.pk, entries, revision=submission.revision, actor=liaison)
    note("saved", submission)  # type: ignore[operator]
    return submission


def _review(submission: Submission, obligation: Obligation, office: Actor, note: object) -> None:
    department = _actor(obligation.form.owner, Role.REVIEWER)
    while submission.state == State.SUBMITTED:
        reviewer = department if submission.level == "department" else office
        submission = approve(submission.pk, submission.revision, actor=reviewer)
        note("approved", submission)  # type: ignore[operator]


def _correct(office: Actor, chance: random.Random, note: object) -> None:
    """All is reported: correct what is published, so that the work never ends."""
    published = Submission.objects.filter(state=State.PUBLISHED).order_by("pk")
    obligation = chance.choice(list(published.select_related("obligation"))).obligation
    liaison = _actor(obligation.organisation, Role.LIAISON)
    submission = start_correction(obligation.pk, "counted again", actor=liaison)
    note("correcting", submission)  # type: ignore[operator]
    submission = _fill(obligation, submission.revision, liaison, chance, note)
    submission = submit(submission.pk, submission.revision, actor=liaison)
    note("submitted", submission)  # type: ignore[operator]
    _review(submission, obligation, office, note)


def _actor(organisation: Organisation, role: Role) -> Actor:
    return Actor(
        person_id=None,
        name=f"{organisation.code} {role}",
        roles=frozenset({role}),
        organisation_id=organisation.pk,
        organisation_ids=frozenset({organisation.pk}),
    )


def check(acknowledged: Path) -> None:
    """What was acknowledged is there, nothing is there by half, values follow observations."""
    submissions = {each.pk: each for each in Submission.objects.prefetch_related("evidence")}
    for line in acknowledged.read_text().splitlines():
        step, pk, state, revision, *more = line.split()
        if step == "recomputed":
            continue
        submission = submissions[int(pk)]
        assert submission.revision >= int(revision), line
        assert ORDER.index(State(submission.state)) >= ORDER.index(State(state)), line
        if step == "uploaded":
            assert storage.get(more[0]), line
    reported = _reported()
    for submission in submissions.values():
        _check_whole(submission, reported.get(submission.pk, {}))
    for file in StoredFile.objects.all():
        assert storage.get(file.sha256)
    _check_values()
    database = os.environ["SHUCHENG_DATABASE_URL"] or str(settings.DATABASES["default"]["NAME"])
    outcome = verify.verify_source(database)
    assert outcome.intact, str(outcome)


def _reported() -> dict[int, dict[str, Observation]]:
    """Submission → its observations by cell key."""
    found: dict[int, dict[str, Observation]] = {}
    for row in Observation.objects.select_related("metric_version__metric"):
        code = row.metric_version.metric.code
        key = f"{code}|{row.dimension_key}" if row.dimension_key else code
        found.setdefault(row.lineage["submission"], {})[key] = row
    return found


def _check_whole(submission: Submission, rows: dict[str, Observation]) -> None:
    events = list(submission.events.order_by("id"))
    assert events[-1].to_state == submission.state, submission.pk
    if submission.state != State.PUBLISHED:
        assert not rows, f"{submission.pk} is not published and has observations"
        return
    for key, value in submission.values.items():
        if key in rows:
            assert rows[key].value == int(value["value"]), (submission.pk, key)
        else:
            # A correction that says what was said already records no row.
            assert submission.number > 1, (submission.pk, key)


def _check_values() -> None:
    """The stored values are those that computing everything anew gives."""
    fields = ("binding_id", "area", "period", "value", "rests_on", "observation_id", "digest")
    stored = set(IndicatorValue.objects.values_list(*fields))
    recompute_all(actor=SYSTEM)
    assert stored == set(IndicatorValue.objects.values_list(*fields))
