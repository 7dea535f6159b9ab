"""The cockpit: what it shows is kept until something changes, never longer."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.append_only import lifted

from shucheng.kernel.public import (
    Observation,
    ObservationInput,
    Role,
    correct_observation,
    record_observations,
    system_actor,
)
from shucheng.lib.periods import Period
from shucheng.plan.public import make_forecasts, simulate_supervision, supervision_summary
from shucheng.web.tests.test_pages import browser_of, text_of, year

__all__ = ["year"]  # fixtures
pytestmark = pytest.mark.django_db


def revenue_shown(client: Client, address: str = "/") -> str:
    found = re.search(
        r"explain/value/plan\.01/[\d-]+/.*?<span[^>]*>([\d,.]+)</span>", page(client, address)
    )
    assert found
    return found[1]


def revenue_period(client: Client, address: str = "/") -> str:
    found = re.search(r"explain/value/plan\.01/([\d-]+)/", page(client, address))
    assert found
    return found[1]


def page(client: Client, address: str = "/") -> str:
    return text_of(client, address).replace("\n", " ")


def test_a_figure_reported_is_on_the_very_next_page(year: None) -> None:
    client = browser_of(Role.LEADER)
    before = revenue_shown(client)
    assert revenue_shown(client) == before
    row = ObservationInput("core_revenue", "320900", "2026-07", 111)
    record_observations([row], actor=system_actor("job"))
    after = revenue_shown(client)
    assert float(after.replace(",", "")) == pytest.approx(float(before.replace(",", "")) + 111)


def test_an_unchanged_cockpit_is_read_with_few_queries(year: None) -> None:
    client = browser_of(Role.LEADER)
    for address, most in (("/", 14), ("/?wall=1", 14)):
        page(client, address)
        with CaptureQueriesContext(connection) as queries:
            page(client, address)
        assert len(queries) <= most, [q["sql"][:100] for q in queries]


def test_the_first_view_after_a_change_reads_everything_once(year: None) -> None:
    client = browser_of(Role.PLAN_OFFICE)
    page(client)
    rows = [ObservationInput("core_revenue", "320900", "2026-07", 230)]
    record_observations(rows, actor=system_actor("job"))
    with CaptureQueriesContext(connection) as queries:
        page(client)
    assert len(queries) <= 23, "\n".join(q["sql"][:160] for q in queries)


def test_what_is_kept_for_all_shows_each_only_what_is_theirs(year: None) -> None:
    office, liaison = browser_of(Role.PLAN_OFFICE), browser_of(Role.LIAISON)
    assert 'href="/findings/"' in page(office)
    heading = page(liaison).split('class="actions"', 1)[1].split('id="messages"', 1)[0]
    assert 'href="/findings/"' not in heading


def test_a_chance_appears_once_its_forecast_is_made(year: None) -> None:
    client = browser_of(Role.LEADER)
    assert "正在预测" in page(client)
    assert make_forecasts() > 0
    shown = page(client)
    assert "正在预测" not in shown
    assert len(re.findall(r"2026年达标概率 <strong>[<>&;lgt]*\d+%</strong>", shown)) == 15
    assert shown.count('class="fan-outer"') >= 15


def test_every_light_and_figure_leads_to_what_it_stands_on(year: None) -> None:
    shown = page(browser_of(Role.LEADER))
    for number in range(1, 16):
        code = f"plan.{number:02}"
        assert f'href="/explain/light/{code}/"' in shown
        assert re.search(rf'href="/explain/value/{code}/[\dQS-]+/"', shown)
        assert f'href="/explain/indicator/{code}/2026/"' in shown


def test_the_map_can_say_how_each_county_stands(year: None) -> None:
    client = browser_of(Role.LEADER)
    assert "land-" not in page(client)
    by_light = page(client, "/?colour=light")
    assert by_light.count('class="land-') >= 9
    assert "land-blue" in by_light  # Xiangshui is late


def test_it_can_be_seen_as_it_was_known_on_a_day(year: None) -> None:
    """What was known by a day stays what it shows of it, whatever came since."""
    client = browser_of(Role.LEADER)
    with lifted():
        Observation.objects.update(recorded_at=datetime(2021, 7, 9, 12, tzinfo=UTC))
    then = revenue_shown(client)
    period = revenue_period(client)
    job = system_actor("job")
    own = Observation.objects.filter(
        metric_version__metric__code="core_revenue", area__code="320900", period=period
    )
    correct_observation(own.latest("pk").pk, 9999, reason="复核", actor=job)
    later = ObservationInput("core_revenue", "320900", str(Period.parse(period).next()), 111)
    record_observations([later], actor=job)
    assert revenue_shown(client) != then
    for day, shown in (("2021-07-09", then), ("2021-07-10", then)):
        address = f"/?as_of={day}"
        assert revenue_shown(client, address) == shown, day
        assert revenue_period(client, address) == period
        assert f"as_of={day}" in page(client, address), "links keep the day"
    assert revenue_shown(client, f"/?as_of={date.today()}") == revenue_shown(client)
    for before in ("2021-07-08", "2020-01-01"):
        assert 'href="/explain/value/plan.01' not in page(client, f"/?as_of={before}")


def test_a_past_day_is_called_that_day_and_the_lights_say_what_they_count(year: None) -> None:
    client = browser_of(Role.LEADER)
    assert "今天 " in page(client)
    shown = page(client, "/?as_of=2021-07-15")
    assert "今天 " not in shown
    assert "当日 07-15" in shown
    assert "15 无数据" in shown


def test_a_past_day_of_the_demonstration_has_the_figures_and_lights_of_then(year: None) -> None:
    client = browser_of(Role.LEADER)
    then, now = page(client, "/?as_of=2025-11-28"), page(client)
    said = "以 2025-11-28 所知"
    assert said in page(client, "/?wall=1&as_of=2025-11-28"), "the wall says of which day it is"
    assert said not in page(client, "/?wall=1")
    assert revenue_period(client) == "2026-06"
    assert revenue_period(client, "/?as_of=2025-11-28") == "2025-10"
    assert "2026-0" not in re.sub(r"2026-0\d-\d\d", "", then.split('id="map"')[0])
    for light in ("status-good", "status-bad"):
        assert light in then
    shown = set(re.findall(r'href="/explain/value/(plan\.\d\d)/', then))
    assert len(shown) >= 13
    assert shown <= set(re.findall(r'href="/explain/value/(plan\.\d\d)/', now))


def test_a_figure_that_was_settled_shows_its_preliminary_value_before(year: None) -> None:
    client = browser_of(Role.LEADER)
    address = "/explain/value/plan.02/2025-Q2/"
    before, after = page(client, f"{address}?as_of=2025-09-20"), page(client, address)
    figure = r'class="figure[^>]*>\s*<span[^>]*>([\d,.]+)'
    first, settled = re.search(figure, before), re.search(figure, after)
    assert first
    assert settled
    assert first[1] != settled[1]
    assert "初步值" in before
    assert "初步值" not in after
    assert "2025-08-14 10:20，模拟" in before
    assert "此前为初步数" in after


def test_supervision_of_a_past_day_is_shown_as_it_stood(year: None) -> None:
    client = browser_of(Role.PLAN_OFFICE)
    assert simulate_supervision(timezone.localdate(), office="市数据局") > 20
    assert strip(client) != strip(client, "/?as_of=2020-01-01")
    assert strip(client, "/?as_of=2020-01-01")[0] == "0"
    day = timezone.localdate() - timedelta(days=12)
    summary = supervision_summary(day, actor=system_actor("cli"))
    assert strip(client, f"/?as_of={day}")[:1] == [str(summary.open)]


def strip(client: Client, address: str = "/") -> list[str]:
    """The strip's figures: open, overdue, due soon, closed."""
    found = page(client, address).split("strip-supervision", 1)[1].split("</section>", 1)[0]
    return re.findall(r'class="value[^>]*>(\d+)', found)
