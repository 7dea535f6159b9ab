"""Why a definition cannot be used, in the reader's language: what is wrong, where, and what to do.

The engines know no Django and name a reason; a test holds that every reason has a sentence here.
"""

from collections.abc import Iterable, Mapping

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.classification import TableProblem
from shucheng.bays.statistics.engine.definition_error import DefinitionInvalid

_CODES = _("Use small letters, digits and _, beginning with a letter.")

TEXTS: Mapping[str, tuple[Promise, Promise]] = {
    "unreadable": (
        _("Line {line}, column {column}: this is not readable YAML."),
        _("Look at indents, colons and quotation marks there and in the line above."),
    ),
    "no-mapping": (
        _("The text is not a definition: it has to begin with names, each with its value."),
        _("Begin with the text in force and change it."),
    ),
    "key-missing": (
        _("“{place}” is missing."),
        _("Add it as it stands in the text in force."),
    ),
    "shape": (
        _("A part of the definition has another shape than is needed: {value}."),
        _("Compare it with the text in force; lists begin with - and names end with a colon."),
    ),
    "name-form": (_("{place}: “{value}” cannot be a code."), _CODES),
    "name-twice": (_("{place}: one code stands twice."), _("Give each entry a code of its own.")),
    "rung-unknown": (
        _("There is no rung “{value}”."),
        _("Name a rung that the ladder has, or add it."),
    ),
    "rung-criteria": (
        _("Rung {place}: it has to have 1 to 30 criteria."),
        _("Add a criterion, or take the rung out."),
    ),
    "rung-honours": (
        _("Rung {place}: no honour tells who holds it."),
        _("Name under “honours” the kinds that show it."),
    ),
    "criterion-empty": (
        _("Criterion {place}: nothing is asked for."),
        _("Add a way with at least one condition."),
    ),
    "condition-form": (
        _("Condition on “{place}”: it has to have one of {value}, and nothing else."),
        _("Write the measure and one limit."),
    ),
    "measure-form": (_("“{value}” cannot be the name of a measure."), _CODES),
    "operator-unfit": (
        _("Condition on “{place}”: “{value}” does not go with this measure."),
        _("Numbers are at_least, above, at_most or below; size, industry and holds are among."),
    ),
    "values-form": (
        _("Condition on “{place}”: it is among nothing, or among what is no code."),
        _("List codes after “among”."),
    ),
    "number-form": (
        _("Condition on “{place}”: “{value}” is not a number."),
        _("Write a number without unit."),
    ),
    "number-places": (
        _("Condition on “{place}”: {value} has more than four decimal places."),
        _("Round it to four places."),
    ),
    "industry-form": (
        _("Industry {place}: not the beginning of an industry code: {value}."),
        _("Write 1 to 4 digits of GB/T 4754, in quotation marks."),
    ),
    "in-and-out": (
        _("Industry {place}: these firms are both taken in and left out: {value}."),
        _("Take each out of one of the lists."),
    ),
    "industry-empty": (
        _("Industry {place}: no code, tag or list leads to it."),
        _("Name a code, a tag or a firm."),
    ),
    "rate-form": (
        _("Division “{place}”: “{value}” is not a rate from 0 to 1 with four places at most."),
        _("Write two digits of the division in quotation marks, and a rate such as 0.24."),
    ),
}

# Of a table of classes: what is wrong in a cell.
CELLS: Mapping[str, Promise] = {
    "column-missing": _("the column is missing"),
    "level-unknown": _("a level is 1, 2 or 3"),
    "code-form": _("a code has two digits for each level"),
    "code-twice": _("this code stands in another row as well"),
    "name-missing": _("the class has no name"),
    "parent-form": _("the class above has to be the code without its last two digits"),
    "parent-missing": _("the class above is not in the table"),
    "truth-unknown": _("it has to be true or false"),
    "industry-form": _("an industry has four digits, several are divided by ;"),
    "industry-twice": _("an industry stands twice"),
    "industry-above-leaf": _("only classes of level 3 take industries"),
    "star-without-industry": _("counts in part, but is not among the industries of the row"),
}
_SHOWN = 20


def words(reason: str, **params: object) -> str:
    """One sentence and its next step."""
    message, step = TEXTS[reason]
    told = {"place": "", "value": ""} | params
    return f"{str(message).format(**told)} {step}"


def invalid_words(error: DefinitionInvalid) -> str:
    return words(error.reason, **error.params)


def yaml_words(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return words(
        "unreadable", line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1
    )


def table_words(problems: Iterable[TableProblem]) -> list[str]:
    """The first problems of a table, each with its row and column."""
    every = list(problems)
    text = _("Row {row}, column {column}: {why} ({value}).")
    found = [
        str(text).format(
            row=each.row, column=each.column, why=CELLS[each.code], value=each.value or "—"
        )
        for each in every[:_SHOWN]
    ]
    if len(every) > _SHOWN:
        found.append(str(_("And {n} more.")).format(n=len(every) - _SHOWN))
    return [*found, str(_("Correct the table and send it again."))]
