"""Fields that several forms of the market read."""

import re

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.queries.market_words import Word
from shucheng.kernel.public import Invalid
from shucheng.lib.numbers import whole_number


def wrong(field: str, message: Word) -> Invalid:
    return Invalid(
        "market.form",
        _("The entry is not complete."),
        _("Correct what is marked and send it again."),
        {field: str(message)},
    )


def number(sent: QueryDict, name: str) -> int | None:
    """A whole number above 0, or nothing."""
    text = sent.get(name, "").strip()
    found = whole_number(text)
    if text and not found:
        raise wrong(name, _("Write a whole number above 0."))
    return found


def several(text: str) -> tuple[str, ...]:
    """Words set apart by commas, semicolons or blanks of either language."""
    return tuple(dict.fromkeys(filter(None, re.split(r"[\s,，;；、]+", text))))


def codes_or_words(text: str) -> list[str]:
    """The values of a limit: words that may have spaces in them, one from the next by a comma."""
    for sign in "，、;；\n":
        text = text.replace(sign, ",")
    return [part.strip() for part in text.split(",") if part.strip()]
