"""The simulated authority: every state somewhere, three authorisations, marked, and only once."""

from datetime import date

from shucheng.bays.data.models.authority import Authorisation, Grant
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.market import Offer
from shucheng.bays.data.queries.disclosures import duties_on
from shucheng.bays.data.queries.lists import lists_on
from shucheng.bays.data.simulation.authority import simulate_authority, simulate_prices
from shucheng.bays.data.tests.authority import product, resource
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import system_actor

TODAY = date(2026, 11, 30)
CLI = system_actor("cli")


def simulated(cast: Cast) -> dict[str, int]:
    return simulate_authority(office="ORG-D", operator="ORG-O", today=TODAY, actor=CLI)


def test_there_are_registrations_in_every_state_and_three_authorisations(cast: Cast) -> None:
    for n in range(60):
        resource(cast.holder if n % 3 else cast.other, f"RES-{n:02}", simulated=True)
    made = simulated(cast)
    assert made == {"registrations": 50, "authorisations": 3}
    states = set(Case.objects.filter(kind=Case.Kind.RESOURCE).values_list("state", flat=True))
    assert {
        *("draft", "owed", "submitted", "returned", "refused", "reviewing", "correcting"),
        *("rejected", "noticed", "withdrawn", "registered", "change_submitted", "change_returned"),
        *("change_reviewing", "change_correcting", "change_noticed", "correction_submitted"),
        *("correction_reviewing", "renewal_submitted", "cancel_submitted", "cancelling"),
        *("cancelled", "expired", "revoked"),
    } == states
    found = Case.objects.filter(kind=Case.Kind.AUTHORISATION).order_by("id")
    assert [each.state for each in found] == ["in_force", "suspended", "planning"]
    assert not Case.objects.filter(simulated=False).exists()
    assert not Grant.objects.filter(simulated=False).exists()
    assert all("模拟" in each.title for each in Case.objects.all())
    assert not Step.objects.filter(on__gt=TODAY).exists()
    page = lists_on(TODAY, actor=CLI)
    assert len(page.resources) == 20, "ten resources of the one in force, two rights each"
    assert page.simulated
    duties = {d.owed.kind: d for d in duties_on(TODAY, actor=CLI)}
    assert duties["disclosure"].published
    assert duties["operator_disclosure"].late
    assert duties["security_assessment"].published is None
    before = Step.objects.count()
    assert simulated(cast) == {}
    assert Step.objects.count() == before


def test_where_the_catalogue_is_small_less_is_made(cast: Cast) -> None:
    for n in range(3):
        resource(cast.holder, f"RES-{n}", simulated=True)
    assert simulated(cast) == {"registrations": 3, "authorisations": 1}
    made = product(cast, [], [], code="PRD-1")
    made.simulated = True
    made.save()
    price = {"fee": 0, "basis": "call", "tiers": [[None, 50_000, 1]]}
    Offer.objects.create(code="OFR-1", product=made, price=price)
    assert simulate_prices(today=TODAY, actor=CLI) == 1
    assert simulate_prices(today=TODAY, actor=CLI) == 0
    review = Authorisation.objects.get().price_reviews.get()
    assert review.simulated
    assert review.ceilings == {"PRD-1": 60_000}


def test_without_an_operator_nothing_is_made(cast: Cast) -> None:
    resource(cast.holder, simulated=True)
    assert simulate_authority(office="ORG-D", operator="NONE", today=TODAY, actor=CLI) == {}
    assert not Case.objects.exists()
