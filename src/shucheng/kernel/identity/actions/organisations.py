"""Writes on areas and organisations: by hand, and merged from a city pack."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid, NotFound
from shucheng.kernel.identity.models import (
    Area,
    Organisation,
    OrganisationAlias,
    OrganisationRevision,
)

_AREA_FACTS = ("name", "name_en", "kind", "order", "valid_from", "valid_to")
_ORGANISATION_FACTS = (
    "name",
    "full_name",
    "name_en",
    "kind",
    "order",
    "valid_from",
    "valid_to",
)
_WHEN_EMPTY = {"name": "", "full_name": "", "name_en": "", "kind": "", "order": 0}


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import did: it can be run again and then changes nothing."""

    created: int
    changed: int
    unchanged: int


@action
def create_organisation(
    code: str, name: str, kind: str, *, actor: Actor, aliases: Iterable[str] = (), **facts: Any
) -> Organisation:
    """`facts`: full_name, name_en, parent (code), area (code), order, valid_from, valid_to."""
    actor.require("identity.manage_organisations")
    if Organisation.objects.filter(code=code).exists():
        raise _invalid("code", _("This code is taken."))
    organisation = Organisation(code=code)
    _set_organisation(organisation, {"name": name, "kind": kind, **facts})
    organisation.save()
    _add_aliases(organisation, aliases)
    record("identity.organisation.created", organisation, actor=actor, after=_facts(organisation))
    return organisation


@action
def update_organisation(code: str, *, actor: Actor, **facts: Any) -> Organisation:
    """Change facts; what was true before stays as a revision."""
    actor.require("identity.manage_organisations")
    organisation = Organisation.objects.select_for_update().filter(code=code).first()
    if organisation is None:
        raise NotFound(_("The organisation"))
    before = _facts(organisation)
    _set_organisation(organisation, facts)
    if _save_if_new(organisation, before, _facts(organisation)) == "changed":
        _keep_revision(organisation, before, actor)
    record(
        "identity.organisation.changed",
        organisation,
        actor=actor,
        before=before,
        after=_facts(organisation),
    )
    return organisation


@action
def set_aliases(code: str, texts: Iterable[str], *, actor: Actor) -> Organisation:
    """Make these, and no others, the aliases of an organisation."""
    actor.require("identity.manage_organisations")
    organisation = Organisation.objects.filter(code=code).first()
    if organisation is None:
        raise NotFound(_("The organisation"))
    before = sorted(organisation.aliases.values_list("text", flat=True))
    wanted = {text.strip() for text in texts if text.strip()}
    organisation.aliases.exclude(text__in=wanted).delete()
    _add_aliases(organisation, wanted)
    record(
        "identity.organisation.aliases_set",
        organisation,
        actor=actor,
        before={"aliases": before},
        after={"aliases": sorted(wanted)},
    )
    return organisation


@action
def import_areas(rows: Iterable[object], *, actor: Actor) -> Merged:
    """Merge areas by code.

    Each row is a mapping or dataclass with code, name, kind and optionally name_en, parent
    (code), order, valid_from, valid_to. Areas that the rows do not name stay as they are.
    """
    actor.require("identity.manage_organisations")
    given = _by_code(rows)
    known = {area.code: area for area in Area.objects.all()}
    _check_parents(given, known)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for row in _parents_first(given):
        area = known.get(row["code"]) or Area(code=row["code"])
        before = _plain(area, _AREA_FACTS) | {"parent": area.parent_id}
        _assign(area, row, _AREA_FACTS)
        if "parent" in row:
            area.parent = known[row["parent"]] if row["parent"] else None
        _check_kind(row, Area.Kind.values, area.kind)
        after = _plain(area, _AREA_FACTS) | {"parent": area.parent_id}
        counts[_save_if_new(area, before, after)] += 1
        known[area.code] = area
    record("identity.areas.imported", None, actor=actor, after=counts)
    return Merged(**counts)


@action
def import_organisations(rows: Iterable[object], *, actor: Actor) -> Merged:
    """Merge organisations by code.

    Each row is a mapping or dataclass with code, name, kind and optionally full_name, name_en,
    parent (code), area (code), order, aliases, valid_from, valid_to. Aliases are added, never
    taken away; an organisation that changes leaves a revision.
    """
    actor.require("identity.manage_organisations")
    given = _by_code(rows)
    known = {organisation.code: organisation for organisation in Organisation.objects.all()}
    _check_parents(given, known)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for row in _parents_first(given):
        organisation = known.get(row["code"]) or Organisation(code=row["code"])
        before = _facts(organisation)
        _set_organisation(organisation, row, known)
        outcome = _save_if_new(organisation, before, _facts(organisation))
        if outcome == "changed":
            _keep_revision(organisation, before, actor)
        if _add_aliases(organisation, row.get("aliases") or ()) and outcome == "unchanged":
            outcome = "changed"
        counts[outcome] += 1
        known[organisation.code] = organisation
    record("identity.organisations.imported", None, actor=actor, after=counts)
    return Merged(**counts)


def _set_organisation(
    organisation: Organisation,
    row: Mapping[str, Any],
    known: Mapping[str, Organisation] | None = None,
) -> None:
    _assign(organisation, row, _ORGANISATION_FACTS)
    if not organisation.name.strip():
        raise _invalid("name", _("A name is needed."))
    _check_kind(row, Organisation.Kind.values, organisation.kind)
    if "parent" in row:
        organisation.parent = _parent(organisation, row["parent"], known)
    if "area" in row:
        organisation.area = Area.objects.filter(code=row["area"]).first() if row["area"] else None
        if row["area"] and organisation.area is None:
            raise _invalid("area", _("No area has the code “%(named)s”."), named=row["area"])
    start, end = organisation.valid_from, organisation.valid_to
    if start and end and end < start:
        raise _invalid("valid_to", _("The end lies before the start."))


def _parent(
    organisation: Organisation, code: str | None, known: Mapping[str, Organisation] | None
) -> Organisation | None:
    if not code:
        return None
    parent = (known or {}).get(code) or Organisation.objects.filter(code=code).first()
    if parent is None:
        raise _invalid("parent", _("No organisation has the code “%(named)s”."), named=code)
    above: Organisation | None = parent
    while above is not None:
        if above.pk is not None and above.pk == organisation.pk:
            raise _invalid("parent", _("An organisation cannot be below itself."))
        above = above.parent
    return parent


def _add_aliases(organisation: Organisation, texts: Iterable[str]) -> int:
    added = 0
    for text in {text.strip() for text in texts if text.strip()}:
        alias, created = OrganisationAlias.objects.get_or_create(
            text=text, defaults={"organisation": organisation}
        )
        added += created
        if alias.organisation_id != organisation.pk:
            raise _invalid(
                "aliases",
                _("“%(text)s” already names %(other)s."),
                text=text,
                other=str(alias.organisation),
            )
    return added


def _keep_revision(organisation: Organisation, before: dict[str, Any], actor: Actor) -> None:
    OrganisationRevision.objects.create(
        organisation=organisation, facts=before, replaced_by=actor.name
    )


def _by_code(rows: Iterable[object]) -> dict[str, dict[str, Any]]:
    given: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows, start=1):
        facts = asdict(row) if is_dataclass(row) and not isinstance(row, type) else dict(row)  # type: ignore[call-overload]
        for needed in ("code", "name", "kind"):
            if not facts.get(needed):
                raise _invalid(
                    needed,
                    _("Row %(row)d has no “%(column)s”."),
                    row=number,
                    column=needed,
                )
        if facts["code"] in given:
            raise _invalid("code", _("The code “%(named)s” stands twice."), named=facts["code"])
        given[facts["code"]] = facts
    return given


def _check_parents(given: Mapping[str, Mapping[str, Any]], known: Mapping[str, Model]) -> None:
    for row in given.values():
        parent = row.get("parent")
        if parent and parent not in given and parent not in known:
            raise _invalid(
                "parent",
                _("“%(named)s” is below “%(parent)s”, which is nowhere defined."),
                named=row["code"],
                parent=parent,
            )


def _parents_first(given: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    ordered: dict[str, dict[str, Any]] = {}

    def place(code: str, below: tuple[str, ...]) -> None:
        if code in ordered or code not in given:
            return
        if code in below:
            raise _invalid("parent", _("“%(named)s” is below itself."), named=code)
        if parent := given[code].get("parent"):
            place(parent, (*below, code))
        ordered[code] = given[code]

    for code in given:
        place(code, ())
    return list(ordered.values())


def _check_kind(row: Mapping[str, Any], kinds: list[str], kind: str) -> None:
    if kind not in kinds:
        raise _invalid(
            "kind",
            _("“%(kind)s” is no kind; possible are %(kinds)s."),
            kind=kind,
            kinds=", ".join(kinds),
        )


def _assign(target: Area | Organisation, row: Mapping[str, Any], fields: tuple[str, ...]) -> None:
    for name in fields:
        if name in row:
            value = row[name]
            setattr(target, name, _WHEN_EMPTY.get(name) if value is None else value)


def _save_if_new(target: Area | Organisation, before: object, after: object) -> str:
    if target._state.adding:
        target.save()
        return "created"
    if before == after:
        return "unchanged"
    target.save()
    return "changed"


def _facts(organisation: Organisation) -> dict[str, Any]:
    return _plain(organisation, _ORGANISATION_FACTS) | {
        "parent": organisation.parent_id,
        "area": organisation.area_id,
    }


def _plain(target: Model, fields: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(target, name) for name in fields}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def _invalid(field: str, message: Any, **values: Any) -> Invalid:
    error = Invalid(
        "identity.organisation.invalid",
        message,
        _("Correct it and try again; nothing was changed."),
        **values,
    )
    error.fields[field] = error.message
    return error
