"""Alerts say something once, in the reader's language, to those it concerns; rules raise them."""

from typing import Any

import pytest
from django.utils import translation
from tests.records import an_actor, make_organisation, make_person, signed_in

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.alerts.actions import raise_alert, resolve_alert, see_alert
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.alerts.queries import alerts_list, count_open_alerts
from shucheng.kernel.alerts.rules import watch_audit
from shucheng.kernel.audit.entries import record, record_export
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.identity.actions.roles import grant_role
from shucheng.kernel.jobs import registry
from shucheng.kernel.jobs.actions import enqueue
from shucheng.kernel.jobs.worker import run_pending_jobs

pytestmark = pytest.mark.django_db

CLOCK = system_actor("job")
SECURITY = an_actor(Role.SECURITY)
ADMIN = an_actor(Role.ADMINISTRATOR)


def alarm(key: str = "k", **facts: Any) -> Alert:
    values = {"job": "plan.compile", "error": "no text"}
    return raise_alert("jobs.failed", actor=CLOCK, key=key, **{"values": values, **facts})


def watched() -> list[str]:
    watch_audit(actor=CLOCK)
    return sorted(Alert.objects.values_list("code", flat=True))


def fail_sign_in(account: str, address: str = "10.0.0.9") -> None:
    record(
        "identity.sign_in.failed",
        ("sign_in", account, account),
        actor=an_actor(address=address),
        success=False,
        error_code="sign_in.failed",
    )


def test_what_happens_again_is_one_alert_that_is_new_again() -> None:
    first = alarm(role=Role.SECURITY)
    see_alert(first.pk, actor=SECURITY)
    assert count_open_alerts(SECURITY) == 0
    assert alarm(role=Role.SECURITY) == first
    assert count_open_alerts(SECURITY) == 1
    assert Alert.objects.get().times == 2


def test_after_it_was_resolved_the_same_cause_is_a_new_alert() -> None:
    first = alarm(role=Role.SECURITY)
    resolve_alert(first.pk, "误报", actor=SECURITY)
    assert alarm(role=Role.SECURITY) != first
    resolved = alerts_list(actor=SECURITY, resolved=True)
    assert [alert.resolution for alert in resolved] == ["误报"]


def test_an_alert_is_not_resolved_without_a_word() -> None:
    with pytest.raises(Invalid):
        resolve_alert(alarm(role=Role.SECURITY).pk, "  ", actor=SECURITY)


def test_it_is_read_in_the_readers_language() -> None:
    alert = alarm()
    with translation.override("en"):
        assert alert.title == "The background job “Compile a plan” failed: no text"
        assert "start it again" in alert.next_step


def test_an_alert_of_unknown_kind_or_without_a_value_is_still_shown() -> None:
    old = Alert(code="jobs.failed", values={})
    assert "%(job)s" in old.title or "job" in old.title
    assert Alert(code="bay.gone", values={}).title


def test_only_those_it_is_addressed_to_and_administrators_see_it() -> None:
    office = make_organisation()
    mine = make_person(Role.LIAISON, organisation=office)
    alarm("person", person_id=mine.pk)
    alarm("organisation", organisation_id=office.pk)
    alarm("role", role=Role.SECURITY)
    own = an_actor(Role.LIAISON, organisation=office)
    assert [a.key for a in alerts_list(actor=own)] == ["organisation"]
    assert [a.key for a in alerts_list(actor=SECURITY)] == ["role"]
    assert count_open_alerts(ADMIN) == 3
    assert count_open_alerts(an_actor()) == 0
    with pytest.raises(NotFound):
        resolve_alert(Alert.objects.get(key="role").pk, "done", actor=own)


def test_nobody_but_the_platform_raises_alerts() -> None:
    with pytest.raises(Forbidden):
        raise_alert("jobs.failed", actor=ADMIN, key="x")


def test_repeated_failed_sign_ins_of_one_account_raise_an_alarm() -> None:
    for _ in range(4):
        fail_sign_in("wangli")
    fail_sign_in("other")
    assert watched() == []
    fail_sign_in("wangli")
    assert watched() == ["security.sign_in_failures"]
    assert Alert.objects.get().values["failures"] == 5


def test_one_address_trying_many_accounts_raises_an_alarm() -> None:
    for number in range(20):
        fail_sign_in(f"account{number}")
    assert watched() == ["security.sign_in_failures_address"]
    assert Alert.objects.get().severity == "critical"


def test_a_management_role_given_to_somebody_raises_an_alarm() -> None:
    person, office = make_person(), make_organisation()
    grant_role(person.pk, office.pk, Role.LIAISON, actor=SECURITY)
    assert watched() == []
    grant_role(person.pk, office.pk, Role.PLAN_OFFICE, actor=SECURITY)
    assert watched() == ["security.role_granted"]
    with translation.override("en"):
        assert "“Plan office”" in Alert.objects.get().title


def test_much_data_taken_out_at_once_or_in_pieces_raises_an_alarm() -> None:
    actor = an_actor(Role.AUDITOR, address="10.0.0.9")
    record_export("observations", 6_000, actor=actor)
    assert watched() == []
    record_export("observations", 6_000, actor=actor)
    assert watched() == ["security.mass_export"]
    assert Alert.objects.get().values["rows"] == 12_000


def test_somebody_who_tries_one_locked_door_after_another_raises_an_alarm() -> None:
    prober = an_actor(Role.LIAISON, address="10.0.0.9")
    for _ in range(20):
        with pytest.raises(Forbidden):
            raise_alert("x", actor=prober, key="x")
    assert watched() == ["security.refusals"]


def test_reading_the_log_again_raises_nothing_twice() -> None:
    for _ in range(5):
        fail_sign_in("wangli")
    watched()
    assert watch_audit(actor=CLOCK) == 0
    assert Alert.objects.get().times == 1


def test_a_job_that_fails_tells_whoever_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(payload: Any, *, actor: Any, progress: Any) -> None:
        raise Invalid("test.broken", "no", "stop")

    monkeypatch.setattr(registry, "_KINDS", {})
    registry.register_job("test.broken", broken)
    enqueue("test.broken", actor=CLOCK)
    run_pending_jobs()
    [alert] = alerts_list(actor=ADMIN)
    assert (alert.code, alert.values["job"]) == ("jobs.failed", "test.broken")
    assert alert.link.startswith("/jobs/")


def test_the_page_shows_takes_note_and_resolves() -> None:
    alert = alarm(role=Role.SECURITY)
    browser = signed_in(Role.SECURITY)
    assert "解析行动计划" in browser.get("/alerts/").content.decode()
    browser.post(f"/alerts/{alert.pk}/seen/")
    browser.post(f"/alerts/{alert.pk}/resolve/", {"resolution": "已处理"})
    assert "plan.compile" not in browser.get("/alerts/").content.decode()
    assert "已处理" in browser.get("/alerts/?resolved=1").content.decode()
    assert signed_in(Role.LIAISON).post(f"/alerts/{alert.pk}/seen/").status_code == 404
