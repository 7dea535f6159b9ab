"""What an entry of the catalogue (一本账) says of a data resource, and what is wrong with it.

Plain frozen data: what is stored, searched, exchanged as DCAT or CKAN and compared when harvested.
Words such as frequencies are codes of `words.yaml`; regions are codes of GB/T 2260.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shucheng.lib.geography import place

from ..authority.rules import Rules, Strict, load, read_rules
from ..authority.tables import Named
from ..grading.model import Grade

FOLDER = Path(__file__).parents[2] / "data" / "catalogue"
# Beyond these no reader of a page or another catalogue is served; this project's choice.
TITLE, TEXT, FIELDS = 300, 20_000, 5_000
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
# A code is part of an address, so it has nothing that an address would have to escape.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the data: the organisation's code and name."""

    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """An information item (信息项). `name` as in the source, `title` for people, `type`: a code of
    `words().types`, `key`: part of the primary key."""

    name: str
    title: str = ""
    type: str = "string"
    comment: str = ""
    nullable: bool = True
    key: bool = False


@dataclass(frozen=True, slots=True)
class Distribution:
    """A form in which the resource can be had. `format`: a short lower-case word such as `csv` or
    `api`; `url` may be empty while it is only promised."""

    format: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """An entry. `sharing` (共享属性) is towards departments, `opening` (开放属性) towards society,
    each with its terms; `starts`, `ends`: the time that the data speak of; `derived_from`: codes of
    the resources it was made from; `grade`: a code of the grading; `conforms_to`: standards."""

    code: str
    title: str = ""
    description: str = ""
    holder: Holder = Holder()
    themes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    legal_basis: str = ""
    fields: tuple[Field, ...] = ()
    frequency: str = "UNKNOWN"
    region: str = ""
    starts: date | None = None
    ends: date | None = None
    sharing: str = "none"
    sharing_terms: str = ""
    opening: str = "none"
    opening_terms: str = ""
    licence: str = ""
    version: str = ""
    derived_from: tuple[str, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    conforms_to: tuple[str, ...] = ()
    grade: str = ""

    @property
    def formats(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.format for each in self.distributions))


class Words(Strict):
    """The words of an entry by their codes, each in Chinese and English."""

    version: str
    frequencies: dict[str, Named]
    sharing: dict[str, Named]
    opening: dict[str, Named]
    types: dict[str, Named]
    machine_readable: frozenset[str]


@cache
def words() -> Words:
    """Raises `RulesInvalid` where the file is not one."""
    return load(Words, "words", (FOLDER / "words.yaml").read_text(encoding="utf-8"))


@cache
def catalogue_rules() -> Rules:
    """The clauses that this part stands on."""
    return read_rules((FOLDER / "rules.yaml").read_text(encoding="utf-8"))


class Check(NamedTuple):
    """A rule of entries: what is said, what to do, and its clause (a code of `rules.yaml`); without
    one it is this project's proposal."""

    message: str
    hint: str
    source: str = ""


CHECKS: dict[str, Check] = {
    "catalogue.missing": Check("{field} is empty.", "Fill it in."),
    "catalogue.too-long": Check("{field} has {size}; {most} are allowed.", "Shorten it."),
    "catalogue.code": Check(
        "{value} is not a code: letters, digits and . _ / - only, up to 100.", "Change the code."
    ),
    "catalogue.unknown-word": Check("{field} {value} is not in the list.", "Choose from the list."),
    "catalogue.sharing": Check(
        "{value} is not one of the three kinds of sharing.", "Choose one.", "PD-SCP-07"
    ),
    "catalogue.terms-missing": Check(
        "{field} is {value} and says no terms.", "Write the terms.", "PD-SCP-07"
    ),
    "catalogue.refusal-without-basis": Check(
        "Nothing is shared, and no law or rule is named for that.", "Name it.", "PD-SCP-07"
    ),
    "catalogue.region": Check(
        "There is no place with the code {value}.", "Use a code of GB/T 2260."
    ),
    "catalogue.time": Check("The end {ends} lies before the start {starts}.", "Correct one."),
    "catalogue.field-twice": Check("The field {value} is there twice.", "Rename or remove one."),
    "catalogue.field-nameless": Check("The field {value} has no name.", "Name it."),
    "catalogue.address": Check(
        "{value} is not an address.", "Write it whole, with http:// or https:// and no spaces."
    ),
    "catalogue.own-source": Check("It is derived from itself.", "Remove its own code."),
    "catalogue.grave-and-open": Check(
        "It is of grade {value} and is to be opened.", "Do not open it.", "PD-SCP-03"
    ),
    "catalogue.not-machine-readable": Check(
        "It is open, and no program can read {value}.", "Add a table or an interface.", "PD-SCP-06"
    ),
    "catalogue.open-without-licence": Check(
        "It is open and says no licence.", "Name the licence under which it may be used."
    ),
    "catalogue.open-not-shared": Check(
        "It is opened to society and not shared with departments.", "Correct one of the two."
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an entry: a code of `CHECKS`, the field, and values for the sentence."""

    code: str
    field: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        return CHECKS[self.code].message.format(field=self.field, **dict(self.values))

    @property
    def hint(self) -> str:
        return CHECKS[self.code].hint

    @property
    def source(self) -> str:
        """Document and clause as cited, or "" for this project's proposal."""
        code = CHECKS[self.code].source
        return catalogue_rules().source(code) if code else ""


def problems(resource: Resource) -> tuple[Problem, ...]:
    """All that is wrong with an entry, in the order of its fields; empty: it can be published."""
    return (
        *_texts(resource),
        *_listed(resource),
        *_conditions(resource),
        *_open(resource),
        *_fields(resource),
    )


def _problem(code: str, field: str, **values: object) -> Problem:
    return Problem(f"catalogue.{code}", field, tuple((k, str(v)) for k, v in values.items()))


_NEEDED = ("code", "title", "description", "frequency", "region")


def _texts(it: Resource) -> Iterator[Problem]:
    yield from (_problem("missing", name) for name in _NEEDED if not getattr(it, name).strip())
    holder = (("holder.code", it.holder.code), ("holder.name", it.holder.name))
    yield from (_problem("missing", name) for name, value in holder if not value.strip())
    if it.code and not _CODE.fullmatch(it.code):
        yield _problem("code", "code", value=it.code)
    sizes = {"title": TITLE, "description": TEXT, "sharing_terms": TEXT, "opening_terms": TEXT}
    for name, most in {**sizes, "legal_basis": TEXT, "fields": FIELDS}.items():
        if (size := len(getattr(it, name))) > most:
            yield _problem("too-long", name, size=size, most=most)


def _listed(it: Resource) -> Iterator[Problem]:
    known = words()
    if it.frequency and it.frequency not in known.frequencies:
        yield _problem("unknown-word", "frequency", value=it.frequency)
    if it.grade and it.grade.upper() not in Grade.__members__:
        yield _problem("unknown-word", "grade", value=it.grade)
    if it.region and place(it.region) is None:
        yield _problem("region", "region", value=it.region)
    if it.starts and it.ends and it.ends < it.starts:
        yield _problem("time", "ends", starts=it.starts, ends=it.ends)
    for each in it.distributions:
        if each.url and not _ADDRESS.fullmatch(each.url):
            yield _problem("address", "distributions", value=each.url)
    if it.code and it.code in it.derived_from:
        yield _problem("own-source", "derived_from")


def _conditions(it: Resource) -> Iterator[Problem]:
    for name, known in (("sharing", words().sharing), ("opening", words().opening)):
        value = getattr(it, name)
        if value not in known:
            yield _problem("sharing", name, value=value)
        elif value == "conditional" and not getattr(it, f"{name}_terms").strip():
            yield _problem("terms-missing", name, value=value)
    if it.sharing == "none" and not it.legal_basis.strip():
        yield _problem("refusal-without-basis", "legal_basis")


def _open(it: Resource) -> Iterator[Problem]:
    if it.opening not in ("unconditional", "conditional"):
        return
    if it.grade in ("important", "core"):
        yield _problem("grave-and-open", "opening", value=it.grade)
    if it.sharing == "none":
        yield _problem("open-not-shared", "sharing")
    if it.opening == "conditional":
        return
    if not it.licence.strip():
        yield _problem("open-without-licence", "licence")
    if not words().machine_readable & set(it.formats):
        yield _problem("not-machine-readable", "distributions", value=", ".join(it.formats) or "-")


def _fields(it: Resource) -> Iterator[Problem]:
    if not it.fields:
        yield _problem("missing", "fields")
    for number, field in enumerate(it.fields, 1):
        if not field.name.strip():
            yield _problem("field-nameless", "fields", value=number)
        if field.type not in words().types:
            yield _problem("unknown-word", "fields", value=field.type)
    for name, times in Counter(field.name for field in it.fields).items():
        if name.strip() and times > 1:
            yield _problem("field-twice", "fields", value=name)
