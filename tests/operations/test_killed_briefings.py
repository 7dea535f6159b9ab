"""Killed again and again while briefings are made and issued: an issued one is whole, numbers are
given once, and what was left is done by the next worker."""

import collections

import pytest
from tests.deployment import Deployment
from tests.operations.test_killed_reporting import DRIVER

pytestmark = pytest.mark.slow

KILLS = 10  # on each database


def test_briefings_survive_being_killed(deployment: Deployment) -> None:
    driver = (
        DRIVER.replace("import cycle", "import briefing_cycle as cycle")
        .replace("notes = Path", "cycle.warm_up()\nnotes = Path")
        .replace("uniform(0, 0.4)", "uniform(0, 9)")
        .replace("KILLS", str(KILLS))
        .replace("SEED", "20251028")
    )
    said = deployment.run(driver, timeout=900)
    last = [line.split()[2] for line in said.splitlines() if line.startswith("killed after")]
    assert len(last) == KILLS
    # They fell into more than one part of the cycle.
    assert len(collections.Counter(last)) > 1, last
