"""What was typed into a form: numbers and days. Text that is none is never taken for an empty
field: it is a field to correct."""

from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from shucheng.kernel.public import Invalid
from shucheng.lib.numbers import decimal_number, whole_number

Numbers = dict[str, Decimal]


class Typed:
    """The fields of a form as they are read; `unread` are those that could not be: name → why."""

    def __init__(self, form: QueryDict) -> None:
        self._form = form
        self.unread: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self._form.get(name, "").strip()

    def number(self, name: str) -> Decimal | None:
        """A number with decimals; None for an empty field."""
        found = decimal_number(self.text(name))
        if found is None and self.text(name):
            self.unread[name] = _("This is no number. Write it as 1200.5 or 1,200.5.")
        return found

    def numbers(self, prefix: str) -> Numbers:
        """What was typed in the fields of this prefix; empty ones are left out."""
        found = {
            name.removeprefix(prefix): self.number(name)
            for name in self._form
            if name.startswith(prefix)
        }
        return {name: number for name, number in found.items() if number is not None}

    def whole(self, name: str) -> int | None:
        """A whole number from 0; None for an empty field."""
        found = whole_number(self.text(name))
        if found is None and self.text(name):
            self.unread[name] = _("Write a whole number such as 15.")
        return found

    def day(self, name: str) -> date | None:
        """A day; None for an empty field."""
        try:
            return date.fromisoformat(self.text(name)) if self.text(name) else None
        except ValueError:
            self.unread[name] = _("Write the day as 2026-08-01.")
            return None

    def check(self) -> None:
        """Refuse the form if a field could not be read."""
        if self.unread:
            raise Invalid(
                "judging.unread",
                _("Something typed is no number or no day."),
                _("Correct the fields that are marked."),
                fields=self.unread,
            )
