"""A template that another office program opened and saved is still read."""

import shutil
import subprocess
from pathlib import Path

import pytest

from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.engine.workbook.write import write_workbook
from shucheng.kernel.reporting.tests.test_workbook import SHEET, WORDS, read, typed
from shucheng.kernel.reporting.workbooks import stage

pytestmark = pytest.mark.slow
GIVEN = {
    "revenue": Entry("1234567.891", "P", "两行\n说明", "=1+1"),
    "share": Entry("33.3"),
    "firms|size=large": Entry("", "O", "'没有"),
}


def saved(data: bytes, folder: Path) -> bytes:
    """The file as LibreOffice Calc saves it; Writer alone, which briefings need, opens none."""
    office = shutil.which("soffice")
    if office is None or not (Path(office).resolve().parent / "libsclo.so").exists():
        pytest.skip("LibreOffice Calc is not installed here")
    source = folder / "template.xlsx"
    source.write_bytes(data)
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(folder / "out"),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (folder / "out" / "template.xlsx").read_bytes()


def test_what_was_filled_in_is_read_back_and_nothing_changed(tmp_path: Path) -> None:
    reading = read(saved(write_workbook([SHEET], {0: GIVEN}, WORDS), tmp_path))
    assert reading.problems == ()
    assert reading.entries == GIVEN
    assert reading.base == GIVEN


def test_what_was_typed_is_taken_over(tmp_path: Path) -> None:
    data = saved(typed(J7=40.5, K7="初步值", J8=0.1, L9="无"), tmp_path)
    staged = stage(data, SHEET, {})
    assert staged.reading.problems == ()
    assert staged.entries == {
        "revenue": Entry("40.5", "P"),
        "share": Entry("0.1"),
        "firms|size=large": Entry(note="无"),
    }
