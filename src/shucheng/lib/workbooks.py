"""What an uploaded file really holds, before anything reads it: sizes, macros, formulas, percents.

An xlsx file is an archive of XML parts. Everything is measured while it is unpacked, so that
neither a small file that inflates nor one lonely cell far away costs more than a moment.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.parsers import expat

from openpyxl.utils import column_index_from_string

_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
# Built-in formats that show percent; others say it by their format code.
_PERCENT_FORMATS = {"9", "10"}
# What a format code only shows: quoted and escaped text, blanks and fillings, colours, currencies.
_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', re.DOTALL)
_CHUNK = 1 << 20
# What the standard library raises for archives and documents that are not whole.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


class Refused(ValueError):
    """The file cannot be read at all; `code` says why, `values` the limits it broke."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be; whoever reads it knows what it has to hold."""

    rows: int
    columns: int
    sheets: int = 60
    parts: int = 500
    unpacked: int = 150 * 1024 * 1024
    merged: int = 10_000


@dataclass(slots=True)
class Traits:
    """What matters of a sheet's cells besides their values; places are (row, column) from 1."""

    most_rows: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    # Array formulas fill a rectangle (first row, first column, last row, last column).
    areas: list[tuple[int, int, int, int]] = field(default_factory=list)
    percents: set[tuple[int, int]] = field(default_factory=set)
    # Cells that hold #DIV/0!, #N/A and the like; they read as empty.
    errors: set[tuple[int, int]] = field(default_factory=set)
    # Merged cells, rectangles as well; all but the first cell of one read as empty.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def is_formula(self, row: int, column: int) -> bool:
        return (row, column) in self.formulas or any(
            top <= row <= bottom and left <= column <= right
            for top, left, bottom, right in self.areas
        )

    def merged_rows(self, column: int) -> bytearray:
        """By row: 1 where the column's cell is part of a merged one."""
        rows = bytearray(self.most_rows + 1)
        for top, left, bottom, right in self.merged:
            if left <= column <= right:
                last = min(bottom, self.most_rows)
                rows[top : last + 1] = b"\1" * (last + 1 - top)
        return rows


def examine(data: bytes, limits: Limits) -> dict[str, Traits]:
    """Sheet name → traits. Raises `Refused`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _examine(archive, limits)
    except Refused:
        raise
    except _DAMAGED:
        raise Refused("workbook_damaged") from None


def _examine(archive: zipfile.ZipFile, limits: Limits) -> dict[str, Traits]:
    parts = archive.infolist()
    if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.unpacked:
        raise Refused("workbook_too_large")
    names = [part.filename for part in parts]
    lower = {name.lower() for name in names}
    if len(lower) != len(names):
        raise Refused("workbook_damaged")
    if any(PurePosixPath(name).name.startswith("vba") for name in lower) or any(
        folder in name for name in lower for folder in ("/macrosheets/", "/activex/")
    ):
        raise Refused("workbook_macros")
    if "xl/workbook.xml" not in lower:
        raise Refused("workbook_not_xlsx")
    for part in parts:
        # Reading to the end compares the size that was promised and the checksum with what is
        # really there: whoever reads the file afterwards cannot be surprised.
        _measure(archive, part, limits.unpacked)
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise Refused("workbook_macros")
    percents = _percent_styles(archive) if "xl/styles.xml" in lower else set()
    sheets = list(_sheets(archive))
    if len(sheets) > limits.sheets:
        raise Refused("workbook_too_large")
    return {name: _traits(archive.read(part), percents, limits) for name, part in sheets}


def _measure(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> None:
    with archive.open(part) as content:
        while chunk := content.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Refused("workbook_too_large")


def _parse(data: bytes, start: object, end: object = None) -> None:
    """Run a parser that knows no entities: a document that declares any is refused."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start  # type: ignore[assignment]
    if end is not None:
        parser.EndElementHandler = end  # type: ignore[assignment]

    def refuse(*_declaration: object) -> None:
        raise Refused("workbook_damaged")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    parser.Parse(data, True)


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(name, part) of every sheet."""
    found: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, facts: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            ref = next((v for k, v in facts.items() if k.rpartition(":")[2] == "id"), "")
            found.append((facts["name"], ref))

    def relation(tag: str, facts: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship" and facts.get("TargetMode") != "External":
            targets[facts["Id"]] = facts["Target"]

    _parse(archive.read("xl/workbook.xml"), sheet)
    _parse(archive.read("xl/_rels/workbook.xml.rels"), relation)
    for name, ref in found:
        target = targets[ref]
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets/" in path:
            yield name, path


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    """The numbers of cell styles that show percent."""
    formats = set(_PERCENT_FORMATS)
    styles: list[str] = []
    inside = [False]

    def start(tag: str, facts: dict[str, str]) -> None:
        bare = tag.rpartition(":")[2]
        if bare == "numFmt" and "%" in _SHOWN.sub("", facts.get("formatCode", "")):
            formats.add(facts["numFmtId"])
        elif bare == "cellXfs":
            inside[0] = True
        elif bare == "xf" and inside[0]:
            styles.append(facts.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if tag.rpartition(":")[2] == "cellXfs":
            inside[0] = False

    _parse(archive.read("xl/styles.xml"), start, end)
    return {str(at) for at, number in enumerate(styles) if number in formats}


def _traits(data: bytes, percents: set[str], limits: Limits) -> Traits:
    traits = Traits(limits.rows)
    here = [0, 0]

    def start(tag: str, facts: dict[str, str]) -> None:
        bare = tag.rpartition(":")[2] if ":" in tag else tag
        if bare == "c":
            here[0], here[1] = _cell(facts, here, limits)
            if facts.get("s") in percents:
                traits.percents.add((here[0], here[1]))
            if facts.get("t") == "e":
                traits.errors.add((here[0], here[1]))
        elif bare == "f":
            traits.formulas.add((here[0], here[1]))
            if facts.get("t") in ("array", "dataTable") and "ref" in facts:
                traits.areas.append(_rectangle(facts["ref"]))
        elif bare == "mergeCell":
            traits.merged.append(_rectangle(facts["ref"]))
            if len(traits.merged) > limits.merged:
                raise Refused("workbook_too_large")
        elif bare == "row":
            here[0], here[1] = _row(facts, here, limits), 0

    _parse(data, start)
    return traits


def _row(facts: dict[str, str], here: list[int], limits: Limits) -> int:
    row = int(facts["r"]) if "r" in facts else here[0] + 1
    if not 0 < row <= limits.rows:
        raise Refused("workbook_rows", most=str(limits.rows))
    return row


def _cell(facts: dict[str, str], here: list[int], limits: Limits) -> tuple[int, int]:
    if "r" not in facts:
        row, column = here[0], here[1] + 1
    else:
        row, column = _place(facts["r"])
    if not 0 < row <= limits.rows:
        raise Refused("workbook_rows", most=str(limits.rows))
    if not 0 < column <= limits.columns:
        raise Refused("workbook_columns", most=str(limits.columns))
    return row, column


def _place(ref: str) -> tuple[int, int]:
    match = _PLACE.fullmatch(ref.replace("$", ""))
    if match is None:
        raise Refused("workbook_damaged")
    return int(match[2]), column_index_from_string(match[1])


def _rectangle(ref: str) -> tuple[int, int, int, int]:
    first, _colon, last = ref.partition(":")
    return (*_place(first), *_place(last or first))
