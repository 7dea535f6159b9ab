"""Which column is which field: a proposal with reasons, and the mapping a person confirmed.

A heading is compared with the field's known headings (normalised; else by difflib's ratio), the
values of the first rows with what the field's kind looks like. The two together are the confidence;
fields and columns are paired greedily from the best. A heading's unit (万元) is its factor.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Data
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import duckdb

from shucheng.lib.credit_code import is_valid

from ..frames import INDUSTRY
from .fields import Field, ImportRefused, fields

SAMPLE = 200
"""Rows whose values are looked at."""

HEADER_WITHIN = 40
"""Lines among which the headings are looked for: titles and notes may stand above."""

LEAST = 0.5
"""Below this confidence nothing is proposed."""

FACTORS = {"亿元": 100_000, "百万元": 1_000, "万元": 10, "千元": 1}
"""Thousand yuan in one of the unit. 元 is a thousandth and stands apart."""

_NOISE = re.compile(r"[\s_\-—:：、,，.。*#/]+|^\d+[.、)]\s*")
_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_UNIT = re.compile(r"(亿元|百万元|万元|千元|元)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file that holds `field`. Money times `factor` is thousand yuan; "1/1000"
    for yuan."""

    heading: str
    field: str
    factor: str = "1"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Columns of files headed alike. Found again by heading, so columns may stand elsewhere."""

    table: str
    columns: tuple[Column, ...]

    @property
    def digest(self) -> str:
        text = json.dumps(self.to_data(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_data(self) -> dict[str, Any]:
        """Plain data, to be saved as JSON."""
        columns = [
            {"heading": each.heading, "field": each.field, "factor": each.factor}
            for each in self.columns
        ]
        return {"table": self.table, "columns": columns}

    @classmethod
    def from_data(cls, data: Data[str, Any]) -> "Mapping":
        """The mapping that was saved. Raises `ImportRefused` when it is not one."""
        try:
            columns = [
                Column(str(each["heading"]), str(each["field"]), str(each.get("factor", "1")))
                for each in data["columns"]
            ]
            mapping = cls(str(data["table"]), tuple(columns))
        except (KeyError, TypeError, AttributeError) as error:
            raise ImportRefused("mapping-invalid") from error
        known = fields(mapping.table)
        for each in columns:
            if each.field not in known:
                raise ImportRefused("field-unknown", field=each.field)
            if each.factor != "1/1000" and not re.fullmatch(r"[1-9]\d{0,8}", each.factor, re.ASCII):
                raise ImportRefused("factor-invalid", field=each.field, factor=each.factor)
        if len({each.field for each in columns}) < len(columns):
            raise ImportRefused("field-twice")
        return mapping


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposed column: `confidence` 0..1; `reason` is heading-same, heading-alike or values;
    `share` is how many of the sampled values look like the field (None: nothing to tell by)."""

    column: Column
    confidence: float
    reason: str
    known_heading: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person is shown: guesses in order of columns, headings nothing was found for,
    required fields without a column."""

    mapping: Mapping
    guesses: tuple[Guess, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]


def header(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int, tuple[str, ...]]:
    """Sheet and line of the headings, and the headings: of the first rows of every sheet the one
    with most cells that are known headings, the first one when none has."""
    rows = connection.execute(
        "SELECT * FROM raw WHERE line <= ? ORDER BY sheet, line", [HEADER_WITHIN]
    ).fetchall()
    if not rows:
        raise ImportRefused("file-empty")
    known = {plain(each) for field in fields(table).values() for each in field.headings}
    best = max(rows, key=lambda row: sum(plain(cell or "") in known for cell in row[2:]))
    return best[0], best[1], tuple((cell or "").strip() for cell in best[2:])


def propose(connection: duckdb.DuckDBPyConnection, table: str) -> Proposal:
    """Propose a mapping for the file in `raw` (`source.read`)."""
    sheet, line, headings = header(connection, table)
    rows = connection.execute(
        """SELECT * EXCLUDE (sheet, line) FROM raw WHERE sheet = $1 AND line > $2
        AND line <= $2 + $3 ORDER BY line""",
        [sheet, line, SAMPLE],
    ).fetchall()
    guesses = [
        (guess, at)
        for at, heading in enumerate(headings)
        for field in fields(table).values()
        if (guess := _guess(heading, [row[at] for row in rows if row[at]], field))
    ]
    guesses.sort(key=lambda each: (-each[0].confidence, each[1]))
    chosen: dict[str, tuple[Guess, int]] = {}
    taken: set[int] = set()
    for guess, at in guesses:
        if guess.column.field not in chosen and at not in taken:
            chosen[guess.column.field] = guess, at
            taken.add(at)
    ordered = [guess for guess, _ in sorted(chosen.values(), key=lambda each: each[1])]
    return Proposal(
        Mapping(table, tuple(each.column for each in ordered)),
        tuple(ordered),
        tuple(each for at, each in enumerate(headings) if each and at not in taken),
        tuple(f.name for f in fields(table).values() if f.required and f.name not in chosen),
    )


def _guess(heading: str, values: Sequence[str], field: Field) -> Guess | None:
    told = plain(heading)
    if not told:
        return None
    by_ratio = [(SequenceMatcher(None, told, plain(each)).ratio(), each) for each in field.headings]
    alike, known = max(by_ratio)
    look = LOOKS.get(field.kind)
    share = sum(map(look, map(half_width, values))) / len(values) if look and values else None
    if alike == 1:
        confidence, reason = (1.0 if share is None else 0.6 + 0.4 * share), "heading-same"
    elif share is not None and field.kind == "code" and share > 0.8:
        confidence, reason = 0.9 * share, "values"
    else:
        confidence, reason = alike * (0.8 if share is None else 0.5 + 0.4 * share), "heading-alike"
        if alike < 0.6:
            return None
    if confidence < LEAST:
        return None
    factor = _factor(heading) if field.kind == "money" else "1"
    return Guess(Column(heading, field.name, factor), round(confidence, 3), reason, known, share)


def _factor(heading: str) -> str:
    found = _UNIT.search(half_width(heading))
    if not found:
        return "1"
    return "1/1000" if found[1] == "元" else str(FACTORS[found[1]])


def half_width(text: str) -> str:
    """Full-width letters, digits and brackets as half-width ones, trimmed (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", text).strip()


def plain(heading: str) -> str:
    """A heading without brackets, units, numbers in front, blanks and punctuation."""
    return _NOISE.sub("", _BRACKETS.sub("", half_width(heading))).lower()


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: bool(compiled.fullmatch(text))


_NUMBER = r"[-+]?[\d,]+(\.\d+)?"
LOOKS: dict[str, Callable[[str], bool]] = {
    "code": lambda text: is_valid(text.upper()),
    "industry": _matches(f"[A-T]?{INDUSTRY}"),
    "area": _matches(r"\d{6}(\d{6})?|[\u4e00-\u9fff]{1,12}"),
    "size": _matches(r"[1-4]|(大|中|小|微)(型|型企业|型企业)?|large|medium|small|micro"),
    "bool": _matches(r"是|否|[01]|Y|N|y|n|true|false"),
    "honour": _matches(r"是|否|[01]|无|有|√|\d{4}([-/.年]\d{1,2}.*)?"),
    "month": _matches(r"\d{4}[-/.年]?\d{1,2}.*"),
    "date": _matches(r"\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}.*"),
    "money": _matches(_NUMBER),
    "people": _matches(r"[\d,]+"),
}
"""What values of a kind look like."""
