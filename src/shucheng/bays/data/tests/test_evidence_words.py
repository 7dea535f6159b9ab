"""What left evidence is named in words, whatever step of the bay left it."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from shucheng.bays.data.engine.authority.machine import shipped_machines
from shucheng.bays.data.queries.delivery_words import WORDS
from shucheng.bays.data.queries.evidence_words import kind_words, outcome_words
from shucheng.bays.data.queries.market_words import ENTRIES, EVENTS

ACTIONS = Path(__file__).parents[1] / "actions"
LEFT = re.compile(r'leave_evidence\(\s*f?"([a-z_.{}\[\]A-Z]+)"')
STEPS = {
    "case.{event}": [f"case.{e}" for m in shipped_machines().values() for e in m.table.events],
    "books.{entry.kind}": [f"books.{each}" for each in ENTRIES],
    "delivery.{_EVENTS[kind]}": ["delivery.suspended", "delivery.lifted", "delivery.revoked"],
}


def kinds() -> set[str]:
    found: set[str] = set()
    for path in ACTIONS.glob("*.py"):
        for kind in LEFT.findall(path.read_text(encoding="utf-8")):
            what = kind.partition(".")[0]
            if kind in STEPS:
                found.update(STEPS[kind])
            elif kind.endswith(".{event}"):
                found.update(f"{what}.{event}" for event in EVENTS)
            else:
                found.add(kind)
    return found


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_of_evidence_has_words(language: str):
    assert len(kinds()) > 40
    with override(language):
        assert not [kind for kind in kinds() if kind_words(kind) == kind]


def test_a_call_that_was_refused_says_why_in_words():
    with override("zh-hans"):
        assert outcome_words("delivered") == ""
        assert not [code for code in WORDS if outcome_words(code) == code]
