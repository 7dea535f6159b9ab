"""How accounts are written: amounts with the decimals of their unit, bounds, what is withheld."""

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from shucheng.bays.statistics.queries.accounts import Cell
from shucheng.bays.statistics.queries.choices import period_words
from shucheng.bays.statistics.queries.imputed_marks import imputed_words

register = template.Library()


@register.filter
def amount(value: Decimal | None, decimals: int = 2) -> str:
    """1,234.50; a dash for what is not known."""
    return "—" if value is None else f"{value:,.{decimals}f}"


@register.filter
def plus(value: Decimal | None, decimals: int = 2) -> str:
    """+1,234.50, −3.00; a dash for what is not known."""
    return "—" if value is None else f"{value:+,.{decimals}f}".replace("-", "−")


@register.filter
def rate(value: Decimal | None) -> str:
    """12.3 %, below 0 with its sign; a dash for what is not known."""
    return "—" if value is None else f"{value:,.1f}%".replace("-", "−")


@register.filter
def cell_text(cell: Cell, decimals: int = 2) -> str:
    """A cell's value, or its bounds; in words where it is withheld; a dash where nobody counts."""
    if cell.withheld:
        return _("withheld")
    if cell.empty:
        return "—"
    low, high = amount(cell.lower, decimals), amount(cell.upper, decimals)
    return low if low == high else f"{low}–{high}"


@register.filter
def months(period: int, basis: str = "ytd") -> str:
    return period_words(period, basis)


@register.filter
def imputed_in(versions: Mapping[str, str]) -> str:
    """The months in which late firms are counted by imputed returns."""
    return imputed_words(versions)


@register.filter
def firm_amount(value: Decimal | None, decimals: int = 2) -> str:
    """One firm's amount: two more decimals where there are any, for a firm is small."""
    return amount(value, decimals + 2 if decimals else 0)


@register.filter
def percent(share: Decimal) -> str:
    """0.4 → 40"""
    return f"{(100 * share).normalize():f}"


@register.filter
def place(value: float) -> str:
    """A place in a drawing, whatever the language."""
    return f"{value:.2f}"
