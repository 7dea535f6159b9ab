"""What the pages of identity show of its facts."""

from datetime import date, datetime

from django import template

from shucheng.kernel.identity import last_days

register = template.Library()


@register.filter
def last_day(ends: datetime | None) -> date | None:
    """2027-01-31 for what ends when that day is over, not the midnight after it."""
    return last_days.last_day(ends)
