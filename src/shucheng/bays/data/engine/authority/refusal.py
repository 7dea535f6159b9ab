"""Why something is refused: a code, a sentence and the next step.

The sentences stand in one table, so that a page can show them in another language
(`REASONS[code].message.format(**refused.values)`).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

Value = str | tuple[str, ...]


class Reason(NamedTuple):
    """What is wrong and what to do next; both with named values to fill in."""

    message: str
    hint: str


_LOOK = "Look at the state and at what may be done from it."
_NARROW = "Narrow the grant, or have the grant it stands on widened first."

REASONS: dict[str, Reason] = {
    "authority.unknown-event": Reason("There is no step {event}.", _LOOK),
    "authority.not-from-here": Reason("{event} cannot be done in the state {state}.", _LOOK),
    "authority.role": Reason(
        "{role} may not do {event}: it belongs to {allowed}.", "Pass it to whoever it belongs to."
    ),
    "authority.evidence-missing": Reason(
        "{event} lacks: {missing}.", "Attach what is missing and do it again."
    ),
    "authority.back-in-time": Reason(
        "{day} lies before the last step of {last}.", "Correct the day."
    ),
    "authority.too-early": Reason(
        "{event} can be done once {clock} is over; its last day is {due}.", "Wait until then."
    ),
    "authority.too-late": Reason(
        "{event} had to be done by {due}, the last day of {clock}.", "Ask the office in charge."
    ),
    "authority.outside-window": Reason(
        "{event} can be done from {opens} to {due}.", "Apply within that time."
    ),
    "authority.no-end": Reason("{event} needs the day on which the term ends.", "Give the day."),
    "authority.term": Reason(
        "The term ends on {until}; it must end from {first} to {last}.", "Correct the end."
    ),
    "authority.extension": Reason(
        "{clock} can be extended once, by 1 to {most} working days.", "Correct the extension."
    ),
    "authority.no-grant": Reason("There is no grant {grant}.", "Name a grant that exists."),
    "authority.cycle": Reason(
        "Grant {grant} stands on itself.", "Correct what the grant stands on."
    ),
    "authority.not-holder": Reason(
        "{giver} gives by grant {grant}, which belongs to {taker}.",
        "Only who holds a right passes it on.",
    ),
    "authority.may-not-pass-on": Reason(
        "Grant {grant} may not be passed on.", "Ask the giver of that grant."
    ),
    "authority.other-right": Reason(
        "Who has {held} cannot give {given}.", "Stand on a grant of the right that is given."
    ),
    "authority.wider-things": Reason("Grant {grant} does not cover {things}.", _NARROW),
    "authority.wider-limits": Reason("Grant {grant} allows {dimension} {allowed} only.", _NARROW),
    "authority.longer": Reason("Grant {grant} runs from {start} to {end} only.", _NARROW),
    "authority.basis": Reason(
        "{grant} names nothing it rests on.", "Name the registration, authorisation or contract."
    ),
    "authority.not-in-term": Reason(
        "On {day} grant {grant} is not in force: {start} to {end}.", "Act within the term."
    ),
    "authority.suspended": Reason("{cause} is suspended since {since}.", "Wait for the decision."),
    "authority.revoked": Reason(
        "{cause} is revoked since {since}.", "What stood on it has ended; stop using it."
    ),
    "authority.several-takers": Reason(
        "The grants {grants} do not belong to one party.", "Name the grants of one party only."
    ),
    "authority.act": Reason("{right} does not permit {act}.", "Ask for the right that does."),
    "authority.dimension": Reason(
        "Grant {grant} is limited in {unknown}, which nothing knows.", "Correct the limits."
    ),
    "authority.limits": Reason(
        "Grant {grant} allows {dimension} {allowed}, not {wanted}.", "Stay within the grant."
    ),
    "authority.raw-data": Reason(
        "{thing} is raw public data, which does not leave the domain.", "Deliver a product of it."
    ),
    "authority.redevelopment": Reason(
        "{taker} cannot redevelop {thing}, which it delivered itself.",
        "Others may; the operator and those related to it may not.",
    ),
    "authority.spread": Reason(
        "A spread of {spread} is above {most} hundredths of a percent.", "Lower the spread."
    ),
    "authority.money": Reason("{what} is negative.", "Correct the amount."),
    "authority.above-maximum": Reason(
        "The ceilings bring {revenue} fen at the expected volumes; {maximum} are permitted.",
        "Lower the ceilings.",
    ),
    "authority.above-ceiling": Reason(
        "{product} costs {price} fen, above its ceiling of {ceiling}.", "Lower the price."
    ),
    "authority.no-ceiling": Reason("{product} has no ceiling.", "Have its ceiling fixed first."),
    "authority.free": Reason("{product} serves {purpose} and is free.", "Set the price to 0."),
    "authority.purpose": Reason(
        "{purpose} is not a purpose that prices are ruled for.", "Choose one of: {allowed}."
    ),
    "authority.charging": Reason(
        "{basis} is not a basis of charging.", "Choose one of: {allowed}."
    ),
}


@dataclass(frozen=True)
class Refused:
    """An answer, not an error: what was asked is not done, and why. `code` is stable."""

    code: str
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return REASONS[self.code].message.format(**self._words)

    @property
    def hint(self) -> str:
        return REASONS[self.code].hint.format(**self._words)

    @property
    def _words(self) -> dict[str, str]:
        shown = {k: v if isinstance(v, str) else ", ".join(v) for k, v in self.values.items()}
        return {name: word or "-" for name, word in shown.items()}


def refused(code: str, **values: object) -> Refused:
    """`code` without its prefix; several values stay several, so that a page can name each."""
    return Refused(
        f"authority.{code}",
        {
            name: tuple(map(str, value)) if isinstance(value, tuple | list) else str(value)
            for name, value in values.items()
        },
    )
