"""Publish a definition: the next number of its kind, checked by the engine that reads it."""

import re
from collections.abc import Callable
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine import classification, industries, value_added
from shucheng.bays.statistics.engine.indexes.errors import IndexRefused
from shucheng.bays.statistics.engine.indexes.shipped import read as read_index
from shucheng.bays.statistics.engine.ladder import definition as ladders
from shucheng.bays.statistics.models import Definition
from shucheng.bays.statistics.queries.definitions import newest
from shucheng.bays.statistics.queries.index_definitions import index_codes, index_in_force
from shucheng.bays.statistics.queries.index_texts import refusal
from shucheng.kernel.public import Actor, Conflict, Invalid, action, record


def _classes(document: dict[str, Any]) -> object:
    facts = {key: document.get(key, "") for key in ("title", "source")}
    return classification.read(document["table"], version=document["version"], **facts)


_READERS: dict[str, Callable[[dict[str, Any]], object]] = {
    Definition.Kind.CLASSIFICATION: _classes,
    Definition.Kind.INDUSTRIES: industries.read,
    Definition.Kind.RATES: value_added.read,
    Definition.Kind.LADDER: ladders.read,
}


@action
def publish_definition(
    kind: str, text: str, *, code: str = "", number: int, reason: str, actor: Actor
) -> Definition:
    """Make a definition's next version; `number` is that of the version it was written from."""
    actor.require("statistics.define")
    before = newest(kind, code)
    if number != (before.number if before else 0):
        raise Conflict(_("The definition"))
    if not reason.strip():
        raise _wrong({"reason": str(_("Write why, for whoever asks later."))})
    _check(kind, code, text)
    made = Definition.objects.create(
        kind=kind,
        code=code,
        number=number + 1,
        text=text,
        reason=reason.strip()[:300],
        by=actor.name[:150],
    )
    record(
        "statistics.definition.published",
        made,
        actor=actor,
        after={"kind": kind, "code": code, "number": made.number},
        reason=made.reason,
    )
    return made


def _check(kind: str, code: str, text: str) -> None:
    if kind == Definition.Kind.INDEX:
        return _check_index(code, text)
    if kind not in _READERS:
        raise _wrong({"kind": str(_("There is no definition of this kind."))})
    try:
        document = yaml.safe_load(text)
        _READERS[kind](document)
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong({"text": str(error)[:500]}) from None


def _check_index(code: str, text: str) -> None:
    """Its own reader, for it counts lines and refuses keys that are there twice."""
    try:
        found = read_index(text)
    except IndexRefused as error:
        raise _wrong({"text": " ".join(refusal(error))}) from None
    if found.code != code:
        words = _("The definition names the code “%(found)s”, not “%(code)s”.")
        raise _wrong({"text": str(words) % {"found": found.code, "code": code}})
    if not re.fullmatch(r"[a-z0-9_-]{1,60}", code):
        words = _("A code has small letters, digits, - and _ only.")
        raise _wrong({"text": str(words)})
    # Its results would not be readable as those of the other kind.
    if code in index_codes() and type(index_in_force(code).read) is not type(found):
        words = _("An index stays an index, a questionnaire a questionnaire; use another code.")
        raise _wrong({"text": str(words)})


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "statistics.definition",
        _("The definition cannot be used."),
        _("Correct what is marked and send it again."),
        fields=fields,
    )
