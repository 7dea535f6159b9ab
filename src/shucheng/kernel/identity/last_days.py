"""The last day something is good for: it is stored as the moment at which that day is over."""

from datetime import date, datetime, timedelta

from django.utils import timezone


def last_day(ends: datetime | None) -> date | None:
    return (timezone.localtime(ends) - timedelta(microseconds=1)).date() if ends else None
