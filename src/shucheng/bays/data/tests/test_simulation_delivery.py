"""Simulated calls: the same each time, once, only over simulated agreements."""

import pytest
from django.utils import timezone

from shucheng.bays.data.models.delivery import Call
from shucheng.bays.data.models.evidence import EvidenceLeaf
from shucheng.bays.data.models.money import UsageRecord
from shucheng.bays.data.simulation.delivery import simulate_delivery
from shucheng.bays.data.tests.agreed import deal
from shucheng.bays.data.tests.conftest import Cast

pytestmark = pytest.mark.django_db


def test_calls_over_simulated_agreements_once(cast: Cast):
    today = timezone.localdate()
    assert simulate_delivery(today, actor=cast.bureau)["calls"] == 0
    deal(cast)
    assert simulate_delivery(today, actor=cast.bureau)["calls"] == 0
    code = deal(cast, number=2, simulated=True).code
    made = simulate_delivery(today, actor=cast.bureau)
    assert made["calls"] > 30
    assert made["usage"] < made["calls"], "some were refused"
    assert UsageRecord.objects.count() == made["usage"]
    assert set(Call.objects.values_list("agreement", flat=True)) == {code}
    assert Call.objects.filter(at__date__gte=today).count() == 0
    assert EvidenceLeaf.objects.filter(event__about=code).count() == made["calls"]
    assert simulate_delivery(today, actor=cast.bureau) == {"calls": 0, "usage": 0, "leaves": 0}
