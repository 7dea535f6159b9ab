"""What the engine refuses, in words of the screen: the sentence, the next step, and every code in
them by its name."""

from collections.abc import Iterable, Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.tables import Named, Table
from shucheng.bays.data.queries.book import rights
from shucheng.kernel.public import Invalid

WORDS = {
    "authority.unknown-event": (
        _("There is no step %(event)s."),
        _("Look at the state and at what may be done from it."),
    ),
    "authority.not-from-here": (
        _("%(event)s cannot be done in the state %(state)s."),
        _("Look at the state and at what may be done from it."),
    ),
    "authority.role": (
        _("%(role)s may not do %(event)s: it belongs to %(allowed)s."),
        _("Pass it to whoever it belongs to."),
    ),
    "authority.evidence-missing": (
        _("%(event)s lacks: %(missing)s."),
        _("Attach what is missing and do it again."),
    ),
    "authority.back-in-time": (
        _("%(day)s lies before the last step of %(last)s."),
        _("Correct the day."),
    ),
    "authority.too-early": (
        _("%(event)s can be done once %(clock)s is over; its last day is %(due)s."),
        _("Wait until then."),
    ),
    "authority.too-late": (
        _("%(event)s had to be done by %(due)s, the last day of %(clock)s."),
        _("Ask the office in charge."),
    ),
    "authority.outside-window": (
        _("%(event)s can be done from %(opens)s to %(due)s."),
        _("Apply within that time."),
    ),
    "authority.no-end": (_("%(event)s needs the day on which the term ends."), _("Give the day.")),
    "authority.term": (
        _("The term ends on %(until)s; it must end from %(first)s to %(last)s."),
        _("Correct the end."),
    ),
    "authority.extension": (
        _("%(clock)s can be extended once, by 1 to %(most)s working days."),
        _("Correct the extension."),
    ),
    "authority.no-grant": (_("There is no grant %(grant)s."), _("Name a grant that exists.")),
    "authority.cycle": (
        _("Grant %(grant)s stands on itself."),
        _("Correct what the grant stands on."),
    ),
    "authority.not-holder": (
        _("%(giver)s gives by grant %(grant)s, which belongs to %(taker)s."),
        _("Only who holds a right passes it on."),
    ),
    "authority.may-not-pass-on": (
        _("Grant %(grant)s may not be passed on."),
        _("Ask the giver of that grant."),
    ),
    "authority.other-right": (
        _("Who has %(held)s cannot give %(given)s."),
        _("Stand on a grant of the right that is given."),
    ),
    "authority.wider-things": (
        _("Grant %(grant)s does not cover %(things)s."),
        _("Narrow the grant, or have the grant it stands on widened first."),
    ),
    "authority.wider-limits": (
        _("Grant %(grant)s allows %(dimension)s %(allowed)s only."),
        _("Narrow the grant, or have the grant it stands on widened first."),
    ),
    "authority.longer": (
        _("Grant %(grant)s runs from %(start)s to %(end)s only."),
        _("Narrow the grant, or have the grant it stands on widened first."),
    ),
    "authority.basis": (
        _("%(grant)s names nothing it rests on."),
        _("Name the registration, authorisation or contract."),
    ),
    "authority.not-in-term": (
        _("On %(day)s grant %(grant)s is not in force: %(start)s to %(end)s."),
        _("Act within the term."),
    ),
    "authority.suspended": (
        _("%(cause)s is suspended since %(since)s."),
        _("Wait for the decision."),
    ),
    "authority.revoked": (
        _("%(cause)s is revoked since %(since)s."),
        _("What stood on it has ended; stop using it."),
    ),
    "authority.several-takers": (
        _("The grants %(grants)s do not belong to one party."),
        _("Name the grants of one party only."),
    ),
    "authority.act": (_("%(right)s does not permit %(act)s."), _("Ask for the right that does.")),
    "authority.dimension": (
        _("Grant %(grant)s is limited in %(unknown)s, which nothing knows."),
        _("Correct the limits."),
    ),
    "authority.limits": (
        _("Grant %(grant)s allows %(dimension)s %(allowed)s, not %(wanted)s."),
        _("Stay within the grant."),
    ),
    "authority.raw-data": (
        _("%(thing)s is raw public data, which does not leave the domain."),
        _("Deliver a product of it."),
    ),
    "authority.redevelopment": (
        _("%(taker)s cannot redevelop %(thing)s, which it delivered itself."),
        _("Others may; the operator and those related to it may not."),
    ),
    "authority.spread": (
        _("A spread of %(spread)s is above %(most)s hundredths of a percent."),
        _("Lower the spread."),
    ),
    "authority.money": (_("%(what)s is negative."), _("Correct the amount.")),
    "authority.above-maximum": (
        _("The ceilings bring %(revenue)s fen at the expected volumes; %(maximum)s are permitted."),
        _("Lower the ceilings."),
    ),
    "authority.above-ceiling": (
        _("%(product)s costs %(price)s fen, above its ceiling of %(ceiling)s."),
        _("Lower the price."),
    ),
    "authority.no-ceiling": (_("%(product)s has no ceiling."), _("Have its ceiling fixed first.")),
    "authority.free": (_("%(product)s serves %(purpose)s and is free."), _("Set the price to 0.")),
    "authority.purpose": (
        _("%(purpose)s is not a purpose that prices are ruled for."),
        _("Choose one of: %(allowed)s."),
    ),
    "authority.charging": (
        _("%(basis)s is not a basis of charging."),
        _("Choose one of: %(allowed)s."),
    ),
}


UNSAID = (
    _("Grant %(grant)s limits %(dimension)s to %(allowed)s, and none of them is chosen."),
    _("Choose among them."),
)

# Values of limits that are codes, as other rooms and programs read them.
VALUES = {
    "public-governance": _("public governance"),
    "public-welfare": _("public welfare"),
    "industry-development": _("development of industries"),
    "sector-development": _("development of the sector"),
    "download": _("download"),
    "api": _("interface"),
    "sandbox": _("sandbox query"),
    "aggregate": _("aggregates"),
    "intersection": _("private intersection"),
}


def not_done(refused: Refused, table: Table | None = None) -> Invalid:
    """A refusal as the error that a page or program gets."""
    unsaid = refused.code == "authority.limits" and not refused.values.get("wanted")
    message, next_step = UNSAID if unsaid else WORDS[refused.code]
    return Invalid(refused.code, message, next_step, None, **_values(refused, table))


def sentence(refused: Refused, table: Table | None = None) -> str:
    return not_done(refused, table).message


def named(thing: Named) -> str:
    """A name of the tables in the language of the screen."""
    return thing.en if (get_language() or "").startswith("en") else thing.zh


def _values(refused: Refused, table: Table | None) -> dict[str, str]:
    names = _names(table)
    return {name: _joined(value, names) for name, value in refused.values.items()}


def _joined(value: str | tuple[str, ...], names: dict[str, str]) -> str:
    """Codes by their names; of `a|b` one is enough."""
    several: Iterable[str] = (value,) if isinstance(value, str) else value
    said = [" / ".join(names.get(part, part) for part in each.split("|")) for each in several]
    return str(_(", ")).join(said)


def _names(table: Table | None) -> dict[str, str]:
    book = rights()
    parts: list[Mapping[str, Named]] = [book.acts, book.dimensions]
    parts.append({str(code): right for code, right in book.rights.items()})
    if table:
        parts += [table.roles, table.states, table.events, table.evidence, table.clocks]
    names = {code: named(each) for part in parts for code, each in part.items()}
    return names | {code: str(word) for code, word in VALUES.items()}
