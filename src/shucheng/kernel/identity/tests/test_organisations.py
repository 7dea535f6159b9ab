"""Areas and organisations: imported, changed, named in many ways."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Forbidden, Invalid
from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions.organisations import (
    Merged,
    create_organisation,
    import_areas,
    import_organisations,
    set_aliases,
    update_organisation,
)
from shucheng.kernel.identity.models import Area, Organisation

CLI = system_actor("cli")
AREAS = [
    {"code": "990100", "name": "蓝川市", "kind": "city", "name_en": "Lanchuan"},
    {"code": "990102", "name": "东岭区", "kind": "district", "parent": "990100"},
    {"code": "LC-KFQ", "name": "经开区", "kind": "functional_zone", "parent": "990100"},
]
ORGANISATIONS = [
    {"code": "lc-gxj", "name": "市工信局", "kind": "department", "parent": "lc-gov",
     "aliases": ["市工业和信息化局", "工信局"]},
    {"code": "lc-gov", "name": "蓝川市政府", "kind": "other", "area": "990100"},
]  # fmt: skip


@dataclass(frozen=True)
class Row:
    code: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()


@pytest.fixture
def city(db):
    import_areas(AREAS, actor=CLI)
    import_organisations(ORGANISATIONS, actor=CLI)


def liaison(organisation_id: int) -> Actor:
    return Actor(
        None, "li", frozenset({Role.LIAISON}), organisation_id, frozenset({organisation_id})
    )


def test_an_import_places_children_below_parents_in_whatever_order_they_come(city):
    bureau = Organisation.objects.get(code="lc-gxj")
    assert bureau.parent == Organisation.objects.get(code="lc-gov")
    assert Area.objects.get(code="990102").parent == Area.objects.get(code="990100")


def test_importing_the_same_pack_again_changes_nothing(city):
    assert import_areas(AREAS, actor=CLI) == Merged(created=0, changed=0, unchanged=3)
    assert import_organisations(ORGANISATIONS, actor=CLI) == Merged(0, 0, 2)
    assert Organisation.objects.get(code="lc-gxj").revisions.count() == 0


def test_importing_a_changed_pack_changes_only_what_differs_and_keeps_the_past(city):
    changed = [{**ORGANISATIONS[0], "name": "市工信和数据局"}, ORGANISATIONS[1]]
    assert import_organisations(changed, actor=CLI) == Merged(created=0, changed=1, unchanged=1)
    bureau = Organisation.objects.get(code="lc-gxj")
    assert bureau.name == "市工信和数据局"
    assert bureau.revisions.get().facts["name"] == "市工信局"


def test_rows_may_be_dataclasses(city):
    merged = import_organisations([Row("lc-tjj", "市统计局", "department", ("统计局",))], actor=CLI)
    assert merged.created == 1
    assert queries.resolve_organisation("统计局") == Organisation.objects.get(code="lc-tjj")


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([{"code": "a", "name": "A", "kind": "department", "parent": "nowhere"}], "parent"),
        ([{"code": "a", "name": "A", "kind": "ministry"}], "kind"),
        ([{"code": "a", "name": "", "kind": "department"}], "name"),
        ([{"code": "a", "name": "A", "kind": "other"}] * 2, "code"),
        ([{"code": "a", "name": "A", "kind": "other", "area": "nowhere"}], "area"),
        ([{"code": "a", "name": "A", "kind": "other", "parent": "b"},
          {"code": "b", "name": "B", "kind": "other", "parent": "a"}], "parent"),
        ([{"code": "a", "name": "A", "kind": "other", "aliases": ["工信局"]}], "aliases"),
    ],
)  # fmt: skip
def test_a_bad_pack_is_refused_whole_and_says_what_is_wrong(city, rows, field):
    good = {"code": "good", "name": "好", "kind": "other"}
    with pytest.raises(Invalid) as refused:
        import_organisations([good, *rows], actor=CLI)
    assert field in refused.value.fields
    assert not Organisation.objects.filter(code="good").exists()


@pytest.mark.parametrize(
    "text",
    [
        "市工信局",
        "市工业和信息化局",
        "lc-gxj",
        "蓝川市工信局",
        "蓝川市工业和信息化局",
        " 市工信局 ",
    ],
)
def test_an_organisation_is_found_by_any_of_its_names(city, text):
    assert queries.resolve_organisation(text) == Organisation.objects.get(code="lc-gxj")


def test_an_unknown_name_finds_nothing(city):
    assert queries.resolve_organisation("省发改委") is None


def test_a_closed_organisation_gives_its_name_to_the_living_one(city):
    update_organisation("lc-gxj", actor=CLI, valid_to=None)
    create_organisation("lc-old", "市经信局", "department", actor=CLI, valid_to="2019-01-01")
    living = create_organisation("lc-new", "市经信局", "department", actor=CLI)
    assert queries.resolve_organisation("市经信局") == living


def test_the_tree_shows_who_belongs_to_whom(city):
    tree = queries.organisation_tree(actor=CLI)
    assert [(b.organisation.code, b.depth) for b in tree] == [("lc-gov", 0), ("lc-gxj", 1)]


def test_an_organisation_cannot_be_put_below_itself(city):
    with pytest.raises(Invalid):
        update_organisation("lc-gov", parent="lc-gxj", actor=CLI)


def test_an_alias_belongs_to_one_organisation_only(city):
    create_organisation("lc-fgw", "市发改委", "department", actor=CLI)
    with pytest.raises(Invalid) as refused:
        set_aliases("lc-fgw", ["工信局"], actor=CLI)
    assert "市工信局" in refused.value.message


def test_a_liaison_cannot_change_organisations_and_the_attempt_is_recorded(city):
    bureau = Organisation.objects.get(code="lc-gxj")
    with pytest.raises(Forbidden):
        update_organisation("lc-gxj", name="我的局", actor=liaison(bureau.pk))
    assert AuditEntry.objects.filter(success=False, person_name="li").count() == 1


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(0, 29)),
        min_size=1,
        max_size=30,
        unique_by=lambda p: p[0],
    )
)
@pytest.mark.django_db(transaction=False)
def test_a_forest_of_any_shape_is_imported_once_and_for_all(pairs):
    from django.db import transaction

    # Parents have smaller numbers, so the rows form a forest whatever was drawn.
    codes = {number for number, _ in pairs}
    rows = [
        {"code": f"x{number}", "name": f"N{number}", "kind": "other",
         "parent": f"x{parent}" if parent in codes and parent < number else None}
        for number, parent in pairs
    ]  # fmt: skip
    with transaction.atomic():
        first = import_organisations(rows, actor=CLI)
        again = import_organisations(rows, actor=CLI)
        transaction.set_rollback(True)
    assert first == Merged(created=len(rows), changed=0, unchanged=0)
    assert again == Merged(created=0, changed=0, unchanged=len(rows))
