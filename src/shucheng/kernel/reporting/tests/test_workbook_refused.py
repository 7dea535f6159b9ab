"""Files that are no workbook of ours, or were tampered with: refused in words, never a crash."""

import io
import zipfile
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.engine.workbook import container
from shucheng.kernel.reporting.engine.workbook.read import Reading
from shucheng.kernel.reporting.tests.test_workbook import (
    only,
    read,
    repacked,
    replaced,
    written,
)


def own_workbook() -> bytes:
    out = io.BytesIO()
    book = Workbook()
    book.active["A1"] = 5
    book.save(out)
    return out.getvalue()


def refused(data: bytes) -> str:
    reading = read(data)
    assert reading.entries == {}
    return only(reading).code


def test_what_is_no_workbook_of_ours_is_a_problem_and_not_a_crash() -> None:
    assert refused(b"") == "workbook_damaged"
    assert refused(b"PK\x03\x04 nothing") == "workbook_damaged"
    assert refused(written()[:-400]) == "workbook_damaged"
    assert refused(own_workbook()) == "workbook_foreign"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refused(out.getvalue()) == "workbook_not_xlsx"


def test_macros_are_refused() -> None:
    assert refused(repacked(written(), {}, {"xl/vbaProject.bin": b"x"})) == "workbook_macros"
    enabled = replaced(
        written(),
        "spreadsheetml.sheet.main+xml",
        "x.macroEnabled.main+xml",
        "[Content_Types].xml",
    )
    assert refused(enabled) == "workbook_macros"


def test_a_file_that_inflates_is_refused_before_it_is_read(monkeypatch) -> None:
    monkeypatch.setattr(container, "MOST_UNPACKED", 1024 * 1024)
    bomb = repacked(written(), {}, {"xl/media/image1.png": b"\0" * (2 * 1024 * 1024)})
    assert len(bomb) < 100_000
    assert refused(bomb) == "workbook_too_large"


def test_one_lonely_cell_far_away_does_not_fill_the_memory() -> None:
    far = replaced(written(), "</sheetData>", '<row r="1048576"/></sheetData>')
    assert refused(far) == "workbook_rows"
    wide = replaced(written(), "</sheetData>", '<row r="50"><c r="XFD50"/></row></sheetData>')
    assert refused(wide) == "workbook_columns"


def test_entities_are_not_expanded() -> None:
    start = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]>'
    data = repacked(written(), {"xl/workbook.xml": lambda xml: start.encode() + xml})
    assert refused(data) == "workbook_damaged"


@cache
def sent() -> bytes:
    return written({"revenue": Entry("1")})


PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_damage_to_a_file_makes_reading_crash(data: st.DataObject) -> None:
    content = bytearray(sent())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    reading = read(bytes(content))
    assert reading.problems or reading.entries["revenue"] == Entry("1")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_change_inside_of_a_part_makes_reading_crash(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(PARTS))

    def damage(content: bytes) -> bytes:
        at = data.draw(st.integers(0, len(content)))
        piece = data.draw(st.sampled_from([b"", b"<", b'"', b"99999999", b"\xff", b"<f>1</f>"]))
        return content[:at] + piece + content[at + data.draw(st.integers(0, 12)) :]

    reading = read(repacked(sent(), {part: damage}))
    assert isinstance(reading, Reading)
