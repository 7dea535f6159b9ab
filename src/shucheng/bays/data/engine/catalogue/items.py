"""Data items as one writes them by hand: one a line, name, title, type, comment."""

from collections.abc import Iterable, Mapping

from .model import Field

_COMMAS = str.maketrans("，\t", ",,")


def read_items(lines: Iterable[str], types: Mapping[str, str]) -> list[Field]:
    """Items apart by tabs or commas; * before a name marks a key; `types`: codes by the words that
    may be written for them. A word that is none of them is kept, for the checks to tell of it."""
    found = []
    for line in lines:
        parts = [part.strip() for part in line.translate(_COMMAS).split(",", 3)]
        name, title, kind, comment = [*parts, "", "", ""][:4]
        if not any(parts):
            continue
        plain = name.removeprefix("*").strip()
        kind = types.get(kind, kind or "string")
        found.append(Field(plain, title, kind, comment, key=plain != name))
    return found
