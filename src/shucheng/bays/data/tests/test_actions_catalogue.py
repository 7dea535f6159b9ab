"""Resources are described, listed and taken out by their holder; every change is a version."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from shucheng.bays.data.actions.catalogue import (
    describe_resource,
    list_resource,
    note_lineage,
    withdraw_resource,
)
from shucheng.bays.data.actions.sources import note_source, read_source, take_tables
from shucheng.bays.data.engine.catalogue.model import Field
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.queries.catalogue import resources_seen
from shucheng.bays.data.queries.inputs import input_of
from shucheng.bays.data.queries.lineage import lineage_picture
from shucheng.bays.data.queries.searching import search_page
from shucheng.bays.data.queries.sources import source_page
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    run_pending_jobs,
)

SAID: dict[str, Any] = {
    "title": "企业登记信息",
    "summary": "全市企业的登记事项。",
    "frequency": "DAILY",
    "area": "320900",
    "sharing": "conditional",
    "sharing_terms": "按需申请",
    "basis": "市场主体登记管理条例",
}
FIELDS = (Field("uscc", "统一社会信用代码", key=True), Field("name", "企业名称"))


def described(actor: Actor, **more: Any) -> Resource:
    assert actor.organisation_id
    return describe_resource(SAID | more, FIELDS, holder=actor.organisation_id, actor=actor)


def listed(actor: Actor, **more: Any) -> Resource:
    made = described(actor, **more)
    return list_resource(made.code, made.revision, actor=actor)


def test_a_draft_is_its_holders_until_it_is_listed(cast: Cast):
    one = described(cast.holder)
    seen = {name: one in resources_seen(getattr(cast, name)) for name in ("holder", "bureau")}
    assert seen == {"holder": True, "bureau": True}
    assert one not in resources_seen(cast.other)
    assert one not in resources_seen(cast.buyer)
    list_resource(one.code, one.revision, actor=cast.holder)
    assert one in resources_seen(cast.buyer)


def test_what_is_missing_is_said_when_it_is_to_be_listed(cast: Cast):
    one = described(cast.holder, frequency="", sharing_terms="")
    with pytest.raises(Invalid) as refused:
        list_resource(one.code, one.revision, actor=cast.holder)
    assert set(refused.value.fields) == {"frequency", "sharing"}
    one.refresh_from_db()
    assert (one.state, one.number) == ("draft", 0)


def test_only_the_holder_says_what_its_data_is(cast: Cast):
    one = described(cast.holder)
    for actor in (cast.other, cast.bureau, cast.operator):
        with pytest.raises(Forbidden):
            list_resource(one.code, one.revision, actor=actor)


def test_every_change_of_what_is_said_is_a_version_and_the_same_again_is_none(cast: Cast):
    one = listed(cast.holder)
    for title in ("企业登记信息（新）", "企业登记信息（新）"):
        one = describe_resource(
            SAID | {"title": title},
            FIELDS[:1],
            holder=one.holder_id,
            actor=cast.holder,
            code=one.code,
            revision=one.revision,
            reason="改名",
        )
    told = [(v.number, v.content["title"], v.reason) for v in one.versions.all()]
    assert told == [(1, "企业登记信息", ""), (2, "企业登记信息（新）", "改名")]
    assert [f.dropped for f in one.fields.order_by("name")] == [True, False]


def test_two_who_change_at_once_are_told(cast: Cast):
    one = described(cast.holder)
    describe_resource(
        SAID, FIELDS, holder=one.holder_id, actor=cast.holder, code=one.code, revision=one.revision
    )
    with pytest.raises(Conflict):
        list_resource(one.code, one.revision, actor=cast.holder)


def test_listing_and_taking_out_leave_evidence(cast: Cast):
    one = listed(cast.holder)
    withdraw_resource(one.code, one.revision, reason="停止采集", actor=cast.holder)
    kinds = EvidenceEvent.objects.filter(about=one.code).values_list("kind", flat=True)
    assert list(kinds) == ["resource.listed", "resource.withdrawn"]
    assert one not in resources_seen(cast.buyer)


def test_nothing_is_made_from_itself_in_however_many_steps(cast: Cast):
    a, b, c = (listed(cast.holder, title=title) for title in "甲乙丙")
    note_lineage(b.code, a.code, how="清洗", actor=cast.holder)
    note_lineage(c.code, b.code, how="汇总", actor=cast.holder)
    with pytest.raises(Invalid):
        note_lineage(a.code, c.code, how="回流", actor=cast.holder)


def test_what_is_in_the_catalogue_is_not_put_there_twice_nor_taken_out_twice(cast: Cast):
    one = listed(cast.holder)
    with pytest.raises(Invalid) as refused:
        list_resource(one.code, one.revision, actor=cast.holder)
    assert refused.value.code == "data.resource.state"
    one = withdraw_resource(one.code, one.revision, reason="停止采集", actor=cast.holder)
    with pytest.raises(Invalid) as refused:
        withdraw_resource(one.code, one.revision, reason="停止采集", actor=cast.holder)
    assert refused.value.code == "data.resource.state"
    kinds = EvidenceEvent.objects.filter(about=one.code).values_list("kind", flat=True)
    assert list(kinds) == ["resource.listed", "resource.withdrawn"]


def test_the_record_says_from_which_state_a_resource_was_taken_out(cast: Cast):
    one = described(cast.holder)
    withdraw_resource(one.code, one.revision, reason="重复", actor=cast.holder)
    entries: Any = apps.get_model("audit", "AuditEntry")._default_manager
    changes = json.loads(entries.get(code="data.resource.withdrawn").changes)
    assert changes["state"] == ["draft", "withdrawn"]


def test_a_department_learns_nothing_of_anothers_drafts_by_lineage(cast: Cast):
    draft, shown = described(cast.holder, title="草稿"), listed(cast.holder, title="已编目")
    mine = listed(cast.other)
    for code in (draft.code, "RES-2026-999999"):
        with pytest.raises(Invalid) as refused:
            note_lineage(mine.code, code, how="试探", actor=cast.other)
        assert "origin" in refused.value.fields
    note_lineage(shown.code, draft.code, how="清洗", actor=cast.holder)
    note_lineage(mine.code, shown.code, how="汇总", actor=cast.other)

    def told(actor: Actor) -> list[str]:
        columns = lineage_picture(mine, actor=actor).columns
        return [node.title for column in columns for node in column]

    assert told(cast.holder) == ["草稿", "已编目", SAID["title"]]
    assert told(cast.other) == told(cast.buyer) == ["已编目", SAID["title"]]


@pytest.mark.django_db(transaction=True)
def test_the_search_finds_what_is_listed_by_words_items_and_facets(cast: Cast):
    one = listed(cast.holder, theme="市场监管")
    described(cast.holder, title="企业年报草稿")
    for words in ("企业 登记", "信用代码", "uscc", one.code):
        assert [r.code for r in search_page({"q": words}, actor=cast.buyer).resources] == [one.code]
    assert search_page({"q": "企业"}, actor=cast.holder).total == 2
    page = search_page({"holder": "ORG-M"}, actor=cast.buyer)
    assert page.total == 1
    facets = {facet.code: [(c.label, c.count) for c in facet.choices] for facet in page.facets}
    assert facets["holder"] == [("市场监管局", 1)]
    assert facets["theme"] == [("市场监管", 1)]


def test_a_file_is_read_for_its_schema_and_its_tables_are_described(cast: Cast, tmp_path: Path):
    csv = "uscc,企业名称,成立日期\n91320900MA1MAAAA0X,甲公司,2020-01-01\n".encode()
    source = note_source(
        "登记库导出",
        Source.Kind.FILE,
        organisation=cast.holder.organisation_id or 0,
        file=("firms.csv", csv),
        actor=cast.holder,
    )
    source = read_source(source.pk, source.revision, actor=cast.holder)
    (table,) = source.found
    assert [f[0] for f in table["fields"]] == ["uscc", "企业名称", "成立日期"]
    assert "甲公司" not in str(source.found)
    (made,) = take_tables(source.pk, [table["name"]], actor=cast.holder)
    assert (made.kind, made.fields.count()) == ("file", 3)
    run_pending_jobs()
    assert GradeProposal.objects.filter(field__resource=made).count() == 3
    again = take_tables(source.pk, [table["name"]], actor=cast.holder)
    assert again == [made]


def test_a_source_read_anew_says_what_differs_before_it_is_taken(cast: Cast) -> None:
    source = note_source(
        "登记库导出",
        Source.Kind.FILE,
        organisation=cast.holder.organisation_id or 0,
        file=("firms.csv", "uscc,name,since\nA,甲,2020-01-01\n".encode()),
        actor=cast.holder,
    )
    source = read_source(source.pk, source.revision, actor=cast.holder)
    (table,) = source.found
    take_tables(source.pk, [table["name"]], actor=cast.holder)
    (same,) = source_page(source.pk, actor=cast.holder).tables
    assert not same.differs
    items = {field[0]: field for field in table["fields"]}
    items["since"][2] = "other"
    source.found = [
        table | {"fields": [items["uscc"], items["since"], ["area", *items["name"][1:]]]}
    ]
    source.save()
    (found,) = source_page(source.pk, actor=cast.holder).tables
    assert (found.new, found.gone, found.other) == (("area",), ("name",), ("since",))
    assert source.resources.get().fields.filter(name="name", dropped=False).exists()
    source.found = []
    source.save()
    assert source_page(source.pk, actor=cast.holder).missing == [source.resources.get()]


def test_no_host_is_asked_that_the_administrator_has_not_named(cast: Cast, settings: Any):
    def noted(address: str) -> None:
        note_source(
            "内网",
            Source.Kind.POSTGRESQL,
            organisation=cast.holder.organisation_id or 0,
            address=address,
            password="secret",
            actor=cast.holder,
        )

    for address in ("10.0.0.1:5432/db", "db.example?host=/tmp/x", "u:p@localhost/db", "localhost"):
        with pytest.raises(Invalid) as refused:
            noted(address)
        assert set(refused.value.fields) == {"address"}
    settings.SOURCE_HOSTS = ["db.example"]
    noted("db.example:5432/registry")
    assert "secret" not in _row_of("data_source")


def test_a_source_that_does_not_answer_says_so_in_words(cast: Cast, settings: Any):
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    source = note_source(
        "登记库",
        Source.Kind.POSTGRESQL,
        organisation=cast.holder.organisation_id or 0,
        address="127.0.0.1:1/db",
        username="reader",
        password="secret",
        actor=cast.holder,
    )
    source = read_source(source.pk, source.revision, actor=cast.holder)
    assert source.trouble
    assert "secret" not in source.trouble
    assert source.found == []


def test_a_host_taken_off_the_list_is_read_no_more(cast: Cast, settings: Any):
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    source = note_source(
        "登记库",
        Source.Kind.POSTGRESQL,
        organisation=cast.holder.organisation_id or 0,
        address="127.0.0.1:1/db",
        actor=cast.holder,
    )
    made = Resource.objects.create(
        code="RES-2026-000009", holder=source.organisation, source=source, table="public.firms"
    )

    def readable() -> bool:
        found = input_of(made.code)
        return found is not None and found.readable

    assert readable()
    settings.SOURCE_HOSTS = []
    assert not readable()
    read = read_source(source.pk, source.revision, actor=cast.holder)
    assert "administrator" in read.trouble or "管理员" in read.trouble


def _row_of(table: str) -> str:
    """What the database itself holds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own name
        return str(cursor.fetchall())
