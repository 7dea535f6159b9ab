"""Jobs run, say how far they are, are tried again, and come back when their worker died."""

import os
import socket
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.records import an_actor, make_person, signed_in

from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.bay import Scheduled, bays
from shucheng.kernel.errors import Forbidden, Invalid
from shucheng.kernel.jobs import clock, registry
from shucheng.kernel.jobs.actions import enqueue, retry_job
from shucheng.kernel.jobs.models import Job, JobEvent, Schedule, Worker
from shucheng.kernel.jobs.recovery import LOST_AFTER, recover_lost_jobs
from shucheng.kernel.jobs.running import Superseded
from shucheng.kernel.jobs.words import job_words
from shucheng.kernel.jobs.worker import run_pending_jobs

pytestmark = pytest.mark.django_db

ADMIN = an_actor(Role.ADMINISTRATOR)
EVERY_JOB = {*registry._KINDS, *(name for bay in bays() for name in bay.jobs)}
seen: list[Any] = []


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_KINDS", {})
    monkeypatch.setattr(registry, "_SCHEDULE", {})
    monkeypatch.setattr(registry, "bays", lambda: ())
    seen.clear()


def note(payload: Any, *, actor: Actor, progress: registry.Progress) -> Any:
    seen.append((payload, actor))
    progress(1, 2, "half")
    return {"got": payload}


def fail(payload: Any, *, actor: Actor, progress: registry.Progress) -> Any:
    seen.append(payload)
    raise RuntimeError("the meter does not answer")


def refuse(payload: Any, *, actor: Actor, progress: registry.Progress) -> Any:
    raise Invalid("test.refused", "no", "stop")


def events(job: Job) -> list[str]:
    return list(job.events.values_list("kind", flat=True))


def test_a_job_runs_as_whoever_started_it_and_keeps_its_result() -> None:
    registry.register_job("test.note", note)
    person = make_person(Role.PLAN_OFFICE)
    actor = Actor(person.pk, str(person), frozenset({Role.PLAN_OFFICE}), request_id="r-1")
    job = enqueue("test.note", actor=actor, payload={"n": 1})
    assert run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.result, job.attempt) == ("succeeded", {"got": {"n": 1}}, 1)
    assert (job.done, job.total, job.message) == (1, 2, "half")
    [(payload, acted)] = seen
    assert (payload, acted.person_id, acted.roles) == ({"n": 1}, person.pk, actor.roles)
    assert (acted.channel, acted.request_id) == ("job", "r-1")
    assert events(job) == ["queued", "started", "succeeded"]


def test_an_unknown_job_is_refused_when_it_is_queued() -> None:
    with pytest.raises(LookupError, match="nothing"):
        enqueue("test.nothing", actor=ADMIN)


def test_a_job_that_fails_waits_longer_each_time_and_then_gives_up() -> None:
    registry.register_job("test.fail", fail, retries=2)
    job = enqueue("test.fail", actor=ADMIN)
    waits = []
    for _ in range(3):
        run_pending_jobs()
        job.refresh_from_db()
        waits.append(round((job.run_after - timezone.now()).total_seconds() / 10))
        due_now()
    assert (job.state, job.attempt, len(seen)) == ("failed", 3, 3)
    assert waits[:2] == [1, 4]
    assert "the meter does not answer" in job.error
    assert events(job).count("retry") == 2
    assert events(job)[-1] == "failed"


def test_a_job_that_is_waiting_is_not_run_early() -> None:
    registry.register_job("test.fail", fail)
    enqueue("test.fail", actor=ADMIN)
    assert run_pending_jobs() == 1
    assert run_pending_jobs() == 0


def test_what_only_a_person_can_mend_is_not_tried_again() -> None:
    registry.register_job("test.refuse", refuse)
    job = enqueue("test.refuse", actor=ADMIN)
    run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == ("failed", 1, "test.refused")


def test_people_read_of_a_job_in_words() -> None:
    """Also in the page of one that failed, and in the alert of it."""
    assert {name: job_words(name) for name in EVERY_JOB if job_words(name) == name} == {}
    registry.register_job("audit.sign", refuse)
    job = enqueue("audit.sign", actor=ADMIN)
    run_pending_jobs()
    browser = signed_in(Role.ADMINISTRATOR)
    listed, shown = browser.get("/jobs/"), browser.get(f"/jobs/{job.pk}/")
    for page in (listed.content.decode(), shown.content.decode()):
        assert "审计日志签名 #" in page
        assert ">audit.sign" not in page
        assert "no stop" in page
    assert "test.refused: no" not in shown.content.decode()
    assert "审计日志签名" in browser.get("/alerts/").content.decode()


def test_a_failed_job_can_be_started_again_by_an_administrator() -> None:
    registry.register_job("test.fail", fail, retries=0)
    job = enqueue("test.fail", actor=ADMIN)
    run_pending_jobs()
    with pytest.raises(Forbidden):
        retry_job(job.pk, actor=an_actor(Role.LIAISON))
    registry._KINDS.clear()
    registry.register_job("test.fail", note, retries=0)
    retry_job(job.pk, actor=ADMIN)
    run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("succeeded", 2)
    with pytest.raises(Invalid):
        retry_job(job.pk, actor=ADMIN)


def test_a_job_with_a_key_is_there_once_until_it_ends() -> None:
    registry.register_job("test.note", note)
    first = enqueue("test.note", actor=ADMIN, unique_key="k")
    assert enqueue("test.note", actor=ADMIN, unique_key="k") == first
    run_pending_jobs()
    assert enqueue("test.note", actor=ADMIN, unique_key="k") != first
    assert len(seen) == 1


def test_a_job_for_later_waits_for_its_time() -> None:
    registry.register_job("test.note", note)
    enqueue("test.note", actor=ADMIN, at=timezone.now() + timedelta(hours=1))
    assert run_pending_jobs() == 0
    due_now()
    assert run_pending_jobs() == 1


def test_a_job_is_not_there_when_the_action_that_queued_it_fails() -> None:
    registry.register_job("test.note", note)
    with transaction.atomic():
        enqueue("test.note", actor=ADMIN)
        transaction.set_rollback(True)
    assert run_pending_jobs() == 0


def test_a_job_does_not_outlive_the_account_that_started_it() -> None:
    registry.register_job("test.note", note)
    person = make_person(Role.PLAN_OFFICE)
    job = enqueue("test.note", actor=Actor(person.pk, "p", frozenset({Role.PLAN_OFFICE})))
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "jobs.person_inactive")
    assert seen == []


def test_a_job_whose_worker_died_is_queued_and_run_again() -> None:
    registry.register_job("test.note", note)
    job = enqueue("test.note", actor=ADMIN)
    taken_by(job, dead_worker())
    assert run_pending_jobs() == 0
    assert recover_lost_jobs() == 1
    assert run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("succeeded", 2)
    assert "lost" in events(job)
    assert not Worker.objects.exists()


def test_a_job_of_a_living_worker_is_left_alone() -> None:
    registry.register_job("test.note", note)
    job = enqueue("test.note", actor=ADMIN)
    taken_by(job, Worker.objects.create(id="w", host=socket.gethostname(), pid=os.getpid()))
    assert recover_lost_jobs() == 0


@pytest.mark.parametrize(("silent_for", "lost"), [(timedelta(0), 0), (LOST_AFTER * 2, 1)])
def test_a_worker_on_another_machine_is_judged_by_its_last_word(
    silent_for: timedelta, lost: int
) -> None:
    registry.register_job("test.note", note)
    job = enqueue("test.note", actor=ADMIN)
    away = Worker.objects.create(
        id="w", host="elsewhere", pid=1, seen_at=timezone.now() - silent_for
    )
    taken_by(job, away)
    assert recover_lost_jobs() == lost


def test_a_job_that_kills_every_worker_is_given_up() -> None:
    registry.register_job("test.note", note)
    job = enqueue("test.note", actor=ADMIN)
    for _ in range(4):
        taken_by(job, dead_worker())
        recover_lost_jobs()
        job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "jobs.worker_lost")


def test_a_task_taken_by_a_worker_that_died_before_it_began_is_replaced() -> None:
    registry.register_job("test.note", note)
    enqueue("test.note", actor=ADMIN)
    DBTaskResult.objects.update(status="RUNNING")
    Job.objects.update(run_after=timezone.now() - LOST_AFTER * 2)
    assert recover_lost_jobs() == 1
    assert run_pending_jobs() == 1


def test_a_worker_that_comes_back_after_its_job_was_given_away_changes_nothing() -> None:
    def stolen(payload: Any, *, actor: Actor, progress: registry.Progress) -> Any:
        Job.objects.update(state="running", attempt=7)
        with pytest.raises(Superseded):
            progress(1, 1)
        return "late"

    registry.register_job("test.stolen", stolen)
    job = enqueue("test.stolen", actor=ADMIN)
    run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.result) == ("running", 7, None)


def test_the_clock_starts_what_is_due_once() -> None:
    registry.register_job("test.note", note)
    registry._SCHEDULE["test.note"] = Scheduled("test.note", 5)
    assert clock.start_due_jobs() == 1
    assert clock.start_due_jobs() == 0
    Schedule.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    # The last run still waits, so there is nothing to add.
    clock.start_due_jobs()
    assert run_pending_jobs() == 1
    Schedule.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    clock.start_due_jobs()
    assert run_pending_jobs() == 1


def test_one_of_two_workers_keeps_the_clock_until_it_stops() -> None:
    assert clock.lead("a")
    assert clock.lead("a")
    assert not clock.lead("b")
    clock.resign("a")
    assert clock.lead("b")
    assert not clock.lead("a")


def test_what_happened_to_a_job_cannot_be_rewritten() -> None:
    registry.register_job("test.note", note)
    enqueue("test.note", actor=ADMIN)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        JobEvent.objects.update(text="x")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute("DELETE FROM jobs_jobevent")


def test_a_person_sees_their_own_jobs_and_an_administrator_all() -> None:
    registry.register_job("test.note", note)
    job = enqueue("test.note", actor=system_actor("job"))
    assert f"#{job.pk}" in signed_in(Role.ADMINISTRATOR).get("/jobs/").content.decode()
    office = signed_in(Role.PLAN_OFFICE)
    assert f"#{job.pk}" not in office.get("/jobs/").content.decode()
    assert office.get(f"/jobs/{job.pk}/").status_code == 404
    # Who starts no jobs has no page of jobs, and no entry in the menu.
    liaison = signed_in(Role.LIAISON)
    assert liaison.get("/jobs/").status_code == 403
    assert 'href="/jobs/"' not in liaison.get("/").content.decode()


def test_the_page_asks_again_only_while_a_job_is_active() -> None:
    registry.register_job("test.note", note)
    job = enqueue("test.note", actor=ADMIN)
    browser = signed_in(Role.ADMINISTRATOR)
    assert "hx-trigger" in browser.get(f"/jobs/{job.pk}/").content.decode()
    run_pending_jobs()
    page = browser.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in page
    assert "<html" not in page


def due_now() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state__in=["waiting", "queued"]).update(run_after=past)
    DBTaskResult.objects.filter(status="READY").update(run_after=past)


def taken_by(job: Job, worker: Worker) -> None:
    """The job as it stands while that worker runs it."""
    DBTaskResult.objects.filter(status="READY").update(status="RUNNING")
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).update(
        state="running", attempt=job.attempt + 1, worker=worker, heartbeat_at=timezone.now()
    )


def dead_worker() -> Worker:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return Worker.objects.create(id=f"w{ended.pid}", host=socket.gethostname(), pid=ended.pid)


def test_a_filter_that_finds_nothing_does_not_say_that_there_are_no_jobs(db: None) -> None:
    browser = signed_in(Role.ADMINISTRATOR)
    assert "尚无后台任务" in browser.get("/jobs/").content.decode()
    page = browser.get("/jobs/", {"state": "failed"}).content.decode()
    assert "尚无后台任务" not in page
    assert "没有符合条件的任务。" in page
