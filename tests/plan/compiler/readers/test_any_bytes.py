"""Whatever the bytes are: a document whose spans fit its text, or one clear error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.compiler.readers.renderings import as_docx, as_html, as_markdown, as_pdf, as_txt

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.readers.assemble import tidy
from shucheng.plan.compiler.readers.read import read_bytes
from shucheng.plan.compiler.readers.unwrap import unwrapped

ENDINGS = ("txt", "md", "html", "docx", "pdf", "doc", "")
names = st.sampled_from([f"plan.{ending}" for ending in ENDINGS])
SAMPLES = {
    "plan.txt": as_txt(),
    "plan.md": as_markdown(),
    "plan.html": as_html(),
    "plan.docx": as_docx(),
}
PDF = as_pdf()

# What the formats are made of, so that their readers are reached.
FRAGMENTS = """
一、目标 （一） 1. 到2027年，达到900亿元。 数|字| |---| # ** [数]( ` <p> </p> <table> <tr> <br>
</table> <li> <ol> <div/class=nav> <td/rowspan=3> </div> <html> +---+ --- &nbsp; ├──┤ │ -- \\|
~~ > ``` 数字经济核心产业增加值突破九百亿元规上企 <!-- --> <style> 附件1 序号|指标|2027年|
"""
blanks = st.sampled_from(["　　", "\n", "\r\n", "\t", "\ufeff", "\u2028", "\x0c", " "])
fragments = st.sampled_from(FRAGMENTS.split()) | blanks
texts = st.lists(fragments | st.text(max_size=8), max_size=60).map("".join)


def check(document: Document) -> None:
    """The laws of a Document."""
    length = len(document.text)
    end_of_last = 0
    for block in document.blocks:
        start, end = block.span
        assert end_of_last <= start < end <= length
        end_of_last = end
        assert document.slice(block.span).strip()
        for row in block.rows:
            for cell in row:
                assert start <= cell.span[0] <= cell.span[1] <= end
                words = document.slice(cell.span)
                assert words == words.strip()
        if block.kind == "table":
            free = [cell.span for row in block.rows for cell in row if not cell.covered]
            assert free == sorted(free)
        elif document.format != "txt":
            assert document.slice(block.span) == tidy(document.slice(block.span))


def check_unwrapped(document: Document) -> None:
    flat = unwrapped(document)
    assert len(flat.document.blocks) == len(document.blocks)
    for block, original in zip(flat.document.blocks, document.blocks, strict=True):
        assert flat.source(block.span) == original.span
        if block.kind != "table":
            assert "\n" not in flat.document.slice(block.span)
    squeezed = "".join(flat.document.text.split())
    assert squeezed == "".join(document.text.split())


def read_or_refuse(data: bytes, name: str) -> Document | None:
    try:
        document = read_bytes(data, name)
    except PlanUnreadable:
        return None
    check(document)
    check_unwrapped(document)
    return document


@settings(deadline=None)  # what begins like a PDF is read by a process of its own
@given(st.binary(max_size=400), names)
def test_any_bytes(data: bytes, name: str) -> None:
    read_or_refuse(data, name)


@settings(max_examples=300)
@given(texts, names, st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_any_text(text: str, name: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    document = read_or_refuse(data, name)
    if document is not None and document.format == "txt" and encoding == "utf-8":
        assert document.text.encode() == data


@given(
    st.sampled_from(sorted(SAMPLES)),
    st.integers(0, 60_000),
    st.integers(0, 200),
    st.binary(max_size=30),
)
def test_a_sound_file_with_a_damaged_place(name: str, at: int, cut: int, put: bytes) -> None:
    data = SAMPLES[name]
    at %= len(data)
    read_or_refuse(data[:at] + put + data[at + cut :], name)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, len(PDF)), st.integers(0, 200), st.binary(max_size=30))
def test_a_pdf_with_a_damaged_place(at: int, cut: int, put: bytes) -> None:
    read_or_refuse(PDF[:at] + put + PDF[at + cut :], "plan.pdf")


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40))
def test_words_come_through_every_text_format(words: str) -> None:
    sentence = f"到2027年，全市累计建成各级各类{words}，总规模达到900亿元以上。"
    for data, name in (
        (sentence.encode(), "a.txt"),
        (sentence.encode(), "a.md"),
        (f"<html><body><p>{sentence}</p></body></html>".encode(), "a.html"),
    ):
        document = read_or_refuse(data, name)
        assert document is not None
        assert document.text.strip() == sentence
