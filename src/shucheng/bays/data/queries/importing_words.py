"""What is wrong with a sheet of resources, in words of the screen: each with what to do."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue.model import Problem
from shucheng.bays.data.engine.catalogue.sheet_cells import SheetRefused
from shucheng.bays.data.engine.catalogue.sheet_columns import Language, choices, sheets
from shucheng.bays.data.engine.catalogue.sheets import Wrong
from shucheng.bays.data.queries.catalogue_words import problem_text
from shucheng.kernel.public import Invalid

# Of a cell, by its code.
CELLS = {
    "missing": _("It has to be filled in: fill it in."),
    "too-long": _("It has %(size)s characters, %(most)s are allowed: shorten it."),
    "unknown-word": _("It is none of the allowed values: write one of %(allowed)s."),
    "day": _("It is not a day: write one like 2026-11-30."),
    "days-order": _("It lies before the start %(since)s: correct one of the two."),
    "count": _("It is not a whole number: write digits alone."),
    "area": _("There is no such area: write its name or its code of six digits."),
    "formula": _("It is a formula, which is not read: paste its value."),
    "error-value": _("It holds an error of the spreadsheet: write the value."),
    "merged": _("It is part of merged cells: unmerge them and fill in every row."),
    "control": _("It holds signs that cannot be printed: type it anew."),
    "resource-twice": _("Row %(first)s is the same resource: remove one of the two."),
    "resource-unnamed": _("It is not said whose field this is: write the code or title."),
    "resource-unknown": _("The sheet of resources has none like this: add it there."),
    "resource-unclear": _("Two resources have this title: write the code or the holder."),
    "field-twice": _("Row %(first)s has the same field of this resource: remove one."),
    "item-nameless": _("A field has no name: name each."),
    "item-twice": _("The field %(name)s is there twice: remove one."),
    "item-type": _("The type %(type)s of the field %(name)s is not in the list: choose one."),
    "heading-unknown": _("No column has this heading: it is not read. Use those of the template."),
    "heading-twice": _("This heading is there twice: the first of the two is read."),
    "holder-unknown": _("No organisation is called this: write its name or code as kept here."),
    "holder-missing": _("It is not said who holds it: write the organisation."),
    "holder-not-yours": _("Another organisation's data is not yours to describe: ask it to."),
    "holder-differs": _("%(holder)s holds this resource: a sheet does not change that."),
    "title-unclear": _("%(codes)s have this title: write the code of the one that is meant."),
    "code-unknown": _("There is no resource with this code: leave it empty for a new one."),
}
# Of a file, by its code.
FILES = {
    "empty": _("The sheet is empty."),
    "size": _("The sheet has more than %(most)s MB."),
    "rows": _("“%(sheet)s” has more than %(most)s rows."),
    "no-sheet": _("The workbook has no sheet called “%(sheet)s”."),
    "no-heading": _("“%(sheet)s” lacks in its first ten rows the headings: %(lacks)s."),
    "encoding": _("The text is neither UTF-8 nor GB18030."),
    "csv": _("It cannot be read as CSV."),
    "workbook_damaged": _("The workbook is damaged."),
    "workbook_too_large": _("The workbook unpacks to more than is read."),
    "workbook_macros": _("The workbook holds macros."),
    "workbook_not_xlsx": _("It is not a workbook (xlsx)."),
    "workbook_rows": _("A sheet has more than %(most)s rows."),
    "workbook_columns": _("A sheet has more than %(most)s columns."),
}


def wrong_text(wrong: Wrong) -> str:
    """What is wrong with a cell, and what to do."""
    values = dict(wrong.values)
    if wrong.code.startswith("catalogue."):
        field = values.pop("field", "")
        return problem_text(Problem(wrong.code, field, tuple(values.items())))
    if name := values.get("words"):
        told = language()
        values["allowed"] = str(_(", ")).join(
            getattr(each, told) for each in choices(name).values()
        )
    return str(CELLS[wrong.code]) % values


def refusal(refused: SheetRefused) -> Invalid:
    """A file that cannot be read, as an error a person can act on."""
    text = str(FILES[refused.code]) % refused.values
    return Invalid(
        f"data.sheet.{refused.code}",
        _("The sheet cannot be read."),
        _("Download the template, fill it in and send it again."),
        {"file": text},
    )


def language() -> Language:
    """The language of the sheets that are made now."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def column_name(column: str) -> str:
    """What a column of resources is called; `fields` is the sheet of them."""
    told = sheets()
    named = told.fields if column == "fields" else told.resource_columns[column].name
    return str(getattr(named, language()))
