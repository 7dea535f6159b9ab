"""What everybody reads: cockpit, duties, explanations, search, and what is known so far."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shucheng.kernel.public import Actor, NotFound, Observation, system_actor
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.cockpit import cockpit
from shucheng.plan.queries.duties import duties_of, organisations_with_duties
from shucheng.plan.queries.explain import (
    explain_indicator_target,
    explain_observation,
    explain_target,
    explain_value,
)
from shucheng.plan.queries.measured import measured_one
from shucheng.plan.queries.promises import promise, promised
from shucheng.plan.queries.search import search_plan
from shucheng.plan.queries.text import sentence_around
from shucheng.plan.simulation import simulate
from shucheng.plan.tests.conftest import CITIES, loaded


@pytest.mark.django_db
def test_without_a_plan_there_is_no_cockpit(office: Actor) -> None:
    assert cockpit(actor=office) is None


def test_the_cockpit_is_honestly_empty_where_nothing_is_known(
    published: PlanVersion, office: Actor
) -> None:
    page = cockpit(actor=office)
    assert page is not None
    assert [h.indicator.no for h in page.headlines] == [1, 2]
    assert all(h.latest is None and h.attainment is None for h in page.headlines)
    assert page.freshest is None
    assert not page.simulated


@pytest.mark.parametrize(
    ("day", "elapsed"),
    [(date(2024, 6, 1), 0), (date(2025, 1, 1), 0), (date(2026, 7, 2), 0.5), (date(2030, 1, 1), 1)],
)
def test_how_much_of_the_period_has_passed(
    published: PlanVersion, office: Actor, day: date, elapsed: float
) -> None:
    page = cockpit(actor=office, as_of=day)
    assert page is not None
    assert page.progress is not None
    assert page.progress.elapsed == pytest.approx(elapsed, abs=0.01)


def test_everything_asked_of_an_organisation(published: PlanVersion, office: Actor) -> None:
    page = duties_of("市数据局", actor=office)
    assert [line.indicator.name for line in page.indicators] == ["算力规模"]
    assert len(page.tasks) == 2
    assert len(page.points) == 1
    assert "到2027年,建成软件园区3个以上" in page.tasks[0].sentence.quote
    listed = {line.name: line for line in organisations_with_duties(actor=office)}
    assert set(listed) == {"市工信局", "市数据局", "市发改委"}
    with pytest.raises(NotFound):
        duties_of("市教育局", actor=office)


def test_a_number_leads_to_its_sentence(published: PlanVersion, office: Actor) -> None:
    target = published.targets.get(subject="全市算力规模")
    steps = explain_target(target.pk, actor=office).steps
    sentence = steps[-1].sentence
    assert sentence is not None
    assert "算力规模达到5000P" in sentence.quote
    indicator = published.indicators.get(no=1)
    steps = explain_indicator_target(indicator.code, 2026, actor=office).steps
    assert steps[-1].sentence is not None
    with pytest.raises(NotFound):
        explain_indicator_target(indicator.code, 2031, actor=office)


def test_search_finds_targets_indicators_and_organisations(
    published: PlanVersion, office: Actor
) -> None:
    kinds = {str(hit.kind) for hit in search_plan("算力", actor=office)}
    assert len(kinds) >= 3
    assert search_plan("市发改委", actor=office)
    assert search_plan("不存在的词", actor=office) == []
    assert search_plan("%", actor=office) == []


@pytest.mark.django_db
def test_simulated_values_say_so_down_to_the_explanation(office: Actor) -> None:
    pack = read_pack(CITIES / "yancheng")
    load_city(pack, actor=system_actor("cli"))
    count = simulate(pack, date(2024, 7, 1), actor=system_actor("cli"))
    assert count == Observation.objects.count() > 0
    assert simulate(pack, date(2024, 7, 1), actor=system_actor("cli")) == 0, "the seed repeats"
    observation = Observation.objects.first()
    assert observation is not None
    assert explain_observation(observation.pk, actor=office).simulated


@pytest.mark.django_db
def test_a_sum_since_january_is_explained_by_its_months(office: Actor) -> None:
    pack = read_pack(CITIES / "yancheng")
    load_city(pack, actor=system_actor("cli"))
    version = loaded((CITIES / "yancheng" / "plan.txt").read_text("utf-8"), office)
    version = publish_version(version.pk, version.revision, actor=office)
    simulate(pack, date(2025, 7, 1), actor=system_actor("cli"))
    indicator = version.indicators.get(no=1)
    known = measured_one(indicator).series[-1]
    explanation = explain_value(indicator.code, known.period, actor=office)
    months = [
        fact for step in explanation.steps for fact in step.facts if fact.label[:5] == "2025-"
    ]
    assert len(months) == known.rests_on == int(known.period[-2:])
    total = sum(Decimal(fact.value.replace(",", "")) for fact in months)
    assert total == known.value
    assert explanation.steps[-1].sentence is not None
    with pytest.raises(NotFound):
        explain_value(indicator.code, "1999-01", actor=office)


@given(st.text(alphabet="到2027年,规模达100亿元。;\n", max_size=300), st.data())
def test_a_sentence_always_holds_its_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = sentence_around(text, start, end)
    assert found.quote == text[start:end]
    assert (found.before + found.quote + found.after).strip() in text or not text.strip()


def test_a_promise_is_written_as_a_person_writes_it() -> None:
    assert promise("=", Decimal("2300.000000"), None, "亿元") == "2,300 亿元"
    assert promise("=", Decimal("1"), Decimal("2"), "个") == "1–2 个"


@pytest.mark.parametrize(
    ("comparator", "value", "unit", "words", "chinese", "english"),
    [
        ("=", 15, "个百分点", "比例提高15个百分点", "提高 15 个百分点", "rise by 15 个百分点"),
        ("=", 1, "番", "规模较2024年翻一番", "翻 1 番", "double"),
        (">=", 2, "番", "规模较2024年翻两番以上", "翻 不低于 2 番", "double at least 2 times"),
        (">=", 20, "%", "进出口额增长20%以上", "增长 不低于 20 %", "grow by at least 20 %"),
        ("=", 8, "%", "农药使用量较2023年下降8%", "下降 8 %", "fall by 8 %"),
        (
            *("~", 12, "%", "年均增长12%左右", "年均增长 约 12 %"),
            "grow by about 12 % a year on average",
        ),
    ],
)
def test_a_growth_keeps_its_verb(
    comparator: str, value: int, unit: str, words: str, chinese: str, english: str
) -> None:
    args = ("growth", comparator, Decimal(value), None, unit, words)
    with translation.override("zh-hans"):
        assert " ".join(promised(*args).split()) == chinese
    with translation.override("en"):
        assert promised(*args) == english
    assert promised("level", "=", Decimal(15), None, "%", "增长") == "15 %"
