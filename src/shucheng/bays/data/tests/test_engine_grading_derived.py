"""What is made of graded things ranks as the highest of them, unless it was judged otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.grading.derived import Judged, Ways, permitted, strictest
from shucheng.bays.data.engine.grading.model import Grade, grade

OPEN = Ways("general_1", ("download", "api", "sandbox"))
CLOSE = Ways("general_3", ("api", "sandbox"))
CORE = Ways("core", ())

ways = st.builds(
    Ways,
    st.sampled_from(["", *(each.code for each in Grade)]),
    st.sets(st.sampled_from(OPEN.modes)).map(lambda some: tuple(sorted(some))),
)


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ([OPEN], OPEN),
        ([OPEN, CLOSE], CLOSE),
        ([CLOSE, CORE, OPEN], CORE),
        ([OPEN, Ways()], Ways()),
        ([], Ways()),
    ],
)
def test_the_highest_grade_counts_and_every_input_has_to_permit(inputs: list[Ways], found: Ways):
    assert strictest(inputs) == found


def test_what_was_judged_holds_until_its_inputs_are_graded_higher():
    judged = Judged(own=OPEN, over=CLOSE)
    assert permitted(CLOSE, judged) == permitted(OPEN, judged) == OPEN
    assert permitted(Ways("general_3", ("sandbox",)), judged) == Ways("general_3", ("sandbox",))
    assert permitted(CORE, judged) == CORE
    assert permitted(Ways(), judged) == Ways()


@given(ways, ways, ways)
def test_nothing_is_permitted_that_neither_the_inputs_nor_the_bureau_permitted(
    inputs: Ways, own: Ways, over: Ways
):
    found = permitted(inputs, Judged(own, over))
    assert set(found.modes) <= set(own.modes)
    if found != own:
        assert set(found.modes) <= set(inputs.modes)
        assert not found.grade or grade(found.grade) >= grade(inputs.grade)
