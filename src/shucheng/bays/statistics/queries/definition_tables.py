"""A definition as a table that one can read, where its text is for whoever changes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.industries import Industries, Industry
from shucheng.bays.statistics.engine.ladder.definition import Criterion, Ladder
from shucheng.bays.statistics.engine.value_added import Rates
from shucheng.bays.statistics.queries.ladder_words import name_of

# The tags of the package's own definitions; others are words that the city's register uses.
_TAGS: Mapping[str, str | Promise] = {
    "electronics": gettext_lazy("electronics"),
    "photovoltaics": gettext_lazy("photovoltaics"),
    "robot": gettext_lazy("robots"),
    "software": gettext_lazy("software"),
    "industrial_internet": gettext_lazy("industrial internet"),
    "cross_border": gettext_lazy("cross-border trade"),
    "audiovisual": gettext_lazy("audiovisual"),
    "computing": gettext_lazy("computing"),
    "data": gettext_lazy("data"),
}


@dataclass(frozen=True, slots=True)
class DefinitionTable:
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_of(read: Any) -> DefinitionTable | None:
    """Industries, rates or a ladder, line by line; None for what has a table of its own."""
    if isinstance(read, Rates):
        return DefinitionTable(
            (_("Division (GB/T 4754)"), _("Value added in output (%)")), tuple(_rates(read))
        )
    if isinstance(read, Industries):
        return DefinitionTable(
            (_("Industry of the plan"), _("Industry codes"), _("Tags"), _("Note"), _("State")),
            tuple(_industry(each) for each in read.industries),
        )
    if isinstance(read, Ladder):
        return DefinitionTable(
            (_("Rung"), _("What it asks for"), _("Where it is written"), _("State")),
            tuple(_criteria(read)),
        )
    return None


def _rates(read: Rates) -> Iterable[tuple[str, ...]]:
    for division, rate in sorted(read.rates.items()):
        yield division, _per_cent(rate)
    yield _("all others"), _per_cent(read.default)


def tag_words(tag: str) -> str:
    """A tag of the register in words; one that an office made itself is its own."""
    return str(_TAGS.get(tag, tag))


def _industry(each: Industry) -> tuple[str, ...]:
    chinese = (get_language() or "").startswith("zh")
    return (
        each.name if chinese else each.name_en,
        _listed(each.codes),
        _listed(map(tag_words, each.tags)),
        each.note or "—",
        _standing(unconfirmed=each.unconfirmed),
    )


def _criteria(ladder: Ladder) -> Iterable[tuple[str, ...]]:
    for rung in ladder.rungs:
        for each in rung.criteria:
            standing = _standing(unconfirmed=each.unconfirmed)
            yield name_of(rung), name_of(each), _source(each), standing


def _source(each: Criterion) -> str:
    return " ".join(part for part in (each.source, each.clause) if part) or "—"


def _standing(*, unconfirmed: bool) -> str:
    return _("not confirmed") if unconfirmed else _("confirmed")


def _listed(words: Iterable[str]) -> str:
    return str(_(", ")).join(words) or "—"


def _per_cent(rate: Any) -> str:
    return f"{(100 * rate).normalize():f}"
