"""Evidence files: part of what is approved, and found again from the published figure."""

import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shucheng.kernel.actor import Role
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.files.actions import store_file
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.queries import may_open
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.reporting.access import FILES
from shucheng.kernel.reporting.actions.drafts import (
    add_evidence,
    attach_evidence,
    detach_evidence,
    save_draft,
)
from shucheng.kernel.reporting.actions.locks import close_period
from shucheng.kernel.reporting.actions.moves import approve, submit
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.errors import Locked, MoveImpossible, Stale
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_web import browser, page_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(city: City) -> StoredFile:
    content = "企业,数\n甲,1\n".encode()
    return store_file("list.csv", content, actor=city.liaison, room=FILES)


def test_evidence_goes_along_to_the_published_figure(city: City, file: StoredFile) -> None:
    made = city.draft()
    made = attach_evidence(made.obligation_id, file.pk, revision=made.revision, actor=city.liaison)
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        made = step(made.pk, made.revision, actor=who)
    row = Observation.objects.filter(metric_version__metric__code="revenue").get()
    assert row.evidence_id == file.pk
    assert row.lineage["evidence"] == [file.pk]


def test_a_file_begins_a_draft_and_is_part_of_what_is_reviewed(
    city: City, file: StoredFile
) -> None:
    made = attach_evidence(city.owed().pk, file.pk, revision=0, actor=city.liaison)
    assert made.state == "draft"
    with pytest.raises(Stale):
        detach_evidence(made.pk, file.pk, revision=made.revision - 1, actor=city.liaison)
    made = detach_evidence(made.pk, file.pk, revision=made.revision, actor=city.liaison)
    assert list(made.evidence.all()) == []
    assert StoredFile.objects.filter(pk=file.pk).exists()


def test_what_is_handed_in_gets_no_other_evidence(city: City, file: StoredFile) -> None:
    made = city.handed_in()
    with pytest.raises(MoveImpossible):
        attach_evidence(made.obligation_id, file.pk, revision=made.revision, actor=city.liaison)


def test_a_file_of_another_organisation_is_not_there(city: City, file: StoredFile) -> None:
    with pytest.raises(NotFound):
        attach_evidence(city.owed("yandu").pk, file.pk, revision=0, actor=city.neighbour)


def test_what_is_sent_in_is_opened_by_whom_its_values_are_shown_to(
    city: City, file: StoredFile
) -> None:
    """By its address among all files as well, whose numbers are easily guessed."""
    over = {city.reporter.organisation_id or 0, city.liaison.organisation_id or 0}
    readers = {
        "liaison": city.liaison,
        "neighbour": city.neighbour,
        "above": replace(city.reporter, organisation_ids=frozenset(over)),
        "department": city.department,
        "office": city.office,
        "leader": replace(city.office, person_id=None, roles=frozenset({Role.LEADER})),
    }

    def opened() -> set[str]:
        return {name for name, actor in readers.items() if may_open(file, actor)}

    assert opened() == {"liaison"}, "a workbook that was sent, or a file that is kept"
    made = city.draft()
    made = attach_evidence(made.obligation_id, file.pk, revision=made.revision, actor=city.liaison)
    assert opened() == {"liaison"}, "a draft's"
    made = submit(made.pk, made.revision, actor=city.liaison)
    assert opened() == {"liaison", "department", "office"}, "under review"
    for who in (city.department, city.office):
        made = approve(made.pk, made.revision, actor=who)
    assert opened() == set(readers) - {"neighbour"}, "published"


def test_of_several_files_all_are_added_or_none(city: City) -> None:
    good = ("list.csv", "企业,数\n甲,1\n".encode())
    owed = city.owed().pk
    with pytest.raises(Invalid):
        add_evidence(owed, [good, ("empty.csv", b"")], revision=0, actor=city.liaison)
    assert (StoredFile.objects.count(), Submission.objects.count()) == (0, 0)
    made = add_evidence(owed, [good, ("other.csv", good[1])], revision=0, actor=city.liaison)
    assert made.evidence.count() == 2
    with pytest.raises(Stale):
        add_evidence(owed, [good], revision=made.revision - 1, actor=city.liaison)
    with pytest.raises(Forbidden):
        add_evidence(owed, [good], revision=made.revision, actor=city.neighbour)
    close_period("2026-07", "Done.", actor=city.office)
    with pytest.raises(Locked):
        add_evidence(owed, [good], revision=made.revision, actor=city.liaison)
    assert StoredFile.objects.count() == 2, "nothing is kept of what is refused"


def test_on_the_page_as_well(city: City) -> None:
    client, page = browser(city.liaison), page_of(city)
    files = [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"")]
    sent = client.post(f"{page}evidence/", {"revision": "0", "file": files})
    assert sent.status_code == 422
    assert (StoredFile.objects.count(), Submission.objects.count()) == (0, 0)
    other = browser(city.neighbour)
    files = [SimpleUploadedFile("a.txt", b"a")]
    sent = other.post(f"{page}evidence/", {"revision": "0", "file": files})
    assert sent.status_code == 403
    assert StoredFile.objects.count() == 0


def test_every_file_is_named_where_the_figure_is_explained(city: City) -> None:
    rows = [(f"{name}.csv", "企业,数\n甲,1\n".encode()) for name in ("list", "other")]
    made = add_evidence(city.owed().pk, rows, revision=0, actor=city.liaison)
    entries = {"revenue": Entry("40"), "trade": Entry("2")}
    made = save_draft(made.obligation_id, entries, revision=made.revision, actor=city.liaison)
    for who, step in ((city.liaison, submit), (city.department, approve), (city.office, approve)):
        made = step(made.pk, made.revision, actor=who)
    row = Observation.objects.filter(metric_version__metric__code="revenue").get()
    shown = browser(city.office).get(f"/data/observations/{row.pk}/")
    assert {"list.csv", "other.csv"} <= set(text(shown).split())
    assert f'href="/reporting/tasks/{made.obligation_id}/"' in shown.content.decode()
    assert not re.search(r"\b(submission|event|evidence) \[?\d", text(shown)), "no bare numbers"
