"""A title from a longer text: whole clauses of it, never half a word."""

import re
from typing import Final

_STOPS: Final = "。；，、：;,:"
# A comma within a number (1,000) is none.
_STOP: Final = re.compile(rf"[{_STOPS}](?!\d)")


def title_from(text: str, most: int) -> str:
    """The text where it is short enough, else up to the last stop within `most` characters; where
    there is none, up to the last space or as far as it goes, with an ellipsis."""
    text = text.strip()
    if len(text) <= most:
        return text.rstrip(_STOPS)
    stops = [found.start() for found in _STOP.finditer(text) if 0 < found.start() <= most]
    if stops:
        return text[: stops[-1]].rstrip(_STOPS)
    space = text.rfind(" ", 0, most)
    return f"{text[: space if space > 0 else most - 1]}…"
