"""A sheet of resources becomes a plan and, confirmed, what the form would have written."""

import csv
import io
from typing import Any

import pytest

from shucheng.bays.data.actions import catalogue, importing
from shucheng.bays.data.actions.importing import (
    confirm_sheet,
    export_sheet,
    read_sheet,
    take_sheet,
)
from shucheng.bays.data.engine.catalogue.sheets import Wrong
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.queries.importing import Plan, find_sheet, plan_of
from shucheng.bays.data.queries.importing_pages import error_rows, template_file
from shucheng.bays.data.queries.importing_words import CELLS, FILES, wrong_text
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.sheet_files import sheet_file
from shucheng.bays.data.tests.test_actions_catalogue import described, listed
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Organisation,
    StoredFile,
    run_pending_jobs,
)

HEADS = ("资源编号", "资源名称", "提供单位", "更新周期", "共享条件")


def sent(actor: Actor, data: bytes, name: str = "目录.xlsx") -> Plan:
    stored = read_sheet(name, data, actor=actor)
    return plan_of(stored, actor=actor)


def rows(*told: tuple[Any, ...], fields: Any = (), heads: tuple[str, ...] = HEADS) -> bytes:
    return sheet_file(heads, *told, fields=fields)


def taken(actor: Actor, plan: Plan) -> dict[str, int]:
    return take_sheet(plan.stored.pk, plan.digest, actor=actor)


def codes(plan: Plan) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in plan.wrong]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of what is noted in the audit log."""
    found: list[str] = []

    def noting(record: Any) -> Any:
        def note(code: str, *args: Any, **facts: Any) -> Any:
            found.append(code)
            return record(code, *args, **facts)

        return note

    for module in (importing, catalogue):
        monkeypatch.setattr(module, "record", noting(module.record))
    return found


def graded() -> set[str]:
    """The fields that were proposed a grade, once the waiting jobs have run."""
    run_pending_jobs()
    return set(GradeProposal.objects.values_list("field__name", flat=True))


def test_what_is_read_is_written_only_once_it_is_confirmed(cast: Cast, recorded: list[str]):
    told = rows(
        ("", "企业登记", "", "每日", ""),
        ("", "许可", "", "常常", ""),
        fields=[("企业登记", "uscc", "文本"), ("企业登记", "rows", "整数")],
    )
    plan = sent(cast.holder, told)
    assert plan.counts == {"new": 1, "changed": 0, "same": 0, "wrong": 1}
    assert codes(plan) == [(3, "unknown-word")]
    assert not Resource.objects.exists()
    taken(cast.holder, plan)
    one = Resource.objects.get()
    assert (one.title, one.frequency, one.holder_id, one.state) == (
        "企业登记",
        "DAILY",
        cast.holder.organisation_id,
        "draft",
    )
    assert (one.sharing, one.opening, one.kind) == ("conditional", "none", "table")
    assert list(one.fields.values_list("name", "type")) == [("uscc", "string"), ("rows", "integer")]
    assert recorded == ["data.sheet.read", "data.resource.described", "data.sheet.taken"]
    assert graded() == {"uscc", "rows"}


def test_a_listed_resource_becomes_a_version_only_where_something_differs(cast: Cast):
    first, second = listed(cast.holder), listed(cast.holder, title="许可信息")
    draft = described(cast.holder, title="处罚信息")
    graded()
    GradeProposal.objects.all().delete()  # whatever is graded again is seen
    told = rows(
        (first.code, first.title, "", "每日", "按需申请"),
        ("", "许可信息", "市场监管局", "每月", "按需申请"),
        (draft.code, "处罚信息（新）", "", "每日", ""),
    )
    plan = sent(cast.holder, told)
    assert plan.counts == {"new": 0, "changed": 2, "same": 1, "wrong": 0}
    assert [(each.row, each.keys, each.emptied) for each in plan.writes] == [
        (3, ("frequency",), ()),
        (4, ("title", "sharing_terms"), ("sharing_terms",)),
    ]
    taken(cast.holder, plan)
    for each in (first, second, draft):
        revision = each.revision
        each.refresh_from_db()
        assert each.revision == revision + (each.pk != first.pk)
    assert [first.number, second.number, draft.number] == [1, 2, 0]
    assert second.versions.latest("number").reason
    # Nobody said anything of the fields: they stay, and are not graded anew.
    assert second.fields.filter(dropped=False).count() == 2
    assert graded() == set()


def test_fields_that_changed_are_graded_and_those_not_named_are_dropped(cast: Cast):
    one = listed(cast.holder)
    told = rows((one.code, one.title, "", "每日", "按需申请"), fields=[(one.title, "uscc", "文本")])
    plan = sent(cast.holder, told)
    assert plan.writes[0].keys == ("fields",)
    taken(cast.holder, plan)
    assert list(one.fields.filter(dropped=False).values_list("name", flat=True)) == ["uscc"]
    assert graded() == {"uscc"}


def test_the_same_sheet_again_and_a_second_confirmation_write_nothing(cast: Cast):
    told = rows(("", "企业登记", "", "每日", ""), fields=[("企业登记", "uscc", "文本")])
    plan = sent(cast.holder, told)
    taken(cast.holder, plan)
    with pytest.raises(Invalid) as refused:
        taken(cast.holder, plan)
    assert refused.value.code == "data.sheet.nothing"
    assert sent(cast.holder, told).counts == {"new": 0, "changed": 0, "same": 1, "wrong": 0}
    assert Resource.objects.count() == 1


def test_a_plan_that_was_overtaken_is_looked_at_again(cast: Cast):
    plan = sent(cast.holder, rows(("", "企业登记", "", "每日", ""), ("", "许可", "", "", "")))
    described(cast.holder, title="许可")
    with pytest.raises(Conflict):
        taken(cast.holder, plan)
    assert Resource.objects.count() == 1


def test_a_row_that_would_break_a_listed_resource_is_an_error_told_in_words(cast: Cast):
    one = listed(cast.holder)
    plan = sent(cast.holder, rows((one.code, one.title, "", "每日", "")))
    assert codes(plan) == [(2, "catalogue.terms-missing")]
    assert wrong_text(plan.wrong[0])
    assert (plan.counts["wrong"], plan.writes) == (1, ())


def test_whose_resources_one_may_describe(cast: Cast):
    own, draft = listed(cast.holder), described(cast.holder, title="草稿")
    told = rows(
        (own.code, own.title, "", "每日", "按需申请"),
        (draft.code, "草稿", "", "", ""),
        ("", "卫生许可", "市场监管局", "", ""),
        ("", "卫生许可", "没有的单位", "", ""),
        ("RES-0", "卫生许可", "", "", ""),
        ("", "门诊", "卫健委", "", ""),
    )
    plan = sent(cast.other, told)
    assert codes(plan) == [
        (2, "holder-not-yours"),
        (3, "code-unknown"),
        (4, "holder-not-yours"),
        (5, "holder-unknown"),
        (6, "code-unknown"),
    ]
    assert [each.title for each in plan.writes] == ["门诊"]
    assert all(wrong_text(each) for each in plan.wrong)


def test_the_bureau_names_the_holder_and_nobody_else_than_holders_imports(cast: Cast):
    one = listed(cast.holder)
    told = rows(
        ("", "门诊", "卫健委", "", ""),
        ("", "数据交换", "", "", ""),
        (one.code, one.title, "卫健委", "每日", "按需申请"),
    )
    plan = sent(cast.bureau, told)
    assert codes(plan) == [(4, "holder-differs")]
    taken(cast.bureau, plan)
    holders = dict(Resource.objects.values_list("title", "holder__code"))
    assert holders == {"企业登记信息": "ORG-M", "门诊": "ORG-H", "数据交换": "ORG-D"}
    for actor in (cast.buyer, cast.operator, cast.leader, cast.auditor):
        for act in (
            lambda a: read_sheet("a.xlsx", told, actor=a),
            lambda a: export_sheet(actor=a),
            lambda a: template_file(actor=a),
        ):
            with pytest.raises(Forbidden):
                act(actor)


def test_a_sheet_is_its_organisations_and_the_bureaus(cast: Cast):
    plan = sent(cast.holder, rows(("", "企业登记", "", "", "")))
    assert find_sheet(plan.stored.pk, actor=cast.reviewer)
    assert find_sheet(plan.stored.pk, actor=cast.bureau)
    with pytest.raises(NotFound):
        confirm_sheet(plan.stored.pk, plan.digest, actor=cast.other)


def test_two_of_one_title_and_one_told_twice_are_not_guessed(cast: Cast):
    one, _two = described(cast.holder), described(cast.holder)
    three = described(cast.holder, title="许可")
    told = rows(
        ("", one.title, "", "", ""),
        (three.code, "许可", "", "", ""),
        ("", "许可", "", "", ""),
    )
    plan = sent(cast.holder, told)
    assert codes(plan) == [(2, "title-unclear"), (4, "resource-twice")]


def test_a_large_sheet_is_written_in_the_background(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    plan = sent(cast.holder, rows(("", "甲", "", "", ""), ("", "乙", "", "", "")))
    assert not confirm_sheet(plan.stored.pk, plan.digest, actor=cast.holder)
    assert not Resource.objects.exists()
    run_pending_jobs()
    assert Resource.objects.count() == 2


def test_what_is_written_out_is_read_back_without_a_change(cast: Cast):
    listed(cast.holder, keywords=["企业", "登记"], people=12, summary="第一行\r\n第二行 ")
    described(cast.holder, title="=1+1", kind="api", frequency="")
    name, data = export_sheet(actor=cast.holder)
    plan = sent(cast.holder, data, name)
    assert plan.wrong == ()
    assert plan.counts == {"new": 0, "changed": 0, "same": 2, "wrong": 0}
    assert sent(cast.bureau, export_sheet(actor=cast.bureau)[1]).counts["same"] == 2
    assert sent(cast.other, export_sheet(actor=cast.other)[1]).counts["same"] == 0


def test_a_csv_says_nothing_of_which_fields_may_be_empty(cast: Cast):
    one = listed(cast.holder)
    one.fields.filter(name="uscc").update(nullable=False)
    text = f"资源编号,资源名称,字段\n{one.code},{one.title},"
    text += '"*uscc, 统一社会信用代码；name, 企业名称"\n'
    assert sent(cast.holder, text.encode("gb18030"), "目录.csv").counts["same"] == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", "名,称\n1,2\n".encode(), "data.sheet.no-heading"),
        ("a.json", b"{}", "data.sheet.kind"),
        ("a.csv", b"", "files.empty"),
    ],
)
def test_a_file_that_is_no_sheet_leaves_nothing_behind(
    cast: Cast, name: str, data: bytes, code: str
):
    with pytest.raises(Invalid) as refused:
        read_sheet(name, data, actor=cast.holder)
    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.next_step
    assert refused.value.fields["file"]
    assert not StoredFile.objects.exists()


def test_errors_leave_as_rows_with_place_code_and_reason(cast: Cast):
    plan = sent(cast.holder, rows(("", "=1+1", "", "常常", "")))
    out = io.StringIO()
    csv.writer(out).writerows(error_rows(plan.stored.pk, actor=cast.holder))
    assert "资源,2,D,更新周期,常常,unknown-word," in out.getvalue()
    assert "实时、每小时" in out.getvalue()


def test_every_code_has_words_and_every_value_of_them_is_given(cast: Cast):
    given = {
        "size": "1", "most": "1", "words": "sharing", "since": "1", "first": "1", "name": "1",
        "type": "1", "holder": "1", "codes": "1", "sheet": "1", "lacks": "1",
    }  # fmt: skip
    for code in CELLS:
        wrong = Wrong("", 1, "A", "", "", code, tuple(given.items()))
        assert "%(" not in wrong_text(wrong)
    for text in FILES.values():
        assert "%(" not in str(text) % given


def test_whoever_confirms_the_holder_is_whom_the_sheet_was_sent_for(cast: Cast):
    """The bureau that looks at a department's sheet does not come to hold its resources."""
    plan = sent(cast.holder, rows(("", "企业名录", "", "每日", "不予共享")))
    seen = plan_of(plan.stored, actor=cast.bureau)
    assert [line.holder.pk for line in seen.lines] == [cast.holder.organisation_id]
    taken(cast.bureau, seen)
    assert Resource.objects.get().holder_id == cast.holder.organisation_id


def test_a_new_resource_told_twice_is_written_once(cast: Cast):
    own = Organisation.objects.get(pk=cast.holder.organisation_id).name
    plan = sent(
        cast.holder,
        rows(("", "新表", "", "每日", "不予共享"), ("", "新表", own, "每日", "不予共享")),
    )
    assert codes(plan) == [(3, "resource-twice")]
    assert len(plan.lines) == 1


def test_a_withdrawn_resource_is_not_written_again(cast: Cast):
    known = listed(cast.holder)
    Resource.objects.filter(pk=known.pk).update(state=Resource.State.WITHDRAWN)
    plan = sent(cast.holder, rows((known.code, "另一个名称", "", "每日", "不予共享")))
    assert codes(plan) == [(2, "code-unknown")]
