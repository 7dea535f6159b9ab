"""What can be wrong with an uploaded workbook, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORKBOOK_TEXTS: dict[str, str | Promise] = {
    "workbook_damaged": _("The file is damaged and cannot be opened. Save it anew as .xlsx."),
    "workbook_not_xlsx": _("This is no .xlsx workbook. Save it as .xlsx."),
    "workbook_macros": _("The workbook contains macros. Save it as .xlsx, without them."),
    "workbook_too_large": _("The workbook inflates to more than is reasonable. Use the template."),
    "workbook_rows": _("The workbook has cells beyond row %(most)s. Use the template."),
    "workbook_columns": _("The workbook has cells beyond column %(most)s. Use the template."),
    "workbook_foreign": _(
        "This is not a template of this platform, or its hidden sheet is gone. "
        "Download the template and copy the values into it."
    ),
    "workbook_version": _(
        "This template is of an earlier version of the platform. Download it anew and copy the "
        "values into it."
    ),
    "workbook_no_columns": _(
        "The template's columns cannot be told apart: its hidden row above the head is gone, or a "
        "column is missing or there twice. Download the template and copy the values into it."
    ),
    "workbook_form": _("The file is of another form (%(found)s)."),
    "workbook_organisation": _("The file is of another organisation (%(found)s)."),
    "workbook_area": _("The file is of another area (%(found)s)."),
    "workbook_period": _("The file is of another period: %(found)s, not %(wanted)s."),
    "workbook_older": _(
        "The draft was changed after this template was downloaded. Only cells that were changed in "
        "the file are taken over."
    ),
    "workbook_clash": _(
        "%(name)s: somebody changed this in the draft after the template was downloaded, and the "
        "file says something else. The draft's stays."
    ),
    "workbook_formula": _(
        "A formula is not taken over: its result cannot be trusted. Write the number."
    ),
    "workbook_merged": _(
        "%(name)s: merged cell: it cannot be told which row it belongs to. Unmerge it and fill in "
        "every row."
    ),
    "workbook_error": _(
        "%(name)s: the cell holds an error of the spreadsheet (#DIV/0!, #N/A and the like). Write "
        "the value itself, or empty the cell."
    ),
    "workbook_mixed": _(
        "%(name)s: number %(found)s stands in this row, but the row is number %(wanted)s. The "
        "cells were sorted or moved without the hidden first column. Move whole rows."
    ),
    "workbook_no_number": _("%(name)s: “%(text)s” is not a number. Write the number."),
    "workbook_percent": _(
        "%(name)s: a percentage (%(text)s), but the unit is %(unit)s. Write the number in %(unit)s."
    ),
    "workbook_long": _("%(name)s: this text is longer than %(most)s characters. Shorten it."),
    "workbook_no_key": _(
        "This row is not one of the template: its hidden first column is empty. Write the value "
        "into the template's row."
    ),
    "workbook_not_asked": _("The form does not ask for “%(name)s” in this period."),
    "workbook_twice": _("%(name)s: this row stands in row %(row)s already. Keep one of them."),
}
