"""Simulated grades and qualities: for simulated resources alone, marked, and made once."""

import pytest

from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.grading import GradeDecision, GradeProposal
from shucheng.bays.data.models.quality import Certificate, Defect, QualityCheck
from shucheng.bays.data.simulation.grading import simulate_grading
from shucheng.bays.data.simulation.quality import simulate_quality
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.resources import resource
from shucheng.kernel.public import system_actor

pytestmark = pytest.mark.django_db


def test_without_simulated_resources_nothing_is_made_and_it_says_so(cast: Cast):
    resource(cast.holder, "RES-1")
    actor = system_actor("cli")
    assert simulate_grading(actor) == {"resources": 0, "proposed": 0, "decided": 0}
    assert set(simulate_quality(actor).values()) == {0}
    assert not GradeProposal.objects.exists()


def test_half_a_year_is_simulated_with_everything_in_it_and_once(cast: Cast):
    for n in range(33):
        made = resource(
            (cast.holder, cast.other)[n % 2],
            f"RES-{n:02}",
            "bh:编号",
            "qymc:企业名称",
            "tyshxydm:统一社会信用代码",
            "gxsj:更新时间",
            "bz:备注",
            simulated=True,
            title=f"企业台账{n}（模拟）",
        )
        Field.objects.filter(resource=made, name="gxsj").update(type="date")
    resource(cast.holder, "RES-A")
    actor = system_actor("cli")
    assert simulate_grading(actor) == {"resources": 33, "proposed": 165, "decided": 110}
    found = simulate_quality(actor)
    assert found["resources"] == 20
    assert found["checks"] == 120
    assert found["certificates"] == 12
    assert set(Defect.objects.values_list("state", flat=True)) == set(Defect.State.values)
    assert GradeProposal.objects.filter(state=GradeProposal.State.AGAIN).exists()
    first, *_between, last = QualityCheck.objects.filter(resource__code="RES-00").order_by("as_of")
    assert first.score is not None
    assert last.score is not None
    assert first.score < last.score == 1.0
    assert all(each.simulated for each in QualityCheck.objects.all())
    assert all(each.simulated for each in Certificate.objects.all())
    before = (GradeDecision.objects.count(), QualityCheck.objects.count())
    assert simulate_grading(actor)["decided"] == 0
    assert simulate_quality(actor) == found
    assert (GradeDecision.objects.count(), QualityCheck.objects.count()) == before
    assert not Resource.objects.get(code="RES-A").grade
