"""What the bay tells the spine: each figure with what it stands on, and nothing twice."""

from datetime import date
from decimal import Decimal

import pytest

from shucheng.bays.data.actions.measuring import measure, measured
from shucheng.bays.data.simulation.catalogue import simulate_catalogue
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Area, Forbidden, Observation

TODAY = date(2026, 11, 30)


@pytest.fixture
def city(cast: Cast) -> Cast:
    Area.objects.create(code="320900", name="盐城市", kind="city")
    simulate_catalogue("320900")
    return cast


def test_an_empty_bay_tells_nothing(cast: Cast):
    assert measured(TODAY, actor=cast.bureau) == []


def test_every_ended_period_of_the_last_year_is_told_once(city: Cast):
    first = measure(actor=city.bureau, today=TODAY)
    assert first > 0
    assert measure(actor=city.bureau, today=TODAY) == 0
    periods = set(
        Observation.objects.filter(metric_version__metric__code="data.turnover").values_list(
            "period", flat=True
        )
    )
    assert len(periods) == 12
    assert all(str(each) < "2026-11" for each in periods)


def test_what_was_settled_and_listed_is_nothing_and_says_so(city: Cast):
    rows = measured(TODAY, actor=city.bureau)
    told = {row.metric: row for row in rows if row.period in ("2026-10", "2026-Q3")}
    assert told["data.turnover"].value == Decimal(0)
    assert told["data.turnover"].lineage["trades"] == []
    assert told["data.varieties"].value == 0
    assert told["data.datasets"].value == 0


def test_only_the_bureau_measures(city: Cast):
    with pytest.raises(Forbidden):
        measure(actor=city.buyer, today=TODAY)
