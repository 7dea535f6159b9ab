"""The catalogue's codes in words of the screen."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue.model import Problem, words
from shucheng.bays.data.queries.grading_words import GRADES
from shucheng.bays.data.queries.refusals import named

FIELDS = {
    "code": _("Code"),
    "title": _("Title"),
    "description": _("What it holds"),
    "summary": _("What it holds"),
    "holder": _("Publisher"),  # of a harvested entry
    "holder.code": _("Holder"),
    "holder.name": _("Holder"),
    "frequency": _("Updated"),
    "region": _("Area it covers"),
    "legal_basis": _("Legal basis"),
    "sharing": _("Sharing"),
    "sharing_terms": _("Terms of sharing"),
    "opening": _("Opening"),
    "opening_terms": _("Terms of opening"),
    "licence": _("Licence"),
    "fields": _("Data items"),
    "ends": _("Covers until"),
    "grade": _("Grade"),
    "distributions": _("Form of the data"),
    "derived_from": _("Made from"),
}
PROBLEMS = {
    "catalogue.missing": _("%(field)s is empty: fill it in."),
    "catalogue.too-long": _("%(field)s has %(size)s; %(most)s are allowed: shorten it."),
    "catalogue.code": _("%(value)s is not a code: letters, digits and . _ / - only, up to 100."),
    "catalogue.unknown-word": _("%(field)s %(value)s is not in the list: choose from the list."),
    "catalogue.sharing": _("%(value)s is not one of the three kinds: choose one."),
    "catalogue.terms-missing": _("It is on conditions and says no terms: write them."),
    "catalogue.refusal-without-basis": _("Nothing is shared: name the law or rule for that."),
    "catalogue.region": _("There is no place with the code %(value)s: use one of GB/T 2260."),
    "catalogue.time": _("The end %(ends)s lies before the start %(starts)s: correct one."),
    "catalogue.field-twice": _("The data item %(value)s is there twice: rename or remove one."),
    "catalogue.field-nameless": _("The data item in line %(value)s has no name: name it."),
    "catalogue.address": _("%(value)s is not an address: begin with http:// or https://."),
    "catalogue.own-source": _("It is made from itself: remove its own code."),
    "catalogue.grave-and-open": _("It is of grade %(value)s and to be opened: do not open it."),
    "catalogue.not-machine-readable": _(
        "It is open, and no program can read %(value)s: add a table or an interface."
    ),
    "catalogue.open-without-licence": _("It is open and says no licence: name it."),
    "catalogue.open-not-shared": _(
        "It is opened to society and not shared with departments: correct one of the two."
    ),
}
# The field of the form for a field of the engine, where they differ.
FORM = {
    "description": "summary",
    "legal_basis": "basis",
    "region": "area",
    "ends": "until",
    "distributions": "kind",
}


def problem_text(problem: Problem) -> str:
    values = {name: grade_word(value) for name, value in problem.values}
    return str(PROBLEMS[problem.code]) % {
        "field": FIELDS.get(problem.field, problem.field),
        **values,
    }


def frequencies() -> dict[str, str]:
    return {code: named(each) for code, each in words().frequencies.items()}


def sharing_words() -> dict[str, str]:
    return {code: named(each) for code, each in words().sharing.items()}


def opening_words() -> dict[str, str]:
    return {code: named(each) for code, each in words().opening.items()}


def type_words() -> dict[str, str]:
    return {code: named(each) for code, each in words().types.items()}


FORMATS = {"sql": _("Table"), "api": _("Interface"), "csv": "CSV", "xlsx": "Excel"}
FACETS = {
    "holder": _("Holder"),
    "theme": _("Theme"),
    "sharing": _("Sharing"),
    "opening": _("Opening"),
    "grade": _("Grade"),
    "format": _("Form of the data"),
    "region": _("Area it covers"),
}


def grade_word(code: str) -> str:
    return str(GRADES.get(code.lower(), code))
