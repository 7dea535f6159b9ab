"""The firms behind a figure, for those who may see them."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from shucheng.bays.statistics.metrics import FIGURES
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.behind import FirmsBehind, firms_behind
from shucheng.bays.statistics.tests.city import (
    CITY,
    EAST,
    OFFICE,
    WEST,
    areas,
    code,
    publish,
    taken_over,
)
from shucheng.bays.statistics.tests.test_actions import register, revenue
from shucheng.bays.statistics.tests.test_web_downloads import table
from shucheng.kernel.public import (
    Area,
    Invalid,
    MetricDefinition,
    NotFound,
    Observation,
    ObservationInput,
    Organisation,
    Person,
    Role,
    correct_observation,
    create_person,
    grant_role,
    import_metrics,
    record_observations,
)

pytestmark = pytest.mark.django_db

FIRMS = 6


@pytest.fixture(autouse=True)
def told(tmp_path: Path, settings: object) -> None:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    areas()
    taken_over(tmp_path, "register", register(*[EAST] * FIRMS, *[WEST] * FIRMS))
    amounts = [*range(10, 10 + FIRMS), *range(20, 20 + FIRMS)]
    taken_over(tmp_path, "returns", revenue(202502, *(each * 100_000 for each in amounts)))
    taken_over(tmp_path, "returns", revenue(202503, *(each * 150_000 for each in amounts)))
    given = [
        {"firm": each["firm"], "kind": "high_tech", "level": "national", "since": "2025-01-06"}
        for each in register(EAST, EAST)
    ]
    taken_over(tmp_path, "honours", given)
    publish(202502, 202503)


def observed(code: str, area: str, period: str) -> Observation:
    return Observation.objects.get(
        metric_version__metric__code=code, area__code=area, period=period, superseded_by=None
    )


def found(observation: Observation) -> FirmsBehind:
    return firms_behind(observation.pk, {f.code: f.counted for f in FIGURES}, actor=OFFICE)


def page_of(observation: Observation) -> str:
    return reverse("observations:observation", args=[observation.pk])


def signed_in(role: Role, area: str = CITY) -> Client:
    """A person of the city's department, or of an area's government."""
    government = area != CITY
    organisation = Organisation.objects.create(
        code=f"of-{role}-{area}",
        name=f"{area}{role}",
        kind="county_government" if government else "department",
        area=Area.objects.get(code=area),
    )
    person, _once = create_person(f"{role}-{area}", "某人", actor=OFFICE)
    grant_role(person.pk, organisation.pk, role, actor=OFFICE)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.code)
def test_the_firms_make_every_figure_that_was_told(figure) -> None:
    for each in Observation.objects.filter(metric_version__metric__code=figure.code):
        behind = found(each)
        if not figure.counted.item:
            assert len(behind.firms) == each.value
            continue
        lower = sum((firm.lower or Decimal(0) for firm in behind.firms), Decimal(0))
        assert lower / 10_000 == each.value
        assert behind.now == each.value
        assert not behind.differs


def test_some_figures_were_told_of_each_kind() -> None:
    assert observed("statistics.core_revenue", EAST, "2025-03").value == Decimal("37.5")
    assert len(found(observed("statistics.core_revenue", CITY, "2025-03")).firms) == 2 * FIRMS
    assert len(found(observed("statistics.high_tech_firms", EAST, "2025-Q1")).firms) == 2
    assert len(found(observed("statistics.core_firms", WEST, "2025-Q1")).firms) == FIRMS


def test_a_figure_leads_to_its_firms_on_its_page_and_where_it_is_explained() -> None:
    office = signed_in(Role.PLAN_OFFICE)
    observation = observed("statistics.core_revenue", EAST, "2025-03")
    link = f'href="/statistics/behind/{observation.pk}/"'
    assert link in office.get(page_of(observation)).content.decode()
    assert link in office.get(f"/explain/observation/{observation.pk}/").content.decode()
    page = office.get(f"/statistics/behind/{observation.pk}/")
    assert page.status_code == 200
    told = office.get(page_of(observation)).content.decode()
    assert "2021.1" in told
    assert "<dd>statistics.core_revenue</dd>" not in told, "no codes where people read"
    # 15 hundred million less 10 of February: 50 000 ten thousand yuan.
    assert "50,000.0" in page.content.decode()
    assert "企业6" not in page.content.decode()


def test_who_sees_no_firms_is_led_to_the_publication_instead() -> None:
    observation = observed("statistics.core_revenue", EAST, "2025-03")
    published = Publication.objects.get(period=202503)
    firms = f'href="/statistics/behind/{observation.pk}/"'
    leader = signed_in(Role.LEADER)
    link = f'href="{reverse("statistics:publication", args=[published.pk])}"'
    for client in (leader, signed_in(Role.LIAISON, WEST)):
        for address in (page_of(observation), f"/explain/observation/{observation.pk}/"):
            page = client.get(address).content.decode()
            assert firms not in page
            assert link in page
    assert leader.get(reverse("statistics:publication", args=[published.pk])).status_code == 200
    counted = observed("statistics.core_firms", EAST, "2025-Q1")
    assert "/statistics/behind/" not in leader.get(page_of(counted)).content.decode()
    whole = observed("statistics.core_revenue", CITY, "2025-03")
    county = signed_in(Role.LIAISON, EAST)
    for each in (observation, whole):
        page = county.get(page_of(each)).content.decode()
        assert f'href="/statistics/behind/{each.pk}/"' in page
        assert county.get(f"/statistics/behind/{each.pk}/").status_code == 200


def test_what_was_measured_is_not_corrected_by_hand() -> None:
    observation = observed("statistics.core_revenue", EAST, "2025-03")
    page = signed_in(Role.PLAN_OFFICE).get(page_of(observation)).content.decode()
    assert "记录更正" not in page
    with pytest.raises(Invalid) as refused:
        correct_observation(observation.pk, 40, reason="核对", actor=OFFICE)
    assert refused.value.code == "observations.measured"


def test_a_reported_figure_shows_what_the_firms_sum_up_to() -> None:
    definition = MetricDefinition(
        code="flash",
        name_zh="营业收入",
        name_en="Revenue",
        unit="亿元",
        measure="flow",
        frequency="M",
        area_aggregation="sum",
        time_aggregation="sum",
        figure="statistics.core_revenue",
    )
    import_metrics([definition], actor=OFFICE)
    rows = [ObservationInput("flash", EAST, f"2025-0{month}", 38) for month in (2, 3)]
    record_observations(rows, actor=OFFICE, source="reported")
    office = signed_in(Role.PLAN_OFFICE)
    own = observed("statistics.core_revenue", EAST, "2025-03")
    page = office.get(page_of(observed("flash", EAST, "2025-03")))
    assert f'<a href="{page_of(own)}">37.5 亿元</a>' in page.content.decode()
    # What firms report of February is January as well: nothing to be held beside it.
    page = office.get(page_of(observed("flash", EAST, "2025-02")))
    assert "由企业汇总" not in page.content.decode()


def test_a_county_sees_its_own_firms_alone() -> None:
    county = signed_in(Role.LIAISON, EAST)
    whole = observed("statistics.core_revenue", CITY, "2025-03")
    page = county.get(f"/statistics/behind/{whole.pk}/").content.decode()
    assert "企业5" in page
    assert "企业6" not in page
    assert "本地区" in page
    others = observed("statistics.core_revenue", WEST, "2025-03")
    assert county.get(f"/statistics/behind/{others.pk}/").status_code == 403


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_others_are_refused(role: Role) -> None:
    observation = observed("statistics.core_revenue", EAST, "2025-03")
    refused = signed_in(role).get(f"/statistics/behind/{observation.pk}/")
    assert refused.status_code == 403
    assert "企业1" not in refused.content.decode()


def test_what_the_bay_did_not_measure_has_no_firms() -> None:
    office = signed_in(Role.PLAN_OFFICE)
    assert office.get("/statistics/behind/999999/").status_code == 404
    observation = observed("statistics.core_revenue", EAST, "2025-03")
    with pytest.raises(NotFound):
        firms_behind(observation.pk, {}, actor=OFFICE)


def test_the_total_stands_below_and_files_hold_it() -> None:
    office = signed_in(Role.PLAN_OFFICE)
    observation = observed("statistics.core_revenue", EAST, "2025-03")
    page = office.get(f"/statistics/behind/{observation.pk}/").content.decode()
    # 5 hundred thousand yuan of each million, of 10 to 15 millions.
    assert "375,000.0" in page.split("<tfoot>")[1]
    address = f"/statistics/behind/{observation.pk}/firms."
    rows = table(office.get(f"{address}csv").content)
    assert [row["企业名称"] for row in rows] == [f"企业{at}" for at in (5, 4, 3, 2, 1, 0)] + [
        "合计"
    ]
    assert Decimal(rows[-1]["计入数（下限） (万元)"]) == 375_000
    assert office.get(f"{address}xlsx").content.startswith(b"PK")
    assert office.get(f"{address}exe").status_code == 404
    assert signed_in(Role.LEADER).get(f"{address}csv").status_code == 403
    county = signed_in(Role.LIAISON, WEST)
    whole = observed("statistics.core_revenue", CITY, "2025-03")
    own = table(county.get(f"/statistics/behind/{whole.pk}/firms.csv").content)
    assert [row["企业名称"] for row in own] == [f"企业{at}" for at in (11, 10, 9, 8, 7, 6)] + [
        "合计"
    ]


def test_a_figure_that_the_firms_no_longer_make_says_so_and_why(tmp_path: Path) -> None:
    taken_over(tmp_path, "register", register(*[EAST] * FIRMS, *[WEST] * FIRMS, EAST)[-1:])
    returns = [
        {"firm": code(0), "period": 202503, "revenue": 9_000_000},
        {"firm": code(2 * FIRMS), "period": 202502, "revenue": 100_000},
        {"firm": code(2 * FIRMS), "period": 202503, "revenue": 200_000},
    ]
    taken_over(tmp_path, "returns", returns)
    observation = observed("statistics.core_revenue", EAST, "2025-03")
    behind = found(observation)
    # 75 more of the first firm, 1 of the new one.
    assert (observation.value, behind.now) == (Decimal("37.5"), Decimal("113.5"))
    page = signed_in(Role.PLAN_OFFICE).get(f"/statistics/behind/{observation.pk}/").content.decode()
    assert "113.5" in page
    assert "此后有 1 家企业补报" in page
    assert "此后有 1 家企业修订报表" in page
    assert "企业名录此后有更新" in page
    assert "计入下一次发布月份的累计数" in page
