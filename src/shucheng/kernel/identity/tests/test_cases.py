"""Complaints, reports and requests: anybody files, the security administrator answers in time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from shucheng.kernel.actor import ANONYMOUS, Actor, Role
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions.cases import forget_contacts, move_case, open_case
from shucheng.kernel.identity.models import Case

SECURITY = Actor(None, "安全管理员", frozenset({Role.SECURITY}))
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", sorted(set(Case.Kind.values) - {Case.Kind.INCIDENT}))
def test_every_right_has_a_request_with_a_number_and_a_clock(kind):
    case = open_case(kind, "我要看看存了我什么", actor=ANONYMOUS)
    assert queries.find_case(case.number.lower()).state == Case.State.RECEIVED
    assert case.due_at - case.received_at == timedelta(days=15)


def test_a_refusal_states_its_reasons():
    case = open_case("deletion", "删除我的账户", actor=ANONYMOUS)
    with pytest.raises(Invalid):
        move_case(case.number, Case.State.REFUSED, "", actor=SECURITY)
    moved = move_case(case.number, Case.State.REFUSED, "审计记录依法须保留", actor=SECURITY)
    assert not moved.is_open
    assert moved.events.last().note == "审计记录依法须保留"


def test_a_closed_case_does_not_move():
    case = open_case("complaint", "页面打不开", actor=ANONYMOUS)
    move_case(case.number, Case.State.ANSWERED, "已经修好了", actor=SECURITY)
    with pytest.raises(Invalid):
        move_case(case.number, Case.State.IN_PROGRESS, "", actor=SECURITY)


def test_a_case_unanswered_after_its_day_is_overdue():
    case = open_case("report", "发现数据泄露", actor=ANONYMOUS)
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert queries.find_case(case.number).is_overdue


def test_only_handlers_read_and_answer():
    case = open_case("report", "发现数据泄露", actor=ANONYMOUS)
    with pytest.raises(Forbidden):
        queries.cases(actor=ANONYMOUS)
    with pytest.raises(Forbidden):
        move_case(case.number, Case.State.ANSWERED, "好的，知道了", actor=ANONYMOUS)


def test_a_number_that_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        queries.find_case("SC0000-XXXX")


def test_neither_text_nor_contact_stands_in_the_database_in_clear():
    open_case("report", "发现数据泄露", contact="13812345678", actor=ANONYMOUS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, contact FROM identity_case")
        assert all(value.startswith("sealed:") for value in cursor.fetchone())


def test_contacts_are_deleted_three_years_after_the_answer_and_the_deletion_is_recorded():
    old = open_case("complaint", "很久以前的事", contact="13812345678", actor=ANONYMOUS)
    new = open_case("complaint", "昨天的一件事", contact="13812345679", actor=ANONYMOUS)
    for case in (old, new):
        move_case(case.number, Case.State.ANSWERED, "已经答复您", actor=SECURITY)
    Case.objects.filter(pk=old.pk).update(closed_at=timezone.now() - timedelta(days=3 * 366))
    assert forget_contacts(actor=SECURITY) == 1
    assert queries.find_case(old.number).contact == ""
    assert queries.find_case(new.number).contact == "13812345679"
