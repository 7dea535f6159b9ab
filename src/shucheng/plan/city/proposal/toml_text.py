"""Writing the TOML of a pack: one field a line, so that a change shows as one line of a diff."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]


def file_text(note: str, *parts: str) -> str:
    """A file: a comment that says what it holds, then its parts."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in note.splitlines())
    return "\n".join((comment, *parts))


def entries(name: str, rows: Iterable[Row]) -> str:
    """Rows as tables `[[name]]`."""
    return "\n".join(f"[[{name}]]\n{_fields(row)}" for row in rows)


def section(name: str, row: Row) -> str:
    """One table `[name]`."""
    return f"[{name}]\n{_fields(row)}"


def value_text(value: Any) -> str:
    """One value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, str):
        # A JSON string is a TOML string, except for one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, Mapping):
        fields = (f"{key} = {value_text(item)}" for key, item in value.items() if _worth(item))
        return "{ " + ", ".join(fields) + " }"
    if isinstance(value, Sequence):
        if value and isinstance(value[0], Mapping):
            return "[\n" + "".join(f"  {value_text(item)},\n" for item in value) + "]"
        return "[" + ", ".join(map(value_text, value)) + "]"
    raise TypeError(f"{type(value).__name__} cannot be written to a pack")


def _fields(row: Row) -> str:
    return "".join(f"{key} = {value_text(value)}\n" for key, value in row.items() if _worth(value))


def _worth(value: Any) -> bool:
    return value is not None and value != () and value != []
