"""Reading the tables of a pack file: typed fields, unknown ones noticed, every problem kept.

An `Entry` answers a placeholder for a bad field and goes on, so that one run lists all that is
wrong in a pack.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, cast

from shucheng.plan.city.model import Problem

Choice = TypeVar("Choice", bound=str)


@dataclass(slots=True)
class Entry:
    """One table of a file. `label` says where it stands, `problems` is shared by the whole pack."""

    file: str
    label: str
    values: Mapping[str, Any]
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def problem(self, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, self.label, message, hint))

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required (and not blank) when there is no default."""
        value = self._take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (default is None and not value.strip()):
            self._wrong(key, value, f'a text, such as {key} = "..."')
            return default or ""
        return value.strip()

    def optional(self, key: str) -> str | None:
        return self.text(key, "") or None

    def choice(self, key: str, choices: Iterable[Choice], default: Choice | None = None) -> Choice:
        """One of the words; the first word stands in for a wrong one."""
        words = list(choices)
        value = self._take(key)
        if value is None and default is not None:
            return default
        if value not in words:
            self._wrong(key, value, "one of " + ", ".join(words))
            return default or words[0]
        return cast(Choice, value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; absent is empty, a single text is a list of one."""
        value = self._take(key)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self._wrong(key, value, f'a list of texts, such as {key} = ["...", "..."]')
            return ()
        return tuple(item.strip() for item in items if item.strip())

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong(key, value, "true or false")
            return default
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        value = self._take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self._wrong(key, value, "a whole number without quotation marks")
            return default or 0
        return value

    def optional_integer(self, key: str) -> int | None:
        return self.integer(key) if key in self.values else None

    def number(self, key: str, default: str | None = None) -> Decimal:
        value = self._take(key)
        if value is None and default is not None:
            return Decimal(default)
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self._wrong(key, value, "a number without quotation marks")
            return Decimal(default or 0)
        number = Decimal(value)
        if not number.is_finite():
            self._wrong(key, value, "a finite number")
            return Decimal(default or 0)
        return number

    def table(self, key: str) -> "Entry | None":
        """A table inside this one, such as indicator = { no = 1, name = "..." }."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(key, value, "a table in braces { ... }")
            return None
        return Entry(self.file, f"{self.label}, {key}", value, self.problems)

    def tables(self, key: str) -> list["Entry"]:
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong(key, value, "a list of tables in braces [{ ... }, { ... }]")
            return []
        return [
            Entry(self.file, f"{self.label}, {key} {number}", item, self.problems)
            for number, item in enumerate(value, 1)
        ]

    def done(self) -> None:
        """Report the fields nobody asked for: a misspelt field must not be dropped silently."""
        for key in self.values:
            if key not in self.asked:
                close = difflib.get_close_matches(key, self.asked, n=1)
                hint = f"Did you mean {close[0]!r}?" if close else "Take it out."
                self.problem(f"unknown field {key!r}.", hint)

    def _take(self, key: str) -> Any:
        self.asked.add(key)
        return self.values.get(key)

    def _wrong(self, key: str, value: Any, wanted: str) -> None:
        if value is None:
            self.problem(f"{key!r} is missing.", f"Write {wanted}.")
        else:
            self.problem(f"{key!r} is {value!r}.", f"Write {wanted}.")


def read_toml(path: Path, problems: list[Problem], *, required: bool = True) -> dict[str, Any]:
    """The file's tables; empty where it cannot be read, with the reason among the problems."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if required:
            problems.append(Problem(path.name, "", "the file is missing.", f"Add {path.name}."))
        return {}
    except OSError as error:
        problems.append(Problem(path.name, "", f"cannot be read ({error.strerror}).", ""))
        return {}
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"), parse_float=Decimal)
    except UnicodeDecodeError:
        message, hint = "is not UTF-8 text.", "Save it again with the encoding UTF-8."
    except tomllib.TOMLDecodeError as error:
        message, hint = f"is not valid TOML: {error}.", "Correct that line."
    problems.append(Problem(path.name, "", message, hint))
    return {}


def read_entries(
    path: Path, name: str, problems: list[Problem], tables: Mapping[str, Any], key: str = "code"
) -> list[Entry]:
    """The tables `[[name]]` of a file, each labelled with its `key` and line."""
    rows = tables.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problems.append(
            Problem(path.name, "", f"{name!r} is no list.", f"Begin each entry with [[{name}]].")
        )
        return []
    for other in tables.keys() - {name}:
        problems.append(
            Problem(path.name, f"[{other}]", "is not known here.", f"Entries are [[{name}]].")
        )
    lines = _header_lines(path, name)
    entries = []
    for number, row in enumerate(rows):
        line = f" (line {lines[number]})" if number < len(lines) else f" ({number + 1})"
        label = f"{name} {str(row.get(key, '?'))!r}{line}"
        entries.append(Entry(path.name, label, row, problems))
    return entries


def read_section(
    path: Path, name: str, problems: list[Problem], tables: Mapping[str, Any]
) -> Entry:
    """The table `[name]` of a file; an absent one reads as empty, so its fields are missing."""
    value = tables.get(name, {})
    if not isinstance(value, dict):
        problems.append(Problem(path.name, "", f"{name!r} is no table.", f"Write [{name}]."))
        value = {}
    return Entry(path.name, f"[{name}]", value, problems)


def _header_lines(path: Path, name: str) -> list[int]:
    header = re.compile(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]")
    text = path.read_text(encoding="utf-8-sig", errors="replace") if path.exists() else ""
    return [number for number, line in enumerate(text.splitlines(), 1) if header.match(line)]
