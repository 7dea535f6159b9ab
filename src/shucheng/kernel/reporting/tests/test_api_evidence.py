"""Reporting by program beyond the figures: evidence, what was returned, corrections, extensions."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.identity.models import ApiToken
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.reporting.actions.locks import close_period
from shucheng.kernel.reporting.actions.moves import approve, return_submission
from shucheng.kernel.reporting.models import ExtensionEvent, Submission
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_api import Program

pytestmark = pytest.mark.django_db
LIST = ("名单.csv", "企业,数\n甲,1\n".encode())


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def send(program: Program, obligation: int, *files: tuple[str, bytes], revision: int = 0) -> Any:
    return program.client.post(
        f"/api/v1/reporting/obligations/{obligation}/evidence",
        {"file": [SimpleUploadedFile(*each) for each in files]},
        headers={"Authorization": f"Bearer {program.secret}", "If-Match": str(revision)},
    )


def approved(city: City, submission: int) -> Submission:
    made = Submission.objects.get(pk=submission)
    for who in (city.department, city.office):
        made = approve(made.pk, made.revision, actor=who)
    return made


def test_a_program_reports_with_evidence_mends_what_is_returned_and_corrects(city: City) -> None:
    program, owed = Program(city.liaison.person_id), city.owed().pk
    at = f"/obligations/{owed}"
    body: dict[str, Any] = {"entries": {"revenue": {"value": "40"}, "trade": {"value": "2"}}}
    draft = program.call("PUT", f"{at}/draft", body, revision=0).json()
    draft = send(program, owed, LIST, ("说明.txt", b"how"), revision=draft["revision"]).json()
    kept = program.call("GET", f"{at}/evidence").json()
    assert [(each["name"], each["kind"], each["size"]) for each in kept] == [
        ("名单.csv", "csv", len(LIST[1])),
        ("说明.txt", "txt", 3),
    ]
    gone = f"/submissions/{draft['id']}/evidence/{kept[1]['id']}"
    draft = program.call("DELETE", gone, revision=draft["revision"]).json()
    assert [each["name"] for each in program.call("GET", f"{at}/evidence").json()] == ["名单.csv"]
    step = f"/submissions/{draft['id']}/submit"
    sent = program.call("POST", step, {}, draft["revision"]).json()

    return_submission(sent["id"], sent["revision"], "See firm 甲.", actor=city.department)
    sheet = program.call("GET", f"{at}/sheet").json()
    assert (sheet["obligation"]["state"], sheet["returned_because"]) == ("returned", "See firm 甲.")
    body = {"entries": {"revenue": {"value": "41"}}}
    draft = program.call("PUT", f"{at}/draft", body, revision=sheet["revision"]).json()
    program.call("POST", step, {}, draft["revision"])
    approved(city, draft["id"])
    sheet = program.call("GET", f"{at}/sheet").json()
    assert (sheet["obligation"]["state"], sheet["returned_because"]) == ("published", "")

    again = program.call("POST", f"{at}/correction", {"reason": "A firm twice."}).json()
    assert (again["number"], again["state"]) == (2, "draft")
    body = {"entries": {"revenue": {"value": "39.5"}}}
    again = program.call("PUT", f"{at}/draft", body, revision=again["revision"]).json()
    again = send(program, owed, LIST, revision=again["revision"]).json()
    program.call("POST", f"/submissions/{again['id']}/submit", {}, again["revision"])
    approved(city, again["id"])
    rows = Observation.objects.filter(metric_version__metric__code="revenue").order_by("id")
    assert [row.value for row in rows] == [Decimal(41), Decimal("39.5")]
    assert [row.evidence.name for row in rows if row.evidence] == ["名单.csv", "名单.csv"]


def test_files_are_kept_all_or_none_and_only_at_the_revision_that_was_seen(city: City) -> None:
    program, owed = Program(city.liaison.person_id), city.owed().pk
    dangerous = ("名单.csv", b"MZ\x90\x00" + bytes(64))
    refused = send(program, owed, LIST, dangerous)
    assert (refused.status_code, refused.json()["code"]) == (422, "files.kind")
    empty = send(program, owed, ("a.txt", b""))
    assert (empty.status_code, empty.json()["code"]) == (422, "files.empty")
    assert send(program, owed).status_code == 422, "no file"
    assert (StoredFile.objects.count(), Submission.objects.count()) == (0, 0)
    made = send(program, owed, LIST).json()
    late = send(program, owed, LIST, revision=made["revision"] - 1)
    assert (late.status_code, late.json()["code"]) == (409, "reporting.stale")
    (file,) = program.call("GET", f"/obligations/{owed}/evidence").json()
    gone = f"/submissions/{made['id']}/evidence/{file['id']}"
    assert program.call("DELETE", gone, revision=made["revision"] - 1).status_code == 409
    assert program.call("DELETE", gone).status_code == 422, "no If-Match"
    missing = f"/submissions/{made['id']}/evidence/{file['id'] + 1}"
    assert program.call("DELETE", missing, revision=made["revision"]).status_code == 404
    close_period("2026-07", "The briefing is out.", actor=city.office)
    assert send(program, owed, LIST, revision=made["revision"]).status_code == 423
    assert program.call("DELETE", gone, revision=made["revision"]).status_code == 423
    assert StoredFile.objects.count() == 1
    assert Submission.objects.get().evidence.count() == 1


def test_another_organisations_evidence_is_neither_shown_nor_changed(city: City) -> None:
    program, other = Program(city.liaison.person_id), Program(city.neighbour.person_id)
    owed = city.owed().pk
    made = send(program, owed, LIST).json()
    assert other.call("GET", f"/obligations/{owed}/evidence").json() == []
    assert send(other, owed, LIST, revision=made["revision"]).status_code == 403
    (file,) = program.call("GET", f"/obligations/{owed}/evidence").json()
    gone = f"/submissions/{made['id']}/evidence/{file['id']}"
    assert other.call("DELETE", gone, revision=made["revision"]).status_code == 403
    reader = Program(city.liaison.person_id, ApiToken.Scope.READ)
    assert send(reader, owed, LIST, revision=made["revision"]).status_code == 403
    assert Submission.objects.get().evidence.count() == 1
    assert StoredFile.objects.count() == 1


def test_a_correction_needs_something_published_a_reason_and_its_own_organisation(
    city: City,
) -> None:
    program, other = Program(city.liaison.person_id), Program(city.neighbour.person_id)
    at = f"/obligations/{city.owed().pk}/correction"
    early = program.call("POST", at, {"reason": "A firm twice."})
    assert (early.status_code, early.json()["code"]) == (422, "reporting.nothing_published")
    city.published()
    assert program.call("POST", at, {"reason": " "}).json()["code"] == "reporting.reason_missing"
    assert other.call("POST", at, {"reason": "Not mine."}).status_code == 403
    assert Submission.objects.count() == 1
    assert program.call("POST", at, {"reason": "A firm twice."}).status_code == 200
    twice = program.call("POST", at, {"reason": "Once more."})
    assert (twice.status_code, Submission.objects.count()) == (422, 2)


def test_an_extension_is_asked_for_by_one_program_and_decided_by_another(city: City) -> None:
    program, other = Program(city.liaison.person_id), Program(city.neighbour.person_id)
    office = Program(city.office.person_id)
    at = f"/obligations/{city.owed().pk}"
    wanted = {"until": "2026-08-31", "reason": "Firms are late."}
    assert other.call("POST", f"{at}/extension", wanted).status_code == 403
    day_off = program.call("POST", f"{at}/extension", {**wanted, "until": "2026-08-29"})
    assert day_off.json()["code"] == "reporting.extension_no_working_day"
    assert set(day_off.json()["fields"]) == {"until"}
    assert program.call("POST", f"{at}/extension", {**wanted, "until": "soon"}).status_code == 422
    asked = program.call("POST", f"{at}/extension", wanted).json()
    assert (asked["kind"], asked["until"], asked["by"]) == (
        "asked",
        "2026-08-31",
        city.liaison.name,
    )
    assert program.call("GET", "/extensions").json() == []
    (waiting,) = office.call("GET", "/extensions").json()
    assert (waiting["id"], waiting["obligation"]) == (asked["id"], city.owed().pk)
    decision = f"/extensions/{asked['id']}/decision"
    assert program.call("POST", decision, {"granted": True}).status_code == 403
    no_reason = office.call("POST", decision, {"granted": False})
    assert no_reason.json()["code"] == "reporting.reason_missing"
    granted = office.call("POST", decision, {"granted": True})
    assert (granted.status_code, granted.json()["kind"]) == (200, "granted")
    assert office.call("POST", decision, {"granted": True}).status_code == 409
    owed = program.call("GET", "/obligations?period=2026-07").json()
    assert owed[0]["due_on"] == "2026-08-31"
    assert ExtensionEvent.objects.count() == 2
