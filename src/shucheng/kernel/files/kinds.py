"""What an upload is, told from its content; its name is never believed."""

import io
import zipfile
from pathlib import PurePosixPath

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.errors import Invalid

# Kinds that are accepted, and what a browser is told when one is downloaded.
MEDIA_TYPES = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "jpg": "image/jpeg",
}
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"PAR1", "parquet"),
)
_TEXT_KINDS = {"txt", "md", "csv", "json", "html", "htm"}
_MOST_ENTRIES = 5_000
_MOST_INFLATED = 500 * 1024 * 1024
_MOST_RATIO = 200


def kind_of(name: str, data: bytes) -> str:
    """One of `MEDIA_TYPES`. Raises `Invalid` for anything else."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    suffix = PurePosixPath(name).suffix.lower().removeprefix(".")
    if suffix in _TEXT_KINDS and _is_text(data):
        return "html" if suffix == "htm" else suffix
    raise Invalid(
        "files.kind",
        _("“%(name)s” is not a kind of file that is accepted."),
        _("Accepted: %(kinds)s. Save it as one of these and upload it again."),
        {"file": str(_("This kind of file is not accepted."))},
        name=name[:80],
        kinds=", ".join(sorted(MEDIA_TYPES)),
    )


def _is_text(data: bytes) -> bool:
    """No NUL among the first bytes, unless a byte-order mark says UTF-16."""
    head = data[:8192]
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in head


def _office_kind(data: bytes) -> str:
    """docx or xlsx; refuses archives that would inflate beyond reason and documents with macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise _refused(_("The file is damaged: it cannot be opened.")) from None
    inflated = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or inflated > _MOST_INFLATED:
        raise _refused(_("The file inflates to more than is reasonable."))
    if inflated > _MOST_RATIO * len(data) and inflated > 20 * 1024 * 1024:
        raise _refused(_("The file inflates to more than is reasonable."))
    names = {entry.filename for entry in entries}
    if any(PurePosixPath(name).name.lower() == "vbaproject.bin" for name in names):
        raise _refused(_("The document contains macros."))
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise _refused(_("An archive is not accepted, only Word and Excel documents."))


def _refused(reason: object) -> Invalid:
    return Invalid(
        "files.content",
        _("The file was refused. %(reason)s"),
        _("Open it, save it anew as .docx, .xlsx or .pdf, and upload it again."),
        {"file": str(reason)},
        reason=reason,
    )
