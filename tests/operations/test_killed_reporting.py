"""Killed again and again while people report, review and correct: nothing acknowledged is lost,
nothing is there by half, and the next one goes on from where it stands."""

import pytest
from tests.deployment import Deployment
from tests.operations.killing import kill_again_and_again

pytestmark = pytest.mark.slow


def test_a_reporting_cycle_survives_being_killed(deployment: Deployment) -> None:
    steps = ("uploaded", "saved", "submitted", "approved")
    kill_again_and_again(deployment, "cycle", kills=30, steps=steps, delays=(0, 0.02, 0.4))
