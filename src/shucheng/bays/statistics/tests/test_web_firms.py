"""The register on screen: a file becomes firms; who sees them; honours, coefficients, pairs."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from shucheng.bays.statistics.actions import finding, importing
from shucheng.bays.statistics.actions.honours import tell_honour
from shucheng.bays.statistics.actions.importing import (
    confirm_columns,
    drop_import,
    read_batch,
    receive_file,
)
from shucheng.bays.statistics.models import Batch, Firm, Link
from shucheng.bays.statistics.queries.firm import firm_page
from shucheng.bays.statistics.queries.firm_rung import firm_rung
from shucheng.bays.statistics.queries.firms import firms_page
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST, areas
from shucheng.bays.statistics.tests.firm_files import (
    FILE,
    imported,
    read,
    received,
    register,
    valid,
)
from shucheng.kernel.public import (
    Area,
    Conflict,
    Forbidden,
    Invalid,
    Organisation,
    Person,
    Role,
    grant_role,
    run_pending_jobs,
)

pytestmark = pytest.mark.django_db

Browser = Callable[[str], Client]


@pytest.fixture
def browser(settings: object) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    areas()
    city, east = Area.objects.get(code=CITY), Area.objects.get(code=EAST)
    kinds = Organisation.Kind
    data = Organisation.objects.create(code="data", name="数据局", kind=kinds.DEPARTMENT, area=city)
    county = Organisation.objects.create(
        code="east", name="东区政府", kind=kinds.COUNTY_GOVERNMENT, area=east
    )
    for name, where, role in (
        ("office", data, Role.PLAN_OFFICE),
        ("second", data, Role.REVIEWER),
        ("leader", data, Role.LEADER),
        ("county", county, Role.LIAISON),
    ):
        person = Person.objects.create(username=name, display_name=name, password="!")
        grant_role(person.pk, where.pk, role, actor=OFFICE)

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=name))
        return client

    return signed_in


def text(response: HttpResponse) -> str:
    return response.content.decode()


def test_a_file_with_two_bad_rows_becomes_firms_on_screen(browser: Browser) -> None:
    office = browser("office")
    sent = {"kind": "register", "month": "2026-01", "file": SimpleUploadedFile("f.csv", FILE)}
    answer = office.post(reverse("statistics:batches"), sent)
    batch = Batch.objects.get()
    assert answer["Location"] == reverse("statistics:batch", args=[batch.pk])
    page = text(office.get(answer["Location"]))
    assert "统一社会信用代码" in page
    assert "甲电子有限公司" in page
    columns = batch.report["columns"]
    assert [each["field"] for each in columns] == [
        "firm", "name", "industry", "area", "size", "designated", "honour_high_tech",
    ]  # fmt: skip
    confirmed = {
        "revision": batch.revision,
        "month": "2026-01",
        "heading": [each["heading"] for each in columns],
        "field": [each["field"] for each in columns],
        "factor": ["1"] * len(columns),
    }
    office.post(reverse("statistics:batch_confirm", args=[batch.pk]), confirmed)
    batch.refresh_from_db()
    assert (batch.state, batch.good, batch.bad) == (Batch.State.STAGED, 2, 2)
    told = [(e["row"], e["column"], e["code"]) for e in batch.report["errors"]]
    assert told == [(4, "A", "code-form"), (5, "C", "industry-invalid")]
    assert not Firm.objects.exists()
    page = text(office.get(reverse("statistics:batch", args=[batch.pk])))
    assert "丙有限公司" not in page
    errors = text(office.get(reverse("statistics:batch_errors", args=[batch.pk])))
    assert [line.split(",")[1:3] for line in errors.splitlines()[1:]] == [["4", "A"], ["5", "C"]]
    office.post(reverse("statistics:batch_take", args=[batch.pk]), {"revision": batch.revision})
    run_pending_jobs()
    page = text(office.get(reverse("statistics:firms")))
    assert "甲电子有限公司" in page
    assert "丁有限公司" not in page
    # What the register tells of honours is a batch of its own, taken over with it.
    honours = Batch.objects.get(kind=Batch.Kind.HONOURS)
    assert (honours.state, honours.good) == (Batch.State.APPLIED, 1)
    firm = firm_page(valid(1), actor=OFFICE)
    assert [(h.kind, h.since.isoformat(), h.batch) for h in firm.honours] == [
        ("high_tech", "2024-11-01", honours.pk)
    ]
    assert [(each.number, each.since) for each in firm.told] == [(batch.pk, 202601)]


def test_a_firm_stands_on_the_ladder(browser: Browser) -> None:
    imported()
    rung = firm_rung(valid(1))
    assert rung is not None
    assert rung.held
    assert rung.following
    assert rung.unmet or rung.unknown
    page = text(browser("office").get(reverse("statistics:firm", args=[valid(1)])))
    assert rung.held in page
    assert rung.following in page
    assert firm_rung("nobody") is None


def test_what_was_taken_over_is_compared_with_the_next_file(browser: Browser) -> None:
    imported()
    again = register(
        f"{valid(1)},甲电子有限公司,3982,西区,大型,是,2024-11-01",
        f"{valid(2)},=乙软件有限公司,6513,西区,小型,否,",
        f"{valid(5)},戊有限公司,3982,东区,小型,否,",
    )
    batch = received(again)
    assert {each["reason"] for each in batch.report["columns"]} == {"saved"}
    batch = read(again, month="2026-02")
    assert batch.report["changes"] == {"new": 1, "changed": 1, "unchanged": 1}
    drop_import(batch.pk, batch.revision, actor=OFFICE)
    assert Firm.objects.get(credit_code=valid(1)).area == EAST
    assert Batch.objects.filter(state=Batch.State.LAID_ASIDE, kind="honours").count() == 1


def test_a_large_file_is_read_in_the_background_and_goes_on_when_killed(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 10)
    batch = received()
    assert batch.state == Batch.State.READING
    run_pending_jobs()
    batch.refresh_from_db()
    assert batch.state == Batch.State.MAPPING
    confirm_columns(
        batch.pk, batch.revision, batch.report["columns"], month="2026-01", actor=OFFICE
    )

    def killed(done: int, _of: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_batch(batch.pk, actor=OFFICE, progress=killed)
    batch.refresh_from_db()
    assert (batch.state, batch.rows) == (Batch.State.READING, None)
    assert not Batch.objects.filter(kind="honours").exists()
    run_pending_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.good) == (Batch.State.STAGED, 2)
    assert read_batch(batch.pk, actor=OFFICE).revision == batch.revision


@pytest.mark.parametrize(
    ("name", "data", "kind", "month", "field"),
    [
        ("a.csv", FILE, "photographs", "", "kind"),
        ("a.csv", FILE, "register", "2026-13", "month"),
        ("a.csv", FILE, "register", "９９９９-01", "month"),
        ("a.json", b"[]", "register", "", "file"),
        ("a.csv", b"", "register", "", "file"),
    ],
)
def test_what_cannot_be_read_in_is_refused_beside_the_field(
    name: str, data: bytes, kind: str, month: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        receive_file(kind, name, data, month=month, actor=OFFICE)
    assert field in refused.value.fields
    assert not Batch.objects.exists()


def test_columns_are_confirmed_whole_and_once(browser: Browser) -> None:
    batch = received()
    columns = batch.report["columns"]
    for chosen, month in (
        ([each for each in columns if each["field"] != "firm"], "2026-01"),
        (columns, ""),
        ([*columns, {"heading": "企业名称", "field": "name", "factor": "1"}], "2026-01"),
    ):
        with pytest.raises(Invalid) as refused:
            confirm_columns(batch.pk, batch.revision, chosen, month=month, actor=OFFICE)
        assert "columns" in refused.value.fields
    confirm_columns(batch.pk, batch.revision, columns, month="2026-01", actor=OFFICE)
    with pytest.raises(Conflict):
        confirm_columns(batch.pk, batch.revision, columns, month="2026-01", actor=OFFICE)


def test_a_file_that_cannot_be_read_says_why(browser: Browser) -> None:
    batch = received(b"\n\n\n")
    assert batch.state == Batch.State.MAPPING
    assert batch.report["refused"]["code"] == "file-empty"
    page = browser("office").get(reverse("statistics:batch", args=[batch.pk]))
    assert page.status_code == 200


def test_each_sees_the_firms_of_the_own_area(browser: Browser) -> None:
    imported()
    county, east, west = browser("county"), valid(1), valid(2)
    page = text(county.get(reverse("statistics:firms")))
    assert "甲电子有限公司" in page
    assert "乙软件有限公司" not in page
    assert county.get(reverse("statistics:firm", args=[east])).status_code == 200
    assert county.get(reverse("statistics:firm", args=[west])).status_code == 404
    assert west not in text(county.get(reverse("statistics:firms_csv"), {"area": WEST}))
    leader = browser("leader")
    for address in (reverse("statistics:firms"), reverse("statistics:firm", args=[east])):
        assert leader.get(address).status_code == 403
    for name in ("batches", "coefficients", "duplicates"):
        assert county.get(reverse(f"statistics:{name}")).status_code == 403
        assert browser("office").get(reverse(f"statistics:{name}")).status_code == 200
    with pytest.raises(Forbidden):
        receive_file(
            "register",
            "a.csv",
            FILE,
            month="",
            actor=replace(OFFICE, roles=frozenset({Role.LIAISON})),
        )


def test_the_list_is_narrowed_and_taken_out_harmlessly(browser: Browser) -> None:
    imported()
    for asked, names in (
        ({"q": "甲电子"}, {"甲电子有限公司"}),
        ({"q": valid(2).lower()}, {"=乙软件有限公司"}),
        ({"area": EAST}, {"甲电子有限公司"}),
        ({"industry": "65"}, {"=乙软件有限公司"}),
        ({"designated": "yes"}, {"甲电子有限公司"}),
        ({"honour": "high_tech"}, {"甲电子有限公司"}),
        ({"class": "core"}, {"甲电子有限公司", "=乙软件有限公司"}),
        ({"class": "plan:software"}, {"=乙软件有限公司"}),
        ({"class": "no such"}, set()),
    ):
        assert {line.name for line in firms_page(asked, actor=OFFICE).lines} == names, asked
    taken = text(browser("office").get(reverse("statistics:firms_csv")))
    assert "'=乙软件有限公司" in taken
    assert ",=乙" not in taken


def test_odd_questions_are_answered(browser: Browser) -> None:
    imported()
    office = browser("office")
    for asked in (
        {"page": "99999999999999999999", "sort": "x", "honour": "'", "industry": "²"},
        {"page": "-1", "q": "' OR 1=1 --", "designated": "2", "area": "x"},
    ):
        assert office.get(reverse("statistics:firms"), asked).status_code == 200
        assert office.get(reverse("statistics:firms_csv"), asked).status_code == 200
        assert office.get(reverse("statistics:duplicates"), asked).status_code == 200
    assert office.get(reverse("statistics:firm", args=["none"])).status_code == 404
    assert office.get(reverse("statistics:batch", args=[99])).status_code == 404
    assert office.get(reverse("statistics:batch_errors", args=[99])).status_code == 404


def test_pages_say_what_is_missing_while_there_is_nothing(browser: Browser) -> None:
    for name in ("firms", "batches", "coefficients", "duplicates"):
        page = browser("office").get(reverse(f"statistics:{name}"))
        assert page.status_code == 200
        assert 'class="empty"' in text(page)


def test_an_honour_is_told_and_withdrawn_by_hand(browser: Browser) -> None:
    imported()
    office, address = browser("office"), reverse("statistics:honour", args=[valid(2)])
    sent = {"kind": "srdi", "since": "2025-06-01", "until": "2099-05-31", "reason": "工信厅公告"}
    assert office.post(address, sent).status_code == 302
    (told,) = firm_page(valid(2), actor=OFFICE).held
    assert (told.kind, told.until and told.until.year) == ("srdi", 2099)
    assert office.post(address, sent | {"until": "2025-01-01"}).status_code == 422
    assert (
        office.post(address, sent | {"withdrawn": "1", "reason": "复核未通过"}).status_code == 302
    )
    page = firm_page(valid(2), actor=OFFICE)
    assert page.held == ()
    assert [each.withdrawn for each in page.honours] == [True]
    assert browser("county").post(address, sent).status_code == 403
    for wrong in ({"kind": "nothing"}, {"since": None}, {"reason": " "}):
        facts: dict[str, Any] = {"kind": "srdi", "since": told.since, "reason": "x", **wrong}
        with pytest.raises(Invalid) as refused:
            tell_honour(valid(2), actor=OFFICE, **facts)
        assert set(refused.value.fields) == set(wrong)


def test_returns_are_read_in_their_unit_and_shown_by_month(browser: Browser) -> None:
    imported()
    head = "统一社会信用代码,报告期,营业收入(万元),营业收入上年同期(万元),从业人员期末人数"
    rows = [f"{valid(1)},2026-02,100,80,50", f"{valid(1)},2026-03,180.5,0,51"]
    imported("\n".join([head, *rows]).encode(), "returns", "")
    imported("\n".join([head, f"{valid(1)},2026-02,120,80,50"]).encode(), "returns", "")
    page = firm_page(valid(1), actor=OFFICE)
    shown = [(m.period, m.revenue, m.growth, m.employees, m.corrected) for m in page.months]
    assert shown == [
        (202603, Decimal("180.5"), None, 51, False),
        (202602, Decimal(120), Decimal(50), 50, True),
    ]
    answer = text(browser("office").get(reverse("statistics:firm", args=[valid(1)])))
    assert "180.5" in answer
    (line,) = firms_page({"q": valid(1)}, actor=OFFICE).lines
    assert float(line.revenue or 0) == 180.5


def test_a_pair_is_decided_and_undone_on_its_page(browser: Browser) -> None:
    imported()
    left, right = Firm.objects.order_by("credit_code")
    evidence = [{"field": "core", "left": "甲", "right": "甲", "level": 2, "weight": 5.0}]
    link = Link.objects.create(left=left, right=right, probability=0.9, evidence=evidence)
    office = browser("office")
    assert "甲电子有限公司" in text(office.get(reverse("statistics:duplicates")))
    address = reverse("statistics:duplicate_decide", args=[link.pk])
    office.post(address, {"revision": 0, "decision": "same", "reason": "同址"})
    right.refresh_from_db()
    assert right.merged_into == left
    assert office.get(reverse("statistics:firm", args=[right.credit_code])).status_code == 200
    office.post(address, {"revision": 1, "decision": "different", "reason": "核实为两户"})
    assert Firm.objects.filter(merged_into=None).count() == 2
    assert office.post(address, {"revision": 0, "reason": "x"}).status_code == 409


def test_looking_for_duplicates_says_what_is_missing(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "find_spec", lambda _name: None)
    answer = browser("office").post(reverse("statistics:duplicates_find"))
    assert answer.status_code == 422
    assert "make .venv/statistics" in text(answer)
