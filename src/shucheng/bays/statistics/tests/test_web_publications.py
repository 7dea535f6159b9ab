"""What leaves the bay: nobody reads a single firm from the tables, months of a year together, the
files hold what the page shows, and what is out stays out."""

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pysdmx.io import read_sdmx

from shucheng.bays.statistics.actions.publishing import keep_publication, publish_tables
from shucheng.bays.statistics.engine.counted import counted, tables_of_measure
from shucheng.bays.statistics.engine.published_tables import decide_month, measures_of
from shucheng.bays.statistics.engine.suppression.release import disclosures
from shucheng.bays.statistics.engine.suppression.rules import shipped_rules
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import stands_on
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST, areas, code, taken_over
from shucheng.kernel.public import (
    Area,
    Conflict,
    Invalid,
    Organisation,
    Person,
    Role,
    grant_role,
    run_pending_jobs,
)

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]

ELECTRONICS, SOFTWARE = "3982", "6513"
ALONE = 11_117  # of the west's only software firm, thousand yuan to March
# Firm: area, industry, revenue to March and to June in thousand yuan.
FIRMS = [
    *((EAST, ELECTRONICS, 20_000 + 900 * at, 43_000 + 1_900 * at) for at in range(5)),
    *((WEST, ELECTRONICS, 30_000 + 700 * at, 65_000 + 1_100 * at) for at in range(5)),
    (WEST, SOFTWARE, ALONE, 25_003),
    *((EAST, SOFTWARE, 9_000 + 100 * at, 19_000 + 300 * at) for at in range(5)),
]


@pytest.fixture
def browser(settings: object) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    areas()
    city = Area.objects.get(code=CITY)
    data = Organisation.objects.create(
        code="data", name="数据局", kind=Organisation.Kind.DEPARTMENT, area=city
    )
    for name, role in (("office", Role.PLAN_OFFICE), ("leader", Role.LEADER)):
        person = Person.objects.create(username=name, display_name=name, password="!")
        grant_role(person.pk, data.pk, role, actor=OFFICE)

    def of(name: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=name))
        return client

    return of


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> None:
    register = [
        {"firm": code(at), "name": f"企业{at}", "area": area, "industry": industry, "since": 202401,
         "tags": ["robot"] if at < 4 else []}
        for at, (area, industry, *_revenue) in enumerate(FIRMS)
    ]  # fmt: skip
    returns = [
        {"firm": code(at), "period": period, "revenue": revenue}
        for at, (_area, _industry, *both) in enumerate(FIRMS)
        for period, revenue in zip((202603, 202606), both, strict=True)
    ]
    taken_over(tmp_path, "register", register, simulated=True)
    taken_over(tmp_path, "returns", returns, simulated=True)


@pytest.mark.usefixtures("firms")
def test_two_months_together_tell_no_single_firm() -> None:
    rules = shipped_rules()
    first, second = (publish_tables(period, actor=OFFICE) for period in (202603, 202606))
    classes = ask(lambda micro: micro.classification)
    months = {each.period: ask(partial(counted, month=each.period)) for each in (first, second)}
    for now, before in ((202603, None), (202606, None), (202606, 202603)):
        tables = tables_of_measure(
            "revenue", months[now], months[before] if before else None, classes, rules
        )
        out = revenue(second if before else first if now == 202603 else second).items()
        told = [key for key, value in out if value is not None]
        assert told
        assert disclosures(tables, rules, told) == ()
        # Had the same been out with the west's software, it would have been found.
        lone = next(key for key, cell in tables.cells.items()
                    if cell.firms == 1 and key[1] == WEST and "|" not in key[0])  # fmt: skip
        assert disclosures(tables, rules, [*told, lone])
    values = revenue(first)
    assert ALONE not in values.values()
    assert values["core", "city", "all"] == sum(firm[2] for firm in FIRMS)
    assert first.simulated
    withheld = sum(value is None for *_key, value in first.cells)
    assert first.certificate["withheld"] == withheld > 0


def revenue(of: Publication) -> dict[tuple[str, ...], int | None]:
    return {tuple(key): value for measure, *key, value in of.cells if measure == "revenue"}


@pytest.mark.usefixtures("firms")
def test_what_is_out_stays_out_and_a_correction_is_in_the_next_total(tmp_path: Path) -> None:
    march = publish_tables(202603, actor=OFFICE)
    with pytest.raises(Invalid) as twice:
        publish_tables(202603, actor=OFFICE)
    assert twice.value.code == "statistics.published"
    told = revenue(march)
    taken_over(tmp_path, "returns", [
        {"firm": code(0), "period": 202603, "revenue": 20_500},
        {"firm": code(0), "period": 202606, "revenue": 43_700},
    ])  # fmt: skip
    june = publish_tables(202606, actor=OFFICE)
    march.refresh_from_db()
    assert revenue(march) == told
    assert revenue(june)["core", "city", "all"] == sum(firm[3] for firm in FIRMS) + 700


@pytest.mark.usefixtures("firms")
def test_what_a_year_once_withheld_stays_withheld_in_it(tmp_path: Path) -> None:
    march = publish_tables(202603, actor=OFFICE)
    hidden = {key for key, value in revenue(march).items() if value is None}
    # By June three more software firms are in the west: alone, its total would be told.
    more = range(len(FIRMS), len(FIRMS) + 5)
    taken_over(tmp_path, "register", [
        {"firm": code(at), "name": f"企业{at}", "area": WEST, "industry": SOFTWARE,
         "since": 202604} for at in more
    ])  # fmt: skip
    taken_over(tmp_path, "returns", [
        {"firm": code(at), "period": 202606, "revenue": 21_000 + at} for at in more
    ])  # fmt: skip
    june = revenue(publish_tables(202606, actor=OFFICE))
    assert hidden
    assert all(june[key] is None for key in hidden)


@pytest.mark.usefixtures("firms")
def test_months_go_out_one_after_another() -> None:
    publish_tables(202606, actor=OFFICE)
    with pytest.raises(Invalid) as earlier:
        publish_tables(202603, actor=OFFICE)
    assert earlier.value.code == "statistics.publication_order"


@pytest.mark.usefixtures("firms")
def test_a_month_is_not_kept_where_another_went_out_while_it_was_proved() -> None:
    found = stands_on(202606)
    decided = decide_month(measures_of(202606), found.counted, {}, found.classes, shipped_rules())
    publish_tables(202603, actor=OFFICE)
    with pytest.raises(Conflict):
        keep_publication(202606, found, decided, after=0, actor=OFFICE)
    assert Publication.objects.count() == 1


@pytest.mark.usefixtures("firms")
def test_a_late_firm_is_told_before_and_with_the_tables(browser: Browser, tmp_path: Path) -> None:
    taken_over(tmp_path, "register", [
        {"firm": code(90), "name": "企业90", "area": WEST, "industry": ELECTRONICS, "since": 202401}
    ])  # fmt: skip
    page = browser("office").get(reverse("statistics:publications"), {"period": 202603})
    assert page.context["page"].preview.late == (("西区", 1),)
    assert (
        browser("leader")
        .get(reverse("statistics:publications"), {"period": 202603})
        .context["page"]
        .preview
        is None
    )
    made = publish_tables(202603, actor=OFFICE)
    shown = browser("leader").get(reverse("statistics:publication", args=[made.pk]))
    assert shown.context["page"].late == (("西区", 1),)


@pytest.mark.usefixtures("firms")
def test_the_office_publishes_and_everybody_reads(browser: Browser) -> None:
    office, leader = browser("office"), browser("leader")
    url = reverse("statistics:publications")
    assert leader.post(url, {"period": 202603}).status_code == 403
    for odd in ("", "x", "202601", "9" * 30):
        assert office.post(url, {"period": odd}).status_code in (400, 422)
    assert office.post(url, {"period": 202603}).status_code == 302
    run_pending_jobs()
    made = Publication.objects.get()
    page = leader.get(reverse("statistics:publication", args=[made.pk]))
    assert page.status_code == 200
    shown = page.content.decode()
    assert "2026-1" in shown
    assert "withheld" in shown or "保密" in shown
    tables = page.context["page"].tables
    assert [table.code for table in tables] == [
        "class-area", "class-size", "groups", "industry-area"
    ]  # fmt: skip
    url_of = reverse("statistics:publication", args=[made.pk])
    added = leader.get(url_of, {"measure": "value_added"}).context["page"]
    assert [table.code for table in added.tables] == ["class-area"]
    assert leader.get(url).status_code == 200
    assert leader.get(reverse("statistics:publication", args=[made.pk + 1])).status_code == 404
    assert Client().get(url).status_code in (302, 401, 403)


@pytest.mark.usefixtures("firms")
def test_files_hold_the_cells_and_nothing_withheld(browser: Browser, tmp_path: Path) -> None:
    made = publish_tables(202603, actor=OFFICE)
    hidden = sum(cell[-1] is None for cell in made.cells)

    def file(form: str) -> bytes:
        url = reverse("statistics:publication_download", args=[made.pk, form])
        response = browser("leader").get(url)
        assert response.status_code == 200
        return response.content

    sdmx = list(csv.DictReader(io.StringIO(file("sdmx.csv").decode())))
    assert len(sdmx) == len(made.cells)
    assert {row["CONF_STATUS"] for row in sdmx} == {"F", "C"}
    assert sum(row["CONF_STATUS"] == "C" for row in sdmx) == hidden
    assert all((row["OBS_VALUE"] == "") == (row["CONF_STATUS"] == "C") for row in sdmx)
    assert {row["SOURCE"] for row in sdmx} == {"simulation"}
    read = read_sdmx(io.BytesIO(file("sdmx.csv")), validate=False).get_datasets()[0]
    assert len(read.data) == len(made.cells)
    path = tmp_path / "tables.parquet"
    path.write_bytes(file("parquet"))
    rows = duckdb.sql(f"SELECT value, withheld FROM '{path}'").fetchall()  # noqa: S608
    assert sum(withheld for _value, withheld in rows) == hidden
    assert all((value is None) == withheld for value, withheld in rows)
    assert load_workbook(io.BytesIO(file("xlsx"))).worksheets[0].max_row == len(made.cells) + 1
    assert "0.11117" not in file("csv").decode()
    url = reverse("statistics:publication_download", args=[made.pk, "exe"])
    assert browser("leader").get(url).status_code == 404


def test_nothing_published_yet_says_so(browser: Browser) -> None:
    page = browser("leader").get(reverse("statistics:publications"))
    assert page.status_code == 200
    assert 'class="empty' in page.content.decode()


@pytest.mark.usefixtures("firms")
def test_a_month_that_few_have_reported_goes_out_only_if_it_is_meant(
    browser: Browser, tmp_path: Path
) -> None:
    url, asked = reverse("statistics:publications"), {"period": 202606}
    late = [
        {"firm": code(number), "name": f"企业{number}", "area": WEST, "industry": ELECTRONICS}
        for number in range(300, 400)
    ]
    taken_over(tmp_path, "register", [each | {"since": 202401} for each in late])
    shown = browser("office").get(url, asked)
    preview = shown.context["page"].preview
    assert preview.coverage.due == preview.coverage.reported + preview.late_firms
    assert preview.late_firms == 100
    assert preview.coverage.few
    assert 'name="few"' in shown.content.decode()
    refused = browser("office").post(url, asked)
    assert refused.status_code == 422
    assert "家核心企业" in refused.content.decode()
    assert browser("office").post(url, asked | {"few": "1"}).status_code == 302
