"""Late firms are counted by imputed returns where the office chose so, marked on every figure, and
no longer once they report or the choice is taken back."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from shucheng.bays.statistics.actions.imputing import choose_imputation
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.accounts import Cell, account_page
from shucheng.bays.statistics.queries.exchanging import account_message
from shucheng.bays.statistics.queries.imputing import imputation_page, imputed_of
from shucheng.bays.statistics.queries.publications import publication_page
from shucheng.bays.statistics.tests.city import EAST, OFFICE, areas, code, publish, taken_over
from shucheng.kernel.public import (
    ANONYMOUS,
    Conflict,
    Forbidden,
    Invalid,
    Observation,
    Organisation,
    Person,
    Role,
    grant_role,
)

pytestmark = pytest.mark.django_db

LATE = 0
FIRMS = 8
PERIOD = 202609


def returns(period: int, *firms: int) -> list[dict[str, Any]]:
    """Twice the year before, for every firm."""
    times = 1 if period < 202600 else 2
    return [
        {"firm": code(at), "period": period, "revenue": times * 100_000 * (at + 1)} for at in firms
    ]


@pytest.fixture
def firms(tmp_path: Path) -> None:
    areas()
    register = [
        {"firm": code(at), "name": f"企业{at}", "area": EAST, "industry": "3982", "since": 202401}
        for at in range(FIRMS)
    ]
    taken_over(tmp_path, "register", register)
    rows = [row for period in (202508, 202509, 202608) for row in returns(period, *range(FIRMS))]
    taken_over(tmp_path, "returns", rows + returns(PERIOD, *range(1, FIRMS)))


def whole() -> Cell:
    table = account_page({"period": str(PERIOD)}, actor=OFFICE).table
    assert table
    assert table.whole
    return table.whole.total


def choose(*methods: str, number: int = 0) -> None:
    choose_imputation(PERIOD, methods, number=number, reason="月报截止未报", actor=OFFICE)


def last_entry() -> str:
    entries: Any = apps.get_model("audit", "AuditEntry")._default_manager
    return str(entries.order_by("-sequence")[0].code)


@pytest.mark.usefixtures("firms")
def test_a_late_firm_counts_where_it_is_chosen_and_is_told() -> None:
    before = whole()
    assert (before.firms, before.imputed_firms, before.upper) == (7, 0, Decimal(70))
    choose("growth", "last")
    after = whole()
    # Its 1 of last year grew as the others did, to 2.
    assert (after.firms, after.imputed_firms, after.upper, after.imputed) == (
        *(8, 1),
        *(Decimal(72), Decimal(2)),
    )
    assert after.imputed_percent == Decimal(100) * 2 / 72
    told = imputed_of(PERIOD)
    assert told
    assert (told.firms, len(told.methods)) == (1, 2)
    assert imputed_of(202608) is None
    assert last_entry() == "statistics.imputation.on"


@pytest.mark.usefixtures("firms")
def test_a_return_that_comes_later_takes_the_place_of_the_imputed_one(tmp_path: Path) -> None:
    choose("growth")
    late = [{"firm": code(LATE), "period": PERIOD, "revenue": 900_000}]
    taken_over(tmp_path, "returns", late)
    found = whole()
    assert (found.firms, found.imputed_firms, found.upper) == (8, 0, Decimal(79))


@pytest.mark.usefixtures("firms")
def test_it_is_taken_back_and_every_choice_stays_on_record() -> None:
    choose("growth")
    with pytest.raises(Conflict):
        choose()
    with pytest.raises(Invalid):
        choose("growth", number=1)
    choose(number=1)
    assert (whole().firms, whole().imputed_firms) == (7, 0)
    page = imputation_page(PERIOD, actor=OFFICE)
    assert [bool(each.methods) for each in page.history] == [False, True]
    assert last_entry() == "statistics.imputation.off"


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("period", "methods", "reason", "field"),
    [
        (202701, ["growth"], "未报", "period"),
        (PERIOD, ["guess"], "未报", "methods"),
        (PERIOD, [], "未报", "methods"),
        (PERIOD, ["growth"], " ", "reason"),
    ],
)
def test_a_choice_that_is_none_is_refused(
    period: int, methods: list[str], reason: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        choose_imputation(period, methods, number=0, reason=reason, actor=OFFICE)
    assert set(refused.value.fields) == {field}


@pytest.mark.usefixtures("firms")
def test_the_page_shows_how_well_each_method_did() -> None:
    page = imputation_page(0, actor=OFFICE)
    assert page.now
    assert (page.now.period, page.now.late, page.now.imputed) == (PERIOD, 1, 0)
    ways = {each.code: each for each in page.ways}
    assert (ways["growth"].firms, ways["growth"].revenue) == (1, Decimal(2))
    # At the pace of eight months: 2 by 9/8.
    assert (ways["last"].firms, ways["last"].revenue) == (1, Decimal("2.25"))
    choose("last")
    again = imputation_page(PERIOD, actor=OFFICE)
    assert again.now
    assert (again.now.imputed, again.now.revenue) == (1, Decimal("2.25"))
    assert {each.code: each.revenue for each in again.ways}["growth"] == 2


@pytest.mark.usefixtures("firms")
def test_observations_and_publications_do_not_hide_it() -> None:
    choose("growth")
    publish(PERIOD)
    told = Observation.objects.filter(
        metric_version__metric__code__endswith="revenue", lineage__imputed=1
    )
    assert told
    assert {each.status for each in told} <= {"E", "K"}
    assert {each.lineage["imputation"] for each in told} == {str(PERIOD)}
    page = publication_page(Publication.objects.get().pk, actor=OFFICE)
    assert (page.imputed, page.late_firms) == (1, 1)


@pytest.mark.usefixtures("firms")
def test_the_page_says_what_it_is_when_it_ends_and_what_is_published(settings: Any) -> None:
    page = signed_in(settings).get(reverse("statistics:imputation")).content.decode()
    for words in ("补报入库后", "含推算企业的月份可以发布", "不再重发", "累计数"):
        assert words in page
    for contrary in ("不予发布", "停止推算后再发布"):
        assert contrary not in page


def signed_in(settings: Any) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False
    data = Organisation.objects.create(code="data", name="数据局", kind="department")
    person = Person.objects.create(username="office", display_name="office", password="!")
    grant_role(person.pk, data.pk, Role.PLAN_OFFICE, actor=OFFICE)
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.usefixtures("firms")
def test_files_and_the_front_page_mark_it(settings: Any, tmp_path: Path) -> None:
    people = [{"firm": code(at), "period": PERIOD - 100, "employees": 9} for at in range(FIRMS)]
    money = {row["firm"]: row for row in returns(PERIOD - 100, *range(FIRMS))}
    taken_over(tmp_path, "returns", [row | money[row["firm"]] for row in people])
    office = signed_in(settings)
    home = reverse("statistics:home")
    assert "tag-watch" not in office.get(home).content.decode()
    choose("growth")
    assert "tag-watch" in office.get(home).content.decode()
    asked = {"period": str(PERIOD), "measure": "employees"}
    table = account_page(asked, actor=OFFICE).table
    assert table
    figures = [one for series in account_message(table).series for one in series.values]
    assert {one.attributes[0] for one in figures} == {"I"}

    def told(name: str) -> str:
        address = reverse("statistics:table_download", args=[name, "csv"])
        return str(office.get(address).content.decode("utf-8-sig"))

    (late,) = [line for line in told("firms").splitlines() if code(LATE) in line]
    assert ",推算," in late
    notes = told("growth").splitlines()[-6:]
    assert any("2026年1—9月" in line and "推算" in line for line in notes), notes


@pytest.mark.usefixtures("firms")
def test_the_office_chooses_on_a_page_and_others_do_not(settings: Any) -> None:
    client = signed_in(settings)
    address = reverse("statistics:imputation")
    assert client.get(address).status_code == 200
    sent = {"period": PERIOD, "number": 0, "methods": ["growth"], "reason": ""}
    assert client.post(address, sent).status_code == 422
    done = client.post(address, {**sent, "reason": "月报截止未报"}, follow=True)
    assert done.status_code == 200
    page = client.get(reverse("statistics:accounts"), {"period": PERIOD}).content.decode()
    assert str(PERIOD) in page
    assert "tag-watch" in page
    with pytest.raises(Forbidden):
        imputation_page(PERIOD, actor=ANONYMOUS)
