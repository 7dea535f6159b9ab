"""The columns of the sheets of resources: their headings in two languages, and what may stand in
them (`sheets.yaml`; choices are those of `words.yaml`)."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Literal

from ..authority.rules import Strict, load
from ..authority.tables import Named
from .model import FOLDER, words

Language = Literal["zh", "en"]
MOST_RESOURCES, MOST_FIELDS = 5_000, 100_000
_YES, _NO = ("y", "true", "1"), ("n", "false", "0")
# A department writes 无条件 as well as 无条件共享.
_ENDINGS = ("共享", "开放")


class Column(Strict):
    """`most`: characters; `words`: of which list; `csv`: only where there is one table."""

    name: Named
    about: Named
    also: tuple[str, ...] = ()
    most: int = 40
    needed: bool = False
    csv: bool = False
    form: Literal["text", "day", "count"] = "text"
    words: Literal["", "kinds", "frequencies", "sharing", "opening", "types", "answers"] = ""

    @property
    def is_choice(self) -> bool:
        return bool(self.words)


class Sheets(Strict):
    """What `sheets.yaml` says."""

    version: str
    resources: Named
    fields: Named
    about: Named
    words: Named
    needed: Named
    kinds: dict[str, Named]
    answers: dict[str, Named]
    resource_columns: dict[str, Column]
    field_columns: dict[str, Column]
    notes: tuple[Named, ...]


@cache
def sheets() -> Sheets:
    """Raises `RulesInvalid` where the file is not one."""
    return load(Sheets, "sheets", (FOLDER / "sheets.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """A heading or word without what does not tell it from another: width, case, blanks, marks."""
    flat = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    for mark in (sheets().needed.zh, sheets().needed.en, "(required)"):
        flat = flat.removesuffix("".join(unicodedata.normalize("NFKC", mark).casefold().split()))
    return flat.strip("*")


def heading(column: Column, language: Language) -> str:
    """As the template writes it."""
    mark = getattr(sheets().needed, language) if column.needed else ""
    return f"{getattr(column.name, language)}{mark}"


def headings(columns: Mapping[str, Column]) -> dict[str, str]:
    """The code of a column by everything that its heading may be."""
    found: dict[str, str] = {}
    for code, column in columns.items():
        for text in (code, column.name.zh, column.name.en, *column.also):
            found.setdefault(plain(text), code)
    return found


def choices(name: str) -> Mapping[str, Named]:
    """The words of a list by their codes."""
    own = {"kinds": sheets().kinds, "answers": sheets().answers}
    return own[name] if name in own else getattr(words(), name)


@cache
def codes_of(name: str) -> Mapping[str, str]:
    """The code by everything that may be written for it."""
    found: dict[str, str] = {}
    for code, named in choices(name).items():
        for text in (code, *_written(named)):
            found.setdefault(plain(text), code)
    if name == "answers":
        found |= {**dict.fromkeys(_YES, "yes"), **dict.fromkeys(_NO, "no")}
    return found


def _written(named: Named) -> Iterator[str]:
    yield from (named.zh, named.en)
    for ending in _ENDINGS:
        if named.zh.endswith(ending):
            yield named.zh.removesuffix(ending)
