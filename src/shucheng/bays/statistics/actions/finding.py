"""Look for firms that are registered twice, in the background."""

from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.actions.linking import FoundPair, keep_pairs
from shucheng.bays.statistics.engine.linkage import Firm as Registration
from shucheng.bays.statistics.engine.linkage import link
from shucheng.bays.statistics.models import Firm
from shucheng.kernel.public import Actor, Invalid, action, enqueue, record

FIND_JOB = "statistics.find_duplicates"


@action
def look_for_duplicates(*, actor: Actor) -> None:
    """Have the registrations compared; refused where the library for it is not installed."""
    actor.require("statistics.decide")
    if find_spec("splink") is None:
        raise Invalid(
            "statistics.splink_missing",
            _("Comparing names and addresses needs a library that is not installed here."),
            _("Install the extra “statistics”: run make .venv/statistics on the server."),
        )
    enqueue(FIND_JOB, actor=actor, unique_key=FIND_JOB)
    record("statistics.links.asked", ("statistics.links", "", ""), actor=actor)


def find_duplicates(*, actor: Actor) -> int:
    """Compare all firms in business and keep the pairs that may be one; how many are new."""
    firms = Firm.objects.filter(is_open=True, merged_into=None)
    told = [
        Registration(str(pk), code, name, address)
        for pk, code, name, address in firms.values_list("pk", "credit_code", "name", "address")
    ]
    found = link(told)
    pairs = [
        FoundPair(int(each.left), int(each.right), each.probability, _evidence(each.evidence))
        for each in (*found.same, *found.review)
    ]
    return keep_pairs(pairs, actor=actor)


def _evidence(found: Any) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]
