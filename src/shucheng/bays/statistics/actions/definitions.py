"""Publish a definition: the next number of its kind, checked by the engine that reads it."""

from collections.abc import Callable
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine import classification, industries, value_added
from shucheng.bays.statistics.models import Definition
from shucheng.bays.statistics.queries.definitions import newest
from shucheng.kernel.public import Actor, Conflict, Invalid, action, record


def _classes(document: dict[str, Any]) -> object:
    facts = {key: document.get(key, "") for key in ("title", "source")}
    return classification.read(document["table"], version=document["version"], **facts)


_READERS: dict[str, Callable[[dict[str, Any]], object]] = {
    Definition.Kind.CLASSIFICATION: _classes,
    Definition.Kind.INDUSTRIES: industries.read,
    Definition.Kind.RATES: value_added.read,
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
    _check(kind, text)
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


def _check(kind: str, text: str) -> None:
    if kind not in _READERS:
        raise _wrong({"kind": str(_("There is no definition of this kind."))})
    try:
        document = yaml.safe_load(text)
        _READERS[kind](document)
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong({"text": str(error)[:500]}) from None


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "statistics.definition",
        _("The definition cannot be used."),
        _("Correct what is marked and send it again."),
        fields=fields,
    )
