"""Sheets of resources that were sent: what each would write, and what is wrong with it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue import model as engine
from shucheng.bays.data.engine.catalogue.sheet_cells import SheetRefused
from shucheng.bays.data.engine.catalogue.sheet_columns import codes_of, plain
from shucheng.bays.data.engine.catalogue.sheets import Sheet, Told, Wrong, read
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries.catalogue import entry_of
from shucheng.bays.data.queries.importing_words import refusal
from shucheng.kernel.public import (
    Actor,
    Area,
    NotFound,
    Organisation,
    StoredFile,
    organisation_ids,
)

ROOM = "data_sheets"
# What an entry calls what a sheet's column says.
ENTRY = {
    "summary": "description",
    "theme": "themes",
    "basis": "legal_basis",
    "area": "region",
    "since": "starts",
    "until": "ends",
}
_COLUMNS = {value: key for key, value in ENTRY.items()} | {
    "holder.code": "holder",
    "holder.name": "holder",
    "distributions": "kind",
    "fields": "title",
}
_FORMATS = {Resource.Kind.API: "api", Resource.Kind.FILE: "csv"}


@dataclass(frozen=True, slots=True)
class Line:
    """A resource that a sheet tells rightly. `keys`: the columns that differ from what is known,
    `emptied` those of them that say nothing any more; `lacks`: how much is missing before it can be
    in the catalogue."""

    row: int
    title: str
    holder: Organisation
    known: Resource | None
    said: Mapping[str, Any]
    fields: tuple[engine.Field, ...] | None
    keys: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    lacks: int = 0

    @property
    def state(self) -> str:
        return "new" if self.known is None else "changed" if self.keys else "same"

    @property
    def regraded(self) -> bool:
        """Whether the fields are others than those that were graded."""
        return bool(self.fields) if self.known is None else "fields" in self.keys


@dataclass(frozen=True)
class Plan:
    """What a sheet would write. `digest` tells it from the plan of another moment."""

    stored: StoredFile
    lines: tuple[Line, ...]
    wrong: tuple[Wrong, ...]
    bad: int

    @cached_property
    def counts(self) -> dict[str, int]:
        states = [each.state for each in self.lines]
        return {**{each: states.count(each) for each in ("new", "changed", "same")},
                "wrong": self.bad}  # fmt: skip

    @cached_property
    def writes(self) -> tuple[Line, ...]:
        return tuple(each for each in self.lines if each.state != "same")

    @cached_property
    def digest(self) -> str:
        told = [
            (each.row, each.known and (each.known.pk, each.known.revision), each.holder.pk)
            for each in self.writes
        ]
        text = json.dumps([self.stored.pk, self.stored.sha256, told])
        return hashlib.sha256(text.encode()).hexdigest()


def require_importing(actor: Actor) -> None:
    """Whoever describes the data of an organisation, and the bureau for all of them."""
    if not actor.may("data.govern"):
        actor.require("data.hold", actor.organisation_id)


def describes(actor: Actor, holder: int) -> bool:
    return actor.may("data.govern") or actor.may("data.hold", holder)


def sheets_seen(actor: Actor) -> QuerySet[StoredFile]:
    """The sheets that were sent for one's organisation, the newest first; the bureau sees all."""
    require_importing(actor)
    found = StoredFile.objects.filter(room=ROOM).select_related("organisation", "uploaded_by")
    if actor.may("data.govern"):
        return found
    return found.filter(organisation_id__in=actor.organisation_ids)


def find_sheet(pk: int, *, actor: Actor) -> StoredFile:
    found = sheets_seen(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("The sheet"))
    return found


def opens_sheet(stored: StoredFile, actor: Actor) -> bool:
    """Who opens the file itself."""
    if actor.may("data.govern"):
        return True
    return stored.organisation_id is not None and actor.may("data.hold", stored.organisation_id)


def described_by(actor: Actor) -> QuerySet[Resource]:
    """The resources that an actor may describe by a sheet."""
    require_importing(actor)
    rows = Resource.objects.exclude(state=Resource.State.WITHDRAWN)
    if not actor.may("data.govern"):
        rows = rows.filter(holder_id__in=actor.organisation_ids)
    return _whole(rows)


def plan_of(stored: StoredFile, *, actor: Actor) -> Plan:
    """What a sheet would write now. Raises `Invalid` for a file that cannot be read."""
    require_importing(actor)
    try:
        sheet = read(stored.read(), _area_codes())
    except SheetRefused as refused:
        raise refusal(refused) from None
    planning = _Planning(sheet, actor, stored.organisation_id or actor.organisation_id)
    lines = [line for told in sheet.told if (line := planning.line(told))]
    bad = len(sheet.told) - len(lines)
    first = sheet.head.grid.name
    wrong = sorted((*sheet.wrong, *planning.wrong), key=lambda e: (e.sheet != first, e.row))
    return Plan(stored, tuple(lines), tuple(wrong), bad)


@dataclass(slots=True)
class _Planning:
    """Rows held against what is in the catalogue, with three reads of the database."""

    sheet: Sheet
    actor: Actor
    sender: int | None  # for whom the sheet was sent: the holder where a row names none
    wrong: list[Wrong] = field(default_factory=list)
    by_code: dict[str, Resource] = field(init=False)
    by_title: dict[tuple[int, str], list[Resource]] = field(init=False)
    holders: dict[str, int] = field(init=False)
    organisations: dict[int, Organisation] = field(init=False)
    seen: dict[int | tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = self.sheet.told
        self.holders = organisation_ids({each.holder for each in told if each.holder})
        meant = {*self.holders.values(), self.sender or 0}
        self.organisations = Organisation.objects.in_bulk(meant)
        codes = {each.code for each in told if each.code}
        self.by_code = {each.code: each for each in _whole(Resource.objects.filter(code__in=codes))}
        titles = {each.title for each in told if not each.code}
        titled = Resource.objects.filter(title__in=titles, holder_id__in=meant)
        self.by_title = {}
        for each in _whole(titled.exclude(state=Resource.State.WITHDRAWN)):
            self.by_title.setdefault((each.holder_id, each.title), []).append(each)

    def line(self, told: Told) -> Line | None:
        """A row as it would be written; None, and told why, where something is wrong with it."""
        before = len(self.wrong)
        known, holder = self._meant(told)
        if holder is not None:
            same = known.pk if known else (holder.pk, told.title)
            if same in self.seen:
                self._refuse(told, "title", "resource-twice", first=self.seen[same])
            self.seen.setdefault(same, told.row)
        if told.bad or holder is None or len(self.wrong) > before:
            return None
        line = _compared(told, holder, known)
        problems = engine.problems(_entry(line))
        if known is None or known.state != Resource.State.LISTED or not line.keys:
            return replace(line, lacks=len(problems))
        for each in problems:
            column = _COLUMNS.get(each.field, each.field)
            if each.code == "catalogue.terms-missing":
                column = f"{each.field}_terms"
            self._refuse(told, column, each.code, field=each.field, **dict(each.values))
        return None if problems else line

    def _meant(self, told: Told) -> tuple[Resource | None, Organisation | None]:
        """The known resource, if there is one, and the holder; without a holder it is refused."""
        named = self.holders.get(told.holder)
        if told.holder and named is None:
            self._refuse(told, "holder", "holder-unknown")
            return None, None
        if told.code:
            return self._by_code(told, named)
        holder = named or self.sender
        if holder is None:
            self._refuse(told, "holder", "holder-missing")
            return None, None
        if not describes(self.actor, holder):
            self._refuse(told, "holder", "holder-not-yours")
            return None, None
        found = self.by_title.get((holder, told.title), [])
        if len(found) > 1:
            self._refuse(told, "title", "title-unclear", codes=", ".join(e.code for e in found[:5]))
            return None, None
        return (found[0] if found else None), self.organisations[holder]

    def _by_code(
        self, told: Told, named: int | None
    ) -> tuple[Resource | None, Organisation | None]:
        known = self.by_code.get(told.code)
        mine = known is not None and describes(self.actor, known.holder_id)
        gone = known is not None and known.state == Resource.State.WITHDRAWN
        if known is None or gone or not (mine or known.state == Resource.State.LISTED):
            # Another's draft is not there for whoever does not see it; what is withdrawn stays so.
            self._refuse(told, "code", "code-unknown")
        elif not mine:
            self._refuse(told, "code", "holder-not-yours")
        elif named not in (None, known.holder_id):
            self._refuse(told, "holder", "holder-differs", holder=known.holder.name)
        else:
            return known, known.holder
        return None, None

    def _refuse(self, told: Told, column: str, code: str, **values: object) -> None:
        self.wrong.append(self.sheet.head.wrong(told.row, column, code, **values))


def _whole(rows: QuerySet[Resource]) -> QuerySet[Resource]:
    return rows.select_related("holder", "source__file").prefetch_related(
        "fields", "made_from__origin"
    )


def fields_of(known: Resource) -> list[engine.Field]:
    """The fields of a resource as a sheet would tell them."""
    types = codes_of("types")
    return [
        engine.Field(
            each.name,
            each.title,
            types.get(plain(each.type), each.type or "string"),
            each.comment,
            each.nullable,
            each.key,
        )
        for each in known.fields.all()
        if not each.dropped
    ]


def _compared(told: Told, holder: Organisation, known: Resource | None) -> Line:
    line = Line(told.row, told.title, holder, known, told.said, told.fields)
    if known is None:
        return line
    said = told.said
    keys = [name for name in said if _flat(said[name]) != _flat(getattr(known, name))]
    emptied = [name for name in keys if not said[name] and said[name] != 0]
    fields = told.fields
    if fields is not None:
        before = fields_of(known)
        if not told.nullable:
            was = {each.name: each.nullable for each in before}
            fields = tuple(replace(e, nullable=was.get(e.name, e.nullable)) for e in fields)
        if list(fields) != before:
            keys.append("fields")
        else:
            fields = None
    return replace(line, fields=fields, keys=tuple(keys), emptied=tuple(emptied))


def _flat(value: Any) -> Any:
    """A text without what a cell does not keep of it."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _entry(line: Line) -> engine.Resource:
    """The resource as it would be."""
    said, known = line.said, line.known
    if known is None:
        holder = engine.Holder(line.holder.code, line.holder.name)
        form = _FORMATS.get(said.get("kind", ""), "sql")
        start = engine.Resource(
            "NEW", holder=holder, frequency="", sharing="conditional",
            distributions=(engine.Distribution(form),),
        )  # fmt: skip
    else:
        start = entry_of(known, [each for each in known.fields.all() if not each.dropped])
        if "kind" in line.keys:
            form = _FORMATS.get(said["kind"], "sql")
            start = replace(start, distributions=(engine.Distribution(form),))
    changes: dict[str, Any] = {
        ENTRY.get(name, name): tuple(value) if isinstance(value, list) else value
        for name, value in said.items()
        if name not in ("kind", "people")
    }
    if "theme" in said:
        changes["themes"] = (said["theme"],) if said["theme"] else ()
    if line.fields is not None:
        changes["fields"] = line.fields
    return replace(start, **changes)


def _area_codes() -> Mapping[str, str]:
    """The codes of areas by what they are called; a name that two have means neither."""
    found: dict[str, set[str]] = {}
    for code, *names in Area.objects.values_list("code", "name", "name_en"):
        for name in (code, *names):
            found.setdefault(name, set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if name and len(codes) == 1}
