"""Why a file could not be read as a plan: a code, a sentence, and what to do next.

The sentences stand in one table, so that the documentation lists them all and a web page
can show them in another language (`REASONS[code].message.format(**error.values)`).
"""

from typing import NamedTuple


class Reason(NamedTuple):
    """What is wrong with a file, and what to do next; both with named values to fill in."""

    message: str
    hint: str


_SAVE_AS = "Open it in Word or WPS and save it as .docx, then load that file."
_SAVE_UTF8 = "Open it in a text editor and save it with the encoding UTF-8."
_AGAIN = "Download or copy the file again; if it does not open in its own program, ask its sender."

REASONS: dict[str, Reason] = {
    "plan.not_found": Reason(
        "There is no readable file at this path ({reason}).",
        "Check the path and the permission to read it; a folder cannot be loaded.",
    ),
    "plan.too_large": Reason(
        "The file is larger than {limit_mb} MB.",
        "A plan is text: save it without pictures, or load the plan alone without its attachments.",
    ),
    "plan.too_long": Reason(
        "The text is longer than {limit} characters.",
        "Load one plan at a time; a collection of documents must be split.",
    ),
    "plan.empty": Reason(
        "The file is empty or holds only blanks.",
        "Choose the file that holds the plan's text.",
    ),
    "plan.nul_bytes": Reason(
        "The text holds NUL bytes, so part of it is damaged or not text.",
        _SAVE_UTF8,
    ),
    "plan.binary": Reason(
        "The file is {what}, not a document with text.",
        "Load the plan as .docx, .pdf with a text layer, .html, .md or .txt.",
    ),
    "plan.encoding": Reason(
        "The text's encoding is neither UTF-8 nor GB18030 ({reason}).",
        _SAVE_UTF8,
    ),
    "plan.not_chinese": Reason(
        "The text holds no Chinese character.",
        "Choose the file that holds the plan's Chinese text.",
    ),
    "plan.old_word": Reason(
        "The file is {what}, an older format that is not read.",
        _SAVE_AS,
    ),
    "plan.unsupported": Reason(
        "The file is {what}, which is not read.",
        "Save or export the plan as .docx or as .pdf with a text layer, then load that file.",
    ),
    "plan.docx_encrypted": Reason(
        "The Word file is protected by a password.",
        "Open it with its password, remove the protection and save it again.",
    ),
    "plan.docx_damaged": Reason("The Word file is damaged or cut off ({reason}).", _AGAIN),
    "plan.docx_bomb": Reason(
        "The Word file unpacks to far more than a document holds ({reason}).",
        "Do not open it; ask its sender for the original, saved anew as .docx.",
    ),
    "plan.pdf_encrypted": Reason(
        "The PDF is protected by a password.",
        "Open it with its password and print or export it to a new PDF without one.",
    ),
    "plan.pdf_scanned": Reason(
        "The PDF holds pictures of pages and no text.",
        "Run text recognition (OCR) on it, or load the Word file that it was made from.",
    ),
    "plan.pdf_garbled": Reason(
        "The PDF's fonts do not say which characters they draw, so its text cannot be read.",
        "Load the Word file that it was made from, or run text recognition (OCR) on the PDF.",
    ),
    "plan.pdf_damaged": Reason("The PDF is damaged or cut off ({reason}).", _AGAIN),
    "plan.too_complex": Reason(
        "The file needs more time or memory than a plan may take ({reason}).",
        "Save the plan anew as a plain .docx, or print it to a new PDF, and load that file.",
    ),
    "plan.html_no_article": Reason(
        "The web page holds menus and links but no article.",
        "Open the page in a browser until the plan shows, then save it again (complete page).",
    ),
    "plan.html_damaged": Reason("The web page cannot be parsed ({reason}).", _AGAIN),
}


class PlanUnreadable(Exception):
    """A file that cannot be read as a plan. `code` is stable; message and hint are for people."""

    def __init__(self, code: str, **values: object) -> None:
        reason = REASONS[code]
        self.code = code
        self.values = values
        self.message = reason.message.format(**values)
        self.hint = reason.hint.format(**values)
        super().__init__(f"{self.message} {self.hint}")
