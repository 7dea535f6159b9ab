"""What SHUCHENG_OPEN_DATA opens to strangers: reading what is released, and nothing beside it."""

from typing import Any

import pytest
from django.test import Client
from tests.security.samples import Samples, make_samples
from tests.security.walk import ELSEWHERE, probes

OPENED = {
    "GET /open-data/",
    "GET /open-data/download/<str:name>",
    "GET /open-data/indicators/<str:code>/",
    "GET /api/v1/sdmx/data/dataflow/{agency}/{flow}",
    "GET /api/v1/sdmx/data/dataflow/{agency}/{flow}/{version}/{key}",
    "GET /api/v1/sdmx/structure/{kind}/{agency}/{name}",
}


def reached(samples: Samples) -> set[str]:
    """Addresses that answer a stranger with a page or a file."""
    return {
        probe.name
        for probe in probes(samples)
        if probe.method == "get"
        and Client().get(probe.path, REMOTE_ADDR=ELSEWHERE).status_code == 200
    }


@pytest.mark.django_db
def test_the_setting_opens_what_is_released_and_nothing_else(settings: Any) -> None:
    samples = make_samples()
    settings.OPEN_DATA = False
    before = reached(samples)
    settings.OPEN_DATA = True
    assert reached(samples) - before == OPENED
    assert not before & OPENED
