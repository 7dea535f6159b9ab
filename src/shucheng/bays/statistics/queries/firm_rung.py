"""Where one firm stands on the ladder, in words."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language

from shucheng.bays.statistics.engine.ladder.definition import Criterion, LadderInvalid, Rung
from shucheng.bays.statistics.engine.ladder.one import Place, explain
from shucheng.bays.statistics.queries.definitions import ladder_in_force
from shucheng.bays.statistics.queries.micro import ask


@dataclass(frozen=True, slots=True)
class FirmRung:
    """The highest rung a firm holds and the next one: what is met of it, what is not, what has to
    be asked."""

    held: str
    following: str
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]
    version: str


def firm_rung(credit_code: str) -> FirmRung | None:
    """By the figures of the last whole year; None for a firm that is not in business."""
    ladder, today = ladder_in_force(), timezone.localdate()
    try:
        place: Place = ask(
            lambda micro: explain(micro.connection, ladder, credit_code, today),
            "rung",
            credit_code,
            today,
        )
    except LadderInvalid:
        return None
    answers = place.at(place.following.code).answers if place.following else ()
    return FirmRung(
        _name(place.rung) if place.rung else "",
        _name(place.following) if place.following else "",
        tuple(_name(each.criterion) for each in answers if each.met),
        tuple(_name(each.criterion) for each in answers if each.met is False),
        tuple(_name(each.criterion) for each in answers if each.met is None),
        ladder.version,
    )


def _name(named: Rung | Criterion) -> str:
    return named.name_en if get_language() == "en" else named.name
