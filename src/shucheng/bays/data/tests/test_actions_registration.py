"""Registration: who may apply for what, what a code gives, and what its end takes away."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.bays.data.actions.registration import move_registration, open_registration
from shucheng.bays.data.actions.turning import turn_day
from shucheng.bays.data.engine.authority.granting import in_force
from shucheng.bays.data.models.authority import Grant, Stop
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.cases import machine_of
from shucheng.bays.data.tests.authority import (
    ACCEPTED,
    CODED,
    PASSED,
    SUBMITTED,
    organisation,
    product,
    proofs_for,
    registered,
    resource,
    step,
)
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Forbidden, Invalid, NotFound, ShuchengError, StoredFile


def opened(cast: Cast) -> Case:
    resource(cast.holder)
    return open_registration(
        Case.Kind.RESOURCE,
        "RES-1",
        "企业登记信息",
        applicant=organisation(cast.holder),
        actor=cast.holder,
        on=SUBMITTED,
    )


def test_a_code_gives_the_holder_its_first_grant_for_three_years(cast: Cast) -> None:
    resource(cast.holder)
    case = registered(cast)
    grant = Grant.objects.get()
    assert (grant.right, grant.giver, grant.taker) == ("hold", "ORG-M", "ORG-M")
    assert (grant.things, grant.basis, grant.under) == (["RES-1"], [case.code], [])
    assert (grant.start, grant.end) == (CODED, date(2029, 4, 1))
    assert in_force(rights(), book(), grant.code, CODED) is None
    assert EvidenceEvent.objects.filter(kind="grant.given", about=grant.code).exists()


def test_only_who_holds_a_resource_registers_it_and_once_at_a_time(cast: Cast) -> None:
    case = opened(cast)
    for actor, refusal in ((cast.other, NotFound), (cast.operator, Forbidden)):
        with pytest.raises(refusal):
            open_registration(
                Case.Kind.RESOURCE, "RES-1", "x", applicant=organisation(actor), actor=actor
            )
    with pytest.raises(Invalid) as refused:
        open_registration(
            Case.Kind.RESOURCE,
            "RES-1",
            "x",
            applicant=organisation(cast.holder),
            actor=cast.holder,
        )
    assert case.code in refused.value.message
    step(step(case, "submit", cast.holder, SUBMITTED), "withdraw", cast.holder, ACCEPTED)
    again = open_registration(
        Case.Kind.RESOURCE, "RES-1", "x", applicant=organisation(cast.holder), actor=cast.holder
    )
    assert again.code != case.code


def test_what_is_not_in_the_catalogue_cannot_be_registered(cast: Cast) -> None:
    resource(cast.holder, state="draft")
    with pytest.raises(NotFound):
        open_registration(
            Case.Kind.RESOURCE, "RES-1", "x", applicant=organisation(cast.holder), actor=cast.holder
        )


def test_a_review_that_ends_late_needs_its_reason(cast: Cast) -> None:
    case = step(opened(cast), "submit", cast.holder, SUBMITTED)
    case = step(case, "accept", cast.bureau, ACCEPTED)
    late = date(2026, 4, 20)
    given = proofs_for(case, "pass", ACCEPTED)
    assert "overdue_reason" not in given
    with pytest.raises(Invalid) as refused:
        move_registration(
            case.code, case.revision, "pass", actor=cast.bureau, proofs=given, on=late
        )
    assert "逾期原因告知" in refused.value.message
    assert step(case, "pass", cast.bureau, late).state == "noticed"


def test_a_code_is_not_issued_before_the_notice_is_over(cast: Cast) -> None:
    case = step(opened(cast), "submit", cast.holder, SUBMITTED)
    case = step(case, "accept", cast.bureau, ACCEPTED)
    case = step(case, "pass", cast.bureau, PASSED)
    with pytest.raises(Invalid) as refused:
        step(case, "issue_code", cast.bureau, PASSED + timedelta(days=14))
    assert refused.value.code == "authority.too-early"
    assert not Grant.objects.exists()
    assert step(case, "issue_code", cast.bureau, PASSED + timedelta(days=15)).state == "registered"


def test_a_market_participant_objects_to_a_notice(cast: Cast) -> None:
    case = step(opened(cast), "submit", cast.holder, SUBMITTED)
    case = step(case, "accept", cast.bureau, ACCEPTED)
    case = step(case, "pass", cast.bureau, PASSED)
    case = step(case, "object", cast.buyer, PASSED + timedelta(days=2))
    assert case.state == "objected"
    case = step(case, "uphold", cast.bureau, PASSED + timedelta(days=5))
    assert (case.state, Grant.objects.count()) == ("terminated", 0)


def test_revoking_a_registration_ends_what_rests_on_it_the_same_day(cast: Cast) -> None:
    resource(cast.holder)
    case = registered(cast)
    day = date(2026, 7, 1)
    (code,) = book().grants
    assert in_force(rights(), book(), code, day) is None
    step(case, "revoke", cast.bureau, day)
    no = in_force(rights(), book(), code, day)
    assert no
    assert (no.code, no.values["cause"]) == ("authority.revoked", case.code)


def test_a_change_leaves_the_registration_holding(cast: Cast) -> None:
    resource(cast.holder)
    case = step(registered(cast), "submit_change", cast.holder, date(2026, 7, 1))
    (code,) = book().grants
    assert in_force(rights(), book(), code, date(2026, 7, 1)) is None
    assert [each.kind for each in Stop.objects.filter(on=case.code)] == ["suspend", "lift"]


def test_a_renewal_gives_a_grant_that_begins_the_day_after(cast: Cast) -> None:
    resource(cast.holder)
    case = step(registered(cast), "submit_renewal", cast.holder, date(2029, 3, 1))
    case = step(case, "renew", cast.bureau, date(2029, 3, 20))
    first, second = Grant.objects.order_by("id")
    assert (second.start, second.end) == (first.end + timedelta(days=1), date(2032, 4, 1))
    assert case.until == second.end


def test_the_clock_ends_what_has_run_out_and_once(cast: Cast) -> None:
    resource(cast.holder)
    case = registered(cast)
    assert case.until
    assert turn_day(actor=cast.bureau, on=case.until)["expire"] == 0
    assert turn_day(actor=cast.bureau, on=case.until + timedelta(days=1))["expire"] == 1
    assert turn_day(actor=cast.bureau, on=case.until + timedelta(days=2))["expire"] == 0
    case.refresh_from_db()
    assert case.state == "expired"
    assert [s.role for s in Step.objects.filter(subject=case.code, event="expire")] == ["clock"]


def test_a_renewal_in_hand_is_not_ended_by_the_clock(cast: Cast) -> None:
    resource(cast.holder)
    case = step(registered(cast), "submit_renewal", cast.holder, date(2029, 3, 1))
    assert turn_day(actor=cast.bureau, on=date(2029, 5, 1)) == {
        "expire": 0,
        "lapse": 0,
        "supply": 0,
        "refused": 0,
    }
    case.refresh_from_db()
    assert case.state == "renewal_submitted"


def test_a_products_registration_is_noted_with_it(cast: Cast) -> None:
    product(cast, [], [])
    with pytest.raises(Invalid) as refused:
        registered(cast, "PRD-1", cast.operator, kind=Case.Kind.PRODUCT)
    assert refused.value.code == "authority.no-end"
    case = Case.objects.get()
    case = step(case, "issue_code", cast.bureau, CODED, until=date(2027, 4, 1))
    made = Product.objects.get()
    assert (made.registration, made.revision) == (case.code, 1)
    assert not Grant.objects.exists()


def test_evidence_is_a_file_that_was_uploaded_with_the_step(cast: Cast) -> None:
    case = opened(cast)
    proofs: dict[str, dict[str, object]] = {
        **proofs_for(case, "submit", SUBMITTED),
        "lawful_source": {"upload": ("依据.txt", "《登记管理条例》第十条".encode())},
    }
    case = move_registration(
        case.code, case.revision, "submit", actor=cast.holder, proofs=proofs, on=SUBMITTED
    )
    stored = StoredFile.objects.get()
    assert (stored.room, stored.organisation_id) == ("data", cast.holder.organisation_id)
    kept = Step.objects.get(event="submit").evidence
    assert kept["lawful_source"] == {"file": stored.pk}
    step(case, "accept", cast.bureau, ACCEPTED)
    case.refresh_from_db()
    with pytest.raises(Invalid) as refused:  # of another's upload
        move_registration(
            case.code,
            case.revision,
            "pass",
            actor=cast.bureau,
            proofs={key: {"file": stored.pk} for key in ("review_record", "public_notice")},
            on=PASSED,
        )
    assert refused.value.code == "data.evidence_file"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_message_leads_out_of_the_table(cast: Cast, data: st.DataObject) -> None:
    """Whatever is sent by whomever: a case stands where its steps led, each step is one of the
    table by one of its roles, and nothing holds that is not registered."""
    number = Case.objects.count()
    resource(cast.holder, f"RES-{number}-x")
    case = open_registration(
        Case.Kind.RESOURCE,
        f"RES-{number}-x",
        "x",
        applicant=organisation(cast.holder),
        actor=cast.holder,
        on=SUBMITTED,
    )
    machine = machine_of(case.kind)
    people = [cast.holder, cast.other, cast.bureau, cast.leader, cast.operator, cast.auditor]
    day = SUBMITTED
    for _ in range(data.draw(st.integers(1, 12))):
        day += timedelta(days=data.draw(st.sampled_from([0, 1, 20, 400])))
        ahead = sorted(machine.next_states(case.state))
        event = data.draw(st.sampled_from([*ahead * 3, *machine.table.events]))
        whole = event in ahead and data.draw(st.booleans())
        proofs = proofs_for(case, event, day) if whole else {}
        try:
            case = move_registration(
                case.code,
                case.revision,
                event,
                actor=data.draw(st.sampled_from(people)),
                proofs=proofs,
                on=day,
            )
        except ShuchengError:
            case.refresh_from_db()
    state = machine.table.start
    for each in Step.objects.filter(subject=case.code):
        assert each.before == state
        assert machine.ready.moves[each.before, each.event].to == each.after
        assert each.role in machine.table.events[each.event].by
        state = each.after
    assert case.state == state
    for grant in book().granted.get(("ORG-M", case.about), ()):
        holds = machine.holds(machine.load(case.content), day)
        assert (in_force(rights(), book(), grant.code, day) is None) == holds


def test_a_file_that_is_too_large_is_refused_and_nothing_moves(cast: Cast, settings) -> None:
    settings.UPLOAD_LIMIT = 10
    case = opened(cast)
    upload = SimpleUploadedFile("a.txt", b"x" * 20)
    proofs = {"lawful_source": {"upload": (upload.name, upload.read())}}
    with pytest.raises(Invalid):
        move_registration(case.code, case.revision, "submit", actor=cast.holder, proofs=proofs)
    case.refresh_from_db()
    assert (case.state, Step.objects.count()) == ("draft", 0)
