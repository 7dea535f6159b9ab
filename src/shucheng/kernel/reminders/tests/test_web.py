"""The pages: one's own reminders, what became of all, robots."""

from typing import Any

import pytest
from django.test import Client
from tests.records import make_organisation, make_person, signed_in

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.identity.models import Organisation, Person
from shucheng.kernel.public import send_reminder
from shucheng.kernel.reminders.engine.rules import Rule
from shucheng.kernel.reminders.jobs import deliver
from shucheng.kernel.reminders.models import Preference, Reminder, Robot, Sending
from shucheng.kernel.reminders.queries import rule_in_force
from shucheng.kernel.reminders.tests.conftest import Receiver

pytestmark = pytest.mark.django_db
CLOCK = system_actor("job")
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k3y"


def remind(once_key: str = "k", **facts: Any) -> Reminder:
    facts = {"subject": "三季度<未报>", "text": "请填报。", "actor": CLOCK, **facts}
    return send_reminder("test.kind", once_key=once_key, **facts)


def a_liaison() -> tuple[Client, Person, Organisation]:
    bureau = make_organisation(name="市工信局")
    browser = signed_in(Role.LIAISON, organisation=bureau)
    return browser, Person.objects.get(), bureau


def text_of(browser: Client, address: str) -> str:
    return browser.get(f"{address}{'&' if '?' in address else '?'}lang=en").content.decode()


def robot_form(**facts: Any) -> dict[str, Any]:
    return {"name": "统计群", "vendor": "wecom", "address": WECOM, **facts}


def test_the_bell_counts_what_is_unread_and_reading_leads_to_what_it_is_about() -> None:
    browser, _person, bureau = a_liaison()
    reminder = remind(to_organisation=bureau.pk, link="/organisations/")
    page = text_of(browser, "/reminders/")
    assert 'aria-label="My reminders: 1"' in page
    assert "三季度&lt;未报&gt;" in page
    sending = reminder.sendings.get(channel="page")
    response = browser.post(f"/reminders/{sending.pk}/read/")
    assert response["Location"] == "/organisations/"
    assert 'aria-label="My reminders"' in text_of(browser, "/reminders/")
    assert "三季度" not in text_of(browser, "/reminders/?unread=1")
    assert "三季度" in text_of(browser, "/reminders/")


def test_a_link_that_leads_away_is_not_followed() -> None:
    browser, _, bureau = a_liaison()
    reminder = remind(to_organisation=bureau.pk, link="https://evil.example/")
    sending = reminder.sendings.get(channel="page")
    assert browser.post(f"/reminders/{sending.pk}/read/")["Location"] == "/reminders/"


def test_all_can_be_marked_as_read_at_once() -> None:
    browser, _person, bureau = a_liaison()
    other = make_person(Role.LIAISON, organisation=bureau)
    for key in "ab":
        remind(key, to_organisation=bureau.pk)
    browser.post("/reminders/read/")
    unread = Sending.objects.filter(channel="page", read_at=None)
    assert set(unread.values_list("person", flat=True)) == {other.pk}


def test_nobody_reads_or_marks_what_another_was_told() -> None:
    browser, _, _ = a_liaison()
    reminder = remind(to_person=make_person().pk)
    sending = reminder.sendings.get(channel="page")
    assert browser.post(f"/reminders/{sending.pk}/read/").status_code == 404
    assert "三季度" not in text_of(browser, "/reminders/")
    sending.refresh_from_db()
    assert sending.read_at is None


def test_one_chooses_not_to_be_mailed_and_in_which_language() -> None:
    browser, person, _ = a_liaison()
    browser.post("/reminders/preferences/", {"language": "en"})
    chosen = Preference.objects.get(person=person)
    assert (chosen.by_mail, chosen.language) == (False, "en")
    refused = browser.post("/reminders/preferences/", {"language": "xx"})
    assert refused.status_code == 200
    assert Preference.objects.get(person=person).language == "en"


@pytest.mark.parametrize("configured", [True, False])
def test_the_page_says_why_no_mail_will_come(configured: bool, settings: Any) -> None:
    settings.EMAIL_CONFIGURED = configured
    browser, _, _ = a_liaison()
    word = "Your account has no mail address" if configured else "no mail server"
    assert word in text_of(browser, "/reminders/")


def test_the_plan_office_sees_whom_a_reminder_did_not_reach_and_why(settings: Any) -> None:
    settings.EMAIL_CONFIGURED = False
    silent = make_organisation(name="市农业局")
    person = make_person(Role.LIAISON, organisation=make_organisation())
    told, nobody = remind("a", to_person=person.pk), remind("b", to_organisation=silent.pk)
    deliver({}, actor=CLOCK, progress=lambda *_: None)
    browser = signed_in(Role.PLAN_OFFICE)
    page = text_of(browser, "/reminders/deliveries/")
    assert "No mail server is configured (SHUCHENG_EMAIL_URL)." in page
    assert "Nobody there holds such a duty, and there is no robot." in page
    only = text_of(browser, "/reminders/deliveries/?state=nobody")
    assert f"/reminders/deliveries/{nobody.pk}/" in only
    assert f"/reminders/deliveries/{told.pk}/" not in only
    assert "No channel" in text_of(browser, f"/reminders/deliveries/{told.pk}/")
    chinese = browser.get(f"/reminders/deliveries/{told.pk}/").content.decode()
    assert "未配置邮件服务器" in chinese


def test_the_page_of_a_reminder_shows_every_attempt(receiver: Receiver) -> None:
    receiver.answer({"errcode": 93000, "errmsg": "invalid webhook url"})
    Robot.objects.create(name="统计群", vendor="wecom", address=f"{receiver.address}/h")
    reminder = remind(roles=())
    deliver({}, actor=CLOCK, progress=lambda *_: None)
    page = text_of(signed_in(Role.PLAN_OFFICE), f"/reminders/deliveries/{reminder.pk}/")
    assert "Attempt 1: Failed" in page
    assert "errcode 93000: invalid webhook url" in page
    assert "Next try" in page


def test_an_administrator_sets_up_a_robot_and_its_keys_are_not_shown_again() -> None:
    make_organisation("bureau", name="市工信局")
    browser = signed_in(Role.ADMINISTRATOR)
    form = robot_form(organisation="市工信局", secret="SECs3cret")
    assert browser.post("/reminders/robots/new/", form).status_code == 302
    robot = Robot.objects.get()
    assert (robot.address, robot.secret, robot.organisation.code) == (WECOM, "SECs3cret", "bureau")
    pages = text_of(browser, "/reminders/robots/") + text_of(
        browser, f"/reminders/robots/{robot.pk}/"
    )
    assert "统计群" in pages
    assert "k3y" not in pages
    assert "s3cret" not in pages
    entry = AuditEntry.objects.get(code="reminders.robot.added")
    assert "k3y" not in entry.facts + entry.changes
    # Changing the name keeps the keys.
    browser.post(f"/reminders/robots/{robot.pk}/", robot_form(name="新名", address=""))
    robot.refresh_from_db()
    assert (robot.name, robot.address, robot.secret) == ("新名", WECOM, "SECs3cret")
    assert (robot.active, robot.organisation) == (False, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "https://evil.example/hook"),
        ("address", "http://qyapi.weixin.qq.com/"),
        ("organisation", "没有这个局"),
        ("vendor", "pigeon"),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field(field: str, value: str) -> None:
    browser = signed_in(Role.ADMINISTRATOR)
    response = browser.post("/reminders/robots/new/", robot_form(**{field: value}))
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert not Robot.objects.exists()


def test_a_robot_is_tried_and_what_came_of_it_is_told(receiver: Receiver) -> None:
    receiver.answer({"errcode": 0})
    receiver.answer({"errcode": 93000, "errmsg": "invalid webhook url"})
    robot = Robot.objects.create(name="g", vendor="wecom", address=f"{receiver.address}/h")
    browser = signed_in(Role.ADMINISTRATOR)
    address = f"/reminders/robots/{robot.pk}/try/"
    taken = browser.post(address, follow=True)
    refused = browser.post(address, follow=True)
    assert [m.level_tag for m in taken.context["messages"]] == ["good"]
    [message] = refused.context["messages"]
    assert "errcode 93000" in str(message)
    assert len(receiver.bodies) == 2


@pytest.mark.parametrize("role", [Role.PLAN_OFFICE, Role.SECURITY, Role.LIAISON])
def test_nobody_but_an_administrator_sees_or_changes_robots(role: Role) -> None:
    robot = Robot.objects.create(name="g", vendor="wecom", address=WECOM)
    browser = signed_in(role)
    assert browser.get("/reminders/robots/").status_code == 403
    assert browser.post("/reminders/robots/new/", robot_form()).status_code == 403
    assert browser.post(f"/reminders/robots/{robot.pk}/", robot_form()).status_code == 403
    assert browser.post(f"/reminders/robots/{robot.pk}/try/").status_code == 403
    assert Robot.objects.get().name == "g"


def test_deliveries_are_not_shown_to_liaisons() -> None:
    assert signed_in(Role.LIAISON).get("/reminders/deliveries/").status_code == 403


def test_the_plan_office_changes_when_people_are_reminded_and_everybody_sees_it() -> None:
    form = {"before": "2，５；2", "late": "", "late_every": "4", "hour": "9", "reason": "会议纪要"}
    browser = signed_in(Role.PLAN_OFFICE)
    assert browser.post("/reminders/rules/", form).status_code == 302
    assert rule_in_force("reporting") == Rule((5, 2), (), 4, 9)
    page = text_of(signed_in(Role.LIAISON), "/reminders/rules/")
    assert "5, 2 working days before" in page
    assert "会议纪要" in page
    entry = AuditEntry.objects.get(code="reminders.rule.set")
    assert "会议纪要" in entry.facts
    refused = browser.post("/reminders/rules/", {**form, "before": "0"})
    assert refused.context["form"].errors["before"]
    assert rule_in_force("reporting") == Rule((5, 2), (), 4, 9)


def test_a_liaison_does_not_change_the_rule() -> None:
    form = {"before": "1", "late": "1", "late_every": "4", "hour": "9", "reason": "r"}
    assert signed_in(Role.LIAISON).post("/reminders/rules/", form).status_code == 403
