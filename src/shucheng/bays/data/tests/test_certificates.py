"""Certificates are issued on what was graded, checked of late and mended; and stay as they were."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shucheng.bays.data.actions.certificates import Measured, issue_certificate
from shucheng.bays.data.actions.grading import Answer, decide_grades, grade_resources
from shucheng.bays.data.actions.quality import check_quality, set_quality_rules
from shucheng.bays.data.engine.quality.croissant import faults
from shucheng.bays.data.engine.quality.datasheet import datasheet
from shucheng.bays.data.models.catalogue import Lineage, Resource
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.models.quality import Certificate
from shucheng.bays.data.queries.certificates import Counted, count_certificates, hindrances
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import add_fields, resource, with_file
from shucheng.bays.data.tests.test_web_grading import browsers
from shucheng.kernel.public import Forbidden, Invalid, NotFound

__all__ = ["browsers"]

RULES = "version: '1'\nrules: [{code: n, dimension: completeness, check: present, fields: [qymc]}]"
ANSWERS = {each.code: f"答{each.code}" for each in datasheet().questions}
MEASURED = [Measured("F1", 0.91, "", "随机留出两成, 三次平均")]
ROWS = "SELECT '企业' || i AS qymc, 2025 AS nd FROM range(10) t(i)"


def decided(cast: Cast) -> None:
    grade_resources(actor=cast.bureau)
    open_ = GradeProposal.objects.exclude(state=GradeProposal.State.DECIDED)
    decide_grades([Answer(row.field_id, row.digest) for row in open_], actor=cast.bureau)


def ready(cast: Cast, tmp_path: Path, code: str = "RES-1") -> Resource:
    made = resource(cast.holder, code, "qymc:企业名称", "nd:年度", title="企业名录")
    with_file(made, ROWS, tmp_path)
    decided(cast)
    set_quality_rules(code, RULES, number=0, actor=cast.holder)
    check_quality(code, actor=cast.holder)
    return made


def issue(cast: Cast, code: str = "RES-1", **more: Any) -> Certificate:
    more.setdefault("answers", ANSWERS)
    more.setdefault("measured", MEASURED)
    more.setdefault("licence", "CC-BY-4.0")
    return issue_certificate(code, actor=more.pop("actor", cast.bureau), **more)


def test_a_certificate_says_what_was_there_that_day_and_leaves_a_leaf(cast: Cast, tmp_path: Path):
    made = ready(cast, tmp_path)
    origin = resource(cast.other, "RES-0", title="登记底账")
    Lineage.objects.create(target=made, origin=origin, by="x")
    found = issue(cast, scenario="信贷风控")
    assert found.code == f"CRT-{timezone.localdate().year}-000001"
    assert found.hash.startswith("sm3:")
    assert len(found.hash) == 68
    content = made.source.file.read() if made.source and made.source.file else b""
    file = found.croissant["distribution"][0]
    assert file["sha256"] == hashlib.sha256(content).hexdigest() == found.check_of.version
    assert faults(found.croissant) == []
    assert found.croissant["isBasedOn"] == ["RES-0 登记底账"]
    assert [each["name"] for each in found.croissant["recordSet"][0]["field"]] == ["qymc", "nd"]
    assert found.benchmark["measured"][0]["value"] == 0.91
    leaf = EvidenceEvent.objects.get(kind="certificate.issued")
    assert (leaf.about, leaf.content["data"]) == (found.code, found.hash)


def test_only_what_is_graded_checked_of_late_and_mended_is_certified(cast: Cast, tmp_path: Path):
    made = resource(cast.holder, "RES-1", "qymc:企业名称", state=Resource.State.DRAFT)
    assert hindrances(made) == ["not-listed", "no-data", "not-graded", "not-checked"]
    with_file(made, ROWS.replace("'企业' || i", "NULL::VARCHAR"), tmp_path)
    Resource.objects.update(state=Resource.State.LISTED)
    decided(cast)
    made.refresh_from_db()
    check_quality("RES-1", actor=cast.holder)
    assert hindrances(made) == ["no-rules"]
    set_quality_rules("RES-1", RULES, number=0, actor=cast.holder)
    check_quality("RES-1", actor=cast.holder)
    assert hindrances(made) == ["defects"]
    with_file(made, ROWS, tmp_path)
    assert hindrances(made) == ["other-version", "defects"]
    old = timezone.localdate().replace(year=2020)
    check_quality("RES-1", as_of=old, actor=cast.holder)
    assert hindrances(made) == ["not-recent"]
    with pytest.raises(Invalid):
        issue(cast)
    check_quality("RES-1", actor=cast.holder)
    assert hindrances(made) == []
    add_fields(made, "new")
    assert hindrances(made) == ["not-graded"]
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"licence": " "}, "licence"),
        ({"measured": []}, "measured"),
        ({"answers": {**ANSWERS, "purpose": " "}}, "answer_purpose"),
    ],
)
def test_what_is_missing_is_named(cast: Cast, tmp_path: Path, more: dict[str, Any], field: str):
    ready(cast, tmp_path)
    with pytest.raises(Invalid) as refused:
        issue(cast, **more)
    assert set(refused.value.fields) == {field}


def test_certificates_are_the_bureaus_and_count_by_dataset_and_scenario(cast: Cast, tmp_path: Path):
    ready(cast, tmp_path)
    for actor in (cast.holder, cast.reviewer, cast.operator, cast.auditor):
        with pytest.raises(Forbidden):
            issue(cast, actor=actor)
    with pytest.raises(NotFound):
        issue(cast, "RES-9")
    issue(cast, scenario="信贷风控")
    issue(cast, scenario="信贷风控")
    ready(cast, tmp_path, "RES-2")
    issue(cast, "RES-2", simulated=True)
    assert count_certificates() == Counted(2, 1, 1)
    assert count_certificates(simulated=False) == Counted(1, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_certificate_cannot_be_rewritten(cast: Cast, tmp_path: Path):
    ready(cast, tmp_path)
    issue(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.update(licence="x")


def test_the_bureau_issues_on_a_page_and_what_was_typed_stays(
    browsers: dict[str, Client], cast: Cast, tmp_path: Path
):
    ready(cast, tmp_path)
    page = reverse("data:certificate_issue", args=["RES-1"])
    for name in ("holder", "operator", "auditor"):
        assert browsers[name].get(page).status_code == 403
    assert browsers["bureau"].get(page).status_code == 200
    sent = {f"answer_{code}": text for code, text in ANSWERS.items()}
    sent |= {"licence": "CC-BY-4.0", "name_1": "F1", "value_1": "好", "how_1": "抽样"}
    answer = browsers["bureau"].post(page, sent)
    assert answer.status_code == 422
    assert "答purpose" in answer.content.decode()
    answer = browsers["bureau"].post(page, {**sent, "value_1": "0.91"})
    assert answer.status_code == 302
    shown = browsers["bureau"].get(answer["Location"]).content.decode()
    assert "答purpose" in shown
    assert "sm3:" in shown


def test_the_market_reads_certificates_of_what_is_listed(
    browsers: dict[str, Client], cast: Cast, tmp_path: Path
):
    ready(cast, tmp_path)
    code = issue(cast).code
    page = reverse("data:certificate", args=[code])
    data = reverse("data:certificate_jsonld", args=[code])
    home = reverse("data:certificates")
    for name in ("operator", "other", "holder", "bureau", "leader"):
        assert code in browsers[name].get(home).content.decode()
        assert browsers[name].get(page).status_code == 200
    assert reverse("data:grading") not in browsers["operator"].get(page).content.decode()
    answer = browsers["operator"].get(data)
    assert answer["Content-Type"] == "application/ld+json"
    said = answer.json()
    assert faults(said) == []
    assert said["url"].startswith("http://testserver/data-elements/")
    Resource.objects.update(state=Resource.State.WITHDRAWN)
    assert browsers["operator"].get(page).status_code == 404
    assert browsers["operator"].get(data).status_code == 404
