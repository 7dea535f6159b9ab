"""The Word file as an office program sets it: everything is on its pages."""

import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from tests.operations.site import missing

from shucheng.plan.briefings.engine.compose import compose
from shucheng.plan.briefings.engine.docx import write_docx
from shucheng.plan.briefings.engine.sample import AS_OF, EDITION, sample_facts
from shucheng.plan.briefings.engine.typesetting import draw_charts
from shucheng.plan.briefings.tests.test_files import FONTS

pytestmark = pytest.mark.slow


def test_an_office_program_shows_every_row_and_every_chart(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        missing("LibreOffice")
    facts = sample_facts()
    document = compose(facts, EDITION)
    source = tmp_path / "briefing.docx"
    source.write_bytes(write_docx(document, draw_charts(document, FONTS, "png"), AS_OF))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    pdf = pypdfium2.PdfDocument(tmp_path / "briefing.pdf")
    text = "".join("".join(p.get_textpage().get_text_bounded().split()) for p in pdf)
    # Rows of a table that runs over a page are all there: fixed line heights lost them once.
    for each in facts.indicators:
        assert text.count(each.name) >= 1, each.name
    assert [county.name for county in facts.counties if county.name not in text] == []
    pictures = sum(
        found.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for p in pdf for found in p.get_objects()
    )
    assert pictures == len(document.charts)
    assert len(pdf) <= 6
