"""Reporting by program: what is owed, a sheet, its draft with If-Match, handing in."""

import json
from typing import Any

import pytest
from django.test import Client

from shucheng.kernel.identity.actions.tokens import issue_token
from shucheng.kernel.identity.models import ApiToken, Membership
from shucheng.kernel.reporting.actions.locks import close_period
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City

pytestmark = pytest.mark.django_db


class Program:
    """A client with a token of one person."""

    def __init__(self, person_id: int, scope: str = ApiToken.Scope.WRITE) -> None:
        membership = Membership.objects.get(person=person_id)
        from dataclasses import replace

        _token, self.secret = issue_token(
            membership.pk, "test", actor=replace(SYSTEM, person_id=person_id), scope=scope
        )
        self.client = Client()

    def call(self, method: str, path: str, body: Any = None, revision: int | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        return self.client.generic(
            method,
            f"/api/v1/reporting{path}",
            json.dumps(body),
            content_type="application/json",
            headers=headers,
        )


def test_a_program_reports_from_what_is_owed_to_the_hand_in(city: City) -> None:
    program = Program(city.liaison.person_id)
    owed = program.call("GET", "/obligations?period=2026-07").json()
    assert [(each["form"], each["state"], each["overdue"]) for each in owed] == [
        ("industry-m-area", "open", True)
    ]
    at = f"/obligations/{owed[0]['id']}"
    sheet = program.call("GET", f"{at}/sheet").json()
    assert [cell["key"] for cell in sheet["cells"]] == ["revenue", "trade"]
    assert sheet["revision"] == 0
    half = {"entries": {"revenue": {"value": "40.5"}}}
    draft = program.call("PUT", f"{at}/draft", half, revision=0).json()
    refused = program.call("POST", f"/submissions/{draft['id']}/submit", {}, draft["revision"])
    assert refused.status_code == 422
    assert "trade" in refused.json()["fields"]
    rest = {"entries": {"trade": {"value": "2"}}}
    draft = program.call("PUT", f"{at}/draft", rest, revision=draft["revision"]).json()
    done = program.call("POST", f"/submissions/{draft['id']}/submit", {}, draft["revision"])
    assert (done.status_code, done.json()["state"], done.json()["level"]) == (
        200,
        "submitted",
        "department",
    )


def test_an_old_revision_changes_nothing(city: City) -> None:
    made = city.draft()
    program = Program(city.liaison.person_id)
    body = {"entries": {"revenue": {"value": "1"}}}
    old = program.call("PUT", f"/obligations/{made.obligation_id}/draft", body, revision=0)
    assert old.status_code == 409
    assert city.liaison.name in old.json()["title"]
    assert Submission.objects.get().values["revenue"]["value"] == "40"
    none = program.call("PUT", f"/obligations/{made.obligation_id}/draft", body)
    assert none.status_code == 422


def test_another_organisations_draft_is_neither_shown_nor_written(city: City) -> None:
    made = city.draft()
    program = Program(city.neighbour.person_id)
    sheet = program.call("GET", f"/obligations/{made.obligation_id}/sheet").json()
    assert (sheet["submission"], sheet["revision"]) == (None, 0)
    assert sheet["obligation"]["state"] == "open"
    assert all(cell["given"] is None for cell in sheet["cells"])
    body: dict[str, Any] = {"entries": {}}
    put = program.call("PUT", f"/obligations/{made.obligation_id}/draft", body, revision=2)
    assert put.status_code == 403


def test_a_closed_period_answers_423_with_the_reason(city: City) -> None:
    close_period("2026-07", "The briefing is out.", actor=city.office)
    program = Program(city.liaison.person_id)
    body = {"entries": {"revenue": {"value": "1"}}}
    answer = program.call("PUT", f"/obligations/{city.owed().pk}/draft", body, revision=0)
    assert answer.status_code == 423
    assert "The briefing is out." in answer.json()["title"]


def test_a_token_that_only_reads_writes_nothing(city: City) -> None:
    program = Program(city.liaison.person_id, ApiToken.Scope.READ)
    body = {"entries": {"revenue": {"value": "1"}}}
    answer = program.call("PUT", f"/obligations/{city.owed().pk}/draft", body, revision=0)
    assert answer.status_code == 403


def test_the_interface_is_documented(city: City) -> None:
    described = Client().get("/api/v1/openapi.json")
    if described.status_code != 200:
        program = Program(city.liaison.person_id)
        described = program.client.get(
            "/api/v1/openapi.json", headers={"Authorization": f"Bearer {program.secret}"}
        )
    paths = described.json()["paths"]
    put = paths["/api/v1/reporting/obligations/{obligation_id}/draft"]["put"]
    assert "If-Match" in [each["name"] for each in put["parameters"]]


@pytest.mark.parametrize("revision", ["9" * 5000, "１２", "²", "-1", "1.0"])
def test_a_revision_is_a_whole_number(city: City, revision: str) -> None:
    program = Program(city.liaison.person_id)
    program.client.raise_request_exception = False
    headers = {"Authorization": f"Bearer {program.secret}", "If-Match": revision}
    answer = program.client.generic(
        "PUT",
        f"/api/v1/reporting/obligations/{city.owed().pk}/draft",
        '{"entries": {}}',
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "reporting.revision_invalid"


@pytest.mark.parametrize(
    ("note", "status"),
    [
        (r'"\ud800"', 400),
        (r'"\udc00\ud800"', 400),
        (r'"\\\ud800"', 400),
        (b'"\xed\xa0\x80"', 400),
        (r'"\ud83d\ude00"', 200),
        (r'"\\ud800"', 200),
        ('"😀"', 200),
    ],
)
def test_half_a_character_is_refused_and_a_whole_one_kept(
    city: City, note: str | bytes, status: int
) -> None:
    program = Program(city.liaison.person_id)
    program.client.raise_request_exception = False
    bare = note if isinstance(note, bytes) else note.encode()
    answer = program.client.generic(
        "PUT",
        f"/api/v1/reporting/obligations/{city.owed().pk}/draft",
        b'{"entries": {"revenue": {"value": "1", "note": ' + bare + b"}}}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.secret}", "If-Match": "0"},
    )
    assert answer.status_code == status
    assert Submission.objects.count() == (status == 200)
