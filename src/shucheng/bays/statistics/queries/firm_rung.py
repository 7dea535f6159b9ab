"""Where one firm stands on the ladder: each criterion with what it has, what is asked for, and how
much is lacking, in words."""

from dataclasses import dataclass

from django.utils import timezone

from shucheng.bays.statistics.engine.ladder.definition import Ladder, LadderInvalid
from shucheng.bays.statistics.engine.ladder.one import Answer, Checked, Place, explain
from shucheng.bays.statistics.queries import ladder_words as words
from shucheng.bays.statistics.queries.definitions import ladder_in_force
from shucheng.bays.statistics.queries.micro import ask


@dataclass(frozen=True, slots=True)
class Check:
    """A condition in words; `lacking` is empty where it is met or is no amount; `last` is what was
    known of a fact that has run out."""

    measure: str
    had: str
    asked: str
    lacking: str
    met: bool | None
    last: str


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion, whether it is met (None: has to be asked), by the way that comes nearest."""

    name: str
    met: bool | None
    checks: tuple[Check, ...]
    source: str
    note: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class FirmRung:
    """The highest rung a firm holds and the next one, or the one asked for: what is met of it,
    what is not, what has to be asked."""

    held: str
    following: str
    code: str
    holds_it: bool
    criteria: tuple[CriterionLine, ...]
    rungs: tuple[tuple[str, str], ...]
    version: str
    period: int

    @property
    def met(self) -> tuple[str, ...]:
        return self._named(True)

    @property
    def unmet(self) -> tuple[str, ...]:
        return self._named(False)

    @property
    def unknown(self) -> tuple[str, ...]:
        return self._named(None)

    def _named(self, met: bool | None) -> tuple[str, ...]:
        return tuple(each.name for each in self.criteria if each.met is met)


def firm_rung(credit_code: str, asked: str = "") -> FirmRung | None:
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
    at = next((rung for rung in ladder.rungs if rung.code == asked), place.following)
    standing = place.at(at.code) if at else None
    return FirmRung(
        words.name_of(place.rung) if place.rung else "",
        words.name_of(at) if at else "",
        at.code if at else "",
        standing is not None and standing.held,
        tuple(_criterion(each, ladder) for each in standing.answers) if standing else (),
        tuple((rung.code, words.name_of(rung)) for rung in ladder.rungs),
        ladder.version,
        (today.year - 1) * 100 + 12,
    )


def _criterion(answer: Answer, ladder: Ladder) -> CriterionLine:
    criterion = answer.criterion
    return CriterionLine(
        words.name_of(criterion),
        answer.met,
        tuple(_check(each, ladder) for each in _telling(answer)),
        f"{criterion.source} {criterion.clause}".strip(),
        criterion.note,
        criterion.unconfirmed,
    )


def _telling(answer: Answer) -> list[Checked]:
    """Conditions that say something: what a firm is only where it is in the way, told facts."""
    return [
        each
        for each in answer.nearest
        if (each.value is not None or each.last or not each.condition.is_fact)
        and (each.condition.operator != "among" or each.met is not True or len(answer.nearest) == 1)
    ]


def _check(checked: Checked, ladder: Ladder) -> Check:
    return Check(
        words.measured(checked.condition),
        words.had(checked, ladder),
        words.asked(checked.condition, ladder),
        words.lacking(checked) if checked.met is False else "",
        checked.met,
        words.last_known(checked),
    )
