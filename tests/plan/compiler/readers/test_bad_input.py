"""What cannot be read gets one clear error: what is wrong and what to do."""

import io
import os
import resource
import zlib
from pathlib import Path

import docx
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from tests.plan.compiler.readers.renderings import (
    WORD_NAMESPACE,
    as_docx,
    as_pdf,
    as_txt,
    saved,
    word_file,
    word_paragraph,
    zipped,
)

from shucheng.plan.compiler.errors import REASONS, PlanUnreadable
from shucheng.plan.compiler.readers import limits, package, pdf
from shucheng.plan.compiler.readers.read import read_bytes, read_file

PLAN = as_txt().decode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
NOISE = bytes((at * 7919 + at // 13) % 256 for at in range(4000))
LINKS = "<ul>" + "<li><a href='#'>首页</a></li>" * 40 + "</ul>"


def refused(data: bytes, name: str = "plan") -> PlanUnreadable:
    with pytest.raises(PlanUnreadable) as caught:
        read_bytes(data, name)
    return caught.value


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "plan.txt", "plan.empty"),
        ("　\r\n \t\n\ufeff".encode(), "plan.txt", "plan.empty"),
        (b"\xef\xbb\xbf", "plan.txt", "plan.empty"),
        (b"# \n\n---\n", "plan.md", "plan.empty"),
        (NOISE, "plan.txt", "plan.binary"),
        (b"\x89PNG\r\n\x1a\n" + NOISE, "plan.txt", "plan.binary"),
        (PLAN[:99].encode() + b"\0" + PLAN[99:].encode(), "plan.txt", "plan.nul_bytes"),
        (PLAN[:99].encode("gb18030") + b"\0" + b"x", "plan.txt", "plan.nul_bytes"),
        (("\ufeff" + PLAN[:99] + "\0").encode("utf-16-le"), "plan.txt", "plan.nul_bytes"),
        (
            "數位經濟發展計劃，全面推動產業升級轉型。".encode("big5") * 9,
            "plan.txt",
            "plan.encoding",
        ),
        ("Économie numérique à l'été".encode("latin-1"), "plan.txt", "plan.encoding"),
        (PLAN.encode()[:1000] + b"\xff\xfe\xfd" + PLAN.encode()[1000:], "p.txt", "plan.encoding"),
        (PLAN.encode() + "数".encode()[:2], "plan.txt", "plan.encoding"),
        (PLAN.encode().decode("gb18030", "replace").encode(), "plan.txt", "plan.encoding"),
        (b"hello, world", "plan.txt", "plan.not_chinese"),
        (PLAN.encode().decode("latin-1").encode(), "plan.txt", "plan.not_chinese"),
        (OLE + "WordDocument".encode("utf-16-le"), "plan.doc", "plan.old_word"),
        (OLE, "plan.wps", "plan.old_word"),
        (rb"{\rtf1\ansi }", "plan.doc", "plan.old_word"),
        (OLE, "plan.xls", "plan.unsupported"),
        (zipped({"OFD.xml": "<a/>"}), "plan.ofd", "plan.unsupported"),
        (zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "a.xlsx", "plan.unsupported"),
        (zipped({"plan.txt": PLAN}), "plan.zip", "plan.unsupported"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "plan.docx_encrypted"),
        (b"%PDF-1.7\n" + NOISE, "plan.pdf", "plan.pdf_damaged"),
        (f"<html><body>{LINKS}</body></html>".encode(), "plan.html", "plan.html_no_article"),
        (b"<html></html>", "plan.html", "plan.html_no_article"),
        ("数".encode() * (limits.MAX_CHARACTERS + 1), "plan.txt", "plan.too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_bad_file_has_its_own_error(data: bytes, name: str, code: str) -> None:
    error = refused(data, name)
    assert error.code == code
    assert error.message
    assert error.hint
    assert "{" not in str(error)


def test_every_reason_says_what_to_do_next() -> None:
    for code, reason in REASONS.items():
        assert code.startswith("plan.")
        assert reason.message.endswith(".")
        assert reason.hint.endswith(".")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_off_word_file(share: float) -> None:
    data = as_docx()
    assert refused(data[: int(len(data) * share)]).code == "plan.docx_damaged"


def test_a_word_file_with_a_damaged_part() -> None:
    data = bytearray(as_docx())
    at = data.index(b"word/document.xml") + 200
    data[at : at + 40] = bytes(40)
    assert refused(bytes(data)).code == "plan.docx_damaged"
    assert refused(word_file("<w:p>")).code == "plan.docx_damaged"


def bomb(body: str) -> bytes:
    return word_file(f"<w:p><w:r><w:t>{body}</w:t></w:r></w:p>")


def entity_bomb() -> bytes:
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<!DOCTYPE d [<!ENTITY a0 "aaaaaaaaaa">{names}]>'
            f'<w:document xmlns:w="{WORD_NAMESPACE}"><w:body><w:p><w:r><w:t>&a11;</w:t></w:r></w:p>'
            "</w:body></w:document>",
        }
    )


def outside_entity(path: Path) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<!DOCTYPE d [<!ENTITY x SYSTEM "{path.as_uri()}">]>'
            f'<w:document xmlns:w="{WORD_NAMESPACE}"><w:body><w:p><w:r><w:t>&x;数</w:t></w:r></w:p>'
            "</w:body></w:document>",
        }
    )


def test_word_bombs_are_refused_before_they_fill_the_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    large = bomb("数" * (package.MAX_PART_BYTES // 3 + 1))
    forest = word_file("<w:p/>" * package.MAX_TAGS)
    crowd = zipped({f"word/{at}.xml": "" for at in range(package.MAX_ENTRIES + 1)})
    for data in (large, forest, crowd, entity_bomb()):
        assert len(data) < 3_000_000
        assert refused(data, "plan.docx").code == "plan.docx_bomb"
    # Making the files took its share too.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 * 1024


def test_a_size_that_a_part_declares_is_not_believed() -> None:
    data = bytearray(bomb("数" * (package.MAX_PART_BYTES // 3 + 1)))
    entry = data.rindex(b"word/document.xml") - 46
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    assert refused(bytes(data), "plan.docx").code in ("plan.docx_bomb", "plan.docx_damaged")


def test_a_word_file_cannot_fetch_another_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密")
    error = refused(outside_entity(secret), "plan.docx")
    assert error.code == "plan.docx_bomb"
    assert "秘密" not in str(error)


def test_deep_nesting_is_no_crash() -> None:
    table = "<w:tbl><w:tr><w:tc>" * 900 + "</w:tc></w:tr></w:tbl>" * 900
    assert refused(word_file(table), "plan.docx").code == "plan.docx_damaged"
    page = b"<html><body>" + b"<div>" * 50_000 + "到2027年，数字经济规模达到900亿元。".encode()
    assert refused(page, "plan.html").code == "plan.html_no_article"


@pytest.mark.parametrize("strength", [40, 128])
def test_an_encrypted_pdf(strength: int) -> None:
    data = as_pdf(protection=StandardEncryption("secret", strength=strength))
    assert refused(data).code == "plan.pdf_encrypted"


def test_a_scanned_pdf() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawImage(ImageReader(io.BytesIO(PICTURE)), 0, 0, 500, 700)
    canvas.drawString(290, 30, "- 1 -")
    canvas.save()
    assert refused(stream.getvalue()).code == "plan.pdf_scanned"


# The smallest picture: one white point.
PICTURE = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde"
    b"\0\0\0\x0cIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\r\xefF\xb8\0\0\0\0IEND\xaeB`\x82"
)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_cut_off_pdf_is_read_or_refused_as_damaged(share: float) -> None:
    data = as_pdf()
    error = refused(data[: int(len(data) * share)])
    assert error.code == "plan.pdf_damaged"


def painted(packed: bytes) -> bytes:
    """A PDF of one page that paints the packed content."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
    ]
    written = b"%PDF-1.4\n"
    places = []
    for number, item in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 5\n0000000000 65535 f \n"
    tail = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(written)
    return written + head + table + tail


def test_a_pdf_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_SECONDS", 0.01)
    error = refused(as_pdf(), "plan.pdf")
    assert error.code == "plan.too_complex"
    assert "0.01 seconds" in error.message


@pytest.mark.slow
def test_a_pdf_that_unpacks_to_gigabytes_is_stopped() -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" 1 2 m 3 4 l" * 100_000) for _ in range(1500))
    data = painted(packed + packer.flush())
    assert len(data) < limits.MAX_BYTES // 4
    assert refused(data, "plan.pdf").code == "plan.too_complex"


def test_a_pdf_without_anything_is_empty() -> None:
    assert refused(painted(zlib.compress(b" ")), "plan.pdf").code == "plan.empty"


def test_a_page_of_tags_is_refused() -> None:
    error = refused(b"<html><body>" + b"<b>" * 1_000_001, "plan.html")
    assert error.code == "plan.too_complex"


def test_absurd_spans_make_no_giant_table() -> None:
    rows = "<tr><td colspan='99999999' rowspan='65534'>数</td><td>字</td></tr>" * 2000
    text = "到2027年，数字经济核心产业规模达到900亿元，企业达到800家。"
    page = f"<html><body><table>{rows}</table><p>{text}</p></body></html>"
    document = read_bytes(page.encode(), "plan.html")
    assert sum(len(row) for block in document.blocks for row in block.rows) == 4000


def test_files_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "absent.txt", tmp_path / "pipe", "/dev/zero", "a\0b"):
        with pytest.raises(PlanUnreadable) as caught:
            read_file(path)
        assert caught.value.code == "plan.not_found"


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(PlanUnreadable) as caught:
        read_file(path)
    assert caught.value.code == "plan.too_large"
    assert "50 MB" in caught.value.message
    assert refused(bytes(limits.MAX_BYTES + 1)).code == "plan.too_large"


def test_a_word_file_of_many_pages_is_still_read() -> None:
    document = docx.Document()
    for _ in range(2000):
        document.add_paragraph("到2027年，数字经济核心产业增加值达到900亿元。")
    assert len(read_bytes(saved(document), "plan.docx").blocks) == 2000
    assert read_bytes(word_file(word_paragraph("数")), "renamed.txt").format == "docx"
