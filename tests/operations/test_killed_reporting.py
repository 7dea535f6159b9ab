"""Killed again and again while people report, review and correct: nothing acknowledged is lost,
nothing is there by half, and the next one goes on from where it stands."""

import collections

import pytest
from tests.deployment import Deployment

pytestmark = pytest.mark.slow

KILLS = 30  # on each database
# One process that forks: starting Python and Django sixty times would take most of the time.
# The parent never opens the database, so that a child inherits no connection.
DRIVER = """
import os, random, signal, sys, time
from pathlib import Path
from tests.operations import cycle

def child(function, *arguments):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        function(*arguments)
        code = 0
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)

def finished(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

notes = Path("acknowledged")
notes.touch()
assert finished(child(cycle.set_up)) == 0
chance = random.Random(SEED)
for kill in range(KILLS):
    worker = child(cycle.work, notes, kill)
    before = notes.stat().st_size
    # Not before it works: a process killed while it starts shows nothing.
    while notes.stat().st_size == before:
        assert os.waitpid(worker, os.WNOHANG) == (0, 0), "the worker ended by itself"
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 0.4))
    os.kill(worker, signal.SIGKILL)
    assert finished(worker) == -signal.SIGKILL
    assert finished(child(cycle.check, notes)) == 0, f"after kill {kill}"
    print("killed after", notes.read_text().splitlines()[-1], flush=True)
"""


def test_a_reporting_cycle_survives_being_killed(deployment: Deployment) -> None:
    driver = DRIVER.replace("KILLS", str(KILLS)).replace("SEED", "20250909")
    said = deployment.run(driver, timeout=500)
    last = [line.split()[2] for line in said.splitlines() if line.startswith("killed after")]
    assert len(last) == KILLS
    # They fell into every part of the cycle, not always into the same.
    met = collections.Counter(last)
    assert {"uploaded", "saved", "submitted", "approved"} <= set(met), met
