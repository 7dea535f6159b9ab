"""Killed again and again while registers of tens of thousands of rows are read and taken over:
register, batches and audit entries are whole and there once, and the next worker goes on."""

import pytest
from tests.deployment import Deployment
from tests.operations.killing import kill_again_and_again

pytestmark = pytest.mark.slow

FINISH = """
from pathlib import Path
from tests.operations import import_cycle as cycle
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.kernel.public import run_worker

run_worker(burst=True)
notes = Path("acknowledged")
with notes.open("a") as out:
    for batch in Batch.objects.exclude(state=Batch.State.APPLIED):
        cycle.go_on(batch, out)
cycle.check(notes)
states = set(Batch.objects.values_list("state", flat=True))
print(states, Batch.objects.count(), Firm.objects.count())
"""


def test_imports_survive_being_killed(deployment: Deployment) -> None:
    kill_again_and_again(
        deployment,
        "import_cycle",
        kills=12,
        # After "confirmed" a file is read, after "taken" it is written; what lies between the other
        # steps takes a moment.
        steps=("confirmed", "taken"),
        delays=(0.2, 1.0, 2.5),
        timeout=900,
    )
    done = deployment.run(FINISH, timeout=300)
    assert done.splitlines()[-1].startswith("{'applied'}")
    assert done.split()[-1] == "30000"
