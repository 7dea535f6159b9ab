"""Any plan file to a Document. The two doors: `read_file` and `read_bytes`."""

import stat
from pathlib import Path

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.readers.decoding import decode
from shucheng.plan.compiler.readers.docx import read_docx
from shucheng.plan.compiler.readers.html import declared_encoding, page_of_mhtml, read_html
from shucheng.plan.compiler.readers.limits import MAX_BYTES, MAX_CHARACTERS
from shucheng.plan.compiler.readers.markdown import read_markdown
from shucheng.plan.compiler.readers.package import Package
from shucheng.plan.compiler.readers.pdf import read_pdf
from shucheng.plan.compiler.readers.sniff import format_of_bytes, format_of_text
from shucheng.plan.compiler.readers.text import read_text


def read_file(path: Path | str) -> Document:
    """Read a plan from a file; PlanUnreadable says why where that cannot be."""
    path = Path(path)
    try:
        status = path.stat()
        # A device or a pipe has no size to judge by, and may never end.
        if not stat.S_ISREG(status.st_mode):
            raise PlanUnreadable("plan.not_found", reason="it is not a regular file")
        if status.st_size > MAX_BYTES:
            raise _too_large()
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the path is not valid"
        raise PlanUnreadable("plan.not_found", reason=reason) from error
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str = "") -> Document:
    """Read a plan from bytes; `name` helps only where the content does not tell the format."""
    if len(data) > MAX_BYTES:
        raise _too_large()
    document = _read(data, name)
    _check_length(document.text)
    if not document.blocks:
        raise PlanUnreadable("plan.empty")
    if not any("\u4e00" <= char <= "\u9fff" for char in document.text):
        raise PlanUnreadable("plan.not_chinese")
    return document


def _read(data: bytes, name: str) -> Document:
    if not data.strip():
        raise PlanUnreadable("plan.empty")
    kind = format_of_bytes(data, name)
    if kind == "pdf":
        return read_pdf(data, name)
    if kind == "zip":
        return read_docx(Package(data), name)
    if kind == "mhtml":
        page, encoding = page_of_mhtml(data)
        return read_html(decode(page, encoding or declared_encoding(page)), name)
    text = decode(data, declared_encoding(data))
    kind = format_of_text(text, name)
    # A page may hold pictures as text; what counts is the article.
    if kind != "html":
        _check_length(text)
    match kind:
        case "html":
            return read_html(text, name)
        case "md":
            return read_markdown(text, name)
        case _:
            return read_text(text, name)


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise PlanUnreadable("plan.too_long", limit=MAX_CHARACTERS)


def _too_large() -> PlanUnreadable:
    return PlanUnreadable("plan.too_large", limit_mb=MAX_BYTES // 1024 // 1024)
