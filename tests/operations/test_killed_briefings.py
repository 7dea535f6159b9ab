"""Killed again and again while briefings are made and issued: an issued one is whole, numbers are
given once, and what was left is done by the next worker."""

import pytest
from tests.deployment import Deployment
from tests.operations.killing import kill_again_and_again

pytestmark = pytest.mark.slow


def test_briefings_survive_being_killed(deployment: Deployment) -> None:
    kill_again_and_again(
        deployment,
        "briefing_cycle",
        kills=12,
        # Facts are gathered after "begun", files are set after "asked".
        steps=("begun", "written", "asked"),
        delays=(0, 0.5, 1, 4),
        before="cycle.warm_up()",
        timeout=900,
    )
