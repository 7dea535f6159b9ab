"""What the bay tells the spine: each figure with what it stands on, and nothing twice."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from shucheng.bays.data.actions.measuring import measure, measured
from shucheng.bays.data.metrics import FIGURES
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.behind import tell_behind_figures
from shucheng.bays.data.simulation.catalogue import simulate_catalogue
from shucheng.bays.data.simulation.requests import simulate_requests
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import resource
from shucheng.kernel.public import (
    Area,
    Forbidden,
    Metric,
    Observation,
    ObservationInput,
    record_observations,
)
from shucheng.plan.public import load_city_pack, read_pack

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


def test_the_first_city_holds_the_figures_against_what_is_reported(city: Cast):
    """Trade outside the platform counts for the plan as well, so the bay's figure stands beside
    (0021, 0031): every figure of the bay has its metric, and no formula changes its source."""
    load_city_pack(read_pack(settings.CITY_PACK), actor=city.bureau)
    told = dict(Metric.objects.filter(figure__startswith="data.").values_list("figure", "origin"))
    assert told == {figure.code: "reported" for figure in FIGURES}


def test_the_supply_rate_counts_what_was_accepted_of_what_was_filed(city: Cast):
    assert not [row for row in measured(TODAY, actor=city.bureau) if row.metric == "data.supply"]
    for number, holder in enumerate((city.holder, city.other)):
        free = Resource.Condition.UNCONDITIONAL
        resource(holder, f"RES-{number}", simulated=True, sharing=free, frequency="DAILY")
    simulate_requests(TODAY, office="ORG-D")
    rows = [row for row in measured(TODAY, actor=city.bureau) if row.metric == "data.supply"]
    newest = max(rows, key=lambda row: row.period)
    assert isinstance(newest.value, Decimal)
    asked, supplied = newest.lineage["asked"], newest.lineage["supplied"]
    assert asked > supplied > 0
    assert abs(newest.value * asked - 100 * supplied) <= asked * Decimal("0.005")


def test_a_reported_figure_leads_to_what_the_platform_measured_and_that_to_its_page(city: Cast):
    load_city_pack(read_pack(settings.CITY_PACK), actor=city.bureau)
    measure(actor=city.bureau, today=TODAY)
    reported = ObservationInput("data_trade_value", "320900", "2026-10", Decimal("1.5"))
    record_observations([reported], actor=city.bureau, source="reported")
    of = Observation.objects.filter(area__code="320900", period="2026-10")
    one = of.get(metric_version__metric__code="data_trade_value")
    other = of.get(metric_version__metric__code="data.turnover")
    (line,) = tell_behind_figures(one, actor=city.bureau)
    assert (line.text, line.url) == ("0 亿元", reverse("observations:observation", args=[other.pk]))
    (line,) = tell_behind_figures(other, actor=city.bureau)
    assert (line.text, line.url) == ("0", reverse("data:market_figures"))
