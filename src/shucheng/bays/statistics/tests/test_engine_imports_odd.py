"""Odd files are refused with a code or reported, whatever bytes they have."""

import contextlib
import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine.imports import source, stage
from shucheng.bays.statistics.engine.imports.fields import ImportRefused
from shucheng.bays.statistics.engine.imports.mapping import Column, Mapping
from shucheng.bays.statistics.tests.import_files import proposed

MAPPING = Mapping("returns", (Column("信用代码", "firm"), Column("营业收入", "revenue")))
HEAD = "信用代码,营业收入\n".encode()
OPTIONS = stage.Options(month=202502)

_BEGINNINGS = st.sampled_from([b"", HEAD, b"PAR1", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"])
_CELLS = st.text(alphabet="\"',\n\r\t;=9０é\0（一", max_size=60).map(str.encode)


@settings(max_examples=60, deadline=None)
@given(_BEGINNINGS, st.one_of(st.binary(max_size=200), _CELLS))
def test_any_bytes_are_refused_or_reported(start: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "file"
        path.write_bytes(start + rest)
        for work in (
            lambda: proposed(path, "returns", Path(name)),
            lambda: stage.stage(path, MAPPING, Path(name), OPTIONS),
        ):
            # Anything else that is raised fails the test.
            with contextlib.suppress(ImportRefused):
                work()


def test_a_quote_in_a_cell_is_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEAD + b"=cmd|' /C calc'!A0,1\n');DROP TABLE raw;--,2\n")
    report = stage.stage(path, MAPPING, tmp_path, OPTIONS)
    assert [each.code for each in report.errors] == ["code-form"] * 2


def test_what_unpacks_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST_UNPACKED", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed.getvalue())
    with pytest.raises(ImportRefused, match="file-too-large"):
        stage.stage(path, MAPPING, tmp_path, OPTIONS)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\n\n", "file-empty"),
        (b"\x81\xff\xff\xfe\x00", "file-encoding"),
        (b",".join([b"a"] * 500), "file-too-wide"),
        (b"PAR1nothing", "file-unreadable"),
        (b"PK\x03\x04nothing", "file-unreadable"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        proposed(path, "register", tmp_path)
    assert refused.value.code == code
