"""Who finds which evidence: overseers all of it, parties all of their own trade, others what the
pages show them."""

import pytest

from shucheng.bays.data.actions.disputes import open_dispute
from shucheng.bays.data.actions.evidence import append_evidence
from shucheng.bays.data.actions.settling import pay_out, record_payment, settle_until
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.money import LedgerEntry, Settlement
from shucheng.bays.data.queries.proofs import events_seen, find_leaf, proof_of
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import DAY, code_of, delivering, use, world
from shucheng.bays.data.tests.test_web_catalogue import signed_in
from shucheng.kernel.public import Actor, NotFound, Organisation, Person, Role
from shucheng.lib.periods import Period

TRADE = {
    *("offer.opened", "order.placed", "order.accept", "order.deliver", "agreement.made"),
    *("settlement.made", "books.payment", "dispute.opened", "product.made", "product.list"),
}


@pytest.fixture
def traded(cast: Cast) -> str:
    """From the product to a paid settlement that is in dispute; the settlement's code."""
    world(cast)
    made = delivering(cast)
    use(made, 10, DAY)
    settle_until(Period.parse("2026-03"), actor=cast.bureau)
    settlement = Settlement.objects.get()
    buyer = code_of(cast.buyer.organisation_id)
    record_payment(buyer, settlement.amount, "BANK-1", actor=cast.bureau)
    open_dispute(made.code, "数量不符", actor=cast.buyer)
    append_evidence(actor=cast.bureau)
    return settlement.code


def kinds(actor: Actor) -> set[str]:
    return set(events_seen(actor).values_list("kind", flat=True))


def leaf_about(code: str) -> int:
    return EvidenceEvent.objects.filter(about=code).latest("id").leaf.number


def rival() -> Actor:
    other = Organisation.objects.create(code="ORG-X", name="对手", kind="company")
    person = Person.objects.create(username="rival", display_name="r", password="!")
    person.memberships.create(organisation=other, role=Role.PARTICIPANT, granted_by="test")
    own = frozenset({other.pk})
    return Actor(person.pk, "rival", frozenset({Role.PARTICIPANT}), other.pk, own)


def test_both_sides_and_the_holder_prove_every_step_of_their_trade(cast: Cast, traded: str):
    for actor in (cast.buyer, cast.operator, cast.holder):
        assert kinds(actor) >= TRADE - {"books.payment"}
        assert proof_of(leaf_about(traded), actor=actor)


def test_a_party_proves_what_it_paid_and_was_paid_and_nobody_elses(cast: Cast, traded: str):
    Settlement.objects.get().agreement.disputes.update(state="dismissed")
    operator = code_of(cast.operator.organisation_id)
    pay_out(f"payable:operator:{operator}", actor=cast.bureau)
    append_evidence(actor=cast.bureau)
    paid, payout = (
        leaf_about(LedgerEntry.objects.get(kind=kind).code) for kind in ("payment", "payout")
    )
    assert find_leaf(paid, actor=cast.buyer)
    assert find_leaf(payout, actor=cast.operator)
    for number, actor in ((paid, cast.operator), (payout, cast.buyer), (payout, cast.holder)):
        with pytest.raises(NotFound):
            find_leaf(number, actor=actor)


def test_a_department_without_a_part_in_it_reads_no_trade_of_others(cast: Cast, traded: str):
    assert not kinds(cast.other) & TRADE
    assert not kinds(rival()) & TRADE
    client = signed_in(cast.other)
    api = "/api/v1/data/evidence"
    page = client.get("/data-elements/evidence/", {"about": traded})
    assert page.context["total"] == 0
    assert client.get(f"{api}/events", {"about": traded}).json() == []
    leaf = f"{api}/leaves/{leaf_about(traded)}"
    assert client.get(leaf).status_code == client.get(f"{leaf}/proof").status_code == 404


def test_who_governs_audits_or_decides_reads_all_of_it(cast: Cast, traded: str):
    every = EvidenceEvent.objects.count()
    for actor in (cast.bureau, cast.auditor, cast.leader):
        assert events_seen(actor).count() == every


def test_a_department_finds_what_the_catalogue_and_the_grants_show_it(cast: Cast, traded: str):
    EvidenceEvent.objects.create(kind="resource.listed", about="RES-2026-000001", content={})
    assert kinds(cast.other) == {"resource.listed", "grant.given"}
