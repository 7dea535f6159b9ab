"""Where words stand in a version's text."""

import re

from django.db.models import Max

from shucheng.plan.models import PlanVersion


def find_words(text: str, words: str) -> tuple[int, int]:
    """Where words stand in a text, whatever the blanks among them; (0, 0) if nowhere."""
    signs = [re.escape(sign) for sign in words[:2000] if not sign.isspace()]
    found = re.search(r"\s*".join(signs), text) if signs else None
    return found.span() if found else (0, 0)


def position_at(version: PlanVersion, start: int) -> int:
    """A place in the reading order: just behind the last item that starts before it."""
    before = version.items.filter(span_start__lte=start).aggregate(last=Max("position"))["last"]
    return 0 if before is None else before + 1


def last_added(version: PlanVersion) -> int:
    """The number of the item that was added last: `x3` is 3. One taken back leaves a gap."""
    refs = version.items.filter(ref__startswith="x").values_list("ref", flat=True)
    return max((int(ref[1:]) for ref in refs), default=0)
