"""How a return is known, in words."""

from django.utils.translation import gettext as _


def return_words(status: str) -> str:
    words = {"reported": _("reported"), "imputed": _("imputed"), "estimated": _("estimated")}
    return words.get(status, status)
