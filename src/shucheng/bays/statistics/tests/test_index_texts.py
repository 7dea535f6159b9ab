"""The sentences collected for translation are the engine's own."""

from django.utils import translation

from shucheng.bays.statistics.engine.indexes.errors import REASONS, STEPS, IndexRefused
from shucheng.bays.statistics.queries import index_texts


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
