"""What kind of file this is: by its content first, by its name where the content is open."""

import re
from pathlib import PurePath

from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.readers.decoding import utf16_without_mark

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES_AND_ARCHIVES = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"BM", "a picture (BMP)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"RIFF", "a picture or a recording"),
    (b"\x1f\x8b", "a compressed archive (gzip)"),
    (b"Rar!", "a compressed archive (RAR)"),
    (b"7z\xbc\xaf", "a compressed archive (7z)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\0", "a database"),
)
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 65_536
_MAX_CONTROLS, _MOST_ZEROS = 0.01, 0.3

_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I
)
# A page that a browser saved as a single file begins like a letter.
_MHTML_START = re.compile(rb"(?:From|MIME-Version|Snapshot-Content-Location|Content-Type): ")
_HTML_TAG = re.compile(r"</(?:p|div|td|table|span|body|html)\s*>", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_MARKDOWN_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+", re.MULTILINE)


def format_of_bytes(data: bytes, name: str) -> str:
    """`pdf`, `zip`, `mhtml` or `text`; PlanUnreadable for what is none of them."""
    head = data[:1024]
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return "pdf"
    if b"%PDF-" in head and _ending(name) == ".pdf":
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if _MHTML_START.match(head) and b"multipart/related" in data[:4096].lower():
        return "mhtml"
    if data.startswith(_OLE):
        _refuse_ole(data, name)
    if data.startswith(b"{\\rtf"):
        raise PlanUnreadable("plan.old_word", what="a rich text file (RTF)")
    if not data.startswith(_BOMS) and utf16_without_mark(data) is None:
        _refuse_binary(data)
    return "text"


def format_of_text(text: str, name: str) -> str:
    """`html`, `md` or `txt`."""
    if _HTML_START.match(_without_comments(text)):
        return "html"
    ending = _ending(name)
    if ending in (".html", ".htm", ".shtml", ".xhtml") and _HTML_TAG.search(text):
        return "html"
    if ending in (".md", ".markdown"):
        return "md"
    if ending == ".txt":
        return "txt"
    sample = text[:_SAMPLE]
    if len(_HTML_TAG.findall(sample)) > 3:
        return "html"
    marks = len(_MARKDOWN_HEADING.findall(sample)) + len(_MARKDOWN_RULE.findall(sample))
    return "md" if marks > 1 else "txt"


def _without_comments(text: str) -> str:
    """The text from its first mark that is no comment (a browser notes the address in one)."""
    head = text[:_SAMPLE].lstrip("\ufeff \t\r\n")
    while head.startswith("<!--") and (end := head.find("-->")) >= 0:
        head = head[end + 3 :].lstrip()
    return head


def refuse_foreign_zip(names: frozenset[str]) -> None:
    """Say what a zip is that holds no Word document."""
    if "OFD.xml" in names:
        raise PlanUnreadable("plan.unsupported", what="an OFD file")
    if "xl/workbook.xml" in names:
        raise PlanUnreadable("plan.unsupported", what="an Excel workbook")
    if "ppt/presentation.xml" in names:
        raise PlanUnreadable("plan.unsupported", what="a PowerPoint presentation")
    if "content.xml" in names and "mimetype" in names:
        raise PlanUnreadable("plan.unsupported", what="an OpenDocument file (ODF)")
    if "[Content_Types].xml" not in names:
        raise PlanUnreadable("plan.unsupported", what="a zip archive")


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def _refuse_ole(data: bytes, name: str) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise PlanUnreadable("plan.docx_encrypted")
    if "WordDocument".encode("utf-16-le") in data or _ending(name) in (".doc", ".dot", ".wps"):
        what = "a WPS file (.wps)" if _ending(name) == ".wps" else "an old Word file (.doc)"
        raise PlanUnreadable("plan.old_word", what=what)
    raise PlanUnreadable("plan.unsupported", what="an old Office file (.xls, .ppt or .wps)")


def _refuse_binary(data: bytes) -> None:
    """A picture, an archive or noise. Text with a stray control character is still text."""
    sample = data[:_SAMPLE]
    controls = _CONTROLS.findall(sample)
    if not controls:
        return
    for magic, what in _PICTURES_AND_ARCHIVES:
        if data.startswith(magic):
            raise PlanUnreadable("plan.binary", what=what)
    # Zeros between sound text have an error of their own; zeros are not counted here.
    without = [control for control in controls if control != b"\0"]
    if len(without) > max(1, _MAX_CONTROLS * len(sample)):
        raise PlanUnreadable("plan.binary", what="binary data")
    if len(controls) > _MOST_ZEROS * len(sample):
        raise PlanUnreadable("plan.binary", what="binary data")
