"""A classification as an office keeps it: a table with the columns of `classification.COLUMNS`, or
headed in Chinese, as csv or workbook; into the csv text that `classification.read` takes."""

import csv
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from shucheng.lib import duck

from .classification import COLUMNS
from .imports.fields import ImportRefused
from .imports.source import read

LARGEST_UNPACKED = 50_000_000
"""Bytes a workbook may have unpacked: a classification has some hundred rows."""

HEADINGS = {
    "de_code": ("代码", "分类代码", "数字经济代码"),
    "de_name": ("名称", "分类名称"),
    "level": ("层级", "级别"),
    "parent": ("上级代码", "上级"),
    "is_core": ("核心产业", "是否核心产业"),
    "nbs_codes": ("国民经济行业代码", "行业代码", "行业代码及名称"),
    "partial": ("部分行业代码", "带星行业代码", "部分"),
    "verified": ("已核实", "核实"),
    "confidence": ("把握", "可信度"),
    "note": ("说明", "备注"),
}
"""How columns may be headed beside their own names."""

_WORDS = {
    "is_core": {"是": "true", "否": "false"},
    "verified": {"是": "yes", "否": "no"},
    "confidence": {"高": "high", "中": "medium", "低": "low"},
}


def csv_text(data: bytes) -> str:
    """The table of a file's first sheet as csv text. Raises `ImportRefused` for what cannot be
    read; what is wrong in a row is for `classification.read` to say, under the same row number."""
    if zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise ImportRefused("file-too-large", limit=LARGEST_UNPACKED)
    with TemporaryDirectory(prefix="shucheng-") as name, duck.connect() as connection:
        folder = Path(name)
        path = folder / "table"
        path.write_bytes(data)
        read(connection, path, folder)
        rows = connection.execute(
            "SELECT * EXCLUDE (sheet) FROM raw WHERE sheet = 0 ORDER BY line"
        ).fetchall()
    known = {word: name for name, words in HEADINGS.items() for word in (name, *words)}
    heading = [known.get((cell or "").strip(), (cell or "").strip()) for cell in rows[0][1:]]
    out = StringIO()
    names = [name for name in COLUMNS if name in heading]
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    line = rows[0][0]
    for number, *cells in rows[1:]:
        # The reader leaves out empty lines; put back, every row keeps its number.
        out.write("\n" * (number - line - 1))
        line = number
        writer.writerow(_row(dict(zip(heading, cells, strict=True))))
    return out.getvalue()


def _row(cells: dict[str, str | None]) -> dict[str, str]:
    told = {name: (cell or "").strip() for name, cell in cells.items()}
    for name, words in _WORDS.items():
        told[name] = words.get(told.get(name, ""), told.get(name, ""))
    for name in ("nbs_codes", "partial"):
        told[name] = told.get(name, "").replace("；", ";").replace("、", ";").replace(" ", "")
    return told
