"""Lists of a form that is out of use: its links lead somewhere."""

import pytest
from django.utils import timezone

from shucheng.kernel.reporting.models import Form
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_web import browser, page_of, text

pytestmark = pytest.mark.django_db


def test_what_was_asked_of_a_retired_form_is_still_shown(city: City) -> None:
    Form.objects.filter(code="industry-m-area").update(retired_at=timezone.now())
    client = browser(city.neighbour)
    link = "/reporting/progress/?form=industry-m-area"
    assert link.partition("?")[2] in client.get(page_of(city)).content.decode()
    shown = client.get(link)
    assert shown.status_code == 200
    assert "tinghu" in text(shown)
    assert client.get("/reporting/progress/?form=nothing").status_code == 404
