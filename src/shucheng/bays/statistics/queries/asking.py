"""What a program asks for is answered, or refused: never something else instead.

Pages take the first choice where an address says nonsense; a program would take the answer for
what it asked.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.utils.translation import gettext as _

from shucheng.kernel.public import Invalid

T = TypeVar("T")


def require_as_asked(asked: Mapping[str, str], answered: Mapping[str, object]) -> None:
    """Refuse what was asked for by name and is not what is answered: not known, not there for
    this period, or not for this role."""
    wrong = {
        name: _("There is no such choice, or not for your role.")
        for name, value in asked.items()
        if value and name in answered and str(answered[name]) != value
    }
    if wrong:
        raise Invalid(
            "statistics.choice",
            _("There is nothing as asked for: %(names)s."),
            _("Leave it out to see what there is, then ask for one of the choices."),
            fields=wrong,
            names=", ".join(wrong),
        )


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int]:
    """A page of a list (1 is the first; beyond the last there is nothing), and how many pages."""
    start = (max(page, 1) - 1) * size
    return items[start : start + size], max(1, -(-len(items) // size))
