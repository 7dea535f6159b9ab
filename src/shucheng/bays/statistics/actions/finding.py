"""Look for firms that are registered twice, in the background."""

from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.actions.linking import FoundPair, keep_pairs
from shucheng.bays.statistics.engine.linkage import Firm as Registration
from shucheng.bays.statistics.engine.linkage import Settings, link
from shucheng.bays.statistics.models import Firm
from shucheng.kernel.public import (
    Actor,
    Area,
    Invalid,
    action,
    city_area_code,
    enqueue,
    record,
)
from shucheng.lib.geography import OutlinesMissing, place

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
    found = link(told, Settings(prefixes=_places()))
    pairs = [
        FoundPair(int(each.left), int(each.right), each.probability, _evidence(each.evidence))
        for each in (*found.same, *found.review)
    ]
    return keep_pairs(pairs, actor=actor)


def _places() -> tuple[str, ...]:
    """What nearly every name here begins with, and so tells nobody apart: the city and its
    province, with and without the word for what they are."""
    city = city_area_code()
    names = set(Area.objects.filter(code=city).values_list("name", flat=True))
    with suppress(OutlinesMissing):
        names |= {known.name for code in (city, f"{city[:2]}0000") if (known := place(code))}
    return tuple(sorted({short for name in names for short in (name, name.rstrip("省市"))}))


def _evidence(found: Any) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]
