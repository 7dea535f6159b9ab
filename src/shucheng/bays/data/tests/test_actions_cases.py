"""Cases move by their table, in the role of whoever acts, and leave a step, a stop and evidence."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from shucheng.bays.data.actions.cases import move_case, open_case
from shucheng.bays.data.actions.codes import REGISTRATION, next_code
from shucheng.bays.data.actions.evidence import append_evidence, leaf_of, leave_evidence
from shucheng.bays.data.engine.evidence.heads import SignedHead, verify_head
from shucheng.bays.data.engine.evidence.log import Log, LogReader
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf, TreeHead
from shucheng.bays.data.queries.cases import roles_of
from shucheng.bays.data.queries.evidence import log_folder
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Conflict, Forbidden, Invalid, ShuchengError, platform_signing_key

DAY = date(2026, 3, 2)
APPLICATION = (
    "business_review",
    "registrant_identity",
    "lawful_source",
    "resource_description",
    "evidence_deposit",
    "product_information",
    "scenario",
    "risk_assessment",
)


def proofs(*codes: str) -> dict[str, dict[str, str]]:
    return {code: {"text": "见附件"} for code in codes}


def opened(cast: Cast) -> Case:
    assert cast.holder.organisation_id
    with transaction.atomic():
        code = next_code(REGISTRATION, 2026)
    return open_case(
        Case.Kind.RESOURCE,
        code,
        about="RES-1",
        title="企业登记信息",
        applicant=cast.holder.organisation_id,
        actor=cast.holder,
        on=DAY,
    )


@pytest.mark.django_db(transaction=True)
def test_codes_are_never_given_twice_and_go_back_with_what_failed(cast: Cast):
    with transaction.atomic():
        assert next_code("REG", 2026) == "REG-2026-000001"
    with transaction.atomic():
        next_code("REG", 2026)
        transaction.set_rollback(True)
    with transaction.atomic():
        assert next_code("REG", 2026) == "REG-2026-000002"
        assert next_code("REG", 2027) == "REG-2027-000001"
        assert next_code("GRT", 2026) == "GRT-2026-000001"


def test_a_registration_is_applied_for_by_the_holder_and_accepted_by_the_bureau(cast: Cast):
    case = opened(cast)
    assert (case.state, case.due) == ("draft", None)
    case = move_case(
        case.code, case.revision, "submit", actor=cast.holder, proofs=proofs(*APPLICATION), on=DAY
    )
    assert case.state == "submitted"
    assert case.due
    assert case.due > DAY
    case = move_case(case.code, case.revision, "accept", actor=cast.bureau, on=DAY)
    assert case.state == "reviewing"
    steps = [(s.event, s.role, s.before, s.after) for s in Step.objects.filter(subject=case.code)]
    assert steps == [
        ("submit", "registrant", "draft", "submitted"),
        ("accept", "registrar", "submitted", "reviewing"),
    ]


def test_a_step_without_its_evidence_says_what_is_missing_and_changes_nothing(cast: Cast):
    case = opened(cast)
    given = proofs(*APPLICATION[1:]) | {"business_review": {"text": ""}}
    with pytest.raises(Invalid) as refused:
        move_case(case.code, case.revision, "submit", actor=cast.holder, proofs=given, on=DAY)
    assert refused.value.code == "authority.evidence-missing"
    assert "业务审核意见" in refused.value.message
    case.refresh_from_db()
    assert (case.state, Step.objects.count(), EvidenceEvent.objects.count()) == ("draft", 0, 0)


def test_who_does_not_have_the_role_is_refused(cast: Cast):
    case = opened(cast)
    for actor in (cast.other, cast.bureau, cast.operator, cast.auditor):
        with pytest.raises(Forbidden):
            move_case(case.code, case.revision, "submit", actor=actor, on=DAY)
    assert roles_of(case, cast.holder) == {"registrant"}
    assert roles_of(case, cast.other) == {"interested"}
    assert roles_of(case, cast.bureau) == {"registrar", "interested"}


def test_who_looked_at_an_older_state_is_told_so(cast: Cast):
    case = opened(cast)
    move_case(
        case.code, case.revision, "submit", actor=cast.holder, proofs=proofs(*APPLICATION), on=DAY
    )
    with pytest.raises(Conflict):
        move_case(case.code, case.revision, "withdraw", actor=cast.holder, on=DAY)


def test_a_state_on_which_nothing_may_rest_is_a_stop(cast: Cast):
    case = opened(cast)
    case = move_case(
        case.code, case.revision, "submit", actor=cast.holder, proofs=proofs(*APPLICATION), on=DAY
    )
    assert [s.kind for s in Stop.objects.filter(on=case.code)] == ["suspend"]
    move_case(case.code, case.revision, "withdraw", actor=cast.holder, on=DAY)
    assert [s.kind for s in Stop.objects.filter(on=case.code)] == ["suspend", "revoke"]


def test_every_step_leaves_a_leaf_and_the_head_is_signed(cast: Cast):
    case = opened(cast)
    move_case(
        case.code, case.revision, "submit", actor=cast.holder, proofs=proofs(*APPLICATION), on=DAY
    )
    leave_evidence("test", case.code, amount=5)
    assert append_evidence(actor=cast.bureau) == 2
    head = SignedHead.from_json(TreeHead.objects.get().head)
    verify_head(head, [str(platform_signing_key().public)])
    with LogReader(log_folder()) as log:
        assert head.size == 2
        assert log.tree.root(2) == head.root
        assert json.loads(log.leaf(1))["content"] == {"amount": 5}


def test_an_appending_that_was_killed_is_taken_up_again(cast: Cast):
    events = [leave_evidence("test", "X", n=n) for n in range(3)]
    with Log(log_folder()) as log:  # in the log, and the database never heard of it
        log.append([leaf_of(event) for event in events[:2]])
    assert append_evidence(actor=cast.bureau) == 3
    found = EvidenceLeaf.objects.values_list("number", "event_id")
    assert list(found) == [(n, event.pk) for n, event in enumerate(events)]


def test_a_log_that_knows_more_than_the_database_is_not_written_to(cast: Cast):
    with Log(log_folder()) as log:
        log.append([b'{"event":999}'])
    leave_evidence("test", "X")
    with pytest.raises(ShuchengError) as refused:
        append_evidence(actor=cast.bureau)
    assert refused.value.code == "evidence.apart"


@pytest.mark.django_db(transaction=True)
def test_steps_and_stops_cannot_be_rewritten(cast: Cast):
    case = opened(cast)
    move_case(
        case.code, case.revision, "submit", actor=cast.holder, proofs=proofs(*APPLICATION), on=DAY
    )
    for rows in (Step.objects, Stop.objects, EvidenceEvent.objects):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.all().delete()
