"""One workbook of an organisation that reports for two areas: a sheet for each form and area."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from tests.records import make_area

from shucheng.kernel.identity.models import Area
from shucheng.kernel.observations.actions.metrics import import_metrics
from shucheng.kernel.reporting.actions.forms import generate_forms
from shucheng.kernel.reporting.actions.moves import submit
from shucheng.kernel.reporting.actions.obligations import open_obligations
from shucheng.kernel.reporting.models import Obligation, Submission
from shucheng.kernel.reporting.queries.lists import matrix
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City, metric
from shucheng.kernel.reporting.tests.test_bundles import BUNDLE, sent
from shucheng.kernel.reporting.tests.test_web import browser, text

pytestmark = pytest.mark.django_db
OWN, OTHER = "320902", "320904"
FIRST, SECOND = "data-m-area", "industry-m-area"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def both(city: City) -> City:
    """The county tinghu took over another area: it owes the forms of both."""
    import_metrics([metric("deals", owner="data")], actor=SYSTEM)
    generate_forms(actor=SYSTEM, first="2026-05")
    open_obligations(actor=SYSTEM)
    other = make_area(OTHER, parent=Area.objects.get(code="320900"))
    rows = list(Obligation.objects.filter(organisation__code="tinghu"))
    for each in rows:
        each.pk, each.area = None, other
        each._state.adding = True
    Obligation.objects.bulk_create(rows)
    return city


def owed(form: str, area: str) -> Obligation:
    found = Obligation.objects.filter(organisation__code="tinghu", period="2026-07")
    return found.get(form__code=form, area__code=area)


def book_of(client: Any) -> Any:
    return load_workbook(io.BytesIO(client.get(f"{BUNDLE}workbook.xlsx").content))


def saved(book: Any) -> SimpleUploadedFile:
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("filled.xlsx", out.getvalue())


def revisions() -> dict[str, str]:
    rows = [owed(form, area) for form in (FIRST, SECOND) for area in (OWN, OTHER)]
    return {f"revision-{row.pk}": "0" for row in rows}


def test_every_form_and_area_has_a_sheet_whose_name_says_both(both: City) -> None:
    names = [page.title for page in book_of(browser(both.liaison)).worksheets[:4]]
    assert names == [
        "320902 data monthly fi 2026-07",
        "320904 data monthly fi 2026-07",
        "320902 industry monthl 2026-07",
        "320904 industry monthl 2026-07",
    ]


def test_every_sheet_goes_to_the_draft_of_its_own_area(both: City) -> None:
    client = browser(both.liaison)
    book = book_of(client)
    for page, value in zip(book.worksheets[:4], (1, 2, 3, 4), strict=True):
        page["J7"] = value
    page = sent(client, saved(book))
    shown = text(client.get(page))
    assert "Take 4 sheets over into their drafts" in shown
    of_form = "What would change · data: monthly figures of counties and zones"
    headings = [f"{of_form} · {area}" for area in (OWN, OTHER)]
    assert all(heading in shown for heading in headings)
    assert client.post(f"{page}take/", revisions()).status_code == 302
    stored = {
        (each.obligation.form.code, each.obligation.area.code): each.values
        for each in Submission.objects.all()
    }
    assert stored == {
        (FIRST, OWN): {"deals": {"value": "1"}},
        (FIRST, OTHER): {"deals": {"value": "2"}},
        (SECOND, OWN): {"revenue": {"value": "3"}},
        (SECOND, OTHER): {"revenue": {"value": "4"}},
    }


def test_what_was_handed_in_for_one_area_leaves_the_other_to_be_taken_over(both: City) -> None:
    client = browser(both.liaison)
    book = book_of(client)
    for page in book.worksheets[:2]:
        page["J7"] = 7
    file = saved(book)
    at = sent(client, SimpleUploadedFile("first.xlsx", file.read()))
    client.post(f"{at}take/", revisions())
    made = Submission.objects.get(obligation=owed(FIRST, OWN))
    submit(made.pk, made.revision, actor=both.liaison)
    file.seek(0)
    shown = text(client.get(sent(client, file)))
    assert f"Left out, since it was handed in or closed meanwhile: {OWN} data" in shown
    assert "The workbook holds what the drafts hold already." in shown


def test_a_sheet_of_an_area_that_is_not_ones_own_is_told_as_that(both: City) -> None:
    client = browser(both.liaison)
    file = saved(book_of(client))
    Obligation.objects.filter(area__code=OTHER).delete()
    shown = text(client.get(sent(client, file)))
    assert f"The file is of another area ({OTHER})." in shown


def test_a_task_reads_its_own_sheet_out_of_the_workbook_for_all(both: City) -> None:
    client = browser(both.liaison)
    book = book_of(client)
    book.worksheets[1]["J7"] = 9
    answer = client.post(f"/reporting/tasks/{owed(FIRST, OTHER).pk}/upload/", {"file": saved(book)})
    assert answer.status_code == 302
    client.post(f"{answer['Location']}take/", {"revision": "0"})
    made = Submission.objects.get()
    assert (made.obligation, made.values) == (owed(FIRST, OTHER), {"deals": {"value": "9"}})


def test_who_reported_shows_each_area_of_an_organisation(both: City) -> None:
    rows = matrix(FIRST, actor=both.office).rows
    places = [(row.organisation.code, row.area.code) for row, _cells in rows]
    assert places == [("tinghu", OWN), ("tinghu", OTHER), ("yandu", "320903")]
    shown = text(browser(both.office).get(f"/reporting/progress/?form={FIRST}"))
    assert f"tinghu {OTHER}" in shown
