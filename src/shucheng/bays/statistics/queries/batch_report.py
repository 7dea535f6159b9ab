"""What a dry run found, in the reader's words: what would change of known firms, what the file
leaves unsaid, which columns it lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.imports.fields import fields
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.import_words import field_words
from shucheng.bays.statistics.queries.places import every_area_name

# Of firms with another fact so many that its column may be another's: one in so many.
_MANY, _ONE_IN = 10, 10

_CHANGES: Mapping[str, str | Promise] = {
    "name": gettext_lazy("Another name"),
    "area": gettext_lazy("Another area"),
    "industry": gettext_lazy("Another industry"),
    "size": gettext_lazy("Another size"),
    "designated": gettext_lazy("Above or below designated size"),
    "is_open": gettext_lazy("Closed or in business again"),
}
_ANSWERS: Mapping[str, dict[str, str | Promise]] = {
    "size": dict(Firm.Size.choices),
    "designated": {
        "true": gettext_lazy("above designated size"),
        "false": gettext_lazy("below designated size"),
        "": gettext_lazy("below designated size"),
    },
    "is_open": {
        "true": gettext_lazy("in business"),
        "false": gettext_lazy("closed"),
        "": gettext_lazy("in business"),
    },
}


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A firm of which the file tells something else; `row` as a spreadsheet counts."""

    row: int
    firm: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that would change of `firms` known firms, with the first of them; `many`: of so many
    that its column may be the wrong one."""

    name: str | Promise
    firms: int
    many: bool
    first: tuple[MovedLine, ...]

    @property
    def more(self) -> int:
        return self.firms - len(self.first)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A field that has to be there and has no column, and how such a column may be headed."""

    name: str | Promise
    headings: tuple[str, ...]
    month: bool


def changes_of(batch: Batch) -> tuple[Change, ...]:
    """What taking a register over would change of firms that are known."""
    told = batch.report.get("differences", [])
    if not told:
        return ()
    known = batch.report["changes"]["changed"] + batch.report["changes"]["unchanged"]
    words = dict(_ANSWERS) | {"area": dict(every_area_name())}
    return tuple(
        Change(
            _CHANGES[each["field"]],
            each["firms"],
            each["firms"] >= _MANY and each["firms"] * _ONE_IN > known,
            tuple(_line(moved, words.get(each["field"], {})) for moved in each["first"]),
        )
        for each in told
    )


def unsaid_of(batch: Batch) -> list[str]:
    """Sentences on what a register says nothing of: what stays as known, what is taken for new."""
    words, found, others = field_words(batch.kind), [], []
    for each in batch.report.get("unsaid", []):
        told = {"field": words[each["field"]], "kept": each["kept"], "new": each["assumed"]}
        if each["field"] not in _ANSWERS:
            others.append(str(told["field"]))
            continue
        if each["kept"]:
            found.append(_("%(field)s: %(kept)d known firms stay as they are.") % told)
        if each["assumed"]:
            told["usual"] = _ANSWERS[each["field"]][""]
            found.append(_("%(field)s: %(new)d new firms are taken as “%(usual)s”.") % told)
    if others:
        told = {"fields": str(_(", ")).join(others)}
        found.append(_("%(fields)s: known firms stay as they are.") % told)
    return found


def lacking(batch: Batch, columns: Iterable[Mapping[str, Any]], month: str) -> tuple[Lacking, ...]:
    """The fields that have to be there for which no column is chosen; a month may stand beside."""
    has = {each["field"] for each in columns}
    words = field_words(batch.kind)
    beside = {Batch.Kind.REGISTER.value: "since", Batch.Kind.RETURNS.value: "period"}
    own = beside.get(batch.kind, "")
    if month:
        has.add(own)
    return tuple(
        Lacking(words[name], _readable(each.headings), name == own)
        for name, each in fields(batch.kind).items()
        if name not in has and (each.required or name == own)
    )


def _readable(headings: tuple[str, ...]) -> tuple[str, ...]:
    """In Chinese without the English ones."""
    chinese = (get_language() or "").startswith("zh")
    return tuple(each for each in headings if not (chinese and each.isascii()))


def _line(moved: Mapping[str, Any], words: Mapping[str, str | Promise]) -> MovedLine:
    def said(value: str | None) -> str:
        text = value or ""
        return str(words.get(text, text)) or "—"

    return MovedLine(
        moved["row"], moved["firm"], moved["name"], said(moved["before"]), said(moved["after"])
    )
