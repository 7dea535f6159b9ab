"""Honours as a file of their own: columns found, wrong rows named, history kept, one withdrawn by a
later batch."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from shucheng.bays.statistics.engine.imports.fields import fields
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.firm import firm_page
from shucheng.bays.statistics.queries.import_words import ERRORS, FIELDS, HONOURS
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.tests.city import OFFICE, areas
from shucheng.bays.statistics.tests.firm_files import imported, read, register, valid
from shucheng.kernel.public import Organisation, Person, Role, grant_role

pytestmark = pytest.mark.django_db

HEAD = "企业名称,统一社会信用代码,资质荣誉,认定日期,有效期至,证书编号,状态"
GIVEN = (
    f"甲,{valid(1)},专精特新“小巨人”企业,2024-07-01,2027-06-30,工信2024-1,有效",
    f"甲,{valid(1)},高新技术企业,2023年11月6日,2026-11-05,GR202332000001,",
    f"乙,{valid(2)},先进级智能工厂,2025/3/1,,,",
)
WRONG = (
    f"丙,{valid(3)},高新技术企业,2024-01-01,,,",
    f"甲,{valid(1)},优秀企业,2024-01-01,,,",
    f"甲,{valid(1)},瞪羚企业,2024-05-01,2024-04-01,,",
    f"甲,{valid(1)},独角兽企业,,,,吊着",
    f"乙,{valid(2)},先进级智能工厂,2025-03-01,,,",
)


def table(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows]).encode()


@pytest.fixture(autouse=True)
def firms() -> None:
    areas()
    imported()


def honours() -> list[tuple[str, str, date]]:
    rows = ask(lambda m: m.connection.sql("SELECT firm, kind, since FROM honours").fetchall())
    return sorted(rows)


def test_a_file_of_honours_is_read_by_its_headings_and_taken_over() -> None:
    batch = imported(table(*GIVEN), "honours", "")
    assert (batch.state, batch.good, batch.bad) == (Batch.State.APPLIED, 3, 0)
    assert {c["heading"]: c["field"] for c in batch.report["columns"]} == {
        "企业名称": "",
        "统一社会信用代码": "firm",
        "资质荣誉": "kind",
        "认定日期": "since",
        "有效期至": "until",
        "证书编号": "certificate",
        "状态": "withdrawn",
    }
    # That the register's column says it since a later day is the same honour.
    assert [(kind, since) for _firm, kind, since in honours()] == [
        ("high_tech", date(2023, 11, 6)),
        ("little_giant", date(2024, 7, 1)),
        ("smart_factory_advanced", date(2025, 3, 1)),
    ]
    giant = next(e for e in firm_page(valid(1), actor=OFFICE).honours if e.kind == "little_giant")
    assert (giant.until, giant.certificate) == (date(2027, 6, 30), "工信2024-1")


def test_wrong_rows_are_named_and_left_out() -> None:
    batch = read(table(*GIVEN, *WRONG), "honours", "")
    assert (batch.good, batch.bad) == (3, 5)
    told = [(each["row"], each["field"], each["code"]) for each in batch.report["errors"]]
    assert told == [
        (5, "firm", "firm-unknown"),
        (6, "kind", "kind-invalid"),
        (7, "until", "until-before"),
        (8, "since", "missing"),
        (8, "withdrawn", "withdrawn-invalid"),
        (9, "firm", "row-repeated"),
    ]
    assert {code for _row, _field, code in told} <= ERRORS.keys()


def test_an_honour_is_withdrawn_by_a_later_batch_and_its_history_stays() -> None:
    first = imported(table(*GIVEN), "honours", "")
    again = read(table(GIVEN[1], GIVEN[0].replace("有效", "撤销", 2)), "honours", "")
    assert again.report["changes"] == {"new": 0, "changed": 1, "unchanged": 1}
    withdrawn = imported(table(GIVEN[0].replace(",有效", ",撤销")), "honours", "")
    assert "little_giant" not in [kind for _firm, kind, _since in honours()]
    page = firm_page(valid(1), actor=OFFICE)
    giant = next(each for each in page.honours if each.kind == "little_giant")
    assert (giant.withdrawn, giant.batch) == (True, withdrawn.pk)
    files = ask(
        lambda m: m.connection.execute(
            "SELECT recorded FROM files_honours WHERE kind = 'little_giant' ORDER BY 1"
        ).fetchall()
    )
    assert files == [(first.pk,), (withdrawn.pk,)]


def test_the_page_offers_honours_and_calls_their_fields_by_name(settings: object) -> None:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    data = Organisation.objects.create(code="data", name="数据局", kind="department")
    person = Person.objects.create(username="office", display_name="office", password="!")
    grant_role(person.pk, data.pk, Role.PLAN_OFFICE, actor=OFFICE)
    client = Client()
    client.force_login(person)
    assert 'value="honours"' in client.get(reverse("statistics:batches")).content.decode()
    batch = read(table(*GIVEN), "honours", "")
    assert client.get(reverse("statistics:batch", args=[batch.pk])).status_code == 200


def test_every_field_and_honour_has_a_word() -> None:
    with override("en"):
        assert fields("honours").keys() <= FIELDS.keys()
    kinds = imported(table(*(f"甲,{valid(1)},{name},2025-01-01,,," for name in HONOURS)), "honours")
    assert (kinds.good, kinds.bad) == (len(HONOURS), 0)


def test_a_registers_no_ends_what_its_column_said_before() -> None:
    def registered(month: str, says: str) -> None:
        imported(register(f"{valid(2)},乙有限公司,6513,西区,小型,否,{says}"), month=month)

    for month, says in (("2025-01", "是"), ("2025-02", "是"), ("2025-03", ""), ("2025-04", "否")):
        registered(month, says)
    (told,) = firm_page(valid(2), actor=OFFICE).honours
    assert (told.since, told.until) == (date(2025, 1, 1), date(2025, 3, 31))
