"""Classification, industries, rates and ladder: proposed with what they change, published by
another person, refused in words that say where."""

import csv
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook

from shucheng.bays.statistics.actions.definitions import decide_definition, propose_definition
from shucheng.bays.statistics.engine import classification
from shucheng.bays.statistics.engine.classification import TableProblem
from shucheng.bays.statistics.engine.classification_table import LARGEST_UNPACKED, csv_text
from shucheng.bays.statistics.engine.imports.fields import ImportRefused
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Definition
from shucheng.bays.statistics.queries.definition_pages import definition_page, previewed
from shucheng.bays.statistics.queries.definition_texts import Unusable, parsed, text_in_force
from shucheng.bays.statistics.queries.definition_words import CELLS, TEXTS, table_words
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.tests.city import EAST, OFFICE, areas, code, taken_over
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    Organisation,
    Person,
    Role,
    grant_role,
)

pytestmark = pytest.mark.django_db

KINDS = ("classification", "industries", "rates", "ladder")
ENGINE = Path(classification.__file__).parent


@pytest.fixture
def people(settings: Any) -> dict[str, Client]:
    settings.REQUIRE_SECOND_FACTOR = False
    areas()
    data = Organisation.objects.create(code="data", name="数据局", kind="department")
    found = {}
    for name, role in (
        ("one", Role.PLAN_OFFICE),
        ("other", Role.PLAN_OFFICE),
        ("leader", Role.LEADER),
    ):
        person = Person.objects.create(username=name, display_name=name, password="!")
        grant_role(person.pk, data.pk, role, actor=OFFICE)
        found[name] = Client()
        found[name].force_login(person)
    return found


def shipped_rows() -> list[list[str]]:
    lines = (classification.DATA / "classification_2021.csv").read_text(encoding="utf-8")
    return list(csv.reader(lines.lstrip("\ufeff").splitlines()))


def table(**changed: str) -> bytes:
    """The shipped classification with other industries for a class, as a workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = shipped_rows()
    at = rows[0].index("nbs_codes")
    for row in rows:
        sheet.append([*row[:at], changed.get(f"c{row[0]}", row[at]), *row[at + 1 :]])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def firm(tmp_path: Path, industry: str) -> None:
    rows = [{"firm": code(1), "name": "企业", "area": EAST, "industry": industry, "since": 202401}]
    taken_over(tmp_path, "register", rows)


def test_another_classification_is_shown_proposed_and_published_by_another(
    people: dict[str, Client], tmp_path: Path
) -> None:
    firm(tmp_path, "1310")
    address = reverse("statistics:definition", args=["classification"])
    sent = {"table": "1", "number": 0, "version": "2021.2", "provisional": "no"}
    some = next(r for r in shipped_rows()[1:] if r[2] == "3" and r[4] == "true" and r[5])
    upload = SimpleUploadedFile("classes.xlsx", table(**{f"c{some[0]}": f"{some[5]};1310"}))
    shown = people["one"].post(address, {**sent, "file": upload})
    html = shown.content.decode()
    assert shown.status_code == 200
    assert "1310" in html
    changes = shown.context["changes"]
    assert [(each.name, each.before, each.firms) for each in changes.touched] == [("1310", "—", 1)]
    assert not changes.classes.added
    assert not Definition.objects.exists()

    text = shown.context["text"]
    propose = {"propose": "1", "number": 0, "text": text, "reason": "市统计局核定"}
    assert people["one"].post(address, propose).status_code == 302
    (waiting,) = definition_page("classification", actor=OFFICE).waiting
    decide = reverse("statistics:definition_decide", args=[waiting.proposal.pk])
    answer = {"revision": 0, "decision": "publish", "reason": "已复核"}
    assert people["one"].post(decide, answer).status_code == 403
    assert people["leader"].post(decide, answer).status_code == 403
    assert people["other"].post(decide, answer).status_code == 302
    versions = ask(Micro.versions, "versions")
    assert (versions["classification"], versions["classification_state"]) == ("2021.2", "final")
    found = ask(lambda micro: [each.code for each in micro.classification.of_industry("1310")])
    assert found == [some[0]]
    entries: Any = apps.get_model("audit", "AuditEntry")._default_manager
    told = entries.filter(code__startswith="statistics.definition.").order_by("sequence")
    assert list(told.values_list("code", flat=True)) == [
        "statistics.definition.proposed",
        "statistics.definition.published",
    ]
    assert "2021.2" in people["one"].get(address).content.decode()


def test_a_table_that_is_wrong_names_row_column_and_next_step(people: dict[str, Client]) -> None:
    rows = shipped_rows()
    number = next(at for at, row in enumerate(rows) if row[2] == "3")
    rows[number][5] = "39"
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    upload = SimpleUploadedFile("classes.csv", text.encode())
    address = reverse("statistics:definition", args=["classification"])
    shown = people["one"].post(
        address, {"table": "1", "number": 0, "version": "2021.2", "file": upload}
    )
    assert shown.status_code == 422
    (message,) = shown.context["errors"].values()
    with override("en"):
        expected = table_words([TableProblem(number + 1, "nbs_codes", "industry-form", "39")])
    assert f"{number + 1}" in message
    assert "nbs_codes" in message
    assert expected[0].startswith(f"Row {number + 1}, column nbs_codes")
    wrong = {"table": "1", "number": 0, "version": "", "file": SimpleUploadedFile("a.csv", b"a")}
    assert set(people["one"].post(address, wrong).context["errors"]) == {"version"}


def test_a_table_may_be_headed_in_chinese() -> None:
    text = "代码,名称,层级,上级代码,核心产业,行业代码,部分,核实,把握,说明\n"
    text += "01,制造,1,,是,,,是,高,\n0101,计算机,2,01,是,,,是,高,\n\n"
    text += "010101,整机,3,0101,是,3911；3912,3912,否,低,待核\n"
    found = classification.read(csv_text(text.encode("gb18030")), version="t")
    assert found["010101"].codes == ("3911", "3912")
    assert (found["010101"].verified, found["010101"].confidence) == (False, "low")
    with pytest.raises(classification.ClassificationInvalid) as refused:
        classification.read(csv_text(text.replace("3911；", "391；").encode()), version="t")
    assert [each.row for each in refused.value.problems] == [5]


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(LARGEST_UNPACKED + 1))
    with pytest.raises(ImportRefused, match="file-too-large"):
        csv_text(out.getvalue())


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_in_force_can_be_read_again_and_shown(
    kind: str, people: dict[str, Client]
) -> None:
    number, text = text_in_force(kind)
    assert number == 0
    assert parsed(kind, text)
    preview = previewed(kind, text, actor=OFFICE)
    assert (preview.lines, preview.touched) == ("", ())
    address = reverse("statistics:definition", args=[kind])
    assert people["one"].get(address).status_code == 200
    assert people["leader"].get(address).status_code == 403
    with pytest.raises(Invalid):
        propose_definition(kind, text, number=0, reason="没有变化", actor=OFFICE)


def test_rates_and_industries_tell_the_firms_they_touch(tmp_path: Path) -> None:
    areas()
    firm(tmp_path, "3982")
    rates = text_in_force("rates")[1].replace('"39": 0.18', '"39": 0.2')
    (touched,) = previewed("rates", rates, actor=OFFICE).touched
    assert (touched.name, touched.before, touched.after, touched.firms) == ("39", "0.18", "0.2", 1)
    industries = text_in_force("industries")[1].replace('codes: ["39"]', 'codes: ["26"]')
    (moved,) = previewed("industries", industries, actor=OFFICE).touched
    assert (moved.before, moved.after, moved.firms) == ("1", "0", 1)


def test_a_proposal_is_decided_once_and_against_the_version_it_knew() -> None:
    text = text_in_force("rates")[1]
    one, two = (
        propose_definition("rates", text.replace("0.18", rate), number=0, reason="核", actor=OFFICE)
        for rate in ("0.2", "0.21")
    )
    with pytest.raises(Invalid):
        decide_definition(one.pk, 0, publish=True, reason=" ", actor=OFFICE)
    decide_definition(one.pk, 0, publish=True, reason="同意", actor=OFFICE)
    with pytest.raises(Conflict):
        decide_definition(one.pk, 0, publish=True, reason="同意", actor=OFFICE)
    (left,) = definition_page("rates", actor=OFFICE).waiting
    assert left.outdated
    with pytest.raises(Conflict):
        decide_definition(two.pk, 0, publish=True, reason="同意", actor=OFFICE)
    refused = decide_definition(two.pk, 0, publish=False, reason="已有新版", actor=OFFICE)
    assert refused.state == "refused"


def test_nobody_publishes_what_he_proposed(people: dict[str, Client]) -> None:
    one = Person.objects.get(username="one")
    actor = Actor(one.pk, "one", frozenset({Role.PLAN_OFFICE}))
    text = text_in_force("rates")[1].replace("0.18", "0.2")
    made = propose_definition("rates", text, number=0, reason="核", actor=actor)
    with pytest.raises(Forbidden):
        decide_definition(made.pk, 0, publish=True, reason="同意", actor=actor)


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("rates", "version: [", "Line 1, column"),
        ("rates", "version: 1\nversion: 2", "Line"),
        ("rates", "- 1", "not a definition"),
        ("rates", "version: 1", "“source” is missing"),
        ("rates", "{version: 1, source: a, provisional: true, default: x, rates: {}}", "default"),
        ("rates", "{version: 1, source: a, provisional: true, default: 0.2, rates: []}", "shape"),
        ("industries", "{version: 1, industries: [{code: a, name: a}]}", "Industry a: no code"),
        ("ladder", "{version: 1, rungs: [{code: A, name: a, criteria: []}]}", "“A”"),
        ("classification", "{version: 1, table: 'a,b'}", "column de_code"),
    ],
)
def test_a_text_that_is_none_is_refused_in_words(kind: str, text: str, told: str) -> None:
    with override("en"), pytest.raises(Unusable) as refused:
        parsed(kind, text)
    assert told in str(refused.value)


def test_every_reason_of_the_engines_has_a_sentence() -> None:
    files = ("ladder/definition.py", "industries.py", "value_added.py")
    source = "".join((ENGINE / name).read_text(encoding="utf-8") for name in files)
    raised = set(re.findall(r"(?:Ladder|Industries|Rates)Invalid\(\s*\"([a-z-]+)\"", source))
    assert len(raised) > 15
    assert raised <= TEXTS.keys()
    problems = (ENGINE / "classification.py").read_text(encoding="utf-8")
    cells = set(re.findall(r"yield \"[a-z_]+\", \"([a-z-]+)\"", problems)) | {"column-missing"}
    assert cells == CELLS.keys()
