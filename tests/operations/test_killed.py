"""Killed at any moment nothing acknowledged is lost, and the next start goes on by itself."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.deployment import Deployment, ended, eventually

from shucheng.kernel.audit import verify

pytestmark = pytest.mark.slow

JOB = """
from pathlib import Path
from shucheng.kernel.actor import system_actor
from shucheng.kernel.jobs.actions import enqueue
from shucheng.kernel.jobs.registry import register_job

def slow(payload, *, actor, progress):
    import time
    marks = Path("marks")
    for step in range(20):
        with marks.open("a") as file:
            file.write(f"{step}\\n")
        progress(step, 20)
        if Path("slow").exists():
            time.sleep(0.2)
    return "done"

register_job("test.slow", slow)
"""
WORK = JOB + "\nfrom shucheng.kernel.jobs.worker import run_worker\nrun_worker(burst=False)\n"
BURST = WORK.replace("burst=False", "burst=True")


def test_a_job_whose_worker_is_killed_in_the_middle_is_finished_by_the_next(
    deployment: Deployment,
) -> None:
    deployment.run(JOB + "enqueue('test.slow', actor=system_actor('cli'))")
    (deployment.folder / "slow").touch()
    marks = deployment.folder / "marks"
    worker = deployment.start(WORK)
    with ended(worker):
        eventually(lambda: marks.exists() and len(marks.read_text().split()) >= 5)
        worker.process.kill()
        worker.process.wait()
    state = "SELECT state FROM jobs_job WHERE name = 'test.slow'"
    assert deployment.query(state) == [("running",)]
    (deployment.folder / "slow").unlink()
    marks.unlink()
    deployment.run(BURST)
    assert deployment.query("SELECT state, attempt FROM jobs_job WHERE name = 'test.slow'") == [
        ("succeeded", 2)
    ]
    assert len(marks.read_text().split()) == 20
    kinds = [row[0] for row in deployment.query("SELECT kind FROM jobs_jobevent ORDER BY id")]
    assert kinds.index("lost") < kinds.index("succeeded")


def test_a_worker_asked_to_stop_finishes_the_job_it_runs(deployment: Deployment) -> None:
    deployment.run(JOB + "enqueue('test.slow', actor=system_actor('cli'))")
    (deployment.folder / "slow").touch()
    marks = deployment.folder / "marks"
    worker = deployment.start(WORK)
    with ended(worker):
        eventually(marks.exists)
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(30) == 0
    states = deployment.query("SELECT state, attempt FROM jobs_job WHERE name = 'test.slow'")
    assert states == [("succeeded", 1)]
    assert deployment.query("SELECT count(*) FROM jobs_worker") == [(0,)]


def test_two_workers_run_each_job_once(deployment: Deployment) -> None:
    deployment.run(JOB + "for n in range(6): enqueue('test.slow', actor=system_actor('cli'))")
    workers = [deployment.start(BURST) for _ in range(2)]
    with ended(*workers):
        assert [worker.process.wait(90) for worker in workers] == [0, 0]
    done = "SELECT count(*) FROM jobs_job WHERE state = 'succeeded' AND attempt = 1"
    assert deployment.query(done + " AND name = 'test.slow'") == [(6,)]
    assert len((deployment.folder / "marks").read_text().split()) == 120


WRITE = """
from shucheng.kernel.action import action
from shucheng.kernel.actor import system_actor
from shucheng.kernel.audit.entries import record

@action
def do(n, *, actor):
    record("test.thing.done", ("thing", str(n), "thing"), actor=actor, n=n)

actor = system_actor("cli")
for n in range(COUNT):
    do(n, actor=actor)
    print("done", n, flush=True)
"""


def write(count: int) -> str:
    return WRITE.replace("COUNT", str(count))


def test_writers_at_the_same_time_keep_one_unbroken_chain(deployment: Deployment) -> None:
    writers = [deployment.start(write(40)) for _ in range(4)]
    with ended(*writers):
        codes = [writer.process.wait(120) for writer in writers]
    assert codes == [0, 0, 0, 0], [writer.text() for writer in writers]
    assert str(verify.verify_source(deployment.address)).startswith("OK: 160 entries, 1 to 160")


def test_what_was_acknowledged_before_a_kill_is_in_the_chain(deployment: Deployment) -> None:
    writer = deployment.start(write(100_000))
    with ended(writer):
        eventually(lambda: writer.says("done 30\n"))
        writer.process.kill()
        writer.process.wait()
    acknowledged = max(int(n) for n in re.findall(r"^done (\d+)$", writer.text(), re.MULTILINE))
    outcome = verify.verify_source(deployment.address)
    assert outcome.intact
    assert outcome.entries >= acknowledged + 1


def test_the_verifier_runs_alone_against_the_running_database(deployment: Deployment) -> None:
    deployment.run(write(3))
    command = [sys.executable, "-I", str(Path(verify.__file__)), deployment.address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:13]) == (0, "OK: 3 entries")
