"""Rows that only grow, as known on a day."""

from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone


def known_by(as_of: date | None) -> Q:
    """What was recorded by the end of a day in the city's time; everything where none is given."""
    if as_of is None:
        return Q()
    return Q(recorded_at__lte=timezone.make_aware(datetime.combine(as_of, time.max)))
