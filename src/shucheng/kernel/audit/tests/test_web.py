"""Auditors search and export; nobody else reads the log."""

import json

import pytest
from tests.append_only import lifted
from tests.records import an_actor, make_organisation, signed_in

from shucheng.kernel.actor import Role
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def write() -> None:
    bureau = make_organisation(name="市数据局")
    record(
        "plan.version.published",
        bureau,
        actor=an_actor(Role.PLAN_OFFICE, organisation=bureau),
        before={"state": "review"},
        after={"state": "published"},
    )
    record("identity.sign_in.failed", None, actor=an_actor(), success=False, error_code="x.y")


def test_an_auditor_finds_an_entry_and_reads_what_changed() -> None:
    write()
    browser = signed_in(Role.AUDITOR)
    page = browser.get("/audit/", {"code": "plan.", "person": "数据局"}).content.decode()
    assert "plan.version.published" in page
    assert "identity.sign_in.failed" not in page
    entry = AuditEntry.objects.get(code="plan.version.published")
    page = browser.get(f"/audit/{entry.sequence}/").content.decode()
    assert "review" in page
    assert "published" in page
    assert entry.hash in page


def test_refusals_can_be_looked_for_alone() -> None:
    write()
    page = signed_in(Role.AUDITOR).get("/audit/", {"outcome": "refused"}).content.decode()
    assert "identity.sign_in.failed" in page
    assert "plan.version.published" not in page


def test_a_day_that_is_none_is_explained() -> None:
    answer = signed_in(Role.AUDITOR).get("/audit/", {"first_day": "yesterday"})
    assert answer.status_code == 422
    assert "2026-09-30" in answer.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_nobody_else_reads_the_log_not_even_an_administrator(role: Role) -> None:
    write()
    browser = signed_in(role)
    first = AuditEntry.objects.order_by("sequence").first()
    assert first is not None
    for address in ("/audit/", f"/audit/{first.sequence}/", "/audit/chain/"):
        assert browser.get(address).status_code in (403, 302), address


def test_the_chain_page_names_the_first_broken_entry() -> None:
    write()
    browser = signed_in(Role.AUDITOR)
    assert "notice-good" in browser.get("/audit/chain/?check=1").content.decode()
    with lifted():
        AuditEntry.objects.filter(code="plan.version.published").update(person_name="x")
    page = browser.get("/audit/chain/?check=1").content.decode()
    assert "notice-bad" in page
    assert "changed" in page


def test_what_was_found_is_exported_and_the_export_is_itself_an_entry() -> None:
    write()
    answer = signed_in(Role.AUDITOR).post("/audit/export/", {"code": "plan."})
    lines = [json.loads(line) for line in answer.content.decode().splitlines()]
    assert [line.get("code") for line in lines] == ["plan.version.published", None]
    assert lines[-1]["statement"]["entries"] == 1
    assert "attachment" in answer["Content-Disposition"]
    last = AuditEntry.objects.order_by("sequence").last()
    assert last is not None
    assert (last.code, json.loads(last.facts)) == ("data.exported", {"rows": 1})


def test_the_list_goes_on_where_the_page_ended() -> None:
    for number in range(60):
        record("test.thing.done", ("thing", str(number), "thing"), actor=an_actor())
    browser = signed_in(Role.AUDITOR)
    first = browser.get("/audit/", {"code": "test."})
    assert len(first.context["entries"]) == 50
    second = browser.get(f"/audit/?{first.context['older']}")
    assert [entry.object_id for entry in second.context["entries"]] == [
        str(number) for number in range(9, -1, -1)
    ]


def test_codes_are_said_in_words_and_what_is_empty_is_left_out() -> None:
    bureau = make_organisation(name="市数据局")
    record(
        "identity.organisation.changed",
        bureau,
        actor=an_actor(Role.PLAN_OFFICE, organisation=bureau),
        before={"kind": "department"},
        after={"kind": "centre"},
        details={"role": "liaison"},
        comment="",
        files=0,
        period=None,
    )
    entry = AuditEntry.objects.get(code="identity.organisation.changed")
    page = signed_in(Role.AUDITOR).get(f"/audit/{entry.sequence}/").content.decode()
    kinds = dict(bureau._meta.get_field("kind").flatchoices)
    assert str(kinds["department"]) in page
    assert str(kinds["centre"]) in page
    assert ">centre<" not in page
    assert "联络员" in page
    for left_out in ("details", "comment", "period"):
        assert f'title="{left_out}"' not in page
    assert "文件数" in page, "none is a fact"
