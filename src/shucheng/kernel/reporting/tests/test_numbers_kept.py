"""Numbers that were stored before they were read strictly are never published as others."""

from decimal import Decimal

import pytest

from shucheng.kernel.errors import Invalid
from shucheng.kernel.observations.inputs import RowsRefused
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.moves import approve, return_submission, submit
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import ProblemsLeft
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.queries.sheets import problems_of
from shucheng.kernel.reporting.tests.conftest import City

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["12,5", "41 2", "1_000", "40\n50"])
def test_an_ambiguous_number_is_not_handed_in(city: City, text: str) -> None:
    made = city.draft(revenue=text)
    with pytest.raises(ProblemsLeft) as left:
        submit(made.pk, made.revision, actor=city.liaison)
    assert list(left.value.fields) == ["revenue"]
    (problem,) = problems_of(made.obligation_id, actor=city.liaison)
    assert problem.code == "not_a_number"


def test_one_that_was_handed_in_earlier_is_not_published_and_goes_back(city: City) -> None:
    made = city.at_office()
    values = {**made.values, "revenue": {"value": "12,5"}}
    Submission.objects.filter(pk=made.pk).update(values=values)
    with pytest.raises(RowsRefused) as refused:
        approve(made.pk, made.revision, actor=city.office)
    assert isinstance(refused.value, Invalid)
    assert [row.code for row in refused.value.rows] == ["not_a_number"]
    assert not Observation.objects.exists()
    made = return_submission(made.pk, made.revision, "12.5?", actor=city.office)
    made = save_draft(
        made.obligation_id, {"revenue": Entry("12.5")}, revision=made.revision, actor=city.liaison
    )
    made = submit(made.pk, made.revision, actor=city.liaison)
    made = approve(made.pk, made.revision, actor=city.department)
    approve(made.pk, made.revision, actor=city.office)
    assert Decimal("12.5") in set(Observation.objects.values_list("value", flat=True))


@pytest.mark.parametrize("text", ["1,200.5", "1 200.5", "１２００．５", "+1200.5", "12.005e2"])
def test_one_written_in_groups_is_published_as_it_was_meant(city: City, text: str) -> None:
    city.published(revenue=text)
    assert Decimal("1200.5") in set(Observation.objects.values_list("value", flat=True))
