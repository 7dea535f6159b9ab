"""The bay for programs: what pages show and do, to each what they may see; errors say what next."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shucheng.bays.statistics.actions.definitions import publish_definition
from shucheng.bays.statistics.actions.indexes import compute_index
from shucheng.bays.statistics.models import Firm, Publication
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST, code
from shucheng.bays.statistics.tests.firm_files import FILE, register, valid
from shucheng.bays.statistics.tests.firms_of_two import ALONE, FIRMS, Browser, people, told
from shucheng.kernel.public import (
    MetricDefinition,
    ObservationInput,
    import_metrics,
    record_observations,
    run_pending_jobs,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/statistics"
WHOLE = sum(Decimal(revenue) for *_place, revenue in FIRMS) / 100_000  # 亿元


@pytest.fixture
def browser(settings: Any) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False
    return people()


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> None:
    told(tmp_path)


def get(client: Client, path: str, status: int = 200, **asked: object) -> Any:
    response = client.get(f"{API}{path}", asked)
    assert response.status_code == status, response.content.decode()
    return response.json()


def refused(answer: Any) -> None:
    """An error says what it is, in words, and what to do next."""
    assert answer["code"]
    assert answer["title"]
    assert answer["detail"]


@pytest.mark.usefixtures("firms")
def test_the_register_in_pages_and_one_firm(browser: Browser) -> None:
    found = get(browser("office"), "/firms", sort="code")
    assert (found["count"], found["page"], found["pages"]) == (len(FIRMS), 1, 1)
    assert [each["code"] for each in found["items"]] == [code(at) for at in range(len(FIRMS))]
    first = found["items"][0]
    assert (first["area"], first["industry"], first["revenue"]) == (EAST, "3982", "2000")
    assert found["simulated"]
    assert [each["code"] for each in get(browser("office"), "/firms", q="企业10")["items"]] == [
        code(10)
    ]
    lone = get(browser("office"), f"/firms/{code(10)}")
    assert lone["area"] == WEST
    assert lone["months"][0]["period"] == 202603
    assert Decimal(lone["months"][0]["revenue"]) * 10 == ALONE
    assert lone["versions"]["classification"]
    assert any(share["lower"] == "100" for share in lone["classes"])
    rung = get(browser("office"), f"/firms/{code(10)}/rung")
    assert rung["held"] == "规上企业"
    assert rung["rung"] == "high_tech"
    assert {each["met"] for each in rung["criteria"]} <= {True, False, None}
    assert any(check["asked"] for each in rung["criteria"] for check in each["checks"])
    path = f"/firms/{code(10)}/rung"
    assert get(browser("office"), path, rung="srdi")["rung"] == "srdi"
    refused(get(browser("office"), path, 422, rung="moon"))


@pytest.mark.usefixtures("firms")
def test_a_county_gets_its_own_firms_and_a_reader_none(browser: Browser) -> None:
    found = get(browser("county"), "/firms")
    assert {each["area"] for each in found["items"]} == {WEST}
    assert found["count"] == sum(area == WEST for area, *_rest in FIRMS)
    refused(get(browser("county"), f"/firms/{code(0)}", 404))
    refused(get(browser("county"), f"/firms/{code(0)}/rung", 404))
    for path in ("/firms", f"/firms/{code(0)}", f"/firms/{code(0)}/rung"):
        refused(get(browser("leader"), path, 403))
        assert Client().get(API + path).status_code == 401


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/firms", {"honour": "best"}),
        ("/firms", {"page": 9}),
        ("/accounts", {"scheme": "all"}),
        ("/accounts", {"period": "202602"}),
        ("/accounts/table.csv", {"basis": "day"}),
        ("/growth", {"view": "firm"}),
        ("/industries", {"period": "x"}),
        ("/ladder", {"rung": "moon"}),
        ("/ladder", {"area": "1"}),
    ],
)
def test_what_there_is_not_is_refused_and_not_answered_with_something_else(
    browser: Browser, path: str, asked: dict[str, object]
) -> None:
    if path == "/growth":
        refused(get(browser("office"), path, 404, **asked))  # no month of last year yet
        return
    answer = get(browser("office"), path, 422, **asked)
    refused(answer)
    assert list(answer["fields"]) == list(asked)


@pytest.mark.usefixtures("firms")
def test_an_account_whole_for_the_office_and_protected_for_readers(browser: Browser) -> None:
    whole = get(browser("office"), "/accounts")
    total = [each for each in whole["cells"] if each["code"] == "core" and not each["member"]]
    assert [Decimal(each["lower"]) for each in total] == [WHOLE]
    assert total[0]["firms"] == len(FIRMS)
    assert not whole["protected"]
    read = get(browser("leader"), "/accounts")
    assert read["protected"]
    assert read["published"]
    assert any(each["withheld"] for each in read["cells"])
    for each in read["cells"]:
        assert (each["lower"] is None) == (each["upper"] is None) == each["withheld"]
        assert each["firms"] is None
    assert Decimal(ALONE) / 100_000 not in {
        Decimal(each["lower"]) for each in read["cells"] if each["lower"]
    }
    # A finer table than readers may see is refused, not answered with the coarse one.
    refused(get(browser("leader"), "/accounts", 422, scheme="minor"))
    for form in ("csv", "xlsx", "parquet", "sdmx.csv", "sdmx.json", "structure.json"):
        response = browser("leader").get(f"{API}/accounts/table.{form}")
        assert response.status_code == 200
        assert form in response["Content-Disposition"]
    assert browser("leader").get(f"{API}/accounts/table.exe").status_code == 404


@pytest.mark.usefixtures("firms")
def test_industries_and_the_ladder(browser: Browser) -> None:
    found = get(browser("office"), "/industries")
    assert found["period"] == 202603
    software = next(each for each in found["lines"] if each["code"] == "software")
    assert software["firms"] == sum(industry == "6513" for _a, industry, _r in FIRMS)
    ladder = get(browser("office"), "/ladder")
    assert {stock["area"] for stock in ladder["rungs"]} >= {"", EAST, WEST}
    assert ladder["rung"] in {stock["rung"] for stock in ladder["rungs"]}
    assert get(browser("leader"), "/ladder")["candidates"] == []
    short = get(browser("office"), "/ladder", rung="high_tech", state="one_short")
    assert {each["state"] for each in short["candidates"]} <= {"one_short"}
    assert all(set(each) >= {"met", "unmet", "alone"} for each in short["criteria"])


@pytest.mark.usefixtures("firms")
def test_publications_with_their_files_and_the_structure(browser: Browser) -> None:
    made = Publication.objects.get()
    [listed] = get(browser("leader"), "/publications")
    assert listed["id"] == made.pk
    one = get(browser("leader"), f"/publications/{made.pk}")
    assert len(one["cells"]) == len(made.cells)
    core = next(
        e for e in one["cells"] if (e["code"], e["area"], e["size"]) == ("core", "city", "all")
    )
    assert Decimal(core["value"]) == WHOLE
    for address in one["files"].values():
        assert browser("leader").get(address).status_code == 200
    refused(get(browser("leader"), f"/publications/{made.pk + 1}", 404))
    # The links of a message lead to the structure.
    message = browser("leader").get(one["files"]["sdmx.json"]).json()
    links = message["data"]["structures"][0]["links"]
    assert {link["rel"] for link in links} == {"dataflow", "datastructure"}
    for link in links:
        path = "/api/" + link["href"].partition("/api/")[2]
        answer = browser("leader").get(path).json()
        names = [
            each["id"] for each in answer["data"]["dataflows"] + answer["data"]["dataStructures"]
        ]
        assert path.rpartition("/")[2] in names
    refused(get(browser("leader"), "/sdmx/structure/dataflow/*/OTHER", 404))


INDEX = """schema: shucheng.index/1
code: small
version: "1"
name: {zh: 小指数, en: Small index}
normalisation: {method: min_max, bounds: [0, 100]}
uncertainty: {weight_spread: 0.2}
tree:
  code: small
  name: {zh: 小指数, en: Small index}
  children:
    - {code: size, name: {zh: 规模, en: Size}, unit: 家, direction: up, source: {metric: firms}}
    - {code: staff, name: {zh: 人员, en: Staff}, unit: 人, direction: up, source: {metric: staff}}
"""


def figures_of_index() -> None:
    import_metrics(
        [MetricDefinition(name, name, unit, "stock", "A", "sum", "last")
         for name, unit in (("firms", "家"), ("staff", "人"))], actor=OFFICE)  # fmt: skip
    record_observations(
        [ObservationInput(metric, area, "2025", value)
         for metric, values in (("firms", (5, 9)), ("staff", (70, 30)))
         for area, value in zip((EAST, WEST), values, strict=True)], actor=OFFICE)  # fmt: skip


def test_an_index_s_ranks_say_how_firm_they_are(browser: Browser) -> None:
    figures_of_index()
    publish_definition("index", INDEX, code="small", number=0, reason="test", actor=OFFICE)
    missing = get(browser("leader"), "/indexes/small")
    assert missing["ranks"] == []
    compute_index("small", "2025", actor=OFFICE)
    assert "small" in {each["code"] for each in get(browser("leader"), "/indexes")}
    found = get(browser("leader"), "/indexes/small", period="2025")
    assert len(found["ranks"]) == 2
    for each in found["ranks"]:
        assert each["low"] <= each["middle"] <= each["high"]
        assert 0 <= each["stable"] <= 100
    assert found["draws"] == 10_000
    area = found["ranks"][0]["area"]
    told_ = get(browser("leader"), f"/indexes/small/{area}")
    parts = [Decimal(step["contribution"]) for step in told_["steps"]]
    losses = [Decimal(each["value"]) for each in told_["deductions"]]
    assert sum(parts) + sum(losses) == Decimal(told_["score"])
    refused(get(browser("leader"), "/indexes/none", 404))
    refused(get(browser("leader"), "/indexes/small", 422, period="yesterday"))


def sent(client: Client, data: bytes = FILE, **form: str) -> Any:
    form = {"kind": "register", "month": "2026-01", **form}
    response = client.post(
        f"{API}/batches", {**form, "file": SimpleUploadedFile("firms.csv", data)}
    )
    return response.status_code, response.json()


def moved(client: Client, path: str, revision: object, body: object = None) -> Any:
    headers = {"If-Match": str(revision)}
    if body is None:
        response = client.post(f"{API}{path}", headers=headers)
    else:
        response = client.put(
            f"{API}{path}", data=body, content_type="application/json", headers=headers
        )
    return response.status_code, response.json()


def test_a_file_is_sent_read_and_taken_over_as_on_the_pages(browser: Browser) -> None:
    office = browser("office")
    wanted = {each["name"]: each for each in get(office, "/fields", kind="register")}
    assert wanted["firm"]["required"]
    assert "统一社会信用代码" in wanted["firm"]["headings"]
    status, batch = sent(office)
    assert (status, batch["state"]) == (200, "mapping")
    assert {each["heading"]: each["field"] for each in batch["columns"]}["所属区县"] == "area"
    columns = [{name: each[name] for name in ("heading", "field", "factor")}
               for each in batch["columns"]]  # fmt: skip
    path = f"/batches/{batch['id']}"
    body = {"month": "2026-01", "columns": columns}
    status, read = moved(office, f"{path}/columns", batch["revision"], body)
    assert (status, read["state"], read["good"], read["bad"]) == (200, "staged", 2, 2)
    assert read["changes"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert not Firm.objects.exists()
    errors = get(office, f"{path}/errors")
    assert errors["count"] == 2
    assert {(each["row"], each["heading"], each["code"]) for each in errors["items"]} == {
        (4, "统一社会信用代码", "code-form"), (5, "行业代码", "industry-invalid")
    }  # fmt: skip
    assert all(each["text"] for each in errors["items"])
    assert {each["code"] for each in read["problems"]} == {"code-form", "industry-invalid"}
    status, stale = moved(office, f"{path}/take", batch["revision"])
    assert status == 409
    refused(stale)
    status, odd = moved(office, f"{path}/take", "x")
    assert status == 422
    refused(odd)
    assert moved(office, f"{path}/take", read["revision"])[0] == 200
    run_pending_jobs()
    assert get(office, path)["state"] == "applied"
    assert {each["code"] for each in get(office, "/firms")["items"]} == {valid(1), valid(2)}
    assert [each["id"] for each in get(office, "/batches")["items"]][-1] == batch["id"]


def test_a_file_that_is_not_wanted_is_laid_aside_and_one_that_cannot_be_read_says_why(
    browser: Browser,
) -> None:
    office = browser("office")
    _status, batch = sent(office)
    status, dropped = moved(office, f"/batches/{batch['id']}/lay-aside", batch["revision"])
    assert (status, dropped["state"]) == (200, "laid_aside")
    for status, answer in (
        sent(office, kind="lies"),
        sent(office, month="May"),
        sent(office, data=b""),
    ):
        assert status == 422
        refused(answer)
    status, empty = sent(office, data=register())
    assert status == 200
    assert empty["refused"] is None or empty["refused"]["text"]
    status, wrong = moved(
        office, f"/batches/{empty['id']}/columns", empty["revision"],
        {"month": "2026-01", "columns": [{"heading": "企业名称", "field": "name"}]},
    )  # fmt: skip
    assert status == 422
    refused(wrong)
    refused(get(office, "/batches/999999", 404))
    refused(get(office, "/fields", 404, kind="lies"))


def test_who_does_not_import_sends_and_sees_nothing(browser: Browser) -> None:
    leader = browser("leader")
    status, answer = sent(leader)
    assert status == 403
    refused(answer)
    for path in ("/batches", "/batches/1", "/batches/1/errors", "/fields"):
        refused(get(leader, path, 403))
    _status, batch = sent(browser("office"))
    for move in ("take", "lay-aside"):
        assert moved(leader, f"/batches/{batch['id']}/{move}", batch["revision"])[0] == 403
