"""Columns of a table: decimals stand below one another, a period is one word."""

import io
from dataclasses import replace
from decimal import Decimal

import docx
import pypdfium2
import pytest
from django.template.loader import render_to_string

from shucheng.plan.briefings.engine.compose import compose
from shucheng.plan.briefings.engine.content import Document
from shucheng.plan.briefings.engine.docx import write_docx
from shucheng.plan.briefings.engine.facts import Change
from shucheng.plan.briefings.engine.numbers import share
from shucheng.plan.briefings.engine.sample import AS_OF, EDITION, sample_facts
from shucheng.plan.briefings.engine.sentences import growth_cell
from shucheng.plan.briefings.engine.tables import indicator_table
from shucheng.plan.briefings.engine.typesetting import draw_charts, set_pdf
from shucheng.plan.briefings.tests.test_files import FONTS


@pytest.fixture(scope="module")
def quarterly() -> Document:
    facts = sample_facts()
    named = tuple(replace(each, period="2026-Q3") for each in facts.indicators)
    return compose(replace(facts, indicators=named), EDITION)


@pytest.mark.parametrize(
    ("value", "said"), [("84.99", "84.99%"), ("72.7", "72.70%"), ("100", "100.00%")]
)
def test_shares_of_a_column_have_the_same_decimals(value: str, said: str) -> None:
    assert share(Decimal(value)) == said


def test_growth_of_a_column_has_the_same_decimals() -> None:
    def cell(amount: str) -> str:
        return growth_cell(
            Change(against="2025", before=Decimal(1), measure="percent", amount=Decimal(amount))
        )

    assert [cell(each) for each in ("7", "-2.4", "0")] == ["+7.0%", "-2.4%", "0.0%"]


def test_the_text_says_a_share_as_the_table_does() -> None:
    facts = sample_facts()
    each = replace(facts.indicators[0], schedule_progress=Decimal("84.96"))
    facts = replace(facts, indicators=(each,))
    row = indicator_table(facts).rows[0]
    assert row[6].text == "84.96%"
    blocks = compose(facts, EDITION).blocks
    assert any("序时进度84.96%" in getattr(block, "text", "") for block in blocks)


def test_a_quarter_is_not_broken_in_the_pdf(quarterly: Document) -> None:
    pdf = pypdfium2.PdfDocument(set_pdf(quarterly, FONTS, 0))
    lines = "\n".join(page.get_textpage().get_text_bounded() for page in pdf).splitlines()
    assert any("2026-Q3" in line for line in lines)
    assert not [line for line in lines if line.strip().endswith("2026-")]


def test_a_quarter_is_not_broken_in_word_and_on_the_page(quarterly: Document) -> None:
    opened = docx.Document(io.BytesIO(write_docx(quarterly, _drawn(quarterly), AS_OF)))
    table = next(each for each in opened.tables if each.cell(0, 0).text == "序号")
    period = table.cell(1, 2)
    assert period.text == "2026-Q3"
    assert "<w:noBreakHyphen/>" in period._tc.xml
    context = {"document": replace(quarterly, blocks=quarterly.blocks[:5])}
    assert '<td class="nowrap">2026-Q3</td>' in render_to_string("briefings/document.html", context)


def _drawn(document: Document) -> list[bytes]:
    return draw_charts(document, FONTS, "png")
