"""A workbook on its way in and out over the pages."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_web import browser, field, page_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def filled(client: Client, page: str, **cells: Any) -> SimpleUploadedFile:
    """The template as it is downloaded, with values typed into places such as J7."""
    book = load_workbook(io.BytesIO(client.get(f"{page}workbook.xlsx").content))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("filled.xlsx", out.getvalue())


def test_wrong_cells_are_named_nothing_is_stored_and_good_rows_are_taken_over(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    sent = client.post(f"{page}upload/", {"file": filled(client, page, J7=40.5, J8="=1+1")})
    shown = client.get(sent["Location"])
    assert "8 J Error A formula is not taken over" in text(shown)
    assert not Submission.objects.exists()
    take = f"{sent['Location']}take/"
    assert client.post(take, {"revision": field(shown, "revision")}).status_code == 302
    assert Submission.objects.get().values == {"revenue": {"value": "40.5"}}


def test_what_somebody_changed_since_is_not_taken_over_unseen(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    sent = client.post(f"{page}upload/", {"file": filled(client, page, J7=40.5)})
    shown = client.get(sent["Location"])
    city.draft(revenue="55")
    late = client.post(f"{sent['Location']}take/", {"revision": field(shown, "revision")})
    assert late.status_code == 409
    assert "The draft was changed after this template was downloaded" in text(late)
    assert Submission.objects.get().values["revenue"] == {"value": "55"}


def test_a_file_of_another_period_or_organisation_is_refused_by_name(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    other = filled(client, page_of(city, period="2026-06"), J7=1)
    sent = client.post(f"{page}upload/", {"file": other})
    assert "The file is of another period: 2026-06, not 2026-07." in text(
        client.get(sent["Location"])
    )
    neighbour = browser(city.neighbour)
    assert neighbour.get(sent["Location"]).status_code == 403
    assert client.post(f"{page}upload/", {}).status_code == 422


def test_an_older_file_keeps_a_colleagues_work_and_asks_before_it_replaces_any(city: City) -> None:
    city.draft(revenue="40")
    client, page = browser(city.liaison), page_of(city)
    file = filled(client, page, J7=41)
    submission = Submission.objects.get()
    save_draft(
        submission.obligation_id,
        {"revenue": Entry("55", note="a colleague's")},
        revision=submission.revision,
        actor=city.liaison,
    )
    sent = client.post(f"{page}upload/", {"file": file})
    shown = client.get(sent["Location"])
    assert "Also replace 1 cell that somebody changed in the draft" in text(shown)
    revision, take = field(shown, "revision"), f"{sent['Location']}take/"
    assert client.post(take, {"revision": revision}).status_code == 302
    colleagues = {"value": "55", "note": "a colleague's"}
    submission.refresh_from_db()
    assert submission.values["revenue"] == colleagues
    revision = field(client.get(sent["Location"]), "revision")
    assert client.post(take, {"revision": revision, "over": "1"}).status_code == 302
    submission.refresh_from_db()
    assert submission.values["revenue"] == {**colleagues, "value": "41"}


def test_an_older_file_that_was_not_changed_has_nothing_to_take_over(city: City) -> None:
    city.draft(revenue="40")
    client, page = browser(city.liaison), page_of(city)
    file = filled(client, page)
    submission = Submission.objects.get()
    entries = {"revenue": Entry("55")}
    save_draft(submission.obligation_id, entries, revision=submission.revision, actor=city.liaison)
    sent = client.post(f"{page}upload/", {"file": file})
    shown = text(client.get(sent["Location"]))
    assert "Nothing was changed in the workbook that the draft does not hold already" in shown


def test_a_row_with_an_error_replaces_nothing_in_the_draft(city: City) -> None:
    """Neither what is no number nor what a rule refuses: the good rows alone are offered."""
    city.draft(revenue="84", trade="2")
    client, page = browser(city.liaison), page_of(city)
    for wrong in ("85家", -1):
        sent = client.post(f"{page}upload/", {"file": filled(client, page, J7=wrong, J8=3)})
        shown = client.get(sent["Location"])
        assert "Take 1 cell over into the draft" in text(shown)
        client.post(f"{sent['Location']}take/", {"revision": field(shown, "revision")})
        stored = Submission.objects.get().values
        assert (stored["revenue"], stored["trade"]) == ({"value": "84"}, {"value": "3"})
        made = Submission.objects.get()
        back = {"trade": Entry("2")}
        save_draft(made.obligation_id, back, revision=made.revision, actor=city.liaison)
