"""Briefings that are made and issued until the process is killed, and one who checks.

Each runs in a process of its own (see `test_killed_briefings.py`); what the worker acknowledged is
what it wrote to a file after an action had returned or a job had ended.
"""

import importlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.urls import resolve

from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.audit import verify
from shucheng.kernel.errors import Invalid
from shucheng.kernel.files import storage
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.jobs.models import Worker
from shucheng.kernel.jobs.recovery import recover_lost_jobs
from shucheng.kernel.jobs.running import current_worker
from shucheng.kernel.jobs.worker import run_pending_jobs
from shucheng.kernel.observations.actions.values import record_observations
from shucheng.kernel.observations.inputs import ObservationInput
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.load import load_plan
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.briefings.actions.issuing import ask_to_issue
from shucheng.plan.briefings.actions.making import Order, begin_briefing, write_paragraphs
from shucheng.plan.briefings.engine.facts import digest, from_json
from shucheng.plan.briefings.models import Briefing, Issue
from shucheng.plan.briefings.queries.briefings import standing_issue
from shucheng.plan.city.pack import read_pack

SYSTEM = system_actor("cli")
CITY, PERIOD = "320900", "2025-10"
Note = Callable[[str, Briefing], None]


def warm_up() -> None:
    """Load what is loaded late once, before the first fork, so that kills fall into the work."""
    importlib.import_module("pandas")  # DuckDB asks for it with the first answer
    resolve("/briefings/")


def set_up() -> None:
    """The city pack, its plan in force, two years of one metric."""
    pack = read_pack(settings.CITY_PACK)
    load_city(pack, actor=SYSTEM)
    path = pack.path / "plan.txt"
    version = load_plan(path.name, path.read_bytes(), actor=SYSTEM)
    run_pending_jobs()
    version.refresh_from_db()
    publish_version(version.pk, version.revision, actor=SYSTEM)
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
    rows = [ObservationInput("core_revenue", CITY, period, 170) for period in months]
    record_observations(rows, actor=SYSTEM)


def work(acknowledged: Path, _seed: int) -> None:
    """Make, write and issue briefings until killed; what a dead worker left is done first."""
    worker = Worker.objects.create(
        id=f"test-{token_hex(4)}", host=socket.gethostname(), pid=os.getpid()
    )
    current_worker.set(worker.pk)
    recover_lost_jobs()
    office = _office()
    with acknowledged.open("a") as out:

        def note(step: str, briefing: Briefing) -> None:
            out.write(f"{step} {briefing.pk} {briefing.number or '-'}\n")
            out.flush()
            os.fsync(out.fileno())

        while True:
            _one(office, note)


def _one(office: Actor, note: Note) -> None:
    briefing = begin_briefing(_order(), actor=office)
    note("begun", briefing)
    run_pending_jobs()
    briefing = write_paragraphs(
        briefing.pk,
        Briefing.objects.get(pk=briefing.pk).revision,
        instructions="抓紧。",
        next_steps="",
        red_head=True,
        issuer="市数据局",
        actor=office,
    )
    note("written", briefing)
    try:
        briefing = ask_to_issue(briefing.pk, briefing.revision, actor=office)
    except Invalid:
        return  # one that a dead worker had asked for was issued meanwhile
    note("asked", briefing)
    run_pending_jobs()
    briefing.refresh_from_db()
    if briefing.state == Briefing.State.ISSUED:
        note("issued", briefing)


def _order() -> Order:
    """A period is told of once: from the second on, each replaces the one before."""
    asked = Briefing(kind="month", scope="city", scope_code=CITY, period=PERIOD)
    standing = standing_issue(asked)
    return Order(
        scope=f"city:{CITY}",
        period=PERIOD,
        replaces=standing.briefing_id if standing else None,
        reason="复核" if standing else "",
    )


def check(acknowledged: Path) -> None:
    """What was acknowledged is there; a briefing is issued with all its files or not at all."""
    briefings = {each.pk: each for each in Briefing.objects.all()}
    for line in acknowledged.read_text().splitlines():
        step, pk, number = line.split()
        briefing = briefings[int(pk)]
        if step in ("asked", "issued"):
            assert briefing.number == number, line
        if step == "issued":
            assert briefing.state == Briefing.State.ISSUED, line
        if step == "written":
            assert briefing.instructions == "抓紧。", line
    issues = {each.briefing_id: each for each in Issue.objects.all()}
    for briefing in briefings.values():
        assert (briefing.state == Briefing.State.ISSUED) == (briefing.pk in issues), briefing.pk
    files = set()
    for issue in issues.values():
        assert digest(from_json(issue.facts)) == issue.facts_sha256
        for _form, file in issue.files:
            assert len(storage.get(file.sha256)) == file.size
            files.add(file.pk)
    # No file was kept for a briefing that was not issued, beside the plan's text.
    left = StoredFile.objects.exclude(pk__in=files).exclude(kind="txt")
    assert not left.exists(), list(left)
    database = os.environ["SHUCHENG_DATABASE_URL"] or str(settings.DATABASES["default"]["NAME"])
    outcome = verify.verify_source(database)
    assert outcome.intact, str(outcome)


def _office() -> Actor:
    own = Organisation.objects.get(code="data")
    return Actor(
        person_id=None,
        name="office",
        roles=frozenset({Role.PLAN_OFFICE}),
        organisation_id=own.pk,
        organisation_ids=frozenset({own.pk}),
    )
