"""Rows that only grow, as known on a day."""

from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone


def known_by(as_of: date | None) -> Q:
    """What was recorded by a moment, or by the end of a day in the city's time; everything where
    none is given."""
    return Q() if as_of is None else Q(recorded_at__lte=last_moment(as_of))


def last_moment(as_of: date) -> datetime:
    """The moment itself, or the last one of a day in the city's time."""
    if isinstance(as_of, datetime):
        return as_of
    return timezone.make_aware(datetime.combine(as_of, time.max))
