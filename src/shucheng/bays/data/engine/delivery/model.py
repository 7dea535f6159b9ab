"""What delivery that enforces (交付管控) says no with.

A refusal has a code for the shell to translate and a word for the log. Neither ever holds a value
of the data, the text of a query, or what the database itself said: each of them can carry one.
"""

from math import isfinite
from typing import Any


class Refused(Exception):
    """A delivery that does not take place: `code`, and `about`, the name of what was refused."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(f"{code}: {about}" if about else code)
        self.code, self.about = code, about


def quoted(name: str) -> str:
    """A name as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as an SQL literal, whatever it holds. DuckDB reads no backslash in it."""
    return "'" + value.replace("'", "''") + "'"


def plain(value: Any) -> Any:
    """A value as JSON holds it: exact numbers, days and what no number is as text."""
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)
