"""How values are written on pages of the kernel."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def figure(value: Decimal | None) -> str:
    """1234.500000 → 1,234.5; a missing value is a dash."""
    return "—" if value is None else f"{value.normalize():,f}"


@register.filter
def source_name(source: str) -> str:
    """`bay:energy` and the like in words."""
    names = {
        "reported": _("Reported"),
        "imported": _("Imported"),
        "simulation": _("Simulation"),
    }
    kind, _colon, platform = source.partition(":")
    if kind == "bay":
        return _("Measured by %(platform)s") % {"platform": platform}
    return str(names.get(kind, source))
