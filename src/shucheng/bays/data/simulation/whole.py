"""The whole chain for demonstrations, in the order in which it is: catalogue, grades, quality,
registration and authorisation, products and trade, delivery. All of it is made up and says so."""

from collections.abc import Callable
from datetime import date
from typing import Any

from shucheng.bays.data.actions.measuring import measure
from shucheng.bays.data.simulation.authority import simulate_authority, simulate_prices
from shucheng.bays.data.simulation.catalogue import simulate_catalogue
from shucheng.bays.data.simulation.delivery import simulate_delivery
from shucheng.bays.data.simulation.grading import simulate_grading
from shucheng.bays.data.simulation.market import simulate_market
from shucheng.bays.data.simulation.quality import simulate_quality
from shucheng.bays.data.simulation.requests import simulate_requests
from shucheng.kernel.public import Actor, Organisation, import_organisations

OPERATOR = "SIM-OPERATOR"
BUYER = "SIM-BUYER-1"


def simulate_data(
    today: date, *, area: str, office: str, say: Callable[[str], object], actor: Actor
) -> None:
    """`area`: the city's code; `office`: the code of the data bureau."""
    company = {
        "code": OPERATOR,
        "name": "公共数据运营公司（模拟）",
        "name_en": "Public data operator (simulated)",
        "kind": Organisation.Kind.COMPANY,
    }
    import_organisations([company], actor=actor)
    say(f"Resources of the data catalogue, labelled as simulated: {simulate_catalogue(area)}")
    steps: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("requests for data", lambda: simulate_requests(today, office=office)),
        ("grades", lambda: simulate_grading(actor)),
        ("quality", lambda: simulate_quality(actor, today)),
        (
            "registrations and authorisations",
            lambda: simulate_authority(office=office, operator=OPERATOR, today=today, actor=actor),
        ),
        ("the data market", lambda: simulate_market(today, office=office, actor=actor)),
        ("guided prices", lambda: simulate_prices(today=today, actor=actor)),
        ("deliveries", lambda: simulate_delivery(today, actor=actor)),
        ("figures of the data bay", lambda: measure(today=today, actor=actor)),
    )
    for name, step in steps:
        say(f"Simulated {name}: {_told(step())}")


def _told(counts: dict[str, int] | int) -> str:
    if isinstance(counts, int):
        return str(counts)
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"
