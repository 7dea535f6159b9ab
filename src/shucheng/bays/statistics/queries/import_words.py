"""What a file's fields, its wrong cells and a refusal are called."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.imports.fields import fields
from shucheng.bays.statistics.engine.ladder.facts import Unit, known_facts

FIELDS: Mapping[str, str | Promise] = {
    "firm": _("Unified social credit code"),
    "name": _("Name of the firm"),
    "industry": _("Industry code (GB/T 4754)"),
    "area": _("Area"),
    "park": _("Park"),
    "size": _("Size"),
    "designated": _("Above designated size or not"),
    "since": _("Valid since (month)"),
    "tags": _("Tags"),
    "address": _("Address"),
    "established": _("Established on"),
    "is_open": _("State of business"),
    "honour_high_tech": _("Honour: high-tech firm"),
    "honour_srdi": _("Honour: specialised and innovative"),
    "honour_little_giant": _("Honour: little giant"),
    "honour_gazelle": _("Honour: gazelle"),
    "honour_unicorn": _("Honour: unicorn"),
    "honour_listed": _("Honour: listed"),
    "kind": _("Honour"),
    "level": _("Level"),
    "until": _("Valid until (day)"),
    "certificate": _("Number of the certificate"),
    "withdrawn": _("Valid or withdrawn"),
    "item": _("Measure of a firm"),
    "value": _("Value"),
    "period": _("Month of the return"),
    "revenue": _("Revenue"),
    "revenue_last": _("Revenue, same period last year"),
    "gross_output": _("Gross output"),
    "intermediate": _("Intermediate consumption"),
    "compensation": _("Compensation of employees"),
    "production_tax": _("Net taxes on production"),
    "depreciation": _("Depreciation"),
    "surplus": _("Operating surplus"),
    "employees": _("Employees"),
    "rd_expense": _("R&D expense"),
    "rd_staff": _("R&D staff"),
    "status": _("State of the return"),
}


def field_words(table: str) -> Mapping[str, str | Promise]:
    """The fields of a table; the register's facts hold since a month, others are of a day."""
    days = {"honours": _("Given on (day)"), "facts": _("As of (day)")}
    return {**FIELDS, "since": days[table]} if table in days else FIELDS


WRITTEN: Mapping[str, str | Promise] = {
    "code": _("18 characters"),
    "text": _("text; a name has at most 200 characters"),
    "industry": _("four digits, a letter in front or not"),
    "area": _("code of six digits or name"),
    "size": _("large, medium, small or micro (大型, 中型, 小型, 微型)"),
    "bool": _("yes or no (是, 否)"),
    "open": _("in business, closed, cancelled (存续, 停业, 注销)"),
    "month": _("2026-09, 202609 or 2026年9月"),
    "date": _("2026-09-30 or 2026年9月30日"),
    "list": _("separated by 、 or ;"),
    "money": _("an amount, in the unit that the heading or the page says"),
    "people": _("a whole number"),
    "status": _("reported or estimated (报送, 估算)"),
    "honour": _("yes or no, or the day it was given"),
    "kind": _("name of the honour, such as 高新技术企业"),
    "withdrawn": _("valid or withdrawn (有效, 撤销)"),
    "measure": _("one of the measures listed below"),
    "fact": _("a number, or yes or no"),
}
"""How a cell of each kind may be written."""


@dataclass(frozen=True, slots=True)
class ColumnTold:
    """A column that a file may have; `needed` in every row. `headings`: how it may be headed."""

    name: str | Promise
    needed: bool
    written: str | Promise
    headings: tuple[str, ...]


def columns_told(table: str) -> tuple[ColumnTold, ...]:
    words = field_words(table)
    return tuple(
        ColumnTold(words[name], each.required, WRITTEN.get(each.kind, ""), each.headings)
        for name, each in fields(table).items()
    )


ERRORS: Mapping[str, str | Promise] = {
    "missing": _("is empty but has to be there"),
    "code-form": _("is not 18 digits and capital letters"),
    "code-checksum": _("has a wrong check character: probably mistyped"),
    "text-too-long": _("is too long"),
    "industry-invalid": _("is not a class of GB/T 4754 (four digits, divisions 01 to 97)"),
    "area-invalid": _("is neither a code of six digits nor the name of an area"),
    "area-unknown": _("is not an area of this city"),
    "size-invalid": _("is none of large, medium, small, micro"),
    "bool-invalid": _("is neither yes nor no"),
    "open-invalid": _("is not a known state of business"),
    "list-invalid": _("is not a list"),
    "month-invalid": _("is not a month such as 2026-09"),
    "month-january": _("January is reported together with February"),
    "month-to-come": _("is a month to come"),
    "date-invalid": _("is not a day such as 2026-09-30"),
    "honour-invalid": _("is neither yes, no, nor a day"),
    "money-invalid": _("is not an amount"),
    "people-invalid": _("is not a whole number of persons"),
    "people-negative": _("is below 0"),
    "status-invalid": _("is not a known state of a return"),
    "kind-invalid": _("is not a known honour"),
    "measure-invalid": _("is not a measure that can be told of a firm"),
    "fact-invalid": _("is not a number of at most four decimals, a percentage, yes or no"),
    "value-outside": _("is not a value this measure can have: look at its unit and range"),
    "withdrawn-invalid": _("says neither valid nor withdrawn"),
    "until-before": _("is before the day it was given"),
    "firm-unknown": _("is not in the register: import the firm first"),
    "firm-elsewhere": _("is registered in another area: the plan office can move it"),
    "items-missing": _("no figure is reported in this row"),
    "row-repeated": _("says again what another row said; the first good one counts"),
    "money-negative": _("is below 0"),
    "revenue-falls": _("is less since January than the firm reported for an earlier month"),
    "revenue-leaps": _("is more than ten times the pace of the months before: mistyped?"),
}

REFUSALS: Mapping[str, str | Promise] = {
    "mapping-invalid": _("The columns cannot be read as chosen."),
    "field-unknown": _("One of the fields is not known."),
    "factor-invalid": _("The unit of an amount is not known."),
    "field-twice": _("Two columns are read as the same field."),
    "file-empty": _("The file has no rows."),
    "file-unreadable": _("The file cannot be read: it may be damaged or protected."),
    "file-too-large": _("The file is too large when unpacked."),
    "file-too-wide": _("The file has more columns than can be read."),
    "file-encoding": _("The file's characters cannot be read. Save it as UTF-8 and send it again."),
    "headings-missing": _("No sheet has all the headings that were chosen."),
    "fields-missing": _("Fields are missing that have to be there: %(fields)s."),
}

REASONS: Mapping[str, str | Promise] = {
    "saved": _("read so in an earlier file"),
    "heading-same": _("known heading"),
    "heading-alike": _("similar heading"),
    "values": _("by its values"),
}

FACTORS: Mapping[str, str | Promise] = {
    "1": _("1,000 yuan"),
    "1/1000": _("yuan"),
    "10": _("10,000 yuan"),
    "1000": _("million yuan"),
    "100000": _("100 million yuan"),
}

HONOURS: Mapping[str, str | Promise] = {
    "high_tech": _("High-tech firm"),
    "srdi": _("Specialised and innovative firm"),
    "little_giant": _("Little giant"),
    "gazelle": _("Gazelle"),
    "unicorn": _("Unicorn"),
    "listed": _("Listed company"),
    "smart_factory_basic": _("Smart factory, basic level"),
    "smart_factory_advanced": _("Smart factory, advanced level"),
    "smart_factory_excellent": _("Smart factory, excellent level"),
    "smart_factory_leading": _("Smart factory, leading level"),
}

UNITS: Mapping[Unit, str | Promise] = {
    "yes_no": _("yes or no"),
    "count": _("number"),
    "share": _("share or percentage"),
    "money": _("1,000 yuan"),
    "years": _("years"),
    "score": _("points"),
    "usd_million": _("million US dollars"),
}


def measures_told() -> list[tuple[str, str | Promise, str]]:
    """The measures that a file of facts may tell: name, unit and range."""
    chinese = (get_language() or "").startswith("zh")
    return [
        (
            each.name if chinese else each.name_en,
            UNITS[each.unit],
            "" if each.unit == "yes_no" else f"{each.least:,} – {each.most:,}",
        )
        for each in known_facts().values()
    ]


def refusal_words(refused: Mapping[str, str]) -> str:
    """Why a file was not read, in a sentence."""
    text = str(REFUSALS.get(refused["code"], REFUSALS["mapping-invalid"]))
    names = [str(FIELDS.get(name, name)) for name in refused.get("fields", "").split(", ")]
    return text % {"fields": str(_(", ")).join(names)} if "%(fields)s" in text else text
