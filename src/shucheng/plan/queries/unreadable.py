"""Why a file could not be read, in the reader's language.

The compiler knows no Django, so its sentences (`compiler/errors.py`) stand here once more, to be
collected for translation; a test holds the two tables together. A version stores the code and the
values, never a sentence, so each reader sees their own language.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, tuple[Promise, Promise]] = {
    "plan.not_found": (
        _("There is no readable file at this path ({reason})."),
        _("Check the path and the permission to read it; a folder cannot be loaded."),
    ),
    "plan.too_large": (
        _("The file is larger than {limit_mb} MB."),
        _(
            "A plan is text: save it without pictures, "
            "or load the plan alone without its attachments."
        ),
    ),
    "plan.too_long": (
        _("The text is longer than {limit} characters."),
        _("Load one plan at a time; a collection of documents must be split."),
    ),
    "plan.empty": (
        _("The file is empty or holds only blanks."),
        _("Choose the file that holds the plan's text."),
    ),
    "plan.nul_bytes": (
        _("The text holds NUL bytes, so part of it is damaged or not text."),
        _("Open it in a text editor and save it with the encoding UTF-8."),
    ),
    "plan.binary": (
        _("The file is {what}, not a document with text."),
        _("Load the plan as .docx, .pdf with a text layer, .html, .md or .txt."),
    ),
    "plan.encoding": (
        _("The text's encoding is neither UTF-8 nor GB18030 ({reason})."),
        _("Open it in a text editor and save it with the encoding UTF-8."),
    ),
    "plan.not_chinese": (
        _("The text holds no Chinese character."),
        _("Choose the file that holds the plan's Chinese text."),
    ),
    "plan.old_word": (
        _("The file is {what}, an older format that is not read."),
        _("Open it in Word or WPS and save it as .docx, then load that file."),
    ),
    "plan.unsupported": (
        _("The file is {what}, which is not read."),
        _("Save or export the plan as .docx or as .pdf with a text layer, then load that file."),
    ),
    "plan.docx_encrypted": (
        _("The Word file is protected by a password."),
        _("Open it with its password, remove the protection and save it again."),
    ),
    "plan.docx_damaged": (
        _("The Word file is damaged or cut off ({reason})."),
        _(
            "Download or copy the file again; "
            "if it does not open in its own program, ask its sender."
        ),
    ),
    "plan.docx_bomb": (
        _("The Word file unpacks to far more than a document holds ({reason})."),
        _("Do not open it; ask its sender for the original, saved anew as .docx."),
    ),
    "plan.pdf_encrypted": (
        _("The PDF is protected by a password."),
        _("Open it with its password and print or export it to a new PDF without one."),
    ),
    "plan.pdf_scanned": (
        _("The PDF holds pictures of pages and no text."),
        _("Run text recognition (OCR) on it, or load the Word file that it was made from."),
    ),
    "plan.pdf_garbled": (
        _("The PDF's fonts do not say which characters they draw, so its text cannot be read."),
        _("Load the Word file that it was made from, or run text recognition (OCR) on the PDF."),
    ),
    "plan.pdf_damaged": (
        _("The PDF is damaged or cut off ({reason})."),
        _(
            "Download or copy the file again; "
            "if it does not open in its own program, ask its sender."
        ),
    ),
    "plan.too_complex": (
        _("The file needs more time or memory than a plan may take ({reason})."),
        _("Save the plan anew as a plain .docx, or print it to a new PDF, and load that file."),
    ),
    "plan.html_no_article": (
        _("The web page holds menus and links but no article."),
        _("Open the page in a browser until the plan shows, then save it again (complete page)."),
    ),
    "plan.html_damaged": (
        _("The web page cannot be parsed ({reason})."),
        _(
            "Download or copy the file again; "
            "if it does not open in its own program, ask its sender."
        ),
    ),
}

# What the braces of the sentences are filled with; what is not here is shown as it is.
DETAILS: frozenset[str] = frozenset(
    (
        gettext_noop("a picture (PNG)"),
        gettext_noop("a picture (JPEG)"),
        gettext_noop("a picture (GIF)"),
        gettext_noop("a picture (BMP)"),
        gettext_noop("a picture (TIFF)"),
        gettext_noop("a picture or a recording"),
        gettext_noop("a compressed archive (gzip)"),
        gettext_noop("a compressed archive (RAR)"),
        gettext_noop("a compressed archive (7z)"),
        gettext_noop("a program"),
        gettext_noop("a database"),
        gettext_noop("binary data"),
        gettext_noop("a rich text file (RTF)"),
        gettext_noop("an OFD file"),
        gettext_noop("an Excel workbook"),
        gettext_noop("a PowerPoint presentation"),
        gettext_noop("an OpenDocument file (ODF)"),
        gettext_noop("a zip archive"),
        gettext_noop("a WPS file (.wps)"),
        gettext_noop("an old Word file (.doc)"),
        gettext_noop("an old Office file (.xls, .ppt or .wps)"),
        gettext_noop("it was decoded with a wrong table before"),
        gettext_noop("the file ends inside a character"),
        gettext_noop("as GB18030 it does not read as Chinese"),
        gettext_noop("it has no document part"),
        gettext_noop("no zip directory"),
        gettext_noop("its parts declare more than 1 GB"),
        gettext_noop("the saved page holds no HTML"),
        gettext_noop("no element found"),
        gettext_noop("its reader was stopped"),
        gettext_noop("its structure is broken"),
        gettext_noop("it is not a regular file"),
    )
)
PATTERNS: tuple[tuple[str, Promise], ...] = (
    (r"damaged (?P<what>[\w-]+)", _("damaged {what}")),
    (
        r"first bad byte for UTF-8 at (?P<first>\d+), for GB18030 at (?P<second>\d+)",
        _("first bad byte for UTF-8 at {first}, for GB18030 at {second}"),
    ),
    (r"more than (?P<n>\d+) parts", _("more than {n} parts")),
    (r"more than (?P<n>\d+) tags", _("more than {n} tags")),
    (r"more than (?P<n>\d+) seconds", _("more than {n} seconds")),
    (r"page (?P<n>\d+) cannot be opened", _("page {n} cannot be opened")),
    (r"(?P<part>\S+) is packed in an unknown way", _("{part} is packed in an unknown way")),
    (r"(?P<part>\S+) does not unpack", _("{part} does not unpack")),
    (r"(?P<part>\S+) declares entities", _("{part} declares entities")),
    (r"(?P<part>\S+) has over (?P<n>\d+) tags", _("{part} has over {n} tags")),
    (r"(?P<part>\S+) is over (?P<n>\d+) MB", _("{part} is over {n} MB")),
    (r"(?P<part>.+) is not sound XML", _("{part} is not sound XML")),
)


@dataclass(frozen=True, slots=True)
class Unreadable:
    code: str
    message: str
    next_step: str


def unreadable(error: Mapping[str, Any]) -> Unreadable:
    """A stored error (`code`, `values`, and the compiler's own English) in the reader's words."""
    code = str(error.get("code", "plan.unreadable"))
    texts = TEXTS.get(code)
    if texts is None:
        return Unreadable(code, str(error.get("message", code)), str(error.get("hint", "")))
    values = {name: detail(value) for name, value in error.get("values", {}).items()}
    try:
        message, next_step = (str(text).format(**values) for text in texts)
    except KeyError:  # a version that was refused before values were stored
        message, next_step = str(error.get("message", code)), str(error.get("hint", ""))
    return Unreadable(code, message, next_step)


def detail(value: object) -> object:
    """A detail in the reader's language, if it is one that is known."""
    if not isinstance(value, str):
        return value
    if value in DETAILS:
        return gettext(value)
    for pattern, text in PATTERNS:
        if found := re.fullmatch(pattern, value):
            return str(text).format(**found.groupdict())
    return value
