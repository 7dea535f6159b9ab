"""PDF with a text layer, read in a process of its own.

A PDF is a program that paints pages: it can ask for any amount of memory and time, and its
reader is a C library. So a worker with hard limits opens it, and can only fail by itself.
"""

import json
import os
import subprocess
import sys
from typing import Any

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.errors import PlanUnreadable
from shucheng.plan.compiler.readers.assemble import Grid, GridCell, Paragraph, Part, assemble

MAX_SECONDS = 60
_WORKER = "shucheng.plan.compiler.readers.pdf_worker"


def read_pdf(data: bytes, name: str = "") -> Document:
    """A document of the PDF's text, headers, footers and page numbers left out."""
    answer = _ask_worker(data)
    if "code" in answer:
        raise PlanUnreadable(answer["code"], **answer["values"])
    return assemble(map(_part, answer["parts"]), name, "pdf")


def _ask_worker(data: bytes) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        worker = subprocess.run(  # noqa: S603 - our own module; the file goes in by its input
            [sys.executable, "-m", _WORKER],
            input=data,
            capture_output=True,
            timeout=MAX_SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        reason = f"more than {MAX_SECONDS} seconds"
        raise PlanUnreadable("plan.too_complex", reason=reason) from error
    if worker.returncode < 0:
        raise PlanUnreadable("plan.too_complex", reason="its reader was stopped")
    if worker.returncode > 0:
        # Our own fault and no property of the file: say it loudly.
        raise RuntimeError(worker.stderr.decode("utf-8", "replace"))
    answer: dict[str, Any] = json.loads(worker.stdout)
    return answer


def _part(written: dict[str, Any]) -> Part:
    if "rows" not in written:
        return Paragraph(written["text"])
    return Grid(
        tuple(
            tuple(
                GridCell(cell["text"], tuple(cell["owner"]) if cell["owner"] else None)
                for cell in row
            )
            for row in written["rows"]
        )
    )
