"""A draft that was never handed in is known to its own organisation only."""

import pytest

from shucheng.kernel.errors import NotFound
from shucheng.kernel.reporting.actions.drafts import save_draft, start_correction
from shucheng.kernel.reporting.actions.moves import (
    approve,
    publish,
    return_submission,
    submit,
    withdraw,
)
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import Stale
from shucheng.kernel.reporting.queries.lists import obligation_row
from shucheng.kernel.reporting.queries.sheets import problems_of, sheet_of
from shucheng.kernel.reporting.tests.conftest import City

pytestmark = pytest.mark.django_db
OTHERS = ("neighbour", "reporter", "department", "office")


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("correction", [False, True])
def test_nobody_else_learns_that_a_draft_was_begun(city: City, who: str, correction: bool) -> None:
    owed, other = city.owed(), getattr(city, who)
    if correction:
        city.published()
    before = sheet_of(owed.pk, actor=other)
    problems = problems_of(owed.pk, actor=other)
    standing = obligation_row(owed.pk, actor=other).standing
    if correction:
        made = start_correction(owed.pk, "A mistake.", actor=city.liaison)
    else:
        made = city.draft()
    made = save_draft(owed.pk, {"trade": Entry("3")}, revision=made.revision, actor=city.liaison)
    now = sheet_of(owed.pk, actor=other)
    assert (now.submission, now.revision) in {(before.submission, before.revision), (None, 0)}
    assert now.submission != made.pk
    assert problems_of(owed.pk, actor=other) == problems
    assert obligation_row(owed.pk, actor=other).standing == standing
    for step in (approve, publish):
        with pytest.raises(NotFound):
            step(made.pk, 0, actor=other)
        with pytest.raises(NotFound):
            step(made.pk, made.revision, actor=other)
    with pytest.raises(NotFound):
        return_submission(made.pk, 0, "Look again.", actor=other)


@pytest.mark.parametrize("who", ["department", "office"])
def test_a_reviewer_is_told_what_became_of_what_was_handed_in(city: City, who: str) -> None:
    made = city.handed_in()
    withdraw(made.pk, made.revision, actor=city.liaison)
    with pytest.raises(Stale) as told:
        approve(made.pk, made.revision, actor=getattr(city, who))
    assert city.liaison.name in told.value.message


def test_a_reviewer_finds_again_what_was_returned(city: City) -> None:
    made = city.handed_in()
    made = return_submission(made.pk, made.revision, "Look again.", actor=city.department)
    assert sheet_of(made.obligation_id, actor=city.department).submission == made.pk
    assert sheet_of(made.obligation_id, actor=city.reporter).submission is None
    submit(made.pk, made.revision, comment="It is right.", actor=city.liaison)
