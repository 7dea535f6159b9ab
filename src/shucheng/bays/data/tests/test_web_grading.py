"""The pages of grading: who sees which fields, deciding for many, rules in two steps."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from shucheng.bays.data.actions.grading import grade_resources
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.grading import GradeDecision, GradeProposal, RulesProposal
from shucheng.bays.data.queries.data_files import samples_of
from shucheng.bays.data.queries.grading_rules import texts_in_force
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import PEOPLE, resource, with_file
from shucheng.kernel.public import Actor, Person

HOME, RULES = reverse("data:grading"), reverse("data:grading_rules")
NAMES = ("holder", "reviewer", "other", "bureau", "second", "leader", "operator", "auditor")


@pytest.fixture
def browsers(cast: Cast, second_bureau: Actor, settings: Any) -> dict[str, Client]:
    settings.REQUIRE_SECOND_FACTOR = False
    found = {}
    for name in NAMES:
        actor: Actor = second_bureau if name == "second" else getattr(cast, name)
        found[name] = Client()
        found[name].force_login(Person.objects.get(pk=actor.person_id))
    return found


@pytest.fixture
def graded(cast: Cast) -> Resource:
    made = resource(cast.holder, "RES-1", *PEOPLE, title="居民信息")
    resource(cast.other, "RES-2", "zhenduan:诊断", title="门诊记录")
    grade_resources(actor=cast.bureau)
    return made


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def keys(of: Resource) -> list[str]:
    rows = GradeProposal.objects.filter(field__resource=of)
    return [f"{row.field_id}:{row.digest}" for row in rows]


def test_a_department_sees_its_own_fields_and_the_bureau_all(
    browsers: dict[str, Client], graded: Resource
):
    assert "居民信息" in text(browsers["holder"], HOME)
    assert "门诊记录" not in text(browsers["holder"], HOME)
    assert "门诊记录" not in text(browsers["holder"], reverse("data:grading_csv"))
    for name in ("bureau", "auditor", "leader"):
        assert "门诊记录" in text(browsers[name], HOME)
    assert browsers["operator"].get(HOME).status_code == 403
    assert browsers["operator"].get(reverse("data:grading_csv")).status_code == 403


def test_the_market_sees_the_grade_and_ways_of_what_is_listed_and_no_field(
    browsers: dict[str, Client], graded: Resource
):
    page = reverse("data:grading_resource", args=["RES-1"])
    with override("zh-hans"):
        seen = text(browsers["operator"], page)
    assert "sfzh" not in seen
    assert "GR-GEN-02" in seen
    assert "sfzh" in text(browsers["holder"], page)
    assert "sfzh" not in text(browsers["other"], page)
    Resource.objects.update(state=Resource.State.DRAFT)
    assert browsers["operator"].get(page).status_code == 404
    assert browsers["other"].get(page).status_code == 404
    assert browsers["holder"].get(page).status_code == 200


def test_no_page_shows_a_value_that_is_not_masked(
    browsers: dict[str, Client], cast: Cast, tmp_path: Path
):
    made = resource(cast.holder, "RES-1", "bz:备注", title="备注表")
    with_file(made, "SELECT '13912345678' AS bz FROM range(50)", tmp_path)
    grade_resources(actor=cast.bureau, samples=samples_of)
    shown = text(browsers["bureau"], HOME) + text(
        browsers["bureau"], reverse("data:grading_resource", args=["RES-1"])
    )
    assert "13912345678" not in shown
    assert "13*********" in shown or "139********" in shown
    assert "50" in shown


def test_the_workbench_is_filtered_by_what_is_asked(browsers: dict[str, Client], graded: Resource):
    bureau = browsers["bureau"]
    for asked, here, gone in (
        ("holder=ORG-M", "sfzh", "zhenduan"),
        ("category=health", "zhenduan", "sfzh"),
        ("grade=general_1", "nd", "sfzh"),
        ("q=门诊", "zhenduan", "sfzh"),
        ("q=身份证", "sfzh", "xingming"),
        ("state=decided", "", "sfzh"),
        ("low=1&page=99", "", "zhenduan"),
    ):
        seen = "".join(text(bureau, f"{HOME}?{asked}").split())
        assert not here or f">{here}<" in seen, asked
        assert f">{gone}<" not in seen, asked


def test_a_reviewer_accepts_many_and_decides_one_otherwise_with_a_reason(
    browsers: dict[str, Client], graded: Resource
):
    reviewer = browsers["reviewer"]
    marked = keys(graded)
    answer = reviewer.post(
        HOME, {"what": "change", "field": marked[:1], "grade": "general_4", "reason": ""}
    )
    assert answer.status_code == 422
    assert f'value="{marked[0]}"' in answer.content.decode()
    assert "checked" in answer.content.decode()
    sent = {"what": "change", "field": marked[:1], "grade": "general_4", "reason": "从严"}
    assert reviewer.post(HOME, sent).status_code == 302
    assert reviewer.post(HOME, {"what": "accept_all", "shown": marked[1:]}).status_code == 302
    assert GradeDecision.objects.count() == 4
    graded.refresh_from_db()
    assert graded.grade == "general_4"
    page = reverse("data:grading_resource", args=["RES-1"])
    assert "从严" in text(reviewer, page)


def test_who_may_not_decide_is_not_offered_it_and_is_refused(
    browsers: dict[str, Client], graded: Resource
):
    assert 'value="accept"' not in text(browsers["holder"], HOME)
    for name in ("holder", "other", "auditor", "leader", "operator"):
        answer = browsers[name].post(HOME, {"what": "accept", "field": keys(graded)})
        assert answer.status_code == 403, name
    assert not GradeDecision.objects.exists()


def test_rules_are_shown_with_what_they_change_then_proposed_then_published_by_another(
    browsers: dict[str, Client], graded: Resource
):
    _number, texts = texts_in_force()
    harsher = texts["categories"].replace(
        "en: Telephone number, subject: person, impact: [personal, serious]",
        "en: Telephone number, subject: person, impact: [personal, extremely_serious]",
    )
    file = SimpleUploadedFile("categories.yaml", harsher.encode())
    with override("en"):
        shown = browsers["bureau"].post(RULES, {"what": "show", "files": [file]})
    assert shown.status_code == 200
    assert "text_categories" in shown.content.decode()
    sent = {"what": "propose", "number": 0, "text_categories": harsher, "reason": "试行"}
    assert browsers["bureau"].post(RULES, sent).status_code == 302
    found = RulesProposal.objects.get()
    decide = {"what": "publish", "proposal": found.pk, "revision": 0, "reason": "同意"}
    assert browsers["bureau"].post(RULES, decide).status_code == 403
    assert "试行" in text(browsers["second"], RULES)
    assert browsers["second"].post(RULES, decide).status_code == 302
    assert texts_in_force()[0] == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("other.yaml", b"x"), ("levels.yaml", b"\xff\xfe\xff"), ("levels.yaml", b"version: [")],
)
def test_a_wrong_rule_file_is_refused_beside_its_field(
    browsers: dict[str, Client], name: str, content: bytes
):
    file = SimpleUploadedFile(name, content)
    answer = browsers["bureau"].post(RULES, {"what": "show", "files": [file]})
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()


def test_the_rules_are_the_bureaus(browsers: dict[str, Client]):
    for name in ("holder", "reviewer", "operator", "auditor", "leader"):
        assert browsers[name].get(RULES).status_code == 403
        assert browsers[name].post(RULES, {"what": "show"}).status_code == 403


def test_an_empty_workbench_says_what_will_be_here(browsers: dict[str, Client]):
    assert 'class="empty"' in text(browsers["holder"], HOME)


def test_programs_read_the_grade_as_the_pages_show_it(
    browsers: dict[str, Client], graded: Resource
):
    base = "/api/v1/data"
    told = browsers["operator"].get(f"{base}/grades/RES-1").json()
    assert (told["grade"], told["decided"]) == ("general_3", False)
    assert "download" not in {each["mode"] for each in told["modes"]}
    assert "api" in {each["mode"] for each in told["modes"]}
    assert browsers["operator"].get(f"{base}/quality/RES-1").status_code == 403
    assert browsers["holder"].get(f"{base}/quality/RES-1").json()["score"] is None
    assert browsers["holder"].get(f"{base}/quality/RES-2").status_code == 404
    assert browsers["operator"].get(f"{base}/certificates").json() == []
