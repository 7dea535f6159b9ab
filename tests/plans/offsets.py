"""Set the offsets of labels anew after a plan's text was edited.

    python tests/plans/offsets.py tests/plans/01-lanchuan-digital-economy.json

Each quote is looked for near where it was; a quote that is gone is reported and the file is left
as it is.
"""

import json
import sys
from pathlib import Path
from typing import Any


def nearest(text: str, quote: str, place: int) -> int | None:
    """Where `quote` starts, the occurrence closest to `place`."""
    before, after = text.rfind(quote, 0, place + len(quote)), text.find(quote, place)
    found = [start for start in (before, after) if start >= 0]
    return min(found, key=lambda start: abs(start - place), default=None)


def renew(path: Path) -> list[str]:
    """Rewrite the labels of one plan; returns the quotes that are no longer in the text."""
    labels: dict[str, Any] = json.loads(path.read_text("utf-8"))
    text = (path.parent / labels["text"]).read_text("utf-8")
    lost: list[str] = []
    for kind in ("targets", "qualitative", "negatives"):
        drift = 0
        for label in labels[kind]:
            start = nearest(text, label["quote"], label["start"] + drift)
            if start is None:
                lost.append(label["quote"])
                continue
            drift += start - (label["start"] + drift)
            label["start"], label["end"] = start, start + len(label["quote"])
    if not lost:
        path.write_text(json.dumps(labels, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return lost


if __name__ == "__main__":
    gone = [quote for name in sys.argv[1:] for quote in renew(Path(name))]
    for quote in gone:
        print("not in the text:", quote)
    sys.exit(bool(gone))
