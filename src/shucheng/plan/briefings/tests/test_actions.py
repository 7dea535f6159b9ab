"""Briefings: made, written in, issued once and for all, replaced, made again years later."""

import io
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.db import IntegrityError, transaction
from tests.records import an_actor

from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Observation,
    Organisation,
    Role,
    StoredFile,
    correct_observation,
    system_actor,
)
from shucheng.plan.briefings.actions import issuing
from shucheng.plan.briefings.actions.issuing import ask_to_issue
from shucheng.plan.briefings.actions.making import (
    Order,
    begin_briefing,
    drop_briefing,
    write_paragraphs,
)
from shucheng.plan.briefings.actions.templates import replace_template, restore_template
from shucheng.plan.briefings.engine.facts import BriefingFacts, from_json
from shucheng.plan.briefings.engine.own_docx import REQUIRED
from shucheng.plan.briefings.models import Briefing, Issue, TemplateVersion
from shucheng.plan.briefings.queries import rendering
from shucheng.plan.briefings.queries.briefings import briefing_page, briefings, file_of
from shucheng.plan.briefings.queries.reproducing import reproduce
from shucheng.plan.briefings.queries.templates import checked_template
from shucheng.plan.briefings.tests.conftest import CITY, DAFENG, PERIOD, SCOPE, issued, made
from shucheng.plan.briefings.tests.test_own_templates import TYPST, word
from shucheng.plan.models import PlanVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> Actor:
    return an_actor(Role.PLAN_OFFICE)


def facts_of(briefing: Briefing) -> BriefingFacts:
    return from_json(briefing.facts)


def written(briefing: Briefing, actor: Actor, **texts: Any) -> Briefing:
    told = {"instructions": "", "next_steps": "", "red_head": True, "issuer": "市数据局", **texts}
    return write_paragraphs(briefing.pk, briefing.revision, **told, actor=actor)


def corrected(period: str, value: int, area: str = CITY) -> None:
    head = Observation.objects.get(
        metric_version__metric__code="core_revenue",
        area__code=area,
        period=period,
        superseded_by=None,
    )
    correct_observation(head.pk, Decimal(value), reason="复核", actor=system_actor("job"))


def test_a_draft_states_what_is_known_of_the_period(city: PlanVersion, office: Actor) -> None:
    briefing = made(office)
    assert briefing.state == "draft"
    facts = facts_of(briefing)
    revenue = facts.indicators[0]
    assert (revenue.period, revenue.value) == ("2025-10", Decimal(1755))
    assert revenue.year_on_year is not None
    assert revenue.year_on_year.amount == 0
    assert revenue.period_on_period is None  # a sum since January grows by itself
    assert {county.name for county in facts.counties} >= {"东台市", "大丰区"}
    assert facts.counts.total == len(facts.indicators) == city.indicators.count()
    assert facts.scope_name == "盐城市"


def test_a_county_s_and_a_department_s_briefing_are_limited_to_them(
    city: PlanVersion, office: Actor
) -> None:
    county = facts_of(made(office, f"area:{DAFENG}"))
    assert county.scope_name == "大丰区"
    assert county.indicators[0].value == Decimal(355)
    assert county.counties == ()
    assert f"area={DAFENG}" in county.indicators[0].explain
    bureau = Organisation.objects.get(name="市数据局")
    department = facts_of(made(office, f"organisation:{bureau.code}", "2025-Q3"))
    assert department.indicators
    assert all("市数据局" in each.leads for each in department.indicators)


def test_an_issued_briefing_is_numbered_and_its_files_are_there(
    city: PlanVersion, office: Actor
) -> None:
    draft = written(
        made(office), office, instructions="抓紧。", next_steps="一是分析。\n二是督办。"
    )
    briefing = issued(draft, office)
    assert briefing.state == "issued"
    issue = Issue.objects.get(briefing=briefing)
    assert issue.number.endswith("第1期")
    assert set(dict(issue.files)) == {"docx", "pdf", "xlsx"}
    assert issue.pdf.read().startswith(b"%PDF-")
    name, content = file_of(briefing.pk, "docx", actor=office)
    text = "\n".join(each.text for each in docx.Document(io.BytesIO(content)).paragraphs)
    assert name.endswith(".docx")
    assert "抓紧。" in text
    assert "草稿" not in text


def test_an_issue_cannot_be_changed_or_deleted(city: PlanVersion, office: Actor) -> None:
    issue = Issue.objects.get(briefing=issued(made(office), office))
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(number="别的")
    with pytest.raises(IntegrityError), transaction.atomic():
        issue.delete()
    with pytest.raises(Invalid, match="not_a_draft"):
        written(Briefing.objects.get(pk=issue.briefing_id), office, instructions="后来的话")


def test_it_is_the_same_again_after_later_corrections(city: PlanVersion, office: Actor) -> None:
    briefing = issued(made(office), office)
    corrected("2025-10", 999)
    corrected("2025-03", 1)
    corrected("2025-09", 77, DAFENG)
    found = reproduce(briefing.pk, actor=office)
    assert found is not None
    assert found.differences == ()
    assert [each.same for each in found.files] == [True, True, True]
    assert found.changed_tools == ()
    assert found.same
    again = made(office, replaces=briefing.pk, reason="复核")
    assert facts_of(again).indicators[0].value != Decimal(1755)


def test_what_can_no_longer_be_reproduced_is_said(
    city: PlanVersion, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    briefing = issued(made(office), office)
    indicator = city.indicators.get(no=1)
    binding = indicator.binding
    binding.formula = "last(core_revenue)"
    binding.save()
    monkeypatch.setattr(
        "shucheng.plan.briefings.queries.reproducing.made_with", lambda: {"typst": "9"}
    )
    found = reproduce(briefing.pk, actor=office)
    assert found is not None
    # Values are computed by the formula of their day; what is told of the formula is today's.
    assert "indicators[0].source.formula" in found.differences
    assert not found.same
    assert any(name == "typst" for name, _then, _now in found.changed_tools)


def test_a_correction_replaces_and_names_what_it_replaces(city: PlanVersion, office: Actor) -> None:
    first = issued(made(office), office)
    corrected("2025-10", 999)
    second = made(office, replaces=first.pk, reason="10月数据复核后修订")
    second = issued(second, office)
    page = briefing_page(first.pk, actor=office)
    assert page.replaced_by == second
    assert not page.may_replace
    text = "".join(
        getattr(b, "text", "") for b in briefing_page(second.pk, actor=office).document.blocks
    )
    assert "本期更正并替代" in text
    assert "10月数据复核后修订" in text
    with pytest.raises(Invalid, match="replaces"):
        begin_briefing(
            Order(scope=SCOPE, period=PERIOD, replaces=first.pk, reason="再改"), actor=office
        )


def test_a_replacement_says_why(city: PlanVersion, office: Actor) -> None:
    first = issued(made(office), office)
    with pytest.raises(Invalid) as refused:
        begin_briefing(Order(scope=SCOPE, period=PERIOD, replaces=first.pk), actor=office)
    assert "reason" in refused.value.fields


def test_the_next_briefing_tells_what_was_revised_since(city: PlanVersion, office: Actor) -> None:
    issued(made(office, period="2025-09"), office)
    corrected("2025-09", 209)
    facts = facts_of(made(office))
    assert facts.previous
    revised = [(each.period, each.after - each.before) for each in facts.revised]
    assert revised == [("2025-09", Decimal(30))]


def test_what_cannot_be_made_is_refused_beside_its_field(city: PlanVersion, office: Actor) -> None:
    for order, field in (
        (Order(scope=SCOPE, period="2999-01"), "period"),
        (Order(scope=SCOPE, period="gestern"), "period"),
        (Order(scope=SCOPE, period="2025-10-03"), "period"),
        (Order(scope="area:999999", period=PERIOD), "scope"),
        (Order(scope=f"area:{CITY}", period=PERIOD), "scope"),
        (Order(scope="planet:earth", period=PERIOD), "scope"),
    ):
        with pytest.raises(Invalid) as refused:
            begin_briefing(order, actor=office)
        assert field in refused.value.fields
    assert not Briefing.objects.exists()


def test_two_who_write_at_once_do_not_overwrite_one_another(
    city: PlanVersion, office: Actor
) -> None:
    seen = made(office)
    written(seen, office, instructions="甲写的")
    with pytest.raises(Conflict):
        written(seen, office, instructions="乙写的")
    with pytest.raises(Conflict):
        ask_to_issue(seen.pk, seen.revision, actor=office)
    assert Briefing.objects.get(pk=seen.pk).instructions == "甲写的"


def test_a_reviewer_makes_the_own_department_s_and_does_not_issue(
    city: PlanVersion, office: Actor
) -> None:
    bureau = Organisation.objects.get(name="市数据局")
    reviewer = an_actor(Role.REVIEWER, organisation=bureau)
    draft = made(reviewer, f"organisation:{bureau.code}", "2025-Q3")
    assert draft.state == "draft"
    with pytest.raises(Forbidden):
        ask_to_issue(draft.pk, draft.revision, actor=reviewer)
    with pytest.raises(Forbidden):
        begin_briefing(Order(scope=SCOPE, period=PERIOD), actor=reviewer)
    liaison = an_actor(Role.LIAISON, organisation=bureau)
    with pytest.raises(Forbidden):
        begin_briefing(Order(scope=f"organisation:{bureau.code}", period=PERIOD), actor=liaison)


def test_a_draft_is_seen_by_those_who_work_on_it_alone(city: PlanVersion, office: Actor) -> None:
    draft = made(office)
    leader = an_actor(Role.LEADER)
    with pytest.raises(NotFound):
        briefing_page(draft.pk, actor=leader)
    with pytest.raises(NotFound):
        file_of(draft.pk, "pdf", actor=leader)
    assert not briefings(actor=leader)
    issued(draft, office)
    assert briefing_page(draft.pk, actor=leader).issue is not None
    assert len(briefings(actor=leader)) == 1


def test_without_a_chinese_font_nothing_is_issued_and_the_reason_is_said(
    city: PlanVersion, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = made(office)
    monkeypatch.setattr(rendering, "chinese_font", lambda: None)
    with pytest.raises(Invalid, match="no_chinese_font"):
        ask_to_issue(draft.pk, draft.revision, actor=office)
    assert not Issue.objects.exists()


def test_an_issue_that_fails_leaves_a_draft_that_can_be_issued_again(
    city: PlanVersion, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = made(office)

    def broken(*_: object, **__: object) -> None:
        raise Invalid("x.y", "kaputt", "again")

    with monkeypatch.context() as patch:
        patch.setattr("shucheng.plan.briefings.jobs.render", broken)
        failed = issued(draft, office)
    assert (failed.state, failed.job.state) == ("draft", "failed")
    assert not Issue.objects.exists()
    assert not StoredFile.objects.filter(kind="pdf").exists()
    again = issued(failed, office)
    assert again.state == "issued"
    assert again.serial == 1


def test_keeping_an_issue_twice_keeps_it_once(city: PlanVersion, office: Actor) -> None:
    briefing = issued(made(office), office)
    issue = Issue.objects.get(briefing=briefing)
    again = issuing.keep_issue(
        briefing.pk,
        from_json(issue.facts),
        rendering.edition_from(issue.edition),
        {"docx": b"", "pdf": b"", "xlsx": b""},
        {},
        actor=office,
    )
    assert again == issue
    assert Issue.objects.count() == 1


def test_a_dropped_draft_is_listed_nowhere(city: PlanVersion, office: Actor) -> None:
    draft = made(office)
    drop_briefing(draft.pk, draft.revision, actor=office)
    assert not briefings(actor=office)


def test_an_own_word_template_sets_what_is_issued_from_then_on(
    city: PlanVersion, office: Actor
) -> None:
    told = " ".join(f"{{{{ {name} }}}}" for name in REQUIRED)
    checked = checked_template("自有.docx", word(told, "自有版式 {{ number }}"), actor=office)
    version = replace_template(checked, "换成本办版式", actor=office)
    briefing = issued(made(office), office)
    issue = Issue.objects.get(briefing=briefing)
    assert issue.docx_template == version
    text = docx.Document(io.BytesIO(issue.docx.read())).paragraphs[1].text
    assert text == f"自有版式 {issue.number}"
    restore_template("docx", "恢复", actor=office)
    found = reproduce(briefing.pk, actor=office)
    assert found is not None
    assert found.same
    assert [v.number for v in TemplateVersion.objects.filter(kind="docx")] == [2, 1]
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()


def test_a_template_that_is_not_in_order_is_refused_in_words(office: Actor) -> None:
    for name, data, said in (
        ("a.docx", word("{{ weather }}"), "weather"),
        ("a.docx", word("{{ title }}"), "simulated_note"),
        ("a.typ", b'#read("/etc/passwd")', "root"),
        ("a.typ", TYPST.replace("#data.as_of", "#data.weather").encode(), "weather"),
        ("a.exe", b"MZ", "docx"),
        ("a.docx", b"", "MB"),
    ):
        with pytest.raises(Invalid) as refused:
            checked_template(name, data, actor=office)
        assert said in refused.value.message
    with pytest.raises(Forbidden):
        checked_template("a.typ", TYPST.encode(), actor=an_actor(Role.LEADER))
    assert not TemplateVersion.objects.exists()
