"""What an audit entry's facts and changes say, in the reader's language.

They are stored as codes. A field is called by its name here, a code is said as the model that the
entry is about says it; what nobody named stands as it is stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.identity.queries import role_name

_FIELDS: dict[str, str | Promise] = {
    "area": gettext_lazy("Area"),
    "comment": gettext_lazy("Comment"),
    "created": gettext_lazy("New"),
    "day": gettext_lazy("Day"),
    "deadline": gettext_lazy("Deadline"),
    "decision": gettext_lazy("Decision"),
    "digest": gettext_lazy("Digest"),
    "due_days": gettext_lazy("Working days"),
    "expires_at": gettext_lazy("Expires"),
    "fields": gettext_lazy("Fields"),
    "files": gettext_lazy("Files"),
    "form": gettext_lazy("Form"),
    "forms": gettext_lazy("Forms"),
    "indicator": gettext_lazy("Indicator"),
    "issuer": gettext_lazy("Issued by"),
    "in_place_of": gettext_lazy("In place of"),
    "kind": gettext_lazy("Kind"),
    "level": gettext_lazy("Level"),
    "metrics": gettext_lazy("Metrics"),
    "milestone": gettext_lazy("Milestone"),
    "next_steps": gettext_lazy("Next steps"),
    "number": gettext_lazy("Number"),
    "organisation": gettext_lazy("Organisation"),
    "origin": gettext_lazy("Origin"),
    "outcome": gettext_lazy("Outcome"),
    "period": gettext_lazy("Period"),
    "periods": gettext_lazy("Periods"),
    "person": gettext_lazy("Person"),
    "reason": gettext_lazy("Reason"),
    "revision": gettext_lazy("Version"),
    "role": gettext_lazy("Role"),
    "rules": gettext_lazy("Rules, version"),
    "source": gettext_lazy("Source"),
    "stage": gettext_lazy("Stage"),
    "state": gettext_lazy("State"),
    "title": gettext_lazy("Title"),
    "until": gettext_lazy("Until"),
    "username": gettext_lazy("User name"),
    "year": gettext_lazy("Year"),
}
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Said:
    """A fact: its field's code and name, and its value in words (before and after, of a change)."""

    code: str
    name: str
    words: str
    before: str = ""


def facts_said(object_type: str, facts: Mapping[str, Any]) -> list[Said]:
    """The facts that say something; those within a fact stand beside the others."""
    return [
        Said(code, _name(code), _words(object_type, code, value))
        for code, value in _flat(facts)
        if value not in _EMPTY
    ]


def changes_said(object_type: str, changes: Mapping[str, Any]) -> list[Said]:
    return [
        Said(
            code,
            _name(code),
            _words(object_type, code, after),
            before=_words(object_type, code, before),
        )
        for code, (before, after) in changes.items()
    ]


def _flat(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for code, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        else:
            yield code, value


def _name(code: str) -> str:
    return str(_FIELDS.get(code, code))


def _words(object_type: str, code: str, value: Any) -> str:
    if value in _EMPTY:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _(", ").join(_words(object_type, code, each) for each in value)
    text = str(value)
    return role_name(text) if code == "role" else str(_choices(object_type, code).get(text, text))


def _choices(object_type: str, field: str) -> dict[Any, Any]:
    """Code → label of a field's choices, where the entry is about a model that has them."""
    try:
        found = apps.get_model(object_type)._meta.get_field(field)
    except (LookupError, ValueError, FieldDoesNotExist):
        return {}
    return dict(getattr(found, "flatchoices", None) or ())
