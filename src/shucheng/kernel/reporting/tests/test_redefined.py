"""A metric is observed otherwise from now on: what is open already is asked and kept as before."""

import pytest

from shucheng.kernel.observations.actions.metrics import define_metric_version
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.reporting.actions.drafts import start_correction
from shucheng.kernel.reporting.actions.forms import generate_forms
from shucheng.kernel.reporting.actions.moves import approve, submit
from shucheng.kernel.reporting.queries.asked import asked
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City, metric

pytestmark = pytest.mark.django_db

OTHERWISE = {
    "frequency": {"frequency": "Q"},
    "dimensions": {"dimensions": {"size": ("large", "small")}},
    "areas": {"by_area": False},
}


def redefine(how: str) -> None:
    define_metric_version(metric("trade", **OTHERWISE[how]), reason="From now on.", actor=SYSTEM)
    generate_forms(actor=SYSTEM)


def numbers(code: str) -> list[int]:
    rows = Observation.objects.filter(metric_version__metric__code=code).order_by("id")
    return [row.metric_version.number for row in rows]


@pytest.mark.parametrize("how", OTHERWISE)
def test_an_open_task_is_finished_under_the_definition_it_was_opened_with(
    city: City, how: str
) -> None:
    redefine(how)
    assert [cell.key for cell in asked(city.owed()).cells] == ["revenue", "trade"]
    city.published()
    assert numbers("trade") == [1]


@pytest.mark.parametrize("how", OTHERWISE)
def test_what_is_under_review_is_published_as_it_was_handed_in(city: City, how: str) -> None:
    made = city.at_office()
    redefine(how)
    made = approve(made.pk, made.revision, actor=city.office)
    assert made.state == "published"
    assert numbers("trade") == [1]


@pytest.mark.parametrize("how", OTHERWISE)
def test_what_is_published_is_still_shown_and_corrected(city: City, how: str) -> None:
    made = city.published()
    redefine(how)
    again = start_correction(made.obligation_id, "A mistake.", actor=city.liaison)
    assert again.values == {"revenue": {"value": "40"}, "trade": {"value": "2"}}
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        again = step(again.pk, again.revision, actor=who)
    assert again.state == "published"
    assert numbers("trade") == [1], "nothing changed, so nothing new is recorded"
