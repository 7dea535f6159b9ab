"""Two who record at once for one formula do not miss each other's rows."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for

import pytest
from django.db import connection, transaction

from shucheng.kernel.public import Actor, ObservationInput, record_observations, system_actor
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import IndicatorValue
from shucheng.plan.tests.conftest import CITIES, loaded

BOTH = "ytd(data_spaces_national) + ytd(data_spaces_provincial)"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_the_second_waits_and_computes_with_both(office: Actor) -> None:
    load_city(read_pack(CITIES / "yancheng"), actor=system_actor("cli"))
    version = loaded((CITIES / "yancheng" / "plan.txt").read_text("utf-8"), office)
    publish_version(version.pk, version.revision, actor=office)

    def report(metric: str, value: int) -> None:
        row = ObservationInput(metric, "320900", "2026-Q1", value)
        record_observations([row], actor=system_actor("job"))

    def elsewhere() -> None:
        try:
            report("data_spaces_provincial", 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            report("data_spaces_national", 1)
            second = pool.submit(elsewhere)
            assert not wait_for([second], timeout=1).done, "it waits for the first"
        second.result(timeout=30)
    assert IndicatorValue.objects.get(binding__formula=BOTH, area="320900").value == 3
