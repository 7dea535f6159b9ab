"""The page of a definition: what is in force, how sure it is, what is proposed, former numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.classification import Class, Classification
from shucheng.bays.statistics.engine.classification_table import csv_text
from shucheng.bays.statistics.engine.imports.fields import ImportRefused
from shucheng.bays.statistics.models import Definition, Proposal
from shucheng.bays.statistics.queries.definition_tables import DefinitionTable, table_of
from shucheng.bays.statistics.queries.definition_texts import (
    Preview,
    Unusable,
    classes_text,
    parsed,
    preview,
    text_in_force,
)
from shucheng.bays.statistics.queries.import_words import refusal_words
from shucheng.kernel.public import Actor, Invalid

Kind = Definition.Kind
NAMES: Mapping[str, str | Promise] = {
    Kind.CLASSIFICATION: _("Classification"),
    Kind.INDUSTRIES: _("Industries of the plan"),
    Kind.RATES: _("Value-added rates"),
    Kind.LADDER: _("Ladder of firms"),
}
_HISTORY = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal with what it would change; `outdated` when another number came meanwhile, `wrong`
    why it cannot be used any more."""

    proposal: Proposal
    preview: Preview | None
    outdated: bool
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionPage:
    kind: str
    name: str | Promise
    number: int
    version: str
    source: str
    text: str
    marks: tuple[tuple[str | Promise, int], ...]
    classes: tuple[Class, ...]
    table: DefinitionTable | None
    waiting: tuple[Waiting, ...]
    history: tuple[Definition, ...]


def definition_page(kind: str, *, actor: Actor) -> DefinitionPage:
    actor.require("statistics.define")
    number, text = text_in_force(kind)
    read = parsed(kind, text)
    waiting = Proposal.objects.filter(kind=kind, state=Proposal.State.PROPOSED)
    history = Definition.objects.filter(kind=kind).order_by("-number")[:_HISTORY]
    return DefinitionPage(
        kind,
        NAMES[kind],
        number,
        read.version,
        getattr(read, "source", ""),
        text,
        tuple((name, count) for name, count in _marks(read) if count),
        read.classes if isinstance(read, Classification) else (),
        table_of(read),
        tuple(_waiting(each, number, text) for each in waiting.select_related("proposed_by")),
        tuple(history),
    )


def previewed(kind: str, text: str, *, actor: Actor) -> Preview:
    """What a text would change. Refused for one that cannot be used."""
    actor.require("statistics.define")
    try:
        return preview(kind, text_in_force(kind)[1], text)
    except Unusable as error:
        raise _wrong("text", str(error)) from None


def text_of_table(data: bytes, about: Mapping[str, str], *, actor: Actor) -> str:
    """A table of classes that was sent (csv or workbook), as the text of a definition."""
    actor.require("statistics.define")
    wrong = {}
    if not data or len(data) > settings.UPLOAD_LIMIT:
        wrong["file"] = str(_("Choose a table of classes: csv or xlsx."))
    if not about.get("version", "").strip():
        wrong["version"] = str(_("Name the version, so that every output can name it."))
    if wrong:
        raise Invalid(
            "statistics.definition",
            _("The table cannot be read."),
            _("Correct what is marked and send it again."),
            fields=wrong,
        )
    try:
        table = csv_text(data)
    except ImportRefused as refused:
        told = {name: str(value) for name, value in refused.params.items()}
        raise _wrong("file", refusal_words({"code": refused.code, **told})) from None
    facts: dict[str, Any] = {
        "version": about["version"].strip(),
        "title": about.get("title", "").strip(),
        "source": about.get("source", "").strip(),
        "provisional": about.get("provisional") != "no",
    }
    return classes_text(table, facts)


def _waiting(proposal: Proposal, number: int, text: str) -> Waiting:
    outdated = proposal.number != number
    try:
        return Waiting(proposal, preview(proposal.kind, text, proposal.text), outdated)
    except Unusable as error:
        return Waiting(proposal, None, outdated, str(error))


def _marks(read: Any) -> list[tuple[str | Promise, int]]:
    """What of a definition is not certain, each with how often."""
    if isinstance(read, Classification):
        core = [each for each in read.classes if each.core and each.level == 3]
        return [
            (_("provisional as a whole"), int(read.provisional)),
            (_("classes not verified"), sum(not each.verified for each in core)),
            (_("classes with low confidence"), sum(each.confidence == "low" for each in core)),
            (_("core classes without an industry"), len(read.unmapped)),
        ]
    if hasattr(read, "provisional"):
        return [(_("provisional as a whole"), int(read.provisional))]
    if hasattr(read, "industries"):
        return [(_("industries not confirmed"), sum(i.unconfirmed for i in read.industries))]
    criteria = [each for rung in read.rungs for each in rung.criteria]
    return [(_("criteria not confirmed"), sum(each.unconfirmed for each in criteria))]


def _wrong(field: str, text: str) -> Invalid:
    return Invalid(
        "statistics.definition",
        _("The definition cannot be used."),
        _("Correct what is marked and send it again."),
        fields={field: text},
    )
