"""What changed between versions, as a person reads it."""

import pytest
from django.test import Client

from shucheng.kernel.public import Actor
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.difference import Difference, difference
from shucheng.plan.queries.wording import marked, shortened
from shucheng.plan.tests.conftest import TEXT, loaded
from shucheng.plan.tests.test_web import office_browser

__all__ = ["office_browser"]

REWORDED = TEXT.replace("引进培育软件企业,每年新增", "大力引进培育软件企业,每年新增").replace(
    "新增软件企业20家以上,建设", "力争新增软件企业20家以上,建设"
)


def found_between(published: PlanVersion, text: str, office: Actor) -> Difference:
    later = loaded(text, office, plan_code=published.plan.code)
    found = difference(later, actor=office)
    assert found is not None
    return found


def test_what_is_only_worded_differently_shows_its_sentences(
    published: PlanVersion, office: Actor
) -> None:
    found = found_between(published, REWORDED, office)
    assert found.lines == ()
    assert found.rewordings
    for row in found.rewordings:
        assert row.before != row.now
        assert any(words.changed for words in (*row.before, *row.now))
    added = {words.text for row in found.rewordings for words in row.now if words.changed}
    assert "大力" in added


def test_they_are_counted_apart_and_folded(
    published: PlanVersion, office: Actor, office_browser: Client
) -> None:
    later = loaded(REWORDED, office, plan_code=published.plan.code)
    for page in ("difference", "publish"):
        text = office_browser.get(f"/plan/{later.pk}/{page}/").content.decode()
        assert "仅文字改写" in text
        assert "<ins>大力</ins>" in text
        assert '<details class="foot">' in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("3500 | 5000 | 市数据局 |", "3500 | 5000 | 市发改委 |"),
        ("300亿元,软件", "320亿元,软件"),
        ("算力规模达到5000P", "算力规模5000P左右"),
        ("(市数据局、市发改委按职责分工负责)", "(市数据局牵头,市发改委按职责分工负责)"),
    ],
)
def test_no_row_has_two_cells_that_are_the_same(
    published: PlanVersion, office: Actor, old: str, new: str
) -> None:
    found = found_between(published, TEXT.replace(old, new), office)
    assert found.lines
    for line in found.lines:
        assert line.before != line.now


def test_the_words_that_differ_are_marked_and_nothing_is_lost() -> None:
    before, now = "到2027年,建成园区30个以上", "到2028年,全面建成园区35个以上"
    old, new = marked(before, now)
    assert "".join(words.text for words in old) == before
    assert "".join(words.text for words in new) == now
    assert [words.text for words in old if words.changed] == ["2027", "30"]
    assert [words.text for words in new if words.changed] == ["2028", "全面", "35"]


def test_what_is_far_from_any_change_is_left_out() -> None:
    before, now = marked("甲" * 80 + "加快" + "乙" * 80, "甲" * 80 + "全面" + "乙" * 80)
    for runs, word in ((before, "加快"), (now, "全面")):
        said = "".join(words.text for words in shortened(runs))
        assert said == "…" + "甲" * 30 + word + "乙" * 30 + "…"
    assert shortened(marked("未变", "未变")[0])[0].text == "未变"
