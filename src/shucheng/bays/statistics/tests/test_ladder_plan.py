"""The pipeline of the ladder beside what the plan in force asks for year by year."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from shucheng.bays.statistics.engine.ladder.many import Need
from shucheng.bays.statistics.queries.ladder import LadderPage, NeedLine, ladder_page
from shucheng.bays.statistics.tests.city import EAST, OFFICE, code, taken_over
from shucheng.kernel.public import Metric
from shucheng.plan.public import current_version

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
# Of the plan's indicators 10, 12 and 13: firms above designated size, high-tech firms, specialised
# and sophisticated ones.
PATHS = {
    "designated": {2026: 1430, 2027: 1500},
    "high_tech": {2026: 350, 2027: 400},
    "srdi": {2026: 230, 2027: 300},
}


@pytest.fixture
def page(plan_in_force: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LadderPage:
    """Three firms: one holds 高新技术 until next June, one for longer, one is 专精特新."""
    assert plan_in_force
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    about = {"industry": "3911", "area": EAST, "size": "small", "designated": True}
    register = [
        about | {"firm": code(number), "name": f"第{number}公司", "since": 202401}
        for number in (1, 2, 3)
    ]
    taken_over(tmp_path, "register", register)
    honours = [
        {"firm": code(1), "kind": "high_tech", "since": "2024-06-01", "until": "2027-06-01"},
        {"firm": code(2), "kind": "high_tech", "since": "2025-11-01", "until": "2028-11-01"},
        {"firm": code(3), "kind": "srdi", "since": "2025-01-01", "until": "2028-01-01"},
    ]
    taken_over(tmp_path, "honours", honours)
    found = ladder_page({}, actor=OFFICE)
    assert found
    return found


def need(page: LadderPage, rung: str, year: int) -> NeedLine:
    return next(each for each in page.needs if (each.need.rung, each.year) == (rung, year))


def test_every_year_of_each_indicator_is_asked_for(page: LadderPage) -> None:
    version = current_version()
    assert version
    asked = {(each.need.rung, each.year): each.need.wanted for each in page.needs}
    assert asked == {
        (rung, year): number for rung, path in PATHS.items() for year, number in path.items()
    }
    names = {each.indicator for each in page.needs}
    assert len(names) == 3
    assert any("专精特新" in name for name in names)


def test_what_runs_out_has_to_be_won_again(page: LadderPage) -> None:
    this, next_ = need(page, "high_tech", 2026).need, need(page, "high_tech", 2027).need
    assert (this.held, this.expiring, this.new) == (2, 0, 348)
    assert (next_.held, next_.expiring, next_.new) == (2, 1, 399)
    assert need(page, "srdi", 2027).need.new == 300 - 1
    assert need(page, "designated", 2026).need.new == 1430 - 3


def test_what_is_missing_is_what_no_candidate_makes_up_for(page: LadderPage) -> None:
    for each in page.needs:
        had = each.need.candidates + each.need.expiring
        assert each.need.missing == each.need.new - had > 0


def test_a_gap_that_hangs_on_what_is_not_known_is_not_green() -> None:
    need = Need("high_tech", wanted=10, held=4, expiring=1, new=7, met=2, open=5, one_short=0,
                one_open=9)  # fmt: skip
    assert (need.missing, need.missing_at_most) == (0, 4)
    shown = template(need)
    assert "status-good" not in shown
    assert "0–4" in shown
    sure = replace(need, met=6, open=0)
    assert (sure.missing, sure.missing_at_most) == (0, 0)
    assert "status-good" in template(sure)
    short = replace(need, met=0, open=0)
    assert "status-bad" in template(short)


def template(need: Need) -> str:
    page = SimpleNamespace(needs=[NeedLine("高企", need.rung, 2027, need)])
    return render_to_string("statistics/ladder_needs.html", {"page": page})


def test_the_city_pack_says_which_indicator_counts_a_rung(
    page: LadderPage,
) -> None:
    """With the metric bound to no figure, nobody knows what the plan asks for of the rung."""
    assert need(page, "srdi", 2027)
    Metric.objects.filter(figure="statistics.srdi_firms").update(figure="")
    found = ladder_page({}, actor=OFFICE)
    assert found
    assert {each.need.rung for each in found.needs} == {"designated", "high_tech"}
