"""Run the code of a notebook in order and say what it prints, cell by cell, as the notebook with
these outputs; with --write the notebook itself is written anew.

    .venv/bin/python tools/notebook.py docs/examples/statistics.ipynb [--write]

Needs no Jupyter: cells are executed as one program, and what they print is their output.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any


def executed(document: dict[str, Any]) -> dict[str, Any]:
    """The notebook (nbformat 4) with the outputs of its code; an error ends it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    number = 0
    cells = []
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            number += 1
            printed = io.StringIO()
            code = compile("".join(cell["source"]), f"cell {number}", "exec")
            with redirect_stdout(printed):
                exec(code, names)  # noqa: S102 - the notebook is ours
            text = printed.getvalue().splitlines(keepends=True)
            output = {"name": "stdout", "output_type": "stream", "text": text}
            outputs = [output] if text else []
            cell = {**cell, "execution_count": number, "outputs": outputs}
        cells.append(cell)
    return {**document, "cells": cells}


def main(path: Path, *, write: bool) -> None:
    document = executed(json.loads(path.read_text(encoding="utf-8")))
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if write:
        path.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
