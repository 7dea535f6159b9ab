"""What the explanation of a figure says of the evidence that was handed in with it."""

from types import SimpleNamespace
from typing import Any

from shucheng.plan.queries.steps import _evidence_step


def test_every_file_of_a_submission_is_named_with_its_link() -> None:
    first, second = (SimpleNamespace(pk=at, name=f"{at}.csv") for at in (31, 32))
    observation: Any = SimpleNamespace(evidence=first)
    submission: Any = SimpleNamespace(evidence=SimpleNamespace(all=lambda: [second, first]))
    step = _evidence_step(observation, submission)
    assert [fact.value for fact in step.facts] == ["31.csv", "32.csv"]
    assert [fact.url for fact in step.facts] == ["/files/31/", "/files/32/"]
    assert [fact.value for fact in _evidence_step(observation, None).facts] == ["31.csv"]
    bare: Any = SimpleNamespace(evidence=None)
    assert _evidence_step(bare, None).note
