"""The pages of quality: who sees what, rules by text and by form, defects answered and accepted."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shucheng.bays.data.actions.quality import check_quality, set_quality_rules
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.quality import Defect, QualityCheck, QualityRules
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import resource, with_file
from shucheng.bays.data.tests.test_actions_quality import BAD, RULES
from shucheng.bays.data.tests.test_web_grading import browsers, text
from shucheng.kernel.public import run_pending_jobs

__all__ = ["browsers"]

HOME, DEFECTS = reverse("data:quality"), reverse("data:quality_defects")
ONE = reverse("data:quality_resource", args=["RES-1"])


@pytest.fixture
def checked(cast: Cast, tmp_path: Path) -> Resource:
    """Two resources of two holders, checked in two months."""
    for actor, code, title in ((cast.holder, "RES-1", "企业年报"), (cast.other, "RES-2", "门诊量")):
        made = resource(actor, code, "qymc:企业名称", "nd:年度", title=title)
        with_file(made, BAD, tmp_path)
        set_quality_rules(code, RULES, number=0, actor=actor)
        for days in (60, 0):
            day = timezone.localdate() - timedelta(days=days)
            check_quality(code, as_of=day, actor=actor)
    return Resource.objects.get(code="RES-1")


def test_a_department_sees_its_own_quality_and_the_bureau_ranks_all(
    browsers: dict[str, Client], checked: Resource
):
    for page in (HOME, DEFECTS):
        assert "企业年报" in text(browsers["holder"], page)
        assert "门诊量" not in text(browsers["holder"], page)
        assert "门诊量" in text(browsers["bureau"], page)
        assert browsers["operator"].get(page).status_code == 403
    assert browsers["other"].get(ONE).status_code == 404
    assert browsers["operator"].get(ONE).status_code == 403
    assert 'data-table="quality-holders"' in text(browsers["bureau"], HOME)
    assert 'data-table="quality-holders"' not in text(browsers["holder"], HOME)


def test_a_resource_shows_score_over_time_dimensions_and_profile(
    browsers: dict[str, Client], checked: Resource
):
    shown = text(browsers["holder"], ONE)
    assert "rank-chart" in shown
    assert "40%" in shown  # the mean of 80 % filled in and no year within the limits
    assert "GB/T 36344-2018" in shown
    assert 'data-table="quality-profile"' in shown
    assert 'name="what" value="check"' in shown
    assert 'name="what" value="check"' not in text(browsers["auditor"], ONE)


def test_late_defects_are_listed_as_such(browsers: dict[str, Client], checked: Resource):
    late = timezone.localdate() - timedelta(days=10)
    Defect.objects.filter(resource=checked, rule="name").update(due=late)
    shown = text(browsers["bureau"], f"{DEFECTS}?late=1")
    assert shown.count('name="defect"') == 0  # the bureau answers for nobody
    rows = shown.split("<tbody>")[1]
    assert rows.count("<tr>") == Defect.objects.filter(due__lt=timezone.localdate()).count()
    assert "企业年报" in rows


def test_the_holder_answers_and_the_bureau_accepts(browsers: dict[str, Client], checked: Resource):
    found = Defect.objects.get(resource=checked, rule="name")
    sent = {"what": "explained", "defect": found.pk, "revision": found.revision, "answer": ""}
    assert browsers["holder"].post(DEFECTS, sent).status_code == 422
    assert browsers["other"].post(DEFECTS, sent).status_code == 403
    sent["answer"] = "历史数据"
    assert browsers["holder"].post(DEFECTS, sent).status_code == 302
    found.refresh_from_db()
    accept = {"what": "accept", "defect": found.pk, "revision": found.revision}
    assert browsers["holder"].post(ONE, accept).status_code == 403
    assert browsers["bureau"].post(ONE, accept).status_code == 302
    found.refresh_from_db()
    assert found.state == Defect.State.ACCEPTED


def test_rules_are_kept_by_text_and_by_form_and_a_wrong_text_stays_typed(
    browsers: dict[str, Client], checked: Resource
):
    holder = browsers["holder"]
    wrong = {"what": "rules", "number": 1, "text": RULES.replace("present", "presents")}
    answer = holder.post(ONE, wrong)
    assert answer.status_code == 422
    assert "presents" in answer.content.decode()
    good = {"what": "rules", "number": 1, "text": RULES.replace("2030", "2040"), "reason": "放宽"}
    assert holder.post(ONE, good).status_code == 302
    assert holder.post(ONE, good).status_code == 409
    form = {"what": "add", "number": 2, "field": "nd", "check": "listed", "value": "2025，2026"}
    assert holder.post(ONE, form).status_code == 302
    assert "nd-listed" in QualityRules.objects.order_by("pk").last().text
    empty = {"what": "add", "number": 3, "field": "nd", "check": "range", "value": ""}
    assert holder.post(ONE, empty).status_code == 422
    assert browsers["auditor"].post(ONE, form).status_code == 403


def test_a_check_that_is_asked_for_runs(browsers: dict[str, Client], checked: Resource):
    before = QualityCheck.objects.count()
    assert browsers["holder"].post(ONE, {"what": "check"}).status_code == 302
    run_pending_jobs()
    assert QualityCheck.objects.count() == before + 1


def test_empty_pages_say_what_will_be_here(browsers: dict[str, Client], cast: Cast):
    resource(cast.holder, "RES-1", "nd:年度")
    for page in (HOME, DEFECTS, ONE, reverse("data:certificates")):
        assert 'class="empty"' in text(browsers["holder"], page)
