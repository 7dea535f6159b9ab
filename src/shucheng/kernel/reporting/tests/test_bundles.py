"""One workbook for several forms of a period: read and judged as each template, all or none."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from shucheng.kernel.observations.actions.metrics import import_metrics
from shucheng.kernel.reporting.actions.bundles import Filled, save_drafts
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.forms import generate_forms
from shucheng.kernel.reporting.actions.locks import close_period
from shucheng.kernel.reporting.actions.moves import submit
from shucheng.kernel.reporting.actions.obligations import open_obligations
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import Locked, Stale
from shucheng.kernel.reporting.models import Obligation, Submission
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City, metric
from shucheng.kernel.reporting.tests.test_web import browser, text

pytestmark = pytest.mark.django_db
BUNDLE = "/reporting/bundles/2026-07/"
FIRST, SECOND = "data-m-area", "industry-m-area"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def two(city: City) -> City:
    """The city where counties owe a second monthly form, with one more metric."""
    import_metrics([metric("deals", owner="data")], actor=SYSTEM)
    generate_forms(actor=SYSTEM, first="2026-05")
    open_obligations(actor=SYSTEM)
    return city


def owed(form: str, organisation: str = "tinghu", period: str = "2026-07") -> Obligation:
    return Obligation.objects.get(form__code=form, organisation__code=organisation, period=period)


def filled(client: Client, cells: Mapping[tuple[int, str], Any], **more: Any) -> Any:
    """The workbook as it is downloaded; (sheet, place) → what is typed there."""
    book = load_workbook(io.BytesIO(client.get(f"{BUNDLE}workbook.xlsx").content))
    for (sheet, place), value in cells.items():
        book.worksheets[sheet][place] = value
    for name in more.get("without", ()):
        del book[name]
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("filled.xlsx", out.getvalue())


def sent(client: Client, file: SimpleUploadedFile) -> str:
    answer = client.post(f"{BUNDLE}upload/", {"file": file})
    assert answer.status_code == 302, text(answer)
    return answer["Location"]


def revisions(**given: int) -> dict[str, str]:
    found = {f"revision-{owed(form).pk}": "0" for form in (FIRST, SECOND)}
    return {**found, **{f"revision-{owed(form).pk}": str(n) for form, n in given.items()}}


def test_it_holds_a_sheet_for_each_form_named_by_it(two: City) -> None:
    client = browser(two.liaison)
    shown = text(client.get("/reporting/"))
    assert "One workbook for several forms" in shown
    assert "2026-07 2 sheets" in shown
    answer = client.get(f"{BUNDLE}workbook.xlsx")
    assert "tinghu-2026-07.xlsx" in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    names = [page.title for page in book.worksheets if page.sheet_state == "visible"]
    assert len(names) == 2
    assert names[0].startswith("data")
    assert names[1].startswith("industry")
    assert all("2026-07" in name for name in names)


def test_every_sheet_becomes_its_own_draft(two: City) -> None:
    client = browser(two.liaison)
    page = sent(client, filled(client, {(0, "J7"): 7, (1, "J7"): 40.5, (1, "J8"): 2}))
    shown = text(client.get(page))
    assert "Take 2 sheets over into their drafts" in shown
    assert not Submission.objects.exists()
    assert client.post(f"{page}take/", revisions()).status_code == 302
    stored = {each.obligation.form.code: each.values for each in Submission.objects.all()}
    assert stored == {
        FIRST: {"deals": {"value": "7"}},
        SECOND: {"revenue": {"value": "40.5"}, "trade": {"value": "2"}},
    }
    again = text(client.get(sent(client, filled(client, {}))))
    assert "The workbook holds what the drafts hold already." in again


def test_problems_name_sheet_row_and_column_and_good_rows_are_taken_over(two: City) -> None:
    client = browser(two.liaison)
    save_draft(owed(FIRST).pk, {"deals": Entry("84")}, revision=0, actor=two.liaison)
    cells = {(0, "J7"): "a few", (1, "J7"): 4, (1, "J8"): -2}
    page = sent(client, filled(client, cells))
    shown = text(client.get(page))
    assert "Take 1 sheet over into its draft" in shown
    assert "data monthly figures o 2026-07 7 J Error deals: “a few” is not a number." in shown
    assert "8 J Error trade: -2 亿元 is below 0 亿元." in shown
    client.post(f"{page}take/", revisions())
    stored = Submission.objects.get(obligation=owed(SECOND)).values
    assert stored == {"revenue": {"value": "4"}}
    kept = Submission.objects.get(obligation=owed(FIRST)).values
    assert kept == {"deals": {"value": "84"}}, "what cannot be read replaces nothing"


def test_problems_are_told_from_top_to_bottom_whoever_found_them(two: City) -> None:
    client = browser(two.liaison)
    shown = text(client.get(sent(client, filled(client, {(1, "J7"): -4, (1, "J8"): "a few"}))))
    assert shown.index("7 J Error revenue") < shown.index("8 J Error trade")


def test_changes_that_are_not_written_out_are_counted(
    two: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shucheng.kernel.reporting.views.bundles.MOST_SHOWN", 1)
    client = browser(two.liaison)
    page = sent(client, filled(client, {(1, "J7"): 40.5, (1, "J8"): 2}))
    assert "1 more." in text(client.get(page))


def test_what_the_file_alone_warns_of_asks_for_no_reason(two: City) -> None:
    client = browser(two.liaison)
    file = filled(client, {(0, "J7"): 7})
    save_draft(owed(FIRST).pk, {"deals": Entry("84")}, revision=0, actor=two.liaison)
    shown = text(client.get(sent(client, file)))
    assert "Warning" in shown.split("What is wrong")[1]
    assert "needs a reason" not in shown


def test_all_drafts_are_stored_or_none(two: City) -> None:
    client = browser(two.liaison)
    page = sent(client, filled(client, {(0, "J7"): 7, (1, "J7"): 40}))
    client.get(page)
    save_draft(owed(SECOND).pk, {"trade": Entry("3")}, revision=0, actor=two.liaison)
    late = client.post(f"{page}take/", revisions())
    assert late.status_code == 409
    assert "Nothing of yours was stored." in text(late)
    assert not Submission.objects.filter(obligation=owed(FIRST)).exists()
    first = Filled(owed(FIRST).pk, {"deals": Entry("7")}, 0)
    second = Filled(owed(SECOND).pk, {"revenue": Entry("40")}, 0)
    with pytest.raises(Stale):
        save_drafts([first, second], actor=two.liaison)
    close_period("2026-07", "Final.", form=SECOND, actor=two.office)
    with pytest.raises(Locked):
        save_drafts([first, second], actor=two.liaison)
    assert not Submission.objects.filter(obligation=owed(FIRST)).exists()


def test_what_was_handed_in_meanwhile_is_left_out_and_said(two: City) -> None:
    client = browser(two.liaison)
    file = filled(client, {(0, "J7"): 7, (1, "J7"): 99, (1, "J8"): 9})
    values = {"revenue": Entry("40"), "trade": Entry("2")}
    made = save_draft(owed(SECOND).pk, values, revision=0, actor=two.liaison)
    submit(made.pk, made.revision, actor=two.liaison)
    page = sent(client, file)
    shown = text(client.get(page))
    assert "Left out, since it was handed in or closed meanwhile: industry" in shown
    client.post(f"{page}take/", revisions())
    assert Submission.objects.get(obligation=owed(FIRST)).values["deals"] == {"value": "7"}
    made.refresh_from_db()
    assert made.values["revenue"] == {"value": "40"}


def test_a_sheet_that_is_gone_leaves_its_task_as_it_is(two: City) -> None:
    client = browser(two.liaison)
    book = load_workbook(io.BytesIO(client.get(f"{BUNDLE}workbook.xlsx").content))
    name = book.worksheets[0].title
    page = sent(client, filled(client, {(1, "J7"): 40}, without=[name]))
    assert "not in this file" in text(client.get(page))
    client.post(f"{page}take/", revisions())
    assert Submission.objects.get().obligation == owed(SECOND)


def test_a_sheet_of_somebody_else_is_refused_by_name_and_takes_nothing_along(two: City) -> None:
    neighbour = browser(two.neighbour)
    file = filled(neighbour, {(0, "J7"): 7})
    client = browser(two.liaison)
    page = sent(client, file)
    shown = text(client.get(page))
    assert "The file is of another organisation (yandu)." in shown
    assert client.post(f"{page}take/", revisions()).status_code == 200
    assert not Submission.objects.exists()
    # And what one organisation sent is nobody else's to look at.
    assert neighbour.get(page).status_code in (403, 404)
    other = sent(client, SimpleUploadedFile("x.xlsx", filled(client, {}).read()))
    assert neighbour.post(f"{other}take/", revisions()).status_code in (403, 404)


def test_a_file_of_another_period_is_told(two: City) -> None:
    client = browser(two.liaison)
    answer = client.post(
        "/reporting/bundles/2026-06/upload/", {"file": filled(client, {(0, "J7"): 7})}
    )
    shown = text(client.get(answer["Location"]))
    assert "The file is of another period: 2026-07, not 2026-06." in shown


def test_what_is_no_workbook_or_no_file_is_told(two: City) -> None:
    client = browser(two.liaison)
    assert client.post(f"{BUNDLE}upload/", {}).status_code == 422
    book = filled(client, {})
    broken = SimpleUploadedFile("filled.xlsx", book.read()[:2000])
    answer = client.post(f"{BUNDLE}upload/", {"file": broken})
    assert answer.status_code in (302, 422)


def test_who_owes_nothing_then_gets_no_workbook(two: City) -> None:
    assert browser(two.office).get(f"{BUNDLE}workbook.xlsx").status_code == 403
    client = browser(two.liaison)
    assert client.get("/reporting/bundles/1999-01/workbook.xlsx").status_code == 404
    assert client.get("/reporting/bundles/nothing/upload/").status_code == 404


def test_one_form_alone_needs_no_bundle(city: City) -> None:
    assert "One workbook for several forms" not in text(browser(city.liaison).get("/reporting/"))
    # The workbook is there all the same: a sheet of its own.
    assert browser(city.liaison).get(f"{BUNDLE}workbook.xlsx").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_open_in_both_languages(two: City, language: str) -> None:
    client = browser(two.liaison)
    client.cookies["django_language"] = language
    assert client.get(f"{BUNDLE}upload/").status_code == 200
    page = sent(client, filled(client, {(0, "J7"): "x", (1, "J7"): 4}))
    assert client.get(page).status_code == 200
