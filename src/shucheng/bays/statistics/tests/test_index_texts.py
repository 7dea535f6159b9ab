"""The sentences collected for translation are the engine's own."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from shucheng.bays.statistics.engine.indexes.shipped import read, shipped
from shucheng.bays.statistics.queries import index_texts
from shucheng.bays.statistics.queries.index_reasons import OWN
from shucheng.lib.indexes import errors
from shucheng.lib.indexes.errors import REASONS, STEPS, IndexRefused


def test_the_two_tables_hold_the_same_sentences() -> None:
    with translation.override("en"):
        texts = {code: tuple(map(str, pair)) for code, pair in index_texts.TEXTS.items()}
        steps = {code: str(word) for code, word in index_texts.STEPS.items()}
    assert texts == {code: tuple(reason) for code, reason in REASONS.items()}
    assert steps == STEPS


def test_a_refusal_is_told_as_the_engine_tells_it() -> None:
    error = IndexRefused(
        "index.not_positive", definition="d", step="penalty", node="n", indicator="a", area="x"
    )
    with translation.override("en"):
        assert index_texts.refusal(error) == (error.message, error.hint)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("aggregation:", "aggregation: [", "行"),
        ("uncertainty:", "unsicherheit:", "unsicherheit"),
        ("min_max", "min_maks", "method"),
        ("schema:", "strange: 1\nschema:", "strange"),
    ],
)
def test_what_is_wrong_in_a_definition_is_said_in_chinese(old: str, new: str, told: str) -> None:
    text = shipped()["county_digital_economy"]
    assert old in text
    with translation.override("zh-hans"), pytest.raises(IndexRefused) as refused:
        read(text.replace(old, new, 1))
    with translation.override("zh-hans"):
        words = " ".join(index_texts.refusal(refused.value))
    assert told in words
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", words), words


def test_every_check_of_our_own_is_known() -> None:
    folder = Path(errors.__file__).parent
    source = "".join((folder / f"{n}.py").read_text() for n in ("definition", "questionnaire"))
    raised = re.findall(r"raise ValueError\(\s*f?\"(.+?)\"\s*\)", source)
    assert len(raised) > 15
    assert {re.sub(r"\{.+?\}", "{}", each) for each in raised} == set(OWN)
