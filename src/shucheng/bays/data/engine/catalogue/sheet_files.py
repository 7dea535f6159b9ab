"""The workbook that departments fill in, empty or with what is in the catalogue: what `sheets`
reads, with a sheet that explains the columns and one of the words that are allowed."""

from collections.abc import Iterable, Mapping

from shucheng.lib.tables import Value

from ..market_sheets import workbook
from .model import Resource
from .sheet_columns import Column, Language, choices, heading, sheets

_ABOUT = {
    "zh": ("工作表", "列", "必填", "填写说明"),
    "en": ("Sheet", "Column", "Needed", "What to write"),
}
_LISTS = ("kinds", "frequencies", "sharing", "opening", "types", "answers")


def workbook_of(
    resources: Iterable[tuple[Resource, Mapping[str, Value]]] = (),
    *,
    language: Language = "zh",
    notes: Iterable[str] = (),
) -> bytes:
    """An xlsx file of entries, each with what of it an entry does not hold (`kind`, `people`);
    `notes` stand above the explanations. Without entries it is the template."""
    told = sheets()
    ours = {code: each for code, each in told.resource_columns.items() if not each.csv}
    listed: list[list[Value]] = [[heading(each, language) for each in ours.values()]]
    below: list[list[Value]] = [[heading(each, language) for each in told.field_columns.values()]]
    for entry, more in resources:
        values = {**_values(entry, language), **more}
        values["kind"] = _word("kinds", str(values.get("kind") or ""), language)
        listed.append([values.get(code) for code in ours])
        below += _rows(entry, language)
    return workbook(
        [
            (getattr(told.resources, language), listed),
            (getattr(told.fields, language), below),
            (getattr(told.about, language), _about(language, notes)),
            (getattr(told.words, language), _allowed(language)),
        ]
    )


def _values(entry: Resource, language: Language) -> dict[str, Value]:
    return {
        "code": entry.code,
        "title": entry.title,
        "holder": entry.holder.name,
        "summary": entry.description,
        "theme": entry.themes[0] if entry.themes else "",
        "keywords": "，".join(entry.keywords),
        "basis": entry.legal_basis,
        "frequency": _word("frequencies", entry.frequency, language),
        "area": entry.region,
        "since": entry.starts,
        "until": entry.ends,
        "sharing": _word("sharing", entry.sharing, language),
        "sharing_terms": entry.sharing_terms,
        "opening": _word("opening", entry.opening, language),
        "opening_terms": entry.opening_terms,
        "licence": entry.licence,
    }


def _rows(entry: Resource, language: Language) -> list[list[Value]]:
    answers = {each: _word("answers", "yes" if each else "no", language) for each in (True, False)}
    return [
        [
            entry.code, entry.title, entry.holder.name, each.name, each.title,
            _word("types", each.type, language), each.comment,
            answers[each.key], answers[each.nullable],
        ]
        for each in entry.fields
    ]  # fmt: skip


def _word(name: str, code: str, language: Language) -> str:
    known = choices(name)
    return str(getattr(known[code], language)) if code in known else code


def _about(language: Language, notes: Iterable[str]) -> list[list[Value]]:
    told = sheets()
    rows: list[list[Value]] = [list(_ABOUT[language])]
    rows += [["", "", "", note] for note in notes]
    rows += [["", "", "", getattr(note, language)] for note in told.notes]
    for sheet, columns in ((told.resources, told.resource_columns),
                           (told.fields, told.field_columns)):  # fmt: skip
        rows += [_explained(getattr(sheet, language), each, language) for each in columns.values()]
    return rows


def _explained(sheet: str, column: Column, language: Language) -> list[Value]:
    needed = _word("answers", "yes", language) if column.needed else ""
    return [sheet, getattr(column.name, language), needed, getattr(column.about, language)]


def _allowed(language: Language) -> list[list[Value]]:
    """A column for each list, headed by the columns that ask for it."""
    told = sheets()
    every = [*told.resource_columns.values(), *told.field_columns.values()]
    columns = []
    for name in _LISTS:
        asking = dict.fromkeys(getattr(e.name, language) for e in every if e.words == name)
        head = "、".join(asking) if language == "zh" else ", ".join(asking)
        columns.append([head, *(getattr(each, language) for each in choices(name).values())])
    longest = max(map(len, columns))
    return [[c[at] if at < len(c) else None for c in columns] for at in range(longest)]
