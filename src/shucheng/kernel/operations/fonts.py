"""Which Chinese font documents can be set in."""

import os
from collections.abc import Iterator
from pathlib import Path

# Beginnings of file names, the better first: Noto, Source Han, WenQuanYi, Founder, Windows'.
_KNOWN = (
    *("notosanscjk", "notoserifcjk", "notosanssc", "notoserifsc", "sourcehan"),
    *("wqy-", "fzfs", "fzhei", "fzkai", "fzxbs", "simfang", "simsun", "simhei", "simkai"),
)
FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path(os.environ.get("HOME", "/nonexistent")) / ".local/share/fonts",
)
_KINDS = {".ttf", ".ttc", ".otf", ".otc"}


def chinese_font() -> Path | None:
    """A font file with Chinese characters; None where none is installed."""
    found = {_rank(path): path for path in _font_files() if _rank(path) < len(_KNOWN)}
    return found[min(found)] if found else None


def _rank(path: Path) -> int:
    name = path.name.lower()
    ranks = (rank for rank, known in enumerate(_KNOWN) if name.startswith(known))
    return next(ranks, len(_KNOWN))


def _font_files() -> Iterator[Path]:
    for folder in FOLDERS:
        if folder.is_dir():
            yield from (path for path in folder.rglob("*") if path.suffix.lower() in _KINDS)
