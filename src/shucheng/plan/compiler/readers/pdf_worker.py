"""The process that opens a PDF: the file on its input, the parts as JSON on its output.

Run as `python -m shucheng.plan.compiler.readers.pdf_worker`.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.readers.limits import MAX_CHARACTERS
from shucheng.plan.compiler.readers.pdf_flow import parts_of
from shucheng.plan.compiler.readers.pdf_page import UNKNOWN, Page, read_page

MAX_MEMORY = 2048 * 1024 * 1024
_LEAST_CHARACTERS = 20
_MOST_UNKNOWN = 0.15


def main() -> None:
    """Answer with the parts, or with the reason why there are none."""
    _limit_memory()
    try:
        answer = _answer(sys.stdin.buffer.read())
    except MemoryError:
        answer = {"code": "plan.too_complex", "values": {"reason": "too much memory"}}
    except PlanUnreadable as error:
        answer = {"code": error.code, "values": error.values}
    json.dump(answer, sys.stdout)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the parent's clock still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(data: bytes) -> dict[str, Any]:
    pages = _Pages(_open(data))
    parts = parts_of(pages)
    if pages.characters < _LEAST_CHARACTERS and pages.pictures:
        raise PlanUnreadable("plan.pdf_scanned")
    if pages.unknown > _MOST_UNKNOWN * pages.characters:
        raise PlanUnreadable("plan.pdf_garbled")
    return {"parts": [asdict(part) for part in parts]}


def _open(data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (
            pdfium.FPDF_ERR_PASSWORD,
            pdfium.FPDF_ERR_SECURITY,
        ):
            raise PlanUnreadable("plan.pdf_encrypted") from error
        raise PlanUnreadable("plan.pdf_damaged", reason="its structure is broken") from error


class _Pages:
    """The pages one by one, and what they hold in all."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.characters = self.unknown = self.pictures = 0

    def __iter__(self) -> Iterator[Page]:
        for index in range(len(self.document)):
            page = self._page(index)
            self.pictures += page.pictures
            self.characters += sum(not char.text.isspace() for char in page.chars)
            self.unknown += sum(char.text == UNKNOWN for char in page.chars)
            if self.characters > MAX_CHARACTERS:
                raise PlanUnreadable("plan.too_long", limit=MAX_CHARACTERS)
            yield page

    def _page(self, index: int) -> Page:
        try:
            opened = self.document[index]
        except pypdfium2.PdfiumError as error:
            reason = f"page {index + 1} cannot be opened"
            raise PlanUnreadable("plan.pdf_damaged", reason=reason) from error
        try:
            return read_page(opened.raw)
        finally:
            opened.close()


if __name__ == "__main__":
    main()
